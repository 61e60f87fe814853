"""Worlds and promotions in the service centre: the list of either, one of them with its versions, and a new one."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import attrs
from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.responses import Response

from treuwerk.domain.catalogue import Window
from treuwerk.domain.promotions import Promotion, World
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import OutOfScope
from treuwerk.programme.languages import fallbacks
from treuwerk.services.rewards import arranging
from treuwerk.services.rewards.arranging import ArrangementChanged, Filed
from treuwerk.services.rewards.askers import programme_day
from treuwerk.services.rewards.pictures import ShownPicture, shown
from treuwerk.services.shop.shelf import shelf_of
from treuwerk.store.promotions import PROMOTIONS, WORLDS, Kept
from treuwerk.web.forms import Conflict, Shown, taken
from treuwerk.web.forms.pages import CONFLICT, UNPROCESSABLE, done, empty, language_of, read, refused, told, version_of
from treuwerk.web.office.arrangement_forms import blamed, initial, promotion_form, promotion_of, world_form, world_of
from treuwerk.web.office.frame import acted, office_page, settings_of
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.pages import gettext
from treuwerk.web.shell.state import Visit

WORLDS_HOME, PROMOTIONS_HOME = "/office/worlds", "/office/promotions"
_PATHS: Mapping[str, str] = {
    "names": marked("Name"), "summaries": marked("Summary"), "published": marked("Published"),
    "position": marked("Place in the order of display"), "rewards": marked("Rewards"),
    "categories": marked("Categories"), "worlds": marked("Worlds"), "audience.groups": marked("Groups"),
    "audience.tiers": marked("Tiers"), "audience.countries": marked("Countries"),
    "picture": marked("Reward whose picture stands for it"), "cover.sha256": marked("Cover"),
    "cover.alt": marked("What is on the cover"), "visible.first": marked("Visible from"),
    "visible.last": marked("Visible until"), "redeemable.first": marked("Can be ordered from"),
    "redeemable.last": marked("Can be ordered until"), "window.first": marked("Valid from"),
    "window.last": marked("Valid until"), "percent": marked("Per cent off"), "points": marked("Special price"),
    "budget": marked("Budget"), "code": marked("Code")}
"""What the fields of a version are called."""


@attrs.frozen
class Part:
    """What tells pages of worlds from those of promotions."""

    home: str
    new: str
    kept: Kept[Any]
    form: Callable[[tuple[str, ...]], type[Any]]
    made: Callable[..., Any]
    param: str


_WORLD = Part(WORLDS_HOME, "/office/add-world", WORLDS, world_form, world_of, "world")
_PROMOTION = Part(PROMOTIONS_HOME, "/office/add-promotion", PROMOTIONS, promotion_form, promotion_of, "promotion")


@attrs.frozen
class Listed:
    """One of a list: `state` is draft, coming, running or over on this day, `counted` how many rewards it holds."""

    filed: Filed[Any]
    name: str
    state: str
    window: Window
    counted: int


@attrs.frozen
class Step:
    """A version with what it changed: (label, language, before, after)."""

    version: Any
    changed: Sequence[tuple[str, str, str, str]]


def worlds_page(visit: Visit) -> Response:
    """All worlds in the order of display."""
    return _list(visit, _WORLD)


def promotions_page(visit: Visit) -> Response:
    """All promotions in the order of display."""
    return _list(visit, _PROMOTION)


def _list(visit: Visit, part: Part) -> Response:
    settings = settings_of(visit)
    day = programme_day(settings, visit.now)
    with visit.shell.installation.database.reading() as connection:
        filed = arranging.listed(visit.access, connection, part.kept)
        shelf = shelf_of(visit.shell.installation, connection)
    counted = {code: places.bit_count() for code, places in shelf.worlds.items()}
    found = [Listed(one, named(visit, one.one), state_of(one.one, day), window_of(one.one),
                    counted.get(one.one.code, 0)) for one in filed]
    return office_page(visit, f"office/{part.param}s.html", section=part.home, found=found, home=part.home,
                       new_url=part.new, may_write=visit.access.may(arranging.WRITE), shown=_shown_window,
                       words=_words(visit))


def named(visit: Visit, one: World | Promotion) -> str:
    """What it is called in the reader's language, or in one that stands in for it; else its code."""
    found = [one.names.get(locale, "") for locale in fallbacks(visit.locale)]
    return next(filter(None, [*found, *one.names.values()]), one.code)


def window_of(one: World | Promotion) -> Window:
    """The days that count for its state: those in which its price holds, or in which it is seen."""
    return one.window if isinstance(one, Promotion) else one.visible


