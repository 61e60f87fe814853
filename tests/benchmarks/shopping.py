"""How fast is the shop with a large catalogue? Milliseconds at the 95th percentile beside a bare page of the same size.

    python tests/benchmarks/shopping.py --rewards 1000 10000 --database sqlite postgresql --judge

Each reward has two variants and texts of ninety words. Served and asked as in `pages`; the bare page writes as many
cards and filters from memory, for each question as many as its first answer has. Every request asks for something
that nobody has asked before. `changed` is the first page after a reward was changed, `first` the first of all, which
makes the shelf: both are told and not judged.

With `--judge` the exit status is 1 where a page takes more than three times the bare one at the 95th percentile.
"""

import argparse
import random
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs
from sqlalchemy import text

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.benchmarks.pages import BARE, MOST, Switch, address, at, bare_like, beside, fetched, queries, served
from tests.support.portal import NOW, USUAL, Portal, open_portal
from tests.support.reward_shop import with_shop
from treuwerk.domain.catalogue import Reward, RewardText, Variant
from treuwerk.domain.rewards import Evidence, RewardState
from treuwerk.services.installation import claim_database
from treuwerk.store import rewards as store
from treuwerk.store.database import Database
from treuwerk.store.migrating import migrate

SHOP = "/rewards"
COLUMNS = ("database", "rewards", "page", "statements", "p50 ms", "bare p50", "× bare", "p95 ms", "bare p95", "× bare",
           "first", "changed")
LABELS = ("cordless", "recycled", "local", "repairable", "organic", "silent")
Ask = Callable[[random.Random, Sequence[str]], str]


def main() -> int:
    """Measure all questions on the databases that were asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rewards", type=int, nargs="+", default=[10_000])
    parser.add_argument("--database", nargs="+", choices=["sqlite", "postgresql"], default=["sqlite"])
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--judge", action="store_true")
    arguments = parser.parse_args()
    print("  ".join(f"{column:>10}" for column in COLUMNS))
    failed = False
    for kind in arguments.database:
        for many in arguments.rewards:
            with tempfile.TemporaryDirectory() as folder, world(kind, Path(folder), many) as (portal, words):
                failed |= not measure(kind, many, portal, words, arguments.rounds)
    return int(failed and arguments.judge)


@contextmanager
def world(kind: str, folder: Path, many: int) -> Iterator[tuple[Portal, list[str]]]:
    """A portal with a large catalogue, and the words that its texts are made of."""
    drawn = random.Random(7)
    words = ["".join(drawn.choice("bcdfgklmnprst") + drawn.choice("aeiou") for _ in range(drawn.randint(2, 5)))
             for _ in range(6_000)]
    with address(kind, folder) as url:
        database = Database(url)
        migrate(database)
        claim_database(database, "sunny", NOW)
        portal = open_portal(folder, database, with_shop())
        for day, lines in USUAL.items():
            portal.deliver(day, *lines)
        with database.writing() as connection:
            store.save(connection, [(reward(number, drawn, words), 0) for number in range(many)], "bench", "bench", NOW)
            stock = {f"R{number:05}-B": number % 9 for number in range(0, many, 3)}
            store.set_stocks(connection, stock, {}, NOW)
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))
        yield portal, words
        database.close()


def reward(number: int, drawn: random.Random, words: Sequence[str]) -> Reward:
    """A reward with words of its own."""
    told = RewardText(" ".join(drawn.choices(words, k=3)), " ".join(drawn.choices(words, k=12)),
                      " ".join(drawn.choices(words, k=75)))
    return Reward(
        f"R{number:05}", "goods", drawn.choice(["home", "tools"]), RewardState.PUBLISHED,
        brand=drawn.choice(words[:50]), cost=drawn.randint(300, 60_000), vat=Decimal(19),
        labels=tuple(sorted(drawn.sample(LABELS, 2))),
        texts={"en": told, "de": told}, variants=(Variant(f"R{number:05}-A", {"en": "A"}),
                                                  Variant(f"R{number:05}-B", {"en": "B"}, points=900 + number)),
        evidence=(Evidence("origin", "manufactured", "DE", f"LE-{number}", valid_until=date(2030, 1, 1)),))


def asked_all(_: random.Random, __: Sequence[str]) -> str:
    """Everything, as the shop opens."""
    return SHOP


def asked_words(drawn: random.Random, words: Sequence[str]) -> str:
    """The beginning of one word, and a whole one."""
    return f"{SHOP}?q={drawn.choice(words)[:3]}+{drawn.choice(words)}"


def asked_wrongly(drawn: random.Random, words: Sequence[str]) -> str:
    """A long word with a typing error."""
    word = drawn.choice([word for word in words if len(word) > 7])
    return f"{SHOP}?q={word[:4]}x{word[5:]}"


def asked_filters(drawn: random.Random, words: Sequence[str]) -> str:
    """A short word with four filters, by price, on a page further on."""
    return (f"{SHOP}?q={drawn.choice(words)[:2]}&category=tools&label={drawn.choice(LABELS)}"
            f"&label={drawn.choice(LABELS)}&there=1&from={drawn.randint(1, 3_000)}&sort=cheapest&page=3")


QUESTIONS: dict[str, Ask] = {"open": asked_all, "words": asked_words, "typo": asked_wrongly, "filters": asked_filters}


def measure(kind: str, many: int, portal: Portal, words: Sequence[str], rounds: int) -> bool:
    """One line for each question; whether all are fast enough."""
    client = portal.signed_in(now=NOW + 86_400_000_000)
    headers = {"cookie": "; ".join(f"{cookie.name}={cookie.value}" for cookie in client.cookies.jar)}
    first = timed(lambda: client.get(SHOP))
    change(portal)
    changed = timed(lambda: client.get(SHOP))
    right, drawn = True, random.Random(11)
    asked = {name: [ask(drawn, words) for _ in range(rounds + 10)] for name, ask in QUESTIONS.items()}
    bare = {f"/{name}": bare_like(client.app, paths[0], headers, f"/{name}") for name, paths in asked.items()}
    statements = queries(portal, client.app, SHOP, headers)
    portal.installation.database.disconnect()
    with served(Switch(client.app, bare)) as port:
        for name, paths in asked.items():
            own, yard = in_turns(port, paths, f"{BARE}/{name}", headers)
            right &= at(own, 95) <= MOST * at(yard, 95)
            cells = [kind, f"{many:,}", name, str(statements), *beside((own, yard), 50), *beside((own, yard), 95),
                     f"{first:,.0f}", f"{changed:,.0f}"]
            print("  ".join(f"{cell:>10}" for cell in cells), flush=True)
    return right


def change(portal: Portal) -> None:
    """Somebody in the office changes a reward."""
    with portal.installation.database.writing() as connection:
        [row] = store.by_number(connection, ["R00007"]).values()
        store.save(connection, [(attrs.evolve(store.read(row.content), brand="other"), row.version)], "bench", "bench",
                   NOW + 1)


def in_turns(port: int, paths: Sequence[str], yard: str, headers: dict[str, str]) -> tuple[list[float], list[float]]:
    """Milliseconds of our pages and of the bare one, asked by turns; the first ten do not count."""
    own, bare = list[float](), list[float]()
    with socket.create_connection(("127.0.0.1", port)) as line:
        for path in paths:
            own.append(timed(lambda path=path: fetched(line, path, headers)))  # type: ignore[misc]
            bare.append(timed(lambda: fetched(line, yard, headers)))
    return own[10:], bare[10:]


def timed(work: Callable[[], Any]) -> float:
    """Milliseconds that something takes."""
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1_000


if __name__ == "__main__":
    sys.exit(main())
