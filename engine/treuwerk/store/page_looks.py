"""How pages look: difference hashes of their pictures, found again where they differ in no more than three bits."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, Select, and_, delete, insert, select, tuple_, union_all

from treuwerk.store.tables import page_look, stored_file, submission, submission_page

_LOOK = page_look.c
_BANDS = (_LOOK.band_1, _LOOK.band_2, _LOOK.band_3, _LOOK.band_4)
_CANDIDATES = 400


class Alike(NamedTuple):
    """A page of a file that looks like one of another file: how many bits differ, and both places."""

    bits: int
    sha256: str
    picture: int
    other: str
    other_picture: int


def bands_of(look: str) -> tuple[int, ...]:
    """A difference hash in four parts; each has bits from all over the page, so that an empty foot makes none empty."""
    bits = int(look, 16)
    return tuple(sum((bits >> (4 * at + band) & 1) << at for at in range(16)) for band in range(4))


def note(connection: Connection, sha256: str, looks: Sequence[str], now: int) -> None:
    """Note how the pages of a file look that were drawn now; blank ones have no hash."""
    if not looks:
        return
    forget(connection, [sha256])
    rows = [{"sha256": sha256, "picture": picture, "noted_at": now,
             **dict(zip(("band_1", "band_2", "band_3", "band_4"), bands_of(look), strict=True))}
            for picture, look in enumerate(looks, 1) if look]
    if rows:
        connection.execute(insert(page_look), rows)


def forget(connection: Connection, digests: Collection[str]) -> None:
    """Take out how the pages of files look that are removed."""
    connection.execute(delete(page_look).where(_LOOK.sha256.in_(sorted(digests))))


def alike(connection: Connection, digests: Collection[str], most: int) -> list[Alike]:
    """Pages of other files that differ from one of these in at most so many bits, the most alike first.

    Two statements: the pages themselves, and whatever has the same whole hash or one part of it, the newest 400 of
    each; bits are counted afterwards.
    """
    own = connection.execute(select(page_look).where(_LOOK.sha256.in_(sorted(digests)))).all() if digests else []
    if not own:
        return []
    values = [sorted({getattr(row, band.key) for row in own}) for band in _BANDS]
    each = [band.in_(some) for band, some in zip(_BANDS, values, strict=True)]
    near = [_newest(condition, digests) for condition in (and_(*each), *each)]
    found = {(row.sha256, row.picture): row for row in connection.execute(union_all(*near))}
    return sorted(_counted(own, found.values(), most))


def _newest(condition: Any, digests: Collection[str]) -> Any:
    some = select(page_look).where(condition, _LOOK.sha256.not_in(sorted(digests))).order_by(
        _LOOK.noted_at.desc()).limit(_CANDIDATES).subquery()
    return select(some)


def _counted(own: Iterable[Row[Any]], others: Iterable[Row[Any]], most: int) -> Iterable[Alike]:
    there = [(_whole(row), row.sha256, row.picture) for row in others]
    for one in own:
        look = _whole(one)
        for other, sha256, picture in there:
            if (bits := (look ^ other).bit_count()) <= most:
                yield Alike(bits, one.sha256, one.picture, sha256, picture)


def _whole(row: Row[Any]) -> int:
    """The parts of a hash side by side: as many bits differ as in the hash itself."""
    return row.band_1 << 48 | row.band_2 << 32 | row.band_3 << 16 | row.band_4  # type: ignore[no-any-return]


def reports_with(connection: Connection, digests: Collection[str], account_id: int, apart_from: int,
                 limit: int) -> Sequence[Row[Any]]:
    """Account, id and number of reports that were handed in with one of these files; one is left out."""
    if not digests:
        return []
    one, page = submission.c, submission_page.c
    wanted: Select[*tuple[Any, ...]] = select(one.account_id, one.id, one.number).distinct().join(
        submission_page, and_(page.account_id == one.account_id, page.submission_id == one.id)).where(
        page.sha256.in_(sorted(digests)), page.removed_at == 0, one.state.not_in(("draft", "withdrawn")),
        ~and_(one.account_id == account_id, one.id == apart_from)).order_by(
        one.account_id, one.id).limit(limit)
    return connection.execute(wanted).all()


def files_of(connection: Connection, reports: Collection[tuple[int, int]]) -> Sequence[Row[Any]]:
    """Files of reports in their order, each with how many pages it has."""
    page = submission_page.c
    wanted: Select[*tuple[Any, ...]] = select(
        page.account_id, page.submission_id, page.sha256, stored_file.c.pages).join(
        stored_file, stored_file.c.sha256 == page.sha256).where(
        tuple_(page.account_id, page.submission_id).in_(sorted(reports)), page.removed_at == 0).order_by(
        page.account_id, page.submission_id, page.position, page.number)
    return connection.execute(wanted).all()
