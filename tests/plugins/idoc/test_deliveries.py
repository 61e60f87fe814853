"""Deliveries of SAP, in XML and as flat files: the same document from both."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from io import BytesIO
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treuwerk.domain.documents import Document, DocumentKind, Party, Purpose
from treuwerk.domain.tabular import UnreadableFile
from treuwerk_idoc.layouts import CONTROL, HEAD, SEGMENTS
from treuwerk_idoc.reader import IdocReader
from treuwerk_idoc.settings import IdocSettings

Row = tuple[str, dict[str, str]]
CONTROL_RECORD = {"MANDT": "100", "DOCNUM": "0000000000471101", "IDOCTYP": "DELVRY07", "MESTYP": "DESADV",
                  "SNDPRN": "PRDCLNT100", "RCVPRN": "TREUWERK"}
HEADER: list[Row] = [
    ("E1EDL20", {"VBELN": "0080012345", "VKORG": "1000", "LIFEX": "LS-80012345"}),
    ("E1EDL21", {"LFART": "LF"}), ("E1EDL18", {"QUALF": "ORI"}),
    ("E1ADRM1", {"PARTNER_Q": "AG", "PARTNER_ID": "0000010260", "NAME1": "Solar Müller", "NAME2": "GmbH"}),
    ("E1ADRM1", {"PARTNER_Q": "WE", "PARTNER_ID": "0000010261", "NAME1": "Baustelle Hafen"}),
    ("E1ADRM1", {"PARTNER_Q": "LF", "PARTNER_ID": "0000088333", "NAME1": "SolarWorld"}),
    ("E1EDT13", {"QUALF": "007", "NTANF": "20260506"}),
    ("E1EDT13", {"QUALF": "006", "NTANF": "20260505", "ISDD": "20260504"})]
ITEMS: list[Row] = [
    ("E1EDL24", {"POSNR": "000010", "MATNR": "000000000000004711", "ARKTX": "Set 5 kWp", "LFIMG": "1.000",
                 "VRKME": "PCE", "HIPOS": "000000", "EAN11": "4006381333931", "KDMAT": "KD-77", "CHARG": "B12"}),
    ("E1EDL41", {"QUALI": "001", "BSTNR": "B-2026-118"}), ("E1EDL43", {"QUALF": "C", "BELNR": "0000471199"}),
    ("E1EDL24", {"POSNR": "000020", "MATNR": "SW-440M", "ARKTX": "Modul", "LFIMG": "12.000", "VRKME": "PCE",
                 "HIPOS": "000010"}),
    ("E1EDL11", {"SERNR": "S-1001"}), ("E1EDL11", {"SERNR": "S-1002"}),
    ("E1EDL24", {"POSNR": "000030", "MATNR": "SW-WR10", "LFIMG": "2.500", "VRKME": "PAL"}),
    ("E1EDL24", {"POSNR": "900001", "MATNR": "SW-WR10", "LFIMG": "2.000", "VRKME": "PAL", "HIPOS": "000030"}),
    ("E1EDL24", {"POSNR": "000040", "ARKTX": "Danke", "LFIMG": "1.000", "VRKME": "PCE"}),
    ("E1EDL26", {"PSTYV": "TATX"}),
    ("E1EDL24", {"POSNR": "000050", "MATNR": "SW-X", "LFIMG": "7.000", "VRKME": "PCE"}), ("E1EDL19", {"QUALF": "DEL"}),
    ("E1EDL37", {"EXIDV": "00340123450000000014"}),
    ("E1EDL44", {"VELIN": "1", "VBELN": "0080012345", "POSNR": "000020"})]
INSIDE = {"E1EDL41", "E1EDL43", "E1EDL11", "E1EDL26", "E1EDL19", "E1EDL44"}


def line_of(layout: Mapping[str, tuple[int, int]], fields: dict[str, str], size: int) -> str:
    data = [" "] * size
    for name, value in fields.items():
        offset, length = layout[name]
        data[offset:offset + len(value)] = value[:length]
    return "".join(data).rstrip()


def flat(rows: list[Row], control: dict[str, str] = CONTROL_RECORD, encoding: str = "utf-8") -> bytes:
    """A flat file with one IDoc; segments have the names of the newest version."""
    lines = ["EDI_DC40" + line_of(CONTROL, control, 524)[8:]]
    for number, (name, fields) in enumerate(rows, 1):
        head = f"E2{name[2:]}007".ljust(30) + f"100{control['DOCNUM']}{number:06}00000001"
        lines.append(f"{head:{HEAD}}"[:HEAD] + line_of(SEGMENTS[name], fields, 1000))
    return "".join(f"{line}\r\n" for line in lines).encode(encoding)


def xml(*idocs: list[Row], control: dict[str, str] = CONTROL_RECORD) -> bytes:
    """The same in XML, segments inside each other as SAP writes them."""
    def leaves(fields: dict[str, str]) -> str:
        return "".join(f"<{name}>{escape(value)}</{name}>" for name, value in fields.items())

    def idoc(rows: list[Row]) -> str:
        text, closing = "", ""
        for name, fields in rows[1:]:
            if name not in INSIDE:
                text, closing = text + closing, ""
            if name in INSIDE:
                text += f'<{name} SEGMENT="1">{leaves(fields)}</{name}>'
            else:
                text, closing = text + f'<{name} SEGMENT="1">{leaves(fields)}', f"</{name}>"
        return (f'<IDOC BEGIN="1"><EDI_DC40 SEGMENT="1">{leaves(control)}</EDI_DC40><E1EDL20 SEGMENT="1">'
                f"{leaves(rows[0][1])}{text}{closing}</E1EDL20></IDOC>")

    return f'<?xml version="1.0"?><DELVRY07>{"".join(map(idoc, idocs))}</DELVRY07>'.encode()


def read(data: bytes, **settings: object) -> list[Document]:
    made = IdocSettings(**settings)  # type: ignore[arg-type]
    return list(IdocReader("sap", made).read(BytesIO(data)))


@pytest.fixture(params=["xml", "flat"])
def delivery(request: pytest.FixtureRequest) -> Document:
    data = xml([*HEADER, *ITEMS]) if request.param == "xml" else flat([*HEADER, *ITEMS])
    [document] = read(data)
    return document


def test_the_head_of_a_delivery_is_read(delivery: Document) -> None:
    assert (delivery.kind, delivery.number, delivery.type_code) == (DocumentKind.DELIVERY, "0080012345", "LF")
    assert (delivery.function, delivery.purpose) == ("ORI", Purpose.ORIGINAL)
    assert delivery.delivery_date == date(2026, 5, 4)
    assert delivery.buyer == Party("Solar Müller GmbH", (("customer_number", "0000010260"),))
    assert delivery.seller == Party("SolarWorld", (("id", "0000088333"),))
    assert delivery.parties == {"ship_to": Party("Baustelle Hafen", (("customer_number", "0000010261"),))}
    assert (delivery.orders, delivery.deliveries, delivery.sender) == (
        ("B-2026-118",), ("LS-80012345",), "PRDCLNT100")
    assert delivery.faults == ()


def test_the_items_of_a_delivery_are_read(delivery: Document) -> None:
    whole, modules, *_ = delivery.lines

    assert (whole.id, whole.article_seller, whole.article_buyer, whole.gtin, whole.name) == (
        "000010", "000000000000004711", "KD-77", "4006381333931", "Set 5 kWp")
    assert (whole.qty, whole.unit, whole.orders) == (Decimal(1), "PCE", ("B-2026-118", "0000471199"))
    assert whole.features == {"batch": "B12"}
    assert (modules.qty, modules.serials) == (Decimal(12), ("S-1001", "S-1002"))
    assert modules.features == {"sscc": "340123450000000014"}


def test_an_item_above_makes_a_set_but_a_batch_of_the_same_article_does_not(delivery: Document) -> None:
    assert [(line.id, line.role, line.parent) for line in delivery.lines] == [
        ("000010", "set", ""), ("000020", "component", "000010"), ("000030", "main", ""),
        ("900001", "main", "000030"), ("000040", "info", ""), ("000050", "info", "")]


def test_an_item_that_was_taken_out_brings_nothing(delivery: Document) -> None:
    assert (delivery.lines[-1].qty, delivery.lines[-1].features) == (Decimal(0), {"dropped": "7.000"})


def test_places_of_lines_only_grow(delivery: Document) -> None:
    places = [line.at for line in delivery.lines]

    assert places == sorted(set(places))


@pytest.mark.parametrize(("kind", "code", "agreed"), [
    (DocumentKind.RETURN, "LR", {}), (DocumentKind.RETURN, "RE", {}), (DocumentKind.DELIVERY, "ZLR", {}),
    (DocumentKind.RETURN, "ZLR", {"returns": ["LR", "ZLR"]})])
def test_a_delivery_type_of_returns_makes_a_return(kind: DocumentKind, code: str, agreed: dict[str, object]) -> None:
    [document] = read(flat([HEADER[0], ("E1EDL21", {"LFART": code}), *HEADER[2:], *ITEMS]), **agreed)

    assert (document.kind, document.type_code) == (kind, code)


@pytest.mark.parametrize(("qualifier", "purpose"), [
    ("DEL", Purpose.CANCEL), ("CHG", Purpose.REPLACE), ("PGI", Purpose.ORIGINAL)])
def test_what_is_to_be_done_with_a_delivery(qualifier: str, purpose: Purpose) -> None:
    [document] = read(xml([*HEADER[:2], ("E1EDL18", {"QUALF": qualifier}), *HEADER[3:], *ITEMS]))

    assert document.purpose is purpose


@pytest.mark.parametrize("message", ["SHPCON", "WHSCON", "DESADV", "ZDESADV"])
def test_confirmations_are_deliveries(message: str) -> None:
    [document] = read(flat([*HEADER, *ITEMS], {**CONTROL_RECORD, "MESTYP": message}))

    assert document.kind is DocumentKind.DELIVERY


def test_a_request_to_deliver_is_refused_by_name() -> None:
    [document] = read(flat([*HEADER, *ITEMS], {**CONTROL_RECORD, "MESTYP": "SHPORD"}))

    assert document.kind is DocumentKind.OTHER
    [fault] = document.faults
    assert (fault.code, fault.severity) == ("wrong_message", "error")
    assert "found an IDoc SHPORD" in fault.text


def test_a_file_may_hold_many_idocs() -> None:
    second = [("E1EDL20", {"VBELN": "0080012346"}), *HEADER[1:], *ITEMS]

    assert [document.number for document in read(xml([*HEADER, *ITEMS], second))] == ["0080012345", "0080012346"]
    assert [document.number for document in read(flat([*HEADER, *ITEMS]) + flat(second))] == [
        "0080012345", "0080012346"]


def test_thousands_of_items_come_in_parts() -> None:
    items = [("E1EDL24", {"POSNR": f"{number:06}", "MATNR": "A", "LFIMG": "1", "VRKME": "PCE"})
             for number in range(1, 7_001)]

    parts = read(flat([*HEADER, *items]))

    assert [len(part.lines) for part in parts] == [5_000, 2_000]
    assert {(part.number, part.event_date) for part in parts} == {("0080012345", date(2026, 5, 4))}


def test_an_order_number_behind_the_usual_fields_can_be_agreed() -> None:
    data = flat([*HEADER, ITEMS[0]]).replace(b"\r\n", b"\n").splitlines()
    data[-1] = data[-1].ljust(HEAD + 888) + b"0000471188"

    [document] = read(b"\n".join(data), fields={"E1EDL24-VGBEL": [888, 10]})

    assert document.lines[0].orders == ("0000471188",)


@pytest.mark.parametrize(("encoding", "name"), [("", "Solar M\ufffdller GmbH"), ("iso8859-1", "Solar Müller GmbH")])
def test_a_flat_file_in_another_encoding_is_read_as_agreed_and_never_guessed(encoding: str, name: str) -> None:
    [document] = read(flat([*HEADER, *ITEMS], encoding="iso8859-1"), encoding=encoding)

    assert document.buyer.name == name
    assert [fault.code for fault in document.faults] == ([] if encoding else ["odd_byte"])


def test_an_item_that_could_not_be_decoded_is_not_booked() -> None:
    [document] = read(flat([*HEADER, ("E1EDL24", {"POSNR": "000010", "MATNR": "Größe", "LFIMG": "1"}), ITEMS[3]],
                           encoding="iso8859-1"), encoding="")

    assert [line.id for line in document.lines] == ["000020"]
    assert ("bad_encoding", "error") in {(fault.code, fault.severity) for fault in document.faults}


@pytest.mark.parametrize(("text", "code"), [("1,000", "unreadable"), ("viel", "unreadable")])
def test_a_quantity_that_is_no_number_costs_only_its_item(text: str, code: str) -> None:
    rows = [*HEADER, ("E1EDL24", {"POSNR": "000010", "MATNR": "A", "LFIMG": text}), ITEMS[3]]

    [document] = read(flat(rows))

    assert [line.id for line in document.lines] == ["000020"]
    assert [fault.code for fault in document.faults] == [code]


def test_an_impossible_day_is_told_and_none() -> None:
    [document] = read(flat([*HEADER[:6], ("E1EDT13", {"QUALF": "006", "ISDD": "20261304"}), *ITEMS]))

    assert document.event_date is None
    assert [(fault.code, fault.severity) for fault in document.faults] == [("unreadable", "error")]


@pytest.mark.parametrize(("data", "words"), [
    (b"EDI_DC  0000", "release 4"), (b"LIN+1'", "expected the control record EDI_DC40"), (b"", "found 'nothing'")])
def test_what_holds_no_idocs_is_refused(data: bytes, words: str) -> None:
    with pytest.raises(UnreadableFile, match=words):
        read(data)


def test_a_doctype_is_refused() -> None:
    data = xml([*HEADER, *ITEMS]).replace(b"<DELVRY07>", b'<!DOCTYPE DELVRY07 SYSTEM "http://evil.example/x.dtd"><DELVRY07>')

    with pytest.raises(UnreadableFile, match="DOCTYPE"):
        read(data)


def documents_or_reason(data: bytes) -> list[Document] | str:
    try:
        return list(read(data))
    except UnreadableFile as error:
        return str(error)


@given(st.binary(max_size=200), st.integers(0, 5_000))
def test_nothing_that_comes_breaks_the_reader(noise: bytes, at: int) -> None:
    for data in (flat([*HEADER, *ITEMS]), xml([*HEADER, *ITEMS])):
        found = documents_or_reason(data[:at] + noise + data[at:])

        assert "expected" in found if isinstance(found, str) else all(isinstance(one, Document) for one in found)
