"""A service centre to measure in: participants with people, points, deliveries, notes, work and a long audit.

Everything is written in bulk rows. Names, streets and towns come from short lists and numbers, so that common and rare
beginnings of words, frequent and rare filters are there at every size. One account, `HOT`, has 10,000 entries.
"""

from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any

from treuwerk.domain.ids import row_ids
from treuwerk.domain.ledger import bucket_of
from treuwerk.domain.participants import CUSTOMER_NUMBER
from treuwerk.store.bulk import insert_rows
from treuwerk.store.database import Database
from treuwerk.store.search import index_accounts
from treuwerk.store.tables import (
    account,
    address,
    app_user,
    audit_entry,
    balance,
    identifier,
    journal,
    membership,
    note,
    note_version,
    participant,
    person,
    posting,
    purchase_identity,
    purchase_line,
    saved_view,
    user_role,
    work_item,
)

SECOND, DAY = 1_000_000, 86_400_000_000
ACCOUNTS_FROM, USERS_FROM = 2**62, 2**61
HOT, HOT_ENTRIES = ACCOUNTS_FROM, 10_000
CLERKS, ENTRIES_EACH, DELIVERIES_EACH = 40, 5, 3
SELLER = "Sonnenlicht AG"
_AT_ONCE = 10_000
_NAMES = ("Müller", "Meier", "Maier", "Schmidt", "Bauer", "Weiß", "Huber", "Öztürk", "Lefèvre", "Novák", "Yılmaz",
          "Ångström", "Mayer", "Wagner", "Fischer", "Kowalski", "Brandt", "Zimmermann", "Østergaard", "O'Neill")
_TRADES = ("Solar", "Elektro", "Dach", "Haustechnik", "Energie", "Montage", "Service")
_STREETS = ("Hauptstraße", "Bahnhofstraße", "Am Markt", "Gartenweg", "Mühlgasse", "Ringstraße", "Rue de la Gare")
_TOWNS = ("München", "Mainz", "Berlin", "Köln", "Zürich", "Graz", "Lyon", "Neustadt", "Sankt Pölten", "Kaufbeuren")
_PEOPLE = ("Anna Berg", "Mehmet Kaya", "Chloé Martin", "Jörg Weiß", "Maria Huber")
_ACTIONS = ("participant.read", "note.write", "note.change", "search.query", "participant.view_page", "points.adjust",
            "work.take", "work.done", "participant.status", "user.roles")
_VIEWS = {"Gold": "tier=gold", "Without a login": "nologin=1", "Waiting": "status=applied", "Ireland": "country=IE",
          "Much": "least=4000&sort=-balance", "M": "q=M"}


def name_of(number: int) -> str:
    """The company's name."""
    return f"{_NAMES[number % 20]} {_TRADES[number % 7]} {number:06}"


