"""Templates: one environment per language, with our formats, names and icons, escaped and strict."""

from collections.abc import Mapping
from gettext import NullTranslations
from typing import Any

from jinja2 import Environment, StrictUndefined

from treuwerk.programme.reading import LoadedProgramme
from treuwerk.web.shell import charts
from treuwerk.web.shell.assets import Assets
from treuwerk.web.shell.formats import Formats
from treuwerk.web.shell.icons import icon
from treuwerk.web.shell.initials import initials, tone
from treuwerk.web.shell.naming import Naming
from treuwerk.web.shell.parts import loader, parts_of
from treuwerk.web.shell.translations import translations

_FILTERS = ("number", "signed", "day", "long_day", "last_day", "short_day", "month", "minute", "iso_day",
            "compact")
_OWN_NAMES = {"de": "Deutsch", "en": "English", "fr": "Français"}


class Renderer:
    """Renders templates; a programme's own ``templates/`` come before ours."""

    def __init__(self, programme: LoadedProgramme, assets: Assets) -> None:
        self.locales = programme.settings.programme.locales
        self._texts = {locale: translations(locale, programme.folder) for locale in self.locales}
        self._environments = {locale: _environment(programme, assets, locale, texts)
                              for locale, texts in self._texts.items()}

    def render(self, locale: str, template: str, context: Mapping[str, Any]) -> str:
        """A template in one of the programme's languages."""
        return self._environments[locale].get_template(template).render(context)

    def text(self, locale: str, message: str) -> str:
        """A single message, for what is no page."""
        return self._texts[locale].gettext(message)

    def environment(self, locale: str) -> Environment:
        """The templates of one language, with everything that they may use."""
        return self._environments[locale]


def _environment(programme: LoadedProgramme, assets: Assets, locale: str, texts: NullTranslations) -> Environment:
    environment = Environment(
        loader=loader(parts_of(programme.registry), programme.folder), autoescape=True,
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.i18n"])
    environment.install_gettext_translations(texts, newstyle=True)  # type: ignore[attr-defined]
    formats = Formats(locale, programme.settings.programme)
    environment.filters |= {name: getattr(formats, name) for name in _FILTERS} | {"initials": initials, "tone": tone}
    environment.globals |= {
        "icon": icon, "charts": charts, "asset": assets.url, "naming": Naming(programme.settings, locale, texts), "locale": locale,
        "locales": {code: _OWN_NAMES.get(code, code) for code in programme.settings.programme.locales},
        "programme": programme.settings.programme, "theme": programme.settings.theme,
        "contact": programme.settings.contact,
        "schemes": ("system", "light", "dark"),
    }
    return environment
