"""The shop as a participant, or anybody of a group, tier and country, would see it on a day."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import attrs
from sqlalchemy import Connection
from starlette.responses import Response

from treuwerk.domain.rewards import Asker
from treuwerk.domain.rights import OutOfScope
from treuwerk.services.finding import UnknownParticipant, account_of
from treuwerk.services.rewards.askers import asker_of, programme_day
from treuwerk.services.rewards.pictures import SMALL, picture_of
from treuwerk.services.shop.previewing import preview
from treuwerk.services.shop.shelf import name_of, shelf_of
from treuwerk.web.forms import choice, day, text, yes
from treuwerk.web.forms.pages import language_of
from treuwerk.web.forms.reading import from_form
from treuwerk.web.forms.showing import shown
from treuwerk.web.office.arrangement_pages import named, options_of
from treuwerk.web.office.frame import office_page, seen, settings_of
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.pages import gettext
from treuwerk.web.shell.state import Visit
from treuwerk.web.shell.submitted import Submitted

HOME = "/office/shop-preview"
_SEE_PEOPLE = "participants.read"
_LONGEST = 60


@attrs.frozen
class Wanted:
    """As whom, and when."""

    participant: str = text(marked("Participant"), required=False, longest=_LONGEST)
    group: str = choice(marked("Group"), required=False)
    tier: str = choice(marked("Tier"), required=False)
    country: str = choice(marked("Country"), required=False)
    day: date | None = day(marked("Day"), required=False)
    drafts: bool = yes(marked("With drafts, as if they were published"))


def preview_page(visit: Visit) -> Response:
    """Worlds with their first rewards at the prices of who is asked for; nothing of it is kept."""
    options = options_of(visit) | {"countries": _countries(visit)}
    codes = {"group": options["groups"], "tier": options["tiers"], "country": options["countries"]}
    result = from_form(Wanted, Submitted(visit.request.query_params.multi_items()), language_of(visit).formats.locale,
                       {field: [code for code, _ in some] for field, some in codes.items()})
    context: dict[str, Any] = {"found": None, "day": None}
    if result.ok:
        wanted: Wanted = result.value
        when = wanted.day or programme_day(settings_of(visit), visit.now)
        try:
            with visit.shell.installation.database.reading() as connection:
                asker, account = _asker(visit, connection, wanted, codes["country"])
                found = preview(visit.access, visit.shell.installation, connection, asker, when, wanted.drafts)
        except (UnknownParticipant, OutOfScope):
            result = result.refused("participant", marked("There is no participant with this number. Look at the list "
                                                          "of participants."))
        else:
            if account:
                seen(visit, "shop.preview", account)
            context = {"found": found, "day": when, "asker": asker,
                       "promotion_names": {one.code: named(visit, one) for one in found.promotions}}
    form = shown(Wanted, language_of(visit), result=result)
    context["why_not"] = lambda objection: gettext(visit, objection.words) % objection.details
    return office_page(visit, "office/shop_preview.html", section=HOME, home=HOME, form=form, codes=codes,
                       may_see_people=visit.access.may(_SEE_PEOPLE), words=_words(options), named=_named(visit),
                       title_of=lambda reward: name_of(reward, visit.locale),
                       picture=lambda reward: picture_of(reward, SMALL, visit.locale), **context)


def _countries(visit: Visit) -> list[tuple[str, str]]:
    """Countries of the programme, or where it names none those to which rewards are delivered."""
    territories = language_of(visit).formats.locale.territories
    with visit.shell.installation.database.reading() as connection:
        rewards = shelf_of(visit.shell.installation, connection).rewards
    codes = settings_of(visit).programme.countries or sorted({code for one, _ in rewards for code in one.countries})
    return [(code, territories.get(code, code)) for code in codes]


def _asker(visit: Visit, connection: Connection, wanted: Wanted,
           countries: Sequence[tuple[str, str]]) -> tuple[Asker, int]:
    """Who it is for, with the account of a participant; what is chosen beside a participant counts instead.

    Nobody in particular is in the first country: what is delivered to some could not be seen from nowhere.
    """
    if not wanted.participant:
        return Asker(wanted.group, wanted.tier, wanted.country or next((code for code, _ in countries), "")), 0
    visit.access.require(_SEE_PEOPLE)
    account = account_of(connection, wanted.participant)
    own = asker_of(connection, settings_of(visit), account, visit.now)
    return Asker(wanted.group or own.group, wanted.tier or own.tier, wanted.country or own.country), account


def _named(visit: Visit) -> Any:
    return lambda one: named(visit, one)


def _words(options: Mapping[str, list[tuple[str, str]]]) -> dict[str, dict[str, str]]:
    return {field: dict(some) for field, some in options.items()}
