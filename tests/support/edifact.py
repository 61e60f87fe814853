"""Interchanges for tests: segments in, bytes out; envelopes and counts are right unless a test says otherwise."""

from io import BytesIO

from treuwerk.domain.documents import Document
from treuwerk_edifact.reader import EdifactReader
from treuwerk_edifact.settings import EdifactSettings

UNB = "UNB+UNOC:3+4012345000009:14+4099999000005:14+260504:0915+77"
DELIVERY = ("BGM+351+L4711+9", "DTM+137:20260504:102", "DTM+11:20260504:102",
            "NAD+SU+4012345000009::9++Elektro Nord GmbH", "NAD+BY+K100::91++Solar Müller")
INVOICE = ("BGM+380+R815+9", "DTM+137:20260506:102", "DTM+35:20260504:102",
           "NAD+SU+4012345000009::9++Elektro Nord GmbH", "NAD+BY+K100::91++Solar Müller", "CUX+2:EUR:4")


def message(kind: str, *segments: str, directory: str = "D:96A:UN:EAN008", reference: str = "1") -> list[str]:
    """A message with UNH and UNT around it."""
    return [f"UNH+{reference}+{kind}:{directory}", *segments, f"UNT+{len(segments) + 2}+{reference}"]


def interchange(*messages: list[str], unb: str = UNB, una: str = "", between: str = "\n") -> bytes:
    """Messages in an envelope, one segment a line; the terminator is that of UNA."""
    end = una[8] if una else "'"
    segments = [unb, *(segment for one in messages for segment in one), f"UNZ+{len(messages)}+77"]
    return (una + between * bool(una) + between.join(f"{segment}{end}" for segment in segments) + between).encode()


def read(data: bytes, **settings: object) -> list[Document]:
    """The documents of a file, by a source with these settings."""
    made = EdifactSettings(**settings)  # type: ignore[arg-type]
    return list(EdifactReader("edi", made).read(BytesIO(data)))


def read_one(kind: str, *segments: str, **settings: object) -> Document:
    """The document of an interchange with a single message."""
    [document] = read(interchange(message(kind, *segments)), **settings)
    return document


def codes(document: Document) -> list[tuple[str, str]]:
    """(Severity, code) of each fault."""
    return [(fault.severity, fault.code) for fault in document.faults]
