"""How fast are orders of rewards? Eight clients who order from a catalogue of 10,000, beside plain redemptions.

    python tests/benchmarks/ordering.py --database sqlite postgresql

An order has one line and does all that one does: judge the reward by its constraints, take the points, keep the piece,
write order, event, audit and messages, commit. `redeem` is a bare redemption by the same clients in the same run,
`spread` orders random rewards for random accounts, `reward` one reward for random accounts, `account` random rewards
for one account, and `five` random orders of five lines. `bare` writes the rows of an order of one line by statements
that are keyed and decide nothing, all in one way to the server: no order can be cheaper. Clients are threads of one
process, as in a web server, and on PostgreSQL also processes, each with one order at a time, which none shares a
transaction with. Both databases sync every commit to disk.
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
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.benchmarks.bare_orders import bare_orders
from tests.benchmarks.clearing import prepared, urls
from tests.benchmarks.redeeming import Result, rate, rich, void
from tests.benchmarks.world import write_deliveries
from treuwerk.domain.catalogue import Reward, RewardText, Variant
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.reward_orders import Destination, OrderRequest, WantedLine
from treuwerk.domain.rewards import Evidence, RewardState
from treuwerk.domain.rights import Access, Audience, names_for
from treuwerk.services.clearing.clearing import clear_file
from treuwerk.services.installation import Installation, open_installation
from treuwerk.services.ledger.redeeming import redeem
from treuwerk.services.orders.placing import place
from treuwerk.services.proof.verifying import verify
from treuwerk.store import rewards
from treuwerk.store.database import Database

REWARDS, LINES = 10_000, 20_000
WAYS = ("redeem", "spread", "reward", "account", "five", "bare")
WARM_UP = 20
COLUMNS = ("database", "clients are", "case", "clients", "orders/s", "× redeem", "p50 ms", "p99 ms", "max ms",
           "refused")
PROGRAMME = """
[rewards]
unit = "bonus"

[rewards.categories]
tools = { en = "Tools" }

[[reward_kinds]]
name = "goods"
source = "goods"

