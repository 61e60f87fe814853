"""Settings of what participants upload."""

from decimal import Decimal
from enum import StrEnum
from typing import Any

import attrs
from attrs.validators import ge, le, optional

from treuwerk.hookspecs import PageReader, UploadScanner


class LateReports(StrEnum):
    """What becomes of a purchase that is reported after the deadline."""

    TELL = "tell"
    REFUSE = "refuse"


@attrs.frozen
class Uploads:
    """``[uploads]``: reported purchases with their files."""

    file_megabytes: int = attrs.field(default=15, validator=[ge(1), le(100)])
    """Size of one file."""
    files: int = attrs.field(default=10, validator=[ge(1), le(50)])
    """Files of one submission."""
    pages: int = attrs.field(default=30, validator=[ge(1), le(200)])
    """Pages of one file, such as a PDF."""
    megapixels: int = attrs.field(default=30, validator=[ge(1), le(200)])
    """Pixels of one picture, in millions; more is refused before anything is decoded."""
    drawn_at_once: int = attrs.field(default=2, validator=[ge(1), le(64)])
    """Files whose pages one machine draws at once, over all its servers and workers; each may take 1.5 GiB."""
    drawing_wait_seconds: int = attrs.field(default=10, validator=[ge(0), le(60)])
    """How long a file waits for its turn before somebody is asked to send it again later."""
    lines: int = attrs.field(default=500, validator=[ge(1), le(5_000)])
    """Lines of a file that is read by machine; what has more comes as a feed."""
    files_per_day: int = attrs.field(default=200, validator=ge(1))
    """Files that one company may upload within 24 hours."""
    report_within_days: int | None = attrs.field(default=None, validator=optional(ge(1)))
    """Until how many days after the day of a document it can be reported; left out: without limit."""
    late: LateReports = LateReports.TELL
    """Later reports are taken and marked as late (``tell``), or refused (``refuse``)."""
    answer_within_days: int = attrs.field(default=3, validator=ge(0))
    """Days after which a submission is overdue in the work queue."""
    drafts_days: int = attrs.field(default=90, validator=ge(1))
    """Days after which a draft that nobody touched is discarded."""
    withdrawn_days: int = attrs.field(default=30, validator=ge(1))
    """Days for which the files of withdrawn submissions, and files that were taken out of one, are kept."""
    leftover_hours: int = attrs.field(default=24, validator=ge(1))
    """Hours after which a file is removed that belongs to nothing, since somebody's upload broke off."""


@attrs.frozen
class ScannerHead:
    """``[[upload_scanners]]``: one virus scanner. All keys beside these belong to the scanner's kind."""

    scanner: str
    """The kind of scanner, as a plugin offers it, such as ``clamd``."""


@attrs.frozen
class UploadScanning:
    """A scanner of the programme, ready to be asked."""

    head: ScannerHead
    settings: Any
    scanner: UploadScanner


@attrs.frozen
class PageReaderHead:
    """``[page_reader]``: what reads photos and scans, so that clerks type less. All other keys belong to its kind."""

    reader: str
    """The kind of page reader, as a plugin offers it, such as ``tesseract``."""
    confidence: Decimal = attrs.field(default=Decimal("0.7"), validator=[ge(Decimal(0)), le(Decimal(1))])
    """From which confidence on a value stands in the form at once; what is less sure is offered below an empty field.
    0: everything that was found stands there; 1: nearly nothing does."""
    pages: int = attrs.field(default=10, validator=[ge(1), le(200)])
    """How many pages of one file are read, from the first one on."""
    seconds: int = attrs.field(default=30, validator=[ge(1), le(600)])
    """How long one page may take; then it stays unread."""
    memory_megabytes: int = attrs.field(default=1_536, validator=[ge(128), le(65_536)])
    """Memory of the process that reads one page."""


@attrs.frozen
class PageReading:
    """The page reader of the programme, ready to be asked."""

    head: PageReaderHead
    settings: Any
    reader: PageReader
