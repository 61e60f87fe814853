"""The programme's colours and logo: checked for contrast when the application starts, then made into a style sheet."""

from collections.abc import Iterator
from pathlib import Path

from treuwerk.programme.errors import Mistake, ProgrammeError
from treuwerk.programme.reading import FILE
from treuwerk.programme.settings import Theme
from treuwerk.web.shell.assets import LINK, STATIC, VENDOR
from treuwerk.web.shell.colours import Rgb, contrast, from_hex, from_oklch, mixed

# Grounds on which the accent stands as text, as tokens.css has them (a test holds both together): page, raised, sunken.
LIGHT_GROUNDS = ((0.982, 0.003, 250), (1.0, 0.0, 0), (0.958, 0.005, 250))
DARK_GROUNDS = ((0.172, 0.012, 262), (0.212, 0.015, 262), (0.146, 0.010, 262))
LIGHT_WASH, DARK_WASH = 0.09, 0.15  # shares of the accent in --accent-wash
WHITE, INK = from_oklch(1.0, 0.0, 0), from_oklch(0.10, 0.010, 262)
TEXT_RATIO = 4.5
OWN_SHEET = "programme.css"
_RAISED = 1
_FONT = """@font-face {{
  font-family: "Programme"; font-weight: 100 900; font-display: swap; src: url("{0}") format("woff2");
}}
"""
_FALLBACK = 'ui-sans-serif, system-ui, "Segoe UI", "Noto Sans", sans-serif'


def theme_sheet(theme: Theme, programme_folder: Path) -> str:
    """The style sheet of a theme, with the programme's own rules in a layer over ours.

    Raises:
        ProgrammeError: an accent that cannot be read (below 4.5:1, WCAG 1.4.3 AA), or a file that is not there.
    """
    if mistakes := [*_unreadable("accent", theme.accent, LIGHT_GROUNDS, LIGHT_WASH, "darker"),
                    *_unreadable("accent_dark", theme.accent_dark, DARK_GROUNDS, DARK_WASH, "lighter"),
                    *_missing(theme, programme_folder)]:
        raise ProgrammeError(mistakes)
    light, dark = _readable_on(theme.accent), _readable_on(theme.accent_dark)
    tokens = [f"--accent: light-dark({theme.accent}, {theme.accent_dark});",
              f"--on-accent: light-dark({light}, {dark});",
              f"--radius-s: {theme.radius / 16:g}rem;", f"--radius-l: {theme.radius * 2.25 / 16:g}rem;"]
    if theme.font:
        tokens.append(f'--font: "Programme", {_FALLBACK};')
    lines = "".join(f"    {token}\n" for token in tokens)
    return (_FONT.format(theme.font) if theme.font else "") + (
        f"@layer theme {{\n  :root {{\n{lines}  }}\n}}\n") + _own_rules(programme_folder)


def _own_rules(folder: Path) -> str:
    path = folder / "static" / OWN_SHEET
    return f"@layer programme {{\n{path.read_text('utf-8')}}}\n" if path.is_file() else ""


def _unreadable(key: str, colour: str, grounds: tuple[tuple[float, float, float], ...], wash: float,
                remedy: str) -> Iterator[Mistake]:
    """Text in the accent stands on the page's grounds, and on a wash of itself."""
    accent, plain = from_hex(colour), [from_oklch(*ground) for ground in grounds]
    worst = min(contrast(accent, ground) for ground in [*plain, mixed(accent, plain[_RAISED], wash)])
    if worst < TEXT_RATIO:
        yield Mistake(f"{FILE}: theme.{key}", f"{colour}, which has a contrast of {_shown(worst)}:1 against the page",
                      f"at least {TEXT_RATIO}:1, so that links and figures can be read", f"choose a {remedy} tone")


def _shown(ratio: float) -> str:
    return f"{int(ratio * 100) / 100:.2f}"  # cut, so that 4.499 does not read as 4.50


def _missing(theme: Theme, folder: Path) -> Iterator[Mistake]:
    wanted = (("logo", theme.logo, "an SVG"), ("logo_dark", theme.logo_dark, "an SVG"), ("font", theme.font, "a WOFF2"))
    for key, name, kind in wanted:
        if name and not (folder / "static" / name).is_file():
            yield Mistake(f"{FILE}: theme.{key}", f"{name!r}, but no such file below {folder / 'static'}",
                          f"{kind} file below static/", "put the file there or take the key out")
    for name in LINK.findall(_own_rules(folder)):
        if not any((place / name).is_file() for place in (folder / "static", STATIC, VENDOR / "inter")):
            yield Mistake(f"static/{OWN_SHEET}", f"url({name!r}), but no such file", "the name of a file below static/",
                          "put the file there or take the rule out")


def _readable_on(colour: str) -> str:
    """White or ink, whichever stands out more; the better of the two always has 4.5:1."""
    ground: Rgb = from_hex(colour)
    return "oklch(1 0 0)" if contrast(WHITE, ground) >= contrast(INK, ground) else "oklch(0.10 0.010 262)"
