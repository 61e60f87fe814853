"""Personal data of reported purchases, taken out of their rows; figures and hashes stay.

Accounts are those that stand for one company: what a merge gave up is forgotten with the one that stayed.
"""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, delete, exists, func, or_, select, update

from treuwerk.store import bank_accounts, files, page_looks, readings, stock_watches, wishes
from treuwerk.store.owners import lock_owners
from treuwerk.store.succession import stands_for
from treuwerk.store.tables import (
    complaint_photo,
    former_membership,
    membership,
    page_reading,
    problem,
    read_field,
    stored_file,
    submission,
    submission_entry,
    submission_event,
    submission_page,
)

_S, _E, _P = submission.c, submission_event.c, submission_page.c


def accounts_of(connection: Connection, account_id: int) -> list[int]:
    """The account and those that were merged into it; none is added before this transaction ends."""
    lock_owners(connection, [account_id], to_change=True)
    return sorted(connection.execute(stands_for(account_id)).scalars())


def reports(connection: Connection, accounts: Collection[int]) -> list[Any]:
    """Reported purchases of these accounts, locked until the transaction ends."""
    return list(connection.execute(select(_S.account_id, _S.id, _S.state, _S.entered, _S.run_id).where(
        _S.account_id.in_(accounts)).order_by(_S.account_id, _S.id).with_for_update()))


def states_of(connection: Connection, accounts: Collection[int]) -> dict[str, int]:
    """How many reported purchases of these accounts are in each state; nothing is locked."""
    rows = connection.execute(select(_S.state, func.count()).where(_S.account_id.in_(accounts)).group_by(_S.state))
    return {str(row[0]): int(row[1]) for row in rows}


def files_of(connection: Connection, accounts: Collection[int]) -> list[str]:
    """Hashes of the files of these accounts that are there, or were read, and that no page of another account needs."""
    page, other = submission_page.alias("page"), submission_page.alias("other")
    known = or_(*(exists().where(one.c.sha256 == page.c.sha256) for one in (stored_file, page_reading)))
    of_pages = select(page.c.sha256).distinct().where(
        page.c.account_id.in_(accounts), known, ~exists().where(
            other.c.sha256 == page.c.sha256, other.c.account_id.not_in(accounts), other.c.removed_at == 0))
    of_complaints = select(complaint_photo.c.sha256).where(complaint_photo.c.account_id.in_(accounts))
    return sorted({*connection.execute(of_pages).scalars(), *connection.execute(of_complaints).scalars()})


def blank_report(connection: Connection, account_id: int, number: int, entered: str) -> None:
    """What was reported without words and people: `entered` has the figures."""
    connection.execute(update(submission).where(_S.account_id == account_id, _S.id == number).values(
        remark="", answer="", person_id=0, created_by=0, entered=entered, version=_S.version + 1))


def blank_rest(connection: Connection, accounts: Collection[int], runs: Collection[int], now: int) -> None:
    """Names of files, texts and people of the timeline, drafts of clerks, what was read, wishes, lines as they came."""
    people = or_(*(_E.user_id.in_(select(one.c.user_id).where(one.c.account_id.in_(accounts)))
                   for one in (membership, former_membership)))
    connection.execute(update(submission_event).where(_E.account_id.in_(accounts)).values(text=""))
    connection.execute(update(submission_event).where(_E.account_id.in_(accounts), people).values(user_id=0, actor=""))
    connection.execute(update(submission_page).where(_P.account_id.in_(accounts)).values(name="", added_by=0))
    connection.execute(update(submission_page).where(_P.account_id.in_(accounts), _P.removed_at == 0).values(
        removed_at=now))
    for table in (submission_entry, read_field):
        connection.execute(delete(table).where(table.c.account_id.in_(accounts)))
    wishes.forget(connection, accounts)
    stock_watches.forget(connection, accounts)
    if runs:
        connection.execute(update(problem).where(problem.c.run_id.in_(sorted(runs))).values(payload=""))


def drop_file(connection: Connection, sha256: str) -> bool:
    """Take out the row and the readings of a file; False where a page has it by now, or there is no row.

    Its row is locked first: whoever notes a page with the same content at this moment locks it, too. Who brought the
    file first stays.
    """
    there = files.known(connection, sha256, locked=True)
    pages = select(_P.account_id).where(_P.sha256 == sha256, _P.removed_at == 0)
    shown = select(complaint_photo.c.account_id).where(complaint_photo.c.sha256 == sha256)
    if any(connection.execute(one.limit(1)).first() is not None for one in (pages, shown)):
        return False
    readings.forget(connection, sha256)
    page_looks.forget(connection, [sha256])
    bank_accounts.forget(connection, [sha256])
    if there is None:
        return False
    connection.execute(delete(stored_file).where(stored_file.c.sha256 == sha256))
    return True
