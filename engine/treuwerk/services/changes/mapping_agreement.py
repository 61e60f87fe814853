"""Agreeing, as the second person, with what somebody wants a number of a sender to mean; or not.

What it would book is looked at anew. Who agrees says to what: where that is not what would be booked any more, nothing
is, and it is looked at again.
"""

import json
from zlib import crc32

from sqlalchemy import Connection

from treuwerk.domain.actors import same_person
from treuwerk.domain.aliases import Alias
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import Access
from treuwerk.services.auditing import note_act
from treuwerk.services.changes import aliasing
from treuwerk.services.changes.aliasing import AT_ONCE, MAP, Decided, Meant
from treuwerk.services.changes.mapping_proposals import Proposal, Reach, proposal_of
from treuwerk.services.clearing.decision_turns import APPROVE
from treuwerk.services.clearing.releasing import Released
from treuwerk.services.installation import Installation
from treuwerk.store import alias_proposals as store
from treuwerk.store import work
from treuwerk.store.alias_proposals import DONE, REFUSED, WITHDRAWN
from treuwerk.store.succession import successor


def preview(access: Access, installation: Installation, proposal: Proposal, now: int) -> Released:
    """What agreeing would do now.

    Raises:
        NotAllowed, Refusal: as `aliasing.preview`.
    """
    return aliasing.preview(access, installation, _meant(installation, proposal), now)


def version_of(would: Released) -> int:
    """Changes with what would be booked."""
    told = [would.lines, would.booked, would.more, sorted(would.points.items()), sorted(would.documents.items())]
    return crc32(json.dumps(told).encode())


def agree(access: Access, installation: Installation, public_id: str, version: int, now: int, *,
          at_once: int = AT_ONCE) -> Decided:
    """Let a number mean what somebody else proposed, and book what waited for it; `version` is of what was seen.

    Raises:
        NotAllowed: the right to map, or that of a second person, is not there.
        OutOfScope: there is no such proposal.
        Refusal: as `aliasing.decide`; `self_approval`: one's own; `already_decided`: it waits no more;
            `mapping_changed`: it would book something else by now.
    """
    access.require(MAP)
    access.require(APPROVE)
    asked = _waiting(access, installation, public_id)
    if asked.user_id == access.user_id or same_person(asked.actor, access.actor):
        raise Refusal("self_approval", f"found {access.actor!r}, who asked for it; expected another person")
    if version_of(preview(access, installation, asked, now)) != version:
        raise Refusal("mapping_changed", "found that it would book something else by now; expected a look at that")

    def agreed(connection: Connection, kept: Alias) -> None:
        _end(access, connection, asked, DONE, "alias.agree", now, kept.id)

    return aliasing.decide_together(access, installation, _meant(installation, asked), now, asked_by=asked.actor,
                                    agreed=agreed, at_once=at_once)


def refuse(access: Access, installation: Installation, public_id: str, now: int) -> Proposal:
    """As the second person, leave a number for another decision; who asked withdraws it so.

    Raises:
        NotAllowed, OutOfScope, Refusal: as `agree`.
    """
    access.require(MAP)
    asked = _waiting(access, installation, public_id)
    own = asked.user_id == access.user_id
    if not own:
        access.require(APPROVE)
    installation.database.run(lambda connection: _end(
        access, connection, asked, WITHDRAWN if own else REFUSED, "alias.withdraw" if own else "alias.refuse", now))
    return asked


def _waiting(access: Access, installation: Installation, public_id: str) -> Proposal:
    with installation.database.reading() as connection:
        found = proposal_of(access, connection, public_id)
    if not found.waits:
        raise _decided(found)
    return found


def _end(access: Access, connection: Connection, asked: Proposal, state: str, act: str, now: int,
         alias_id: int = 0) -> None:
    if not store.end(connection, asked.id, state, now, second_by=access.user_id, second=access.actor,
                     alias_id=alias_id):
        raise _decided(asked)
    work.close(connection, work.MAPPING, asked.public_id, now)
    note_act(connection, access, act, asked.account_id, asked.public_id, now=now, after={
        "sender": asked.name.scope, "number": asked.written or asked.name.value, "asked_by": asked.actor})


def _decided(found: Proposal) -> Refusal:
    return Refusal("already_decided", f"found it {found.state}, or decided in this moment; expected one that waits")


def _meant(installation: Installation, asked: Proposal) -> Meant:
    """The same as it was asked for; a company that was merged since is the one that it became."""
    with installation.database.reading() as connection:
        account_id = successor(connection, asked.account_id)
    return Meant(asked.name, account_id=account_id, written=asked.written, called=asked.called,
                 once=asked.reach is Reach.ONCE, document=asked.document, everywhere=asked.reach is Reach.ALL)
