"""Inviting a colleague: the code is shown once, to be handed over, and can be withdrawn until it is used."""

import attrs
from sqlalchemy import Connection
from starlette.responses import Response

from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import OutOfScope, row_named
from treuwerk.services.identity.linking import GOOD_DAYS, fresh_code
from treuwerk.services.identity.session_data import set_value, take_value
from treuwerk.services.identity.stepping_up import require_recent
from treuwerk.services.participants import colleagues, managing_people, own_profile
from treuwerk.services.participants.managing_people import CODE, LONGEST_NAME, Invitation
from treuwerk.web.forms import Shown, Wrong, choice, text
from treuwerk.web.forms.pages import done, empty, read, refused, told
from treuwerk.web.portal.acting import acted, refusal_message
from treuwerk.web.portal.people import HERE, giving_of, role_options
from treuwerk.web.portal.profile import profile_template
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.own_balance import own_chip
from treuwerk.web.shell.pages import gettext
from treuwerk.web.shell.state import Visit

INVITED = f"{HERE}/invited"
_KEPT = "invited"
_FIELDS = {"no_name": "name", "has_access": "person"}


@attrs.frozen
class InvitationForm:
    """Somebody whom lists know already, or a name, and the role."""

    person: str = choice(marked("Person"), required=False)
    name: str = text(marked("Name of somebody else"), required=False, longest=LONGEST_NAME)
    role: str = choice(marked("Role"))

    def __attrs_post_init__(self) -> None:
        """One of the two, not both."""
        if bool(self.person) == bool(self.name):
            raise Wrong(marked("Choose a person or enter a name: one of the two."), field="name")

    def invitation(self) -> Invitation:
        """What the service takes."""
        return Invitation(self.role, int(self.person or 0), self.name)


def invite_page(visit: Visit) -> Response:
    """The form, and the code that comes of it."""
    people = _people(visit)
    options = {"person": [code for code, _ in people], "role": list(giving_of(visit).roles)}
    if visit.request.method != "POST":
        initial = {"person": visit.request.query_params.get("person", "")}
        return _form(visit, people, empty(visit, InvitationForm, initial))
    result = read(visit, InvitationForm, options)
    if result.ok:
        require_recent(visit.session, visit.now)
        invitation = result.value.invitation()
        try:
            return _invited(visit, invitation, invitation.name or dict(people)[result.value.person])
        except Refusal as refusal:
            result = result.refused(_FIELDS.get(refusal.code, "role"), refusal_message(refusal))
    return _form(visit, people, refused(visit, result), 422)


def _invited(visit: Visit, invitation: Invitation, name: str) -> Response:
    """The code waits in the session for the next page, which shows it once: whoever clicks twice sees it, too."""
    fresh = fresh_code(visit.access.account_id)

    def act(connection: Connection) -> str:
        managing_people.invite(visit.access, connection, giving_of(visit), invitation, fresh, visit.now)
        set_value(connection, visit.session.id_hash, _KEPT,
                  {"name": name, "role": invitation.role, "code": fresh.printed})
        return INVITED

    return done(visit, act)


def invited_page(visit: Visit) -> Response:
    """The code, this once."""
    database = visit.shell.installation.database
    made = database.run(lambda connection: take_value(connection, visit.session.id_hash, _KEPT))
    with database.reading() as connection:
        company = own_profile.company(visit.access, connection)
        chip = own_chip(visit, connection)
    address = visit.shell.deployment.public_url.rstrip("/") or str(visit.request.base_url).rstrip("/")
    return profile_template(visit, "portal/invited.html", made=made, company=company, days=GOOD_DAYS, chip=chip,
                            address=f"{address}/first-login")


def withdraw_form(visit: Visit) -> Response:
    """Let a code be good no more."""
    number = _code_of(visit)
    require_recent(visit.session, visit.now, back=HERE)

    def act(connection: Connection) -> str:
        if managing_people.withdraw(visit.access, connection, number, visit.now):
            words = marked("The code is withdrawn. Nobody can sign in with it any more.")
            told(visit, connection, gettext(visit, words), undo_path=f"{HERE}/codes/give-back",
                 undo_fields={"code": visit.form["code"]})
        else:
            told(visit, connection, gettext(visit, marked("This code was used or is over already.")), tone="info")
        return HERE

    return acted(visit, act, HERE)


def give_back_form(visit: Visit) -> Response:
    """Undo that a code was withdrawn."""
    number = _code_of(visit)
    require_recent(visit.session, visit.now, back=HERE)

    def act(connection: Connection) -> str:
        there = managing_people.give_back(visit.access, connection, giving_of(visit), number, visit.now)
        words = marked("The code is good again.") if there else marked("This code was used or is over already.")
        told(visit, connection, gettext(visit, words), tone="good" if there else "info")
        return HERE

    return acted(visit, act, HERE)


def _code_of(visit: Visit) -> int:
    """The number of an invitation of the own company in the form.

    Raises:
        OutOfScope: it is none.
    """
    account_id, number = row_named(visit.form.get("code", ""), CODE)
    if account_id != visit.access.account_id:
        raise OutOfScope
    return number


def _people(visit: Visit) -> list[tuple[str, str]]:
    with visit.shell.installation.database.reading() as connection:
        team = colleagues.team(visit.access, connection, visit.now)
    return [(str(one.person_id), one.name) for one in team.members if not one.user_id]


def _form(visit: Visit, people: list[tuple[str, str]], form: Shown, status: int = 200) -> Response:
    with visit.shell.installation.database.reading() as connection:
        chip = own_chip(visit, connection)
    return profile_template(visit, "portal/invite.html", status, form=form if people else form.requiring("name"),
                            people=people, roles=role_options(visit), days=GOOD_DAYS, chip=chip)
