"""Where things are delivered: the addresses that a company keeps itself, beside the one of the master data."""

from collections.abc import Mapping
from typing import Any

import attrs
from sqlalchemy import Connection, Row, Select, delete, func, insert, select, update

from treuwerk.domain import ids
from treuwerk.domain.postcodes import postcode
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import Access, OutOfScope, row_named
from treuwerk.programme.settings import Settings
from treuwerk.services.auditing import note_act
from treuwerk.services.identity.sessions import SECOND
from treuwerk.services.participants.members import members_of
from treuwerk.store.owners import lock_owners
from treuwerk.store.search import index_accounts
from treuwerk.store.tables import address

READ, WRITE = "own.profile.read", "own.profile.write"
ADDRESS = "adr"
"""What ids of addresses begin with."""
MOST = 50
LONGEST = 100
KEPT_DAYS = 30
"""For so long an address that was removed can be given back."""
_KEPT = KEPT_DAYS * 86_400 * SECOND


@attrs.frozen
class AddressDraft:
    """An address as somebody writes it; `country` is a code of two letters, `name` who takes the delivery."""

    label: str
    name: str
    street: str
    postcode: str
    city: str
    country: str


@attrs.frozen
class KeptAddress:
    """An address of a company; instants in microseconds UTC."""

    account_id: int
    id: int
    draft: AddressDraft
    preferred: bool
    changed_at: int
    version: int

    @property
    def public_id(self) -> str:
        """The id that people see."""
        return ids.public_id(ADDRESS, self.account_id, self.id)


class AddressChanged(Exception):
    """A colleague changed the address meanwhile; `theirs` is what stands there now, `by` who wrote it."""

    def __init__(self, theirs: KeptAddress, by: str) -> None:
        super().__init__(f"address {theirs.public_id}: version {theirs.version} is newer than yours")
        self.theirs, self.by = theirs, by


def addresses(access: Access, connection: Connection) -> list[KeptAddress]:
    """The addresses of the own company, the preferred one first, then by label."""
    access.require(READ)
    return addresses_of(connection, access.account_id)


def addresses_of(connection: Connection, account_id: int) -> list[KeptAddress]:
    """The addresses of a company, in the same order, for who may see any company."""
    rows = connection.execute(_standing(account_id).order_by(
        address.c.preferred.desc(), address.c.label, address.c.id))
    return [_kept(row) for row in rows]


def one_address(access: Access, connection: Connection, number: int) -> KeptAddress:
    """One of them.

    Raises:
        OutOfScope: there is none of this number, or it was removed.
    """
    access.require(READ)
    row = connection.execute(_standing(access.account_id).where(address.c.id == number)).one_or_none()
    if row is None:
        raise OutOfScope
    return _kept(row)


def add_address(access: Access, connection: Connection, settings: Settings, draft: AddressDraft, now: int, *,
                preferred: bool = False) -> KeptAddress:
    """Keep a new address; the first one is preferred.

    Raises:
        Refusal: `missing`, `too_long`, `wrong_postcode`, `unknown_country`, `too_many`.
    """
    _begin(access, connection)
    count = _fewer_than_most(connection, access.account_id)
    values, number = _checked(settings, draft), next(ids.row_ids(now))
    connection.execute(insert(address).values(
        account_id=access.account_id, id=number, **values, preferred=False, changed_at=now, version=1,
        changed_by=access.user_id, removed_at=0))
    if preferred or not count:
        _prefer(connection, access.account_id, number)
    _end(access, connection, "address.add", number, now, after={"country": values["country"]})
    return one_address(access, connection, number)


def change_address(access: Access, connection: Connection, settings: Settings, number: int, draft: AddressDraft,
                   version: int, now: int) -> KeptAddress:
    """Write an address anew; `version` is the one that the change was made from.

    Raises:
        AddressChanged: somebody was faster; nothing was changed.
        Refusal: as `add_address`.
        OutOfScope: it is not there any more.
    """
    _begin(access, connection)
    before, values = one_address(access, connection, number), _checked(settings, draft)
    were = attrs.asdict(before.draft)
    fields = [name for name, value in values.items() if were[name] != value]
    if before.version == version and not fields:
        return before
    changed = connection.execute(update(address).where(*_this(access, number), address.c.version == version).values(
        **values, changed_at=now, version=version + 1, changed_by=access.user_id))
    if changed.rowcount != 1:
        raise AddressChanged(before, _writer(connection, access.account_id, number))
    _end(access, connection, "address.change", number, now, before={"country": were["country"]},
         after={"country": values["country"], "fields": fields})
    return one_address(access, connection, number)


def prefer_address(access: Access, connection: Connection, number: int, now: int) -> None:
    """Let an address be the one that is proposed first.

    Raises:
        OutOfScope: it is not there.
    """
    _begin(access, connection)
    if not one_address(access, connection, number).preferred:
        _prefer(connection, access.account_id, number)
        _end(access, connection, "address.prefer", number, now)


