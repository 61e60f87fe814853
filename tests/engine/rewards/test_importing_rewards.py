"""Rewards by file: what is new, changed, held back or wrong, and that an export comes back as it went."""

from decimal import Decimal
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from tests.support.catalogues import DRILL, Shelf, shelf_folder
from tests.support.worlds import SIX_IN_THE_EVENING
from treuwerk.domain.catalogue import Reward, RewardText, Variant
from treuwerk.domain.rewards import RewardState
from treuwerk.domain.tabular import UnreadableFile
from treuwerk.programme.reading import read_programme
from treuwerk.programme.settings import Settings
from treuwerk.services.master_files import NamedRow
from treuwerk.services.rewards.columns import cells_of, columns
from treuwerk.services.rewards.importing import RewardReceipt, import_rewards
from treuwerk.services.rewards.listing import listed, plain
from treuwerk.store import rewards as store
from treuwerk.store.tables import reward, reward_stock, reward_version

MUG = {**DRILL, "reward": "MUG", "variant": "MUG-RED", "variant_name_de": "Rot", "variant_points": "500",
       "name_de": "Becher", "category": "garden"}


def counts(receipt: RewardReceipt) -> dict[str, int]:
    shown = receipt.as_json()
    return {name: shown[name] for name in ("created", "changed", "unchanged", "rejected") if shown[name]}


def kept(shelf: Shelf, number: str = "DRILL") -> Any:
    with shelf.world.installation.database.reading() as connection:
        [row] = connection.execute(select(reward).where(reward.c.number == number)).all()
    return store.read(row.content)


def test_rewards_are_created_changed_and_left_alone(shelf: Shelf) -> None:
    first = shelf.bring(DRILL, MUG)
    same = shelf.bring(DRILL, MUG)
    changed = shelf.bring({**DRILL, "cost": "60.00", "stock": "9"}, MUG)

    assert [counts(one) for one in (first, same, changed)] == [
        {"created": 2}, {"unchanged": 2}, {"changed": 1, "unchanged": 1}]
    assert changed.changes == [
        {"reward": "DRILL", "path": "cost", "before": 5000, "after": 6000},
        {"reward": "DRILL", "path": "stock.DRILL-12", "before": 7, "after": 9}]
    versions = select(reward_version.c.number, reward_version.c.version).order_by("number", "version")
    assert shelf.world.rows(versions) == [("DRILL", 1), ("DRILL", 2), ("MUG", 1)]
    assert shelf.world.rows(select(reward_stock.c.variant, reward_stock.c.on_hand).order_by("variant")) == [
        ("DRILL-12", 9), ("MUG-RED", 7)]


def test_a_dry_run_tells_every_difference_and_stores_nothing(shelf: Shelf) -> None:
    shelf.bring(DRILL)

    receipt = shelf.bring({**DRILL, "name_de": "Bohrer", "stock": "unlimited"}, MUG, dry_run=True)

    assert (counts(receipt), receipt.dry_run) == ({"created": 1, "changed": 1}, True)
    assert {(one["path"], one["before"], one["after"]) for one in receipt.changes} == {
        ("texts.de.name", "Akkuschrauber", "Bohrer"), ("stock.DRILL-12", 7, "unlimited")}
    assert kept(shelf).texts["de"].name == "Akkuschrauber"
    assert shelf.world.rows(select(reward.c.number)) == [("DRILL",)]


def test_what_a_file_does_not_say_stays_as_it_is(shelf: Shelf) -> None:
    shelf.bring({**DRILL, "brand": "Werk", "labels": "new|cordless"})

    receipt = shelf.bring({"reward": "DRILL", "variant": "DRILL-12", "labels": "cordless"})

    assert [one["path"] for one in receipt.changes] == ["labels"]
    assert (kept(shelf).brand, kept(shelf).labels, kept(shelf).cost) == ("Werk", ("cordless",), 5000)
    assert kept(shelf).evidence[0].document == "LE-2026-17"


