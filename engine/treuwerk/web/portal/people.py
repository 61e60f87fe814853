"""The people of the own company: who they are, what they may do, and who may not any more."""

import attrs
from sqlalchemy import Connection
from starlette.responses import Response

from treuwerk.domain.ids import USER, public_user_id
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import OutOfScope, row_named
from treuwerk.services.identity.stepping_up import require_recent
from treuwerk.services.participants import colleagues, managing_people
from treuwerk.services.participants.colleagues import Giving, Team
from treuwerk.services.participants.members import Member
from treuwerk.web.forms import Shown, choice, text
from treuwerk.web.forms.pages import done, empty, read, refused, told
from treuwerk.web.portal.acting import acted, refusal_message
from treuwerk.web.portal.profile import profile_template
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.own_balance import own_chip
from treuwerk.web.shell.pages import gettext
from treuwerk.web.shell.state import Visit

HERE = "/profile/people"


@attrs.frozen
class RoleChange:
    """Another role, and the one that was there when the page was shown."""

    role: str = choice(marked("Role"))
    seen: str = text(marked("Role so far"), longest=40)


def people_page(visit: Visit) -> Response:
    """Everybody; codes that wait and who left are shown to who manages people."""
    with visit.shell.installation.database.reading() as connection:
        team = colleagues.team(visit.access, connection, visit.now)
        chip = own_chip(visit, connection)
    return profile_template(visit, "portal/people.html", team=team, chip=chip, me=visit.access.user_id,
                            rights=_rights(visit, team), manages=visit.access.may(colleagues.MANAGE),
                            days=colleagues.GIVEN_BACK_DAYS)


def person_page(visit: Visit) -> Response:
    """One colleague with the role, to be changed, and the access, to be ended."""
    user_id = user_of(visit)
    member, team = _member(visit, user_id)
    allowed, here = giving_of(visit), f"{HERE}/{public_user_id(user_id)}"
    options = {"role": allowed.roles}
    initial = {"role": member.role, "seen": member.role}
    if visit.request.method != "POST":
        return _form(visit, member, team, empty(visit, RoleChange, initial))
    result = read(visit, RoleChange, options)
    if result.ok:
        require_recent(visit.session, visit.now, back=here)
        wanted = result.value
        try:
            return done(visit, lambda connection: _changed(visit, connection, member, wanted))
        except Refusal as refusal:
            result = result.refused("role", refusal_message(refusal))
    return _form(visit, member, team, refused(visit, result), 422)


def end_form(visit: Visit) -> Response:
    """End somebody's access; the message has the way back."""
    user_id = user_of(visit)
    here = f"{HERE}/{public_user_id(user_id)}"
    require_recent(visit.session, visit.now, back=here)

    def act(connection: Connection) -> str:
        managing_people.end_access(visit.access, connection, giving_of(visit), user_id, visit.now)
        told(visit, connection, gettext(visit, marked("The access is ended, and all sessions with it.")),
             undo_path=f"{here}/restore")
        return HERE

    return acted(visit, act, here)


def restore_form(visit: Visit) -> Response:
    """Give access back to who had it."""
    user_id = user_of(visit)
    require_recent(visit.session, visit.now, back=HERE)

    def act(connection: Connection) -> str:
        managing_people.restore_access(visit.access, connection, giving_of(visit), user_id, visit.now)
        told(visit, connection, gettext(visit, marked("The access is there again, with the role of before.")))
        return HERE

    return acted(visit, act, HERE)


def user_of(visit: Visit) -> int:
    """The user in the path.

    Raises:
        OutOfScope: it is no id of a user.
    """
    return row_named(visit.request.path_params["user"], USER)[1]


def giving_of(visit: Visit) -> Giving:
    """What the visitor may give to others."""
    return colleagues.giving(visit.access, visit.shell.installation.programme.settings,
                             visit.shell.permissions.values())


def _changed(visit: Visit, connection: Connection, member: Member, wanted: RoleChange) -> str:
    if managing_people.change_role(visit.access, connection, giving_of(visit), member.user_id, wanted.role,
                                   wanted.seen, visit.now):
        told(visit, connection, gettext(visit, marked("The role is changed. It counts from the next sign-in on.")))
    return HERE


def _member(visit: Visit, user_id: int) -> tuple[Member, Team]:
    with visit.shell.installation.database.reading() as connection:
        team = colleagues.team(visit.access, connection, visit.now)
    found = next((one for one in team.members if one.user_id == user_id), None)
    if found is None:
        raise OutOfScope
    return found, team


def _form(visit: Visit, member: Member, team: Team, form: Shown, status: int = 200) -> Response:
    with visit.shell.installation.database.reading() as connection:
        chip = own_chip(visit, connection)
    return profile_template(visit, "portal/person.html", status, member=member, form=form, chip=chip,
                            path=f"{HERE}/{public_user_id(member.user_id)}",
                            own=member.user_id == visit.access.user_id, giving=giving_of(visit),
                            roles=role_options(visit), rights=_rights(visit, team))


def role_options(visit: Visit) -> list[tuple[str, str, str]]:
    """Roles that the visitor may give: code, name, and what one may do with it."""
    settings = visit.shell.installation.programme.settings
    roles = giving_of(visit).roles
    rights = colleagues.rights_of_roles(settings, roles, visit.shell.permissions.values())
    naming = visit.shell.renderer.environment(visit.locale).globals["naming"]
    return [(code, naming.role(code), " · ".join(gettext(visit, one.title) for one in rights[code]))  # type: ignore[attr-defined]
            for code in roles]


def _rights(visit: Visit, team: Team) -> dict[str, list[str]]:
    """What the roles of these people may do, in words."""
    codes = dict.fromkeys(one.role for one in team.members if one.role)
    settings = visit.shell.installation.programme.settings
    known = [code for code in colleagues.portal_roles(settings) if code in codes]
    found = colleagues.rights_of_roles(settings, known, visit.shell.permissions.values())
    return {code: [gettext(visit, one.title) for one in rights] for code, rights in found.items()}
