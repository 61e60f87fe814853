"""Which program reads pages, in which languages, and how."""

import attrs
from attrs.validators import deep_iterable, ge, le, matches_re, min_len


@attrs.frozen
class TesseractSettings:
    """``reader = "tesseract"``: the program of the same name, version 4 or later, which the system brings."""

    program: str = attrs.field(default="tesseract", validator=min_len(1))
    """Name of the program, looked for along ``PATH``, or its path, such as ``/opt/ocr/bin/tesseract``."""
    languages: list[str] = attrs.field(
        factory=lambda: ["deu", "eng", "fra"], validator=[min_len(1), deep_iterable(matches_re(r"[A-Za-z0-9_]{1,40}"))])
    """Languages as Tesseract calls them, in which pages may be written. Each makes it slower."""
    data: str = ""
    """Folder with the files of the languages (``*.traineddata``); left out: that of the program."""
    page_segmentation: int = attrs.field(default=3, validator=[ge(1), le(13)])
    """How a page is cut into blocks (``--psm``): 3 finds them by itself, 1 turns pages upright before, 4 expects one
    column with letters of many sizes, 6 one block."""
