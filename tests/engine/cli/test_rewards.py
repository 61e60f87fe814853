"""Rewards from the command line: in with every difference told, out again, and held against the constraints."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.engine.cli.conftest import Outcome, Treuwerk, invoke
from tests.support.catalogues import DRILL, Shelf, make_shelf
from treuwerk.store.database import Database


@pytest.fixture
def shelf(tmp_path: Path, database: Database) -> Shelf:
    return make_shelf(tmp_path / "league", database)


@pytest.fixture
def treuwerk(shelf: Shelf) -> Treuwerk:
    def run(*arguments: str | Path) -> Outcome:
        return invoke("--programme", shelf.world.folder, "--database",
                      shelf.world.database.url.render_as_string(False), *arguments)

    return run


def written(folder: Path, **cells: str) -> Path:
    path, row = folder / "rewards.csv", {**DRILL, **cells}
    path.write_text("".join(f"{';'.join(line)}\n" for line in (row, row.values())), "utf-8")
    return path


def test_a_catalogue_comes_in_with_its_differences_and_goes_out_again(treuwerk: Treuwerk, tmp_path: Path) -> None:
    first = treuwerk("import", "rewards", written(tmp_path))
    rehearsed = treuwerk("import", "rewards", written(tmp_path, cost="60.00"), "--dry-run")
    told = treuwerk("import", "rewards", written(tmp_path, cost="60.00"), "--json")
    out = treuwerk("export", "rewards")
    (tmp_path / "again.csv").write_text(out.out, "utf-8", newline="")
    again = treuwerk("import", "rewards", tmp_path / "again.csv")

    assert (first.code, first.out) == (0, "rewards.csv: 1 created, 0 changed, 0 unchanged, 0 rejected\n")
    assert rehearsed.out == ("rewards.csv: 0 created, 1 changed, 0 unchanged, 0 rejected (dry run)\n"
                             "  DRILL cost: 5000 becomes 6000\n")
    assert told.json["changes"] == [{"reward": "DRILL", "path": "cost", "before": 5000, "after": 6000}]
    assert (again.code, again.out) == (0, "again.csv: 0 created, 0 changed, 1 unchanged, 0 rejected\n")


def test_what_may_not_be_offered_is_told_at_once(treuwerk: Treuwerk, tmp_path: Path) -> None:
    outcome = treuwerk("import", "rewards", written(tmp_path, origin_country="CN"))

    assert outcome.code == 3
    assert outcome.err == ("  DRILL-12 is not published: It comes from CN, which is none of the countries that "
                           "count.\n")


def test_the_whole_catalogue_is_checked_again(treuwerk: Treuwerk, shelf: Shelf, tmp_path: Path) -> None:
    treuwerk("import", "rewards", written(tmp_path, origin_valid_until="9999-12-30"))
    good = treuwerk("check", "--catalogue")
    programme = shelf.world.folder / "programme.toml"
    programme.write_text(programme.read_text("utf-8").replace('areas = ["EU"]\n', ""), "utf-8")

    barred, as_json = treuwerk("check", "--catalogue"), treuwerk("check", "--catalogue", "--json")

    assert (good.code, good.err) == (0, "")
    assert barred.code == 3
    assert "BARRED: reward DRILL-12: It comes from DE, which is none of the countries that count." in barred.err
    assert as_json.json["rewards"]["barred"] == [{
        "reward": "DRILL", "variant": "DRILL-12",
        "reason": "It comes from DE, which is none of the countries that count.",
        "words": "It comes from %(country)s, which is none of the countries that count.",
        "details": {"country": "DE"}}]
    assert treuwerk("check").code == 0


def test_evidence_that_ends_soon_is_a_warning(treuwerk: Treuwerk, tmp_path: Path) -> None:
    soon = (datetime.now(UTC).date() + timedelta(days=30)).isoformat()
    treuwerk("import", "rewards", written(tmp_path, origin_valid_until=soon))

    outcome = treuwerk("check", "--catalogue")

    assert (outcome.code, outcome.err) == (0, f"WARNING: reward DRILL: its evidence of origin ends on {soon}\n")
