"""Photos and scans read by Tesseract: its program is asked for the words of a page, each with its place."""

from collections.abc import Sequence
from typing import Any

from treuwerk.hookspecs import PageReaderKind, hookimpl
from treuwerk_tesseract.reader import Tesseract
from treuwerk_tesseract.settings import TesseractSettings


@hookimpl
def page_readers() -> Sequence[PageReaderKind[Any]]:
    """Offers ``tesseract``."""
    return [PageReaderKind("tesseract", TesseractSettings, Tesseract)]
