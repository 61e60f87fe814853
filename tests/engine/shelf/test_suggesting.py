"""Suggestions: within the balance and just above it, by what somebody did, each with its reason."""

import attrs
import pytest

from tests.support.showcases import POOR, RICH, Shop, row
from tests.support.worlds import SIX_IN_THE_EVENING
from treuwerk.domain.rights import Access, Audience, NotAllowed, names_for
from treuwerk.services.shop.suggesting import History, Reason, Suggestion, history_of, suggestions
from treuwerk.services.shop.wishes import note_seen, wish


def suggested(shop: Shop, history: History | None = None, who: str = RICH, most: int = 8) -> dict[str, Suggestion]:
    return {one.number: one for one in suggestions(shop.published(), shop.viewer(who), history or History(), most)}


def test_what_is_there_and_within_the_balance_is_suggested_and_something_just_above(shop: Shop) -> None:
    found = suggested(shop)

    assert list(found) == ["DRILL", "SAW", "CAN", "MUG", "LADDER"]
    assert found["LADDER"] == Suggestion("LADDER", Reason.ABOVE)
    assert {one.reason for number, one in found.items() if number != "LADDER"} == {Reason.NEW}
    assert "BOOTS" not in found


@pytest.mark.parametrize(("history", "reason"), [
    (History(ordered=("SAW",)), Reason.LIKE_ORDERED), (History(wished=("SAW",)), Reason.LIKE_WISHED),
    (History(seen=("SAW",)), Reason.LIKE_SEEN)])
def test_what_is_like_something_that_was_liked_comes_first_and_says_so(shop: Shop, history: History,
                                                                     reason: Reason) -> None:
    shop.shelf.bring(row("SHEARS", "Schere", 900, category="tools", labels="cordless", brand="Werk"))

    found = suggested(shop, history)

    assert found["SHEARS"] == Suggestion("SHEARS", reason, "SAW")
    assert found["DRILL"].because == "SAW"
    assert list(found).index("SHEARS") < list(found).index("CAN")


def test_a_wish_within_reach_is_suggested_and_what_was_ordered_is_not(shop: Shop) -> None:
    found = suggested(shop, History(ordered=("CAN",), wished=("DRILL",)))

    assert found["DRILL"].reason is Reason.WISHED
    assert next(iter(suggested(shop, History(ordered=("SAW", "DRILL"), wished=("MUG",))))) == "MUG"
    assert "CAN" not in found


def test_what_cannot_be_ordered_is_not_suggested(shop: Shop) -> None:
    shop.change("DRILL", min_tier="gold")
    shop.change("SAW", groups=("certified",))
    shop.change("CAN", points=0, variants=())

    assert {"DRILL", "SAW"} <= set(suggested(shop))
    assert "CAN" not in suggested(shop)
    assert list(suggested(shop, who=POOR)) == ["MUG"]


def test_who_has_nothing_sees_what_is_nearest(shop: Shop) -> None:
    assert suggested(shop, who=POOR) == {"MUG": Suggestion("MUG", Reason.ABOVE)}


def test_no_category_takes_all_places_and_the_number_is_kept(shop: Shop) -> None:
    shop.shelf.bring(*(row(f"R{number}", f"Ding {number}", 9_000 + number) for number in range(12)),
                     *(row(f"G{number}", f"Gabe {number}", 100 + number, category="garden") for number in range(12)))

    found = suggested(shop, most=4)

    assert len(found) == 4
    assert sum(number.startswith("R") for number in found) == 2
    assert len(suggested(shop, most=8)) == 8


def test_history_is_a_persons_own(shop: Shop) -> None:
    anna = Access(5, "usr_5", Audience.PORTAL, names_for(Audience.PORTAL), shop.viewer().account_id, 2)
    with shop.world.database.writing() as connection:
        wish(anna, connection, shop.world.installation.programme.settings, "SAW", SIX_IN_THE_EVENING)
        note_seen(anna, connection, "CAN", 2)

    with shop.world.database.reading() as connection:
        found = [history_of(who, connection) for who in (anna, attrs.evolve(anna, user_id=6))]
        with pytest.raises(NotAllowed):
            history_of(attrs.evolve(anna, permissions=frozenset()), connection)

    assert found == [History(wished=("SAW",), seen=("CAN",)), History()]
