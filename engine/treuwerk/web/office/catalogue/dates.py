"""Dates of an experience with their seats: typed as rows, checked with every difference, then planned."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import attrs
from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.responses import Response

from treuwerk.domain.catalogue import Reward
from treuwerk.domain.refusals import Refusal
from treuwerk.services.rewards.drafts import Working
from treuwerk.services.rewards.editing import WRITE
from treuwerk.services.rewards.seat_desk import (
    MOST_SEATS,
    Date,
    Wanted,
    check_dates,
    dates_of,
    has_dates,
    plan_dates,
)
from treuwerk.web.forms import Shown, Wrong, choice, day, text, whole
from treuwerk.web.forms.pages import CONFLICT, UNPROCESSABLE, done, told
from treuwerk.web.forms.reading import FORM_ID
from treuwerk.web.forms.showing import new_form_id
from treuwerk.web.office.catalogue.listing import HOME, path_of
from treuwerk.web.office.catalogue.rows import Typed, errors_of, read_rows, shown_rows
from treuwerk.web.office.catalogue.saving import reward_in
from treuwerk.web.office.catalogue.words import kind_of, message_of, name_of
from treuwerk.web.office.frame import office_page, settings_of
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.pages import gettext
from treuwerk.web.shell.slot_words import slot_words
from treuwerk.web.shell.state import Visit

_TIME = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]", re.ASCII)
_SEEN = re.compile(r"([0-9T:-]{10,16})\|([0-9]{1,7})\|(.*)")
_CHECK, _PLAN = "check", "plan"
_AT = {"no_such_variant": "variant", "seats_taken": "seats", "changed": "seats"}
"""The field that a refusal stands at; all others stand at the day."""


def _time(typed: str) -> None:
    if not _TIME.fullmatch(typed):
        raise Wrong(marked("Enter a time such as 18:00, or leave it empty."))


@attrs.frozen
class SeatRow:
    """One date. `seen` is how the page showed it, empty of a new one."""

    variant: str = choice(marked("Variant"), required=False)
    day: date | None = day(marked("Day"))
    time: str = text(marked("Time"), required=False, longest=5, check=_time)
    seats: int | None = whole(marked("Seats"), at_most=MOST_SEATS)
    place: str = text(marked("Place"), required=False)
    seen: str = text(marked("Seats"), required=False, longest=220)


def dates_page(visit: Visit) -> Response:
    """The dates to come, and empty rows for more."""
    one = reward_in(visit)
    dates = _dates(visit, one)
    return _shown(visit, one, shown_rows(visit, SeatRow, [_initial(found) for found in dates]), dates)


def dates_form(visit: Visit) -> Response:
    """Check them, or plan what was checked."""
    visit.access.require(WRITE)
    one = reward_in(visit)
    typed = read_rows(visit, SeatRow, {"variant": [variant.number for variant in one.reward.variants]})
    if not typed.ok:
        return _again(visit, one, typed, UNPROCESSABLE)
    wanted = [_wanted(one.reward, row) for row in typed.values]
    step = visit.form.get("step", _CHECK)
    if step not in (_CHECK, _PLAN):
        return _again(visit, one, typed, 200)
    try:
        return _planned(visit, one, wanted) if step == _PLAN else _checked(visit, one, typed, wanted)
    except Refusal as refusal:
        return _refused(visit, one, typed, refusal)


def _checked(visit: Visit, one: Working, typed: Typed, wanted: Sequence[Wanted]) -> Response:
    """Every difference, and a button that makes it hold."""
    with visit.shell.installation.database.writing() as connection:
        changes = check_dates(visit.access, connection, settings_of(visit), one.number, wanted, visit.now)
        connection.rollback()
    if not changes:
        return _again(visit, one, typed, UNPROCESSABLE, {"": gettext(visit, marked("Nothing differs from what is "
                                                                                   "planned already."))})
    rows = shown_rows(visit, SeatRow, (), typed)[:len(typed.rows)]
    return office_page(visit, "office/catalogue/dates_check.html", section=HOME, one=one, rows=rows,
                       form=Shown({}, {}, visit.form.get(FORM_ID, "") or new_form_id()), path=path_of(one.number),
                       name=name_of(visit, one.reward),
                       changes=[(change, slot_words(visit, change.after.slot)) for change in changes],
                       several=len(one.reward.variants) > 1)


def _planned(visit: Visit, one: Working, wanted: Sequence[Wanted]) -> Response:
    def write(connection: Connection) -> str:
        changes = plan_dates(visit.access, connection, settings_of(visit), one.number, wanted, visit.now)
        texts = visit.shell.renderer.language(visit.locale).texts
        said = texts.ngettext("%(count)s date is planned.", "%(count)s dates are planned.", len(changes)) % {
            "count": len(changes)}
        more = marked("Seats can be ordered now.") if one.offered else marked(
            "Seats can be ordered once the reward is published.")
        told(visit, connection, f"{said} {gettext(visit, more)}")
        return f"{path_of(one.number)}/dates"

    return done(visit, write)


def _refused(visit: Visit, one: Working, typed: Typed, refusal: Refusal) -> Response:
    at = refusal.facts.get("at")
    if not isinstance(at, int):
        return _again(visit, one, typed, UNPROCESSABLE, {"": gettext(visit, message_of(refusal))})
    words = gettext(visit, message_of(refusal))
    said = words % refusal.facts if "%(" in words else words
    return _again(visit, one, typed.blamed(at, _AT.get(refusal.code, "day"), said),
                  CONFLICT if refusal.code == "changed" else UNPROCESSABLE)


def _wanted(one: Reward, row: SeatRow) -> Wanted:
    """A row as a date; where there is one variant, nobody has to name it.

    Raises:
        HTTPException: 400, what the page showed is none that a page could show.
    """
    assert row.day is not None
    found = _SEEN.fullmatch(row.seen)
    if row.seen and not found:
        raise HTTPException(400)
    slot = f"{row.day.isoformat()}T{row.time}" if row.time else row.day.isoformat()
    only = one.variants[0].number if len(one.variants) == 1 else ""
    return Wanted(row.variant or only, slot, row.seats or 0, row.place, (int(found[2]), found[3]) if found else None)


def _initial(one: Date) -> dict[str, Any]:
    first, _, clock = one.slot.partition("T")
    return {"variant": one.variant, "day": date.fromisoformat(first), "time": clock, "seats": one.seats,
            "place": one.place, "seen": f"{one.slot}|{one.seats}|{one.place}"}


def _dates(visit: Visit, one: Working) -> list[Date]:
    with visit.shell.installation.database.reading() as connection:
        return dates_of(visit.access, connection, settings_of(visit), one.reward, visit.now)


def _again(visit: Visit, one: Working, typed: Typed, status: int, errors: Mapping[str, str] | None = None) -> Response:
    return _shown(visit, one, shown_rows(visit, SeatRow, (), typed), _dates(visit, one), status, errors)


def _shown(visit: Visit, one: Working, rows: Sequence[Shown], dates: Sequence[Date], status: int = 200,
           errors: Mapping[str, str] | None = None) -> Response:
    form = Shown({}, {**(errors or {}), **errors_of(rows)}, visit.form.get(FORM_ID, "") or new_form_id())
    known = {(found.variant, found.slot): found for found in dates}
    return office_page(visit, "office/catalogue/dates.html", status, section=HOME, one=one, form=form,
                       rows=[(row, *_standing(visit, row, known)) for row in rows], path=path_of(one.number),
                       name=name_of(visit, one.reward), dated=has_dates(settings_of(visit), one.reward),
                       kind=kind_of(visit, one.reward.kind), several=len(one.reward.variants) > 1,
                       options=[(variant.number, variant.number) for variant in one.reward.variants])


def _standing(visit: Visit, row: Shown, known: Mapping[tuple[str, str], Date]) -> tuple[str, int]:
    """When a date is that is planned already, and how many of its seats are ordered; nothing of a new one."""
    if not (found := _SEEN.fullmatch(row["seen"].value)):
        return "", 0
    date_there = known.get((row["variant"].value, found[1]))
    return slot_words(visit, found[1]), date_there.taken if date_there else 0
