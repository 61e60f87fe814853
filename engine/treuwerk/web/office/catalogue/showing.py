"""A reward for who keeps it: what it is, what it lacks, what publishing would change, and every version of it."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection
from starlette.responses import Response

from treuwerk.domain.refusals import Refusal
from treuwerk.services.rewards import editing, publishing
from treuwerk.services.rewards.code_desk import code_pools, running_out
from treuwerk.services.rewards.drafts import RewardChanged
from treuwerk.services.rewards.pictures import pictures_of
from treuwerk.services.rewards.seat_desk import dates_of, has_dates
from treuwerk.services.rewards.stock import stock_of
from treuwerk.web.forms.pages import done, told, version_of
from treuwerk.web.forms.reading import VERSION
from treuwerk.web.forms.showing import new_form_id
from treuwerk.web.office.catalogue.listing import HOME, path_of
from treuwerk.web.office.catalogue.saving import CHANGED, number_of, reward_in, sent_to, tell_at
from treuwerk.web.office.catalogue.words import (
    PROOFS,
    STAGES,
    category_of,
    kind_facts,
    kind_of,
    lacking_words,
    name_of,
    told_changes,
)
from treuwerk.web.office.frame import number_in, office_page, settings_of
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.pages import gettext
from treuwerk.web.shell.slot_words import slot_words
from treuwerk.web.shell.state import Visit

Act = Callable[[Connection, str], str]
"""What a button does: the words that tell it."""


def reward_page(visit: Visit) -> Response:
    """One reward, with everything that can be done about it."""
    one, settings = reward_in(visit), settings_of(visit)
    formula = settings.rewards.pricing.formula if settings.rewards.pricing else None
    with visit.shell.installation.database.reading() as connection:
        stock = stock_of(visit.access, connection, one.reward)
        dates = dates_of(visit.access, connection, settings, one.reward, visit.now)
        pools = code_pools(visit.access, connection, settings, one.reward)
    return office_page(
        visit, "office/catalogue/reward.html", section=HOME, one=one, name=name_of(visit, one.reward),
        path=path_of(one.number), stages=STAGES, proofs=PROOFS, category=category_of(visit, one.reward.category),
        kind=kind_of(visit, one.reward.kind), kind_facts=list(kind_facts(visit, one.reward.kind)),
        dated=has_dates(settings, one.reward), dates=[(found, slot_words(visit, found.slot)) for found in dates],
        pools=pools, few_codes=set(running_out(settings, pools)),
        pictures=pictures_of(one.reward, locale=visit.locale), stock=stock, ids=new_form_id(),
        prices=[(variant, one.reward.regular_price(variant, formula)) for variant in one.reward.variants],
        missing=[(fault.variant, lacking_words(visit, fault)) for fault in publishing.missing(
            settings, one.reward, visit.now)],
        changes=told_changes(visit, one.changes),
        languages=settings.programme.locales, may_write=visit.access.may(editing.WRITE),
        may_publish=visit.access.may(publishing.PUBLISH),
        other_publishes=visit.access.may(publishing.PUBLISH) and not publishing.may_publish(
            visit.access, settings, one))


def history_page(visit: Visit) -> Response:
    """Every version of a reward, the newest first."""
    one = reward_in(visit)
    with visit.shell.installation.database.reading() as connection:
        past = publishing.history(visit.access, connection, one.number)
    told_versions: list[dict[str, Any]] = [
        {"past": version, "changes": told_changes(visit, version.changes)} for version in past]
    return office_page(visit, "office/catalogue/history.html", section=HOME, one=one, name=name_of(visit, one.reward),
                       path=path_of(one.number), stages=STAGES, versions=told_versions,
                       may_write=visit.access.may(editing.WRITE))


def hand_in_form(visit: Visit) -> Response:
    """Hand the draft in."""
    def act(connection: Connection, number: str) -> str:
        publishing.hand_in(visit.access, connection, number, version_of(visit), visit.now)
        return marked("The draft is handed in. Whoever may publish finds it among those in review.")

    return _acted(visit, act)


def give_back_form(visit: Visit) -> Response:
    """Give what was handed in back."""
    def act(connection: Connection, number: str) -> str:
        publishing.give_back(visit.access, connection, number, version_of(visit), visit.now)
        return marked("The reward is a draft again.")

    return _acted(visit, act)


def publish_form(visit: Visit) -> Response:
    """Put it into the shop."""
    def act(connection: Connection, number: str) -> str:
        publishing.publish(visit.access, connection, settings_of(visit), number, version_of(visit), visit.now)
        return marked("The reward is published.")

    return _acted(visit, act)


def withdraw_form(visit: Visit) -> Response:
    """Take it out of the shop; what is undone is published again."""
    number = number_of(visit)

    def write(connection: Connection) -> str:
        after = publishing.withdraw(visit.access, connection, number, version_of(visit), visit.now)
        again = "" if after.drafted else f"{path_of(number)}/publish"
        told(visit, connection, gettext(visit, marked("The reward is out of the shop.")), undo_path=again,
             undo_fields={VERSION: str(after.version)})
        return path_of(number)

    return _written(visit, write)


def discard_form(visit: Visit) -> Response:
    """Give the draft up."""
    number = number_of(visit)

    def write(connection: Connection) -> str:
        before = editing.discard(visit.access, connection, number, version_of(visit), visit.now)
        told(visit, connection, gettext(visit, marked("The draft is given up.")),
             undo_path=f"{path_of(number)}/restore")
        return path_of(number) if before.kept else HOME

    return _written(visit, write)


def restore_form(visit: Visit) -> Response:
    """Take a draft up again."""
    def act(connection: Connection, number: str) -> str:
        editing.restore_draft(visit.access, connection, number, visit.now)
        return marked("The draft is back.")

    return _acted(visit, act)


def keep_form(visit: Visit) -> Response:
    """Keep the draft over what came meanwhile."""
    def act(connection: Connection, number: str) -> str:
        publishing.keep_draft(visit.access, connection, number, version_of(visit), visit.now)
        return marked("The draft stays. Publishing it replaces what is in the catalogue now.")

    return _acted(visit, act)


def take_version_form(visit: Visit) -> Response:
    """Make a draft of an older version."""
    past = number_in(visit, "past")

    def act(connection: Connection, number: str) -> str:
        publishing.take_version(visit.access, connection, settings_of(visit), number, version_of(visit), past,
                                visit.now)
        return marked("The draft is as the reward was in that version. Publish it to bring it back.")

    return _acted(visit, act)


def _acted(visit: Visit, act: Act) -> Response:
    number = number_of(visit)

    def write(connection: Connection) -> str:
        told(visit, connection, gettext(visit, act(connection, number)))
        return path_of(number)

    return _written(visit, write)


def _written(visit: Visit, write: Callable[[Connection], str]) -> Response:
    here = path_of(number_of(visit))
    try:
        return done(visit, write)
    except Refusal as refusal:
        return sent_to(visit, refusal, here)
    except RewardChanged:
        return tell_at(visit, CHANGED, here)
