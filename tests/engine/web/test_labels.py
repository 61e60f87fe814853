"""Address labels: each within its own label whatever the address is, on the sheets that the programme has."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

import attrs
import pypdfium2
import pytest

from tests.support.programmes import PROGRAMME, mistakes_in
from treuwerk.domain.postal_lines import postal_lines
from treuwerk.domain.reward_orders import AddressKind, Destination
from treuwerk.programme.settings import LabelSheet
from treuwerk.programme.settings.labels import SHEETS
from treuwerk.web.office.orders.label_sheets import placed
from treuwerk.web.shell.documents import pdf

MM = 72 / 25.4
_BROKEN = "\ufffe"  # what the reader makes of a hyphen at the end of a line
PLAIN = Destination("Ada Lovelace", "Dachweg 1", "10115", "Berlin", "DE", "Sonnendach Brandmaier GmbH")
STATION = Destination("Ada Lovelace", "Packstation 145", "10115", "Berlin", "DE", "", "12345678",
                      AddressKind.PARCEL_STATION)
ODD = (
    PLAIN, STATION,
    attrs.evolve(PLAIN, company="Sonnen- und Dachtechnik Brandmaier & Söhne Gesellschaft mit beschränkter Haftung & Co",
                 name="Dr.-Ing. Maximiliane Freifrau von und zu Hohenlohe-Waldenburg-Schillingsfürst"),
    attrs.evolve(PLAIN, company="W" * 100, name="M" * 100, street="Q" * 100, city="G" * 100),
    attrs.evolve(PLAIN, name="Donaudampfschifffahrtsgesellschaftskapitänswitwenrentenauszahlungsstellenleiterin"),
    Destination("Łukasz Żółć", "ul. Świętokrzyska 12", "00-950", "Łódź", "PL", "Přátelé s.r.o."),
    Destination("Jan Vos", "Dam 1", "1012 AB", "Amsterdam", "NL"),
    Destination("#panic() *x* $", '"); #read("/etc/passwd")', "1", "\\ _ @x <y>", "XX"),
    Destination("Ελένη Δημητρίου", "Οδός Ερμού 5", "105 63", "Αθήνα", "GR"),
)


def drawn(sheet: LabelSheet, addresses: Sequence[Destination], first: int = 1,
          sender: str = "League GmbH, Weg 1") -> bytes:
    told = [{"lines": list(postal_lines(one, "Polen")), "note": f"ord_{at:026}"}
            for at, one in enumerate(addresses)]
    return pdf("labels.typ", {
        "lang": "de", "programme": "League", "title": "Labels", "sender": sender,
        "sheet": {"width": float(sheet.width), "height": float(sheet.height)}, "pages": placed(told, sheet, first)})


def letters(content: bytes) -> Iterator[tuple[int, str, tuple[float, float, float, float]]]:
    """Each letter with its page and its box in millimetres from the left and the upper edge."""
    document = pypdfium2.PdfDocument(content)
    for at, page in enumerate(document):
        text, tall = page.get_textpage(), page.get_height()
        for index in range(text.count_chars()):
            left, bottom, right, top = text.get_charbox(index)
            if (letter := text.get_text_range(index, 1).replace(_BROKEN, "-")).strip("\u200b \r\n"):
                yield at, letter, (left / MM, (tall - top) / MM, right / MM, (tall - bottom) / MM)


def label_of(sheet: LabelSheet, box: tuple[float, float, float, float]) -> int:
    """The label that a letter stands on wholly, from 0 on; fails where it stands on none."""
    left, top = map(float, sheet.margins)
    wide, tall = float(sheet.width + sheet.between_columns), float(sheet.height + sheet.between_rows)
    column, row = int((box[0] - left) / wide), int((box[1] - top) / tall)
    x, y = left + column * wide, top + row * tall
    assert x + 1.5 <= box[0] <= box[2] <= x + float(sheet.width) - 1.5, box
    assert y + 1 <= box[1] <= box[3] <= y + float(sheet.height) - 1, box
    return row * sheet.columns + column


def texts(content: bytes, sheet: LabelSheet) -> dict[tuple[int, int], str]:
    """What stands on each label, by page and place, without spaces."""
    found: dict[tuple[int, int], str] = defaultdict(str)
    for page, letter, box in letters(content):
        found[page, label_of(sheet, box)] += letter
    return found


@pytest.mark.parametrize("name", SHEETS)
def test_however_odd_an_address_is_all_of_it_stands_within_its_label(name: str) -> None:
    sheet = SHEETS[name]

    found = texts(drawn(sheet, ODD), sheet)

    assert sorted(found) == [(0, at) for at in range(len(ODD))]
    for (_, at), text in found.items():
        for line in [*postal_lines(ODD[at], "Polen"), f"ord_{at:026}"]:
            assert re.sub(r"\s", "", line) in text


def test_a_sheet_that_was_begun_is_used_up_before_the_next_one() -> None:
    sheet = SHEETS["l7159"]

    found = texts(drawn(sheet, [PLAIN] * 4, first=22), sheet)

    assert sorted(found) == [(0, 21), (0, 22), (0, 23), (1, 0)]


def test_the_smallest_sheet_of_a_programme_holds_a_usual_address() -> None:
    small = LabelSheet(5, 14, Decimal(38), Decimal("21.2"))

    found = texts(drawn(small, [PLAIN, STATION], sender="S" * 120), small)

    assert len(found) == 2


@pytest.mark.parametrize(("where", "lines"), [
    (PLAIN, ("Sonnendach Brandmaier GmbH", "Ada Lovelace", "Dachweg 1", "10115 Berlin")),
    (STATION, ("Ada Lovelace", "12345678", "Packstation 145", "10115 Berlin")),
    (attrs.evolve(STATION, company="League"), ("Ada Lovelace", "12345678", "Packstation 145", "10115 Berlin")),
    (attrs.evolve(PLAIN, company="Ada Lovelace"), ("Ada Lovelace", "Dachweg 1", "10115 Berlin")),
    *((attrs.evolve(PLAIN, company="", country=country, postcode=code, city=city),
       ("Ada Lovelace", "Dachweg 1", *town)) for country, code, city, town in (
        ("AT", "1010", "Wien", ["1010 Wien"]), ("BE", "1000", "Bruxelles", ["1000 BRUXELLES"]),
        ("CH", "8001", "Zürich", ["8001 Zürich"]), ("CZ", "110 00", "Praha 1", ["110 00 PRAHA 1"]),
        ("DK", "1050", "København K", ["1050 København K"]), ("ES", "28001", "Madrid", ["28001 MADRID"]),
        ("FR", "75001", "Paris", ["75001 PARIS"]), ("IT", "00118", "Roma RM", ["00118 ROMA RM"]),
        ("LI", "9490", "Vaduz", ["9490 Vaduz"]), ("LU", "1009", "Luxembourg", ["L-1009 LUXEMBOURG"]),
        ("NL", "1012 AB", "Amsterdam", ["1012 AB  AMSTERDAM"]), ("PL", "00-950", "Łódź", ["00-950 ŁÓDŹ"]),
        ("SE", "111 22", "Malmö", ["111 22 MALMÖ"]), ("GB", "SW1A 1AA", "London", ["LONDON", "SW1A 1AA"]),
        ("IE", "", "Dublin", ["DUBLIN"]), ("XX", "1", "Town", ["1 Town"])))])
def test_an_address_has_the_form_of_its_country(where: Destination, lines: tuple[str, ...]) -> None:
    assert postal_lines(where) == lines
    assert postal_lines(where, "Polen") == (*lines, "POLEN")


@pytest.mark.parametrize(("table", "found"), [
    ('[labels]\nsheet = "mine"', "expected one of l7159, l7163"), ('[labels]\ncountry = "de"', "country"),
    ("[labels.sheets.mine]\ncolumns = 3\nrows = 8\nwidth = 80\nheight = 30", "take 240 mm of the paper, which has 210"),
    ("[labels.sheets.mine]\ncolumns = 1\nrows = 8\nwidth = 80\nheight = 30\ntop = 60", "take 300 mm of the paper"),
    ("[labels.sheets.mine]\ncolumns = 3\nrows = 8\nwidth = 20\nheight = 30", "width")])
def test_a_sheet_that_cannot_be_is_a_mistake_of_the_programme(tmp_path: Any, table: str, found: str) -> None:
    assert any(found in str(one) for one in mistakes_in(tmp_path, PROGRAMME + "\n" + table + "\n"))
