"""The page that a proxy shows while the portal is down: one file that needs nothing else, in all languages at once."""

from base64 import b64encode
from hashlib import sha256

from markupsafe import Markup

from treuwerk.programme.reading import LoadedProgramme
from treuwerk.programme.settings import Theme
from treuwerk.web.shell.assets import Assets
from treuwerk.web.shell.pages import marked
from treuwerk.web.shell.rendering import Renderer
from treuwerk.web.shell.theming import theme_sheet

_STYLE = """
:root { color-scheme: light dark; --accent: light-dark(%(accent)s, %(accent_dark)s); }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; font: 1rem/1.6 system-ui, sans-serif;
  color: light-dark(#1b2230, #f1f3f6); background: light-dark(#f9fafb, #0f1319); }
main { max-width: 34rem; padding: 2rem 1.5rem; }
img { display: block; margin-block-end: 2rem; height: 2.5rem; }
h1, h2 { margin: 0 0 0.5rem; font-size: 1.728rem; line-height: 1.2; text-wrap: balance; }
h2 { font-size: 1.2rem; }
section + section { margin-block-start: 2rem; padding-block-start: 2rem;
  border-block-start: 1px solid light-dark(#dfe2e8, #333a46); }
p { margin: 0; }
p + p { margin-block-start: 0.75rem; }
a { color: var(--accent); }
"""
_TEXTS = (marked("We are not ready at the moment"),
          marked("The portal is being maintained. Your points are safe. Please come back in a little while."),
          marked("We are glad to help:"))


def maintenance_page(programme: LoadedProgramme) -> str:
    """The page as HTML, with the colours, the logo and the contact of the programme.

    Raises:
        ProgrammeError: colours that people cannot read, or a missing logo.
    """
    theme = programme.settings.theme
    renderer = Renderer(programme, Assets(programme.folder, theme_sheet(theme, programme.folder)))
    parts = [(locale, _words(renderer, programme, locale)) for locale in renderer.locales]
    style = _STYLE % {"accent": theme.accent, "accent_dark": theme.accent_dark}
    return renderer.render(renderer.locales[0], "maintenance.html", {
        "parts": parts, "style": Markup(f"<style>{style}</style>"),  # noqa: S704 - colours of the theme are checked
        "style_hash": b64encode(sha256(style.encode()).digest()).decode(),
        "logo": _logo(programme, theme)})


def _words(renderer: Renderer, programme: LoadedProgramme, locale: str) -> tuple[str, ...]:
    texts = [renderer.text(locale, text) for text in _TEXTS]
    hours = programme.settings.contact.hours
    return (*texts, hours.get(locale) or next(iter(hours.values()), ""))


def _logo(programme: LoadedProgramme, theme: Theme) -> str:
    if not theme.logo:
        return ""
    return "data:image/svg+xml;base64," + b64encode((programme.folder / "static" / theme.logo).read_bytes()).decode()