def remove_address(access: Access, connection: Connection, number: int, now: int) -> bool:
    """Take an address away; for thirty days it can be given back. The answer is whether it was the preferred one.

    Raises:
        OutOfScope: it is not there.
    """
    _begin(access, connection)
    before = one_address(access, connection, number)
    connection.execute(delete(address).where(
        address.c.account_id == access.account_id, address.c.removed_at > 0, address.c.removed_at <= now - _KEPT))
    connection.execute(update(address).where(*_this(access, number)).values(
        preferred=False, removed_at=now, changed_by=access.user_id))
    _end(access, connection, "address.remove", number, now, before={"country": before.draft.country})
    return before.preferred


def restore_address(access: Access, connection: Connection, number: int, now: int, *, preferred: bool = False) -> None:
    """Give an address back as it was.

    Raises:
        OutOfScope: it was not removed, or longer ago than thirty days.
        Refusal: `too_many`.
    """
    _begin(access, connection)
    _fewer_than_most(connection, access.account_id)
    restored = connection.execute(update(address).where(
        address.c.account_id == access.account_id, address.c.id == number, address.c.removed_at > now - _KEPT,
        address.c.removed_at > 0).values(removed_at=0, changed_by=access.user_id))
    if restored.rowcount != 1:
        raise OutOfScope
    if preferred:
        _prefer(connection, access.account_id, number)
    _end(access, connection, "address.restore", number, now)


def number_of(access: Access, public_id: str) -> int:
    """The number of an address of the own company by its public id.

    Raises:
        OutOfScope: it is no address, or that of somebody else.
    """
    account_id, number = row_named(public_id, ADDRESS)
    access.require_account(account_id)
    return number


def _begin(access: Access, connection: Connection) -> None:
    """Changes of a company's addresses come one after the other."""
    access.require(WRITE)
    if not lock_owners(connection, [access.account_id], to_change=True):
        raise OutOfScope


def _end(access: Access, connection: Connection, action: str, number: int, now: int, *,
         before: Mapping[str, Any] | None = None, after: Mapping[str, Any] | None = None) -> None:
    """Search and audit in the same transaction. The audit is kept for good, so it has no street and no name."""
    index_accounts(connection, [access.account_id])
    note_act(connection, access, action, access.account_id, ids.public_id(ADDRESS, access.account_id, number), now=now,
             before=before, after=after)


def checked_address(settings: Settings, draft: AddressDraft) -> dict[str, str]:
    """The fields of an address as they are kept, by the rules of its country; it may be without a label.

    Raises:
        Refusal: `missing`, `too_long`, `wrong_postcode`, `unknown_country`, with the `field`.
    """
    values = {name: " ".join(text.split()) for name, text in attrs.asdict(draft).items()}
    for name in ("name", "street", "city", "country"):
        if not values[name]:
            raise Refusal("missing", f"found nothing as {name}, expected a text", field=name)
    for name, text in values.items():
        if len(text) > LONGEST:
            raise Refusal("too_long", f"found {len(text)} characters as {name}, expected at most {LONGEST}", field=name)
    known = settings.programme.countries
    if known and values["country"] not in known:
        raise Refusal("unknown_country", f"found {values['country']!r}, expected one of {', '.join(known)}",
                      field="country")
    return values | {"postcode": postcode(values["country"], values["postcode"])}


def _checked(settings: Settings, draft: AddressDraft) -> dict[str, str]:
    if not draft.label.strip():
        raise Refusal("missing", "found nothing as label, expected a text", field="label")
    return checked_address(settings, draft)


def _fewer_than_most(connection: Connection, account_id: int) -> int:
    count: int = connection.execute(select(func.count()).select_from(_standing(account_id).subquery())).scalar_one()
    if count >= MOST:
        raise Refusal("too_many", f"found {count} addresses, expected fewer than {MOST}")
    return count


def _prefer(connection: Connection, account_id: int, number: int) -> None:
    """One after the other, since at no time two may be preferred."""
    mine = address.c.account_id == account_id
    connection.execute(update(address).where(mine, address.c.preferred.is_(True), address.c.id != number).values(
        preferred=False))
    connection.execute(update(address).where(mine, address.c.id == number).values(preferred=True))


def _this(access: Access, number: int) -> tuple[Any, ...]:
    return address.c.account_id == access.account_id, address.c.id == number, address.c.removed_at == 0


def _standing(account_id: int) -> Select[*tuple[Any, ...]]:
    return select(address).where(address.c.account_id == account_id, address.c.removed_at == 0)


def _kept(row: Row[Any]) -> KeptAddress:
    draft = AddressDraft(row.label, row.name, row.street, row.postcode, row.city, row.country)
    return KeptAddress(row.account_id, row.id, draft, bool(row.preferred), row.changed_at, row.version)


def _writer(connection: Connection, account_id: int, number: int) -> str:
    """Who wrote an address last, as colleagues know the name; empty where it is none of them."""
    user_id = connection.execute(select(address.c.changed_by).where(
        address.c.account_id == account_id, address.c.id == number)).scalar_one()
    return next((one.name for one in members_of(connection, account_id) if one.user_id == user_id), "")
