"""Statements about reported purchases in the hands of clerks: what was entered, by whom, and what was decided."""

import secrets
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, insert, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from treuwerk.domain.ids import row_ids
from treuwerk.store.succession import belongs, successors
from treuwerk.store.tables import (
    account,
    app_user,
    identifier,
    membership,
    outbox,
    participant,
    purchase_line,
    sampling_key,
    seller,
    submission,
    submission_entry,
    uploaded_file,
)

_KEY_BYTES = 32


def entries_of(connection: Connection, account_id: int, number: int) -> Sequence[Row[Any]]:
    """What people entered and handed on, in that order."""
    return connection.execute(select(submission_entry).where(
        submission_entry.c.account_id == account_id, submission_entry.c.submission_id == number)
        .order_by(submission_entry.c.number)).all()


def add_entry(connection: Connection, account_id: int, submission_id: int, values: Mapping[str, Any]) -> None:
    """Keep what somebody entered for the next person to decide."""
    connection.execute(insert(submission_entry).values(
        account_id=account_id, submission_id=submission_id, **values))


def drop_entries(connection: Connection, account_id: int, number: int) -> None:
    """Forget what was handed on: it is entered anew."""
    connection.execute(submission_entry.delete().where(
        submission_entry.c.account_id == account_id, submission_entry.c.submission_id == number))


def known_as(connection: Connection, account_id: int, first: str) -> Sequence[tuple[str, str]]:
    """Scheme and value of everything that an account is known by; those of scheme `first` come first."""
    rows = connection.execute(select(identifier.c.scheme, identifier.c.value).where(
        identifier.c.account_id == account_id).order_by(identifier.c.scheme != first, identifier.c.scheme,
                                                        identifier.c.value))
    return [(row.scheme, row.value) for row in rows]


def seller_name(connection: Connection, code: str) -> str:
    """What a seller of the registry is called; empty where there is none of this code."""
    return connection.execute(select(seller.c.name).where(seller.c.code == code)).scalar() or "" if code else ""


def codes_of_sellers(connection: Connection, name: str) -> Mapping[str, str]:
    """The code of the seller of the registry that is called so; nothing where there is none, or more than one."""
    codes = connection.execute(select(seller.c.code).where(seller.c.name == name).limit(2)).scalars().all()
    return {name: codes[0]} if len(codes) == 1 else {}


def seller_names(connection: Connection, typed: str, limit: int) -> Sequence[str]:
    """Names of sellers of the registry that hold what was typed, or whose code begins so, in the order of names."""
    found = seller.c.name.icontains(typed, autoescape=True) | seller.c.code.istartswith(typed, autoescape=True)
    return connection.execute(select(seller.c.name).where(found).order_by(seller.c.name).limit(limit)).scalars().all()


def memberships(connection: Connection, user_id: int, accounts: Collection[int]) -> set[int]:
    """Those of some accounts for which a user acts in the portal, too."""
    return set(connection.execute(select(membership.c.account_id).where(
        membership.c.user_id == user_id, membership.c.account_id.in_(sorted(accounts)))).scalars())


def booked_lines(connection: Connection, account_id: int, run_id: int, *,
                 ever: bool = False) -> Mapping[int, tuple[int, int]]:
    """Place in the document → account and id of the purchase line, of what a run booked for an account.

    After a merge that is the account which it became; `ever`: also where the merge is undone since.
    """
    line = purchase_line.c
    rows = connection.execute(select(line.at_line, line.account_id, line.id).where(
        line.account_id.in_(successors(account_id, ever=ever)), line.id > run_id, line.run_id == run_id))
    return {at: (owner, number) for at, owner, number in rows}


def of_run(connection: Connection, account_id: int, run_id: int) -> Row[Any] | None:
    """The reported purchase that a run cleared for an account, or before for one that was merged into it."""
    return connection.execute(select(submission).where(
        belongs(submission.c.account_id, account_id), submission.c.run_id == run_id)).first()


