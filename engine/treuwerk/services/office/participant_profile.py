"""A participant at one look for the service centre: who it is, what it holds, who acts for it, what is open."""

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
from sqlalchemy import Connection, Row, select, update

from treuwerk.domain.ledger import moment
from treuwerk.domain.participants import CUSTOMER_NUMBER, ParticipantStatus
from treuwerk.domain.phones import Phone, phones_of
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import Access, OutOfScope
from treuwerk.programme.settings import Settings
from treuwerk.services.account.totals_ahead import Ahead, ahead
from treuwerk.services.auditing import note_act
from treuwerk.services.changes.aliasing import order_release
from treuwerk.services.ledger.balances import UnitBalance, balances
from treuwerk.services.participants.members import Member, members_of
from treuwerk.services.participants.own_addresses import KeptAddress, addresses_of
from treuwerk.services.participants.participant_list import tier_of
from treuwerk.services.tiers.standing import current_tier
from treuwerk.store import merges
from treuwerk.store.aliases import shared_by
from treuwerk.store.search import index_accounts
from treuwerk.store.tables import account, identifier, participant

READ, WRITE = "participants.read", "participants.write"
CHANGES: Mapping[ParticipantStatus, tuple[ParticipantStatus, ...]] = {
    ParticipantStatus.APPLIED: (ParticipantStatus.ACTIVE, ParticipantStatus.LEFT),
    ParticipantStatus.ACTIVE: (ParticipantStatus.BLOCKED, ParticipantStatus.LEFT),
    ParticipantStatus.BLOCKED: (ParticipantStatus.ACTIVE, ParticipantStatus.LEFT),
    ParticipantStatus.LEFT: (ParticipantStatus.ACTIVE,)}
"""To which status the service centre may change from which."""


@attrs.frozen
class Profile:
    """A participant; `numbers` are scheme and value as written, `merged_into` is the account that stays, or 0."""

    account_id: int
    number: str
    name: str
    group: str
    status: ParticipantStatus
    tier: str
    country: str
    locale: str
    email: str
    phones: Sequence[Phone]
    street: str
    postcode: str
    city: str
    joined_at: int
    version: int
    numbers: Sequence[tuple[str, str]]
    balances: Mapping[str, UnitBalance]
    members: Sequence[Member]
    addresses: Sequence[KeptAddress]
    merged_into: int

    @property
    def has_login(self) -> bool:
        """Whether anybody can sign in for it."""
        return any(member.user_id for member in self.members)


def profile(access: Access, connection: Connection, settings: Settings, account_id: int, now: int) -> Profile:
    """The participant of an account; seven queries, whatever happened to it.

    Raises:
        OutOfScope: there is no such participant.
    """
    access.require(READ)
    access.require_account(account_id)
    row = _row(connection, account_id)
    held = balances(connection, settings.units, account_id, now)
    numbers = connection.execute(select(identifier).where(identifier.c.account_id == account_id).order_by(
        identifier.c.scheme != CUSTOMER_NUMBER, identifier.c.scheme, identifier.c.value)).all()
    shared = shared_by(connection, [account_id])
    standing = merges.standing_merge(connection, account_id)
    return Profile(
        account_id, next((one.written_as for one in numbers if one.scheme == CUSTOMER_NUMBER), ""), row.name, row.group,
        ParticipantStatus(row.status), current_tier(connection, settings, account_id, now) or tier_of(
            settings, {unit: one.available for unit, one in held.items()}),
        row.country, row.locale, row.email, phones_of(row.attributes), row.street, row.postcode, row.city,
        row.opened_at, row.version,
        [(one.scheme, one.written_as) for one in (*numbers, *shared)], held, members_of(connection, account_id),
        addresses_of(connection, account_id), standing.into_account_id if standing else 0)


def totals_ahead(access: Access, connection: Connection, settings: Settings, account_id: int, now: int) -> list[Ahead]:
    """What counts for the participant in the periods of now, and what comes next."""
    access.require(READ)
    access.require_account(account_id)
    return ahead(connection, settings, account_id, now)


def change_status(access: Access, connection: Connection, account_id: int, status: ParticipantStatus, version: int,
                  now: int, *, reason: str, today: str = "") -> None:
    """Give a participant another status; `version` is the one that was seen.

    Who leaves earns nothing after `today`, an ISO day in the programme's zone. What waited for the status is ordered to
    be booked.

    Raises:
        Refusal: `no_reason`, `wrong_status`, `changed`: somebody else was faster.
    """
    access.require(WRITE)
    access.require_account(account_id)
    row = _row(connection, account_id)
    before = ParticipantStatus(row.status)
    if not reason.strip():
        raise Refusal("no_reason", "found no reason, expected why the status changes")
    if status not in CHANGES[before]:
        raise Refusal("wrong_status", f"found the way from {before.value} to {status.value}, expected one to "
                      f"{', '.join(one.value for one in CHANGES[before])}")
    changed = connection.execute(update(participant).where(
        participant.c.account_id == account_id, participant.c.version == version).values(
        status=status.value, version=version + 1, changed_at=now,
        left_on=(today or moment(now).date().isoformat()) if status is ParticipantStatus.LEFT else ""))
    if changed.rowcount != 1:
        raise Refusal("changed", "found that somebody else changed this participant meanwhile; look at it again")
    index_accounts(connection, [account_id])
    if status in (ParticipantStatus.ACTIVE, ParticipantStatus.LEFT):
        order_release(connection, account_id, now)
    note_act(connection, access, "participant.status", account_id, "", now=now, before={"status": before.value},
             after={"status": status.value}, reason=" ".join(reason.split()))


def _row(connection: Connection, account_id: int) -> Row[Any]:
    row = connection.execute(select(participant, account.c.opened_at).join(
        account, account.c.account_id == participant.c.account_id).where(
        participant.c.account_id == account_id)).one_or_none()
    if row is None:
        raise OutOfScope
    return row
