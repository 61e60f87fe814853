"""The list of all participants: narrowed, in any order, page by page at the same cost wherever one is."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import attrs
from sqlalchemy import Connection, Select, and_, exists, func, select

from treuwerk.domain.folding import behind, sortable
from treuwerk.domain.ledger import end_of_day, moment, start_of_day
from treuwerk.domain.rights import Access
from treuwerk.domain.standing import Level, standing
from treuwerk.programme.settings import Settings
from treuwerk.services.searching import customer_numbers
from treuwerk.store.database import Database
from treuwerk.store.distinct import values_of
from treuwerk.store.keyset import Key, sliced
from treuwerk.store.tables import balance, directory, membership, participant, tier_standing

READ = "participants.read"
_AT_ONCE = 5_000
ORDERS = ("name", "number", "city", "joined", "balance")
_COLUMNS = {"name": directory.c.name, "number": directory.c.number, "city": directory.c.city,
            "joined": directory.c.joined_at}


@attrs.frozen
class Narrowed:
    """What the list is narrowed to; empty values narrow nothing. `unit` is the one of `least` and `most` points."""

    group: str = ""
    status: str = ""
    country: str = ""
    tier: str = ""
    unit: str = ""
    least: int | None = None
    most: int | None = None
    joined_from: date | None = None
    joined_until: date | None = None
    without_login: bool = False
    name: str = ""


@attrs.frozen
class Ordered:
    """One of `ORDERS`, and whether the largest comes first; `balance` is that of the unit that the list shows."""

    by: str = "name"
    falling: bool = False


@attrs.frozen
class Listed:
    """One participant in the list. `points` are by unit as they are booked; `tier` is a code or empty."""

    account_id: int
    number: str
    name: str
    group: str
    status: str
    country: str
    postcode: str
    city: str
    joined_at: int
    joined_on: date
    """The day of joining in the programme's zone."""
    tier: str
    points: Mapping[str, int]
    logins: int


@attrs.frozen
class ListedPage:
    """One page, with the keys of its first and last row where there are others before and behind."""

    rows: Sequence[Listed]
    next: Key | None
    previous: Key | None


def participants(access: Access, connection: Connection, settings: Settings, narrowed: Narrowed, ordered: Ordered, *,
                 after: Key | None = None, before: Key | None = None, limit: int = 50) -> ListedPage:
    """One page, behind or before a row; four queries, whatever the page and how many participants."""
    access.require(READ)
    column = _column(ordered)
    found = sliced(connection, _narrowed(_source(settings, narrowed, ordered), settings, narrowed),
                   (column, directory.c.account_id), limit=limit, descending=ordered.falling, after=after,
                   before=before)
    return ListedPage(_listed(connection, settings, [row.account_id for row in found.rows]), found.next, found.previous)


def all_participants(access: Access, database: Database, settings: Settings, narrowed: Narrowed,
                     ordered: Ordered) -> Iterator[Listed]:
    """Everybody whom the list is narrowed to, for a file.

    Who that is, and in which order, is decided at once. The rest is read in short looks, some thousands at a time:
    whoever downloads slowly must not keep others from booking, as an open look does where readers block writers.
    """
    access.require(READ)
    query = _narrowed(_source(settings, narrowed, ordered), settings, narrowed)
    order = (_column(ordered), directory.c.account_id)
    with database.reading() as connection:
        accounts = list(connection.execute(query.order_by(*(
            one.desc() if ordered.falling else one.asc() for one in order))).scalars())
    for start in range(0, len(accounts), _AT_ONCE):
        with database.reading() as connection:
            listed = _listed(connection, settings, accounts[start:start + _AT_ONCE])
        yield from listed


def counted(access: Access, connection: Connection, settings: Settings, narrowed: Sequence[Narrowed],
            at_most: int) -> list[int]:
    """How many there are under each of these filters, each up to `at_most`, beyond which nobody counts."""
    access.require(READ)
    sums = []
    for one in narrowed:
        some = _narrowed(_source(settings, one, Ordered()), settings, one).limit(at_most).subquery()
        sums.append(select(func.count()).select_from(some).scalar_subquery())
    return list(connection.execute(select(*sums)).one()) if sums else []


def countries(access: Access, connection: Connection) -> list[str]:
    """Countries that participants live in."""
    access.require(READ)
    return values_of(connection, directory.c.country)


def main_unit(settings: Settings) -> str:
    """The unit that lists show first: one that rewards are paid with."""
    return next((code for code, unit in settings.units.items() if unit.spendable), next(iter(settings.units)))


def _source(settings: Settings, narrowed: Narrowed, ordered: Ordered) -> Select[*tuple[Any, ...]]:
    """Accounts alone, from what gives the order: the database walks its index, and what is shown is read afterwards."""
    if ordered.by != "balance":
        return select(directory.c.account_id)
    own = (balance.c.account_id == directory.c.account_id) & (balance.c.unit == (narrowed.unit or main_unit(settings)))
    return select(directory.c.account_id).select_from(directory.join(balance, own, isouter=True))


def _column(ordered: Ordered) -> Any:
    if ordered.by == "balance":
        return func.coalesce(balance.c.posted - balance.c.deficit, 0)
    return _COLUMNS[ordered.by]


