"""Bookings of every kind, written row by row: for tests that read the books, whoever writes them."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import attrs
from sqlalchemy import Connection, func, insert, select, update

from treuwerk.domain.ids import row_ids
from treuwerk.domain.ledger import FOREVER, moment
from treuwerk.store.database import Database
from treuwerk.store.tables import balance, hold, journal, lot, lot_use, posting, unsealed

OWN = ("participant", "held", "pending", "deficit")
Taken = tuple[int, int, int]
"""Points of a lot: its transaction, its line, the amount; below zero they are given back."""


@attrs.frozen
class Leg:
    """One posting: with the terms of the lot that it makes, or with the lots that it uses."""

    book: str
    amount: int
    uses: Sequence[Taken] = ()
    terms: tuple[int | None, int | None] | None = None
    keeps_until: int | None = None


@attrs.frozen
class Books:
    """The books of one account and unit."""

    database: Database
    account: int
    unit: str = "bonus"

    def book(self, kind: str, at: int, legs: Iterable[Leg], refers_to: int | None = None, cause: str = "test") -> int:
        """One transaction with what belongs to it; waits for its seal. Returns its id."""
        with self.database.writing() as connection:
            return self.write(connection, kind, at, legs, refers_to, cause)

    def write(self, connection: Connection, kind: str, at: int, legs: Iterable[Leg], refers_to: int | None = None,
              cause: str = "test") -> int:
        """The same within a transaction of the database."""
        txn = next(row_ids(at))
        connection.execute(insert(journal).values(
            account_id=self.account, id=txn, kind=kind, business_key=f"{kind}|{txn}", refers_to=refers_to,
            occurred_on=moment(at).date().isoformat(), booked_at=at, actor="test", cause=cause, evidence="",
            explanation="[]"))
        connection.execute(insert(unsealed).values(account_id=self.account, transaction_id=txn))
        legs = [leg for leg in legs if leg.amount]
        for line, leg in enumerate(legs, start=1):
            self._post(connection, txn, line, leg)
        self._balance(connection, legs)
        return txn

    def _post(self, connection: Connection, txn: int, line: int, leg: Leg) -> None:
        active_from, expires_at = leg.terms or (None, None)
        at = {"account_id": self.account, "transaction_id": txn, "line": line}
        connection.execute(insert(posting).values(
            **at, book=leg.book, unit=self.unit, amount=leg.amount, active_from=active_from, expires_at=expires_at,
            keeps_until=leg.keeps_until))
        if leg.terms:
            connection.execute(insert(lot).values(
                **at, book=leg.book, unit=self.unit, amount=leg.amount, remaining=leg.amount, active_from=active_from,
                expires_at=FOREVER if expires_at is None else expires_at, open=True))
        for made_by, lot_line, amount in leg.uses:
            connection.execute(insert(lot_use).values(
                **at, lot_transaction_id=made_by, lot_line=lot_line, book=leg.book, amount=amount))
            if leg.book != "held":
                self._use(connection, made_by, lot_line, amount)

    def _use(self, connection: Connection, made_by: int, line: int, amount: int) -> None:
        connection.execute(update(lot).where(
            lot.c.account_id == self.account, lot.c.transaction_id == made_by, lot.c.line == line
        ).values(remaining=lot.c.remaining - amount, open=lot.c.remaining > amount))

    def _balance(self, connection: Connection, legs: Iterable[Leg]) -> None:
        sums = dict.fromkeys(OWN, 0)
        for leg in legs:
            if leg.book in OWN:
                sums[leg.book] += leg.amount
        kept = max((leg.keeps_until for leg in legs if leg.keeps_until is not None), default=None)
        mine = (balance.c.account_id == self.account, balance.c.unit == self.unit)
        row = connection.execute(select(balance).where(*mine)).one_or_none()
        if row is None:
            connection.execute(insert(balance).values(
                account_id=self.account, unit=self.unit, posted=0, held=0, pending=0, deficit=0, version=0))
        known = row.keeps_until if row else None
        connection.execute(update(balance).where(*mine).values(
            posted=balance.c.posted + sums["participant"], held=balance.c.held + sums["held"],
            pending=balance.c.pending + sums["pending"], deficit=balance.c.deficit - sums["deficit"],
            keeps_until=max((end for end in (known, kept) if end is not None), default=None),
            version=balance.c.version + 1))

    def _rows(self, query: Any) -> list[Any]:
        with self.database.reading() as connection:
            return list(connection.execute(query))

    def open_lots(self, at: int, amount: int, book: str = "participant") -> list[Taken]:
        """Lots that give this amount, first to go first."""
        rows = self._rows(select(lot).where(
            lot.c.account_id == self.account, lot.c.unit == self.unit, lot.c.book == book, lot.c.remaining > 0,
            lot.c.expires_at > at, func.coalesce(lot.c.active_from, 0) <= at
        ).order_by(lot.c.expires_at, lot.c.transaction_id))
        return some_of([(row.transaction_id, row.line, row.remaining) for row in rows], amount)

    def taken(self, transactions: Iterable[int], book: str) -> list[Taken]:
        """What these transactions took from lots of a book and did not give back, in the order of the lots' end."""
        rows = self._rows(select(lot_use.c.lot_transaction_id, lot_use.c.lot_line, func.sum(lot_use.c.amount))
                          .join(lot, (lot.c.account_id == lot_use.c.account_id)
                                & (lot.c.transaction_id == lot_use.c.lot_transaction_id)
                                & (lot.c.line == lot_use.c.lot_line))
                          .where(lot_use.c.account_id == self.account, lot_use.c.book == book,
                                 lot_use.c.transaction_id.in_(list(transactions)))
                          .group_by(lot_use.c.lot_transaction_id, lot_use.c.lot_line, lot.c.expires_at)
                          .order_by(lot.c.expires_at, lot_use.c.lot_transaction_id))
        return [(row[0], row[1], int(row[2])) for row in rows]

    def referring(self, txn: int) -> list[int]:
        """A transaction and all that refer to it."""
        return [txn, *(row.id for row in self._rows(select(journal.c.id).where(
            journal.c.account_id == self.account, journal.c.refers_to == txn)))]

    def credit(self, amount: int, at: int, *, kind: str = "adjustment", contra: str = "issuance",
               expires_at: int | None = None, active_from: int | None = None, keeps_until: int | None = None) -> int:
        """Points with a lot of their own."""
        terms = (at if active_from is None else active_from, expires_at)
        return self.book(kind, at, [Leg("participant", amount, terms=terms, keeps_until=keeps_until),
                                    Leg(contra, -amount)])

    def promise(self, amount: int, at: int, expires_at: int | None = None) -> int:
        """Points that wait for an act."""
        return self.book("adjustment", at, [Leg("pending", amount, terms=(None, expires_at)),
                                            Leg("issuance", -amount)])

    def activate(self, promised: int, amount: int, at: int, expires_at: int | None = None) -> int:
        """The act."""
        return self.book("activation", at, [Leg("pending", -amount, uses=[(promised, 1, amount)]),
                                            Leg("participant", amount, terms=(at, expires_at))], promised)

    def debit(self, amount: int, at: int, *, kind: str = "redemption", contra: str = "redeemed") -> int:
        """Points that go, first to expire first."""
        return self.book(kind, at, [Leg("participant", -amount, uses=self.open_lots(at, amount)), Leg(contra, amount)])

    def hold(self, amount: int, at: int) -> int:
        """Points that are reserved."""
        uses = self.open_lots(at, amount)
        with self.database.writing() as connection:
            txn = self.write(connection, "hold", at, [
                Leg("participant", -amount, uses=uses), Leg("held", amount, uses=turned(uses))])
            connection.execute(insert(hold).values(
                account_id=self.account, id=txn, unit=self.unit, amount=amount, remaining=amount, expires_at=FOREVER,
                open=True))
            return txn

    def capture(self, held: int, amount: int, at: int) -> int:
        """Reserved points that are spent, in the order in which they were taken."""
        uses = some_of([(a, b, -n) for a, b, n in self.taken(self.referring(held), "held") if n], amount)
        return self._from_hold(held, "capture", amount, at, [
            Leg("held", -amount, uses=uses), Leg("redeemed", amount)])

    def release(self, held: int, amount: int, at: int) -> int:
        """Reserved points that come back, those taken last first; what is over by then goes at once."""
        left = [(a, b, -n) for a, b, n in self.taken(self.referring(held), "held") if n]
        uses = some_of(left[::-1], amount)
        return self._from_hold(held, "release", amount, at, [
            Leg("held", -amount, uses=uses), Leg("participant", amount, uses=turned(uses)), *self._over(uses, at)])

    def _from_hold(self, held: int, kind: str, amount: int, at: int, legs: list[Leg]) -> int:
        with self.database.writing() as connection:
            connection.execute(update(hold).where(hold.c.account_id == self.account, hold.c.id == held).values(
                remaining=hold.c.remaining - amount, open=hold.c.remaining > amount))
            return self.write(connection, kind, at, legs, held)

    def cancel(self, spent: int, amount: int, at: int, book: str = "participant") -> int:
        """Spent points that come back to their lots, those taken last first."""
        uses = some_of(self.taken([spent], book)[::-1], amount)
        return self.book("cancellation", at, [
            Leg("redeemed", -amount), Leg("participant", amount, uses=turned(uses)), *self._over(uses, at)], spent)

    def _over(self, uses: Sequence[Taken], at: int) -> list[Leg]:
        ends = {(row.transaction_id, row.line): row.expires_at
                for row in self._rows(select(lot).where(lot.c.account_id == self.account))}
        gone = [use for use in uses if ends[use[:2]] <= at]
        points = sum(amount for _, _, amount in gone)
        return [Leg("participant", -points, uses=gone), Leg("expired", points)]

    def expire(self, due: int, at: int) -> int:
        """Everything that was over at `due`."""
        rows = self._rows(select(lot).where(lot.c.account_id == self.account, lot.c.unit == self.unit,
                                            lot.c.book == "participant", lot.c.remaining > 0, lot.c.expires_at <= due))
        uses = [(row.transaction_id, row.line, row.remaining) for row in rows]
        points = sum(amount for _, _, amount in uses)
        return self.book("expiry", at, [Leg("participant", -points, uses=uses), Leg("expired", points)])

    def reverse(self, txn: int, amount: int, at: int) -> int:
        """A credit taken back: from its own lot, from others, and what is not there is owed."""
        rows = self._rows(select(lot).where(lot.c.account_id == self.account, lot.c.transaction_id == txn,
                                            lot.c.remaining > 0, lot.c.unit == self.unit))
        own = some_of([(row.transaction_id, row.line, row.remaining) for row in rows], amount)
        missing = amount - total(own)
        others = [use for use in self.open_lots(at, amount + missing) if use[:2] not in {one[:2] for one in own}]
        uses = own + some_of(others, missing)
        owed = amount - total(uses)
        return self.book("reversal", at, [Leg("participant", -total(uses), uses=uses), Leg("deficit", -owed),
                                          Leg("issuance", amount)], txn)

    def settle(self, amount: int, at: int) -> int:
        """A deficit that later points fill up."""
        return self.book("settlement", at, [Leg("participant", -amount, uses=self.open_lots(at, amount)),
                                            Leg("deficit", amount)])


