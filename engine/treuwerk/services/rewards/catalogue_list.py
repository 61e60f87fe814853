"""The catalogue as a list for who keeps it: narrowed, sorted and paged, with the rewards of one page as they stand."""

from collections.abc import Sequence
from typing import Any

import attrs
from sqlalchemy import ColumnElement, Connection, func, select

from treuwerk.domain.folding import words_of
from treuwerk.domain.rights import Access
from treuwerk.services.rewards.drafts import Working, as_worked_on
from treuwerk.services.rewards.editing import READ
from treuwerk.store import reward_drafts
from treuwerk.store import rewards as store
from treuwerk.store.keyset import Key, sliced
from treuwerk.store.tables import reward_listing

_L = reward_listing.c
ORDERS: dict[str, Sequence[ColumnElement[Any]]] = {"number": (_L.number,), "changed": (_L.changed_at, _L.number)}
"""What the list can be sorted by."""


@attrs.frozen
class Narrowed:
    """What the list is narrowed to; empty values narrow nothing. All of the words stand in a reward."""

    words: str = ""
    stage: str = ""
    category: str = ""
    supplier: str = ""
    offered: bool = False


@attrs.frozen
class ListedPage:
    """One page, with the keys of its first and last row where there are others before and behind."""

    rows: Sequence[Working]
    next: Key | None
    previous: Key | None


def rewards_page(access: Access, connection: Connection, narrowed: Narrowed, order: str, *, falling: bool = False,
                 after: Key | None = None, before: Key | None = None, limit: int = 50) -> ListedPage:
    """One page, behind or before a row; three statements, however many rewards there are."""
    access.require(READ)
    found = sliced(connection, select(_L.number).where(*_conditions(narrowed)), ORDERS[order], limit=limit,
                   descending=falling, after=after, before=before)
    numbers = [row.number for row in found.rows]
    rows, drafts = store.some(connection, numbers), reward_drafts.being_made(connection, numbers)
    shown = [as_worked_on(rows.get(number), drafts.get(number)) for number in numbers]
    return ListedPage([one for one in shown if one], found.next, found.previous)


def counted(access: Access, connection: Connection, many: Sequence[Narrowed], at_most: int) -> list[int]:
    """How many each of these leaves, each up to `at_most`, beyond which nobody counts."""
    access.require(READ)
    sums = [select(func.count()).select_from(select(_L.number).where(*_conditions(one)).limit(at_most).subquery())
            .scalar_subquery() for one in many]
    return list(connection.execute(select(*sums)).one()) if sums else []


def suppliers(access: Access, connection: Connection) -> list[str]:
    """Everybody who supplies a reward, by name."""
    access.require(READ)
    return list(connection.execute(select(_L.supplier).where(_L.supplier != "").distinct().order_by(_L.supplier)
                                   .limit(500)).scalars())


def _conditions(narrowed: Narrowed) -> list[ColumnElement[bool]]:
    found = [_L.words.contains(word, autoescape=True) for word in words_of(narrowed.words)]
    for column, value in ((_L.stage, narrowed.stage), (_L.category, narrowed.category), (_L.supplier,
                                                                                        narrowed.supplier)):
        if value:
            found.append(column == value)
    return [*found, _L.offered == 1] if narrowed.offered else found
