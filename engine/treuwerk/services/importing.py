"""Master data by file: participants and articles, upserted by their key. Bad rows are named, good ones kept."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection

from treuwerk.domain.participants import CUSTOMER_NUMBER, ParticipantStatus, identifier
from treuwerk.domain.reading import Unreadable, decimal_number, plain_number
from treuwerk.domain.tabular import BadLine
from treuwerk.programme.languages import fallbacks
from treuwerk.programme.settings import Settings
from treuwerk.services.installation import Installation
from treuwerk.services.master_files import BadRow, ImportReceipt, NamedRow, Told, named_rows, short, tell_nobody
from treuwerk.store import master
from treuwerk.store.retrying import retrying

PARTICIPANT_COLUMNS = ("customer_number", "name", "group", "country", "locale", "email", "street", "postcode", "city",
                       "identifiers", "status")
ADDRESS = ("country", "email", "street", "postcode", "city")
ARTICLE_COLUMNS = ("article_number", "name", "kind", "gtin", "aliases")
_AT_ONCE = 1_000
T = TypeVar("T")
Parse = Callable[[NamedRow], tuple[str, dict[str, Any]]]


def import_participants(installation: Installation, path: Path, now: int, dry_run: bool = False,
                        told: Told = tell_nobody) -> ImportReceipt:
    """Create or change companies by ``customer_number``; each gets an account of its own."""
    settings = installation.programme.settings
    return _import(installation, path, ("customer_number", "name", "group"),
                   lambda row: _participant(row, settings), master.save_participants, now, dry_run, told)


def import_articles(installation: Installation, path: Path, now: int, dry_run: bool = False,
                    told: Told = tell_nobody) -> ImportReceipt:
    """Create or change articles by ``article_number``."""
    return _import(installation, path, ("article_number", "name", "kind"), article_values, master.save_articles, now,
                   dry_run, told)


def _import(installation: Installation, path: Path, required: tuple[str, ...], parse: Parse,
            save: Callable[[Connection, Mapping[str, dict[str, Any]], int], master.Saved], now: int,
            dry_run: bool, told: Told) -> ImportReceipt:
    receipt, seen = ImportReceipt(path.name, dry_run=dry_run), dict[str, int]()
    lines = named_rows(path, required, told)
    while chunk := list(islice(lines, _AT_ONCE)):
        parsed = dict(_parsed(chunk, parse, receipt, seen))
        saved = retrying(partial(_save, installation, save, parsed, now, dry_run))
        receipt.created, receipt.changed = receipt.created + saved.created, receipt.changed + saved.changed
        receipt.unchanged += saved.unchanged
        for key, reason in saved.refused.items():
            receipt.reject(seen[key], "taken", reason)
    receipt.problems.sort(key=lambda problem: problem["line"])
    return receipt


def _save(installation: Installation, save: Callable[..., master.Saved], parsed: Mapping[str, Any], now: int,
          dry_run: bool) -> master.Saved:
    with installation.database.writing() as connection:
        saved: master.Saved = save(connection, parsed, now)
        if dry_run:
            connection.rollback()
    return saved


def _parsed(lines: Iterable[NamedRow | BadLine], parse: Parse, receipt: ImportReceipt,
            seen: dict[str, int]) -> Iterator[tuple[str, dict[str, Any]]]:
    for line in lines:
        if isinstance(line, BadLine):
            receipt.reject(line.at, line.code, line.reason)
            continue
        try:
            key, values = parse(line)
            if key in seen:
                raise BadRow("twice", f"{key} stands in line {seen[key]} already; expected each key once")
        except BadRow as error:
            receipt.reject(line.at, error.code, str(error))
        else:
            seen[key] = line.at
            yield key, values


def _spoken(locales: Sequence[str]) -> list[str]:
    """What a file may name: the languages of the programme, and those that they stand on: de for de_Informal."""
    return list(dict.fromkeys(code for locale in locales for code in fallbacks(locale)))


def _participant(row: NamedRow, settings: Settings) -> tuple[str, dict[str, Any]]:
    """What the file says of a company; of columns that it does not have it says nothing."""
    number, locales = row.key("customer_number"), settings.programme.locales
    values: dict[str, Any] = {"name": row.need("name"), "group": _one_of(row, "group", settings.groups)}
    values |= {name: row.cells[name] for name in ADDRESS if name in row.cells}
    for column, known in (("status", [status.value for status in ParticipantStatus]), ("locale", _spoken(locales))):
        if row.cells.get(column):
            values[column] = _one_of(row, column, known)
    values["if_new"] = dict.fromkeys(ADDRESS, "") | {"status": ParticipantStatus.ACTIVE.value, "locale": locales[0]}
    values["attributes"] = row.extra(PARTICIPANT_COLUMNS)
    values["identifiers"] = {(CUSTOMER_NUMBER, identifier(number)): number, **dict(_identifiers(row))}
    return identifier(number), values


def _identifiers(row: NamedRow) -> Iterator[tuple[tuple[str, str], str]]:
    for text in filter(None, row.cells.get("identifiers", "").split("|")):
        scheme, colon, value = text.strip().partition(":")
        if not colon or not scheme or not value:
            raise BadRow("bad_identifier", f"column identifiers: found {text!r}, expected scheme:value separated by |")
        yield (short("identifiers", scheme.lower()), identifier(short("identifiers", value))), value


def article_values(row: NamedRow) -> tuple[str, dict[str, Any]]:
    """Number as it is compared, and the columns of an article, from a row of its master file.

    Raises:
        BadRow: a cell that is empty or cannot be read.
    """
    number = row.key("article_number")
    gtin = row.cells.get("gtin", "")
    if gtin and not (gtin.isascii() and gtin.isdigit() and len(gtin) in (8, 12, 13, 14)):
        raise BadRow("bad_gtin", f"column gtin: found {gtin!r}, expected 8, 12, 13 or 14 digits; "
                     "a spreadsheet may have turned it into a number: format the column as text")
    values: dict[str, Any] = {"written_as": number, "name": row.need("name"), "kind": row.need("kind")}
    if "gtin" in row.cells:
        values["gtin"] = gtin
    if "aliases" in row.cells:
        values["aliases"] = sorted({identifier(short("aliases", alias)) for alias in row.cells["aliases"].split("|")
                                    if alias.strip()})
    values["attributes"] = {name: value and _attribute(name, value)
                            for name, value in row.extra(ARTICLE_COLUMNS).items()}
    return identifier(number), values | {"if_new": {"gtin": ""}}


def _attribute(name: str, value: str) -> str:
    try:
        return plain_number(decimal_number(value.replace(",", ".")))
    except Unreadable as error:
        raise BadRow("bad_attribute", f"column {name}: {error}") from None


def _one_of(row: NamedRow, column: str, known: Iterable[str]) -> str:
    value = row.need(column)
    if value not in known:
        raise BadRow("unknown_value", f"column {column}: found {value!r}, expected one of {', '.join(known)}")
    return value
