"""Finding a participant by what people call it."""

from sqlalchemy import Connection, select

from treuwerk.domain.participants import CUSTOMER_NUMBER, identifier
from treuwerk.store.tables import identifier as known
from treuwerk.store.tables import participant


class UnknownParticipant(LookupError):
    """No participant has this number."""


def account_of(connection: Connection, named: str) -> int:
    """The account of a customer number, or of another identifier written as ``scheme:value``.

    Raises:
        UnknownParticipant: naming what was looked for.
    """
    scheme, colon, value = named.partition(":")
    scheme, value = (scheme.lower(), value) if colon else (CUSTOMER_NUMBER, named)
    account_id: int | None = connection.execute(select(known.c.account_id).where(
        known.c.scheme == scheme, known.c.value == identifier(value))).scalar()
    if account_id is None:
        raise UnknownParticipant(f"found no participant with {scheme} {value!r}; expected a customer number, "
                                 "or scheme:value such as gln:4012345000009")
    return account_id


def name_of(connection: Connection, account_id: int) -> str:
    """The company's name."""
    return connection.execute(select(participant.c.name).where(participant.c.account_id == account_id)).scalar() or ""
