"""Reading and writing the delimited tables of the bundle; bytes do not depend on the machine."""

import csv
from collections.abc import Sequence
from decimal import Decimal
from io import StringIO
from pathlib import Path

import attrs

BUNDLE = Path(__file__).resolve().parent.parent
MASTER = BUNDLE / "master" / "articles.csv"
DATA = BUNDLE / "demo" / "data"


@attrs.frozen
class Table:
    """A header and rows of text cells."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]

    def save(self, path: Path) -> None:
        """Write UTF-8 with semicolons and plain line feeds, on Windows too."""
        text = StringIO(newline="")
        writer = csv.writer(text, delimiter=";", lineterminator="\n")
        writer.writerow(self.columns)
        writer.writerows(self.rows)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.getvalue().encode("utf-8"))


def load(path: Path) -> list[dict[str, str]]:
    """The rows of one of the bundle's own tables, by column name."""
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, delimiter=";"))


def money(amount: Decimal) -> str:
    """An amount with two places and a decimal comma.

    >>> money(Decimal("1240"))
    '1240,00'
    """
    return f"{amount:.2f}".replace(".", ",")
