"""Dates of experiences as people read them."""

from datetime import date, datetime

from treuwerk.domain.ledger import instant
from treuwerk.domain.reward_kinds import SLOT
from treuwerk.services.rewards.seat_plan import Slot
from treuwerk.web.shell.state import Visit


def open_slot_words(visit: Visit, slot: Slot) -> str:
    """A date that can be chosen: when, where, and how many seats are free."""
    texts = visit.shell.renderer.language(visit.locale).texts
    free = texts.ngettext("%(num)s seat free", "%(num)s seats free", slot.left) % {"num": slot.left}
    return ", ".join(part for part in (slot_words(visit, slot.slot), slot.place, free) if part)


def slot_words(visit: Visit, slot: str) -> str:
    """A date as it is written in an order; what is none stays as it is."""
    formats, zone = visit.shell.renderer.language(visit.locale).formats, visit.shell.installation.programme.settings
    try:
        if "T" not in slot:
            return formats.long_day(date.fromisoformat(slot))
        return formats.minute(instant(datetime.fromisoformat(slot).replace(tzinfo=zone.programme.time_zone)))
    except ValueError:
        return slot


def answer_words(visit: Visit, name: str, answer: str) -> str:
    """An answer to what a kind of rewards asks: dates are written out."""
    return slot_words(visit, answer) if name == SLOT else answer
