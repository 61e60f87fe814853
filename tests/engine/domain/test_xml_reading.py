"""XML is read as a stream, safely: nothing is opened, nothing explodes, and what is broken is named with its line."""

from io import BytesIO
from pathlib import Path
from tracemalloc import get_traced_memory, start, stop

import pytest

from treuwerk.domain.tabular import UnreadableFile
from treuwerk.domain.xml_prolog import LONGEST_PROLOG, XmlRoot, xml_root
from treuwerk.domain.xml_reading import XmlLimits, plain_name, xml_items

LAUGHS = b"""<?xml version="1.0"?>
<!DOCTYPE lolz [<!ENTITY a "haha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>
<Invoice><ID>&b;</ID></Invoice>"""
EXTERNAL = b'<!DOCTYPE Invoice [<!ENTITY x SYSTEM "file:///etc/passwd">]><Invoice><ID>&x;</ID></Invoice>'


def items(text: str | bytes, *containers: str, **limits: int) -> list[tuple[str, str, str]]:
    """(path, name, text) of each item."""
    data = text if isinstance(text, bytes) else text.encode()
    return [("/".join(path), plain_name(item.tag), "".join(item.itertext()))
            for path, item in xml_items(BytesIO(data), containers, XmlLimits(**limits))]


def refusal(text: str | bytes, **limits: int) -> str:
    with pytest.raises(UnreadableFile) as refused:
        items(text, **limits)
    return str(refused.value)


def test_children_of_the_root_come_one_by_one_whatever_their_prefix() -> None:
    assert items('<x:Invoice xmlns:x="urn:x"><x:ID>7</x:ID><Line xmlns="urn:y"><Q>2</Q></Line></x:Invoice>') == [
        ("Invoice", "ID", "7"), ("Invoice", "Line", "2")]


def test_containers_hand_out_what_is_in_them() -> None:
    text = "<A><B>1</B><List><Deep><C>2</C></Deep><C>3</C></List><List/><B>4</B></A>"

    assert items(text, "List", "Deep") == [
        ("A", "B", "1"), ("A/List/Deep", "C", "2"), ("A/List", "C", "3"), ("A", "B", "4")]


def test_a_long_document_keeps_its_order_and_takes_no_memory() -> None:
    class Endless(BytesIO):
        """Sixty thousand lines, made as they are read."""

        made = 0

        def read(self, size: int | None = -1) -> bytes:
            if self.made > 200:
                return b""
            lines = [f"<Line><ID>{self.made * 300 + number}</ID></Line>\n" for number in range(300)]
            text = "".join(lines) if self.made < 200 else "</List></Invoice>"
            first = "" if self.made else "<Invoice><List>"
            self.made += 1
            return (first + text).encode()

    start()
    for number, (path, item) in enumerate(xml_items(Endless(), ["List"])):
        assert path == ("Invoice", "List")
        assert item[0].text == str(number)
    assert number == 59_999
    _, peak = get_traced_memory()
    stop()

    assert peak < 4 << 20


@pytest.mark.parametrize("hostile", [LAUGHS, EXTERNAL, LAUGHS.decode().encode("utf-16"),
                                     b"<!-- harmless -->\n" + EXTERNAL, b"<?pi x?>\n\n<!DOCTYPE html><html/>",
                                     b"<!--" + b"-" * 80_000 + b"x-->" + EXTERNAL])
def test_case_58_a_doctype_is_refused_before_anything_is_parsed(hostile: bytes) -> None:
    told = refusal(hostile)

    assert "found a DOCTYPE, expected none" in told
    assert "Nothing was read" in told


def test_case_58_an_include_is_an_element_and_opens_no_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("swordfish")
    include = f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{secret.as_uri()}" parse="text"/>'

    assert items(f"<Invoice>{include}<ID>1</ID></Invoice>") == [("Invoice", "include", ""), ("Invoice", "ID", "1")]


def test_an_entity_that_nobody_declared_is_broken_xml() -> None:
    assert "undefined entity" in refusal("<Invoice><ID>&x;</ID></Invoice>")


@pytest.mark.parametrize("deep", [
    "<a>" * 40 + "</a>" * 40, "<a>" * 100_000, "<a>" * 39 + "<b/>" * 90 + "</a>" * 39,
    f"<a><b/>{'<a>' * 40}{'</a>' * 40}</a>"])
