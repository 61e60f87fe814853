"""Special prices, tiers and groups in files of rewards: read strictly, and written as they are read."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.catalogues import DRILL, Shelf, make_shelf, shelf_folder
from tests.support.showcases import TIERS
from treuwerk.domain.reward_prices import PriceRule
from treuwerk.programme.reading import read_programme
from treuwerk.programme.settings import Settings
from treuwerk.services.rewards.price_cells import read_prices, written_prices
from treuwerk.store import rewards as store
from treuwerk.store.database import Database

RULES = "5000 tier=gold | 6000 group=installer from=2026-12-01 until=2026-12-31 | 450 variant=DRILL 12"


@pytest.fixture
def shelf(tmp_path_factory: pytest.TempPathFactory, sqlite_database: Database) -> Shelf:
    """A programme with one tier, and no rewards yet."""
    return make_shelf(tmp_path_factory.mktemp("league"), sqlite_database, [("\n[groups.certified]", TIERS)])


def test_prices_tier_and_groups_come_in_and_go_out_as_they_came(shelf: Shelf) -> None:
    row = {**DRILL, "prices": RULES, "min_tier": "gold", "groups": "installer|certified"}

    receipt = shelf.bring(row)
    exported = shelf.exported()
    again = shelf.bring_text(exported)

    with shelf.world.database.reading() as connection:
        kept, _ = store.contents(connection, ["DRILL"])["DRILL"]
    assert (receipt.created, receipt.held, again.unchanged) == (1, [], 1)
    assert kept.prices == (PriceRule(5_000, tier="gold"), PriceRule(
        6_000, group="installer", first=date(2026, 12, 1), last=date(2026, 12, 31)), PriceRule(450, "DRILL 12"))
    assert (kept.min_tier, kept.groups) == ("gold", ("certified", "installer"))
    assert shelf.exported() == exported
    assert shelf.bring({"reward": "DRILL", "variant": "DRILL-12", "prices": "", "min_tier": ""}).changed == 1


@pytest.mark.parametrize(("cells", "code", "words"), [
    ({"prices": "cheap"}, "bad_price", "column prices"), ({"prices": "0 tier=gold"}, "bad_price", "expected 1 to"),
    ({"prices": "2000000000"}, "bad_price", "expected 1 to"), ({"prices": "-5"}, "bad_price", "column prices"),
    ({"prices": "5000 tier=platinum"}, "bad_price", "one of gold"),
    ({"prices": "5000 group=x"}, "bad_price", "certified"), ({"prices": "5000 tier="}, "bad_price", "value"),
    ({"prices": "5000 tier=gold tier=gold"}, "bad_price", "once at most"),
    ({"prices": "5000 colour=red"}, "bad_price", "variant, group, tier"), ({"prices": "5000|"}, "bad_price", "column"),
    ({"prices": "5000 from=1.1.2026"}, "bad_price", "1.1.2026"),
    ({"prices": "5 from=2026-02-01 until=2026-01-31"}, "bad_price", "2026-02-01 or a later day"),
    ({"min_tier": "platinum"}, "unknown_value", "expected some of gold"),
    ({"groups": "certified|school"}, "unknown_value", "'school'")])
def test_what_is_no_rule_or_not_known_is_named(shelf: Shelf, cells: dict[str, str], code: str, words: str) -> None:
    receipt = shelf.bring({**DRILL, **cells})

    [problem] = receipt.problems
    assert problem["code"] == code
    assert words in problem["reason"]


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return read_programme(shelf_folder(tmp_path_factory.mktemp("league"))).settings


@given(st.lists(st.builds(
    PriceRule, st.integers(1, 10**9), st.text("AB -1", max_size=6).map(lambda text: " ".join(text.split())),
    st.sampled_from(["", "installer"]), first=st.just(date.min) | st.dates(max_value=date(2026, 1, 1)),
    last=st.just(date.max) | st.dates(date(2026, 1, 1), date(2100, 1, 1))), max_size=4))
def test_whatever_is_written_is_read_as_it_was(settings: Settings, rules: list[PriceRule]) -> None:
    assert read_prices(written_prices(tuple(rules)), settings) == tuple(rules)