def _narrowed(query: Select[*tuple[Any, ...]], settings: Settings, narrowed: Narrowed) -> Select[*tuple[Any, ...]]:
    for column, value in ((directory.c.group, narrowed.group), (directory.c.status, narrowed.status),
                          (directory.c.country, narrowed.country)):
        if value:
            query = query.where(column == value)
    if start := sortable(narrowed.name):
        query = query.where(directory.c.name >= start, directory.c.name < behind(start))
    zone = settings.programme.time_zone
    if narrowed.joined_from:
        query = query.where(directory.c.joined_at >= start_of_day(narrowed.joined_from, zone))
    if narrowed.joined_until:
        query = query.where(directory.c.joined_at < end_of_day(narrowed.joined_until, zone))
    if narrowed.without_login:
        query = query.where(~exists().where(membership.c.account_id == directory.c.account_id))
    if narrowed.least is not None or narrowed.most is not None:
        query = query.where(_between(narrowed.unit or main_unit(settings), narrowed.least, narrowed.most))
    return query.where(_of_tier(settings, narrowed.tier)) if narrowed.tier else query


def _between(unit: str, least: int | None, most: int | None) -> Any:
    """Whether the points of a unit lie between; who has no row of it has none of it.

    One look at all balances decides: asking for those of each account would cost several times as much.
    """
    points = balance.c.posted - balance.c.deficit
    inside = [points >= least] if least is not None else []
    inside += [points <= most] if most is not None else []
    having = select(balance.c.account_id).where(balance.c.unit == unit)
    if (least is None or least <= 0) and (most is None or most >= 0):
        return directory.c.account_id.not_in(having.where(~and_(*inside)))
    return directory.c.account_id.in_(having.where(*inside))


def _of_tier(settings: Settings, code: str) -> Any:
    """Points from those of the tier on, and below those of the next one of its unit; with a scheme as last stored."""
    if settings.tier_scheme is not None:
        return directory.c.account_id.in_(select(tier_standing.c.account_id).where(tier_standing.c.tier == code))
    tier = next(one for one in settings.tiers if one.code == code)
    higher = sorted(one.points for one in settings.tiers if one.unit == tier.unit and one.points > tier.points)
    return _between(tier.unit, tier.points, higher[0] - 1 if higher else None)


def _listed(connection: Connection, settings: Settings, accounts: Sequence[int]) -> list[Listed]:
    """What is shown of these accounts, in their order."""
    logins = select(func.count()).select_from(membership).where(
        membership.c.account_id == participant.c.account_id).scalar_subquery()
    rows = {row.account_id: row for row in connection.execute(
        select(participant.c.account_id, participant.c.name, participant.c.group, participant.c.status,
               participant.c.country, participant.c.postcode, participant.c.city, directory.c.joined_at,
               logins.label("logins"))
        .join(directory, directory.c.account_id == participant.c.account_id)
        .where(participant.c.account_id.in_(accounts)))}
    numbers = customer_numbers(connection, accounts)
    points: dict[int, dict[str, int]] = {}
    for row in connection.execute(select(balance.c.account_id, balance.c.unit, balance.c.posted, balance.c.deficit)
                                  .where(balance.c.account_id.in_(accounts))):
        points.setdefault(row.account_id, {})[row.unit] = row.posted - row.deficit
    zone, ladders = settings.programme.time_zone, _ladders(settings)
    stored = _stored_tiers(connection, settings, accounts)
    return [Listed(row.account_id, numbers.get(row.account_id, ""), row.name, row.group, row.status, row.country,
                   row.postcode, row.city, row.joined_at, moment(row.joined_at).astimezone(zone).date(),
                   stored.get(row.account_id, "") or _reached(ladders, points.get(row.account_id, {})),
                   points.get(row.account_id, {}), row.logins)
            for row in (rows[one] for one in accounts if one in rows)]


def _stored_tiers(connection: Connection, settings: Settings, accounts: Sequence[int]) -> dict[int, str]:
    """Tiers by account as the last run stored them; nothing where the programme has no scheme."""
    if settings.tier_scheme is None:
        return {}
    rows = connection.execute(select(tier_standing.c.account_id, tier_standing.c.tier).where(
        tier_standing.c.account_id.in_(accounts)))
    return {row.account_id: row.tier for row in rows}


def tier_of(settings: Settings, points: Mapping[str, int]) -> str:
    """The code of the highest tier that points by unit reach; empty for none, and where a scheme decides."""
    return _reached(_ladders(settings), points)


def _ladders(settings: Settings) -> list[tuple[str, list[Level]]]:
    """The levels of each unit that has some, in the order of the programme."""
    return [(unit, [Level(tier.code, tier.points) for tier in settings.tiers if tier.unit == unit])
            for unit in dict.fromkeys(tier.unit for tier in settings.tiers if tier.unit)]


def _reached(ladders: Sequence[tuple[str, Sequence[Level]]], points: Mapping[str, int]) -> str:
    for unit, levels in ladders:
        if (reached := standing(levels, points.get(unit, 0)).reached) is not None:
            return reached.code
    return ""
