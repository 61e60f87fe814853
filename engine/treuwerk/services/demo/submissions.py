"""Reported purchases of a demo, from the first page to the decision, by the services that people use.

A bundle brings ``submissions.csv`` (customer_number;days_ago;outcome;seller;number;delivered_on;files;lines;scope;
reason;words) and the files that it names in ``submissions/``; both may be left out. `outcome` is a state, or
``appealed``; `lines` are ``article:quantity``, separated by ``|`` like the files.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path

from sqlalchemy import Connection

from treuwerk.domain.entries import Entered, EnteredLine
from treuwerk.domain.rights import Access, Audience, names_for
from treuwerk.services.demo.office import Clerk
from treuwerk.services.finding import account_of
from treuwerk.services.installation import Installation
from treuwerk.services.master_files import NamedRow, rows_if_there
from treuwerk.services.submissions import deciding, own_pages, own_submissions
from treuwerk.services.submissions.own_submissions import Described
from treuwerk.services.submissions.states import Submission
from treuwerk.services.submissions.storing_files import StoredFile, store_file

_DAY, _HOUR = 86_400_000_000, 3_600_000_000
_DECLINED = ("declined", "appealed")


def report(installation: Installation, folder: Path, clerks: Sequence[Clerk], now: int) -> None:
    """Make them, the oldest first."""
    rows = sorted(rows_if_there(folder / "submissions.csv", ("customer_number", "outcome", "files")),
                  key=lambda row: -int(row.cells["days_ago"]))
    for number, row in enumerate(rows):
        at = now - int(row.cells["days_ago"]) * _DAY - (len(rows) - number) * _HOUR // len(rows)
        _one(installation, folder / "submissions", row, clerks[number % len(clerks)] if clerks else None, at, now)


def _one(installation: Installation, folder: Path, row: NamedRow, clerk: Clerk | None, at: int, now: int) -> None:
    cells, outcome = row.cells, row.cells["outcome"]
    with installation.database.reading() as connection:
        account_id = account_of(connection, cells["customer_number"])
    own = Access(0, "demo", Audience.PORTAL, names_for(Audience.PORTAL), account_id)
    made = _drafted(installation, own, folder, row, at)
    if outcome == "draft":
        return
    made = installation.database.run(lambda connection: own_submissions.submit(
        own, connection, installation.programme.settings, made.public_id, made.version, at))
    if outcome == "withdrawn":
        installation.database.run(lambda connection: own_submissions.withdraw(own, connection, made.public_id, at))
    elif outcome != "received" and clerk is not None:
        office = Access(clerk.user_id, clerk.name, Audience.OFFICE, names_for(Audience.OFFICE))
        _worked_on(installation, office, made, row, min(at + 7 * _HOUR, now))
        if outcome == "appealed":
            installation.database.run(partial(_appealed, installation, own, made, min(at + _DAY, now)))


def _drafted(installation: Installation, own: Access, folder: Path, row: NamedRow, at: int) -> Submission:
    cells = row.cells
    draft = installation.database.run(lambda connection: own_submissions.start(own, connection, at))
    for name in cells["files"].split("|"):
        with (folder / name).open("rb") as file:
            stored = store_file(installation, file, name)
        installation.database.run(partial(_added, own, installation, draft.public_id, stored, at))

    def described(connection: Connection) -> Submission:
        now = own_submissions.own(own, connection, draft.public_id)
        told = Described(cells["seller"], cells["number"], date.fromisoformat(cells["delivered_on"]))
        return own_submissions.describe(own, connection, draft.public_id, told, now.version, at)

    return installation.database.run(described)


def _added(own: Access, installation: Installation, public_id: str, stored: StoredFile, at: int,
           connection: Connection) -> None:
    own_pages.add_file(own, connection, installation, public_id, stored, at)


def _worked_on(installation: Installation, office: Access, made: Submission, row: NamedRow, at: int) -> None:
    cells, outcome = row.cells, row.cells["outcome"]
    if outcome == "question":
        deciding.ask(office, installation, made.public_id, cells["words"], made.version, at)
        return
    entered = _entered(row)
    if outcome == "in_review":
        installation.database.run(lambda connection: deciding.save_draft(
            office, connection, made.public_id, entered, made.version, at))
        return
    verdict = deciding.Verdict(entered, cells["reason"] if outcome in _DECLINED else "", cells["words"])
    deciding.decide(office, installation, made.public_id, verdict, made.version, at)


def _entered(row: NamedRow) -> Entered:
    cells, outcome = row.cells, row.cells["outcome"]
    pairs = [line.partition(":") for line in cells["lines"].split("|")]
    refused = len(pairs) if outcome in _DECLINED else int(outcome == "partly" and len(pairs) > 1)
    lines = tuple(
        EnteredLine(str(10 * place), article, Decimal(quantity), "PCE", features={"scope": cells["scope"]},
                    accepted=place <= len(pairs) - refused,
                    reason=cells["reason"] if place > len(pairs) - refused else "")
        for place, (article, _, quantity) in enumerate(pairs, 1))
    return Entered(number=cells["number"], delivered_on=date.fromisoformat(cells["delivered_on"]),
                   seller_name=cells["seller"], lines=lines)


def _appealed(installation: Installation, own: Access, made: Submission, at: int, connection: Connection) -> None:
    own_submissions.appeal(own, connection, installation.programme.settings, made.public_id,
                           "Auf der zweiten Aufnahme ist alles zu lesen. Bitte noch einmal ansehen.", at)
