"""Terms of points that are right for themselves and contradict the unit, the rule or the programme they stand in."""

from collections.abc import Iterator
from datetime import date, datetime, time

import attrs

from treuwerk.domain.ledger import instant
from treuwerk.domain.terms import Activation, Expiry, ExpiryStart, terms_of
from treuwerk.programme.errors import Mistake
from treuwerk.programme.settings import Programme, Settings, Transfers, Unit


def contradicting_terms(settings: Settings) -> Iterator[Mistake]:
    """All contradictions of terms, each with its path."""
    for code, unit in settings.units.items():
        path = f"units.{code}"
        yield from _pair(f"{path}.expires", unit.expires, f"{path}.pending", unit.pending, settings.programme,
                         settings.programme.starts_on)
        yield from _transfers(f"{path}.transfers", unit)
    yield from _rules(settings)


def _rules(settings: Settings) -> Iterator[Mistake]:
    for number, earning in enumerate(settings.earning):
        head, path = earning.head, f"earning[{number}]"
        if head.expires is None and head.pending is None:
            continue
        first = max(head.valid_from, settings.programme.starts_on)
        found = dict[Mistake, None]()  # a rule of several units makes its mistake once
        for code in sorted(set(earning.rule.units) & set(settings.units)):
            unit = settings.units[code]
            expires, pending = head.expires or unit.expires, head.pending or unit.pending
            where = f"{path}.expires" if head.expires else f"{path}.pending"
            found |= dict.fromkeys(_pair(where, expires, f"{path}.pending" if head.pending else where, pending,
                                         settings.programme, first))
            found |= dict.fromkeys(_inactivity(f"{path}.expires", head.expires, code, unit))
        yield from found


def _pair(expires_path: str, expires: Expiry, pending_path: str, pending: Activation, programme: Programme,
          first: date) -> Iterator[Mistake]:
    """What a life and a wait say against each other, or against the first day on which points are booked."""
    if expires.on is not None and expires.on < first:
        yield Mistake(expires_path, f"on = {expires.on}", f"{first} or a later day",
                      "points would be gone as soon as they are booked")
    elif pending.by_act and expires.start is not None and expires.start is not ExpiryStart.ACTIVATION:
        yield Mistake(expires_path, f"start = {expires.start.value!r} of points that wait for their activation",
                      "start = 'activation'", "or leave it out: life is then counted from activation")
    elif pending.after is not None and _over_before_it_begins(expires, pending, programme, first):
        yield Mistake(pending_path, f"after = {str(pending.after)!r}, when they have expired",
                      "a shorter wait, or a longer life", "start = 'activation' counts life from the end of the wait")


def _over_before_it_begins(expires: Expiry, pending: Activation, programme: Programme, first: date) -> bool:
    zone = programme.time_zone
    terms = terms_of(expires, pending, instant(datetime.combine(first, time(12), zone)), first, zone)
    begin, end = terms.active_from, terms.expires_at
    return begin is not None and end is not None and end <= begin


def _inactivity(path: str, own: Expiry | None, code: str, unit: Unit) -> Iterator[Mistake]:
    """Inactivity concerns all points of a unit: a rule can neither bring it in nor except its points from it."""
    if own is not None and own.after_inactivity is not None:
        yield Mistake(path, "after_inactivity in a rule", "after, on, yearly_on or never",
                      f"inactivity is a matter of the whole unit: write it into units.{code}.expires")
    elif own is not None and own.never and unit.expires.after_inactivity is not None:
        yield Mistake(path, f"never = true, though all points of {code!r} expire by inactivity",
                      "after, on or yearly_on", "a unit of its own can hold points that stay")


def _transfers(path: str, unit: Unit) -> Iterator[Mistake]:
    rules = unit.transfers
    if rules.allowed and not unit.spendable:
        yield Mistake(f"{path}.allowed", "true in a unit with spendable = false", "false",
                      "points that cannot be spent belong to the one who earned them")
    if not rules.allowed and rules != Transfers():
        named = [field.name for field in attrs.fields(Transfers) if getattr(rules, field.name) != field.default]
        yield Mistake(path, f"{' and '.join(named)} without allowed = true", "allowed = true beside it")
    for key in ("at_most", "at_most_per_month"):
        most = getattr(rules, key)
        if most is not None and most < rules.at_least:
            yield Mistake(f"{path}.{key}", f"{most}, below at_least", f"{rules.at_least} or more")
