"""Anchors: the end of the chain, kept outside the database.

A chain alone does not show that its end was cut off, that all of it was made anew, or that an older state was put back.
Whoever keeps an anchor elsewhere finds all three.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

import attrs
from sqlalchemy import Connection, select

from treuwerk.domain.ledger import FIRST_HEAD, instant, moment
from treuwerk.store.database import Database
from treuwerk.store.tables import seal


@attrs.frozen
class Anchor:
    """The end of the chain at an instant: last sequence, number and head of the last seal; `at` in microseconds UTC."""

    sequence: int
    seal: int
    head: str
    at: int

    def as_json(self) -> str:
        """One line of JSON, as a file of anchors holds it."""
        return json.dumps({"sequence": self.sequence, "seal": self.seal, "head": self.head,
                           "at": moment(self.at).isoformat()})


class WrongAnchor(ValueError):
    """A line is no anchor; the message names it."""


def anchor(database: Database, now: int) -> Anchor:
    """The present end of the chain; an empty journal has one, too."""
    with database.reading() as connection:
        last = connection.execute(select(seal).order_by(seal.c.number.desc()).limit(1)).one_or_none()
    return Anchor(last.last_sequence, last.number, last.head, now) if last else Anchor(0, 0, FIRST_HEAD, now)


def anchors_in(lines: Iterable[str], name: str) -> list[Anchor]:
    """The anchors of a file, one per line; empty lines are passed over.

    Raises:
        WrongAnchor: a line holds something else, or no line holds anything.
    """
    found = [_read(line, f"{name}, line {at}") for at, line in enumerate(lines, start=1) if line.strip()]
    if not found:
        raise WrongAnchor(f"{name}: found no anchor, expected one per line as treuwerk anchor --json prints it")
    return found


def _read(line: str, place: str) -> Anchor:
    try:
        content = json.loads(line)
        sequence, number, head, at = (content[name] for name in ("sequence", "seal", "head", "at"))
        if type(sequence) is not int or type(number) is not int or len(head) != len(FIRST_HEAD) or set(content) != {
                "sequence", "seal", "head", "at"}:
            raise ValueError(line)
        return Anchor(sequence, number, head, instant(datetime.fromisoformat(at)))
    except (ValueError, LookupError, TypeError):
        raise WrongAnchor(f"{place}: found {line.strip()[:80]!r}, expected an anchor as treuwerk anchor --json prints "
                          "it") from None


def missed_anchors(connection: Connection, anchors: Sequence[Anchor]) -> Iterator[str]:
    """Anchors that the chain no longer goes through: what happened, from which sequence on, and what to do."""
    kept = 0
    for one in sorted(anchors, key=lambda each: (each.seal, each.at)):
        if one.seal == 0:
            continue
        found = connection.execute(select(seal.c.last_sequence, seal.c.head)
                                   .where(seal.c.number == one.seal)).one_or_none()
        if found is None:
            yield _cut_off(connection, one)
        elif (found.last_sequence, found.head) == (one.sequence, one.head):
            kept = one.sequence
        else:
            since = moment(one.at).isoformat()
            yield (f"sequence {kept + 1} to {one.sequence}: the chain was made anew since {since}; "
                   f"seal {one.seal} had head {one.head}, found {found.head}; stop booking, keep this database "
                   "as evidence, and compare it with a backup from before")


def _cut_off(connection: Connection, one: Anchor) -> str:
    last = connection.execute(select(seal.c.number, seal.c.last_sequence).order_by(seal.c.number.desc())
                              .limit(1)).one_or_none()
    ends = f"ends at sequence {last.last_sequence} with seal {last.number}" if last else "is empty"
    first = (last.last_sequence if last else 0) + 1
    return (f"sequence {first} to {one.sequence} are gone: the journal {ends}, and at "
            f"{moment(one.at).isoformat()} it went to sequence {one.sequence} with seal {one.seal}; its end was cut "
            "off or an older state was restored; stop booking and restore the newest backup")
