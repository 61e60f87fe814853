"""``treuwerk read``."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from treuwerk.cli.context import IN_PART, Context, print_json, print_table, treuwerk_command
from treuwerk.domain.document_kinds import NEXT_STEPS
from treuwerk.domain.documents import Document, DocumentLine
from treuwerk.domain.reading import plain_number
from treuwerk.programme.reading import FILE
from treuwerk.services.clearing.intake import opened
from treuwerk.services.clearing.readers import Readers, readers_of
from treuwerk.services.clearing.showing import document_as_json

_NO_FOLDER = Path()


@treuwerk_command("read")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--source", help="Name of the source or of a kind of reader; else the one that recognises the file.")
@click.option("--json-lines", is_flag=True, help="Print one document as JSON in each line, for files of any size.")
def command(context: Context, as_json: bool, files: tuple[Path, ...], source: str | None, json_lines: bool) -> int:
    """Show files as the sources read them; nothing is stored and no database is needed.

    Beside the sources of the programme, all installed readers are asked whose files describe themselves. They are also
    there without any programme: where the current folder has none and none is named.
    """
    readers = readers_of(_programme(context))
    documents = _documents(readers, files, source)
    if json_lines:
        return IN_PART if sum(map(_printed, documents)) else 0
    read = list(documents)
    notes = [*_notes(read)]
    if as_json:
        print_json({"documents": [document_as_json(document) for document in read], "notes": notes})
    else:
        _print(read)
        for note in notes:
            click.echo(note, err=True)
    return IN_PART if any(map(_is_faulty, read)) else 0


def _documents(readers: Readers, files: Sequence[Path], source: str | None) -> Iterator[Document]:
    for file in files:
        with opened(file) as stream:
            yield from readers.source(source, file.name, stream).source.read(stream)


def _printed(document: Document) -> bool:
    """Print a document as one line; returns whether it has faults."""
    click.echo(json.dumps(document_as_json(document), ensure_ascii=False))
    return _is_faulty(document)


def _is_faulty(document: Document) -> bool:
    return any(fault.severity == "error" for fault in document.faults)


def _programme(context: Context) -> Path | None:
    """The folder of the programme; None where nobody named one and there is none."""
    return None if context.programme == _NO_FOLDER and not (_NO_FOLDER / FILE).exists() else context.folder


def _notes(documents: Sequence[Document]) -> list[str]:
    """What somebody should know of documents that cannot earn: each kind once."""
    numbers: dict[Any, list[str]] = {}
    for document in documents:
        if document.kind in NEXT_STEPS:
            numbers.setdefault(document.kind, []).append(document.number)
    return [f"{kind} {', '.join(filter(None, found[:5]))}{' …' if len(found) > 5 else ''}: earns no points: "
            f"{NEXT_STEPS[kind]}" for kind, found in numbers.items()]


def _print(documents: Sequence[Document]) -> None:
    rows = [_row(document, line) for document in documents for line in document.lines or (None,)]
    print_table(["document", "kind", "date", "buyer", "line", "article", "quantity", "unit", "features"], rows)
    for document in documents:
        for fault in document.faults:
            warning = "warning: " if fault.severity == "warning" else ""
            place = f"line {fault.line}" if fault.line is not None else f"document {document.number}"
            click.echo(f"{place}: {warning}{fault.text}", err=True)


def _row(document: Document, line: DocumentLine | None) -> list[Any]:
    head = [document.number, document.kind, document.event_date, " ".join(value for _, value in document.buyer.ids)]
    if line is None:
        return [*head, "", "", "", "", ""]
    return [*head, line.id, line.article_seller or line.gtin, plain_number(line.qty), line.unit,
            " ".join(f"{key}={value}" for key, value in line.features.items())]
