"""Uploaded files through ClamAV: its daemon is asked over a socket, and nothing is shown before it said clean."""

from collections.abc import Sequence
from typing import Any

from treuwerk.hookspecs import UploadScannerKind, hookimpl
from treuwerk_clamd.scanner import Clamd
from treuwerk_clamd.settings import ClamdSettings


@hookimpl
def upload_scanners() -> Sequence[UploadScannerKind[Any]]:
    """Offers ``clamd``."""
    return [UploadScannerKind("clamd", ClamdSettings, Clamd)]
