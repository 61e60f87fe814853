"""The programme's colours and logo: checked for contrast when the application starts, then made into a style sheet."""

from collections.abc import Iterator
from pathlib import Path

from treuwerk.programme.errors import Mistake, ProgrammeError
from treuwerk.programme.reading import FILE
from treuwerk.programme.settings import Theme
from treuwerk.web.shell.colours import Rgb, contrast, from_hex, from_oklch

# Grounds on which the accent stands as text, as tokens.css has them (a test holds both together): page, raised, sunken.
LIGHT_GROUNDS = ((0.982, 0.003, 250), (1.0, 0.0, 0), (0.958, 0.005, 250))
DARK_GROUNDS = ((0.172, 0.012, 262), (0.212, 0.015, 262), (0.146, 0.010, 262))
WHITE, INK = from_oklch(1.0, 0.0, 0), from_oklch(0.10, 0.010, 262)
TEXT_RATIO = 4.5


def theme_sheet(theme: Theme, programme_folder: Path) -> str:
    """The style sheet of a theme.

    Raises:
        ProgrammeError: an accent that cannot be read (below 4.5:1, WCAG 1.4.3 AA), or a logo that is not there.
    """
    if mistakes := [*_unreadable("accent", theme.accent, LIGHT_GROUNDS, "darker"),
                    *_unreadable("accent_dark", theme.accent_dark, DARK_GROUNDS, "lighter"),
                    *_logo(theme, programme_folder)]:
        raise ProgrammeError(mistakes)
    light, dark = _readable_on(theme.accent), _readable_on(theme.accent_dark)
    return ("@layer theme {\n  :root {\n"
            f"    --accent: light-dark({theme.accent}, {theme.accent_dark});\n"
            f"    --on-accent: light-dark({light}, {dark});\n"
            "  }\n}\n")


def _unreadable(key: str, colour: str, grounds: tuple[tuple[float, float, float], ...],
                remedy: str) -> Iterator[Mistake]:
    worst = min(contrast(from_hex(colour), from_oklch(*ground)) for ground in grounds)
    if worst < TEXT_RATIO:
        yield Mistake(f"{FILE}: theme.{key}", f"{colour}, which has a contrast of {_shown(worst)}:1 against the page",
                      f"at least {TEXT_RATIO}:1, so that links and figures can be read", f"choose a {remedy} tone")


def _shown(ratio: float) -> str:
    return f"{int(ratio * 100) / 100:.2f}"  # cut, so that 4.499 does not read as 4.50


def _logo(theme: Theme, folder: Path) -> Iterator[Mistake]:
    if theme.logo and not (folder / "static" / theme.logo).is_file():
        yield Mistake(f"{FILE}: theme.logo", f"{theme.logo!r}, but no such file below {folder / 'static'}",
                      "an SVG file below static/", "put the file there or take the key out")


def _readable_on(colour: str) -> str:
    """White or ink, whichever stands out more; the better of the two always has 4.5:1."""
    ground: Rgb = from_hex(colour)
    return "oklch(1 0 0)" if contrast(WHITE, ground) >= contrast(INK, ground) else "oklch(0.10 0.010 262)"
