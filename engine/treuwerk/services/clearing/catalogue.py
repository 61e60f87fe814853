"""Catalogues of suppliers as a source of articles: what they know is added, what the master says is never lost.

An article that the programme knows gets a GTIN that it lacks, and prices where the programme asks for them. One that it
does not know is taken in only where its group of products has a kind: a catalogue holds a million articles, a programme
counts some hundred of them.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import attrs

from treuwerk.domain.documents import Document, DocumentKind, DocumentLine, Fault
from treuwerk.domain.participants import identifier
from treuwerk.domain.purchases import Article
from treuwerk.domain.reading import plain_number
from treuwerk.domain.tabular import UnreadableFile
from treuwerk.programme.settings import Catalogue, Source
from treuwerk.services.clearing.importing import article_values, import_articles, save_rows
from treuwerk.services.clearing.intake import documents_of, opened
from treuwerk.services.clearing.readers import describing
from treuwerk.services.installation import Installation
from treuwerk.services.master_files import BadRow, ImportReceipt, NamedRow, Told, tell_nobody
from treuwerk.store import master
from treuwerk.store.parties import all_articles
from treuwerk.store.retrying import retrying

_AT_ONCE = 1_000
_HEAD_BYTES = 1 << 16
_TELL_EVERY = 1_000


@attrs.define
class CatalogueReceipt(ImportReceipt):
    """As for other imports; `passed_over` are articles that the programme neither knows nor asks for."""

    passed_over: int = 0


def import_article_file(installation: Installation, path: Path, now: int, dry_run: bool = False,
                        told: Told = tell_nobody) -> ImportReceipt:
    """Import articles from the programme's own table, or from a catalogue that is recognised by its content."""
    source = _catalogue_source(installation, path)
    if source is None:
        return import_articles(installation, path, now, dry_run, told)
    return import_catalogue(installation, source, path, now, dry_run, told)


def _catalogue_source(installation: Installation, path: Path) -> Source | None:
    """Who recognises the file by its content: a source of the programme first. Tables have no such reader."""
    kinds = installation.programme.registry.clearing_sources()
    own = [source for source in installation.programme.settings.sources if kinds[source.head.reader].describes_itself]
    with opened(path) as stream:
        head = stream.read(_HEAD_BYTES)
    return next((source for source in (*own, *describing()[0]) if source.source.recognises(path.name, head)), None)


def import_catalogue(installation: Installation, source: Source, path: Path, now: int, dry_run: bool = False,
                     told: Told = tell_nobody) -> CatalogueReceipt:
    """Take what a catalogue knows of articles into the master.

    Raises:
        UnreadableFile: the file holds something else.
    """
    receipt = CatalogueReceipt(path.name, dry_run=dry_run)
    with installation.database.reading() as connection:
        rows = _Rows(all_articles(connection), installation.programme.settings.catalogue, receipt, told)
    with opened(path) as stream:
        found = rows.of(documents_of(source, stream))
        while chunk := list(islice(found, _AT_ONCE)):
            merged = dict[str, dict[str, Any]]()
            for key, values in chunk:
                merged[key] = _merged(merged.get(key), values)
            saved = retrying(partial(save_rows, installation, master.save_articles, merged, now, dry_run))
            receipt.created, receipt.changed = receipt.created + saved.created, receipt.changed + saved.changed
            receipt.unchanged += saved.unchanged
    receipt.problems.sort(key=lambda problem: problem["line"])
    return receipt


def _merged(before: dict[str, Any] | None, values: dict[str, Any]) -> dict[str, Any]:
    """What two records of one article say together; the later one goes before the earlier one."""
    if before is None:
        return values
    return before | values | {"attributes": before["attributes"] | values["attributes"],
                              "if_new": before["if_new"] | values["if_new"]}


