"""How fast are redemptions? Eight clients on spread accounts and on one, beside the commit floor of the same run.

    python tests/benchmarks/redeeming.py --database sqlite postgresql --history 20000 1000000

Clients are processes on PostgreSQL and threads of one process on SQLite, as they are in a web server. The floor is one
UPDATE of a balance row with a commit of its own, by the same clients. Both sync every commit to disk. `--history` is
how many purchase lines are booked before: the cost of a redemption must not grow with it. With `--wait` each history is
measured once Enter is pressed: to book a million lines takes minutes, and only the measuring needs a quiet machine.
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
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from sqlalchemy import Connection, select, text

from tests.benchmarks.clearing import prepared, urls
from tests.benchmarks.world import write_deliveries
from treuwerk.domain.refusals import Refusal
from treuwerk.services.clearing import clear_file
from treuwerk.services.installation import Installation, open_installation
from treuwerk.services.redeeming import redeem
from treuwerk.services.verifying import verify
from treuwerk.store.database import Database
from treuwerk.store.tables import balance

COLUMNS = ("database", "history", "case", "clients", "redemptions/s", "× floor", "p50 ms", "p99 ms", "max ms",
           "refused")
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
        for many in clients:
            floor = run(installation, folder, url, "floor", many, each)
            show(kind, history, "floor", many, floor, floor)
            for way in ("spread", "hot"):
                show(kind, history, way, many, run(installation, folder, url, way, many, each), floor)
        if not (verdict := verify(installation.database)).ok:
            raise SystemExit(f"the ledger is wrong: {[i for i in verdict.invariants if i.state != 'ok']}")
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
    if way != "floor":
        return lambda account_id, key: void(redeem(installation, account_id, "bonus", 1, key, time.time_ns() // 1000))
    statement = text("UPDATE balance SET version = version + 1 WHERE account_id = :account AND unit = 'bonus'")
    return lambda account_id, _: installation.database.run(
        lambda connection: void(connection.execute(statement, {"account": account_id})))


def void(_: object) -> None:
    """Nothing, whatever was done."""


def rich(database: Database) -> list[int]:
    """Accounts with the most points, which lie in many lots."""
    def found(connection: Connection) -> list[int]:
        return list(connection.execute(select(balance.c.account_id).where(balance.c.unit == "bonus")
                                       .order_by(balance.c.posted.desc()).limit(2_000)).scalars())
    with database.reading() as connection:
        return found(connection)


def show(kind: str, history: int, way: str, clients: int, results: list[Result], floor: list[Result]) -> None:
    """One row of the table."""
    spent = sorted(ms for result in results for ms in result["ms"])
    p50, p99 = spent[len(spent) // 2], spent[int(len(spent) * 0.99)]
    row = [kind, f"{history:,}", way, f"{clients}", f"{rate(results):,.0f}", f"{rate(results) / rate(floor):.2f}",
           f"{p50:.2f}", f"{p99:.2f}", f"{spent[-1]:.1f}", f"{sum(result['refused'] for result in results)}"]
    print("  ".join(f"{value:>13}" for value in row), flush=True)


def rate(results: list[Result]) -> float:
    """Works per second of all clients together."""
    seconds: float = max(result["ended"] for result in results) - min(result["began"] for result in results)
    return sum(len(result["ms"]) for result in results) / seconds


if __name__ == "__main__":
    main()
