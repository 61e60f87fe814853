"""How fast is EDIFACT read? Seconds for documents, beside the bare tokenizer and a bare regular expression.

    python tests/benchmarks/edi.py --segments 20000 200000

Two files: despatch advices as the electrical wholesale sends them, with packages and serials, and invoices with prices,
taxes and references. `split` cuts the same bytes at their terminators by a regular expression and does nothing else,
`tokens` takes every segment apart into elements and components; `documents` is the reader. Each is the best of some
rounds in one process. `peak MB` is what reading needs at most, by tracemalloc, in a run of its own: it must not grow
with the file.
"""

import argparse
import re
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from treuwerk_edifact.reader import EdifactReader
from treuwerk_edifact.settings import EdifactSettings
from treuwerk_edifact.stream import SegmentStream

COLUMNS = ("message", "segments", "MB", "lines", "split s", "tokens s", "documents s", "× tokens", "segments/s",
           "peak MB")
LINES = 40  # of a message
HEAD = ("DTM+137:20260504:102", "DTM+11:20260504:102", "RFF+ON:B{n}", "NAD+SU+4012345000009::9++Elektro Nord GmbH",
        "RFF+VA:DE123456789", "NAD+BY+4012345000016::9++Solar Müller GmbH", "RFF+IT:{n}", "CUX+2:EUR:4")
DELIVERED = ("CPS+{l}+1", "PAC+1++201::9", "MEA+PD+AAB+KGM:21.5", "PCI+33E", "GIN+BJ+34012345000000{l:04}",
             "LIN+{l}++4006381{l:05}:EN", "PIA+1+SW-{l}:SA", "IMD+F++:::Solarmodul 440 Wp", "QTY+12:{q}:PCE",
             "QTY+21:{q}:PCE", "GIN+BN+S{n}{l:03}1+S{n}{l:03}2", "RFF+ON:B{n}:{l}")
INVOICED = ("LIN+{l}++4006381{l:05}:EN", "PIA+1+SW-{l}:SA", "IMD+F++:::Solarmodul 440 Wp?, schwarz", "QTY+47:{q}:PCE",
            "MOA+203:{n}.{q:02}", "PRI+AAA:{q}.5:::1:PCE", "RFF+DQ:L{n}:{l}", "DTM+171:20260504:102",
            "TAX+7+VAT+++:::19+S", "MOA+125:{n}.{q:02}", "ALC+A++++DI", "PCD+1:3", "MOA+204:1.5")


def main() -> None:
    """Measure the sizes that were asked for and print one row each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--segments", type=int, nargs="+", default=[20_000, 200_000])
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    print("  ".join(f"{column:>11}" for column in COLUMNS))
    for kind in ("DESADV", "INVOIC"):
        for segments in arguments.segments:
            print("  ".join(f"{value:>11}" for value in measured(kind, segments, arguments.rounds)), flush=True)


def file(kind: str, wanted: int) -> tuple[bytes, int]:
    """An interchange with at least so many segments, and how many it has."""
    segments, number = ["UNB+UNOC:3+4012345000009:14+4099999000005:14+260504:0915+77"], 0
    block, code = (DELIVERED, "351") if kind == "DESADV" else (INVOICED, "380")
    while len(segments) < wanted:
        number += 1
        body = [f"UNH+{number}+{kind}:D:96A:UN:EAN008", f"BGM+{code}+{number}+9"]
        body += [text.format(n=number) for text in HEAD]
        body += [text.format(l=line, n=number, q=line % 30 + 1) for line in range(1, LINES + 1) for text in block]
        segments += [*body, f"UNT+{len(body) + 1}+{number}"]
    segments.append(f"UNZ+{number}+77")
    return ("UNA:+.? '\n" + "\n".join(f"{segment}'" for segment in segments)).encode(), len(segments)


def measured(kind: str, wanted: int, rounds: int) -> Iterator[str]:
    """One row of the table."""
    data, segments = file(kind, wanted)
    split, tokens, documents = (best(work, data, rounds) for work in (split_bare, take_apart, read))
    yield from (kind, f"{segments:,}", f"{len(data) / 1e6:.1f}", f"{read(data):,}", f"{split:.3f}", f"{tokens:.3f}",
                f"{documents:.3f}", f"{documents / tokens:.2f}", f"{segments / documents:,.0f}", f"{peak(data):.1f}")


def best(work: Callable[[bytes], object], data: bytes, rounds: int) -> float:
    """The shortest of some runs, in seconds."""
    def seconds() -> float:
        started = time.perf_counter()
        work(data)
        return time.perf_counter() - started

    return min(seconds() for _ in range(rounds))


def split_bare(data: bytes) -> int:
    """The bytes cut at their terminators, and nothing else."""
    return len(re.findall(rb"(?:[^'?]|\?.)+'", data))


def take_apart(data: bytes) -> None:
    """The bare tokenizer: every segment with its elements and components."""
    stream = SegmentStream(BytesIO(data))
    for text in stream.texts():
        stream.split(text)


def read(data: bytes) -> int:
    """The file as documents; how many lines they have."""
    return sum(len(document.lines) for document in EdifactReader("edi", EdifactSettings()).read(BytesIO(data)))


def peak(data: bytes) -> float:
    """The most memory that reading needs beside the file itself, in MB."""
    tracemalloc.start()
    read(data)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most / 1e6


if __name__ == "__main__":
    main()
