"""A file of redemptions: read strictly, served in the order of its lines, answered line by line."""

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import attrs

from treuwerk.domain.participants import CUSTOMER_NUMBER, identifier
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.tabular import BadLine, UnreadableFile
from treuwerk.services.installation import Installation
from treuwerk.services.ledger.batch_redeeming import AT_ONCE, Answer, Fate, Request, redeem_all
from treuwerk.services.ledger.bookkeeping import SYSTEM
from treuwerk.services.master_files import BadRow, NamedRow, Told, named_rows, tell_nobody
from treuwerk.store.parties import participants_known_as

COLUMNS = ("customer_number", "unit", "amount", "key", "cause")
_NEEDED = COLUMNS[:4]


@attrs.define
class RedemptionReceipt:
    """What became of the rows: booked + repeated + refused + rejected = rows of the file."""

    file: str
    booked: int = 0
    repeated: int = 0
    refused: int = 0
    rejected: int = 0
    points: dict[str, int] = attrs.field(factory=dict)
    dry_run: bool = False
    problems: list[dict[str, Any]] = attrs.field(factory=list)

    @property
    def done_in_part(self) -> bool:
        """Whether a row was refused or rejected."""
        return bool(self.refused or self.rejected)

    def reject(self, at: int, code: str, reason: str) -> None:
        """A row that cannot be read."""
        self.rejected += 1
        self.problems.append({"line": at, "state": "rejected", "code": code, "reason": reason})

    def answer(self, at: int, request: Request, answer: Answer) -> None:
        """The fate of a row that could be read."""
        setattr(self, answer.fate.value, getattr(self, answer.fate.value) + 1)
        if answer.fate is Fate.BOOKED:
            self.points[request.unit] = self.points.get(request.unit, 0) + request.amount
        elif answer.refusal:
            self.problems.append({"line": at, "state": "refused", "code": answer.refusal.code,
                                  "reason": answer.refusal.reason})


@attrs.frozen
class _Wish:
    """A row that could be read, before its participant is looked up."""

    at: int
    customer_number: str
    unit: str
    amount: int
    key: str
    cause: str


def redeem_file(installation: Installation, path: Path, now: int, *, actor: str = SYSTEM, dry_run: bool = False,
                told: Told = tell_nobody, at_once: int = AT_ONCE) -> RedemptionReceipt:
    """Redeem for each row of a CSV (; and UTF-8) or XLSX with the columns `COLUMNS`; `cause` may be left out.

    The same file again books nothing twice, since each row has its key.

    Raises:
        UnreadableFile: no header, a column missing or unknown, or a spreadsheet that cannot be opened.
    """
    receipt = RedemptionReceipt(path.name, dry_run=dry_run)
    rows = named_rows(path, _NEEDED, told)
    while chunk := list(islice(rows, at_once)):
        wishes = list(_wishes(path.name, chunk, receipt))
        requests = dict(_requests(installation, wishes, receipt))
        answers = redeem_all(installation, list(requests.values()), now, actor=actor, dry_run=dry_run, at_once=at_once)
        for (at, request), answer in zip(requests.items(), answers, strict=True):
            receipt.answer(at, request, answer)
    receipt.problems.sort(key=lambda problem: problem["line"])
    receipt.points = dict(sorted(receipt.points.items()))
    return receipt


def _wishes(file: str, rows: Iterable[NamedRow | BadLine], receipt: RedemptionReceipt) -> Iterator[_Wish]:
    for row in rows:
        if isinstance(row, BadLine):
            receipt.reject(row.at, row.code, row.reason)
            continue
        if strange := sorted(row.extra(COLUMNS)):
            raise UnreadableFile(f"{file}: found column {strange[0]!r}, expected only {', '.join(COLUMNS)}")
        try:
            yield _Wish(row.at, row.key("customer_number"), row.need("unit"), _amount(row.need("amount")),
                        row.key("key"), row.cells.get("cause", ""))
        except (BadRow, Refusal) as error:
            receipt.reject(row.at, error.code, str(error))


def _amount(cell: str) -> int:
    if not (cell.isascii() and cell.isdigit() and len(cell) < 19):
        raise BadRow("bad_amount", f"column amount: found {cell!r:.40}, expected a whole number above zero such as "
                     "1500, without separators")
    return int(cell)


def _requests(installation: Installation, wishes: Iterable[_Wish],
              receipt: RedemptionReceipt) -> Iterator[tuple[int, Request]]:
    wished = list(wishes)
    with installation.database.reading() as connection:
        known = participants_known_as(connection, CUSTOMER_NUMBER, {identifier(one.customer_number) for one in wished})
    for one in wished:
        participant = known.get(identifier(one.customer_number))
        if participant is None:
            receipt.reject(one.at, "unknown_participant", f"column customer_number: found {one.customer_number!r}, "
                           "expected the number of a participant")
        else:
            yield one.at, Request(participant.account_id, one.unit, one.amount, one.key, one.cause)
