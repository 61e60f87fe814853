"""How fast are balances, statements and liability, and do they grow with history? Milliseconds beside a floor.

    python tests/benchmarks/reading.py --rows 20000 200000 1000000 --database sqlite postgresql

Half of the journal belongs to one hot account, the rest to 5,000 others. Each figure is the median of several runs; the
floor is the least that the driver needs for the same rows, measured in the same run: a page of bare postings by key for
the statement, one sum over all postings for liability. `small` is an account with a thousand postings in the same
database, so that both growths can be seen: with the account's history, and with the journal's.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from zoneinfo import ZoneInfo

import attrs
from sqlalchemy import Connection, text

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.support import postgres
from treuwerk.domain.ledger import FOREVER, moment
from treuwerk.services.account.statements import Cursor, statement
from treuwerk.services.ledger.balances import balances, expiry_calendar, holdings_as_of
from treuwerk.services.ledger.closing import Closing, closed
from treuwerk.services.ledger.liability import liability
from treuwerk.store.bulk import insert_rows
from treuwerk.store.database import Database
from treuwerk.store.migrating import migrate
from treuwerk.store.tables import balance, journal, lot, lot_use, posting, purchase_line, seal, sealed

UNITS, ZONE = ["bonus"], ZoneInfo("Europe/Berlin")
HOT, SMALL, OTHERS = 1, 2, 5_000
START, STEP, YEAR = 1_600_000_000_000_000, 100_000_000, 31_557_600_000_000
BATCH, SMALL_BOOKINGS = 10_000, 500
EXPLANATION = ('[{"line":1,"unit":"bonus","points":10,"rule":"r","revision":1,"steps":[["start","quantity","2"],'
               '["times","wp","50"],["per","wp","10"],["round_down","points",""]]}]')
COLUMNS = ("database", "journal rows", "account", "bookings", "first page", "last page", "× floor", "figures",
           "balance", "calendar", "past balance", "liability", "× floor")


def main() -> None:
    """Fill and read each size that was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=[20_000, 200_000])
    parser.add_argument("--database", nargs="+", choices=["sqlite", "postgresql"], default=["sqlite", "postgresql"])
    arguments = parser.parse_args()
    print("  ".join(f"{column:>13}" for column in COLUMNS) + "   (ms)")
    for kind in arguments.database:
        for rows in arguments.rows:
            with tempfile.TemporaryDirectory() as folder, address(kind, Path(folder)) as url:
                measure(kind, rows, url)


