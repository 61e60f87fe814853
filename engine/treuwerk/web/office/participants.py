"""The list of participants: filters, columns, saved views, and a file of exactly what is filtered."""

from collections.abc import Iterator, Sequence
from typing import Any

from starlette.responses import Response

from treuwerk.services.auditing import note_act
from treuwerk.services.participants import participant_list
from treuwerk.services.participants.participant_list import Listed, Narrowed, Ordered
from treuwerk.services.participants.saved_views import views_of
from treuwerk.web.lists import (
    COUNTED_AT_MOST,
    Asked,
    Cell,
    Column,
    Filter,
    ListKind,
    asked,
    csv_answer,
    list_page,
    list_view,
    views_form,
)
from treuwerk.web.office.frame import navigation, settings_of
from treuwerk.web.office.words import options
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.pages import gettext
from treuwerk.web.shell.participant_words import STATUSES
from treuwerk.web.shell.state import Visit

_SHARES = "participants.write"


def _groups(visit: Visit) -> list[tuple[str, str]]:
    return [(code, group.name.get(visit.locale) or code) for code, group in settings_of(visit).groups.items()]


def _tiers(visit: Visit) -> list[tuple[str, str]]:
    return [(tier.code, tier.name.get(visit.locale) or tier.code) for tier in settings_of(visit).tiers]


def _statuses(visit: Visit) -> list[tuple[str, str]]:
    return options(visit, STATUSES)


def _countries(visit: Visit) -> list[tuple[str, str]]:
    with visit.shell.installation.database.reading() as connection:
        return [(code, code) for code in participant_list.countries(visit.access, connection)]


PARTICIPANTS = ListKind(
    "participants", "/office/participants", marked("Participants"),
    (Column("name", marked("Participant"), "name", always=True), Column("number", marked("Customer number"), "number"),
     Column("city", marked("Town"), "city"), Column("group", marked("Group")), Column("status", marked("Status")),
     Column("tier", marked("Tier")), Column("balance", marked("Points"), "balance", amount=True),
     Column("joined", marked("Joined"), "joined"), Column("country", marked("Country"), shown=False),
     Column("logins", marked("Logins"), amount=True, shown=False)),
    (Filter("q", marked("Name begins with"), "words"), Filter("group", marked("Group"), options=_groups),
     Filter("status", marked("Status"), options=_statuses), Filter("tier", marked("Tier"), options=_tiers),
     Filter("country", marked("Country"), options=_countries, more=True),
     Filter("least", marked("Points at least"), "whole", more=True),
     Filter("most", marked("Points at most"), "whole", more=True),
     Filter("from", marked("Joined from"), "day", more=True),
     Filter("until", marked("Joined until"), "day", more=True),
     Filter("nologin", marked("Without a login"), "flag", more=True)),
    sort="name", rows=50, csv_path="/office/participants.csv", views_path="/office/participants/views")
_HEADS = (marked("Customer number"), marked("Participant"), marked("Group"), marked("Status"), marked("Tier"),
          marked("Country"), marked("Postcode"), marked("Town"), marked("Joined"), marked("Logins"))


def participants_page(visit: Visit) -> Response:
    """One page of the list."""
    state, settings, access = asked(visit, PARTICIPANTS), settings_of(visit), visit.access
    with visit.shell.installation.database.reading() as connection:
        def counts(states: Sequence[Asked]) -> Sequence[int]:
            return participant_list.counted(access, connection, settings, [_narrowed(one) for one in states],
                                            COUNTED_AT_MOST + 1)

        found = participant_list.participants(
            access, connection, settings, _narrowed(state), Ordered(state.sorted_by, state.descending),
            after=state.after, before=state.before, limit=PARTICIPANTS.rows)
        view = list_view(visit, state, count=counts([state])[0], following=found.next, preceding=found.previous,
                         views=views_of(connection, PARTICIPANTS.name, access.user_id), counts=counts,
                         may_share=access.may(_SHARES))
    return list_page(visit, "office/participants.html", view, rows=[_row(row) for row in found.rows],
                     section="/office/participants", navigation=navigation(visit), statuses=STATUSES,
                     unit=participant_list.main_unit(settings), tiers={tier.code: tier for tier in settings.tiers})


def participants_csv(visit: Visit) -> Response:
    """Everybody whom the list is narrowed to; that the list was taken is noted."""
    state = asked(visit, PARTICIPANTS)
    visit.access.require(participant_list.READ)
    visit.shell.installation.database.run(lambda connection: note_act(
        connection, visit.access, "participant.export", 0, "", now=visit.now, after={"filters": state.query}))
    return csv_answer(visit, "participants.csv", _lines(visit, state))


def participants_views_form(visit: Visit) -> Response:
    """Keep a view of the list, or take one away."""
    return views_form(visit, PARTICIPANTS, visit.access.user_id, may_share=visit.access.may(_SHARES))


def _lines(visit: Visit, state: Asked) -> Iterator[list[Cell]]:
    settings, statuses = settings_of(visit), dict(options(visit, STATUSES))
    yield [*(gettext(visit, head) for head in _HEADS),
           *(unit.name.get(visit.locale) or code for code, unit in settings.units.items())]
    for one in participant_list.all_participants(visit.access, visit.shell.installation.database, settings,
                                                 _narrowed(state), Ordered(state.sorted_by, state.descending)):
        yield [one.number, one.name, one.group, statuses[one.status], one.tier, one.country, one.postcode, one.city,
               one.joined_on, one.logins, *(one.points.get(unit, 0) for unit in settings.units)]


def _row(one: Listed) -> dict[str, Any]:
    return {"id": one.account_id, "name": one.name, "number": one.number, "city": one.city, "postcode": one.postcode,
            "group": one.group, "status": one.status, "tier": one.tier, "points": one.points, "joined": one.joined_at,
            "country": one.country, "logins": one.logins}


def _narrowed(state: Asked) -> Narrowed:
    filters = state.filters
    return Narrowed(
        filters.get("group", ""), filters.get("status", ""), filters.get("country", ""), filters.get("tier", ""), "",
        state.number("least"), state.number("most"), state.day("from"), state.day("until"), "nologin" in filters,
        filters.get("q", ""))
