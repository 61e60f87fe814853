"""Pictures of rewards by file: drawn once, with words in each language, and what is wrong named by its row."""

from pathlib import Path

import pytest
from PIL import Image

from tests.support.catalogues import DRILL, Shelf
from tests.support.worlds import SIX_IN_THE_EVENING
from treuwerk.domain.catalogue import Picture, Reward
from treuwerk.domain.tabular import UnreadableFile
from treuwerk.services.documents_folder import VARIABLE, documents_of
from treuwerk.services.rewards.importing import RewardReceipt
from treuwerk.services.rewards.importing_pictures import import_pictures
from treuwerk.store import rewards as store

HEADER = "reward;file;alt_de\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where uploaded files go."""
    monkeypatch.setenv(VARIABLE, str(tmp_path / "documents"))


@pytest.fixture
def stocked(shelf: Shelf) -> Shelf:
    """A drill without pictures, and two pictures beside the table."""
    shelf.bring(DRILL)
    folder = shelf.world.folder / "pictures"
    folder.mkdir()
    for name, colour in (("front", "orange"), ("back", "navy")):
        Image.new("RGB", (960, 720), colour).save(folder / f"{name}.webp")
    (folder / "broken.webp").write_bytes(b"RIFF0000WEBPVP8 nothing")
    return shelf


def brought(shelf: Shelf, rows: str, *, dry_run: bool = False) -> RewardReceipt:
    path = shelf.world.folder / "pictures.csv"
    path.write_text(HEADER + rows, "utf-8")
    return import_pictures(shelf.world.installation, path, SIX_IN_THE_EVENING, dry_run)


def drill(shelf: Shelf) -> Reward:
    with shelf.world.installation.database.reading() as connection:
        return store.contents(connection, ["DRILL"])["DRILL"][0]


def lies(shelf: Shelf, picture: Picture) -> bool:
    return documents_of(shelf.world.installation.database).reward_file(picture.sha256, "480.webp").is_file()


def test_a_reward_gets_its_pictures_in_the_order_of_the_rows(stocked: Shelf) -> None:
    first = brought(stocked, "DRILL;pictures/front.webp;Von vorn\nDRILL;pictures/back.webp;Von hinten\n")
    same = brought(stocked, "DRILL;pictures/front.webp;Von vorn\nDRILL;pictures/back.webp;Von hinten\n")

    assert ((first.changed, first.unchanged), (same.changed, same.unchanged)) == ((1, 0), (0, 1))
    pictures = drill(stocked).pictures
    assert [(one.alt["de"], one.width, one.height) for one in pictures] == [
        ("Von vorn", 960, 720), ("Von hinten", 960, 720)]
    assert all(lies(stocked, one) for one in pictures)


def test_other_words_and_another_order_draw_nothing_anew(stocked: Shelf) -> None:
    brought(stocked, "DRILL;pictures/front.webp;Von vorn\nDRILL;pictures/back.webp;Von hinten\n")
    front, back = drill(stocked).pictures

    receipt = brought(stocked, "DRILL;pictures/back.webp;Rückseite\nDRILL;pictures/front.webp;Von vorn\n")

    assert receipt.changed == 1
    assert [one.sha256 for one in drill(stocked).pictures] == [back.sha256, front.sha256]
    assert drill(stocked).pictures[0].alt == {"de": "Rückseite"}


def test_a_dry_run_keeps_nothing(stocked: Shelf) -> None:
    receipt = brought(stocked, "DRILL;pictures/front.webp;Von vorn\n", dry_run=True)

    assert (receipt.changed, receipt.dry_run, drill(stocked).pictures) == (1, True, ())


@pytest.mark.parametrize(("rows", "code"), [
    ("DRILL;pictures/side.webp;Seite\n", "no_file"),
    ("DRILL;../programme.toml;Seite\n", "no_file"),
    ("DRILL;pictures/front.webp;\n", "empty_cell"),
    ("HAMMER;pictures/front.webp;Hammer\n", "unknown_reward"),
    ("DRILL;programme.toml;Seite\n", "not_a_picture"),
])
def test_what_is_wrong_is_named_and_leaves_the_reward_as_it_was(stocked: Shelf, rows: str, code: str) -> None:
    receipt = brought(stocked, rows)

    assert [(one["line"], one["code"]) for one in receipt.problems] == [(2, code)]
    assert (receipt.changed, drill(stocked).pictures) == (0, ())


def test_a_picture_that_cannot_be_drawn_leaves_the_reward_as_it_was(stocked: Shelf) -> None:
    receipt = brought(stocked, "DRILL;pictures/front.webp;Von vorn\nDRILL;pictures/broken.webp;Kaputt\n")

    assert (receipt.changed, receipt.rejected, drill(stocked).pictures) == (0, 1, ())


def test_a_column_that_nobody_knows_refuses_the_file(stocked: Shelf) -> None:
    path: Path = stocked.world.folder / "pictures.csv"
    path.write_text("reward;file;alt_de;alt_xx\nDRILL;pictures/front.webp;Vorn;x\n", "utf-8")

    with pytest.raises(UnreadableFile, match="alt_xx"):
        import_pictures(stocked.world.installation, path, SIX_IN_THE_EVENING)