@contextmanager
def address(kind: str, folder: Path) -> Iterator[str]:
    """The address of an empty database."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'reading.db'}"
        return
    with postgres.running(durable=True) as server:
        yield server.url_of(server.create())


def measure(kind: str, rows: int, url: str) -> None:
    """One size on one database: a line for the hot account and one for the small one."""
    database = Database(url)
    migrate(database)
    fill(database, rows)
    end = START + rows * STEP + 1
    closing = closed(database, end, end)
    with database.reading() as connection:
        owed = timed(lambda: liability(connection, moment(end).date(), closing, ZONE), 3)
        all_postings = text("SELECT unit, book, SUM(amount) FROM posting GROUP BY 1, 2")
        floor = timed(lambda: connection.execute(all_postings).all(), 3)
        for name, account, bookings in (("hot", HOT, rows // 2), ("small", SMALL, SMALL_BOOKINGS)):
            figures = reading(connection, account, end, closing)
            cells = [kind, f"{rows:,}", name, f"{bookings:,}", *(f"{figure:,.2f}" for figure in figures)]
            cells += [f"{owed:,.0f}", f"{owed / floor:,.1f}"] if account == HOT else ["", ""]
            print("  ".join(f"{cell:>13}" for cell in cells), flush=True)
    database.close()


def reading(connection: Connection, account: int, end: int, closing: Closing) -> list[float]:
    """First page, last page, ratio of the first to the floor, figures, balance, calendar, balance of a past day."""
    oldest = connection.execute(text("SELECT id FROM journal WHERE account_id = :a ORDER BY id LIMIT 1 OFFSET 25"),
                                {"a": account}).scalar_one()
    newest = text("SELECT * FROM posting WHERE account_id = :a ORDER BY transaction_id DESC, line DESC LIMIT 50")
    floor = timed(lambda: connection.execute(newest, {"a": account}).all())
    first = timed(lambda: statement(connection, account, "bonus"))
    return [first, timed(lambda: statement(connection, account, "bonus", at=Cursor(oldest, 500))), first / floor,
            timed(lambda: balances(connection, UNITS, account, end, with_expiry=False)),
            timed(lambda: balances(connection, UNITS, account, end)),
            timed(lambda: expiry_calendar(connection, account, end), 5),
            timed(lambda: holdings_as_of(connection, UNITS, account, closing), 3)]


def timed(work: Callable[[], object], times: int = 25) -> float:
    """Milliseconds of the median run; the first one warms up and does not count."""
    work()
    spent = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        spent.append(time.perf_counter() - started)
    return statistics.median(spent) * 1_000


@attrs.define
class Member:
    """An account while it is filled: lots that nobody used yet, and its balance."""

    unused: list[int] = attrs.field(factory=list)
    posted: int = 0


def fill(database: Database, rows: int) -> None:
    """Every fifth booking of an account spends two lots; the others credit ten points that live three years."""
    members: dict[int, Member] = {}
    for start in range(0, rows, BATCH):
        tables: dict[str, list[tuple[object, ...]]] = {name: [] for name in ("j", "p", "l", "u", "b", "s")}
        for number in range(start, min(start + BATCH, rows)):
            account = owner(number)
            add(tables, members.setdefault(account, Member()), account, number)
        final = start + len(tables["j"])
        with database.writing() as connection:
            for table, name in ((journal, "j"), (posting, "p"), (lot, "l"), (lot_use, "u"), (purchase_line, "b"),
                                (sealed, "s")):
                insert_rows(connection, table, sorted(tables[name]))
            insert_rows(connection, seal, [(start // BATCH + 1, start + 1, final, "", f"{start}", f"{final}",
                                            START + final * STEP)])
    with database.writing() as connection:
        insert_rows(connection, balance, [(account, "bonus", member.posted, 0, 0, 0, None, 1)
                                          for account, member in members.items()])
        spend(connection)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE" if database.is_sqlite else "VACUUM ANALYZE")


def owner(number: int) -> int:
    """Every second booking is the hot account's, a few are the small one's."""
    if number % 2 == 0:
        return HOT
    return SMALL if number < 2 * SMALL_BOOKINGS else SMALL + 1 + number % OTHERS


def add(tables: dict[str, list[tuple[object, ...]]], member: Member, account: int, number: int) -> None:
    """The rows of one booking."""
    at = START + number * STEP
    txn = (at // 1000 - 1_577_836_800_000) << 21
    spends = len(member.unused) >= 4
    tables["j"].append((account, txn, "redemption" if spends else "accrual", f"k{number}", "2025-01-01", at, "b", "b",
                        "", "[]" if spends else EXPLANATION, None))
    tables["s"].append((number + 1, account, txn))
    member.posted += -20 if spends else 10
    if spends:
        tables["p"] += [(account, txn, 1, "participant", "bonus", -20, None, None, None),
                        (account, txn, 2, "redeemed", "bonus", 20, None, None, None)]
        tables["u"] += [(account, txn, 1, made, 1, "participant", 10) for made in member.unused[:2]]
        member.unused = []
        return
    ends = (at // YEAR + 4) * YEAR
    member.unused.append(txn)
    tables["p"] += [(account, txn, 1, "participant", "bonus", 10, at, ends, None),
                    (account, txn, 2, "issuance", "bonus", -10, None, None, None)]
    tables["l"].append((account, txn, 1, "participant", "bonus", 10, 10, at, ends or FOREVER, True))
    tables["b"].append((account, txn, 1, number, "s", "Maker", f"LS-{number}", "1", "2025-01-01", "A-1", 2, "2", "PCE",
                        None, "EUR", "", "{}", "", ""))


def spend(connection: Connection) -> None:
    """Close the lots that were used."""
    connection.execute(text(
        "UPDATE lot SET remaining = 0, open = :no WHERE EXISTS (SELECT 1 FROM lot_use u "
        "WHERE u.account_id = lot.account_id AND u.lot_transaction_id = lot.transaction_id "
        "AND u.lot_line = lot.line)"), {"no": False})


if __name__ == "__main__":
    main()