def states_of(connection: Connection, keys: Collection[tuple[int, int]]) -> Mapping[tuple[int, int], str]:
    """Account and id of submissions → the state that they are in."""
    if not keys:
        return {}
    rows = connection.execute(select(submission.c.account_id, submission.c.id, submission.c.state).where(
        submission.c.account_id.in_(sorted({account_id for account_id, _ in keys})),
        submission.c.id.in_(sorted({number for _, number in keys}))))
    return {(row.account_id, row.id): row.state for row in rows}


def locale_of(connection: Connection, account_id: int, user_id: int) -> str:
    """The language of the user who reported something, or else of the participant."""
    chosen = connection.execute(select(app_user.c.locale).join(
        membership, membership.c.user_id == app_user.c.user_id).where(
        app_user.c.user_id == user_id, membership.c.account_id.in_(successors(account_id))).limit(1)).scalar()
    return chosen or connection.execute(select(participant.c.locale).where(
        participant.c.account_id == account_id)).scalar() or ""


def tell(connection: Connection, account_id: int, topic: str, payload: str, now: int) -> None:
    """Leave a message in the outbox, in this transaction."""
    bucket = select(account.c.bucket).where(account.c.account_id == account_id).scalar_subquery()
    connection.execute(insert(outbox).values(
        account_id=account_id, id=next(row_ids(now)), bucket=bucket, topic=topic, payload=payload, created_at=now))


def key_for(connection: Connection, purpose: str) -> bytes:
    """The key by which something is drawn; made once, at random."""
    wanted = select(sampling_key.c.value).where(sampling_key.c.purpose == purpose)
    found = connection.execute(wanted).scalar()
    if found is None:
        into = postgresql_insert if connection.dialect.name == "postgresql" else sqlite_insert
        made = into(sampling_key).values(purpose=purpose, value=secrets.token_hex(_KEY_BYTES))
        connection.execute(made.on_conflict_do_nothing())
        found = connection.execute(wanted).scalar_one()
    return bytes.fromhex(found)


def first_with_bytes(connection: Connection, digests: Collection[str]) -> Sequence[Row[Any]]:
    """Which submissions brought files of these contents first."""
    if not digests:
        return []
    return connection.execute(select(uploaded_file).where(uploaded_file.c.sha256.in_(sorted(digests)))).all()


def of_number(connection: Connection, account_id: int, number: str, apart_from: int, limit: int) -> Sequence[Row[Any]]:
    """Other submissions of an account and those merged into it that name a document of this number, newest first."""
    one = submission.c
    wanted: Select[*tuple[Any, ...]] = select(one.account_id, one.id, one.state).where(
        belongs(one.account_id, account_id), one.number == number, one.number != "", one.id != apart_from,
        one.state.not_in(("draft", "withdrawn"))).order_by(one.created_at.desc()).limit(limit)
    return connection.execute(wanted).all()


def document_line(connection: Connection, account_id: int, number: str) -> Row[int, int] | None:
    """Account and id of a purchase line of an account, or one merged into it, from a document of this number."""
    line = purchase_line.c
    return connection.execute(select(line.account_id, line.id).where(
        belongs(line.account_id, account_id), line.document == number, line.document != "").limit(1)).first()


def like_lines(connection: Connection, account_id: int, wanted: Collection[tuple[str, int]], since: str, until: str,
               limit: int) -> Sequence[Row[Any]]:
    """Purchase lines of an account with one of these articles and quantities, between two ISO days, newest first."""
    if not wanted:
        return []
    line = purchase_line.c
    like: Select[*tuple[Any, ...]] = select(
        line.account_id, line.id, line.document, line.article_number, line.quantity).where(
        belongs(line.account_id, account_id), line.occurred_on.between(since, until),
        line.article_number.in_(sorted({article for article, _ in wanted})),
        line.quantity.in_(sorted({quantity for _, quantity in wanted}))).order_by(line.id.desc()).limit(limit)
    return [row for row in connection.execute(like) if (row.article_number, row.quantity) in wanted]
