"""How the parts of a reward are saved: into its draft, once, and told to who comes second."""

from collections.abc import Callable

from sqlalchemy import Connection
from starlette.responses import Response

from treuwerk.domain.catalogue import Reward
from treuwerk.domain.refusals import Refusal
from treuwerk.services.rewards import editing
from treuwerk.services.rewards.drafts import RewardChanged, Working
from treuwerk.web.forms.pages import done, told, version_of
from treuwerk.web.office.catalogue.listing import path_of
from treuwerk.web.office.catalogue.words import message_of
from treuwerk.web.office.frame import settings_of
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.pages import gettext, see_other
from treuwerk.web.shell.state import Visit


def number_of(visit: Visit) -> str:
    """The number of the reward in the path."""
    number: str = visit.request.path_params["number"]
    return number


def reward_in(visit: Visit) -> Working:
    """The reward in the path as it is worked on.

    Raises:
        NotAllowed. OutOfScope: there is none.
    """
    with visit.shell.installation.database.reading() as connection:
        return editing.read_reward(visit.access, connection, number_of(visit))


def save(visit: Visit, act: Callable[[Reward], Reward], refuse: Callable[[Refusal], Response],
         conflict: Callable[[Working], Response], *, back: str = "",
         also: Callable[[Connection], None] = lambda _: None) -> Response:
    """Change the draft once and go on to the reward, or to `back`; `also` is written in the same transaction."""
    number = number_of(visit)

    def write(connection: Connection) -> str:
        editing.change(visit.access, connection, settings_of(visit), number, version_of(visit), act, visit.now)
        also(connection)
        told(visit, connection, gettext(visit, marked("The draft is saved.")))
        return back or path_of(number)

    try:
        return done(visit, write)
    except Refusal as refusal:
        return refuse(refusal)
    except RewardChanged as both:
        return conflict(both.theirs)


def sent_to(visit: Visit, refusal: Refusal, path: str) -> Response:
    """To a page that says why something was refused."""
    return tell_at(visit, message_of(refusal), path)


def tell_at(visit: Visit, message: str, path: str) -> Response:
    """To a page, with a message that something was not done."""
    with visit.shell.installation.database.writing() as connection:
        told(visit, connection, gettext(visit, message), tone="bad")
    return see_other(path)


CHANGED = marked("Somebody else changed this meanwhile. Look at it as it is now.")
