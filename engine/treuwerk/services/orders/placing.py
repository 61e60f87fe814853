"""Placing an order of rewards: all of it or nothing, in one transaction, and once for good.

Whoever places an order under a key that stands for one gets that one. Prices and constraints are looked at once more
by the rows themselves, and what was shown before decides nothing. The account is locked first and the stock last, so
that whoever wants the same piece waits for one commit only.
"""

from collections.abc import Callable

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from treuwerk.domain.refusals import KeyConflict, Refusal
from treuwerk.domain.reward_orders import LineProblem, OrderRefused, OrderRequest
from treuwerk.domain.rights import Access, Audience
from treuwerk.services.installation import Installation
from treuwerk.services.ledger.balances import balances
from treuwerk.services.ledger.bookkeeping import OpenAccount
from treuwerk.services.orders.composing import Composition, Request, problems_of, requested
from treuwerk.services.orders.fulfilling import keep_for
from treuwerk.services.orders.looking_up import Placed, before_of, looked_up, offers_to
from treuwerk.services.orders.paying import pay
from treuwerk.services.orders.placing_at_once import place_at_once
from treuwerk.services.orders.scope import PLACE, REDEEM
from treuwerk.services.orders.telling import PLACED, tell
from treuwerk.services.participants.own_company import refuse_own_company
from treuwerk.services.payments.owing import open_payment
from treuwerk.services.rewards.askers import programme_day
from treuwerk.store import audit, promotions, rewards
from treuwerk.store import reward_orders as store
from treuwerk.store.faults import OutcomeUnknown
from treuwerk.store.orders_at_once import is_unusual
from treuwerk.store.owners import lock_owners

__all__ = ["LONGEST_NOTE", "MOST_LINES", "Placed", "place"]
Then = Callable[[Connection, Placed], None]
MOST_LINES, LONGEST_NOTE, LONGEST_KEY = 100, 500, 200


def place(installation: Installation, access: Access, wanted: OrderRequest, now: int, *,
          then: Then | None = None) -> Placed:
    """Order rewards, for the own company or, from the service centre, for the account that is named.

    What happens `then` is part of the same transaction, such as emptying a cart.

    Raises:
        OrderRefused: lines that cannot be ordered as they are, see `LineProblem`; nothing was booked.
        Refusal: `not_enough` (available, wanted, missing), `blocked`, `participant_not_active`, `nothing_wanted`,
            `wrong_points` (least, most), `too_many`, `too_long`, `own_account`: nobody in the service centre orders for
            the own company; nothing was booked.
        KeyConflict: the key stands for another order.
        NotAllowed, OutOfScope: whoever acts may not order, or not for this account.
        OutcomeUnknown: the connection to the database broke. Ask again with the same key.
    """
    account_id = _account_of(access, wanted)
    _check(wanted)

    request = requested(installation.programme.settings, access, account_id, wanted, now)

    def work(connection: Connection) -> Placed:
        return _followed(connection, _Placing(connection, request).place(), then)

    try:
        placed = _if_clear(installation, request, then)
    except OutcomeUnknown as unknown:
        return _asked_again(installation, work, unknown)
    return placed or installation.database.run(work)


def _asked_again(installation: Installation, work: Callable[[Connection], Placed], unknown: OutcomeUnknown) -> Placed:
    """The answer after all, where the key is known or gets known by asking again; its statement may still be running.

    So a refusal is none: the lost statement could find the points that this one missed.
    """
    try:
        return installation.database.run(work)
    except KeyConflict:
        raise
    except (Refusal, SQLAlchemyError):
        raise unknown from None


def _if_clear(installation: Installation, request: Request, then: Then | None) -> Placed | None:
    """The usual case in one statement: see `placing_at_once`. None, with nothing booked, where it is not usual.

    On SQLite there is no way to a server to be saved.
    """
    database = installation.database
    if database.is_sqlite or request.access.audience is Audience.OFFICE:  # of whom it is asked for whom they work
        return None

    def work(connection: Connection) -> Placed | None:
        placed = place_at_once(connection, request, alone=then is None)
        return placed and _followed(connection, placed, then)

    try:
        return database.run(work) if then else database.each_at_once(work)
    except DBAPIError as error:
        if is_unusual(error):
            return None
        raise


def _followed(connection: Connection, placed: Placed, then: Then | None) -> Placed:
    if then and not placed.repeated:
        then(connection, placed)
    return placed


