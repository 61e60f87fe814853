"""Master data by file: participants and articles, upserted by their key. Bad rows are named, good ones kept."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection

from treuwerk.domain.ledger import moment
from treuwerk.domain.participants import CUSTOMER_NUMBER, ParticipantStatus, identifier
from treuwerk.domain.phones import PHONES, is_phone
from treuwerk.domain.reading import Unreadable, calendar_date, decimal_number, plain_number
from treuwerk.domain.tabular import BadLine
from treuwerk.programme.languages import fallbacks
from treuwerk.programme.settings import Settings
from treuwerk.services.clearing.sellers import SELLER_COLUMNS, seller_values
from treuwerk.services.installation import Installation
from treuwerk.services.master_files import BadRow, ImportReceipt, NamedRow, Told, named_rows, short, tell_nobody
from treuwerk.store import master
from treuwerk.store.retrying import retrying
from treuwerk.store.sellers import save_sellers
from treuwerk.store.serials import normalised, save_issued

PARTICIPANT_COLUMNS = ("customer_number", "name", "group", "country", "locale", "email", "street", "postcode", "city",
                       "identifiers", "status", "joined_on", "left_on")
ADDRESS = ("country", "email", "street", "postcode", "city")
ARTICLE_COLUMNS = ("article_number", "name", "kind", "gtin", "aliases")
SERIAL_COLUMNS = ("serial_number", "article_number")
_AT_ONCE = 1_000
T = TypeVar("T")
Parse = Callable[[NamedRow], tuple[str, dict[str, Any]]]


def import_participants(installation: Installation, path: Path, now: int, dry_run: bool = False,
                        told: Told = tell_nobody) -> ImportReceipt:
    """Create or change companies by ``customer_number``; each gets an account of its own."""
    settings = installation.programme.settings
    today = moment(now).astimezone(settings.programme.time_zone).date().isoformat()
    return _import(installation, path, ("customer_number", "name", "group"),
                   lambda row: _participant(row, settings, today), master.save_participants, now, dry_run, told)


def import_articles(installation: Installation, path: Path, now: int, dry_run: bool = False,
                    told: Told = tell_nobody) -> ImportReceipt:
    """Create or change articles by ``article_number``."""
    return _import(installation, path, ("article_number", "name", "kind"), article_values, master.save_articles, now,
                   dry_run, told)


def import_sellers(installation: Installation, path: Path, now: int, dry_run: bool = False,
                   told: Told = tell_nobody) -> ImportReceipt:
    """Create or change sellers by ``code``; aliases are added to those that are there."""
    return _import(installation, path, SELLER_COLUMNS[:2], seller_values, save_sellers, now, dry_run, told)


def import_serials(installation: Installation, path: Path, now: int, dry_run: bool = False,
                   told: Told = tell_nobody) -> ImportReceipt:
    """Note serial numbers that a maker issued, by ``serial_number`` and ``article_number``; what is known stays."""
    return _import(installation, path, SERIAL_COLUMNS, _issued_serial, save_issued, now, dry_run, told)


def _issued_serial(row: NamedRow) -> tuple[str, dict[str, Any]]:
    serial, number = normalised(row.key("serial_number")), identifier(row.key("article_number"))
    if not serial:
        raise BadRow("empty_cell", "column serial_number: found no letter and no digit, expected a serial number")
    return f"{serial} of {number}", {"serial": serial, "article": number}


def _import(installation: Installation, path: Path, required: tuple[str, ...], parse: Parse,
            save: Callable[[Connection, Mapping[str, dict[str, Any]], int], master.Saved], now: int,
            dry_run: bool, told: Told) -> ImportReceipt:
    receipt, seen = ImportReceipt(path.name, dry_run=dry_run), dict[str, int]()
    lines = named_rows(path, required, told)
    while chunk := list(islice(lines, _AT_ONCE)):
        parsed = dict(_parsed(chunk, parse, receipt, seen))
        saved = retrying(partial(save_rows, installation, save, parsed, now, dry_run))
        receipt.created, receipt.changed = receipt.created + saved.created, receipt.changed + saved.changed
        receipt.unchanged += saved.unchanged
        for key, reason in saved.refused.items():
            receipt.reject(seen[key], "taken", reason)
    receipt.problems.sort(key=lambda problem: problem["line"])
    return receipt


def save_rows(installation: Installation, save: Callable[..., master.Saved], parsed: Mapping[str, Any], now: int,
              dry_run: bool) -> master.Saved:
    """Save some rows in one transaction; with `dry_run` it only tells what would become of them."""
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


def _participant(row: NamedRow, settings: Settings, today: str) -> tuple[str, dict[str, Any]]:
    """What the file says of a company; of columns that it does not have it says nothing."""
    number, locales = row.key("customer_number"), settings.programme.locales
    values: dict[str, Any] = {"name": row.need("name"), "group": _one_of(row, "group", settings.groups)}
    values |= {name: row.cells[name] for name in ADDRESS if name in row.cells}
    for column, known in (("status", [status.value for status in ParticipantStatus]), ("locale", _spoken(locales))):
        if row.cells.get(column):
            values[column] = _one_of(row, column, known)
    for column in ("joined_on", "left_on"):
        if column in row.cells:
            values[column] = _day(row, column)
    values["if_new"] = dict.fromkeys(ADDRESS, "") | {
        "status": ParticipantStatus.ACTIVE.value, "locale": locales[0], "joined_on": today, "left_on": ""}
    values["today"], values["may_share"] = today, settings.clearing.shared_identifiers
    values["attributes"] = row.extra(PARTICIPANT_COLUMNS)
    for name in PHONES:
        if (phone := values["attributes"].get(name)) and not is_phone(phone):
            raise BadRow("bad_phone", f"column {name}: found {phone!r}, expected a number such as +49 228 123456; a "
                         "spreadsheet may have changed it: format the column as text")
    values["identifiers"] = {(CUSTOMER_NUMBER, identifier(number)): number, **dict(_identifiers(row))}
    return identifier(number), values


def _day(row: NamedRow, column: str) -> str:
    try:
        return calendar_date(row.cells[column]).isoformat() if row.cells[column] else ""
    except Unreadable as error:
        raise BadRow("bad_day", f"column {column}: {error}") from None


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
