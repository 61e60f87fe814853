"""Two sellers of the registry that are one: what making them one would do, doing it, and making them two again.

Purchases stay as they are booked. All that leads to the seller that is given up, its code included, leads to the one
that stays, so that its documents are known again under whichever name they come.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
from sqlalchemy import Connection, Row

from treuwerk.domain.actors import stated_reason
from treuwerk.domain.aliases import Name
from treuwerk.domain.ids import first_row_id, row_ids
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import Access, OutOfScope
from treuwerk.domain.sellers import Seller
from treuwerk.programme.settings import Settings
from treuwerk.services.auditing import note_act
from treuwerk.services.changes.aliasing import RELEASE
from treuwerk.services.clearing.known_sellers import documents_of
from treuwerk.services.clearing.purchase_keys import document_of
from treuwerk.services.clearing.sellers import MAP, READ, registry, seller_of
from treuwerk.store import orders, sellers
from treuwerk.store import seller_merges as store
from treuwerk.store.aliases import alias_from
from treuwerk.store.documents import part

_COMPARED = 5_000
"""Lines of purchases that are looked at for documents that both have."""


@attrs.frozen
class Merge:
    """What making one seller of two does, or did.

    `documents` of the one that is given up hold purchases, `more` whether there are others; `both` are numbers of
    documents that each of them has, which may be paid twice already. `mappings` decisions on numbers move; `differing`
    are numbers on which they decided otherwise. `waiting` lines are looked at anew.
    """

    given_up: Seller
    into: Seller
    documents: int
    more: bool
    both: Sequence[str]
    mappings: int
    differing: Sequence[str]
    waiting: int


@attrs.frozen
class Standing:
    """A seller that was made one with another one."""

    id: int
    code: str
    name: str
    reason: str
    actor: str
    merged_at: int


def preview(access: Access, connection: Connection, settings: Settings, code: str, into: str) -> Merge:
    """What making one of two would do; nothing is stored.

    Raises:
        NotAllowed: the right to map sellers is not there.
        Refusal: `unknown_seller`; `same_seller`.
    """
    access.require(MAP)
    if code == into:
        raise Refusal("same_seller", "found the same seller on both sides, expected two")
    given_up, stays = seller_of(access, connection, code), seller_of(access, connection, into)
    mine, moving, differing = _mappings(connection, code, into)
    documents, more = documents_of(access, connection, settings, code)
    return Merge(given_up, stays, documents, more, _both(connection, settings, code, into), len(moving),
                 sorted(mine[name].written_as or name.value for name in differing), store.waiting(connection, code))


def merge(access: Access, connection: Connection, code: str, into: str, now: int, *, reason: str) -> int:
    """Make one of two; the number of the merge, by which it is undone.

    Raises:
        NotAllowed: the right to map sellers is not there.
        Refusal: `unknown_seller`, `same_seller`, `no_reason`; `mappings_differ`: decisions on a number of both say
            something else.
    """
    access.require(MAP)
    stated = stated_reason(reason)
    if code == into:
        raise Refusal("same_seller", "found the same seller on both sides, expected two")
    rows = sellers.by_code(connection, {code, into})
    for wanted in (code, into):
        if wanted not in rows:
            raise Refusal("unknown_seller", f"found seller {wanted!r}, expected one of the registry", seller=wanted)
    _, moving, differing = _mappings(connection, code, into)
    if differing:
        raise Refusal("mappings_differ", f"found that {len(differing):,} numbers of both sellers mean something else, "
                      "expected none; end one of the two decisions on each first")
    number = next(row_ids(now))
    store.give_up(connection, rows[code], into, moving, {
        "id": number, "reason": stated, "user_id": access.user_id, "actor": access.actor, "merged_at": now})
    _look_again(connection, number, now)
    note_act(connection, access, "seller.merge", 0, code, now=now, before={"name": rows[code].name},
             after={"into": into}, reason=stated)
    return number


def undo(access: Access, connection: Connection, number: int, now: int) -> Standing:
    """Make them two again, as long as nothing was booked since of the one that stayed.

    What was booked meanwhile stands as that of one seller: as two, its documents would be booked once more.

    Raises:
        NotAllowed: the right to map sellers is not there.
        OutOfScope: there is no such merge.
        Refusal: `ended`: somebody undid it; `rests_on_it`: purchases were booked since; `merged_further`.
    """
    access.require(MAP)
    row = store.by_id(connection, number)
    if row is None:
        raise OutOfScope
    if row.undone_at:
        raise Refusal("ended", f"found that {row.undone_by} undid this before; nothing was changed")
    sellers.by_code(connection, {row.into_code})
    if store.merged_into(connection, row.code) != row.into_code:
        raise Refusal("merged_further", "found that the other one was made one with a third since; undo that first")
    if store.booked_since(connection, part(row.into_code), first_row_id(row.merged_at)):
        raise Refusal("rests_on_it", "found purchases that were booked since as those of one seller, expected none")
    if not store.give_back(connection, row, now, access.actor):
        raise Refusal("ended", "found that somebody undid this in this moment; nothing was changed")
    _look_again(connection, number, now)
    note_act(connection, access, "seller.unmerge", 0, row.code, now=now, before={"into": row.into_code},
             after={"name": row.name})
    return _standing(row)


def standing(access: Access, connection: Connection, code: str) -> list[Standing]:
    """Sellers that were made one with this one, the latest first.

    Raises:
        NotAllowed: the right to see reported purchases is not there.
    """
    access.require(READ)
    return [_standing(row) for row in store.standing(connection, code)]


def now_at(access: Access, connection: Connection, code: str) -> str:
    """The code of the seller that a former one became; empty where it did not."""
    access.require(READ)
    return store.merged_into(connection, code)


def _standing(row: Row[Any]) -> Standing:
    return Standing(row.id, row.code, row.name, row.reason, row.actor, row.merged_at)


def _look_again(connection: Connection, number: int, now: int) -> None:
    """Lines that waited for a number of either are looked at anew by a worker."""
    orders.submit(connection, f"{RELEASE}:seller:{number}:{now}", RELEASE, {}, now)


def _mappings(connection: Connection, code: str, into: str) -> tuple[Mapping[Name, Any], list[int], list[Name]]:
    """Decisions of the one that is given up by number, the ids that move, and the numbers decided otherwise."""
    theirs = {_without(row): row for row in store.mappings_of(connection, into)}
    mine = {_without(row): row for row in store.mappings_of(connection, code)}
    moving = [row.id for name, row in mine.items() if name not in theirs]
    differing = [name for name, row in mine.items() if name in theirs and _meaning(row) != _meaning(theirs[name])]
    return mine, moving, differing


def _without(row: Row[Any]) -> Name:
    return alias_from(row).name._replace(scope="")


def _meaning(row: Row[Any]) -> tuple[Any, ...]:
    return row.verdict, row.account_id, row.article


def _both(connection: Connection, settings: Settings, code: str, into: str) -> list[str]:
    """Numbers of documents of which both have purchases, as far as lines are compared."""
    former = registry(connection, settings).former
    wanted = [part(into), *former.get(into, ())]
    keys = sellers.claimed_of(connection, {part(code), *former.get(code, ())}, _COMPARED)
    theirs = {f"purchase|{seller}|{key.split('|', 2)[2]}" for key in keys for seller in wanted}
    return sorted({document_of(key).split("|")[-2] for key in store.known_keys(connection, theirs)})
