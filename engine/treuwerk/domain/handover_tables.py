"""A handover as a table: one row for each line, harmless where people open it in a spreadsheet."""

import csv
from collections.abc import Iterable
from io import StringIO

from treuwerk.domain.handovers import Cancellation, HandedLine, Handover
from treuwerk.domain.shielding import safe

COLUMNS = ("handover", "order", "line", "variant", "reward", "name", "quantity", "details", "recipient", "company",
           "street", "extra", "postcode", "city", "country", "kind", "note")


CANCELLED_COLUMNS = ("handover", "order", "line", "variant", "reward", "name", "ordered", "cancelled", "wanted")


def as_table(handover: Handover) -> str:
    """The lines as CSV with `COLUMNS`: separated by semicolons, line ends as RFC 4180 has them."""
    return _table(COLUMNS, (_cells(handover.key, line) for line in handover.lines))


def as_cancelled_table(cancellation: Cancellation) -> str:
    """What is not wanted any more, in the same way with `CANCELLED_COLUMNS`."""
    return _table(CANCELLED_COLUMNS, (
        [cancellation.key, one.order, str(one.line), one.variant, one.reward, one.name, str(one.told),
         str(one.cancelled), str(one.wanted)] for one in cancellation.lines))


def _table(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    buffer = StringIO(newline="")
    writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([safe(cell) for cell in row] for row in rows)
    return buffer.getvalue()


def _cells(key: str, line: HandedLine) -> list[str]:
    where = line.destination
    details = "; ".join(f"{name}: {answer}" for name, answer in sorted(line.details.items()))
    address = [where.name, where.company, where.street, where.extra, where.postcode, where.city, where.country,
               where.kind.value] if where else [""] * 8
    return [key, line.order, str(line.line), line.variant, line.reward, line.name, str(line.quantity), details,
            *address, line.note]
