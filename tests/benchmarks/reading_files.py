"""How fast do readers of XML read, beside the bare parser over the same file, and does memory stay flat?

    python tests/benchmarks/reading_files.py --lines 100000 --rounds 3

Each file is made here and holds one long document. `bare` is ElementTree's iterparse that looks at every
element and forgets it again, the least that Python's library needs. Each figure is the best of several rounds, which
take turns, in seconds; `memory` is what the reader held at most, in MB.
"""

import argparse
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.etree.ElementTree import iterparse

sys.path.insert(0, str(Path(__file__).parents[2]))

from treuwerk.hookspecs import ClearingSource
from treuwerk_ubl.reader import UblReader
from treuwerk_ubl.settings import UblSettings

UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
COLUMNS = ("file", "lines", "MB", "bare", "reader", "× bare", "memory")


def main() -> None:
    """Make each file, then read it as often as was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    print("  ".join(f"{column:>13}" for column in COLUMNS) + "   (seconds)")
    with tempfile.TemporaryDirectory() as folder:
        for name, make, source in files():
            path = Path(folder) / f"{name}.xml"
            with path.open("w", encoding="utf-8") as stream:
                stream.writelines(make(arguments.lines))
            measure(name, path, source, arguments.lines, arguments.rounds)


def files() -> Iterator[tuple[str, Callable[[int], Iterator[str]], ClearingSource]]:
    """(Name, what writes so many lines, who reads them)."""
    yield "ubl_invoice", ubl_invoice, UblReader("ubl", UblSettings())
    yield "ubl_despatch", ubl_despatch, UblReader("ubl", UblSettings())


def ubl_invoice(lines: int) -> Iterator[str]:
    """An invoice of a wholesaler: article, GTIN, quantity, tax, amount and price on every line."""
    yield _begin("Invoice")
    for number in range(1, lines + 1):
        yield (f'<cac:InvoiceLine><cbc:ID>{number}</cbc:ID><cbc:InvoicedQuantity unitCode="C62">{number % 90 + 1}'
               f'</cbc:InvoicedQuantity><cbc:LineExtensionAmount currencyID="EUR">{number * 7 % 90_000}.50'
               f"</cbc:LineExtensionAmount><cac:Item><cbc:Name>Module {number % 500}</cbc:Name>"
               f"<cac:SellersItemIdentification><cbc:ID>M{number % 500}</cbc:ID></cac:SellersItemIdentification>"
               f'</cac:Item><cac:Price><cbc:PriceAmount currencyID="EUR">89.5</cbc:PriceAmount></cac:Price>'
               f"</cac:InvoiceLine>\n")
    yield "</Invoice>"


def ubl_despatch(lines: int) -> Iterator[str]:
    """A despatch advice with an order, a GTIN and a serial number on every line."""
    yield _begin("DespatchAdvice")
    for number in range(1, lines + 1):
        yield (f'<cac:DespatchLine><cbc:ID>{number}</cbc:ID><cbc:DeliveredQuantity unitCode="EA">1'
               f"</cbc:DeliveredQuantity><cac:OrderLineReference><cbc:LineID>{number}</cbc:LineID><cac:OrderReference>"
               f"<cbc:ID>B{number // 50}</cbc:ID></cac:OrderReference></cac:OrderLineReference><cac:Item>"
               f"<cbc:Name>Module {number % 500}</cbc:Name><cac:StandardItemIdentification>"
               f'<cbc:ID schemeID="0160">0400000{number % 500:07}</cbc:ID></cac:StandardItemIdentification>'
               f"<cac:ItemInstance><cbc:SerialID>SW{number:09}</cbc:SerialID></cac:ItemInstance></cac:Item>"
               "</cac:DespatchLine>\n")
    yield "</DespatchAdvice>"


def _begin(root: str) -> str:
    return (f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="{UBL}{root}-2" xmlns:cac="{UBL}'
            f'CommonAggregateComponents-2" xmlns:cbc="{UBL}CommonBasicComponents-2"><cbc:ID>R1</cbc:ID>'
            "<cbc:IssueDate>2026-03-01</cbc:IssueDate>\n")


def measure(name: str, path: Path, source: ClearingSource, lines: int, rounds: int) -> None:
    """One row of the table."""
    floor = took = float("inf")
    for _ in range(rounds):
        floor, took = min(floor, timed(lambda: bare(path))), min(took, timed(lambda: read(path, source, lines)))
    cells = [name, f"{lines:,}", f"{path.stat().st_size / 1e6:.1f}", f"{floor:.2f}", f"{took:.2f}",
             f"{took / floor:.2f}", f"{memory(lambda: read(path, source, lines)):.1f}"]
    print("  ".join(f"{cell:>13}" for cell in cells), flush=True)


def bare(path: Path) -> None:
    """Every element once, without looking into it."""
    with path.open("rb") as stream:
        for _, element in iterparse(stream):
            element.clear()


def read(path: Path, source: ClearingSource, lines: int) -> None:
    """All documents, forgotten as they come; none of the lines may be missing."""
    with path.open("rb") as stream:
        found = sum(len(document.lines) for document in source.read(stream))
    if found != lines:
        raise SystemExit(f"{path.name}: found {found:,} lines, expected {lines:,}")


def timed(work: Callable[[], None]) -> float:
    """Seconds of one run."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def memory(work: Callable[[], None]) -> float:
    """MB that a run held at most."""
    tracemalloc.start()
    work()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak / 1e6


if __name__ == "__main__":
    main()
