"""PDFs with an invoice inside: one purchase each, within limits, and words for those that hold none."""

from io import BytesIO

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject, StreamObject, TextStringObject

from tests.plugins.cii.documents import documents, invoice, line, pdf, read, totals
from tests.support.samples import samples_folder
from treuwerk.domain.tabular import UnreadableFile

XML = invoice(line(), settled=totals(LineTotalAmount="50", GrandTotalAmount="1234.5")).encode()
SAME = "Rechnung R1\nSumme 1.037,39 EUR\nGesamt 1.234,50 EUR"


def codes(data: bytes, **settings: object) -> list[str]:
    return [fault.code for fault in read(data, **settings).faults]


def saved(writer: PdfWriter) -> bytes:
    written = BytesIO()
    writer.write(written)
    return written.getvalue()


def refusal(data: bytes, **settings: object) -> str:
    with pytest.raises(UnreadableFile) as refused:
        documents(data, **settings)
    return str(refused.value)


def test_case_18_of_several_attachments_one_purchase_comes() -> None:
    supplement = b"<?xml version='1.0'?><Timesheet xmlns='urn:x'><Hours>3</Hours></Timesheet>"

    document = read(pdf([("stunden.xml", supplement), ("lieferschein.pdf", b"%PDF-1.4"), ("factur-x.xml", XML)]))

    assert (document.number, document.faults) == ("R1", ())


def test_case_18_the_same_invoice_for_two_programs_is_one_purchase() -> None:
    older = invoice(line(), line("2"), number="R1").encode()

    document = read(pdf([("ZUGFeRD-invoice.xml", older), ("factur-x.xml", XML)]))

    assert (len(document.lines), document.faults) == (1, ())


def test_case_18_another_invoice_in_the_same_pdf_is_told() -> None:
    assert codes(pdf([("factur-x.xml", XML), ("zweite.xml", invoice(line(), number="R2").encode())])) == [
        "several_invoices"]


def test_the_name_of_the_attachment_does_not_decide() -> None:
    assert read(pdf([("rechnung 4711.XML", XML)])).number == "R1"


def test_an_encoding_that_does_not_exist_is_read_as_it_is_written() -> None:
    declared = b'<?xml version="1.0" encoding="UTF_8_WITH_BOM"?>' + XML.replace(b"Module", "Größe".encode())

    assert read(pdf([("factur-x.xml", declared)])).lines[0].name == "Größe"


def test_zeros_behind_the_document_do_no_harm() -> None:
    assert read(pdf([("factur-x.xml", XML + b"\0\0\0")])).number == "R1"


def test_case_19_pages_that_say_the_same_raise_no_doubt() -> None:
    assert codes(pdf([("factur-x.xml", XML)], SAME)) == []


@pytest.mark.parametrize(("text", "named"), [
    (SAME.replace("1.234,50", "9.999,00"), "no total of 1234.50"), (SAME.replace("R1", "R7"), "no number R1")])
def test_case_19_pages_that_differ_warn_and_the_invoice_inside_counts(text: str, named: str) -> None:
    document = read(pdf([("factur-x.xml", XML)], text))

    [fault] = document.faults
    assert (fault.code, fault.severity) == ("picture_differs", "warning")
    assert named in fault.text
    assert len(document.lines) == 1
    assert codes(pdf([("factur-x.xml", XML)], text), compare_picture=False) == []


def test_case_19_pages_without_text_raise_no_doubt() -> None:
    assert codes(pdf([("factur-x.xml", XML)], "Scan")) == []


@pytest.mark.parametrize("name", ["nl_serials.pdf", "us_services.pdf"])
def test_case_62_a_pdf_without_an_invoice_inside_needs_a_person(name: str) -> None:
    told = refusal(samples_folder("clearing/document").joinpath(name).read_bytes())

    assert told.startswith("found a PDF without an invoice inside, expected one of ZUGFeRD or Factur-X; a person must")


def test_a_pdf_with_other_attachments_names_them() -> None:
    assert "attachments are none (a.xml)" in refusal(pdf([("a.xml", b"<a/>")]))


def test_case_59_an_encrypted_pdf_is_refused_by_words() -> None:
    told = refusal(pdf([("factur-x.xml", XML)], password="secret"))

    assert "found an encrypted PDF, expected one that can be read without a password" in told


def test_case_59_an_attachment_that_unpacks_to_far_more_is_refused() -> None:
    writer = PdfWriter(clone_from=PdfReader(BytesIO(pdf([("factur-x.xml", XML + b" " * (3 << 20))]))))
    writer._objects = [part.flate_encode() if isinstance(part, StreamObject) else part for part in writer._objects]
    data = saved(writer)
    assert len(data) < 1 << 20

    assert "asks for more than a document needs" in refusal(data, pdf_megabytes=1)


def test_case_59_a_pdf_that_is_too_large_is_refused_before_it_is_opened() -> None:
    assert "found a PDF of more than 1 MB" in refusal(b"%PDF-1.7\n" + b"x" * (2 << 20), pdf_megabytes=1)


def test_case_59_too_many_attachments_are_refused() -> None:
    many = [(f"{number}.txt", b"x") for number in range(60)]

    assert "found a PDF with more than 50 attachments" in refusal(pdf([("factur-x.xml", XML), *many]))


@pytest.mark.parametrize("broken", [b"%PDF-1.7\n", b"%PDF-1.4\nrubbish\n%%EOF", b"%PDF-1.4\n1 0 obj\n<</Length 9"])
def test_a_broken_pdf_is_named_with_the_next_step(broken: bytes) -> None:
    told = refusal(broken)

    assert "found a broken PDF" in told
    assert "a person must enter it" in told


def test_case_59_a_script_is_never_looked_at() -> None:
    writer = PdfWriter(clone_from=PdfReader(BytesIO(pdf([("factur-x.xml", XML)]))))
    writer._root_object[NameObject("/OpenAction")] = DictionaryObject({
        NameObject("/S"): NameObject("/JavaScript"),
        NameObject("/JS"): TextStringObject("app.launchURL('https://evil.example');")})

    assert read(saved(writer)).number == "R1"


def test_case_58_a_doctype_inside_a_pdf_is_refused() -> None:
    data = pdf([("factur-x.xml", b"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>" + XML)])

    assert "found a DOCTYPE, expected none" in refusal(data)
