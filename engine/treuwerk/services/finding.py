"""Finding a participant by what people call it."""

import re

from sqlalchemy import Connection, select

from treuwerk.domain.participants import CUSTOMER_NUMBER, identifier
from treuwerk.domain.refusals import Refusal
from treuwerk.store.aliases import shared
from treuwerk.store.merges import moved_of, standing_merges_into
from treuwerk.store.tables import identifier as known
from treuwerk.store.tables import participant

ACCOUNT = "account"


class UnknownParticipant(LookupError):
    """No participant has this number."""


def account_of(connection: Connection, named: str) -> int:
    """The account of a customer number, or of another identifier written as ``scheme:value``.

    ``account:4762154797613217242`` is the account itself, which is how one is reached that was merged into another.

    Raises:
        UnknownParticipant: naming what was looked for.
    """
    scheme, value = scheme_and_value(named)
    query = select(known.c.account_id).where(known.c.scheme == scheme, known.c.value == value)
    if scheme == ACCOUNT:
        query = select(participant.c.account_id).where(participant.c.account_id == _number_in(value))
    if others := shared(connection, scheme, [value]).get(value):
        raise UnknownParticipant(f"found {scheme} {named.partition(':')[2]} with {len(others)} participants, expected "
                                 "a number that only one has, such as a customer number")
    account_id: int | None = connection.execute(query).scalar()
    if account_id is None:
        raise UnknownParticipant(f"found no participant with {scheme} {named.partition(':')[2] or named!r}; expected a "
                                 "customer number, or scheme:value such as gln:4012345000009")
    return account_id


def _number_in(value: str) -> int:
    """The number of an account as it is written; 0, which no account has, where a row can have none such."""
    number = int(value) if re.fullmatch("[0-9]{1,19}", value, re.ASCII) else 0
    return number if number < 2**63 else 0


def scheme_and_value(named: str) -> tuple[str, str]:
    """Scheme and value of an identifier as they are compared; a customer number needs no scheme."""
    scheme, colon, value = named.partition(":")
    scheme, value = (scheme.lower(), value) if colon else (CUSTOMER_NUMBER, named)
    return scheme, identifier(value)


def given_up_account_of(connection: Connection, named: str) -> int:
    """The account that had an identifier before it was merged into the one that has it now.

    Raises:
        UnknownParticipant: naming what was looked for.
        Refusal: `not_merged`: it has always been that of the account that has it.
    """
    now_at, wanted = account_of(connection, named), list(scheme_and_value(named))
    found = now_at
    while rows := [row for row in standing_merges_into(connection, found) if wanted in moved_of(row).identifiers]:
        found = rows[0].account_id
    if found == now_at and wanted[0] != ACCOUNT:
        raise Refusal("not_merged", f"found {named!r} with the account that it has always had, expected a participant "
                      "who was merged into another", account=str(now_at))
    return found


def name_of(connection: Connection, account_id: int) -> str:
    """The company's name."""
    return connection.execute(select(participant.c.name).where(participant.c.account_id == account_id)).scalar() or ""
