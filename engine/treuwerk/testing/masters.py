"""The article master of a programme folder, read as ``treuwerk import articles`` reads it, without a database."""

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

from treuwerk.domain.participants import identifier
from treuwerk.domain.purchases import Article
from treuwerk.domain.tabular import BadLine, UnreadableFile
from treuwerk.programme.errors import Mistake, ProgrammeError
from treuwerk.services.clearing.importing import article_values
from treuwerk.services.master_files import BadRow, NamedRow, named_rows

MASTER = "master/articles.csv"
_REQUIRED = ("article_number", "name", "kind")


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


def _read(row: NamedRow | BadLine) -> dict[str, Article]:
    if isinstance(row, BadLine):
        raise BadRow(row.code, row.reason)
    number, values = article_values(row)
    attributes = {name: Decimal(value) for name, value in values["attributes"].items() if value}
    article = Article(values["written_as"], values["kind"], values["name"], values.get("gtin", ""), attributes)
    names = {number, *values.get("aliases", ())} | ({identifier(article.gtin)} if article.gtin else set())
    return dict.fromkeys(names, article)
