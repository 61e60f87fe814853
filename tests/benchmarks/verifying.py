"""How fast is the proof? Seconds for all laws and seals, beside one full read of journal and postings in the same run.

    python tests/benchmarks/verifying.py --lines 20000 200000 1000000 --database sqlite postgresql

Each size is cleared into a database of its own. `--laws` lists the work that went into each law; a scan that proves
several laws counts for each. Seconds differ from machine to machine: the ratio to the floor is what counts.
"""

import argparse
import os
import resource
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.benchmarks.clearing import in_child, prepared, urls
from tests.benchmarks.world import write_deliveries
from treuwerk.services.proof.verifying import Invariant, verify
from treuwerk.store.database import Database
from treuwerk.store.recording import rows

COLUMNS = ("database", "lines", "verify s", "CPU s", "floor s", "× floor", "processes")


def main() -> None:
    """Fill databases of the sizes that were asked for, prove them, and print one row each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, nargs="+", default=[20_000, 200_000])
    parser.add_argument("--database", nargs="+", choices=["sqlite", "postgresql"], default=["sqlite", "postgresql"])
    parser.add_argument("--processes", type=int, default=None)
    parser.add_argument("--laws", action="store_true")
    parser.add_argument("--url", help="prove this database, which is filled already, instead of new ones")
    arguments = parser.parse_args()
    print("  ".join(f"{column:>12}" for column in COLUMNS))
    if arguments.url:
        measure(arguments.url, arguments.processes, laws=arguments.laws)
        return
    for kind in arguments.database:
        for lines in arguments.lines:
            with tempfile.TemporaryDirectory() as name, urls(kind, Path(name)) as (url, *_):
                prepared(Path(name), url).database.close()
                write_deliveries(Path(name) / "deliveries.csv", lines, seed=lines)
                in_child(Path(name), url)
                measure(url, arguments.processes, laws=arguments.laws)


def measure(url: str, processes: int | None, *, laws: bool) -> None:
    """Prove one database twice, for warm caches, and print the second time beside the floor."""
    database = Database(url)
    verify(database, processes=processes)
    floor, spent, started = floor_of(database), cpu(), time.perf_counter()
    verdict = verify(database, processes=processes)
    seconds = time.perf_counter() - started
    if not verdict.ok:
        raise SystemExit(f"the ledger is wrong: {[law for law in verdict.invariants if law.state != 'ok']}")
    figures = [f"{seconds:.2f}", f"{cpu() - spent:.2f}", f"{floor:.2f}", f"{seconds / floor:.1f}",
               str(processes or os.cpu_count())]
    print("  ".join(f"{cell:>12}" for cell in [database.url.get_backend_name(), f"{verdict.transactions:,}", *figures]),
          flush=True)
    if laws:
        print_laws(verdict.invariants)
    database.close()


def floor_of(database: Database) -> float:
    """Seconds of one full read of journal and postings."""
    started = time.perf_counter()
    with database.reading() as connection:
        for table in ("journal", "posting"):
            for _ in rows(connection, f"SELECT * FROM {table}"):
                pass
    return time.perf_counter() - started


def cpu() -> float:
    """Processor time of this process and of those that it started and that ended; a server's is not in it."""
    return sum(used.ru_utime + used.ru_stime for used in map(
        resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))


def print_laws(invariants: Sequence[Invariant]) -> None:
    """The work behind each law, largest first."""
    for law in sorted(invariants, key=lambda law: -law.duration):
        print(f"{law.duration:>12.2f}  {law.name}")


if __name__ == "__main__":
    main()
