"""Pictures of rewards: drawn anew in two sizes, served to whom the shop is open, and swept when nobody knows them."""

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from tests.engine.uploads.test_sweeping import aged
from tests.support.pictures import EICAR, jpeg, pages, turned_photo
from tests.support.portal import NOW, Portal, open_portal
from treuwerk.domain.catalogue import Picture, Reward
from treuwerk.domain.refusals import Refusal
from treuwerk.services.documents_folder import VARIABLE, Documents
from treuwerk.services.rewards.pictures import (
    LARGE,
    SMALL,
    keep_picture,
    note,
    picture_of,
    pictures_of,
    store_document,
    store_picture,
)
from treuwerk.services.submissions.sweeping import sweep
from treuwerk.store.database import Database


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where uploaded files go."""
    monkeypatch.setenv(VARIABLE, str(tmp_path / "documents"))
    return tmp_path / "documents"


@pytest.fixture
def portal(tmp_path: Path, database: Database) -> Portal:
    """A portal; runs once per database."""
    return open_portal(tmp_path, database)


def drawn(width: int, height: int, kind: str = "PNG", mode: str = "RGB") -> bytes:
    content = BytesIO()
    Image.new(mode, (width, height), "green" if mode == "RGB" else (0, 0, 0, 0)).save(content, kind)
    return content.getvalue()


def kept(portal: Portal, content: bytes) -> Picture:
    path = portal.installation.programme.folder / "picture.bin"
    path.write_bytes(content)
    return keep_picture(portal.installation, path, "tests", NOW)


def test_a_picture_is_served_in_two_sizes_and_kept_by_browsers(portal: Portal) -> None:
    reward = Reward("DRILL", "goods", "tools", pictures=(kept(portal, drawn(1600, 1200)),))

    served = {}
    for size in (SMALL, LARGE):
        shown = picture_of(reward, size)
        assert shown is not None
        answer = portal.signed_in().get(shown.address)
        served[size] = Image.open(BytesIO(answer.content))
        assert (answer.headers["content-type"], served[size].size) == ("image/webp", (shown.width, shown.height))
        assert "immutable" in answer.headers["cache-control"]

    assert {size: image.size for size, image in served.items()} == {480: (480, 360), 960: (960, 720)}


def test_who_may_not_see_rewards_sees_no_pictures(portal: Portal) -> None:
    shown = picture_of(Reward("R", "goods", "tools", pictures=(kept(portal, drawn(500, 500)),)))
    assert shown is not None

    answers = [portal.signed_in().get(shown.address), portal.in_office("agent").get(f"/office{shown.address}"),
               portal.in_office("agent").get(shown.address), portal.signed_in().get(f"/office{shown.address}"),
               portal.visitor().get(shown.address)]

    assert [answer.status_code for answer in answers] == [200, 200, 403, 403, 303]


@pytest.mark.parametrize("name", ["x", "../" * 3 + "x", f"{'a' * 64}-481", f"{'A' * 64}-480", f"{'a' * 64}-480"])
def test_an_address_of_no_picture_is_none(portal: Portal, name: str) -> None:
    assert portal.signed_in().get(f"/rewards/pictures/{name}.webp").status_code == 404


def test_words_are_those_of_the_language_or_of_the_one_that_stands_in(portal: Portal) -> None:
    first, second = (Picture("a" * 64, 960, 960, {"de": "Ein Bohrer"}), Picture("b" * 64, 960, 480, {"en": "A drill"}))
    reward = Reward("DRILL", "goods", "tools", pictures=(first, second))

    assert [one.alt for one in pictures_of(reward, locale="de_Informal")] == ["Ein Bohrer", ""]
    assert [one.alt for one in pictures_of(reward, locale="en")] == ["", "A drill"]
    assert picture_of(Reward("BARE", "goods", "tools")) is None


def test_a_photo_stands_upright_and_tells_nothing_of_its_camera(portal: Portal, folder: Path) -> None:
    picture = kept(portal, turned_photo())

    rendition = Documents(folder).reward_file(picture.sha256, "960.webp")
    with Image.open(rendition) as shown:
        assert (shown.size, dict(shown.getexif())) == ((400, 800), {})
    assert (picture.width, picture.height) == (400, 800)
    assert b"Secret Camera" not in rendition.read_bytes()


def test_what_shines_through_is_white(portal: Portal, folder: Path) -> None:
    picture = kept(portal, drawn(480, 480, mode="RGBA"))

    with Image.open(Documents(folder).reward_file(picture.sha256, "480.webp")) as shown:
        assert shown.convert("RGB").getpixel((10, 10)) == (255, 255, 255)


@pytest.mark.parametrize(("content", "code"), [
    (drawn(479, 200), "too_small"), (pages(["A sheet"]), "not_a_picture"), (b"<svg></svg>", "svg"),
    (drawn(600, 600)[:200], "broken"), (b"plain words", "not_a_picture"), (b"", "empty")])
def test_what_is_no_picture_for_a_shop_is_refused_and_leaves_nothing(portal: Portal, folder: Path, content: bytes,
                                                                    code: str) -> None:
    with pytest.raises(Refusal) as refused:
        store_picture(portal.installation, BytesIO(content), "drill.png")

    assert refused.value.code == code
    assert [path for path in folder.rglob("*") if path.is_file()] == []


def test_a_paper_is_kept_as_it_came_and_may_become_a_picture(portal: Portal, folder: Path) -> None:
    content = jpeg(Image.new("RGB", (800, 600)))
    paper = store_document(portal.installation, BytesIO(content), "C:\\origin.jpg")
    picture = store_picture(portal.installation, BytesIO(content), "drill.jpg")

    assert (paper.sha256, paper.name, paper.width) == (picture.sha256, "origin.jpg", 0)
    assert Documents(folder).reward_file(paper.sha256, "file").read_bytes() == content
    assert Documents(folder).reward_file(paper.sha256, "480.webp").is_file()
    with pytest.raises(Refusal) as refused:
        store_document(portal.installation, BytesIO(EICAR), "paper.txt")
    assert refused.value.code == "not_a_document"


def test_files_that_nobody_noted_are_swept_once_they_are_old(portal: Portal, folder: Path) -> None:
    noted = store_picture(portal.installation, BytesIO(drawn(480, 480)), "noted.png")
    lost = store_picture(portal.installation, BytesIO(drawn(481, 481)), "lost.png")
    with portal.installation.database.writing() as connection:
        note(connection, noted, "tests", NOW)
        note(connection, noted, "tests", NOW)
    aged(folder, 2)

    swept = sweep(portal.installation, NOW)

    assert swept.unknown == 1
    assert Documents(folder).reward_file(noted.sha256, "480.webp").is_file()
    assert not Documents(folder).reward_file(lost.sha256, "480.webp").exists()