def test_what_is_too_deep_is_refused(deep: str) -> None:
    assert "found more than 30 elements inside each other" in refusal(f"<Invoice>{deep}</Invoice>", depth=30)


def test_many_elements_side_by_side_are_not_deep() -> None:
    assert len(items(f"<Invoice><a>{'<b/>' * 500}</a></Invoice>", depth=30)) == 1


def test_too_many_attributes_are_refused() -> None:
    many = " ".join(f'a{number}="1"' for number in range(31))

    assert "found more than 30 attributes of one element" in refusal(f"<I><a {many}/></I>", attributes=30)
    assert "found more than 30 attributes of one element" in refusal(f"<I {many}><a/></I>", attributes=30)


def test_one_part_that_never_ends_is_refused_before_it_fills_the_memory() -> None:
    text = "<Invoice><a>" + "<b/>" * 100_000 + "</a></Invoice>"

    assert "found more than 50,000 elements of one part of the document" in refusal(text, elements=50_000)
    assert "found more than 100,000 characters of one part" in refusal(f"<I><a>{'x' * 300_000}</a></I>",
                                                                        item_length=100_000)


@pytest.mark.parametrize(("data", "named"), [
    ("<Invoice>\n<ID>1</ID>\n<Line></Invoice>", "line 3, column 9"), ("<Invoice>\n<ID>1</ID>", "line 2, column 11"),
    ("<Invoice/>\n<Invoice/>", "line 2, column 1"),
])
def test_broken_xml_is_named_with_its_line(data: str, named: str) -> None:
    assert refusal(data).startswith(f"{named}: found broken XML")


@pytest.mark.parametrize("data", [b"", b"   ", b"ISA*00*", b"\x00\x01\x02", b"<!-- only a comment -->",
                                  b"<?xml version='1.0'?>", b"< Invoice/>"])
def test_what_is_no_xml_is_refused_by_what_was_found(data: bytes) -> None:
    assert "expected an XML document" in refusal(data)


@pytest.mark.parametrize(("declared", "written"), [
    ("UTF-8", "utf-8"), ("utf-8", "utf-8-sig"), ("utf8", "utf-8"), ("ISO-8859-1", "iso-8859-1"),
    ("windows-1252", "cp1252"), ("IBM850", "cp850"), ("UTF-16", "utf-16"), ("utf-16", "utf-8"),
    ("UTF-16LE", "utf-16-le"), ("invalid-name", "utf-8"), ("", "utf-8"), ("cp037", "utf-8"), ("  UTF-8 ", "utf-8"),
])
def test_umlauts_survive_every_encoding_and_every_wrong_declaration(declared: str, written: str) -> None:
    text = f'<?xml version="1.0" encoding="{declared}"?>\n<Invoice><Name>Größe Ø</Name></Invoice>'

    if written == "cp850":
        text = text.replace("Ø", "ß")
    assert items(text.encode(written))[0][2].startswith("Größe")


def test_a_byte_of_another_encoding_is_named_with_its_line() -> None:
    told = refusal('<?xml version="1.0"?>\n<Invoice>\n<Name>Größe</Name></Invoice>'.encode("cp1252"))

    assert told.startswith("line 3: found byte 0xf6, expected utf-8")


def test_blanks_before_the_declaration_are_passed_over() -> None:
    assert items(b'\r\n <?xml version="1.0"?><Invoice><ID>1</ID></Invoice>') == [("Invoice", "ID", "1")]


def test_the_root_is_known_from_the_first_bytes() -> None:
    prefixed = b"<!-- terms --><?pi?>\n<rsm:Invoice xmlns:a='u:a'\n xmlns:rsm=\"u:r\">"

    assert xml_root(prefixed) == XmlRoot("u:r", "Invoice")
    assert xml_root(b"<Invoice xmlns='u:r' id='1'/>") == XmlRoot("u:r", "Invoice")
    assert xml_root("<?xml version='1.0' encoding='utf-16'?><Größe>".encode("utf-16")) == XmlRoot("", "Größe")
    assert xml_root(b"<!-- never ends") is None
    assert xml_root(b'<!DOCTYPE a [<!ENTITY b "c">]>\n<a xmlns="u:a">') == XmlRoot("u:a", "a")
    assert xml_root(b"UNB+UNOC:3") is None


def test_comments_before_the_root_are_not_read_without_end() -> None:
    assert "expected an XML document" in refusal("<!--" + "x" * (2 * LONGEST_PROLOG) + "--><Invoice/>")
