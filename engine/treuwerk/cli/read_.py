"""``treuwerk read``."""

from pathlib import Path
from typing import Any

import click

from treuwerk.cli.context import IN_PART, Context, print_json, print_table, treuwerk_command
from treuwerk.domain.documents import Document
from treuwerk.domain.reading import plain_number
from treuwerk.programme.reading import read_programme
from treuwerk.services.intake import source_for
from treuwerk.services.showing import document_as_json


@treuwerk_command("read")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--source", help="Name of the source; else the one that recognises the file.")
def command(context: Context, as_json: bool, files: tuple[Path, ...], source: str | None) -> int:
    """Show files as the sources read them; nothing is stored and no database is needed."""
    sources = read_programme(context.folder).settings.sources
    documents: list[Document] = []
    for file in files:
        with file.open("rb") as stream:
            documents += source_for(sources, source, file.name, stream).source.read(stream)
    if as_json:
        print_json({"documents": [document_as_json(document) for document in documents]})
    else:
        _print(documents)
    return IN_PART if any(document.faults for document in documents) else 0


def _print(documents: list[Document]) -> None:
    rows: list[list[Any]] = [
        [document.number, document.event_date, " ".join(value for _, value in document.buyer.ids), line.id,
         line.article_seller, plain_number(line.qty), line.unit, " ".join(f"{k}={v}" for k, v in line.features.items())]
        for document in documents for line in document.lines]
    print_table(["document", "date", "buyer", "line", "article", "quantity", "unit", "features"], rows)
    for document in documents:
        for fault in document.faults:
            click.echo(f"line {fault.line}: {fault.text}", err=True)
