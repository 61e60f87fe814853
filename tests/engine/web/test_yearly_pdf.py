"""The yearly statement: a tagged PDF of the own account, in the reader's language."""

import re

import pytest

from tests.support.portal import USUAL, Portal
from treuwerk.web.portal.yearly import FIGURES
from treuwerk.web.shell.documents import pdf


@pytest.fixture
def used(sqlite_portal: Portal) -> Portal:
    for day, lines in USUAL.items():
        sqlite_portal.deliver(day, *lines)
    return sqlite_portal


def test_a_year_is_one_tagged_document_to_keep(used: Portal) -> None:
    answer = used.signed_in(language="de").get("/account/2026.pdf")

    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"] == 'attachment; filename="sunny-2026.pdf"'
    assert answer.content.startswith(b"%PDF-1.")
    assert b"/StructTreeRoot" in answer.content
    assert b"pdfuaid:part>1" in answer.content or b'pdfuaid:part="1"' in answer.content
    assert b"Lang(de)" in answer.content.replace(b" ", b"")


def test_figures_of_a_year_add_up(used: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[dict[str, object]] = []
    monkeypatch.setattr("treuwerk.web.portal.yearly.pdf", lambda name, values: told.append(values) or b"%PDF")

    used.signed_in().get("/account/2026.pdf")

    figures = [int(re.sub(r"\D", "", one["value"])) for one in told[0]["figures"]]  # type: ignore[attr-defined]
    before, gained, lost, after = figures
    assert before == 400  # of 2025
    assert before + gained - lost == after
    assert len(told[0]["heads"]) == 4  # type: ignore[arg-type]
    assert len(FIGURES) == len(figures)


@pytest.mark.parametrize("path", ["/account/2019.pdf", "/account/2026x.pdf", "/account/0.pdf"])
def test_a_year_without_bookings_is_not_there(sqlite_portal: Portal, path: str) -> None:
    assert sqlite_portal.signed_in().get(path).status_code in (400, 404)


def test_names_are_never_read_as_markup() -> None:
    values = {"lang": "en", "programme": "#panic()", "accent": "#0b5d51", "title": "*x* $ #let", "company": "#read(1)",
              "note": "", "footer": "_", "heads": ["a", "b", "c", "d"], "figures": [{"name": "#x", "value": "1"}],
              "rows": [{"day": "1", "what": '#import "x"', "note": "$", "points": "+1", "balance": "1"}], "end": ""}

    assert pdf("statement.typ", values).startswith(b"%PDF")
