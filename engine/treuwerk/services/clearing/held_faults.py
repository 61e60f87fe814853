"""Everything that is wrong with a held file: read anew from the file itself, since millions of faults fit nowhere."""

from collections.abc import Iterator
from pathlib import Path

from treuwerk.domain.reading import storable
from treuwerk.domain.refusals import Refusal
from treuwerk.services.clearing.file_verdicts import faults_of
from treuwerk.services.clearing.held_files import HeldFile
from treuwerk.services.clearing.intake import fingerprint
from treuwerk.services.clearing.shelf import shelf_of
from treuwerk.services.installation import Installation

FAULT_COLUMNS = ("line", "document", "severity", "code", "reason", "as_it_came")
FaultRow = tuple[int | str, str, str, str, str, str]
"""One fault by `FAULT_COLUMNS`; a fault of a whole document has no line."""


def all_faults(installation: Installation, held: HeldFile, file: Path | None = None) -> Iterator[FaultRow]:
    """The faults of a held file in their order, in flat memory; `file` is where it lies, if it was not kept.

    Raises:
        Refusal: `not_kept`: the file is not there; `other_file`: it is another one; `unknown_source`.
    """
    path = file or _path(installation, held)
    sources = {one.head.name: one for one in installation.programme.settings.sources}
    if held.source not in sources:
        raise Refusal("unknown_source", f"found no source {held.source!r} in the programme any more")
    if file is not None:
        with file.open("rb") as stream:
            if fingerprint(stream) != held.sha256:
                raise Refusal("other_file", f"found another content in {file.name}, expected that of {held.name}")
    return (
        (fault.line if fault.line is not None else "", storable(fault.document), fault.severity, fault.code,
         storable(fault.text), storable(fault.raw)) for fault in faults_of(sources[held.source], path))


def _path(installation: Installation, held: HeldFile) -> Path:
    path = shelf_of(installation.database).path(held.sha256) if held.kept else None
    if path is None or not path.is_file():
        raise Refusal("not_kept", f"found no copy of {held.name} here; name the file with --file")
    return path
