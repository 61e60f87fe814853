"""Covers of worlds by file: taken in once, told in every language, and taken along to another installation."""

from pathlib import Path

import pytest
from PIL import Image

from tests.support.catalogues import DRILL, Shelf
from tests.support.worlds import SIX_IN_THE_EVENING
from treuwerk.domain.promotions import World
from treuwerk.services.documents_folder import VARIABLE, documents_of
from treuwerk.services.rewards.arrangement_files import arrangement_lines, import_arrangement, mistakes_of
from treuwerk.services.rewards.importing import RewardReceipt
from treuwerk.services.submissions.sweeping import sweep
from treuwerk.store.promotions import WORLDS

NOW = SIX_IN_THE_EVENING
YEAR = 365 * 86_400_000_000
FILE = """[[worlds]]
code = "roof"
name = { de = "Dach" }
published = true
rewards = ["DRILL"]
cover = "covers/roof.webp"
cover_alt = { de = "Ein Dach", de_Informal = "Dein Dach" }

"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where uploaded files go."""
    monkeypatch.setenv(VARIABLE, str(tmp_path / "documents"))


@pytest.fixture
def stocked(shelf: Shelf) -> Shelf:
    """A drill, and a cover beside the file of worlds."""
    shelf.bring(DRILL)
    (shelf.world.folder / "covers").mkdir()
    Image.new("RGB", (1200, 900), "orange").save(shelf.world.folder / "covers" / "roof.webp")
    (shelf.world.folder / "covers" / "small.png").write_bytes(b"\x89PNG nothing")
    return shelf


def brought(shelf: Shelf, text: str = FILE, *, dry_run: bool = False) -> RewardReceipt:
    path = shelf.world.folder / "worlds.toml"
    path.write_text(text, "utf-8")
    return import_arrangement(shelf.world.installation, path, NOW, dry_run)


def roof(shelf: Shelf) -> World:
    with shelf.world.installation.database.reading() as connection:
        return WORLDS.every(connection)["roof"]


def is_shown(shelf: Shelf) -> bool:
    cover = roof(shelf).cover
    assert cover
    return documents_of(shelf.world.installation.database).reward_file(cover.sha256, "960.webp").is_file()


def test_a_cover_comes_with_its_world_and_is_drawn_once(stocked: Shelf) -> None:
    tried, first, same = brought(stocked, dry_run=True), brought(stocked), brought(stocked)

    assert [(one.created, one.unchanged, one.problems) for one in (tried, first, same)] == [
        (1, 0, []), (1, 0, []), (0, 1, [])]
    cover = roof(stocked).cover
    assert cover
    assert (cover.width, cover.height, cover.alt["de"]) == (960, 720, "Ein Dach")
    sweep(stocked.world.installation, NOW + YEAR)
    assert is_shown(stocked)


def test_another_cover_is_a_difference_and_none_takes_it_away(stocked: Shelf) -> None:
    brought(stocked)
    Image.new("RGB", (800, 600), "navy").save(stocked.world.folder / "covers" / "roof.webp")

    other = brought(stocked)
    none = brought(stocked, "".join(line for line in FILE.splitlines(True) if "cover" not in line))

    assert [one["path"] for one in other.changes] == ["cover.sha256"]
    assert {one["path"] for one in none.changes} >= {"cover.sha256", "cover.alt.de"}
    assert roof(stocked).cover is None


@pytest.mark.parametrize(("cover", "words"), [
    ("covers/none.webp", "worlds roof: cover: found 'covers/none.webp', expected a picture in the folder of this file"),
    ("../programme.toml", "expected a picture in the folder of this file"),
    ("/etc/hostname", "expected a picture in the folder of this file"),
    ("covers/small.png", "worlds roof: cover: small.png: found"),
    ("0" * 64, "cover: found 000000000000…, expected the hash of a picture that was taken in here")])
def test_a_cover_that_cannot_be_leaves_its_world_out(stocked: Shelf, cover: str, words: str) -> None:
    receipt = brought(stocked, FILE.replace("covers/roof.webp", cover))

    assert (receipt.created, receipt.rejected) == (0, 1)
    assert words in receipt.problems[0]["reason"]


def test_a_published_world_says_what_is_on_its_cover(stocked: Shelf) -> None:
    mute = FILE.replace('cover_alt = { de = "Ein Dach", de_Informal = "Dein Dach" }\n', "")
    path = stocked.world.folder / "worlds.toml"

    receipt, draft = brought(stocked, mute), brought(stocked, mute.replace("published = true", "published = false"))

    assert "cover_alt_de: found nothing, expected what is on the cover" in receipt.problems[0]["reason"]
    assert draft.created == 1
    path.write_text(mute.replace("roof.webp", "gone.webp"), "utf-8")
    [found] = mistakes_of(stocked.world.installation.programme.settings, path, ["DRILL"])
    assert found.startswith("worlds roof: cover: found 'covers/gone.webp'")


def test_what_is_exported_comes_back_with_its_covers_or_by_their_hashes(stocked: Shelf, tmp_path: Path) -> None:
    brought(stocked)
    first, there = roof(stocked), tmp_path / "there"

    here = "".join(arrangement_lines(stocked.world.installation))
    exported = "".join(arrangement_lines(stocked.world.installation, there))
    (there / "worlds.toml").write_text(exported, "utf-8")
    same = import_arrangement(stocked.world.installation, there / "worlds.toml", NOW)
    bare = brought(stocked, FILE.replace('cover = "covers/roof.webp"\n', ""))
    by_hash = brought(stocked, here)

    assert exported == FILE
    assert (there / "covers" / "roof.webp").read_bytes() == (
        stocked.world.folder / "covers" / "roof.webp").read_bytes()
    assert (same.unchanged, bare.changed, by_hash.changed) == (1, 1, 1)
    assert roof(stocked) == first
