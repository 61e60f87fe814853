"""The list of rewards: everything of the catalogue, whatever stage it has reached."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from starlette.responses import Response

from treuwerk.services.participants.saved_views import views_of
from treuwerk.services.rewards import catalogue_list
from treuwerk.services.rewards.catalogue_list import Narrowed
from treuwerk.services.rewards.drafts import Working
from treuwerk.services.rewards.editing import WRITE
from treuwerk.services.rewards.pictures import picture_of
from treuwerk.web.lists import COUNTED_AT_MOST, Asked, Column, Filter, ListKind, asked, list_page, list_view, views_form
from treuwerk.web.office.catalogue.words import STAGES, category_of, name_of
from treuwerk.web.office.frame import navigation, settings_of
from treuwerk.web.office.words import options
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.state import Visit

HOME = "/office/rewards"


def path_of(number: str) -> str:
    """The page of a reward."""
    return f"{HOME}/{quote(number, safe='')}"


def _stages(visit: Visit) -> list[tuple[str, str]]:
    return options(visit, STAGES)


def _categories(visit: Visit) -> list[tuple[str, str]]:
    return [(code, category_of(visit, code)) for code in settings_of(visit).rewards.categories]


def _suppliers(visit: Visit) -> list[tuple[str, str]]:
    with visit.shell.installation.database.reading() as connection:
        return [(name, name) for name in catalogue_list.suppliers(visit.access, connection)]


REWARDS = ListKind(
    "rewards", HOME, marked("Rewards"),
    (Column("name", marked("Reward"), always=True), Column("number", marked("Number"), "number"),
     Column("stage", marked("Stage")), Column("category", marked("Category")), Column("supplier", marked("Supplier")),
     Column("variants", marked("Variants"), amount=True, shown=False),
     Column("changed", marked("Last change"), "changed"), Column("by", marked("Changed by"), shown=False)),
    (Filter("q", marked("Name or number"), "words"), Filter("stage", marked("Stage"), options=_stages),
     Filter("category", marked("Category"), options=_categories),
     Filter("supplier", marked("Supplier"), options=_suppliers, more=True),
     Filter("offered", marked("In the shop"), "flag", more=True)),
    sort="number", rows=50, views_path=f"{HOME}-views")


def rewards_page(visit: Visit) -> Response:
    """One page of the list."""
    state, access = asked(visit, REWARDS), visit.access
    with visit.shell.installation.database.reading() as connection:
        def counts(states: Sequence[Asked]) -> Sequence[int]:
            return catalogue_list.counted(access, connection, [_narrowed(one) for one in states], COUNTED_AT_MOST + 1)

        found = catalogue_list.rewards_page(
            access, connection, _narrowed(state), state.sorted_by, falling=state.descending, after=state.after,
            before=state.before, limit=REWARDS.rows)
        view = list_view(visit, state, count=counts([state])[0], following=found.next, preceding=found.previous,
                         views=views_of(connection, REWARDS.name, access.user_id), counts=counts,
                         may_share=access.may(WRITE))
    return list_page(visit, "office/catalogue/rewards.html", view, rows=[_row(visit, one) for one in found.rows],
                     section=HOME, navigation=navigation(visit), stages=STAGES, may_write=access.may(WRITE))


def rewards_views_form(visit: Visit) -> Response:
    """Keep a view of the list, or take one away."""
    return views_form(visit, REWARDS, visit.access.user_id, may_share=visit.access.may(WRITE))


def _row(visit: Visit, one: Working) -> dict[str, Any]:
    reward = one.reward
    return {"id": reward.number, "number": reward.number, "path": path_of(reward.number),
            "name": name_of(visit, reward), "picture": picture_of(reward, locale=visit.locale),
            "stage": one.stage.value, "in_shop": one.offered and one.drafted,
            "category": category_of(visit, reward.category), "supplier": reward.supplier,
            "variants": len(reward.variants), "changed": one.changed_at, "by": one.changed_by}


def _narrowed(state: Asked) -> Narrowed:
    filters = state.filters
    return Narrowed(filters.get("q", ""), filters.get("stage", ""), filters.get("category", ""),
                    filters.get("supplier", ""), "offered" in filters)
