"""What nobody needs any more: drafts that were never sent, files that nothing holds, bytes of which no row knows."""

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, exists, or_, select, union, update
from sqlalchemy import text as sql

from treuwerk.domain.submissions import SubmissionState
from treuwerk.store.tables import complaint_photo, held_file, incoming, stored_file, submission, submission_page

_WITHDRAWN = SubmissionState.WITHDRAWN.value
_OF_PAGE = and_(submission.c.account_id == submission_page.c.account_id,
                submission.c.id == submission_page.c.submission_id)


def untouched_drafts(connection: Connection, before: int, after: tuple[int, int],
                     limit: int) -> Sequence[Row[int, int]]:
    """Account and id of drafts that nobody changed since an instant, behind the last one seen."""
    one = submission.c
    return connection.execute(select(one.account_id, one.id).where(
        sql("submission.state = 'draft'"), one.changed_at < before,
        or_(one.account_id > after[0], and_(one.account_id == after[0], one.id > after[1])))
        .order_by(one.account_id, one.id).limit(limit)).all()


def _is_held(before: int) -> ColumnElement[bool]:
    """Whether a page needs its file: it is there, or was taken out or withdrawn so lately that it may come back."""
    return or_(
        and_(submission.c.state != _WITHDRAWN, or_(submission_page.c.removed_at == 0,
                                                   submission_page.c.removed_at >= before)),
        and_(submission.c.state == _WITHDRAWN, submission.c.changed_at >= before))


def unheld_files(connection: Connection, before: int, after: str, limit: int) -> Sequence[Row[str, int]]:
    """Hash and size of files stored before an instant that no page and no complaint needs, behind the last one seen."""
    held = exists().where(submission_page.c.sha256 == stored_file.c.sha256, _OF_PAGE, _is_held(before))
    shown = exists().where(complaint_photo.c.sha256 == stored_file.c.sha256)
    return connection.execute(select(stored_file.c.sha256, stored_file.c.size).where(
        stored_file.c.stored_at < before, stored_file.c.sha256 > after, ~held, ~shown)
        .order_by(stored_file.c.sha256).limit(limit)).all()


def forget_unheld(connection: Connection, sha256: str, before: int, now: int) -> bool:
    """Take out the row of a file that no page needs; False where one needs it by now.

    Its row is locked first: whoever notes a page with the same content at this moment locks it, too.
    """
    mine = stored_file.c.sha256 == sha256
    if connection.execute(select(stored_file.c.sha256).where(mine).with_for_update()).first() is None:
        return False
    pages = select(submission_page.c.account_id).select_from(submission_page.join(submission, _OF_PAGE)).where(
        submission_page.c.sha256 == sha256)
    if connection.execute(pages.where(_is_held(before)).limit(1)).first() is not None:
        return False
    shown = select(complaint_photo.c.account_id).where(complaint_photo.c.sha256 == sha256)
    if connection.execute(shown.limit(1)).first() is not None:
        return False
    connection.execute(update(submission_page).where(
        submission_page.c.sha256 == sha256, submission_page.c.removed_at == 0).values(removed_at=now))
    return connection.execute(delete(stored_file).where(mine)).rowcount == 1


def states_of_files(connection: Connection, digests: Collection[str]) -> dict[str, str]:
    """The states of files of which there is a row, by their hash."""
    rows = connection.execute(select(stored_file.c.sha256, stored_file.c.state).where(
        stored_file.c.sha256.in_(sorted(digests)))).all()
    return {row.sha256: row.state for row in rows}


def arrived(connection: Connection, digests: Collection[str]) -> set[str]:
    """Those of these hashes that came in by themselves, or that are held until somebody decides."""
    wanted = sorted(digests)
    return set(connection.execute(union(
        select(incoming.c.sha256).where(incoming.c.sha256.in_(wanted)),
        select(held_file.c.sha256).where(held_file.c.sha256.in_(wanted)))).scalars())
