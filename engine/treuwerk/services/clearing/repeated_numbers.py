"""Documents in which numbers of lines repeat, and that come again with their parts in another order.

Which of two lines of a number comes first decides which has the number alone as its key. Where the document is booked
already, each line has the key that it had then.
"""

from collections.abc import Mapping

from sqlalchemy import Connection

from treuwerk.domain.corrections import BookedLine, target_of, version_of
from treuwerk.domain.line_numbers import MARK, number_of
from treuwerk.services.clearing.purchase_keys import document_of, identified
from treuwerk.services.clearing.scoring import ScoredBatch, ScoredLine
from treuwerk.store import corrections, many

_Spot = tuple[str, str, str, str]
"""Document, number, place and article of a line."""


def name_as_booked(connection: Connection, batch: ScoredBatch) -> None:
    """Give lines whose document is booked the keys that they have there, by number, place and article."""
    documents = {document_of(key) for key in batch.lines if MARK in key}
    if not documents:
        return
    many.by_index(connection)
    booked = [line for line in corrections.lines_of(connection, {
        target_of(key) for key in batch.lines if document_of(key) in documents}) if line.place]
    known = {_spot(line): line.key for line in booked if not version_of(line.key)}
    taken = {line.key: line for line in booked}
    renamed: dict[str, ScoredLine] = {}
    for key, line in batch.lines.items():
        name = _name(line, known, taken) if document_of(key) in documents and not version_of(key) else key
        renamed[name] = line if name == key else (line[0], name, *line[2:])
        if name != key and key in batch.references:
            batch.references = {**batch.references, name: batch.references[key]}
        if name != key and key in batch.of_orders:
            batch.of_orders = {**batch.of_orders, name: batch.of_orders[key]}
        if name != key and key in batch.of_totals:
            batch.of_totals = {**batch.of_totals, name: batch.of_totals[key]}
    if len(renamed) == len(batch.lines):
        batch.lines = renamed


def _spot(line: BookedLine) -> _Spot:
    return document_of(line.key), _number(line.key), line.place, line.article


def _number(key: str) -> str:
    return number_of(key.rpartition("|")[2])


def _name(line: ScoredLine, known: Mapping[_Spot, str], taken: Mapping[str, BookedLine]) -> str:
    key, place, article = line[1], line[5][14], line[5][5]
    if found := known.get((document_of(key), _number(key), place, article)):
        return found
    if place and key in taken and taken[key].place != place:
        return f"{key.partition(MARK)[0]}{MARK}{identified(place)}"
    return key
