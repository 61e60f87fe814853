"""The list of all participants: narrowed, in any order, page by page at the same cost wherever one is."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import attrs
from sqlalchemy import Connection, Row, Select, exists, func, select, tuple_

from treuwerk.domain.folding import behind, sortable
from treuwerk.domain.ledger import instant, moment
from treuwerk.domain.rights import Access
from treuwerk.domain.standing import Level, standing
from treuwerk.programme.settings import Settings
from treuwerk.services.searching import customer_numbers
from treuwerk.store.tables import balance, directory, membership, participant

READ = "participants.read"
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
    tier: str
    points: Mapping[str, int]
    logins: int
    sort_key: str | int

    @property
    def joined_on(self) -> date:
        """The day of joining, UTC."""
        return moment(self.joined_at).date()


Cursor = tuple[str | int, int]
"""Sort key and account of the last participant that was seen."""


def participants(access: Access, connection: Connection, settings: Settings, narrowed: Narrowed, ordered: Ordered, *,
                 after: Cursor | None = None, limit: int = 50) -> tuple[list[Listed], Cursor | None]:
    """One page, and behind whom the next one begins; five queries, whatever the page and how many participants."""
    access.require(READ)
    column = _column(ordered)
    query = _narrowed(_query(column, settings, narrowed, ordered), settings, narrowed)
    key = tuple_(column, participant.c.account_id)
    if after is not None:
        query = query.where(key < tuple_(*after) if ordered.falling else key > tuple_(*after))
    order = ((column.desc(), participant.c.account_id.desc()) if ordered.falling else
             (column, participant.c.account_id))
    rows = connection.execute(query.order_by(*order).limit(limit + 1)).all()
    shown = _listed(connection, settings, rows[:limit])
    last = shown[-1] if len(rows) > limit else None
    return shown, (last.sort_key, last.account_id) if last else None


def all_participants(access: Access, connection: Connection, settings: Settings, narrowed: Narrowed,
                     ordered: Ordered) -> Iterator[Listed]:
    """Everybody whom the list is narrowed to, page after page, for a file."""
    after: Cursor | None = None
    while True:
        page, after = participants(access, connection, settings, narrowed, ordered, after=after, limit=1_000)
        yield from page
        if after is None:
            return


def counted(access: Access, connection: Connection, settings: Settings, narrowed: Narrowed, at_most: int) -> int:
    """How many there are, up to `at_most`, beyond which nobody counts."""
    access.require(READ)
    some = _narrowed(_query(directory.c.name, settings, narrowed, Ordered()), settings, narrowed).limit(
        at_most).subquery()
    return connection.execute(select(func.count()).select_from(some)).scalar_one()


def countries(access: Access, connection: Connection) -> list[str]:
    """Countries that participants live in."""
    access.require(READ)
    return list(connection.execute(select(participant.c.country).where(participant.c.country != "").distinct()
                                   .order_by(participant.c.country)).scalars())


def main_unit(settings: Settings) -> str:
    """The unit that lists show first: one that rewards are paid with."""
    return next((code for code, unit in settings.units.items() if unit.spendable), next(iter(settings.units)))


def _query(column: Any, settings: Settings, narrowed: Narrowed, ordered: Ordered) -> Select[*tuple[Any, ...]]:
    """Led by what gives the order, so that the database walks its index and stops after a page."""
    logins = select(func.count()).select_from(membership).where(
        membership.c.account_id == participant.c.account_id).scalar_subquery()
    source = directory.join(participant, participant.c.account_id == directory.c.account_id)
    if ordered.by == "balance":
        source = source.join(balance, (balance.c.account_id == directory.c.account_id)
                             & (balance.c.unit == (narrowed.unit or main_unit(settings))), isouter=True)
    return select(participant.c.account_id, participant.c.name, participant.c.group, participant.c.status,
                  participant.c.country, participant.c.postcode, participant.c.city, directory.c.joined_at,
                  column.label("sort_key"), logins.label("logins")).select_from(source)


def _column(ordered: Ordered) -> Any:
    if ordered.by == "balance":
        return func.coalesce(balance.c.posted - balance.c.deficit, 0)
    return _COLUMNS[ordered.by]


def _narrowed(query: Select[*tuple[Any, ...]], settings: Settings, narrowed: Narrowed) -> Select[*tuple[Any, ...]]:
    for column, value in ((participant.c.group, narrowed.group), (participant.c.status, narrowed.status),
                          (participant.c.country, narrowed.country)):
        if value:
            query = query.where(column == value)
    if start := sortable(narrowed.name):
        query = query.where(directory.c.name >= start, directory.c.name < behind(start))
    zone = settings.programme.time_zone
    if narrowed.joined_from:
        query = query.where(directory.c.joined_at >= instant(datetime.combine(narrowed.joined_from, time(), zone)))
    if narrowed.joined_until:
        following = narrowed.joined_until + timedelta(days=1)
        query = query.where(directory.c.joined_at < instant(datetime.combine(following, time(), zone)))
    if narrowed.without_login:
        query = query.where(~exists().where(membership.c.account_id == participant.c.account_id))
    if narrowed.least is not None or narrowed.most is not None:
        query = query.where(_between(narrowed.unit or main_unit(settings), narrowed.least, narrowed.most))
    return query.where(_of_tier(settings, narrowed.tier)) if narrowed.tier else query


def _between(unit: str, least: int | None, most: int | None) -> Any:
    """Whether the points of a unit lie between; who has no row of it has none of it."""
    points = func.coalesce(select(balance.c.posted - balance.c.deficit).where(
        balance.c.account_id == participant.c.account_id, balance.c.unit == unit).scalar_subquery(), 0)
    conditions = [points >= least] if least is not None else []
    return conditions[0] & (points <= most) if conditions and most is not None else (
        conditions[0] if conditions else points <= most)


def _of_tier(settings: Settings, code: str) -> Any:
    """Points from those of the tier on, and below those of the next one of its unit."""
    tier = next(one for one in settings.tiers if one.code == code)
    higher = sorted(one.points for one in settings.tiers if one.unit == tier.unit and one.points > tier.points)
    return _between(tier.unit, tier.points, higher[0] - 1 if higher else None)


def _listed(connection: Connection, settings: Settings, rows: Sequence[Row[Any]]) -> list[Listed]:
    accounts = [row.account_id for row in rows]
    numbers = customer_numbers(connection, accounts)
    points: dict[int, dict[str, int]] = {}
    for row in connection.execute(select(balance).where(balance.c.account_id.in_(accounts))):
        points.setdefault(row.account_id, {})[row.unit] = row.posted - row.deficit
    return [Listed(row.account_id, numbers.get(row.account_id, ""), row.name, row.group, row.status, row.country,
                   row.postcode, row.city, row.joined_at, tier_of(settings, points.get(row.account_id, {})),
                   points.get(row.account_id, {}), row.logins, row.sort_key) for row in rows]


def tier_of(settings: Settings, points: Mapping[str, int]) -> str:
    """The code of the highest tier that points by unit reach; empty for none."""
    for unit in dict.fromkeys(tier.unit for tier in settings.tiers):
        levels = [Level(tier.code, tier.points) for tier in settings.tiers if tier.unit == unit]
        if (reached := standing(levels, points.get(unit, 0)).reached) is not None:
            return reached.code
    return ""