def state_of(one: World | Promotion, day: date) -> str:
    """How it stands on a day."""
    if not one.published:
        return "draft"
    window = window_of(one)
    return "running" if window.holds_on(day) else "coming" if day < window.first else "over"


def _shown_window(window: Window) -> tuple[date | None, date | None]:
    return (None if window.first == date.min else window.first, None if window.last == date.max else window.last)


def new_world_page(visit: Visit) -> Response:
    """The form for one more world."""
    return _new(visit, _WORLD, empty(visit, _form(visit, _WORLD)))


def new_promotion_page(visit: Visit) -> Response:
    """The form for one more promotion."""
    return _new(visit, _PROMOTION, empty(visit, _form(visit, _PROMOTION)))


def new_world_form(visit: Visit) -> Response:
    """Add the world."""
    return _add(visit, _WORLD)


def new_promotion_form(visit: Visit) -> Response:
    """Add the promotion."""
    return _add(visit, _PROMOTION)


def _add(visit: Visit, part: Part) -> Response:
    result = read(visit, _form(visit, part), _codes(visit))
    if result.ok:
        try:
            return done(visit, lambda connection: _saved(visit, part, connection, part.made(
                result.value, "", settings_of(visit)), 0))
        except Refusal as refusal:
            result = blamed(result, refusal)
    return _new(visit, part, refused(visit, result), UNPROCESSABLE)


def _new(visit: Visit, part: Part, form: Shown, status: int = 200) -> Response:
    return office_page(visit, f"office/{part.param}.html", status, section=part.home, home=part.home, form=form,
                       filed=None, path=part.new, conflict=None, steps=[], **_choices(visit))


def world_page(visit: Visit) -> Response:
    """One world, to be changed, with its versions."""
    return _page(visit, _WORLD)


def promotion_page(visit: Visit) -> Response:
    """One promotion, to be changed, with its versions and what it has given away."""
    return _page(visit, _PROMOTION)


def _page(visit: Visit, part: Part) -> Response:
    filed = _filed(visit, part)
    form = empty(visit, _form(visit, part), initial(filed.one, _locales(visit)), version=filed.version)
    return _one(visit, part, filed, form)


def world_form_sent(visit: Visit) -> Response:
    """Save the world."""
    return _change(visit, _WORLD)


def promotion_form_sent(visit: Visit) -> Response:
    """Save the promotion."""
    return _change(visit, _PROMOTION)


def _change(visit: Visit, part: Part) -> Response:
    filed = _filed(visit, part)
    result = read(visit, _form(visit, part), _codes(visit))
    if not result.ok:
        return _one(visit, part, filed, refused(visit, result), UNPROCESSABLE)
    try:
        return done(visit, lambda connection: _saved(visit, part, connection, part.made(
            result.value, filed.one.code, settings_of(visit), filed.one), version_of(visit)))
    except Refusal as refusal:
        return _one(visit, part, filed, refused(visit, blamed(result, refusal)), UNPROCESSABLE)
    except ArrangementChanged as late:
        stored = late.filed
        form, both = taken(_form(visit, part), refused(visit, result), initial(stored.one, _locales(visit)),
                           stored.version, language_of(visit), by=stored.changed_by, at=stored.changed_at)
        return _one(visit, part, stored, form, CONFLICT, both)


def _saved(visit: Visit, part: Part, connection: Connection, one: Any, version: int) -> str:
    arranging.save(visit.access, connection, settings_of(visit), part.kept, one, version, visit.now)
    where = f"{part.home}/{one.code}"
    undo = {"wanted": str(version), "version": str(version + 1)} if version else None
    told(visit, connection, gettext(visit, marked("It is saved. The shop shows it as it is now.")),
         undo_path=f"{where}/restore" if undo else "", undo_fields=undo)
    return where


def restore_world_form(visit: Visit) -> Response:
    """Bring an earlier version of the world back."""
    return _restore(visit, _WORLD)


def restore_promotion_form(visit: Visit) -> Response:
    """Bring an earlier version of the promotion back."""
    return _restore(visit, _PROMOTION)


def _restore(visit: Visit, part: Part) -> Response:
    code, wanted, version = visit.request.path_params[part.param], visit.form.get("wanted", ""), visit.form.get(
        "version", "")
    where = f"{part.home}/{code}"
    if not all(text.isascii() and text.isdigit() and len(text) <= 18 for text in (wanted, version)):
        raise HTTPException(400)

    def restore(connection: Connection) -> str:
        try:
            filed = arranging.restore(visit.access, connection, settings_of(visit), part.kept, code, int(wanted),
                                      int(version), visit.now)
        except OutOfScope:
            raise HTTPException(404) from None
        except ArrangementChanged:
            told(visit, connection, gettext(visit, marked(
                "Somebody changed this a moment before. Look at it as it is now.")), tone="bad")
            return where
        told(visit, connection, gettext(visit, marked("Version %(number)s is back.")) % {"number": wanted},
             undo_path=f"{where}/restore", undo_fields={"wanted": version, "version": str(filed.version)})
        return where

    return acted(visit, lambda connection, _: restore(connection), where)