def _account_of(access: Access, wanted: OrderRequest) -> int:
    office = access.audience is Audience.OFFICE
    access.require(PLACE if office else REDEEM)
    account_id = wanted.account_id or access.account_id
    access.require_account(account_id)
    return account_id


def _check(wanted: OrderRequest) -> None:
    """Refuse what no state of any account could make right."""
    if not wanted.lines:
        raise Refusal("nothing_wanted", "found no lines, expected at least one reward to order")
    if len(wanted.lines) > MOST_LINES:
        raise Refusal("too_many", f"found {len(wanted.lines)} lines, expected at most {MOST_LINES}", most=MOST_LINES)
    for name, text, longest in (("note", wanted.note, LONGEST_NOTE), ("key", wanted.key, LONGEST_KEY)):
        if len(text) > longest:
            raise Refusal("too_long", f"found {len(text)} characters as {name}, expected at most {longest}", field=name)
    if not wanted.key:
        raise Refusal("missing", "found no key, expected the one that names this order", field="key")


class _Placing:
    """One attempt to place an order, within its transaction."""

    def __init__(self, connection: Connection, request: Request) -> None:
        self._connection, self._request = connection, request

    def place(self) -> Placed:
        """The order, new or as it stood under its key before. Locks: the owner, the account, the rewards."""
        connection, request = self._connection, self._request
        if request.access.audience is Audience.OFFICE:
            refuse_own_company(request.access, connection, [request.account_id])
        if connection.dialect.name == "postgresql":  # on SQLite nobody else writes
            lock_owners(connection, [request.account_id])
        account = OpenAccount(connection, request.account_id, request.settings, request.now)
        rewards.lock(connection, request.variants)
        looked = looked_up(connection, request)
        if before := before_of(request, looked):  # who left since is still told what was ordered
            return before
        found = offers_to(connection, request, looked)
        if problems := list(problems_of(request, found, looked.counted)):
            raise OrderRefused(problems)
        return self._book(account, Composition(request, found, looked.counted))

    def _book(self, account: OpenAccount, made: Composition) -> Placed:
        request, connection = self._request, self._connection
        before = self._available()
        paid = pay(account, request.unit, made.number, made.prices, request.access.actor, made.ends.reserved_until)
        store.add(connection, made.order, made.lines(paid), [made.event])
        if made.money and (taken := request.settings.rewards.money):
            open_payment(connection, request.account_id, made.number, made.money,
                         request.settings.programme.currency, taken.head.provider, made.ends.pay_until, request.now)
        tell(connection, PLACED, request.account_id, made.number, made.state, request.now)
        audit.add(connection, made.entry)
        self._take_budgets(made)
        self._take_stock(made)
        keep_for(connection, request.account_id, made.number, request.wanted.lines, made.terms,
                 programme_day(request.settings, request.now), request.now)
        return Placed(request.account_id, made.number, made.state, made.points, before, before - made.points,
                      money=made.money)

    def _available(self) -> int:
        request = self._request
        held = balances(self._connection, [request.unit], request.account_id, request.now, with_expiry=False)
        return held[request.unit].available

    def _take_budgets(self, made: Composition) -> None:
        """Let promotions pay for their special prices.

        Raises:
            OrderRefused: one of them has given away what it may, since it was looked at.
        """
        if short := promotions.take(self._connection, made.budgets, self._request.now):
            raise OrderRefused(
                LineProblem(at, line.variant, "promotion_over", {"promotion": code, "left": short[code]})
                for at, line in enumerate(self._request.wanted.lines, start=1)
                if (code := made.found[line.variant].promotion) in short)

    def _take_stock(self, made: Composition) -> None:
        """Keep the pieces, in the order of the variants: two orders of the same ones then never wait for each other.

        Raises:
            OrderRefused: somebody took the last ones since they were looked at.
        """
        gone: list[LineProblem] = []
        uncounted: set[str] = set()
        for variant, pieces in made.pieces.items():
            if not store.reserve(self._connection, variant, pieces, self._request.now):
                there = store.left_in_stock(self._connection, [variant])
                if variant not in there:  # its stock is not counted any more
                    uncounted.add(variant)
                    continue
                gone += [LineProblem(at, variant, "sold_out", {"there": max(there[variant], 0)})
                         for at, line in enumerate(self._request.wanted.lines, start=1) if line.variant == variant]
        if gone:
            raise OrderRefused(gone)
        if uncounted:
            store.uncount(self._connection, self._request.account_id, made.number, uncounted)
