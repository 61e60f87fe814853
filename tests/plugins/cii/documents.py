"""Invoices of CII as the tests need them, and PDFs around them."""

from io import BytesIO

from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

from treuwerk.domain.documents import Document
from treuwerk_cii.reader import CiiReader
from treuwerk_cii.settings import CiiSettings

UNECE = "urn:un:unece:uncefact:data:standard:"


def line(number: str = "1", quantity: str = "2", amount: str = "50", *, about: str = "", product: str = "",
         agreed: str = "", delivered: str = "", settled: str = "", unit: str = "H87") -> str:
    """One line; `product` stands in the product, which is a module unless it says otherwise."""
    product = product or "<ram:SellerAssignedID>M1</ram:SellerAssignedID><ram:Name>Module</ram:Name>"
    counted = f'<ram:BilledQuantity unitCode="{unit}">{quantity}</ram:BilledQuantity>' if quantity else ""
    total = (f"<ram:SpecifiedTradeSettlementLineMonetarySummation><ram:LineTotalAmount>{amount}</ram:LineTotalAmount>"
             "</ram:SpecifiedTradeSettlementLineMonetarySummation>") if amount else ""
    return ("<ram:IncludedSupplyChainTradeLineItem><ram:AssociatedDocumentLineDocument>"
            f"<ram:LineID>{number}</ram:LineID>{about}</ram:AssociatedDocumentLineDocument><ram:SpecifiedTradeProduct>{product}</ram:SpecifiedTradeProduct>"
            f"<ram:SpecifiedLineTradeAgreement>{agreed}</ram:SpecifiedLineTradeAgreement>"
            f"<ram:SpecifiedLineTradeDelivery>{counted}{delivered}</ram:SpecifiedLineTradeDelivery>"
            f"<ram:SpecifiedLineTradeSettlement>{total}{settled}</ram:SpecifiedLineTradeSettlement>"
            "</ram:IncludedSupplyChainTradeLineItem>")


def status(code: str, parent: str = "") -> str:
    """The place of a line in a set."""
    above = f"<ram:ParentLineID>{parent}</ram:ParentLineID>" if parent else ""
    return f"{above}<ram:LineStatusReasonCode>{code}</ram:LineStatusReasonCode>"


def invoice(*lines: str, number: str = "R1", code: str = "380", agreed: str = "", delivered: str = "",
            settled: str = "", about: str = "") -> str:
    """An invoice of CII with these lines and parts of its head."""
    return (f'<rsm:CrossIndustryInvoice xmlns:rsm="{UNECE}CrossIndustryInvoice:100" '
            f'xmlns:ram="{UNECE}ReusableAggregateBusinessInformationEntity:100" '
            f'xmlns:udt="{UNECE}UnqualifiedDataType:100"><rsm:ExchangedDocument><ram:ID>{number}</ram:ID>'
            f"<ram:TypeCode>{code}</ram:TypeCode><ram:IssueDateTime>"
            '<udt:DateTimeString format="102">20260301</udt:DateTimeString></ram:IssueDateTime>'
            f"{about}</rsm:ExchangedDocument><rsm:SupplyChainTradeTransaction>{''.join(lines)}"
            f"<ram:ApplicableHeaderTradeAgreement>{agreed}</ram:ApplicableHeaderTradeAgreement>"
            f"<ram:ApplicableHeaderTradeDelivery>{delivered}</ram:ApplicableHeaderTradeDelivery>"
            f"<ram:ApplicableHeaderTradeSettlement>{settled}</ram:ApplicableHeaderTradeSettlement>"
            "</rsm:SupplyChainTradeTransaction></rsm:CrossIndustryInvoice>")


def totals(**sums: str) -> str:
    """Sums of the head, by the names of their elements."""
    found = "".join(f"<ram:{name}>{value}</ram:{name}>" for name, value in sums.items())
    return (f"<ram:SpecifiedTradeSettlementHeaderMonetarySummation>{found}"
            "</ram:SpecifiedTradeSettlementHeaderMonetarySummation>")


def pdf(attachments: list[tuple[str, bytes]], text: str = "", password: str = "") -> bytes:
    """A PDF of one page with attachments and a text."""
    writer = PdfWriter()
    page = writer.add_blank_page(595, 842)
    if text:
        font = DictionaryObject({NameObject("/Type"): NameObject("/Font"), NameObject("/Subtype"): NameObject("/Type1"),
                                 NameObject("/BaseFont"): NameObject("/Helvetica")})
        page[NameObject("/Resources")] = DictionaryObject(
            {NameObject("/Font"): DictionaryObject({NameObject("/F1"): font})})
        content = DecodedStreamObject()
        rows = "".join(f"({row}) Tj 0 -20 Td " for row in text.splitlines())
        content.set_data(f"BT /F1 12 Tf 50 700 Td {rows}ET".encode())
        page[NameObject("/Contents")] = writer._add_object(content)
    for name, data in attachments:
        writer.add_attachment(name, data)
    if password:
        writer.encrypt(password)
    written = BytesIO()
    writer.write(written)
    return written.getvalue()


def documents(data: str | bytes, **settings: object) -> list[Document]:
    """What the reader makes of a file."""
    content = data if isinstance(data, bytes) else data.encode()
    reader = CiiReader("wholesaler", CiiSettings(**settings))  # type: ignore[arg-type]
    assert reader.recognises("upload", content[:65_536])
    return list(reader.read(BytesIO(content)))


def read(data: str | bytes, **settings: object) -> Document:
    """The only document of a file."""
    [document] = documents(data, **settings)
    return document
