"""A handover as a table: one row for each line, harmless where people open it in a spreadsheet."""

import csv
from io import StringIO

from treuwerk.domain.handovers import HandedLine, Handover
from treuwerk.domain.shielding import safe

COLUMNS = ("handover", "order", "line", "variant", "reward", "name", "quantity", "details", "recipient", "company",
           "street", "extra", "postcode", "city", "country", "kind", "note")


def as_table(handover: Handover) -> str:
    """The lines as CSV with `COLUMNS`: separated by semicolons, line ends as RFC 4180 has them."""
    buffer = StringIO(newline="")
    rows = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    rows.writerow(COLUMNS)
    rows.writerows([safe(cell) for cell in _cells(handover.key, line)] for line in handover.lines)
    return buffer.getvalue()


def _cells(key: str, line: HandedLine) -> list[str]:
    where = line.destination
    details = "; ".join(f"{name}: {answer}" for name, answer in sorted(line.details.items()))
    address = [where.name, where.company, where.street, where.extra, where.postcode, where.city, where.country,
               where.kind.value] if where else [""] * 8
    return [key, line.order, str(line.line), line.variant, line.reward, line.name, str(line.quantity), details,
            *address, line.note]
