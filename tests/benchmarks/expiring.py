"""How fast do points expire, and how fast are many redeemed? Per second, beside the floor of the same run, with growth.

    python tests/benchmarks/expiring.py --lots 20000 200000 1000000 --database sqlite postgresql

Half of the lots are due. The floor is the plain bulk writing of the lots with their transactions, postings and seals
into the same database, just before: what any booking of as many lots costs at least. Ratios are what counts.
"""

import argparse
import random
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.benchmarks.clearing import urls
from tests.benchmarks.holdings import fill
from tests.benchmarks.world import write_world
from treuwerk.programme.reading import read_programme
from treuwerk.services.installation import Installation, claim_database, open_installation
from treuwerk.services.ledger.batch_redeeming import Fate, Request, redeem_all
from treuwerk.services.ledger.expiring import expire
from treuwerk.services.proof.verifying import verify
from treuwerk.store.database import Database
from treuwerk.store.migrating import migrate

COLUMNS = ("database", "accounts", "lots", "floor lots/s", "expired/s", "growth", "× floor", "longest lock s",
           "idle run s", "redeemed/s", "growth", "× floor")
DAY = 86_400_000_000


def main() -> None:
    """Run the sizes that were asked for and print one row each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lots", type=int, nargs="+", default=[20_000, 200_000])
    parser.add_argument("--accounts", type=int, default=10_000)
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--database", nargs="+", choices=["sqlite", "postgresql"], default=["sqlite", "postgresql"])
    arguments = parser.parse_args()
    print("  ".join(f"{column:>14}" for column in COLUMNS))
    for kind in arguments.database:
        first: tuple[float, float] | None = None
        for lots in arguments.lots:
            accounts = min(arguments.accounts, lots // 20)
            floor, expired, longest, idle, redeemed = measure(kind, accounts, lots, arguments.requests)
            first = first or (expired, redeemed)
            cells = [kind, f"{accounts:,}", f"{lots:,}", f"{floor:,.0f}", f"{expired:,.0f}",
                     f"{expired / first[0]:.2f}", f"{floor / expired:.2f}", f"{longest:.2f}", f"{idle:.2f}",
                     f"{redeemed:,.0f}", f"{redeemed / first[1]:.2f}", f"{floor / redeemed:.2f}"]
            print("  ".join(f"{cell:>14}" for cell in cells), flush=True)


def measure(kind: str, accounts: int, lots: int, requests: int) -> tuple[float, float, float, float, float]:
    """Lots written, lots expired, seconds of the longest batch, seconds of a run without work, requests served."""
    with tempfile.TemporaryDirectory() as name, urls(kind, Path(name)) as (url, *_):
        now = time.time_ns() // 1000
        installation = prepared(Path(name), url, now)
        started = time.perf_counter()
        people = fill(installation.database, accounts, lots, now, 0.5, now - 30 * DAY)
        floor = lots / (time.perf_counter() - started)
        expired, longest = timed_expiry(installation, now)
        started = time.perf_counter()
        expire(installation, now)
        idle = time.perf_counter() - started
        redeemed = timed_redemptions(installation, people, min(requests, lots // 8), now)
        if not (verdict := verify(installation.database)).ok:
            raise SystemExit(f"the ledger is wrong: {[i for i in verdict.invariants if i.state != 'ok']}")
        installation.database.close()
        return floor, expired, longest, idle, redeemed


def prepared(folder: Path, url: str, now: int) -> Installation:
    """An installation without participants."""
    write_world(folder)
    database = Database(url)
    migrate(database)
    claim_database(database, read_programme(folder).settings.programme.code, now)
    return open_installation(folder, database)


def timed_expiry(installation: Installation, now: int) -> tuple[float, float]:
    """Lots per second, and the longest batch, during which its accounts are locked at most."""
    marks = [time.perf_counter()]
    receipt = expire(installation, now, told=lambda done, total: marks.append(time.perf_counter()))
    if not receipt.lots:
        raise SystemExit("nothing expired")
    longest = max(later - earlier for earlier, later in pairwise(marks))
    return receipt.lots / (marks[-1] - marks[0]), longest


def timed_redemptions(installation: Installation, people: list[int], requests: int, now: int) -> float:
    """Requests per second, most of which are served from two lots."""
    chance = random.Random(7)
    wishes = [Request(chance.choice(people), "bonus", chance.randint(20, 180), f"order-{number}")
              for number in range(requests)]
    started = time.perf_counter()
    answers = redeem_all(installation, wishes, now)
    seconds = time.perf_counter() - started
    booked = sum(answer.fate is Fate.BOOKED for answer in answers)
    if booked < requests / 2:
        raise SystemExit(f"only {booked} of {requests} were redeemed: the figure would be one of refusals")
    return booked / seconds


if __name__ == "__main__":
    main()
