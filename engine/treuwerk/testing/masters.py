"""The article master of a programme folder, read as ``treuwerk import articles`` reads it, without a database."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from treuwerk.domain.participants import identifier
from treuwerk.domain.purchases import Article
from treuwerk.domain.reading import Unreadable, decimal_number
from treuwerk.domain.tabular import BadLine, UnreadableFile
from treuwerk.programme.errors import Mistake, ProgrammeError
from treuwerk.services.master_files import BadRow, NamedRow, named_rows

MASTER = "master/articles.csv"
_REQUIRED = ("article_number", "name", "kind")
_NO_ATTRIBUTES = ("article_number", "name", "kind", "gtin", "aliases")


def read_articles(folder: Path) -> Mapping[str, Article]:
    """Articles by every number and alias that they are known by; empty where the folder has no article master.

    Raises:
        ProgrammeError: with all rows that cannot be read.
    """
    if not (folder / MASTER).exists():
        return {}
    known: dict[str, Article] = {}
    found: list[Mistake] = []
    try:
        for row in named_rows(folder / MASTER, _REQUIRED):
            try:
                known.update(_read(row))
            except BadRow as error:
                found.append(Mistake(f"{MASTER}: line {row.at}", "", str(error)))
    except UnreadableFile as error:
        found.append(Mistake(MASTER, "", str(error)))
    if found:
        raise ProgrammeError(found)
    return known


def _read(row: NamedRow | BadLine) -> Iterator[tuple[str, Article]]:
    if isinstance(row, BadLine):
        raise BadRow(row.code, row.reason)
    attributes = {name: decimal_number(text.replace(",", ".")) for name, text in row.extra(_NO_ATTRIBUTES).items()}
    article = Article(row.need("article_number"), row.need("kind"), row.need("name"), row.cells.get("gtin", ""),
                      attributes)
    for name in (article.number, article.gtin, *row.cells.get("aliases", "").split("|")):
        if name.strip():
            yield identifier(name), article
