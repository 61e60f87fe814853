"""The service centre of a demo: its people with logins, their notes, and points that wait for a second person.

A bundle brings ``clerks.csv`` (login;name;role;locale) and ``notes.csv`` (customer_number;days_ago;author;kind;text;
status;due_in;assignee;pinned) beside its other files; both may be left out. Everything goes through the real services.
"""

import secrets
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from pathlib import Path

import attrs
from sqlalchemy import Connection

from treuwerk.domain.ledger import moment
from treuwerk.domain.notes import NoteDraft, NoteKind, NoteStatus
from treuwerk.domain.rights import Access, Audience, names_for
from treuwerk.services.changes import manual_points
from treuwerk.services.changes.adjusting import points_by_hand
from treuwerk.services.finding import account_of
from treuwerk.services.identity import users
from treuwerk.services.identity.passwords import add_login, hash_of
from treuwerk.services.installation import Installation
from treuwerk.services.master_files import NamedRow, rows_if_there
from treuwerk.services.participants import notes
from treuwerk.services.submissions import queue
from treuwerk.services.submissions.queue import View
from treuwerk.store import work

_DAY = 86_400_000_000
_KEPT_DAYS = 30
_ITEMS = 1_000
_WAITING = "adjust"
"""In place of a kind of note: points that are asked for by hand; the text is ``unit amount reason``."""


@attrs.frozen
class Clerk:
    """Somebody of the demo's service centre, with a password for whoever started it."""

    name: str
    login: str
    password: str
    user_id: int


def furnish(installation: Installation, folder: Path, now: int) -> list[Clerk]:
    """Make the people, then what they wrote, the oldest first."""
    clerks = {row.cells["login"]: _clerk(installation, row, now)
              for row in rows_if_there(folder / "clerks.csv", ("login", "name"))}
    rows = sorted(rows_if_there(folder / "notes.csv", ("customer_number", "kind", "text")),
                  key=lambda row: -int(row.cells["days_ago"]))
    for number, row in enumerate(rows):
        _work(installation, row, clerks, now, number)
    if clerks:
        _tidy(installation, next(iter(clerks.values())), now)
    return list(clerks.values())


def _tidy(installation: Installation, clerk: Clerk, now: int) -> None:
    """What could not be booked more than a month ago was looked at since."""
    access = Access(clerk.user_id, clerk.name, Audience.OFFICE, names_for(Audience.OFFICE))
    today = moment(now).date().isoformat()
    with installation.database.reading() as connection:
        items, _ = queue.work_items(access, connection, View.TEAM, now, today, kind=work.CLEARING, limit=_ITEMS)
    for item in items:
        if item.created_at < now - _KEPT_DAYS * _DAY:
            installation.database.run(partial(_looked_at, access, item.id, item.created_at + _DAY))


def _looked_at(access: Access, item_id: int, at: int, connection: Connection) -> None:
    queue.finish(access, connection, item_id, at)


def _clerk(installation: Installation, row: NamedRow, now: int) -> Clerk:
    password = "-".join(secrets.token_hex(2) for _ in range(4))
    hashed, cells = hash_of(password), row.cells

    def make(connection: Connection) -> int:
        user_id = users.add_user(connection, cells["name"], now, locale=cells.get("locale", ""))
        users.grant_role(connection, user_id, cells.get("role", "agent"), now, granted_by="demo")
        add_login(connection, user_id, cells["login"], hashed, now)
        return user_id

    return Clerk(cells["name"], cells["login"], password, installation.database.run(make))


def _work(installation: Installation, row: NamedRow, clerks: Mapping[str, Clerk], now: int, number: int) -> None:
    cells, author = row.cells, clerks[row.cells["author"]]
    # Seconds apart, so that what was written on one day keeps its order.
    at = now - int(cells["days_ago"]) * _DAY - (1_000 - number) * 1_000_000
    access = Access(author.user_id, author.name, Audience.OFFICE, names_for(Audience.OFFICE))
    with installation.database.reading() as connection:
        account_id = account_of(connection, cells["customer_number"])
    if cells["kind"] == _WAITING:
        unit, amount, reason = cells["text"].split(" ", 2)
        manual_points.ask(access, installation, points_by_hand(
            account_id, unit, int(amount), f"demo|{number}", at, reason=reason, actor=author.name))
        return
    draft = _draft(cells, clerks, now)
    installation.database.run(lambda connection: notes.write_note(access, connection, account_id, draft, at))


def _draft(cells: Mapping[str, str], clerks: Mapping[str, Clerk], now: int) -> NoteDraft:
    due = moment(now).date() + timedelta(days=int(cells["due_in"])) if cells.get("due_in") else None
    assignee = clerks[cells["assignee"]].user_id if cells.get("assignee") else 0
    return NoteDraft(NoteKind(cells["kind"]), cells["text"], NoteStatus(cells["status"] or "done"), due, assignee,
                     pinned=cells.get("pinned") == "yes")
