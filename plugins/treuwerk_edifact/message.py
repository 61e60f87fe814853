"""One message, from UNH to UNT: segments go to the head, to the open line or to the sums; documents come out."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType

import attrs

from treuwerk.domain.credits import said_by_all
from treuwerk.domain.documents import Document, DocumentKind, DocumentLine, Fault, Party, Purpose
from treuwerk.domain.reading import Unreadable, plain_number, shortened
from treuwerk_edifact.codes import MESSAGES, QUANTITIES, WITH_LINES
from treuwerk_edifact.head import Head, value
from treuwerk_edifact.line_numbers import LineNumbers
from treuwerk_edifact.lines import FREE, LineDraft, LineRules
from treuwerk_edifact.numbers import number, told_count
from treuwerk_edifact.parties import PartyDraft
from treuwerk_edifact.settings import EdifactSettings
from treuwerk_edifact.syntax import Elements

LONGEST_PART = 5_000  # lines; a longer message comes in parts, so that memory stays flat
_CORRECTED = "384"
_NAMES: Mapping[DocumentKind, str] = MappingProxyType({
    DocumentKind.ARTICLES: "a catalogue", DocumentKind.ORDER: "an order",
    DocumentKind.ORDER_RESPONSE: "an answer to an order"})


class Message:
    """Gathers a message. Documents that are complete stand in `ready`; who reads takes them from there.

    `line` is the line that is open: what `treuwerk_edifact.lines.ON_LINE` names goes to it.
    """

    def __init__(self, source: str, settings: EdifactSettings, sender: Party, mark: str, unh: tuple[int, Elements], *,
                 test: bool) -> None:
        self._at, header = unh
        self.reference, self.type = value(header, 1), value(header, 2).upper()
        self.ready: list[Document] = []
        self.line: LineDraft | None = None
        self._head = Head(self.type, settings, mark, sender, MESSAGES.get(self.type, DocumentKind.OTHER))
        self._source, self._settings, self._sender = source, settings, sender
        self._lines: list[DocumentLine] = []
        self._faults: list[Fault] = []
        self._rules: LineRules | None = None
        self._party: PartyDraft | None = None
        self._sscc, self._in_summary, self._count, self._total = "", False, 0, Decimal(0)
        self._numbers, self._place = LineNumbers(), ""
        self._buyer: Party | None = None
        self._period: tuple[str, str] | None = None
        self._purpose: Purpose | None = None
        self._held: Fault | None = None
        self.handlers = _HANDLERS if self.type in WITH_LINES else _HEAD_ONLY
        if test:
            self._is_test(settings)
        if value(header, 2, 1) == "0":
            self._head.warn("odd_directory", "UNH: found directory 0, expected the letter D")

    def _is_test(self, settings: EdifactSettings) -> None:
        found = "UNB: found the mark of a test, expected a real transmission"
        if settings.test == "refuse":
            self._held = Fault(None, "test_refused", f"{found}; nothing of it is booked, as test of the source says")
        self._head.warn("test_transmission", found)

    def spoil(self, at: int, tag: str, reason: str) -> None:
        """A byte of the segment could not be read: the open line is not booked; of a head it is told."""
        fault = Fault(at, "bad_encoding", f"segment {at} ({tag}): {reason}")
        if self.line is not None:
            self.line.spoilt = attrs.evolve(fault, line=self.line.at)
        elif tag == "BGM":
            self._held = fault
        else:
            self._head.warn("odd_byte", fault.text)

    def cut_off(self) -> None:
        """The file ended inside the last segment: the open line may be half of what it was."""
        if self.line is not None:
            self.line.spoilt = Fault(self.line.at, "cut_off", f"LIN+{self.line.id}: found the end of the file inside "
                                     "the line, expected a terminator; ask the sender for the whole file")

    def end(self, at: int, trailer: Elements | None) -> None:
        """UNT, or its absence: the last part becomes ready, with all that was odd."""
        self._close_line()
        if trailer is None:
            self._head.warn("no_trailer", "found no UNT at the end of the message; was the file cut off?")
        else:
            self._check_trailer(at, trailer)
        if self.handlers is _HEAD_ONLY:
            what = _NAMES.get(self._head.kind, "no delivery, invoice, sales report or receipt")
            self._faults.append(Fault(None, "wrong_message", f"found message {shortened(self.type)}, {what}; expected "
                                      "DESADV, INVOIC, SLSRPT or RECADV; it cannot earn points", self._head.number))
        self._flush(last=True)

    def _check_trailer(self, at: int, trailer: Elements) -> None:
        counted, told, reference = at - self._at + 1, value(trailer, 1), value(trailer, 2)
        if told.lstrip("0") != str(counted):
            self._head.warn("segment_count", f"UNT: found {shortened(told)!r} segments, expected {counted}; is the "
                            "message complete?", told_count(told), counted)
        if reference != self.reference:
            self._head.warn("message_reference", f"UNT: found reference {shortened(reference)!r}, expected "
                            f"{self.reference!r} as in UNH")

    def begins(self, at: int, segment: Elements) -> None:
        """BGM."""
        self._head.begins(segment)
        if not self._head.number and self._held is None:
            self._held = Fault(at, "no_number", f"segment {at} (BGM): found no document number, expected one; ask the "
                               "sender")

    def dated(self, _: int, segment: Elements) -> None:
        """DTM: behind the place of a sales report its period, else a date of the document."""
        if self._head.location is None:
            self._head.dated(segment)
        elif self._head.period is None:
            self._head.period = (value(segment, 1, 1), value(segment, 1, 2))

    def refers(self, _: int, segment: Elements) -> None:
        """RFF: of the party that was named last, else of the document."""
        if self._party is None:
            self._head.refers(segment)
        else:
            self._party.refer(value(segment, 1), value(segment, 1, 1))

    def names(self, _: int, segment: Elements) -> None:
        """NAD."""
        self._party = self._head.names(segment)

    def leaves_party(self) -> None:
        """A segment that begins a group: references behind it are not of a party."""
        self._party = None

    def is_in(self, _: int, segment: Elements) -> None:
        """CUX."""
        self._party = None
        self._head.is_in(segment)

    def takes_place(self, _: int, segment: Elements) -> None:
        """LOC: in sales reports the place where the next lines were sold; elsewhere a part of a party or line."""
        if self._head.kind is DocumentKind.SALES_REPORT:
            self._close_line()
            self._party = None
            self._head.sells_at(segment)
            self._place = value(segment, 2)

    def packs(self, _: int, segment: Elements) -> None:
        """CPS: another package begins."""
        self._close_line()
        self._party, self._sscc, self._place = None, "", value(segment, 1)

    def tells(self, _: int, segment: Elements) -> None:
        """FTX: what is told of the document, such as why something is credited."""
        self._head.tells(segment)

    def marks(self, _: int, segment: Elements) -> None:
        """GIN before a line: the SSCC of its package."""
        if value(segment, 1) in ("BJ", "AW"):
            self._sscc = value(segment, 2)

    def lists(self, at: int, segment: Elements) -> None:
        """LIN: another line begins."""
        self._close_line()
        if not self._in_summary:
            self._party = None
            self.line = LineDraft(at, segment, self._sscc)

    def separates(self, _: int, segment: Elements) -> None:
        """UNS: behind the one with S stand the sums."""
        self._close_line()
        self._party, self._in_summary = None, value(segment, 1) != "D"

    def sums_up(self, _: int, segment: Elements) -> None:
        """MOA outside of lines: behind them a sum."""
        if self._in_summary:
            self._head.sums_up(segment)

    def controls(self, _: int, segment: Elements) -> None:
        """CNT: what the sender counted."""
        self._close_line()
        try:
            told = number(value(segment, 1, 1), self._head.mark)
        except Unreadable:
            return
        if value(segment, 1) == "2" and told != self._count:
            self._head.warn("line_count", f"CNT+2: found {plain_number(told)}, expected {self._count} lines; is the "
                            "message complete?", int(told), self._count)
        elif value(segment, 1) == "1" and told != self._total:
            self._head.warn("quantity_total", f"CNT+1: found {plain_number(told)}, expected "
                            f"{plain_number(self._total)} as the sum of quantities")

    def _close_line(self) -> None:
        draft, self.line = self.line, None
        if draft is None:
            return
        self._count += 1
        self._identify(draft)
        read = draft.finished(self._rules or self._line_rules(), self._head.number)
        if self._head.kind is DocumentKind.SALES_REPORT:
            self._part_for(draft)
        if isinstance(read, Fault):
            self._faults.append(read)
        elif self._held is None:
            self._total += read.qty
            self._lines.append(read)
        else:
            self._faults.append(attrs.evolve(self._held, line=draft.at, document=self._head.number))
        if len(self._lines) + len(self._faults) >= LONGEST_PART:
            self._flush(last=False)

    def _identify(self, draft: LineDraft) -> None:
        if not draft.id:
            draft.id = str(self._count)
        draft.place = self._place or (draft.deliveries[0] if draft.deliveries else "")
        if self._head.kind is DocumentKind.SALES_REPORT and self._head.period is not None:
            draft.place = f"{draft.place} {self._head.period[0]}".strip()
        draft.mark, twice = self._numbers.mark(draft.id, draft.place, draft.article)
        if twice:
            self._head.warn("line_twice", f"LIN+{draft.id}: found this line number twice, expected different ones")

    def _line_rules(self) -> LineRules:
        kind = self._head.kind
        self._rules = LineRules(
            self._head.mark, (*QUANTITIES.get(kind, ("12", "47", "1")), FREE), self._settings.unit,
            adds_up=kind is DocumentKind.SALES_REPORT, receipt=kind is DocumentKind.RECEIPT)
        return self._rules

    def _part_for(self, draft: LineDraft) -> None:
        """Lines of another buyer, as sales reports have them, begin another part."""
        buyer = draft.party.party(self._settings.buyer_scheme) if draft.party else self._head.buyer()
        other = (buyer, self._head.period) != (self._buyer, self._period)
        if self._buyer is not None and other and (self._lines or self._faults):
            period, self._head.period = self._head.period, self._period
            self._flush(last=False)
            self._head.period = period
        self._buyer, self._period = buyer, self._head.period

    def _flush(self, *, last: bool) -> None:
        head = self._head
        sums = head.sums() if last else {}
        lines = _with_sets(self._lines)
        given_back = head.kind is DocumentKind.INVOICE and _is_reversal(sums, lines)
        kind = DocumentKind.CREDIT_NOTE if given_back else head.kind
        self._purpose = self._purpose or self._meant(lines)
        delivered, issued = head.days()
        self.ready.append(Document(
            self._source, kind, head.number, tuple(lines), (*self._faults, *head.faults), delivered, issued,
            head.seller(), self._buyer or head.buyer(), head.currency, head.orders(), head.deliveries(),
            head.previous(), head.type_code, head.function, sums, self._purpose, head.others(),
            self._sender.ids[0][1] if self._sender.ids else "", version=head.version(),
            gives_back=said_by_all(head.notes) if kind is DocumentKind.CREDIT_NOTE else ""))
        self._lines, self._faults, head.faults = [], [], []

    def _meant(self, lines: Sequence[DocumentLine]) -> Purpose:
        """A corrected invoice that names an earlier one and has no negative line says everything anew."""
        head = self._head
        if (head.type_code == _CORRECTED and head.purpose is Purpose.ORIGINAL and head.previous()
                and not any(_is_negative(line) for line in lines)):
            return Purpose.REPLACE
        return head.purpose


def _with_sets(lines: list[DocumentLine]) -> list[DocumentLine]:
    """Lines that others belong to are sets."""
    if parents := {line.parent for line in lines if line.parent}:
        return [line._replace(role="set") if line.id in parents and line.role == "main" else line for line in lines]
    return lines


def _is_reversal(sums: Mapping[str, Decimal], lines: Sequence[DocumentLine]) -> bool:
    """Whether an invoice gives back by its total alone: below zero, though none of its lines is."""
    total = next((sums[name] for name in ("lines_total", "net_total", "grand_total") if name in sums), Decimal(0))
    return total < 0 and not any(_is_negative(line) for line in lines)


def _is_negative(line: DocumentLine) -> bool:
    return line.qty < 0 or (line.amount is not None and line.amount < 0)


_M = Message
_HEAD_ONLY: dict[str, Callable[[Message, int, Elements], None]] = {
    "BGM": _M.begins, "DTM": _M.dated, "RFF": _M.refers, "NAD": _M.names, "CUX": _M.is_in}
_HANDLERS: dict[str, Callable[[Message, int, Elements], None]] = {
    **_HEAD_ONLY, "FTX": _M.tells, "CPS": _M.packs, "GIN": _M.marks, "LIN": _M.lists, "LOC": _M.takes_place,
    "UNS": _M.separates, "MOA": _M.sums_up, "CNT": _M.controls}
BEGINNING: dict[str, Callable[[Message], None]] = dict.fromkeys(
    ("TAX", "PAT", "PYT", "TDT", "TOD", "EQD", "PAC", "ALC", "RCS", "AJT", "INP", "EFI"), _M.leaves_party)
"""What begins a group outside of lines and says nothing else that we need, so that it is not even taken apart."""
CLOSING = frozenset({"LIN", "CPS", "LOC", "UNS", "CNT"})
"""What may end an open line; everything else behind LIN is of the line, and most of it says nothing that we need."""
