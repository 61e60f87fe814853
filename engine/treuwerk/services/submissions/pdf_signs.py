"""Signs that a PDF was edited, found in its bytes without opening it: how often it was saved, and by which programs."""

import re
from functools import lru_cache
from pathlib import Path

import attrs

_END = re.compile(rb"startxref\s+(\d+)\s+%%EOF")
_WRITER = re.compile(rb"/(?:Producer|Creator)\s*\(((?:[^()\\]|\\.){0,200})\)"
                     rb"|<(?:pdf:Producer|xmp:CreatorTool)>([^<]{0,200})<")
_WIDE = b"\xfe\xff"


@attrs.frozen
class PdfSigns:
    """How often a file was saved, the first time included, and the names of the programs that wrote it."""

    saves: int
    writers: str


def pdf_signs(data: bytes) -> PdfSigns:
    """The signs of a file. A linearized one has a first mark of its own, to the place 0, which is no save."""
    saves = sum(int(place) != 0 for place in _END.findall(data))
    found = [first or second for first, second in _WRITER.findall(data)]
    return PdfSigns(saves, " ".join(dict.fromkeys(map(_text, found))))


@lru_cache(maxsize=256)
def signs_of_file(path: Path) -> PdfSigns:
    """The signs of a file that lies under its hash, and so never changes; previews ask again and again."""
    return pdf_signs(path.read_bytes())


def _text(raw: bytes) -> str:
    return raw[2:].decode("utf-16-be", "replace") if raw.startswith(_WIDE) else raw.decode("utf-8", "replace")