@pytest.mark.parametrize(("cells", "reason"), [
    ({"origin_statement": ""}, "There is no proof of origin."),
    ({"origin_country": "CN"}, "It comes from CN, which is none of the countries that count."),
    ({"origin_valid_until": "2026-01-31"}, "The proof of origin ended on 2026-01-31."),
    ({"origin_document": ""}, "The proof of origin names no document."),
    ({"summary_de": ""}, "summary_de is empty, expected a text in each language"),
    ({"cost": "0"}, "it has no price, expected points, or a cost for the formula"),
])
def test_what_lacks_something_is_kept_in_review_and_told(shelf: Shelf, cells: dict[str, str], reason: str) -> None:
    emptied = {name: "" for name in DRILL if name.startswith("origin_")} if "origin_statement" in cells else {}

    receipt = shelf.bring({**DRILL, **emptied, **cells}, MUG)

    assert (counts(receipt), receipt.done_in_part) == ({"created": 2}, True)
    assert [(one["reward"], one["reason"]) for one in receipt.held] == [("DRILL", reason)]
    assert (kept(shelf).state, kept(shelf, "MUG").state) == (RewardState.REVIEW, RewardState.PUBLISHED)


@pytest.mark.parametrize(("cells", "code", "words"), [
    ({"cost": "1.234,50"}, "bad_number", "column cost"), ({"cost": "5.001"}, "bad_number", "at most two decimals"),
    ({"cost": "-5"}, "bad_number", "expected 0 to"), ({"vat": "NaN"}, "bad_number", "column vat"),
    ({"stock": "1_000"}, "bad_number", "column stock"), ({"stock": "seven"}, "bad_number", "column stock"),
    ({"category": "toys"}, "unknown_value", "expected one of tools, garden"),
    ({"state": "live"}, "unknown_value", "draft, review, published, withdrawn"),
    ({"kind": "Goods!"}, "bad_code", "column kind"),
    ({"origin_valid_until": "31.03.2027"}, "bad_date", "column origin_valid_until"),
    ({"visible_from": "2026-05-01", "visible_until": "2026-04-30"}, "bad_date", "2026-05-01 or a later day"),
    ({"origin_country": "DE|IT"}, "wrong_width", "found 2 values"),
    ({"variant": ""}, "empty_cell", "column variant"), ({"reward": ""}, "empty_cell", "column reward"),
    ({"reward": "R" * 201}, "too_long", "column reward"),
])
def test_a_reward_with_a_bad_cell_is_named_and_the_others_are_taken(shelf: Shelf, cells: dict[str, str], code: str,
                                                                   words: str) -> None:
    receipt = shelf.bring({"visible_from": "", "visible_until": "", **DRILL, **cells}, MUG)

    assert counts(receipt) == {"created": 1, "rejected": 1}
    [problem] = receipt.problems
    assert (problem["line"], problem["code"]) == (2, code)
    assert words in problem["reason"]


def test_rows_of_one_reward_are_its_variants_and_must_not_differ(shelf: Shelf) -> None:
    blue = {"reward": "MUG", "variant": "MUG-BLUE", "variant_name_de": "Blau"}

    good = shelf.bring(MUG, blue)
    bad = shelf.bring(MUG, {**blue, "name_de": "Tasse"})
    fewer = shelf.bring({**blue, "category": "garden"})

    assert [one.number for one in kept(shelf, "MUG").variants] == ["MUG-BLUE"]
    assert (counts(good), counts(fewer)) == ({"created": 1}, {"changed": 1})
    assert "line 2 says 'Becher' of the same reward" in bad.problems[0]["reason"]
    assert {one["path"] for one in fewer.changes} == {"variants.MUG-RED.number", "variants.MUG-RED.name.de",
                                                     "variants.MUG-RED.points", "stock.MUG-RED"}
    assert shelf.world.rows(select(reward_stock.c.variant)) == []


@pytest.mark.parametrize("in_one_file", [True, False])
def test_a_number_names_one_variant_only(shelf: Shelf, in_one_file: bool) -> None:
    other = {**MUG, "variant": "DRILL-12"}

    receipt = shelf.bring(DRILL, other) if in_one_file else (shelf.bring(DRILL), shelf.bring(other))[1]

    assert [problem["code"] for problem in receipt.problems] == ["taken"]
    assert shelf.world.rows(select(reward.c.number)) == [("DRILL",)]


