"""How often something may be tried: counted in the database, so that all processes count together.

Nobody can lock out somebody else: wrong tries count for the source that they come from. All tries on one login together
only slow down sources from which its owner never came.
"""

from collections.abc import Sequence
from hashlib import sha256
from ipaddress import ip_address, ip_network

import attrs
from sqlalchemy import ColumnElement, Connection, delete, func, select

from treuwerk.domain import ids
from treuwerk.services.identity.sign_in_history import ATTEMPT, note_event, was_here
from treuwerk.store.database import Database
from treuwerk.store.one_by_one import count_one_by_one
from treuwerk.store.tables import sign_in_event

SECOND = 1_000_000
KEPT_SECONDS = 86_400


@attrs.frozen
class Limit:
    """At most `most` tries in `seconds`."""

    most: int
    seconds: int


@attrs.frozen
class Counted:
    """What a try is counted for: a text that is kept only as a hash."""

    what: str
    limit: Limit

    @property
    def key(self) -> int:
        """Below zero, where no user has an id."""
        return -(int.from_bytes(sha256(self.what.encode()).digest()[:8], "big") >> 1) - 1


OF_A_SOURCE_ON_A_LOGIN = Limit(8, 600)
OF_A_SOURCE = Limit(40, 600)
ON_A_LOGIN = Limit(30, 600)
ON_A_FACTOR = Limit(6, 600)
ON_A_FACTOR_A_DAY = Limit(40, 86_400)


def of_source(source: str) -> Counted:
    """What every try from a network counts for, whoever it is about."""
    return Counted(f"from {network(source)}", OF_A_SOURCE)


def of_password(connection: Connection, login: str, source: str, user_id: int | None) -> list[Counted]:
    """What a try of a password counts for. Whether the login exists makes no difference that shows."""
    place = network(source)
    counted = [Counted(f"login {login} from {place}", OF_A_SOURCE_ON_A_LOGIN), of_source(source)]
    if user_id is None or not was_here(connection, user_id, place):
        counted.append(Counted(f"login {login}", ON_A_LOGIN))
    return counted


def of_factor(user_id: int) -> list[Counted]:
    """What a try of a code counts for: who tries knows the password already, or holds the session."""
    return [Counted(f"factor {user_id}", ON_A_FACTOR), Counted(f"factor {user_id} a day", ON_A_FACTOR_A_DAY)]


def of_own_password(user_id: int) -> list[Counted]:
    """What a try of the own password counts for, within a session; not what codes count for: being right resets it."""
    what = f"own password {user_id}"
    return [Counted(what, ON_A_FACTOR), Counted(f"{what} a day", ON_A_FACTOR_A_DAY)]


def of_link(number: str, source: str) -> list[Counted]:
    """What a try of a one-time code counts for."""
    place = network(source)
    return [Counted(f"link {number} from {place}", OF_A_SOURCE_ON_A_LOGIN), of_source(source)]


def try_now(database: Database, counted: Sequence[Counted], now: int) -> int:
    """Count a try before it is made and answer 0, or count nothing and answer after how many seconds to come again."""

    def work(connection: Connection) -> int:
        count_one_by_one(connection, [one.key for one in counted])
        wait = max((_wait(connection, one, now) for one in counted), default=0)
        for one in counted if not wait else ():
            note_event(connection, one.key, ATTEMPT, "", now)
        return wait

    return database.run(work)


def succeed(connection: Connection, counted: Sequence[Counted], now: int) -> None:
    """The try was right: its login or user starts over, and for the source, from which others come, it counts no more.

    Else a firm behind one address would lock itself out by signing in.
    """
    forget(connection, [one for one in counted if one.limit is not OF_A_SOURCE])
    take_back(connection, [one for one in counted if one.limit is OF_A_SOURCE], now)


def forget(connection: Connection, counted: Sequence[Counted]) -> None:
    """Start over: the try was right."""
    connection.execute(delete(sign_in_event).where(sign_in_event.c.user_id.in_([one.key for one in counted])))


def take_back(connection: Connection, counted: Sequence[Counted], now: int) -> None:
    """Count the try of this instant no more: it was right. Others of the same source stay."""
    for one in counted:
        own = select(func.max(sign_in_event.c.id)).where(sign_in_event.c.user_id == one.key,
                                                         sign_in_event.c.happened_at == now).scalar_subquery()
        connection.execute(delete(sign_in_event).where(sign_in_event.c.user_id == one.key, sign_in_event.c.id == own))


def sweep_attempts(connection: Connection, now: int) -> None:
    """Delete tries that count no more."""
    connection.execute(delete(sign_in_event).where(
        sign_in_event.c.user_id < 0, sign_in_event.c.happened_at < now - KEPT_SECONDS * SECOND))


def network(source: str) -> str:
    """The network that an address is taken for: so much belongs to one connection.

    >>> network("192.0.2.77"), network("2001:db8:1:2::7"), network("")
    ('192.0.2.0/24', '2001:db8:1::/48', '')
    """
    try:
        address = ip_address(source)
    except ValueError:
        return source[:60]
    return str(ip_network((address, 24 if address.version == 4 else 48), strict=False))


def _wait(connection: Connection, counted: Counted, now: int) -> int:
    since = now - counted.limit.seconds * SECOND
    tries = select(func.count()).select_from(sign_in_event).where(*_of(counted, since))
    if connection.execute(tries).scalar_one() < counted.limit.most:
        return 0
    oldest: int = connection.execute(
        select(sign_in_event.c.happened_at).where(*_of(counted, since)).order_by(sign_in_event.c.happened_at.desc())
        .offset(counted.limit.most - 1).limit(1)).scalar_one()
    return (oldest + counted.limit.seconds * SECOND - now) // SECOND + 1


def _of(counted: Counted, since: int) -> list[ColumnElement[bool]]:
    return [sign_in_event.c.user_id == counted.key, sign_in_event.c.id > ids.first_row_id(since),
            sign_in_event.c.happened_at > since]
