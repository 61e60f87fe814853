"""The pictures of the rewards: one for each that is published, drawn by code and of one size."""

import csv
import re
from importlib.resources import files
from pathlib import Path
from xml.etree import ElementTree as ET

from PIL import Image

from solarworld_league.drawn import cover_drawings, drawings
from solarworld_league.drawn.pen import HEIGHT, WIDTH
from treuwerk.services.rewards.arrangement_files import read_file

CATALOGUE = Path(str(files("solarworld_league"))) / "catalogue"
SHAPES = {"svg", "defs", "linearGradient", "radialGradient", "stop", "g", "rect", "ellipse", "circle", "path"}


def published() -> set[str]:
    with (CATALOGUE / "rewards.csv").open(encoding="utf-8", newline="") as file:
        return {row["reward"] for row in csv.DictReader(file, delimiter=";") if row["state"] == "published"}


def test_every_published_reward_has_a_drawing_and_its_picture() -> None:
    assert {reward for reward, _ in drawings()} == published()
    assert {path.stem for path in (CATALOGUE / "pictures").glob("*.webp")} == published()


def test_a_drawing_is_made_of_shapes_only() -> None:
    for reward, drawing in (*drawings(), *cover_drawings()):
        root = ET.fromstring(drawing)

        assert {part.tag.rpartition("}")[2] for part in root.iter()} <= SHAPES, reward
        assert root.get("viewBox") == f"0 0 {WIDTH} {HEIGHT}"
        assert set(re.findall(r"url\((#\w+)\)", drawing)) == {f"#{part.get('id')}" for part in root[0]}, reward


def test_every_world_has_a_cover_of_its_own() -> None:
    covers = {code for code, _ in cover_drawings()}
    arranged = read_file(CATALOGUE / "worlds.toml")

    assert {path.stem for path in (CATALOGUE / "covers").glob("*.webp")} == covers
    assert {one.code for one in arranged.worlds} == covers
    assert {path.name for path in arranged.covers.paths.values()} == {f"{code}.webp" for code in covers}
    assert all(set(one.cover.alt) == {"de", "en", "fr"} for one in arranged.worlds if one.cover)


def test_no_two_drawings_are_the_same() -> None:
    made = [drawing for _, drawing in drawings()]

    assert len(set(made)) == len(made) >= 60


def test_pictures_are_of_one_size_and_light() -> None:
    for path in CATALOGUE.glob("*/*.webp"):
        with Image.open(path) as picture:
            assert picture.size == (WIDTH, HEIGHT), path.name
        assert path.stat().st_size < 40_000, path.name