def test_two_files_at_once_are_both_kept(shelf: Shelf) -> None:
    shelf.bring(DRILL)
    together, found = Barrier(2), list[RewardReceipt]()

    def bring(folder: Path, cells: dict[str, str]) -> None:
        folder.mkdir()
        path = folder / "rewards.csv"
        path.write_text("".join(";".join(line) + "\n" for line in (cells, cells.values())), "utf-8")
        together.wait()
        found.append(import_rewards(shelf.world.installation, path, SIX_IN_THE_EVENING))

    ways: list[dict[str, str]] = [{"brand": "Werk"}, {"supplier": "Haus"}]
    threads = [Thread(target=bring, args=(shelf.world.folder / f"way{number}", {
        "reward": "DRILL", "variant": "DRILL-12", **way})) for number, way in enumerate(ways)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [counts(one) for one in found] == [{"changed": 1}, {"changed": 1}]
    assert (kept(shelf).brand, kept(shelf).supplier) == ("Werk", "Haus")
    assert len(shelf.world.rows(select(reward_version.c.version))) == 3


def test_an_export_imports_as_it_is_and_is_no_formula_anywhere(shelf: Shelf) -> None:
    shelf.bring({**DRILL, "name_de": "=1+1", "brand": "'quoted", "labels": "a|b", "text_de": "One\\n\\nTwo",
                 "countries": "DE|AT", "redeem_until": "2026-12-31"}, MUG,
                {"reward": "MUG", "variant": "MUG-BLUE", "variant_name_de": "@blau"})
    exported = shelf.exported()

    again = shelf.bring_text(exported)

    assert counts(again) == {"unchanged": 2}
    assert shelf.exported() == exported
    assert kept(shelf).texts["de"].name == "=1+1"
    assert kept(shelf).texts["de"].text == "One\n\nTwo"
    assert not any(cell.startswith(("=", "+", "@")) for line in exported.splitlines() for cell in line.split(";"))


@pytest.mark.parametrize(("columns", "words"), [
    ({"Points": "5"}, "did you mean points"), ({"orgin_valid_until": "2027-01-01"}, "origin_valid_until"),
    ({"origin_valid_until": "2027-01-01"}, "without origin_statement, origin_country, origin_document, "),
    ({"claim_statement": "recycled", "claim_document": "G", "claim_valid_from": ""}, "without claim_valid_until"),
    ({"name_it": "Trapano"}, "name_it")])
def test_a_file_with_columns_that_mean_nothing_changes_nothing(shelf: Shelf, columns: dict[str, str],
                                                              words: str) -> None:
    shelf.bring(DRILL)

    with pytest.raises(UnreadableFile, match=words):
        shelf.bring({"reward": "DRILL", "variant": "DRILL-12", "cost": "1.00", **columns})

    assert kept(shelf).cost == 5000


def test_numbers_that_look_like_formulas_come_back_as_they_went(shelf: Shelf) -> None:
    shelf.bring({**DRILL, "reward": "-50", "variant": "+V"})
    exported = shelf.exported()

    assert counts(shelf.bring_text(exported)) == {"unchanged": 1}
    assert (shelf.exported(), "'+V" in exported) == (exported, True)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return read_programme(shelf_folder(tmp_path_factory.mktemp("league"))).settings


@given(name=st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp", "Zs"]), max_size=12),
       points=st.integers(0, 10**9), vat=st.decimals(0, 30, places=2), pieces=st.none() | st.integers(0, 10**9))
def test_whatever_is_kept_comes_back_as_it_went(settings: Settings, name: str, points: int, vat: Decimal,
                                                pieces: int | None) -> None:
    one = Reward("R", "goods", "tools", vat=vat, brand=name, points=points, variants=(Variant("V"),),
                 texts={"de": RewardText(name, name, name)} if name else {})
    [cells] = cells_of(one, {} if pieces is None else {"V": pieces}, ["de"])

    found = listed([plain(NamedRow(2, dict(zip(columns(["de"]), cells, strict=True))))], None, settings)

    assert (found.reward, found.stock) == (one, {"V": pieces})
