"""The catalogue of the bundle: large enough, of European origin with a proof, and some that show what is refused."""

import csv
from collections import Counter
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

from treuwerk.testing.rewards import check_rewards

FOLDER = Path(str(files("solarworld_league")))
DAY = date(2026, 11, 22)


def rows() -> list[dict[str, str]]:
    with (FOLDER / "catalogue" / "rewards.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def test_every_reward_that_is_published_may_be_offered() -> None:
    check_rewards(FOLDER, DAY)


def test_none_of_them_is_offered_without_its_proof() -> None:
    with pytest.raises(AssertionError) as refused:
        check_rewards(FOLDER, date(2029, 1, 1))

    barred = {line.partition(":")[0] for line in str(refused.value).splitlines() if "The proof of origin ended" in line}
    published = {row["reward"] for row in rows() if row["state"] == "published"}
    assert barred == {row["variant"] for row in rows() if row["reward"] in published}


def test_there_are_sixty_in_six_worlds_and_of_four_kinds() -> None:
    published = [row for row in rows() if row["state"] == "published"]
    worlds = Counter(row["category"] for row in published)

    assert len(published) >= 60
    assert len(worlds) == 6
    assert min(worlds.values()) >= 8
    assert {row["kind"] for row in published} == {"goods", "experience", "voucher", "donation"}


def test_each_is_told_in_three_languages() -> None:
    for row in rows():
        if row["name_de"]:
            assert len({row[f"summary_{language}"] for language in ("de", "en", "fr")}) == 3, row["reward"]


def test_the_candidates_in_review_show_what_is_refused(tmp_path: Path) -> None:
    text = (FOLDER / "catalogue" / "rewards.csv").read_text("utf-8").replace(";review;", ";published;")
    for path in FOLDER.iterdir():
        if path.is_file():
            (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "catalogue").mkdir()
    (tmp_path / "catalogue" / "rewards.csv").write_text(text, "utf-8")

    with pytest.raises(AssertionError) as refused:
        check_rewards(tmp_path, DAY)

    assert sorted(str(refused.value).splitlines()) == [
        "RJ-901-1: It comes from CN, which is none of the countries that count.",
        "RJ-902-1: The proof of origin ended on 2025-12-31.",
        "RJ-903-1: “eco_friendly” is a generic environmental claim.",
        "RJ-904-1: There is no proof of origin."]
