"""The cover of a world in the service centre: a picture of its own, told in every language, or none."""

from functools import cache
from typing import Any

import attrs
from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.responses import Response

from treuwerk.domain.catalogue import Picture
from treuwerk.domain.promotions import World
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import OutOfScope
from treuwerk.services.rewards import arranging
from treuwerk.services.rewards.arranging import ArrangementChanged, Filed
from treuwerk.services.rewards.pictures import LARGE, RewardFile, note, shown, store_picture
from treuwerk.services.submissions.drawing_slots import DrawingBusy
from treuwerk.store.promotions import WORLDS
from treuwerk.web.forms import Shown, text, yes
from treuwerk.web.forms.pages import CONFLICT, UNPROCESSABLE, done, empty, language_of, read, refused, told, version_of
from treuwerk.web.office.arrangement_forms import blamed
from treuwerk.web.office.arrangement_pages import WORLDS_HOME, named
from treuwerk.web.office.catalogue.words import message_of
from treuwerk.web.office.frame import office_page, settings_of
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.pages import gettext
from treuwerk.web.shell.state import Visit

_LONGEST_ALT = 300


@cache
def cover_form(locales: tuple[str, ...]) -> type[Any]:
    """What is on the cover in each language, and whether it goes; the file comes beside it."""
    return attrs.make_class("CoverForm", {
        **{f"cover_alt_{locale}": text(marked("What is on it"), required=False, longest=_LONGEST_ALT)
           for locale in locales},
        "away": yes(marked("Take it away"))}, frozen=True)


def cover_page(visit: Visit) -> Response:
    """The cover as it is, its words, and a field for another one."""
    filed = _filed(visit)
    return _shown(visit, filed, _empty(visit, filed))


def cover_sent(visit: Visit) -> Response:
    """Change picture or words, or take the cover away. The file stays: older versions have it."""
    visit.access.require(arranging.WRITE)
    filed, result = _filed(visit), read(visit, cover_form(_locales(visit)))
    if not result.ok:
        return _shown(visit, filed, refused(visit, result), UNPROCESSABLE)
    try:
        taken = _taken(visit)
        cover = _cover(visit, filed.one, taken, result.value)
        return done(visit, lambda connection: _saved(visit, connection, filed.one, cover, taken))
    except Refusal as refusal:
        known = refusal.code == "no_alt"
        result = blamed(result, refusal) if known else result.refused("", message_of(refusal))
    except DrawingBusy:
        result = result.refused("", marked("Many pictures are being drawn. Try again in some seconds."))
    except ArrangementChanged as late:
        result = result.refused("", marked("Somebody changed this a moment before. Look at it as it is now."))
        return _shown(visit, late.filed, refused(visit, result), CONFLICT)
    return _shown(visit, filed, refused(visit, result), UNPROCESSABLE)


def _taken(visit: Visit) -> RewardFile | None:
    """The file of this request, drawn; None where there is none.

    Raises:
        Refusal, DrawingBusy: as `store_picture`.
    """
    if not visit.files:
        return None
    return store_picture(visit.shell.installation, visit.files[0].file, visit.files[0].filename or "")


def _cover(visit: Visit, world: World, taken: RewardFile | None, said: Any) -> Picture | None:
    alt = {locale: words for locale in _locales(visit) if (words := getattr(said, f"cover_alt_{locale}"))}
    if taken:
        return taken.picture(alt)
    return attrs.evolve(world.cover, alt=alt) if world.cover and not said.away else None


def _saved(visit: Visit, connection: Connection, world: World, cover: Picture | None, taken: RewardFile | None) -> str:
    version, where = version_of(visit), f"{WORLDS_HOME}/{world.code}"
    if taken:
        note(connection, taken, visit.access.actor, visit.now)
    arranging.save(visit.access, connection, settings_of(visit), WORLDS, attrs.evolve(world, cover=cover), version,
                   visit.now)
    told(visit, connection, gettext(visit, marked("It is saved. The shop shows it as it is now.")),
         undo_path=f"{where}/restore", undo_fields={"wanted": str(version), "version": str(version + 1)})
    return where


def _filed(visit: Visit) -> Filed[World]:
    try:
        with visit.shell.installation.database.reading() as connection:
            return arranging.one_of(visit.access, connection, WORLDS, visit.request.path_params["world"])
    except OutOfScope:
        raise HTTPException(404) from None


def _locales(visit: Visit) -> tuple[str, ...]:
    return tuple(settings_of(visit).programme.locales)


def _empty(visit: Visit, filed: Filed[World]) -> Shown:
    alt = filed.one.cover.alt if filed.one.cover else {}
    return empty(visit, cover_form(_locales(visit)), {f"cover_alt_{locale}": words for locale, words in alt.items()},
                 version=filed.version)


def _shown(visit: Visit, filed: Filed[World], form: Shown, status: int = 200) -> Response:
    languages, cover = language_of(visit).formats.locale.languages, filed.one.cover
    return office_page(visit, "office/world_cover.html", status, section=WORLDS_HOME, home=WORLDS_HOME, form=form,
                       filed=filed, title=named(visit, filed.one), path=f"{WORLDS_HOME}/{filed.one.code}",
                       cover=shown(cover, LARGE, visit.locale) if cover else None,
                       languages=[(locale, languages.get(locale, locale)) for locale in _locales(visit)],
                       megabytes=settings_of(visit).uploads.file_megabytes)