def _one(visit: Visit, part: Part, filed: Filed[Any], form: Shown, status: int = 200,
         both: Conflict | None = None) -> Response:
    with visit.shell.installation.database.reading() as connection:
        versions = arranging.history(visit.access, connection, part.kept, filed.one.code)
    return office_page(visit, f"office/{part.param}.html", status, section=part.home, home=part.home, form=form,
                       filed=filed, cover=_cover(visit, filed.one), path=f"{part.home}/{filed.one.code}",
                       conflict=both, steps=_steps(visit, versions),
                       title=named(visit, filed.one), state=state_of(filed.one, programme_day(
                           settings_of(visit), visit.now)), **_choices(visit))


def _cover(visit: Visit, one: World | Promotion) -> ShownPicture | None:
    return shown(one.cover, locale=visit.locale) if isinstance(one, World) and one.cover else None


def _steps(visit: Visit, versions: Sequence[Any]) -> list[Step]:
    befores = [version.one for version in versions[1:]] + [None]
    return [Step(version, [_told(visit, *change) for change in arranging.differences(before, version.one)]
                 if before else []) for version, before in zip(versions, befores, strict=True)]


def _told(visit: Visit, path: str, before: Any, after: Any) -> tuple[str, str, str, str]:
    localised = path.startswith(("names.", "summaries.", "cover.alt."))
    head, _, locale = path.rpartition(".") if localised else (path, "", "")
    if head == "cover.sha256":  # nobody compares hashes by eye beyond a few letters
        before, after = str(before)[:8], str(after)[:8]
    names = language_of(visit).formats.locale.languages
    return (gettext(visit, _PATHS.get(head, head)), names.get(locale, locale), _value(visit, before),
            _value(visit, after))


def _value(visit: Visit, value: Any) -> str:
    if isinstance(value, bool):
        return gettext(visit, marked("yes") if value else marked("no"))
    formats = language_of(visit).formats
    if isinstance(value, date):
        return str(formats.day(value))
    return str(formats.number(value)) if isinstance(value, int | Decimal) else str(value)


def _filed(visit: Visit, part: Part) -> Filed[Any]:
    try:
        with visit.shell.installation.database.reading() as connection:
            return arranging.one_of(visit.access, connection, part.kept, visit.request.path_params[part.param])
    except OutOfScope:
        raise HTTPException(404) from None


def _form(visit: Visit, part: Part) -> type[Any]:
    return part.form(tuple(_locales(visit)))


def _locales(visit: Visit) -> Sequence[str]:
    return settings_of(visit).programme.locales


def _codes(visit: Visit) -> dict[str, Sequence[str]]:
    """The codes that the form may name."""
    return {field: [code for code, _ in options] for field, options in options_of(visit).items()}


def options_of(visit: Visit) -> dict[str, list[tuple[str, str]]]:
    """What worlds and promotions may name, by field, each with its words."""
    settings, territories = settings_of(visit), language_of(visit).formats.locale.territories
    with visit.shell.installation.database.reading() as connection:
        worlds = arranging.listed(visit.access, connection, WORLDS)
    return {"categories": _texts(visit, settings.rewards.categories),
            "groups": _texts(visit, {code: group.name for code, group in settings.groups.items()}),
            "tiers": _texts(visit, {tier.code: tier.name for tier in settings.tiers}),
            "countries": [(code, territories.get(code, code)) for code in settings.programme.countries],
            "worlds": [(one.one.code, named(visit, one.one)) for one in worlds]}


def _texts(visit: Visit, named_by_code: Mapping[str, Mapping[str, str]]) -> list[tuple[str, str]]:
    return [(code, next((name[locale] for locale in fallbacks(visit.locale) if name.get(locale)), code))
            for code, name in named_by_code.items()]


def _words(visit: Visit) -> dict[str, dict[str, str]]:
    return {field: dict(options) for field, options in options_of(visit).items()}


def _choices(visit: Visit) -> dict[str, Any]:
    """What the page of a form needs beside it."""
    languages = language_of(visit).formats.locale.languages
    return {"options": options_of(visit), "languages": [(locale, languages.get(locale, locale))
                                                      for locale in _locales(visit)],
            "may_write": visit.access.may(arranging.WRITE), "may_publish": visit.access.may(arranging.PUBLISH)}
