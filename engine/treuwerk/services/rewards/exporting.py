"""Rewards as a file that can be edited and imported again: the same catalogue gives the same bytes."""

import csv
from collections.abc import Iterator
from io import StringIO

from treuwerk.services.installation import Installation
from treuwerk.services.rewards.columns import cells_of, columns
from treuwerk.store import rewards as store


def reward_lines(installation: Installation) -> Iterator[str]:
    """The lines of a CSV file (; and UTF-8) with every reward, each with its end of line."""
    locales = installation.programme.settings.programme.locales
    with installation.database.reading() as connection:
        stock, rows = store.every_stock(connection), store.every(connection)
    yield _line(columns(locales))
    for row in rows:
        for cells in cells_of(store.read(row.content), stock, locales):
            yield _line(cells)


def _line(cells: list[str]) -> str:
    buffer = StringIO(newline="")
    csv.writer(buffer, delimiter=";", lineterminator="\r\n").writerow(cells)
    return buffer.getvalue()
