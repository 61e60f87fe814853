"""Inviting somebody of a company: a one-time code for the first login, told once and noted in the audit."""

from functools import partial

from sqlalchemy import select

from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import Access, Audience, OutOfScope
from treuwerk.programme.roles import roles_of
from treuwerk.services.auditing import note_act
from treuwerk.services.identity.linking import make_link_code
from treuwerk.services.installation import Installation
from treuwerk.store.tables import participant

WRITE = "participants.write"


def invite(access: Access, installation: Installation, account_id: int, person_id: int, role: str, now: int) -> str:
    """A code with which a person of a company (0: the company itself) signs in first; it is kept nowhere.

    Raises:
        Refusal: `unknown_role`.
        OutOfScope: there is no such company.
    """
    access.require(WRITE)
    access.require_account(account_id)
    _refuse_unknown(installation, role)
    with installation.database.reading() as connection:
        if connection.execute(select(participant.c.account_id).where(
                participant.c.account_id == account_id)).scalar() is None:
            raise OutOfScope
    note = partial(note_act, access=access, action="participant.invite", account_id=account_id, object_id="", now=now,
                   after={"role": role, "person": person_id})
    return make_link_code(installation.database, account_id, now, role=role, created_by=access.actor,
                          person_id=person_id, also=note)


def _refuse_unknown(installation: Installation, role: str) -> None:
    known = [code for code, one in roles_of(installation.programme.settings).items()
             if one.audience is Audience.PORTAL]
    if role not in known:
        raise Refusal("unknown_role", f"found role {role!r}, expected one of the portal: {', '.join(sorted(known))}")
