"""How fast are redemptions? Eight clients on spread accounts and on one, beside the commit floor of the same run.

    python tests/benchmarks/redeeming.py --database sqlite postgresql --history 20000 1000000

Clients are processes on PostgreSQL and threads of one process on SQLite, as they are in a web server. The floor is one
UPDATE of a balance row with a commit of its own, by the same clients. Both sync every commit to disk. `--history` is
how many purchase lines are booked before: the cost of a redemption must not grow with it. With `--wait` each history is
measured once Enter is pressed: to book a million lines takes minutes, and only the measuring needs a quiet machine.

What grows all the same is told apart. `again` is the same accounts as `spread` once more: what it costs less are pages
that were touched for the first time. `keyed` writes the rows of a redemption on them by bare keyed statements, without
a look at anything, into a database that is not used any more: what it costs more with more history, every ledger would
pay. `kB read` and `kB written` are for each work those of SQLite's process to its file, or of PostgreSQL's pages from
outside its cache and of its log; they do not depend on how busy the machine is. Reads of `keyed` hold its preparation.
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from sqlalchemy import Connection, insert, select, text, update

from tests.benchmarks.clearing import prepared, urls
from tests.benchmarks.world import write_deliveries
from treuwerk.domain.ids import row_ids
from treuwerk.domain.ledger import bucket_of
from treuwerk.domain.refusals import Refusal
from treuwerk.services.clearing.clearing import clear_file
from treuwerk.services.installation import Installation, open_installation
from treuwerk.services.ledger.redeeming import redeem
from treuwerk.services.proof.verifying import verify
from treuwerk.store.database import Database
from treuwerk.store.tables import balance, journal, lot, lot_use, outbox, posting, unsealed

COLUMNS = ("database", "history", "case", "clients", "redemptions/s", "× floor", "p50 ms", "p99 ms", "max ms",
           "refused", "kB read", "kB written")
Work = Callable[[int, str], None]
Result = dict[str, Any]


def main() -> None:
    """Measure each database and history, and print one row for each case."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", nargs="+", choices=["sqlite", "postgresql"], default=["sqlite", "postgresql"])
    parser.add_argument("--history", type=int, nargs="+", default=[20_000])
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 8])
    parser.add_argument("--each", type=int, default=400, help="redemptions of each client")
    parser.add_argument("--wait", action="store_true", help="before measuring, wait for Enter")
    parser.add_argument("--child", nargs=5, metavar=("FOLDER", "URL", "WAY", "CLIENT", "EACH"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        folder, url, way, client, each = arguments.child
        print(json.dumps(in_process(Path(folder), url, way, int(client), int(each))))
        return
    print("  ".join(f"{column:>13}" for column in COLUMNS))
    for kind in arguments.database:
        for history in arguments.history:
            measure(kind, history, arguments.clients, arguments.each, wait=arguments.wait)


def measure(kind: str, history: int, clients: list[int], each: int, *, wait: bool = False) -> None:
    """All cases on one database with so much history."""
    with tempfile.TemporaryDirectory() as name, urls(kind, Path(name)) as (url, *_):
        folder = Path(name)
        installation = prepared(folder, url)
        write_deliveries(folder / "deliveries.csv", history, seed=history)
        clear_file(installation, folder / "deliveries.csv", time.time_ns() // 1000)
        if wait:
            input(f"{history:,} lines are booked on {kind}; press Enter to measure\n")
        run = in_threads if kind == "sqlite" else in_processes
        floor: list[Result] = []
        for many in clients:
            for way in ("floor", "spread", "again", "hot"):
                before = moved(installation.database)
                results = run(installation, folder, url, way, many, each)
                floor = results if way == "floor" else floor
                show([kind, f"{history:,}", way, f"{many}"], results, floor, before, moved(installation.database))
        if not (verdict := verify(installation.database)).ok:
            raise SystemExit(f"the ledger is wrong: {[i for i in verdict.invariants if i.state != 'ok']}")
        before = moved(installation.database)
        results = run(installation, folder, url, "keyed", clients[-1], each)
        show([kind, f"{history:,}", "keyed", f"{clients[-1]}"], results, floor, before, moved(installation.database))
        installation.database.close()


def in_threads(installation: Installation, _: Path, __: str, way: str, clients: int, each: int) -> list[Result]:
    """Clients that are threads of this process."""
    with ThreadPoolExecutor(clients) as pool:
        return list(pool.map(lambda client: worked(installation, way, client, each), range(clients)))


def in_processes(_: Installation, folder: Path, url: str, way: str, clients: int, each: int) -> list[Result]:
    """Clients that are processes, let loose together."""
    started = [subprocess.Popen(
        [sys.executable, __file__, "--child", str(folder), url, way, str(client), str(each)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for client in range(clients)]
    for process in started:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    for process in started:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    return [json.loads(process.communicate()[0]) for process in started]


def in_process(folder: Path, url: str, way: str, client: int, each: int) -> Result:
    """One client: it connects, says that it is ready, waits for the word, and works."""
    installation = open_installation(folder, Database(url))
    worked(installation, way, client, 5, "warm")
    print("ready", flush=True)
    sys.stdin.readline()
    return worked(installation, way, client, each)


def worked(installation: Installation, way: str, client: int, each: int, label: str = "order") -> Result:
    """Begin, end, and the milliseconds of each redemption of one client."""
    accounts, work, chance = rich(installation.database), works(installation, way), random.Random(client)
    if way == "hot":
        accounts = accounts[:1]
    chosen = [(chance.choice(accounts), f"{label}-{way}-{client}-{number}-{time.time_ns()}") for number in range(each)]
    spent, refused, began = [], 0, time.time()
    for account_id, key in chosen:
        started = time.perf_counter()
        try:
            work(account_id, key)
        except Refusal:
            refused += 1
        spent.append((time.perf_counter() - started) * 1_000)
    return {"began": began, "ended": time.time(), "ms": spent, "refused": refused}


def works(installation: Installation, way: str) -> Work:
    """What a client does."""
    if way == "keyed":
        return keyed(installation.database)
    if way != "floor":
        return lambda account_id, key: void(redeem(installation, account_id, "bonus", 1, key, time.time_ns() // 1000))
    statement = text("UPDATE balance SET version = version + 1 WHERE account_id = :account AND unit = 'bonus'")
    return lambda account_id, _: installation.database.run(
        lambda connection: void(connection.execute(statement, {"account": account_id})))


def keyed(database: Database) -> Work:
    """The rows of a redemption without any decision: what the tables cost. The books are wrong afterwards."""
    with database.reading() as connection:
        lots = {account: (number, line) for account, number, line in connection.execute(
            select(lot.c.account_id, lot.c.transaction_id, lot.c.line).where(
                lot.c.remaining > 1_000, lot.c.account_id.in_(rich(database))))}
    numbers = row_ids(time.time_ns() // 1000)

    def write(account: int, number: int, key: str, connection: Connection) -> None:
        home, made, line = {"account_id": account}, *lots[account]
        connection.execute(update(lot).where(lot.c.account_id == account, lot.c.transaction_id == made,
                                             lot.c.line == line).values(remaining=lot.c.remaining - 1))
        connection.execute(update(balance).where(balance.c.account_id == account, balance.c.unit == "bonus").values(
            posted=balance.c.posted - 1, version=balance.c.version + 1))
        connection.execute(insert(journal), home | {
            "id": number, "kind": "redemption", "business_key": key, "occurred_on": "2026-01-01", "booked_at": 1,
            "actor": "system", "cause": key, "evidence": "0" * 32, "explanation": "[]"})
        connection.execute(insert(posting), [home | {
            "transaction_id": number, "line": at, "book": book, "unit": "bonus", "amount": amount}
            for at, book, amount in ((1, "participant", -1), (2, "redeemed", 1))])
        connection.execute(insert(lot_use), home | {
            "transaction_id": number, "line": 1, "lot_transaction_id": made, "lot_line": line, "book": "participant",
            "amount": 1})
        connection.execute(insert(unsealed), home | {"transaction_id": number})
        connection.execute(insert(outbox), home | {
            "id": number, "bucket": bucket_of(account), "topic": "points_moved", "payload": "0" * 90,
            "created_at": number})

    return lambda account, key: database.run(partial(write, account, next(numbers), key)) if account in lots else None


def moved(database: Database) -> tuple[int, int]:
    """Bytes that were read and written so far; see the top of this file."""
    if database.is_sqlite:
        counted = dict(line.split(": ") for line in Path("/proc/self/io").read_text().splitlines())
        return int(counted["rchar"]), int(counted["wchar"])
    with database.reading() as connection:
        read, written = connection.execute(text(
            "SELECT (SELECT blks_read * 8192 FROM pg_stat_database WHERE datname = current_database()), "
            "CAST(pg_current_wal_lsn() - '0/0' AS bigint)")).one()
        return read, written


def void(_: object) -> None:
    """Nothing, whatever was done."""


def rich(database: Database) -> list[int]:
    """Accounts with the most points, which lie in many lots."""
    def found(connection: Connection) -> list[int]:
        return list(connection.execute(select(balance.c.account_id).where(balance.c.unit == "bonus")
                                       .order_by(balance.c.posted.desc()).limit(2_000)).scalars())
    with database.reading() as connection:
        return found(connection)


def show(case: list[str], results: list[Result], floor: list[Result], before: tuple[int, int],
         after: tuple[int, int]) -> None:
    """One row of the table."""
    spent = sorted(ms for result in results for ms in result["ms"])
    p50, p99 = spent[len(spent) // 2], spent[int(len(spent) * 0.99)]
    row = [*case, f"{rate(results):,.0f}", f"{rate(results) / rate(floor):.2f}",
           f"{p50:.2f}", f"{p99:.2f}", f"{spent[-1]:.1f}", f"{sum(result['refused'] for result in results)}",
           *(f"{(later - earlier) / 1024 / len(spent):.1f}" for earlier, later in zip(before, after, strict=True))]
    print("  ".join(f"{value:>13}" for value in row), flush=True)


def rate(results: list[Result]) -> float:
    """Works per second of all clients together."""
    seconds: float = max(result["ended"] for result in results) - min(result["began"] for result in results)
    return sum(len(result["ms"]) for result in results) / seconds


if __name__ == "__main__":
    main()
