"""Whether a file is sound enough to be booked line by line, or held as a whole: decided before anything is booked.

It depends on the bytes of the file and the settings of its source alone, so that whoever asks again, after a crash or
in another process, gets the same answer.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import attrs

from treuwerk.domain.documents import LINE_COUNTS, Document, Fault
from treuwerk.hookspecs import CountingSource
from treuwerk.programme.settings import Hold, Source
from treuwerk.services.clearing.intake import documents_of, opened

SHOWN = 100
"""So many bad lines are kept to be shown; all of them are read from the file again."""
BAD_LINES, MISCOUNT, CUT_OFF = "bad_lines", "miscount", "cut_off"
_CUT_OFF = frozenset({"no_trailer"})


@attrs.frozen
class Reason:
    """One reason to hold a file: a code for programs, `text` for people, and for a count what was told and found."""

    code: str
    text: str
    found: int = 0
    expected: int = 0

    def as_json(self) -> dict[str, Any]:
        """The reason as receipts list it."""
        return attrs.asdict(self)


@attrs.frozen
class Verdict:
    """Why a file is held. `lines` are those that it has, `bad` those of them that cannot be read, `faults` the first.

    A verdict without reasons holds nothing.
    """

    lines: int = 0
    bad: int = 0
    reasons: tuple[Reason, ...] = ()
    faults: tuple[Fault, ...] = ()


SOUND = Verdict()
"""What is said of a file that is booked."""


def verdict(source: Source, path: Path) -> Verdict:
    """Whether to hold a file. A source that counts answers at once for a sound file; others are read through.

    Raises:
        UnreadableFile: the file as a whole is not what the source reads.
    """
    hold = source.head.hold
    if hold.bad_percent == hold.miscount_percent == 100 and not hold.cut_off:
        return SOUND
    if isinstance(source.source, CountingSource):
        with opened(path) as stream:
            census = source.source.census(stream)
        if census is not None and not _too_many(census.doubtful, census.lines, hold):
            return SOUND
    with opened(path) as stream:
        return judged(documents_of(source, stream), hold)


def judged(documents: Iterable[Document], hold: Hold) -> Verdict:
    """The verdict on documents as they are read, in flat memory."""
    lines, bad, shown, odd = 0, 0, list[Fault](), list[Reason]()
    counts = _LineCounts()
    for document in documents:
        errors = [fault for fault in document.faults if fault.severity == "error"]
        lines += len(document.lines) + len(errors)
        bad += len(errors)
        shown += errors[:SHOWN - len(shown)]
        odd += [reason for fault in document.faults if (reason := _odd(fault, hold))]
        counts.add(document, len(errors))
    odd += [reason for fault in counts.wrong() if (reason := _odd(fault, hold))]
    if _too_many(bad, lines, hold):
        odd.insert(0, Reason(BAD_LINES, f"found {bad:,} of {lines:,} lines that cannot be read, expected at most "
                             f"{hold.bad_percent} %", bad, lines))
    if not odd:
        return SOUND
    return Verdict(lines, bad, tuple(odd[:SHOWN]), tuple(shown))


def faults_of(source: Source, path: Path) -> Iterator[Fault]:
    """Everything that is wrong with a file, in its order and in flat memory.

    Raises:
        UnreadableFile: the file as a whole is not what the source reads.
    """
    with opened(path) as stream:
        for document in documents_of(source, stream):
            yield from document.faults


def _too_many(bad: int, lines: int, hold: Hold) -> bool:
    return bad >= hold.bad_lines and bad * 100 > lines * hold.bad_percent


def _odd(fault: Fault, hold: Hold) -> Reason | None:
    """What a fault says of the file as a whole, if it is enough to hold it."""
    if fault.code in _CUT_OFF and hold.cut_off:
        return Reason(CUT_OFF, fault.text)
    if fault.told is None or fault.counted is None:
        return None
    off = abs(fault.told - fault.counted)
    if off <= hold.miscount or off * 100 <= max(fault.told, fault.counted) * hold.miscount_percent:
        return None
    return Reason(MISCOUNT, fault.text, fault.counted, fault.told)


class _LineCounts:
    """How many lines documents say they have, beside how many they have; the parts of a long one follow each other."""

    def __init__(self) -> None:
        self._wrong: list[Fault] = []
        self._number, self._told, self._counted = "", -1, 0

    def add(self, document: Document, bad: int) -> None:
        """Count a document, or a part of one."""
        told = next((int(document.sums[name]) for name in LINE_COUNTS if name in document.sums), -1)
        if document.number != self._number or told != self._told:
            self._close()
            self._number, self._told, self._counted = document.number, told, 0
        if told >= 0:
            self._counted += bad + sum(not line.parent for line in document.lines)

    def wrong(self) -> list[Fault]:
        """Documents whose number of lines is another one than they say."""
        self._close()
        self._told = -1
        return self._wrong

    def _close(self) -> None:
        if self._told not in (-1, self._counted) and len(self._wrong) < SHOWN:
            self._wrong.append(Fault(None, "line_count", f"document {self._number}: found {self._counted} lines, "
                                     f"expected {self._told} as it says itself; is it complete?", self._number,
                                     "warning", told=self._told, counted=self._counted))
