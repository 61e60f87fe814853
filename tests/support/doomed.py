"""Work that is done until the process is killed, and again afterwards: every step has a key of its own.

As a program it is the parent of the doomed: for each line of standard input (a round and how many acknowledgements it
may live for) it forks a process that works, kills it, and prints what was acknowledged.
"""

import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count, product
from pathlib import Path
from random import Random

from tests.support.ledger_worlds import HOUR, SECOND, START
from treuwerk.services.clearing.clearing import clear_file
from treuwerk.services.installation import Installation, open_installation
from treuwerk.services.ledger.holding import capture, hold, release
from treuwerk.services.ledger.redeeming import redeem
from treuwerk.store.database import Database

NOW = START + HOUR * SECOND
ENDS = NOW + 1_000 * HOUR * SECOND
THREADS = 4
JOBS = 12
Told = Callable[[str, int], None]


def jobs(number: int) -> list[str]:
    """What a round does, in an order of its own; each round clears one file."""
    chosen = Random(number).choices(["redeem", "reserve"], k=JOBS - 1)
    chosen.insert(Random(-number).randrange(JOBS), "clear")
    return chosen


def work(installation: Installation, accounts: list[int], number: int, position: int, told: Told) -> None:
    """Do one job of a round; `told` hears of each step that the ledger acknowledged."""
    kind, key = jobs(number)[position], f"{number}-{position}"
    account = accounts[position % len(accounts)]
    if kind == "clear":
        clear_file(installation, installation.programme.folder / f"{number}.csv", NOW)
        told(f"{key} clear", 0)
    elif kind == "redeem":
        told(f"{key} redeem", redeem(installation, account, "owed", 3, key, NOW).row.id)
    else:
        held = hold(installation, account, "owed", 5, key, NOW, ENDS).row.id
        told(f"{key} hold", held)
        told(f"{key} capture", capture(installation, account, held, key, NOW, amount=2).row.id)
        told(f"{key} release", release(installation, account, held, key, NOW, amount=3).row.id)


def everything(installation: Installation, accounts: list[int], rounds: int) -> dict[str, int]:
    """All jobs of all rounds, whatever was done of them before; what each step answers."""
    said: dict[str, int] = {}
    everyone = list(product(range(rounds), range(JOBS)))
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(lambda one: work(installation, accounts, one[0], one[1], said.__setitem__), everyone))
    return said


def _live(folder: Path, url: str, accounts: list[int], number: int, pipe: int) -> None:
    installation = open_installation(folder, Database(url), {})
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(lambda position: work(installation, accounts, number, position, _teller(pipe)), range(JOBS)))


def _teller(pipe: int) -> Told:
    def told(step: str, answer: int) -> None:
        os.write(pipe, f"{step}={answer}\n".encode())  # one write, which threads cannot mix up

    return told


def _doomed(folder: Path, url: str, accounts: list[int], number: int, lives: int) -> dict[str, int]:
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        try:
            _live(folder, url, accounts, number, writing)
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as told:
        said = list(_lines(told, lives, child))
    os.waitpid(child, 0)
    return {step: int(answer) for step, answer in (line.strip().split("=") for line in said)}


def _lines(told: Iterator[str], lives: int, child: int) -> Iterator[str]:
    """All that it says, also what it said just before its death; it dies when it has said so much."""
    for number in count():
        if number == lives:
            os.kill(child, signal.SIGKILL)
        line = next(told, None)
        if line is None:
            return
        yield line


def main() -> None:
    """Kill whoever works."""
    folder, url, accounts = Path(sys.argv[1]), sys.argv[2], json.loads(sys.argv[3])
    for line in sys.stdin:
        number, lives = map(int, line.split())
        print(json.dumps(_doomed(folder, url, accounts, number, lives)), flush=True)


if __name__ == "__main__":
    main()