def fill(database: Database, participants: int, now: int) -> None:
    """Everything, for so many participants; the database has been migrated and belongs to its programme."""
    _write(database, participants, lambda numbers: _masters(numbers, now))
    for start in range(0, participants, _AT_ONCE):
        with database.writing() as connection:
            index_accounts(connection, range(ACCOUNTS_FROM + start,
                                             ACCOUNTS_FROM + min(start + _AT_ONCE, participants)))
    _write(database, participants, lambda numbers: _deliveries(numbers, now))
    _write(database, participants * ENTRIES_EACH, lambda numbers: _audit(numbers, participants, now))
    _write(database, max(participants // 5, 10), lambda numbers: _work(numbers, participants, now))
    _write(database, CLERKS, lambda numbers: _clerks(numbers, now))
    _write(database, HOT_ENTRIES, lambda numbers: _hot(numbers, now))
    with database.writing() as connection:
        insert_rows(connection, saved_view, [(0, "participants", name, query, place, 1)
                                             for place, (name, query) in enumerate(_VIEWS.items(), 1)])
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE" if database.is_sqlite else "VACUUM ANALYZE")


_Rows = dict[Any, list[tuple[object, ...]]]


def _write(database: Database, count: int, rows: Callable[[Iterable[int]], _Rows]) -> None:
    for start in range(0, count, _AT_ONCE):
        with database.writing() as connection:
            for table, values in rows(range(start, min(start + _AT_ONCE, count))).items():
                insert_rows(connection, table, values)


def _masters(numbers: Iterable[int], now: int) -> _Rows:
    found: _Rows = {table: [] for table in (account, participant, person, identifier, balance, membership, app_user,
                                            address)}
    for number in numbers:
        owner, joined = ACCOUNTS_FROM + number, now - (number * 7_919 % 2_000) * DAY
        country = "IE" if number % 1_000 == 7 else "FR" if number % 10 == 6 else "DE"
        status = "applied" if number % 500 == 3 else "blocked" if number % 97 == 0 else "active"
        street, town = f"{_STREETS[number % 7]} {number % 211}", f"{_TOWNS[number % 10]}"
        postcode, mail = f"{10_000 + number * 31 % 89_999}", f"info@firma-{number}.example"
        found[account].append((owner, bucket_of(owner), joined))
        found[participant].append((owner, name_of(number), "partner", status, country, "de", mail, street, postcode,
                                   town, "{}", 1, joined, "", ""))
        found[identifier].append((CUSTOMER_NUMBER, str(200_000 + number), owner, str(200_000 + number)))
        for place, who in enumerate((_PEOPLE[number % 5], f"{_PEOPLE[number % 3]} {number}"), 1):
            found[person].append((owner, place, who.casefold(), who, f"p{place}.{number}@firma.example", "de"))
        points = number * 7_907 % 5_000
        found[balance] += [(owner, unit, posted, 0, 0, 0, None, 1)
                           for unit, posted in (("bonus", points), ("status", points * 2 // 3))]
        found[address].append((owner, 1, "", name_of(number), street, postcode, town, country, True, joined, 1,
                               0, 0))
        if number % 5 < 3:
            user = USERS_FROM + CLERKS + number
            found[app_user].append((user, "", mail, "de", "active", joined, joined, 1))
            found[membership].append((owner, 1, user, "manager", joined))
    return found


def _deliveries(numbers: Iterable[int], now: int) -> _Rows:
    lines, claims = list[tuple[object, ...]](), list[tuple[object, ...]]()
    for number in numbers:
        owner = ACCOUNTS_FROM + number
        for place, line in enumerate(islice(row_ids(now - 90 * DAY), DELIVERIES_EACH)):
            document = f"LS-{number * DELIVERIES_EACH + place:07}"
            lines.append(_line(owner, line, document, f"PO-{number}" if place == 0 else ""))
            claims.append((f"purchase|{SELLER}|delivery|{document}|10|2026", "", owner, line))
    return {purchase_line: lines, purchase_identity: claims}


def _line(owner: int, line: int, document: str, order: str = "") -> tuple[object, ...]:
    return (owner, line, 1, 1, "deliveries", SELLER, document, "10", "2026-05-05", "M400", 2, "2", "PCE", None, "EUR",
            order, "{}", "", "")


def _audit(numbers: Iterable[int], participants: int, now: int) -> _Rows:
    rows = list[tuple[object, ...]]()
    for number in numbers:
        at = now - (participants * ENTRIES_EACH - number) * 20 * SECOND
        owner = ACCOUNTS_FROM + number * 7_919 % participants
        clerk = USERS_FROM + number * 31 % CLERKS
        rows.append((next(row_ids(at)), at, clerk, f"Clerk {clerk - USERS_FROM}", _ACTIONS[number * 17 % 10], owner,
                     f"note_{number}" if number % 10 == 1 else "", "", '{"status":"open"}', "", "s", "r"))
    return {audit_entry: rows}


def _work(numbers: Iterable[int], participants: int, now: int) -> _Rows:
    """Half of it done; of the open ones every third is somebody's, every fourth has no day."""
    rows = list[tuple[object, ...]]()
    for number in numbers:
        owner, at = ACCOUNTS_FROM + number * 13 % participants, now - number * SECOND
        due = "" if number % 4 == 0 else f"2026-{number % 12 + 1:02}-{number % 28 + 1:02}"
        rows.append((next(row_ids(at)) + number, "note" if number % 3 else "clearing_run", f"work-{number}", owner,
                     f"Asks for LS-{number}", due, "open" if number % 2 else "done",
                     USERS_FROM + number % CLERKS if number % 3 == 0 else 0, now + DAY if number % 20 == 1 else 0, 0, 0,
                     at, 0, 1))
    return {work_item: rows}


def _clerks(numbers: Iterable[int], now: int) -> _Rows:
    users = [USERS_FROM + number for number in numbers]
    return {app_user: [(user, f"Clerk {user - USERS_FROM}", "", "de", "active", now, now, 1) for user in users],
            user_role: [(user, "agent", "hand", "benchmark", now) for user in users]}


def _hot(numbers: Iterable[int], now: int) -> _Rows:
    """Half are purchases that earned points; the others are notes, purchases without points, changes and readings."""
    found: _Rows = {table: [] for table in (journal, posting, purchase_line, note, note_version, audit_entry)}
    for number in numbers:
        at = now - (HOT_ENTRIES - number) * 3_600 * SECOND
        row = next(row_ids(at))
        if number % 2 == 0:
            found[journal].append((HOT, row, "accrual", f"hot|{row}", "2026-05-05", at, "system", "benchmark", "", "[]",
                                   None))
            found[posting] += [(HOT, row, 1, "participant", "bonus", 10, at, None, None),
                               (HOT, row, 2, "issuance", "bonus", -10, None, None, None)]
        if number % 2 == 0 or number % 10 == 1:
            found[purchase_line].append(_line(HOT, row, f"H-{number}"))
        elif number % 10 == 3:
            state = ("call_in", f"Asks for H-{number}", "done", "", 0, "", False)
            found[note].append((HOT, row, *state, USERS_FROM, at, at, 1))
            found[note_version].append((HOT, row, 1, *state, USERS_FROM, at))
        else:
            action = "participant.status" if number % 100 == 5 else "participant.read"
            found[audit_entry].append((row, at, USERS_FROM, "Clerk 0", action, HOT, "", "", "", "", "s", "r"))
    return found

