"""A small programme that is right, for tests that make one thing wrong in it."""

from pathlib import Path

from treuwerk.programme.errors import Mistake, ProgrammeError
from treuwerk.programme.reading import LoadedProgramme, read_programme

HEAD = """\
plugins = ["csv_feed", "product_factor", "activity_points"]

[programme]
code = "league"
name = "League"
starts_on = 2026-01-01
zone = "Europe/Berlin"
locales = ["de", "en"]

[units.bonus]
name = { de = "Punkte", en = "points" }

[groups.installer]
name = { de = "Installateur", en = "installer" }
"""
MODULES = """
[[earning]]
name = "modules"
rule = "product_factor"
title = { de = "Module", en = "Modules" }
unit = "bonus"
article_kinds = ["module"]
attribute = "wp"
attribute_per_point = 10
"""
SEMINARS = """
[[earning]]
name = "seminars"
rule = "activity_points"
title = { de = "Seminare", en = "Seminars" }
unit = "bonus"
activity = "seminar"
points = 500
"""
FEED = """
[[sources]]
name = "deliveries"
reader = "csv_feed"
seller = "Maker"

[sources.columns]
number = "delivery"
line = "position"
date = "day"
buyer = "customer"
article = "article"
quantity = "quantity"
unit = "unit"
"""
PROGRAMME = HEAD + MODULES + SEMINARS + FEED


def programme_folder(folder: Path, text: str = PROGRAMME) -> Path:
    """The folder, with this ``programme.toml`` in it."""
    (folder / "programme.toml").write_text(text, "utf-8")
    return folder


def loaded(folder: Path, text: str = PROGRAMME) -> LoadedProgramme:
    """The programme of this text."""
    return read_programme(programme_folder(folder, text))


def replaced(*pairs: tuple[str, str]) -> str:
    """The right programme with some texts changed, each of which must be there."""
    text = PROGRAMME
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def mistakes_in(folder: Path, text: str) -> list[Mistake]:
    """All mistakes of this text, in the order of the report; none when it is right."""
    try:
        loaded(folder, text)
    except ProgrammeError as error:
        return error.mistakes
    return []
