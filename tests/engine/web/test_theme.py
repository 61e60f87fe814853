"""Colours that can be read, a logo that is there, and vendored files that are what they claim to be."""

import re
import tomllib
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treuwerk.programme.errors import ProgrammeError
from treuwerk.programme.settings import Theme
from treuwerk.web.shell.assets import STATIC, VENDOR, WEB
from treuwerk.web.shell.colours import contrast, from_hex, from_oklch, mixed
from treuwerk.web.shell.theming import DARK_GROUNDS, INK, LIGHT_GROUNDS, WHITE, theme_sheet


def token(name: str) -> tuple[tuple[float, ...], tuple[float, ...]]:
    found = re.search(rf"--{name}: light-dark\(oklch\(([^)]+)\), oklch\(([^)]+)\)\)",
                      (STATIC / "css/tokens.css").read_text("utf-8"))
    assert found is not None, name
    light, dark = (tuple(map(float, part.split())) for part in found.groups())
    return light, dark


def test_the_checked_grounds_are_those_of_the_style_sheet() -> None:
    light, dark = zip(*map(token, ("ground", "raised", "sunken")), strict=True)

    assert light == LIGHT_GROUNDS
    assert dark == DARK_GROUNDS


@pytest.mark.parametrize("name", ["ink", "ink-soft", "good", "warn", "bad"])
def test_our_own_texts_can_be_read_on_every_ground(name: str) -> None:
    light, dark = token(name)

    assert min(contrast(from_oklch(*light), from_oklch(*ground)) for ground in LIGHT_GROUNDS) >= 4.5
    assert min(contrast(from_oklch(*dark), from_oklch(*ground)) for ground in DARK_GROUNDS) >= 4.5


def test_edges_of_controls_can_be_seen() -> None:
    light, dark = token("edge")

    assert min(contrast(from_oklch(*light), from_oklch(*ground)) for ground in LIGHT_GROUNDS) >= 3
    assert min(contrast(from_oklch(*dark), from_oklch(*ground)) for ground in DARK_GROUNDS) >= 3


@pytest.mark.parametrize(("colour", "oklch"), [("#ffffff", (1, 0, 0)), ("#ff0000", (0.62796, 0.25768, 29.234)),
                                               ("#0b5d51", (0.4294, 0.0747, 180.67))])
def test_oklch_is_converted_as_its_author_does(colour: str, oklch: tuple[float, float, float]) -> None:
    for ours, expected in zip(from_oklch(*oklch), from_hex(colour), strict=True):
        assert ours == pytest.approx(expected, abs=0.01)


def test_contrast_is_that_of_wcag() -> None:
    assert contrast(from_hex("#767676"), from_hex("#ffffff")) == pytest.approx(4.54, abs=0.005)


def test_an_accent_that_cannot_be_read_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(ProgrammeError) as raised:
        theme_sheet(Theme(accent="#ffcc00", accent_dark="#333344", logo="logo.svg"), tmp_path)

    light, dark, logo = raised.value.mistakes
    assert str(light).startswith("programme.toml: theme.accent: found #ffcc00, which has a contrast of 1.3")
    assert "at least 4.5:1" in str(light)
    assert "darker" in light.hint
    assert "theme.accent_dark" in dark.path
    assert "lighter" in dark.hint
    assert "no such file" in logo.found


def test_a_readable_accent_becomes_a_style_sheet(tmp_path: Path) -> None:
    sheet = theme_sheet(Theme(), tmp_path)

    assert "--accent: light-dark(#0b5d51, #5fd0bc);" in sheet
    assert "--on-accent: light-dark(oklch(1 0 0), oklch(0.10 0.010 262));" in sheet


def test_text_on_a_wash_of_its_own_colour_is_checked_too(tmp_path: Path) -> None:
    barely = "#767676"  # 4.54:1 on white, less on the wash that marks the current entry
    with pytest.raises(ProgrammeError) as raised:
        theme_sheet(Theme(accent=barely), tmp_path)

    assert "4.0" in str(raised.value.mistakes[0]) or "4.1" in str(raised.value.mistakes[0])


@pytest.mark.parametrize(("colour", "ground", "share", "expected"), [
    ("#ff0000", "#ffffff", 0.5, "#ffa191"), ("#b4460f", "#ffffff", 0.09, "#faeeea"),
])
def test_washes_are_mixed_as_browsers_do(colour: str, ground: str, share: float, expected: str) -> None:
    for ours, theirs in zip(mixed(from_hex(colour), from_hex(ground), share), from_hex(expected), strict=True):
        assert ours == pytest.approx(theirs, abs=0.012)


def test_corners_font_and_rules_of_a_programme_come_over_ours(tmp_path: Path) -> None:
    (tmp_path / "static").mkdir()
    (tmp_path / "static/own.woff2").write_bytes(b"wOF2")
    (tmp_path / "static/programme.css").write_text("h1 { color: red; }\n", "utf-8")

    sheet = theme_sheet(Theme(radius=4, font="own.woff2"), tmp_path)

    assert "--radius-s: 0.25rem;" in sheet
    assert '--font: "Programme"' in sheet
    assert 'url("own.woff2")' in sheet
    assert "@layer programme {\nh1 { color: red; }" in sheet


def test_a_rule_that_names_a_file_which_is_not_there_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "static").mkdir()
    (tmp_path / "static/programme.css").write_text('h1 { background: url("sun.svg"); }', "utf-8")

    with pytest.raises(ProgrammeError) as raised:
        theme_sheet(Theme(font="gone.woff2"), tmp_path)

    font, rule = raised.value.mistakes
    assert "theme.font" in font.path
    assert "sun.svg" in rule.found


@given(st.integers(0, 0xFFFFFF))
def test_words_on_a_button_can_be_read_whatever_its_colour(number: int) -> None:
    ground = from_hex(f"#{number:06x}")

    assert max(contrast(WHITE, ground), contrast(INK, ground)) >= 4.5


def manifest() -> dict[str, dict[str, object]]:
    return tomllib.loads((VENDOR / "manifest.toml").read_text("utf-8"))


def test_vendored_files_are_those_of_the_manifest() -> None:
    listed = {f"{name}/{file}": digest for name, item in manifest().items()
              for file, digest in dict(item["sha256"]).items()}  # type: ignore[call-overload]
    found = {path.relative_to(VENDOR).as_posix(): sha256(path.read_bytes()).hexdigest()
             for path in VENDOR.rglob("*") if path.is_file() and path.name != "manifest.toml"}

    assert found == listed


def test_every_vendored_part_has_its_licence_beside_it() -> None:
    for name, item in manifest().items():
        licence = (VENDOR / name / str(item["licence_file"])).read_text("utf-8")
        titles = {"OFL-1.1": "SIL OPEN FONT LICENSE", "ISC": "ISC License", "0BSD": "Zero-Clause BSD"}
        assert titles[str(item["licence"])] in licence


def test_only_icons_that_are_used_are_shipped() -> None:
    sources = "".join(path.read_text("utf-8") for ending in ("html", "py") for path in WEB.rglob(f"*.{ending}"))

    assert [path.stem for path in (VENDOR / "lucide").glob("*.svg") if f'"{path.stem}"' not in sources] == []
