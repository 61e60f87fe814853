"""How fast is clearing? Lines per second end to end, beside the floor of the same run, with peak memory and growth.

    python tests/benchmarks/clearing.py --lines 10000 100000 1000000 --database sqlite postgresql

Each size runs in a process of its own, which parses, matches, scores by three rules (or more with `--rules`),
explains, books, seals and commits durably. The ratio to the floor is what counts: seconds differ from machine to
machine.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.benchmarks.floor import measured
from tests.benchmarks.world import write_deliveries, write_world
from tests.support import postgres
from treuwerk.programme.reading import read_programme
from treuwerk.services.clearing.clearing import clear_file
from treuwerk.services.clearing.importing import import_articles, import_participants
from treuwerk.services.installation import Installation, claim_database, open_installation
from treuwerk.services.proof.verifying import verify
from treuwerk.store.database import Database
from treuwerk.store.migrating import migrate

COLUMNS = ("database", "lines", "lines/s", "growth", "seconds", "floor s", "× floor", "ledger floor s",
           "× ledger floor", "again s", "verify s", "peak MB")


def main() -> None:
    """Run the sizes that were asked for and print one row each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--database", nargs="+", choices=["sqlite", "postgresql"], default=["sqlite", "postgresql"])
    parser.add_argument("--rules", type=int, default=3, help="each is asked about all lines; a line earns by one")
    parser.add_argument("--limits", action="store_true", help="rules have caps and a budget, which are never met")
    parser.add_argument("--child", nargs=3, metavar=("FOLDER", "URL", "FILE"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        print(json.dumps(cleared(*arguments.child)))
        return
    print("  ".join(f"{column:>14}" for column in COLUMNS))
    for kind in arguments.database:
        first = 0.0
        for lines in arguments.lines:
            result = measure(kind, lines, arguments.rules, limits=arguments.limits)
            first = first or result["lines/s"]
            print("  ".join(f"{value:>14}" for value in row(kind, lines, result, first)), flush=True)


def row(kind: str, lines: int, result: dict[str, float], first: float) -> list[str]:
    """One line of the table; growth is the speed beside that of the first size."""
    figures = [f"{result[column]:,.2f}" for column in COLUMNS[4:-1]]
    return [kind, f"{lines:,}", f"{result['lines/s']:,.0f}", f"{result['lines/s'] / first:.2f}", *figures,
            f"{result['peak MB']:.0f}"]


def measure(kind: str, lines: int, rules: int, *, limits: bool = False) -> dict[str, float]:
    """One size on one database, by the names of the columns."""
    with tempfile.TemporaryDirectory() as name, urls(kind, Path(name)) as (url, floor_url, ledger_url):
        folder = Path(name)
        installation = prepared(folder, url, rules, limits=limits)
        write_deliveries(folder / "deliveries.csv", lines, seed=lines)
        result, again = in_child(folder, url), in_child(folder, url)
        batch, seconds = installation.programme.settings.clearing.batch_lines, result["seconds"]
        floor = timed_floor(url, floor_url, batch, ledger_only=False)
        ledger = timed_floor(url, ledger_url, batch, ledger_only=True)
        started = time.perf_counter()
        if not (verdict := verify(installation.database)).ok:
            raise SystemExit(f"the ledger is wrong: {[i for i in verdict.invariants if i.state != 'ok']}")
        proven = time.perf_counter() - started
        installation.database.close()
        return {"lines/s": lines / seconds, "seconds": seconds, "floor s": floor, "× floor": seconds / floor,
                "ledger floor s": ledger, "× ledger floor": seconds / ledger, "again s": again["seconds"],
                "verify s": proven, "peak MB": result["peak_mb"]}


@contextmanager
def urls(kind: str, folder: Path) -> Iterator[list[str]]:
    """Addresses of three empty databases: for the clearing and for the two floors. Both sync every commit to disk."""
    if kind == "sqlite":
        yield [f"sqlite:///{folder / name}.db" for name in ("cleared", "floor", "ledger")]
        return
    with postgres.running(durable=True) as server:
        yield [server.url_of(server.create()) for _ in range(3)]


def prepared(folder: Path, url: str, rules: int = 3, *, limits: bool = False) -> Installation:
    """An installation with its master data."""
    write_world(folder, rules, limits=limits)
    now = time.time_ns() // 1000
    database = Database(url)
    migrate(database)
    claim_database(database, read_programme(folder).settings.programme.code, now)
    installation = open_installation(folder, database)
    import_articles(installation, folder / "articles.csv", now)
    import_participants(installation, folder / "participants.csv", now)
    return installation


def in_child(folder: Path, url: str) -> dict[str, float]:
    """Clear the file in a fresh process, whose peak memory is nobody else's."""
    command = [sys.executable, __file__, "--child", str(folder), url, str(folder / "deliveries.csv")]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    result: dict[str, float] = json.loads(done.stdout)
    return result


def cleared(folder: str, url: str, file: str) -> dict[str, float]:
    """Clear the file here and now."""
    installation = open_installation(Path(folder), Database(url))
    started = time.perf_counter()
    receipt = clear_file(installation, Path(file), time.time_ns() // 1000)
    seconds = time.perf_counter() - started
    if receipt.tally.booked + receipt.tally.duplicate != receipt.tally.lines:
        raise SystemExit(f"not every line was booked: {receipt.tally}")
    return {"seconds": seconds, "peak_mb": peak_megabytes()}


def peak_megabytes() -> float:
    """The largest resident sizes of this process and of the scoring process that it started, added up."""
    return own_peak() + resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def own_peak() -> float:
    """By the kernel's mark, since the usual figure counts the parent before the exec, too."""
    with suppress(OSError):
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def timed_floor(url: str, target: str, batch: int, ledger_only: bool) -> float:
    """Seconds of a floor, in databases of its own."""
    source, sink = Database(url), Database(target)
    try:
        return measured(source, sink, batch, ledger_only)
    finally:
        source.close()
        sink.close()


if __name__ == "__main__":
    main()
