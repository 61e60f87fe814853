"""How fast are corrections? Returns, cancellations and replacements beside plain clearing of the same run.

    python tests/benchmarks/corrections.py --lines 100000 --database sqlite postgresql

Half as many lines as were booked go back by single pieces, the other half is cancelled; then as many lines come in by
EDIFACT and are replaced. Each file is cleared in a process of its own. What counts is the ratio to plain lines of the
same format: a replaced line is a plain one and takes another one back.
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.benchmarks.clearing import prepared, urls
from tests.benchmarks.world import ARTICLES, PARTICIPANTS
from tests.support.delivery_feeds import ALL, delivery_feed
from treuwerk.services.clearing.clearing import clear_file
from treuwerk.services.installation import open_installation
from treuwerk.services.proof.verifying import verify
from treuwerk.store.database import Database

HEADER = ("delivery_number;position;delivered_on;customer_number;order_number;article_number;quantity;unit;net_amount;"
          "currency;scope;serials;movement\n")
LINES_OF_A_NOTE = 4
COLUMNS = ("database", "file", "lines", "lines/s", "× plain")
Row = tuple[int, int, date, int, int, int]
"""Delivery note, position, day, customer, article, quantity."""


def main() -> None:
    """Clear the files on each database and print one row each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=10_000)
    parser.add_argument("--database", nargs="+", choices=["sqlite", "postgresql"], default=["sqlite", "postgresql"])
    parser.add_argument("--child", nargs=3, metavar=("FOLDER", "URL", "FILE"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        print(json.dumps(cleared(*arguments.child)))
        return
    print("  ".join(f"{column:>16}" for column in COLUMNS))
    for kind in arguments.database:
        for row in measured(kind, arguments.lines):
            print("  ".join(f"{value:>16}" for value in (kind, *row)), flush=True)


def measured(kind: str, lines: int) -> Iterator[tuple[str, str, str, str]]:
    """One row for each file on one database."""
    with tempfile.TemporaryDirectory() as name, urls(kind, Path(name)) as (url, *_):
        folder, half, rows = Path(name), lines // 2, list(purchases(lines))
        installation = prepared(folder, url)
        programme = folder / "programme.toml"
        programme.write_text(programme.read_text().replace(
            delivery_feed("Maker", [one for one in ALL if one != "movement"], scope=True),
            delivery_feed("Maker", ALL, scope=True)
            + '\n[[sources]]\nname = "edi"\nreader = "edifact"\n').replace(
            '["csv_feed", ', '["csv_feed", "edifact", ').replace("MODULE = 1 }", 'MODULE = 1, "" = 1 }'))
        plain = 0.0
        for file, count, written in (
                ("plain.csv", lines, write_lines(folder / "plain.csv", rows)),
                ("returns.csv", half, write_lines(folder / "returns.csv", rows[:half], "RETURN")),
                ("cancels.csv", lines - half, write_lines(folder / "cancels.csv", rows[half:], "CANCEL")),
                ("plain.edi", half, write_notes(folder / "plain.edi", rows[:half])),
                ("replaced.edi", half, write_notes(folder / "replaced.edi", rows[:half], replaces=True))):
            assert written == count, file
            speed = count / in_child(folder, url, folder / file)
            plain = speed if file.startswith("plain") else plain
            yield file, f"{count:,}", f"{speed:,.0f}", f"{speed / plain:.2f}"
        if not (verdict := verify(installation.database)).ok:
            raise SystemExit(f"the ledger is wrong: {[i for i in verdict.invariants if i.state != 'ok']}")
        installation.database.close()


def purchases(lines: int) -> Iterator[Row]:
    """Delivery notes of four lines, buyers by a zipf-like law, days over one year."""
    chance, buyer, day = random.Random(lines), 0, date(2025, 1, 1)
    for at in range(lines):
        if at % LINES_OF_A_NOTE == 0:
            buyer, day = int(PARTICIPANTS * chance.random() ** 3), date(2025, 1, 1) + timedelta(chance.randrange(365))
        yield (at // LINES_OF_A_NOTE, at % LINES_OF_A_NOTE + 1, day, 100_000 + buyer, chance.randrange(ARTICLES),
               chance.randint(2, 60))


def write_lines(path: Path, rows: list[Row], movement: str = "") -> int:
    """Lines of a feed; a return is one of a single piece."""
    with path.open("w", encoding="utf-8") as out:
        out.write(HEADER)
        for note, position, day, buyer, article, bought in rows:
            quantity = 1 if movement == "RETURN" else bought
            out.write(f"LS-{note:08d};{position};{day};{buyer};O-{note};A-{article};{quantity};PCE;{quantity * 101},50;"
                      f"EUR;SYSTEM;;{movement}\n")
    return len(rows)


def write_notes(path: Path, rows: list[Row], *, replaces: bool = False) -> int:
    """The same lines as despatch advices of another wholesaler, each with one piece less where they replace."""
    notes: dict[int, list[Row]] = {}
    for row in rows:
        notes.setdefault(row[0], []).append(row)
    with path.open("w", encoding="ascii") as out:
        out.write(f"UNB+UNOC:3+4012345000009:14+4000001000005:14+260101:0800+{path.stem}'\n")
        for number, lines in notes.items():
            day, issued = lines[0][2], lines[0][2] + timedelta(replaces)
            out.write(f"UNH+{number + 1}+DESADV:D:96A:UN'BGM+351+WS{number}+{5 if replaces else 9}'"
                      f"DTM+137:{issued:%Y%m%d}:102'DTM+35:{day:%Y%m%d}:102'NAD+SU+4012345000009::9'"
                      f"NAD+BY+{lines[0][3]}'")
            for _, position, _, _, article, quantity in lines:
                out.write(f"LIN+{position}++A-{article}:SA'QTY+12:{quantity - replaces}:PCE'")
            out.write(f"UNT+{7 + 2 * len(lines)}+{number + 1}'\n")
        out.write(f"UNZ+{len(notes)}+{path.stem}'\n")
    return len(rows)


def in_child(folder: Path, url: str, file: Path) -> float:
    """Seconds for a file in a fresh process."""
    done = subprocess.run([sys.executable, __file__, "--child", str(folder), url, str(file)], check=True,
                          stdout=subprocess.PIPE, text=True)
    return float(json.loads(done.stdout))


def cleared(folder: str, url: str, file: str) -> float:
    """Seconds for clearing a file here and now; each of its lines must be booked."""
    installation = open_installation(Path(folder), Database(url))
    started = time.perf_counter()
    receipt = clear_file(installation, Path(file), time.time_ns() // 1000)
    seconds = time.perf_counter() - started
    if receipt.tally.booked != receipt.tally.lines:
        raise SystemExit(f"not every line was booked: {receipt.tally} {receipt.problems[:3]}")
    return seconds


if __name__ == "__main__":
    main()
