"""What is told of a reward, in all languages side by side, with what is missing and what another one left behind."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import attrs
from starlette.responses import Response

from treuwerk.domain.catalogue import Reward, RewardText
from treuwerk.domain.refusals import Refusal
from treuwerk.programme.languages import fallbacks, own_name
from treuwerk.services.rewards.drafts import Working
from treuwerk.web.forms import Shown, area, taken, text
from treuwerk.web.forms.pages import CONFLICT, UNPROCESSABLE, empty, language_of, read, refused
from treuwerk.web.office.catalogue.listing import HOME, path_of
from treuwerk.web.office.catalogue.saving import reward_in, save, sent_to
from treuwerk.web.office.catalogue.words import name_of
from treuwerk.web.office.frame import office_page, settings_of
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.state import Visit

WORDS = ("name", "summary", "text")
_LABELS = {"name": marked("Name"), "summary": marked("Summary"), "text": marked("Text")}


@attrs.frozen
class Language:
    """One language of the page: `missing` are the fields that publishing needs, `behind`: another one was changed."""

    code: str
    title: str
    missing: Sequence[str]
    behind: bool


@cache
def texts_form_of(locales: tuple[str, ...]) -> type[Any]:
    """The form of a programme with these languages: a name, a summary and a text in each."""
    fields: dict[str, Any] = {}
    for locale in locales:
        fields[f"name_{locale}"] = text(_LABELS["name"], required=False, longest=120)
        fields[f"summary_{locale}"] = text(_LABELS["summary"], required=False, longest=300)
        fields[f"text_{locale}"] = area(_LABELS["text"], required=False, longest=10_000)
    return attrs.make_class("Texts", fields, frozen=True)


def texts_page(visit: Visit) -> Response:
    """The form, filled with the draft or with what is kept."""
    one = reward_in(visit)
    return _texts(visit, one, empty(visit, _form(visit), _initial(one.reward), version=one.version))


def texts_form(visit: Visit) -> Response:
    """Change them."""
    one, result = reward_in(visit), read(visit, _form(visit))
    if not result.ok:
        return _texts(visit, one, refused(visit, result), UNPROCESSABLE)
    wanted, locales = result.value, _locales(visit)

    def applied(before: Reward) -> Reward:
        said = {locale: RewardText(*(getattr(wanted, f"{word}_{locale}") for word in WORDS)) for locale in locales}
        texts = {**before.texts, **said}
        return attrs.evolve(before, texts={code: words for code, words in texts.items() if words != RewardText()})

    def conflict(theirs: Working) -> Response:
        form, sides = taken(_form(visit), refused(visit, result), _initial(theirs.reward), theirs.version,
                            language_of(visit), by=theirs.changed_by, at=theirs.changed_at)
        return _texts(visit, theirs, form, CONFLICT, sides)

    def refuse(refusal: Refusal) -> Response:
        return sent_to(visit, refusal, path_of(one.number))

    return save(visit, applied, refuse, conflict)


def languages_of(one: Working, locales: Sequence[str]) -> list[Language]:
    """Every language of a programme, with what it lacks in a reward."""
    before = one.kept.texts if one.kept else {}
    moved = {code for code in locales if one.reward.texts.get(code) != before.get(code)}
    return [Language(code, own_name(code), missing_in(one.reward, code),
                     bool(moved) and bool(before) and code not in moved and not missing_in(one.reward, code))
            for code in locales]


def missing_in(one: Reward, locale: str) -> list[str]:
    """Fields of a language that publishing needs and that nothing stands in for."""
    return [word for word in ("name", "summary") if not any(
        getattr(one.texts.get(code), word, "") for code in fallbacks(locale))]


def _texts(visit: Visit, one: Working, form: Shown, status: int = 200, conflict: object = None) -> Response:
    return office_page(visit, "office/catalogue/texts.html", status, section=HOME, one=one, form=form,
                       path=path_of(one.number), name=name_of(visit, one.reward), conflict=conflict,
                       languages=languages_of(one, _locales(visit)), labels=_LABELS)


def _initial(one: Reward) -> Mapping[str, str]:
    return {f"{word}_{code}": getattr(words, word) for code, words in one.texts.items() for word in WORDS}


def _form(visit: Visit) -> type[Any]:
    return texts_form_of(_locales(visit))


def _locales(visit: Visit) -> tuple[str, ...]:
    return tuple(settings_of(visit).programme.locales)