def some_of(lots: Iterable[Taken], amount: int) -> list[Taken]:
    """As much of these lots as makes the amount, or all of them."""
    uses: list[Taken] = []
    for made_by, line, there in lots:
        part = min(there, amount - total(uses))
        if part > 0:
            uses.append((made_by, line, part))
    return uses


def turned(uses: Iterable[Taken]) -> list[Taken]:
    """The same lots, given back instead of taken."""
    return [(made_by, line, -amount) for made_by, line, amount in uses]


def total(uses: Iterable[Taken]) -> int:
    """The points of these uses."""
    return sum(amount for _, _, amount in uses)


def live_through(books: Books, other: Books, first: int, second: int, at: Callable[[str], int]) -> dict[str, int]:
    """A year in which everything happens to an account with two credits, `first` and `second`; bookings by name."""
    done: dict[str, int] = {}
    done["opening"] = books.credit(1_000, at("2026-06-01"), kind="opening", contra="opening",
                                   expires_at=at("2026-08-01"))
    done["redemption"] = books.debit(300, at("2026-06-10"))
    done["hold"] = books.hold(900, at("2026-06-15"))
    done["capture"] = books.capture(done["hold"], 500, at("2026-06-20"))
    done["short"] = books.credit(50, at("2026-07-01"), expires_at=at("2026-08-08"))
    done["release"] = books.release(done["hold"], 300, at("2026-08-05"))
    done["bought"] = books.debit(250, at("2026-08-20"))
    done["expiry"] = books.expire(at("2026-08-08"), at("2026-09-01"))
    done["cancellation"] = books.cancel(done["bought"], 100, at("2026-09-10"))
    with books.database.writing() as connection:
        uses = [(second, 1, 2_000)]
        done["transfer_out"] = books.write(connection, "transfer_out", at("2026-09-16"), [
            Leg("participant", -2_000, uses=uses), Leg("transfer", 2_000)])
        done["transfer_in"] = other.write(connection, "transfer_in", at("2026-09-16"), [
            Leg("transfer", -2_000), Leg("participant", 2_000, terms=(at("2026-05-06"), at("2030-01-01")))])
    done["reversal"] = books.reverse(second, 2_480, at("2026-09-20"))
    done["adjustment"] = books.credit(500, at("2026-10-01"), expires_at=at("2029-06-30"))
    done["settlement"] = books.settle(450, at("2026-10-01") + 1_000)
    done["promise"] = books.promise(200, at("2026-10-05"))
    done["activation"] = books.activate(done["promise"], 150, at("2026-10-20"), at("2027-10-20"))
    done["waiting"] = books.credit(70, at("2026-10-21"), active_from=at("2026-12-24"))
    done["merge_in"] = books.credit(40, at("2026-11-02"), kind="merge_in", contra="transfer",
                                    expires_at=at("2026-11-10"))
    done["last"] = books.debit(25, at("2026-11-05"))
    return done
