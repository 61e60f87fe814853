"""Delivery notes on paper, drawn: as a PDF of a wholesaler, as a scan, or as a photo from the site. All invented."""

from collections.abc import Sequence
from functools import cache
from io import BytesIO
from pathlib import Path
from random import Random
from time import gmtime
from typing import Any

import attrs
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from solarworld_league.demo.tables import BUNDLE

_WIDTH, _HEIGHT = 1240, 1754  # A4 at 150 dots per inch
_INK, _SOFT, _HAIR = (28, 32, 40), (96, 102, 112), (196, 200, 206)
_MADE = gmtime(0)  # PDFs note when they were made, and the same seed shall give the same bytes
_LINES_OF_A_PAGE = 12
_FONT = BUNDLE / "static" / "archivo-latin.woff2"


@attrs.frozen
class Paper:
    """What stands on a delivery note; `lines` are article, name, quantity and unit."""

    seller: str
    town: str
    number: str
    day: str
    buyer: str
    buyer_town: str
    lines: Sequence[tuple[str, str, int, str]]


def pages(paper: Paper) -> list[Image.Image]:
    """The note as clean sheets."""
    parts = [paper.lines[place:place + _LINES_OF_A_PAGE] for place in range(0, len(paper.lines), _LINES_OF_A_PAGE)]
    return [_page(paper, part, number, len(parts)) for number, part in enumerate(parts, 1)]


def as_pdf(sheets: Sequence[Image.Image], path: Path) -> None:
    """All sheets in one PDF."""
    first, *others = sheets
    content = BytesIO()
    first.save(content, "PDF", save_all=True, append_images=others, resolution=150, creationDate=_MADE, modDate=_MADE)
    path.write_bytes(content.getvalue())


def as_photo(sheet: Image.Image, path: Path, random: Random) -> None:
    """A sheet on a dark table, photographed a little askew."""
    ground = (52 + random.randrange(20), 46 + random.randrange(14), 42)
    table = Image.new("RGB", (_WIDTH + 260, _HEIGHT + 240), ground)
    tilted = sheet.convert("RGBA").rotate(random.uniform(-3, 3), Image.Resampling.BICUBIC, expand=True)
    table.paste(tilted, (120 + random.randrange(30), 90 + random.randrange(30)), tilted)
    table = Image.blend(table, Image.new("RGB", table.size, (255, 236, 200)), 0.06)
    table.filter(ImageFilter.GaussianBlur(0.6)).save(path, "JPEG", quality=78)


def as_scan(sheet: Image.Image, path: Path) -> None:
    """A sheet as an office scanner sees it."""
    sheet.convert("L").save(path, "PNG", optimize=True)


def _page(paper: Paper, lines: Sequence[tuple[str, str, int, str]], number: int, of: int) -> Image.Image:
    image = Image.new("RGB", (_WIDTH, _HEIGHT), "white")
    draw = ImageDraw.Draw(image)
    _text(draw, 110, 110, paper.seller, 40)
    _text(draw, 110, 164, f"Fachgroßhandel · {paper.town}", 22, _SOFT)
    _text(draw, 110, 330, paper.buyer, 26)
    _text(draw, 110, 368, paper.buyer_town, 26)
    _text(draw, 110, 540, "Lieferschein", 46)
    facts = (("Nummer", paper.number), ("Datum", paper.day), ("Blatt", f"{number} / {of}"))
    for place, (name, value) in enumerate(facts):
        _text(draw, 800, 330 + 40 * place, name, 22, _SOFT)
        _text(draw, 940, 330 + 40 * place, value, 24)
    _table(draw, lines, (number - 1) * _LINES_OF_A_PAGE)
    _text(draw, 110, _HEIGHT - 150, "Ware vollständig erhalten:", 22, _SOFT)
    draw.line((420, _HEIGHT - 124, 900, _HEIGHT - 124), fill=_HAIR, width=2)
    return image


def _table(draw: Any, lines: Sequence[tuple[str, str, int, str]], before: int) -> None:
    columns = (110, 190, 430, 980, 1090)
    for x, words in zip(columns, ("Pos.", "Artikel", "Bezeichnung", "Menge", "Einheit"), strict=True):
        _text(draw, x, 650, words, 22, _SOFT)
    draw.line((110, 686, _WIDTH - 110, 686), fill=_INK, width=2)
    for place, (article, name, quantity, unit) in enumerate(lines):
        y = 710 + 62 * place
        for x, words in zip(columns, (str(10 * (before + place + 1)), article, name, str(quantity), unit), strict=True):
            _text(draw, x, y, words, 24)
        draw.line((110, y + 46, _WIDTH - 110, y + 46), fill=_HAIR, width=1)


def _text(draw: Any, x: int, y: int, words: str, size: int, colour: tuple[int, int, int] = _INK) -> None:
    draw.text((x, y), words, fill=colour, font=_font(size))


@cache
def _font(size: int) -> Any:
    """The bundle's own typeface; where Pillow was built without WOFF2, the one that it brings."""
    try:
        return ImageFont.truetype(str(_FONT), size)
    except OSError:
        return ImageFont.load_default(size)
