"""What a button of the portal does, and why something was refused, in words."""

from collections.abc import Callable, Mapping

from sqlalchemy import Connection
from starlette.responses import Response

from treuwerk.domain.refusals import Refusal
from treuwerk.web.forms.pages import done, told
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.pages import gettext, see_other
from treuwerk.web.shell.state import Visit

_REFUSALS: Mapping[str, str] = {
    "no_name": marked("Enter a name of at most 100 characters."),
    "office_name": marked(
        "You work in the service centre, too, where this name says who booked. Ask your administrator."),
    "beyond_own": marked("You can only give and take roles whose rights you have yourself."),
    "last_manager": marked(
        "Nobody could manage the people of your company any more. Give the role to a colleague first."),
    "changed": marked("Somebody else changed this meanwhile. Look at it again."),
    "own_access": marked("You cannot end your own access. Another manager of your company can."),
    "has_access": marked("This person can sign in already. Change the role instead."),
    "too_many": marked("There are 50 addresses already. Remove one first."),
    "too_many_codes": marked("Too many codes wait for their first login. Withdraw some first."),
}


def refusal_message(refusal: Refusal) -> str:
    """The message of a refusal; the reason itself where there are no words for it."""
    return _REFUSALS.get(refusal.code, refusal.reason)


def _in_words(visit: Visit, refusal: Refusal) -> str:
    return gettext(visit, refusal_message(refusal))


def acted(visit: Visit, act: Callable[[Connection], str], back: str,
          words: Callable[[Visit, Refusal], str] = _in_words) -> Response:
    """Do what a button asks for, once; where it is refused, lead back and say why, in `words` of the page."""
    try:
        return done(visit, act)
    except Refusal as refusal:
        told_why = words(visit, refusal)
        visit.shell.installation.database.run(lambda connection: told(visit, connection, told_why, tone="bad"))
        return see_other(back)
