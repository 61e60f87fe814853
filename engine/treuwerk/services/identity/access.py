"""Who acts, and what may be done: made once for each request from its session and the roles of the programme."""

from collections.abc import Iterable
from functools import lru_cache

from treuwerk.domain.rights import Access, Audience, Permission
from treuwerk.programme.roles import permissions_of
from treuwerk.programme.settings import Settings
from treuwerk.services.identity.sessions import Session

VIEW_AS = "participants.view_as"
_KEY_SHOWN = 12
_SETS_OF_ROLES = 256


class Rights:
    """What the roles of a programme give: neither changes while a process runs, so each set of them is worked out once.

    `permissions` are all that engine and plugins declare.
    """

    def __init__(self, settings: Settings, permissions: Iterable[Permission]) -> None:
        declared = tuple(permissions)
        self._readable = _readable(declared)
        self._given = lru_cache(_SETS_OF_ROLES)(
            lambda roles, audience: permissions_of(settings, roles, audience, declared))

    def access_of(self, session: Session, audience: Audience, request_id: str = "") -> Access:
        """The access of a session to pages of an audience.

        A session of the other audience has no rights, with one exception: the service centre sees the portal of the
        participant whom it views, and can change nothing there.
        """
        own = self._given(session.roles, session.audience)
        if session.audience is audience:
            rights, account_id, person_id, viewing = own, session.identity.account_id, session.identity.person_id, False
        else:
            viewing = audience is Audience.PORTAL and session.viewing_account != 0 and VIEW_AS in own
            rights = self._readable if viewing else frozenset()
            account_id, person_id = (session.viewing_account if viewing else 0), 0
        return Access(session.identity.user_id, session.actor, audience, rights, account_id, person_id, viewing,
                      session.id_hash[:_KEY_SHOWN], request_id)


def _readable(declared: Iterable[Permission]) -> frozenset[str]:
    return frozenset(permission.name for permission in declared
                     if permission.audience is Audience.PORTAL and not permission.writes)