[[constraints]]
name = "europe"
constraint = "origin"
areas = ["EU"]
"""
HOME = Destination("Ada Lovelace", "Roof Street 1", "10115", "Berlin", "DE")
EVIDENCE = Evidence("origin", "manufactured", "DE", "LE-1")
Work = Callable[[random.Random, int, str], None]


def main() -> None:
    """Measure each database, and print one row for each case."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", nargs="+", choices=["sqlite", "postgresql"], default=["sqlite", "postgresql"])
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 8])
    parser.add_argument("--each", type=int, default=150, help="orders of each client")
    parser.add_argument("--child", nargs=5, metavar=("FOLDER", "URL", "WAY", "CLIENT", "EACH"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        folder, url, way, client, each = arguments.child
        print(json.dumps(in_process(Path(folder), url, way, int(client), int(each))))
        return
    print("  ".join(f"{column:>11}" for column in COLUMNS))
    for kind in arguments.database:
        measure(kind, arguments.clients, arguments.each)


def measure(kind: str, clients: list[int], each: int) -> None:
    """All cases on one database."""
    with tempfile.TemporaryDirectory() as name, urls(kind, Path(name)) as (url, *_):
        folder = Path(name)
        installation = shop(folder, url)
        runs = {"threads": in_threads} | ({} if kind == "sqlite" else {"processes": in_processes})
        cases = [(made, many) for many in clients for made in runs]
        for made, many in cases:
            redeemed: list[Result] = []
            for way in WAYS[:-1]:
                results = runs[made](installation, folder, url, way, many, each)
                redeemed = redeemed or results
                show([kind, made, way, f"{many}"], results, redeemed)
        if not (verdict := verify(installation.database)).ok:
            raise SystemExit(f"the ledger is wrong: {[one for one in verdict.invariants if one.state != 'ok']}")
        for made, many in cases:  # at last, since the books are wrong afterwards
            results = runs[made](installation, folder, url, WAYS[-1], many, each)
            show([kind, made, WAYS[-1], f"{many}"], results, results)
        installation.database.close()


def shop(folder: Path, url: str) -> Installation:
    """Participants with points, and rewards of one point each."""
    prepared(folder, url).database.close()
    programme = folder / "programme.toml"
    text = programme.read_text().replace('"product_factor"]', '"product_factor", "goods", "origin"]', 1)
    programme.write_text(text + PROGRAMME)
    installation, now = open_installation(folder, Database(url)), time.time_ns() // 1000
    write_deliveries(folder / "deliveries.csv", LINES, seed=1)
    clear_file(installation, folder / "deliveries.csv", now)
    made = [Reward(f"R-{at}", "goods", "tools", RewardState.PUBLISHED, points=1, vat=Decimal(19),
                   texts={"en": RewardText(f"Reward {at}", "Useful", "Long words of it. " * 20)},
                   variants=(Variant(f"R-{at}-1"), Variant(f"R-{at}-2")), evidence=(EVIDENCE,))
            for at in range(REWARDS)]
    with installation.database.writing() as connection:
        rewards.save(connection, [(one, 0) for one in made], "benchmark", "benchmark", now)
        rewards.set_stocks(connection, {one.variants[0].number: 1_000_000 for one in made}, {}, now)
    return installation


def in_threads(installation: Installation, _: Path, __: str, way: str, clients: int, each: int) -> list[Result]:
    """Clients that are threads of this process."""
    with ThreadPoolExecutor(clients) as pool:
        void(list(pool.map(lambda client: worked(installation, way, client, WARM_UP), range(clients))))
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
    worked(installation, way, client, WARM_UP)
    print("ready", flush=True)
    sys.stdin.readline()
    return worked(installation, way, client, each)


def worked(installation: Installation, way: str, client: int, each: int) -> Result:
    """Begin, end, and the milliseconds of each order of one client."""
    accounts, work, chance = rich(installation.database), works(installation, way), random.Random(client)
    if way == "account":
        accounts = accounts[:1]
    chosen = [(chance.choice(accounts), f"{way}-{client}-{number}-{time.time_ns()}") for number in range(each)]
    spent, refused, began = [], 0, time.time()
    for account_id, key in chosen:
        started = time.perf_counter()
        try:
            work(chance, account_id, key)
        except Refusal:
            refused += 1
        spent.append((time.perf_counter() - started) * 1_000)
    return {"began": began, "ended": time.time(), "ms": spent, "refused": refused}


def works(installation: Installation, way: str) -> Work:
    """What a client does."""
    if way == "bare":
        return bare_orders(installation.database)

    def plain(_: random.Random, account_id: int, key: str) -> None:
        void(redeem(installation, account_id, "bonus", 1, key, time.time_ns() // 1000))

    def order(chance: random.Random, account_id: int, key: str) -> None:
        access = Access(1, "benchmark", Audience.PORTAL, names_for(Audience.PORTAL), account_id)
        many = 5 if way == "five" else 1
        numbers = [0] if way == "reward" else chance.sample(range(REWARDS), many)
        lines = tuple(WantedLine(f"R-{number}-1", 1, 1) for number in numbers)
        void(place(installation, access, OrderRequest(key, lines, HOME), time.time_ns() // 1000))

    return plain if way == "redeem" else order


def show(case: list[str], results: list[Result], redeemed: list[Result]) -> None:
    """One row of the table."""
    spent = sorted(ms for result in results for ms in result["ms"])
    row = [*case, f"{rate(results):,.0f}", f"{rate(results) / rate(redeemed):.2f}", f"{spent[len(spent) // 2]:.2f}",
           f"{spent[int(len(spent) * 0.99)]:.2f}", f"{spent[-1]:.1f}", f"{sum(one['refused'] for one in results)}"]
    print("  ".join(f"{value:>11}" for value in row), flush=True)


if __name__ == "__main__":
    main()
