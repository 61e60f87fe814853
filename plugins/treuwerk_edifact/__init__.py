"""EDIFACT: despatch advices, invoices, sales reports and receipt advices, by a tokenizer of our own."""

from collections.abc import Sequence
from typing import Any

from treuwerk.hookspecs import ClearingSourceKind, hookimpl
from treuwerk_edifact.reader import EdifactReader
from treuwerk_edifact.settings import EdifactSettings


@hookimpl
def clearing_sources() -> Sequence[ClearingSourceKind[Any]]:
    """Offers ``edifact``, whose files say by themselves what they hold."""
    return [ClearingSourceKind("edifact", EdifactSettings, EdifactReader, describes_itself=True)]
