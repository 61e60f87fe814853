"""How much of scans and drawn invoices of others is read right: floors below which it must not fall.

The articles of a sample stand in the master as on any desk; its seller stands in the registry by name.
"""

import shutil
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs
import pytest

from tests.support.samples import expected_facts, samples_folder
from treuwerk.domain.finding_lines import Goods
from treuwerk.domain.finding_sellers import SellerKeys
from treuwerk.domain.page_fields import Known, find_fields
from treuwerk.domain.page_tokens import FoundField
from treuwerk.domain.page_words import ReadPage
from treuwerk.domain.participants import identifier
from treuwerk.domain.uploads import FileType, type_of
from treuwerk.programme.settings import PageReaderHead, PageReading
from treuwerk.services.submissions.page_knowledge import months, unit_words
from treuwerk.services.submissions.page_pictures import DrawingLimits, draw
from treuwerk.services.submissions.page_recognising import recognise
from treuwerk_tesseract.reader import Tesseract
from treuwerk_tesseract.settings import TesseractSettings

SURE = 700
FOLDERS = ("clearing/document", "clearing/zugferd-pdf")
MONTH_FIRST = frozenset({"us_services.pdf"})


@attrs.define
class Score:
    """Of so many values: those that stand right in the form at once, those that are offered right, and wrong ones."""

    of: int = 0
    filled: int = 0
    offered: int = 0
    wrong: int = 0

    def count(self, field: FoundField | None, *, right: bool) -> None:
        """Count one value that was or was not found."""
        self.of += 1
        if field is not None and field.confidence >= SURE:
            self.filled, self.wrong = self.filled + right, self.wrong + (not right)
        elif field is not None:
            self.offered += right


@pytest.fixture(scope="module")
def reading() -> PageReading:
    if shutil.which("tesseract") is None:
        pytest.skip("the program tesseract is not on this machine; Debian has it as tesseract-ocr")
    settings = TesseractSettings()
    missing = set(settings.languages) - Tesseract(settings)._installed()
    if missing:
        pytest.skip(f"tesseract on this machine has no files of {', '.join(sorted(missing))}")
    return PageReading(PageReaderHead("tesseract", seconds=120), settings, Tesseract(settings))


def documents() -> Iterator[tuple[Path, dict[str, Any]]]:
    for folder in FOLDERS:
        for name, sample in expected_facts(folder).items():
            yield samples_folder(folder) / name, sample["facts"].get("documents", [sample["facts"]])[0]


def pages_of(reading: PageReading, file: Path, folder: Path) -> list[ReadPage]:
    folder.mkdir()
    kind = type_of(file.read_bytes()[:65_536])
    assert isinstance(kind, FileType)
    drawn = draw(file, kind, folder, DrawingLimits(10, 40_000_000, 60))
    came = [recognise(reading, folder / f"{number}.jpg", 0, number, ["de"]) for number in range(1, drawn.pages + 1)]
    assert {one.state for one in came} == {"read"}
    return [ReadPage(number, one.width, one.height, one.words) for number, one in enumerate(came, 1)]


def goods_of(facts: dict[str, Any]) -> tuple[dict[str, str], list[tuple[str, Decimal]]]:
    """Articles by their numbers, and the lines that have one."""
    articles: dict[str, str] = {}
    lines = []
    for line in facts.get("lines", []):
        number, gtin, qty = (line.get("article_seller", ""), line.get("gtin", ""), line["qty"]) \
            if isinstance(line, dict) else ("" if " " in line[0] else line[0], "", line[1])
        if number or gtin:
            articles |= {identifier(key): number or gtin for key in (number, gtin) if key}
            lines.append((number or gtin, Decimal(qty)))
    return articles, lines


def found_on(pages: list[ReadPage], file: Path, facts: dict[str, Any]) -> dict[str, FoundField]:
    seller = facts["seller"] if isinstance(facts["seller"], str) else facts["seller"]["name"]
    known = Known(date(2026, 11, 22), "mdy" if file.name in MONTH_FIRST else "dmy", months(("de", "en", "fr")),
                  SellerKeys.of({}, {"seller": seller, "other": "Sonnenlicht AG"}),
                  Goods.of(goods_of(facts)[0], unit_words(["PCE"]), ","))
    return {field.place: field for field in find_fields(pages, known)}


@pytest.mark.slow
def test_samples_of_others_are_read_as_far_as_they_were(reading: PageReading, tmp_path: Path) -> None:
    scores = {name: Score() for name in ("number", "day", "seller", "line")}

    for at, (file, facts) in enumerate(documents()):
        fields = found_on(pages_of(reading, file, tmp_path / str(at)), file, facts)
        number, seller = fields.get("number"), fields.get("seller")
        scores["number"].count(number, right=number is not None and number.value == facts["number"])
        scores["seller"].count(seller, right=seller is not None and seller.value == "seller")
        days = [fields[place] for place in ("delivered_on", "issued_on") if place in fields]
        scores["day"].count(days[0] if days else None, right=bool(days) and days[0].value in (
            facts["issue_date"], facts.get("delivery_date")))
        for article, qty in goods_of(facts)[1]:
            line = next((place[:-len("article")] for place, field in fields.items()
                         if place.endswith(".article") and field.value == article
                         and Decimal(fields.get(f"{place[:-7]}qty", field._replace(value="0")).value) == qty), "")
            parts = [fields[f"{line}article"], fields[f"{line}qty"]] if line else []
            scores["line"].count(min(parts, key=lambda one: one.confidence) if parts else None, right=bool(line))

    for name, score in scores.items():
        print(f"{name}: {score.filled} right at once, {score.offered} offered, {score.wrong} wrong, of {score.of}")
    assert [score.wrong for score in scores.values()] == [0, 0, 0, 0]
    assert scores["number"].filled + scores["number"].offered >= 8
    assert scores["day"].filled >= 9
    assert scores["seller"].filled >= 9
    assert scores["line"].filled >= 12