class _Rows:
    """What records of a catalogue say of articles, as rows to be saved."""

    def __init__(self, known: Mapping[str, Article], wanted: Catalogue, receipt: CatalogueReceipt, told: Told) -> None:
        self._known, self._wanted, self._receipt, self._told = dict(known), wanted, receipt, told
        self._made = dict[str, dict[str, Any]]()  # of this file: a dry run forgets them after each batch
        self._bases = dict[str, Decimal]()

    def of(self, documents: Iterator[Document]) -> Iterator[tuple[str, dict[str, Any]]]:
        """Key and values of each article that is known or taken in."""
        done = 0
        for document in documents:
            _check_kind(document)
            self._reject(document.faults)
            for line in document.lines:
                done += 1
                if done % _TELL_EVERY == 0:
                    self._told(done, 0)
                if line.article_seller:  # groups of products and of discounts have none
                    yield from self._row(line)

    def _reject(self, faults: tuple[Fault, ...]) -> None:
        for fault in faults:
            if fault.severity == "error":
                self._receipt.reject(fault.line or 0, fault.code, fault.text)

    def _row(self, line: DocumentLine) -> Iterator[tuple[str, dict[str, Any]]]:
        known = self._known.get(identifier(line.article_seller)) or (self._known.get(identifier(line.gtin))
                                                                     if line.gtin else None)
        mark, kind = line.features.get("mark", ""), self._kind(line)
        if known is None and (not kind or not line.name or mark in ("delete", "renumber")):
            self._receipt.passed_over += 1
            return
        try:
            yield self._fresh(line, kind) if known is None else self._more(line, known, mark)
        except BadRow as error:
            self._receipt.reject(line.at, error.code, str(error))

    def _kind(self, line: DocumentLine) -> str:
        """What an article of this group becomes; the finer group goes first."""
        group, sub = line.features.get("product_group", ""), line.features.get("sub_group", "")
        kinds = self._wanted.kinds
        return kinds.get(f"{group}/{sub}", "") or kinds.get(group, "")

    def _fresh(self, line: DocumentLine, kind: str) -> tuple[str, dict[str, Any]]:
        cells = {"article_number": line.article_seller, "name": line.name, "kind": kind, "gtin": line.gtin}
        key, values = article_values(NamedRow(line.at, cells))
        values["attributes"] = self._prices(line, key, None)
        self._known[key] = Article(line.article_seller, kind, line.name, line.gtin)
        self._made[key] = values
        return key, values

    def _more(self, line: DocumentLine, known: Article, mark: str) -> tuple[str, dict[str, Any]]:
        if mark == "delete":
            raise BadRow("deleted", f"the catalogue deletes article {known.number}; it stays in the master, decide "
                         "by hand")
        if mark == "renumber":
            raise BadRow("renumbered", f"the catalogue gives article {known.number} another number; add it to its "
                         "aliases")
        key = identifier(known.number)
        values: dict[str, Any] = {"if_new": {}, "attributes": self._prices(line, key, known)}
        if self._wanted.rename and line.name:
            values["name"] = line.name
        if line.gtin and not known.gtin:
            values["gtin"] = line.gtin
        elif line.gtin and identifier(line.gtin) != identifier(known.gtin):
            self._receipt.reject(line.at, "gtin_differs", f"found GTIN {line.gtin} for article {known.number}, "
                                 f"expected {known.gtin} as in the master; the master keeps it, correct whichever is "
                                 "wrong")
        return key, _merged(self._made.get(key), values)

    def _prices(self, line: DocumentLine, key: str, known: Article | None) -> dict[str, str]:
        """The price of one unit, under the name that the programme gives it."""
        wanted, price_kind = self._wanted, line.features.get("price_kind", "")
        name = {"gross": wanted.gross_price, "net": wanted.net_price}.get(price_kind, "")
        found = dict[str, str]()
        if wanted.price_base and line.unit:
            found[wanted.price_base] = plain_number(line.qty)
            self._bases[key] = line.qty
        if not name or line.amount is None:
            return found
        if line.unit_price is not None:
            return found | {name: plain_number(line.unit_price)}
        base = self._bases.get(key) or (known.attributes.get(wanted.price_base) if known else None)
        if base is None:
            raise BadRow("price_base_missing", f"found a price of {line.article_seller} for as many units as the "
                         "article says, expected to know how many; name an attribute under price_base of [catalogue], "
                         "and import the catalogue of the articles first")
        return {name: plain_number(line.amount / base)}


def _check_kind(document: Document) -> None:
    if document.kind is not DocumentKind.ARTICLES:
        raise UnreadableFile(f"found a document of kind {document.kind}, expected a catalogue or a table of articles; "
                             "purchases are cleared with treuwerk clear")
