"""What lines of an order need by the kind of their reward: answers, an address, and codes or seats that are kept."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import attrs
from sqlalchemy import Connection, Row

from treuwerk.domain.ledger import instant
from treuwerk.domain.reward_kinds import SLOT, Asked, Fulfilment, RewardTerms, WrongAnswer, answers_to
from treuwerk.domain.reward_orders import LineProblem, OrderRefused, WantedLine
from treuwerk.programme.settings import Settings
from treuwerk.services.rewards.kinds import terms_by_kind
from treuwerk.services.rewards.pools import first_slot, good_until, recount, today
from treuwerk.services.rewards.seat_plan import open_slots
from treuwerk.store import seats
from treuwerk.store import voucher_codes as codes

_SAID = {"missing": "missing_detail", "too_long": "long_detail", "unknown": "unknown_detail", "no_choice": "no_choice"}


def questions(connection: Connection, settings: Settings, kinds: Mapping[str, str],
              now: int) -> dict[str, Sequence[Asked]]:
    """What must be answered for each variant, given with its kind; a date is chosen among those that are open."""
    terms = terms_by_kind(settings)
    asking = {variant: terms[kind].asks for variant, kind in kinds.items() if kind in terms and terms[kind].asks}
    with_dates = [variant for variant in asking if terms[kinds[variant]].fulfilment is Fulfilment.SEAT]
    slots = open_slots(connection, settings, with_dates, today(settings, now)) if with_dates else {}
    return {variant: tuple(attrs.evolve(one, choices=[slot.slot for slot in slots[variant]])
                           if one.name == SLOT and variant in slots else one for one in asks)
            for variant, asks in asking.items()}


def detail_problems(at: int, line: WantedLine, terms: RewardTerms) -> Iterator[LineProblem]:
    """What is wrong with the answers of a line, and which are missing; `at` is its place from 1 on."""
    _, wrong = answers_to(terms.asks, line.details)
    for one in wrong:
        yield LineProblem(at, line.variant, _SAID[one.code], _told(one))


def kept_details(line: WantedLine, terms: RewardTerms) -> dict[str, str]:
    """The answers of a line as they are kept."""
    return answers_to(terms.asks, line.details)[0]


def keep_for(connection: Connection, account_id: int, order_id: int, lines: Sequence[WantedLine],
             terms: Mapping[str, RewardTerms], day: date, now: int) -> None:
    """Keep what lines of a new order need beside their stock, which was taken before; `terms` by variant.

    Raises:
        OrderRefused: somebody was faster, or codes ended that were counted.
    """
    gone = [LineProblem(at, line.variant, "sold_out", {"there": there})
            for at, line in sorted(enumerate(lines, start=1), key=lambda one: (one[1].variant, one[0]))
            if (there := _kept(connection, (account_id, order_id, at), line, terms[line.variant], day, now))
            < line.quantity]
    if gone:
        raise OrderRefused(sorted(gone, key=lambda one: one.line))


def _kept(connection: Connection, owner: tuple[int, int, int], line: WantedLine, terms: RewardTerms, day: date,
          now: int) -> int:
    """Keep codes or seats for a line; how many there were, which is less than it wants where it gets none."""
    if terms.fulfilment is Fulfilment.CODE:
        return codes.take(connection, line.variant, line.quantity, good_until(terms, day), owner, now)
    if terms.fulfilment is not Fulfilment.SEAT:
        return line.quantity
    slot = kept_details(line, terms)[SLOT]
    if slot < first_slot(terms, day):
        return 0
    taken = seats.take(connection, line.variant, slot, line.quantity, now)
    return line.quantity if taken else seats.left(connection, line.variant, slot)


def first_start(lines: Iterable[WantedLine], terms: Mapping[str, RewardTerms], zone: ZoneInfo) -> int | None:
    """The instant at which the first date of what is ordered begins, None where nothing has one; `terms` by variant."""
    starts = []
    for line in lines:
        if slot := kept_details(line, terms[line.variant]).get(SLOT):
            with suppress(ValueError):  # no date at all has no seats either
                starts.append(instant(datetime.fromisoformat(slot).replace(tzinfo=zone)))
    return min(starts, default=None)


def keeps_something(settings: Settings, line: Row[Any]) -> bool:
    """Whether a line has something kept for it beside its stock."""
    return fulfilment_of(settings, line) in (Fulfilment.CODE, Fulfilment.SEAT)


def give_back(connection: Connection, settings: Settings, line: Row[Any], pieces: int, now: int) -> None:
    """Free what was kept for pieces of a line that are cancelled."""
    if fulfilment_of(settings, line) is Fulfilment.CODE:
        codes.free_again(connection, (line.account_id, line.order_id, line.line), pieces)
    elif slot := json.loads(line.details).get(SLOT):
        seats.give_back(connection, line.variant, slot, pieces, now)
    recount(connection, settings, [line.variant], now)


def fulfilment_of(settings: Settings, line: Row[Any]) -> Fulfilment | None:
    """As it was when the line was ordered: the programme may have changed the kind since, or dropped it."""
    return fulfilled_as(settings, line.kind, json.loads(line.snapshot).get("fulfilment", ""))


def fulfilled_as(settings: Settings, kind: str, ordered_as: str) -> Fulfilment | None:
    """What a line says of itself, else its kind in the programme; None where neither is there, as with old orders."""
    if ordered_as:
        return Fulfilment(ordered_as)
    terms = terms_by_kind(settings).get(kind)
    return terms.fulfilment if terms else None


def is_sent(settings: Settings, line: Row[Any]) -> bool:
    """Whether somebody sends what a line is about; of an old one whose kind the programme dropped, somebody did."""
    return sent_as(fulfilment_of(settings, line))


def sent_as(fulfilment: Fulfilment | None) -> bool:
    """Whether somebody sends what is fulfilled so; None is an old line of a kind that is gone."""
    return fulfilment in (Fulfilment.SUPPLIER, None)


def _told(wrong: WrongAnswer) -> dict[str, str | int]:
    return {"detail": wrong.name} | ({"longest": wrong.longest} if wrong.longest else {})
