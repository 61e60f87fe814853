"""How fast are single bookings on SQLite? Works per second of several threads, beside the floor of the same run.

    python tests/benchmarks/writing.py --threads 1 8 --seconds 3

A work is one conditional update and one insert. The floor does the same statements in one thread, each with a commit
of its own, through the driver itself. Both sync every commit to disk. What `run` costs besides the statements is
measured by empty works. The ratio to the floor is what counts: seconds differ from machine to machine.
"""

import argparse
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from sqlalchemy import Connection, insert, text

from treuwerk.store.database import Database
from treuwerk.store.migrating import migrate
from treuwerk.store.tables import balance

COLUMNS = ("way", "threads", "works/s", "× floor", "p50 ms", "p99 ms", "max ms", "works/commit")
MEMBERS = 10_000
TAKE = ("UPDATE balance SET posted = posted - 1, version = version + 1 "
        "WHERE account_id = ? AND unit = 'bonus' AND posted > 0")
NOTE = ("INSERT INTO outbox (account_id, id, bucket, topic, payload, created_at) "
        "VALUES (?, ?, 0, 'redeemed', '{}', 1)")
_ids = count(1)


def main() -> None:
    """Measure and print one row for each way."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 8])
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--rounds", type=int, default=3, help="of these the median counts")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        database = prepared(Path(name))
        ways = [("floor", 1, floor(database)), ("core, own commits", 1, core(database))]
        ways += [(way, threads, work) for threads in arguments.threads
                 for way, work in (("run, driver", driven(database)), ("run, core", booked(database)),
                                   ("run, empty", empty(database)))]
        results = measured(database, ways, arguments.seconds, arguments.rounds)
        database.close()
    show(ways, results)


def prepared(folder: Path) -> Database:
    """A database with members who have points."""
    database = Database(f"sqlite:///{folder / 'writing.db'}")
    migrate(database)
    with database.writing() as connection:
        start = dict.fromkeys((column.name for column in balance.columns if not column.nullable), 0)
        connection.execute(insert(balance), [start | {"account_id": member, "unit": "bonus", "posted": 10**9}
                                             for member in range(MEMBERS)])
    return database


def parameters() -> tuple[int, int]:
    """A member and a new id."""
    number = next(_ids)
    return number * 7919 % MEMBERS, number


def floor(database: Database) -> Callable[[], None]:
    """The statements through the driver, each work with its own commit."""
    connection = sqlite3.connect(str(database.file), isolation_level=None, check_same_thread=False)
    for pragma in ("synchronous=FULL", "temp_store=MEMORY", "cache_size=-49152"):
        connection.execute(f"PRAGMA {pragma}")

    def work() -> None:
        member, number = parameters()
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(TAKE, (member,))
        connection.execute(NOTE, (member, number))
        connection.execute("COMMIT")

    return work


def statements(connection: Connection) -> None:
    """A work as services write it."""
    member, number = parameters()
    connection.execute(_TAKE, {"member": member})
    connection.execute(_NOTE, {"member": member, "number": number})


_TAKE = text(TAKE.replace("?", ":member"))
_NOTE = text(NOTE.replace("?", ":member", 1).replace("?", ":number", 1))


def core(database: Database) -> Callable[[], None]:
    """The statements of a service, each work with its own commit."""
    def work() -> None:
        with database.writing() as connection:
            statements(connection)

    return work


def booked(database: Database) -> Callable[[], None]:
    """The statements of a service, handed to the writer."""
    return lambda: database.run(statements)


def driven(database: Database) -> Callable[[], None]:
    """The statements of the floor, handed to the writer: what is slower than the floor is ours."""
    def statements_of_floor(connection: Connection) -> None:
        driver: Any = connection.connection.driver_connection
        member, number = parameters()
        driver.execute(TAKE, (member,))
        driver.execute(NOTE, (member, number))

    return lambda: database.run(statements_of_floor)


def empty(database: Database) -> Callable[[], None]:
    """Nothing, handed to the writer: what `run` costs by itself."""
    return lambda: database.run(lambda _: None)


def measured(database: Database, ways: list[tuple[str, int, Callable[[], None]]], seconds: float,
             rounds: int) -> list[dict[str, float]]:
    """The median of several rounds for each way; ways take turns, so that the weather of the disk meets all."""
    taken: list[list[dict[str, float]]] = [[] for _ in ways]
    for _ in range(rounds):
        for results, (_, threads, work) in zip(taken, ways, strict=True):
            results.append(one_round(database, threads, work, seconds))
    return [sorted(results, key=lambda result: result["works/s"])[len(results) // 2] for results in taken]


def one_round(database: Database, threads: int, work: Callable[[], None], seconds: float) -> dict[str, float]:
    """Let threads work for a while; their latencies in milliseconds."""
    work()
    before = commits(database)
    until = time.perf_counter() + seconds

    def client(_: int) -> list[float]:
        spent, now = [], time.perf_counter()
        while now < until:
            began = now
            work()
            now = time.perf_counter()
            spent.append((now - began) * 1_000)
        return spent

    started = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        latencies = sorted(spent for of_one in pool.map(client, range(threads)) for spent in of_one)
    elapsed = time.perf_counter() - started
    made = commits(database) - before
    return {"works/s": len(latencies) / elapsed, "p50 ms": latencies[len(latencies) // 2],
            "p99 ms": latencies[len(latencies) * 99 // 100], "max ms": latencies[-1],
            "works/commit": len(latencies) / made if made else 0.0}


def commits(database: Database) -> int:
    """The counter in the header of the file, which each commit with changes moves by one where there is no WAL."""
    assert database.file is not None
    with database.file.open("rb") as stream:
        return int.from_bytes(stream.read(28)[24:28], "big")


def show(ways: list[tuple[str, int, Callable[[], None]]], results: list[dict[str, float]]) -> None:
    """Print the table."""
    print("  ".join(f"{column:>17}" for column in COLUMNS))
    lowest = results[0]["works/s"]
    for (way, threads, _), result in zip(ways, results, strict=True):
        figures = [f"{result[column]:,.3f}" for column in COLUMNS[4:-1]]
        cells = [way, str(threads), f"{result['works/s']:,.0f}", f"{result['works/s'] / lowest:.2f}", *figures,
                 f"{result['works/commit']:.1f}"]
        print("  ".join(f"{cell:>17}" for cell in cells), flush=True)


if __name__ == "__main__":
    main()
