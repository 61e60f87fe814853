"""Dates of an experience by hand: every difference is told before it holds, and nobody loses a seat that is ordered."""

from collections.abc import Iterator, Sequence

import attrs
from sqlalchemy import Connection

from treuwerk.domain.catalogue import Reward
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.reward_kinds import Fulfilment
from treuwerk.domain.rights import Access
from treuwerk.programme.settings import Settings
from treuwerk.services.auditing import note_act
from treuwerk.services.rewards.drafts import working
from treuwerk.services.rewards.editing import READ, WRITE
from treuwerk.services.rewards.kinds import terms_by_kind
from treuwerk.services.rewards.pools import recount, terms_by_variant, today
from treuwerk.store import seats as store
from treuwerk.store.voucher_codes import lock_stocks

MOST_SEATS = 1_000_000
MOST_DATES = 200
"""Dates to come of a reward that a page shows."""


@attrs.frozen
class Date:
    """A date as it is planned: `slot` as orders write it, `taken` of its seats are ordered."""

    variant: str
    slot: str
    seats: int
    place: str = ""
    taken: int = 0


@attrs.frozen
class Wanted:
    """A date as it shall be; `seen` is how the page showed it, None of a new one."""

    variant: str
    slot: str
    seats: int
    place: str = ""
    seen: tuple[int, str] | None = None


@attrs.frozen
class DateChange:
    """What becomes of a date; `before` is None of a new one."""

    after: Wanted
    before: Date | None = None


def has_dates(settings: Settings, one: Reward) -> bool:
    """Whether a reward is of a kind with seats on dates."""
    terms = terms_by_kind(settings).get(one.kind)
    return terms is not None and terms.fulfilment is Fulfilment.SEAT


def dates_of(access: Access, connection: Connection, settings: Settings, one: Reward, now: int) -> list[Date]:
    """The dates of a reward that are still to come, by variant and time, also those of a draft.

    Raises:
        NotAllowed.
    """
    access.require(READ)
    rows = store.planned(connection, [variant.number for variant in one.variants],
                         today(settings, now).isoformat()) if has_dates(settings, one) else []
    return [Date(row.variant, row.slot, row.capacity, row.place, row.taken) for row in rows[:MOST_DATES]]


def check_dates(access: Access, connection: Connection, settings: Settings, number: str, wanted: Sequence[Wanted],
                now: int) -> list[DateChange]:
    """What planning these dates would change; nothing is written.

    Raises:
        NotAllowed. OutOfScope: there is no such reward.
        Refusal: `no_dates`: its kind has none; else with the place in `wanted` as `at`: `no_such_variant`, `twice`,
            `day_is_over`, `seats_taken` (taken), `changed`: it is planned otherwise than was shown.
    """
    access.require(WRITE)
    one = working(connection, number).reward
    if not has_dates(settings, one):
        raise Refusal("no_dates", f"found a reward of the kind {one.kind!r}, expected one of a kind with dates")
    variants = {variant.number for variant in one.variants}
    known = {(row.variant, row.slot): Date(row.variant, row.slot, row.capacity, row.place, row.taken)
             for row in store.planned(connection, variants)}
    _check(settings, wanted, variants, known, now)
    return list(_changes(wanted, known))


def plan_dates(access: Access, connection: Connection, settings: Settings, number: str, wanted: Sequence[Wanted],
               now: int) -> list[DateChange]:
    """Plan dates at once; of a reward that nobody can order yet, they hold from its publication on.

    Raises:
        As `check_dates`.
    """
    check_dates(access, connection, settings, number, wanted, now)
    ordered = sorted(variant for variant, terms in terms_by_variant(
        connection, settings, {one.variant for one in wanted}).items() if terms.fulfilment is Fulfilment.SEAT)
    lock_stocks(connection, ordered, now)
    changes = check_dates(access, connection, settings, number, wanted, now)
    rows = {(row.variant, row.slot): row for row in store.planned(connection, {one.variant for one in wanted})}
    for change in changes:
        store.plan(connection, rows.get((change.after.variant, change.after.slot)), {
            "variant": change.after.variant, "slot": change.after.slot, "place": change.after.place,
            "capacity": change.after.seats}, now)
    recount(connection, settings, ordered, now)
    if changes:
        note_act(connection, access, "reward.dates", 0, number, now=now,
                 before={"dates": [_told(one.before) for one in changes if one.before]},
                 after={"dates": [_told(one.after) for one in changes]})
    return changes


def _check(settings: Settings, wanted: Sequence[Wanted], variants: set[str], known: dict[tuple[str, str], Date],
           now: int) -> None:
    day, seen = today(settings, now).isoformat(), set[tuple[str, str]]()
    for at, one in enumerate(wanted):
        key, there = (one.variant, one.slot), known.get((one.variant, one.slot))
        if one.variant not in variants:
            raise Refusal("no_such_variant", f"found {one.variant!r}, expected a variant of this reward", at=at)
        if key in seen:
            raise Refusal("twice", f"found {one.slot} of {one.variant} twice, expected it once", at=at)
        seen.add(key)
        if there and one.seen == (one.seats, one.place):
            continue
        if one.slot[:10] <= day:
            raise Refusal("day_is_over", f"found {one.slot}, expected a day after {day}", at=at)
        if (there.seats, there.place) != one.seen if there else one.seen is not None:
            raise Refusal("changed", f"found {one.slot} planned otherwise than was shown, expected the same", at=at)
        if there and one.seats < there.taken:
            raise Refusal("seats_taken", f"found {there.taken} seats of {one.slot} ordered, expected no more than "
                          f"{one.seats}", at=at, taken=there.taken)


def _changes(wanted: Sequence[Wanted], known: dict[tuple[str, str], Date]) -> Iterator[DateChange]:
    """What differs from what was shown; a row that nobody touched stays as it is, whatever became of it meanwhile."""
    for one in wanted:
        before = known.get((one.variant, one.slot))
        if one.seen != (one.seats, one.place):
            yield DateChange(one, before)


def _told(one: Date | Wanted) -> str:
    return f"{one.variant} {one.slot}: {one.seats}" + (f" ({one.place})" if one.place else "")
