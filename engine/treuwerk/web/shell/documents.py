"""Documents as PDF, by Typst: tagged for assistive technology, with our own typeface. Needs the extra ``pdf``."""

import json
from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from treuwerk.web.shell.assets import VENDOR, WEB

FOLDER = WEB / "documents"


@cache
def can_be_made() -> bool:
    """Whether what makes PDFs is installed."""
    return find_spec("typst") is not None


def pdf(template: str, values: Mapping[str, Any], folder: Path = FOLDER) -> bytes:
    """A document as PDF/UA-1. The template reads `values` as JSON from its input ``values``, never as markup."""
    import typst

    content: bytes = typst.compile(str(folder / template), font_paths=[str(VENDOR / "inter")], ignore_system_fonts=True,
                                   sys_inputs={"values": json.dumps(values)}, pdf_standards=["ua-1"])
    return content
