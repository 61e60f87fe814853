"""Bytes → segments, one after the other, in flat memory.

Line breaks are layout wherever they stand, so wrapped files need nothing of their own. Packages (UNO … UNP) hold other
files, byte by byte, and are passed over. A UNA between two interchanges holds for what follows it.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, BinaryIO

from treuwerk.domain.reading import shortened
from treuwerk.domain.tabular import UnreadableFile
from treuwerk_edifact.buffer import Buffer, unmarked
from treuwerk_edifact.encodings import Undecodable, decoded
from treuwerk_edifact.syntax import (
    CONTROLS,
    DEFAULT,
    SERVICE_STRING,
    FirstElement,
    Separators,
    Splitter,
    declared,
    first_element,
    splitter,
)

LONGEST_SEGMENT = 65_536  # bytes
_PADDING = " \t\r\n\0\x1a"
_BEGIN = re.compile(rb"\s*(?:UNA[^\w\s]..[^\w]|UN[BGH][+\x1d])", re.DOTALL)


def looks_like_edifact(head: bytes) -> bool:
    """Whether a file begins as EDIFACT does: UNA, UNB, a group, or a bare message."""
    return _BEGIN.match(unmarked(head)) is not None


@lru_cache(maxsize=8)
def _specials(separators: Separators) -> re.Pattern[bytes]:
    """UNA and UNO, at the begin of a buffer or behind a terminator that is not released."""
    release, end = re.escape(separators.release.encode()), re.escape(separators.terminator.encode())
    behind = rb"(?<!" + release + rb")(?:" + release * 2 + rb")*" + end if release else end
    element = re.escape(separators.element.encode())
    return re.compile(rb"(?:\A|" + behind + rb")[\r\n\t ]*(UNA(?=[^\w\s])|UNO(?=" + element + rb"))")


class SegmentStream:
    """The segments of a stream as text. `encoding` is set by who reads UNB, before the next segment.

    `split` takes a segment apart by the service characters that hold for it; read it anew behind UNA and UNB.
    `undecodable` is what was wrong with the segment handed out last, `unterminated` that it ended with the file.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._buffer = Buffer(stream)
        self.separators: Separators = DEFAULT
        self.declared = False
        self.split: Splitter = splitter(DEFAULT)
        self.first_element: FirstElement = first_element(DEFAULT)
        self.encoding = "ascii"
        self.unterminated = False
        self.undecodable: Undecodable | None = None
        self.packages = 0

    def repeat(self, *, repeats: bool) -> None:
        """UNB says whether its syntax knows repetitions; their sign is that of UNA, else an asterisk."""
        sign = self.separators.repetition or ("" if self.declared else "*")
        self.separators = self.separators._replace(repetition=sign)
        self.split = splitter(self.separators, repeats=repeats)
        self.first_element = first_element(self.separators)

    def texts(self) -> Iterator[str]:
        """Every segment without its terminator.

        Raises:
            UnreadableFile: this is no EDIFACT, or from here on none.
        """
        for block in self.blocks():
            yield from block

    def blocks(self) -> Iterator[Iterable[str]]:
        """The same, some thousand segments at a time; use up each block before the next one."""
        buffer = self._buffer
        self._check_begin(buffer.data)
        while buffer.data or not buffer.ended:
            special = self._special()
            yield self._texts(buffer.take(special.start(1) if special else self._end_of_whole()))
            if special is None:
                yield self._filled()
            elif special[1] == b"UNA":
                self._service_string()
            else:
                self._package()

    def _check_begin(self, data: bytes) -> None:
        if not looks_like_edifact(data):
            found = shortened(data[:60].decode("utf-8", "replace").strip())
            raise UnreadableFile(f"found {found!r} at the begin, expected UNA, UNB or UNH; is this an EDIFACT file?"
                                 if found else "the file is empty; expected an EDIFACT interchange")
        if data.lstrip().startswith(b"UNB\x1d"):
            self._use(CONTROLS)

    def _special(self) -> re.Match[bytes] | None:
        if b"UNA" not in self._buffer.data and b"UNO" not in self._buffer.data:
            return None
        return _specials(self.separators).search(self._buffer.data)

    def _end_of_whole(self) -> int:
        """Where the last complete segment of the buffer ends."""
        data, release = self._buffer.data, self.separators.release.encode()
        end = data.rfind(self.separators.terminator.encode())
        while end >= 0 and release and _is_released(data[max(0, end - 64):end].rstrip(b"\r\n"), release):
            end = data.rfind(self.separators.terminator.encode(), 0, end)
        return end + 1

    def _filled(self) -> Iterable[str]:
        """Read on. What is left at the end of the file is a segment without terminator."""
        buffer = self._buffer
        if len(buffer.data) > LONGEST_SEGMENT:
            raise UnreadableFile(f"found a segment of more than {LONGEST_SEGMENT:,} bytes, beginning "
                                 f"{shortened(buffer.data[:60].decode('utf-8', 'replace'))!r}; expected a terminator "
                                 f"{self.separators.terminator!r}. Does UNA say another one than the file has?")
        if buffer.more():
            return ()
        rest = buffer.take(len(buffer.data)).strip(_PADDING.encode())
        self.unterminated = bool(rest)
        return self._texts(rest)

    def _texts(self, region: bytes) -> Iterable[str]:
        """Segments as text, decoded together where they are UTF-8, else one by one."""
        terminator, release = self.separators.terminator, self.separators.release
        region = region.translate(None, b"\r\n".replace(terminator.encode(), b""))
        try:
            parts: Iterable[str] = _parts(region.decode("utf-8"), terminator, release)
        except UnicodeDecodeError:
            return self._each_decoded(_parts(region, terminator.encode(), release.encode()))
        if f"{terminator} ".encode() in region or region[:1] == b" ":  # blanks before a segment are layout
            return [part.lstrip() for part in parts]
        return parts

    def _each_decoded(self, parts: Iterable[bytes]) -> Iterator[str]:
        for raw in parts:
            yield self._decoded(raw.lstrip())
            self.undecodable = None

    def _decoded(self, raw: bytes) -> str:
        try:
            return decoded(raw, self.encoding)
        except Undecodable as error:
            self.undecodable = error
            return raw.decode("utf-8", "replace")

    def _service_string(self) -> None:
        self._buffer.fill(SERVICE_STRING)
        una = self._buffer.take(SERVICE_STRING).decode("ascii", "replace")
        signs = una[3:].replace(" ", "")
        if len(una) < SERVICE_STRING or len(set(signs)) < len(signs) or any(map(str.isalnum, signs)):
            raise UnreadableFile(f"found {una!r}, expected UNA with different service characters such as UNA:+.? '")
        self._use(declared(una))
        self.declared = True

    def _use(self, separators: Separators) -> None:
        self.separators = separators
        self.split, self.first_element = splitter(separators), first_element(separators)

    def _package(self) -> None:
        """Pass over UNO, its object and UNP."""
        element, terminator = self.separators.element.encode(), self.separators.terminator.encode()
        head = self._buffer.take_segment(terminator).split(element)
        length = head[4].strip() if len(head) > 4 else b""
        self._buffer.skip_package(int(length) if length.isdigit() else 0, head[1], element)
        self._buffer.take_segment(terminator)
        self.packages += 1


def _is_released(before: bytes, release: bytes) -> bool:
    return (len(before) - len(before.rstrip(release))) % 2 == 1


def _parts(region: Any, terminator: Any, release: Any) -> Iterable[Any]:
    """The segments of a region, all text or all bytes; a released terminator is part of its segment."""
    parts: list[Any] = region.split(terminator)
    if not parts[-1].strip():
        parts.pop()
    if not release or release + terminator not in region:
        return parts
    return _joined(parts, terminator, release)


def _joined(parts: list[Any], terminator: Any, release: Any) -> Iterator[Any]:
    pending = parts[0][:0]
    for part in parts:
        whole = pending + part
        if (len(part) - len(part.rstrip(release))) % 2:
            pending = whole + terminator
        else:
            yield whole
            pending = parts[0][:0]
    if pending:
        yield pending
