"""Templates: one environment per language, with our formats, names and icons, escaped and strict."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from gettext import NullTranslations
from typing import Any

import attrs
from jinja2 import Environment, StrictUndefined

from treuwerk.domain.ids import public_id
from treuwerk.programme.languages import PSEUDO, own_name, tag
from treuwerk.programme.reading import LoadedProgramme
from treuwerk.web.shell import charts
from treuwerk.web.shell.agents import agent_words
from treuwerk.web.shell.assets import Assets
from treuwerk.web.shell.content import Localised, localised
from treuwerk.web.shell.fixed_texts import FixedTexts, counted
from treuwerk.web.shell.formats import Formats
from treuwerk.web.shell.icons import icon
from treuwerk.web.shell.initials import initials, tone
from treuwerk.web.shell.naming import Naming
from treuwerk.web.shell.notation import Notation
from treuwerk.web.shell.parts import loader, parts_of
from treuwerk.web.shell.pseudo import is_wanted
from treuwerk.web.shell.translations import translations

_FILTERS = ("number", "money", "amount", "weekday", "signed", "day", "day_of_text", "long_day", "last_day", "short_day",
            "month", "minute", "iso_day", "typed", "compact", "few")
_NAMES = ("unit", "kind", "activity", "rule", "step")
"""What is named in rows of lists: a filter is called without the detour that functions of templates take."""
_EXAMPLE_DAY = date(2026, 12, 31)  # its parts cannot be mistaken for one another


@attrs.frozen
class Language:
    """One of the programme's languages: its texts, its formats, and how it writes what is typed."""

    code: str
    texts: NullTranslations
    formats: Formats

    @property
    def gettext(self) -> Callable[[str], str]:
        """The translation of a message."""
        return self.texts.gettext

    @property
    def notation(self) -> Notation:
        """Numbers and days as they are typed."""
        return self.formats.notation


class Renderer:
    """Renders templates; a programme's own ``templates/`` come before ours."""

    def __init__(self, programme: LoadedProgramme, assets: Assets) -> None:
        own = programme.settings.programme
        plugins = list(parts_of(programme.registry).folders("translations").values())
        self.locales = [*own.locales, *([PSEUDO] if is_wanted() and PSEUDO not in own.locales else [])]
        self._languages = {
            locale: Language(locale, translations(locale, programme.folder, plugins), Formats(locale, own))
            for locale in self.locales}
        self._naming = {locale: Naming(programme.settings, locale, language.texts)
                        for locale, language in self._languages.items()}
        self._environments = {locale: _environment(programme, assets, language, self._naming[locale], self.locales)
                              for locale, language in self._languages.items()}

    def render(self, locale: str, template: str, context: Mapping[str, Any]) -> str:
        """A template in one of the programme's languages."""
        return self._environments[locale].get_template(template).render(context)

    def fragment(self, locale: str, template: str, block: str, context: Mapping[str, Any]) -> str:
        """One block of a template by itself, for a part of a page that is exchanged."""
        found = self._environments[locale].get_template(template)
        return "".join(found.blocks[block](found.new_context(dict(context))))

    def text(self, locale: str, message: str) -> str:
        """A single message, for what is no page."""
        return self._languages[locale].gettext(message)

    def language(self, locale: str) -> Language:
        """One of the languages, for forms and files."""
        return self._languages[locale]

    def naming(self, locale: str) -> Naming:
        """The programme's names in one of the languages."""
        return self._naming[locale]

    def environment(self, locale: str) -> Environment:
        """The templates of one language, with everything that they may use."""
        return self._environments[locale]


def _remembered(written: Callable[..., str]) -> Callable[..., str]:
    """The same figure is written once: a page has hundreds, and most of them again and again."""
    return lru_cache(maxsize=8_192, typed=True)(written)


def _called(macro: Callable[..., str], *of: Any) -> str:
    """What a macro makes of values that say all and never change."""
    return macro(*of)


def _environment(programme: LoadedProgramme, assets: Assets, language: Language, naming: Naming,
                 locales: Sequence[str]) -> Environment:
    environment = FixedTexts(
        loader=loader(parts_of(programme.registry), programme.folder), autoescape=True,
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.i18n"],
        auto_reload=False)  # a programme is read at the start; a page has a dozen files that would be looked at
    environment.install_gettext_translations(language.texts, newstyle=True)  # type: ignore[attr-defined]
    environment.message, environment.fixed = language.gettext, {"icon": icon, "asset": assets.url, "lang_of": tag}
    own = programme.settings.programme

    def content(texts: Mapping[str, str]) -> Localised:
        return localised(texts, language.code, own.locales[0])

    environment.filters |= {name: _remembered(getattr(language.formats, name)) for name in _FILTERS} | {
        "agent": agent_words, "content": content, "icon": icon, "initials": initials, "tone": tone} | {
        f"{what}_name": lru_cache(maxsize=1_024)(getattr(naming, what)) for what in _NAMES}
    environment.globals |= {
        "icon": icon, "charts": charts, "asset": assets.url, "ngettext": counted(language.texts),
        "naming": naming, "locale": language.code,
        "lang": tag(language.code), "locales": {code: own_name(code) for code in locales},
        "lang_of": tag, "programme": own, "contact": programme.settings.contact,
        "theme": programme.settings.theme, "schemes": ("system", "light", "dark"),
        "remembered": lru_cache(maxsize=2_048)(_called), "id_of": public_id,
        "typed_day": language.formats.typed(_EXAMPLE_DAY),
    }
    return environment
