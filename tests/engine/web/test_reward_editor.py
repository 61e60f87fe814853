"""The catalogue in the service centre: list, editor with its parts, publishing, and what others did meanwhile."""

from pathlib import Path

import pytest
from sqlalchemy import select

from tests.support.catalogue_desk import SAW, bring, fields, open_catalogue, picture, press, send
from tests.support.pictures import encrypted_pdf, pages
from tests.support.portal import Portal
from treuwerk.domain.catalogue import Reward
from treuwerk.store.database import Database
from treuwerk.store.rewards import read
from treuwerk.store.tables import reward, reward_stock

HOME, SAW_PAGE = "/office/rewards", "/office/rewards/SAW"


@pytest.fixture
def documents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TREUWERK_DOCUMENTS", str(tmp_path / "documents"))
    return tmp_path / "documents"


@pytest.fixture
def shop(tmp_path: Path, database: Database, documents: Path) -> Portal:
    """A portal with a saw, on both databases."""
    portal = open_catalogue(tmp_path, database)
    bring(portal, SAW)
    return portal


def kept(portal: Portal, number: str = "SAW") -> Reward:
    with portal.installation.database.reading() as connection:
        return read(connection.execute(select(reward.c.content).where(reward.c.number == number)).scalar_one())


def test_a_reward_in_german_only_is_marked_and_named_until_it_is_whole(shop: Portal) -> None:
    """Journey 8."""
    editor = shop.in_office("admin")
    begun = send(editor, "/office/add-reward", number="LAMP", kind="goods", category="garden", name="Lampe")
    here = begun.headers["location"]
    send(editor, f"{here}/texts", summary_de="Leuchtet")
    send(editor, f"{here}/facts", points="1,500")

    page, listed = editor.get(here).text, editor.get(HOME).text
    refused = editor.post(f"{here}/publish", data={"version": fields(page, f"{here}/hand-in")["version"]})
    told = editor.get(refused.headers["location"]).text

    assert '<h1><span lang="de">Lampe</span></h1>' in page
    assert '<span lang="de">Lampe</span>' in listed
    for lacking in ("The name in English is missing.", "The summary in English is missing.",
                    "The name in Français is missing.",
                    "There is no proof of origin."):
        assert lacking in page
    assert f'action="{here}/publish"' not in page
    assert "This reward still lacks something" in told
    with shop.installation.database.reading() as connection:
        assert connection.execute(select(reward.c.number)).scalars().all() == ["SAW"]

    send(editor, f"{here}/texts", name_en="Lamp", summary_en="It shines", name_fr="Lampe", summary_fr="Elle luit")
    send(editor, f"{here}/evidence", r0__kind="origin", r0__statement="manufactured", r0__country="at",
         r0__document="LE-7", r0__valid_until="2027-12-31")
    published = press(editor, here, "publish")

    assert "The reward is published." in editor.get(published.headers["location"]).text
    assert kept(shop, "LAMP").evidence[0].country == "AT"
    assert shop.signed_in().get("/rewards/LAMP").status_code == 200


def test_a_change_shows_its_difference_and_the_shop_waits_for_it(shop: Portal) -> None:
    editor = shop.in_office("admin")

    saved = send(editor, f"{SAW_PAGE}/facts", cost="60.50", labels="vegan, recycled", countries="at de",
                 visible_from="01/12/2026")
    page = editor.get(saved.headers["location"]).text
    before = kept(shop)
    press(editor, SAW_PAGE, "publish")

    assert "What publishing changes" in page
    assert "<del>50 EUR</del>" in page
    assert "<ins>60.5 EUR</ins>" in page
    assert "an older version is in the shop" in page
    assert (before.cost, kept(shop).cost, kept(shop).labels, kept(shop).countries) == (
        5000, 6050, ("recycled", "vegan"), ("AT", "DE"))
    past = editor.get(f"{SAW_PAGE}/history").text
    assert "Version 2" in past
    assert "rewards.csv" in past


def test_what_is_typed_wrongly_is_told_at_its_field_and_kept(shop: Portal) -> None:
    editor = shop.in_office("admin")

    answer = send(editor, f"{SAW_PAGE}/facts", cost="many", countries="Germany", visible_from="02/12/2026",
                  visible_until="01/12/2026", brand="Kept")
    row = send(editor, f"{SAW_PAGE}/variants", r0__number="A/B", r0__stock="-1")

    assert (answer.status_code, row.status_code) == (422, 422)
    assert 'value="Kept"' in answer.text
    assert "“GERMANY” is no country" in answer.text
    assert 'value="A/B"' in row.text
    assert kept(shop).brand == ""


def test_who_comes_second_sees_both_versions(shop: Portal) -> None:
    first, second = shop.in_office("admin", name="Ada Admin"), shop.in_office("admin", name="Bob Admin")
    opened = {part: fields(second.get(f"{SAW_PAGE}/{part}").text, f"{SAW_PAGE}/{part}") for part in (
        "facts", "texts", "variants", "evidence")}
    send(first, f"{SAW_PAGE}/facts", brand="Hers")

    for part, change in (("facts", {"brand": "His"}), ("texts", {"name_en": "His"}),
                         ("variants", {"r0-name_en": "His"}), ("evidence", {"r0-document": "His"})):
        answer = second.post(f"{SAW_PAGE}/{part}", data=opened[part] | change)
        assert answer.status_code == 409, part
        assert "saved another version" in answer.text
        assert 'value="His"' in answer.text
        again = second.post(f"{SAW_PAGE}/{part}", data=fields(answer.text, f"{SAW_PAGE}/{part}"))
        assert again.status_code == 303, part

    assert "His" in second.get(SAW_PAGE).text


def test_two_people_publish_where_the_programme_wants_it(tmp_path: Path, database: Database, documents: Path) -> None:
    portal = open_catalogue(tmp_path, database, rewards="second_person = true")
    bring(portal, SAW)
    editor, boss = portal.in_office("admin", name="Ada Admin"), portal.in_office("admin", name="Bob Admin")
    send(editor, f"{SAW_PAGE}/texts", name_en="Hand saw")
    press(editor, SAW_PAGE, "hand-in")

    own = editor.get(SAW_PAGE).text
    listed = boss.get(f"{HOME}?stage=review").text
    press(boss, SAW_PAGE, "publish")

    assert "Somebody else publishes it." in own
    assert f'action="{SAW_PAGE}/publish"' not in own
    assert SAW_PAGE in listed
    assert kept(portal).texts["en"].name == "Hand saw"


def test_who_may_not_publish_hands_in(shop: Portal) -> None:
    editor = shop.in_office("editor")
    send(editor, f"{SAW_PAGE}/texts", name_en="Hand saw")

    page = editor.get(SAW_PAGE).text
    refused = editor.post(f"{SAW_PAGE}/publish", data={"version": "2"})
    reader = shop.in_office("agent")

    assert f'action="{SAW_PAGE}/hand-in"' in page
    assert f'action="{SAW_PAGE}/publish"' not in page
    assert refused.status_code == 403
    assert (reader.get(SAW_PAGE).status_code, reader.get(f"{SAW_PAGE}/texts").status_code) == (200, 403)
    assert f"{SAW_PAGE}/texts" not in reader.get(SAW_PAGE).text


def test_variants_belong_to_the_draft_and_stock_holds_at_once(shop: Portal) -> None:
    editor = shop.in_office("admin")
    opened = fields(editor.get(f"{SAW_PAGE}/variants").text, f"{SAW_PAGE}/variants")

    send(editor, f"{SAW_PAGE}/variants", r0__stock="9", r0__name_en="Small", r1__number="SAW-2", r1__name_en="Large",
         r1__points="800", r1__stock="3")
    other = shop.in_office("admin", name="Bob Admin").post(f"{SAW_PAGE}/variants", data=opened | {"r0-stock": "5"})

    with shop.installation.database.reading() as connection:
        stock = {row.variant: row.on_hand for row in connection.execute(select(reward_stock))}
    assert stock == {"SAW-1": 9, "SAW-2": 3}
    assert other.status_code == 409
    assert [one.number for one in kept(shop).variants] == ["SAW-1"]
    press(editor, SAW_PAGE, "publish")
    assert [(one.number, one.points) for one in kept(shop).variants] == [("SAW-1", 0), ("SAW-2", 800)]


def test_stock_never_falls_below_what_is_reserved(shop: Portal) -> None:
    with shop.installation.database.writing() as connection:
        connection.execute(reward_stock.update().values(reserved=4))
    editor = shop.in_office("admin")

    refused = send(editor, f"{SAW_PAGE}/variants", r0__stock="3")
    taken = send(editor, f"{SAW_PAGE}/variants", r0__stock="4")

    assert (refused.status_code, taken.status_code) == (422, 303)
    assert "More pieces are reserved for orders than would be left." in refused.text
    assert "4 of them are reserved for orders." in editor.get(f"{SAW_PAGE}/variants").text
    with shop.installation.database.reading() as connection:
        assert connection.execute(select(reward_stock.c.on_hand)).scalar_one() == 4


def test_a_variant_of_another_reward_is_told_at_its_row(shop: Portal) -> None:
    bring(shop, SAW, {**SAW, "reward": "AXE", "variant": "AXE-1"})

    answer = send(shop.in_office("admin"), f"{SAW_PAGE}/variants", r1__number="AXE-1")

    assert answer.status_code == 422
    assert 'href="#r1-number"' in answer.text
    assert "A variant of another reward has this number" in answer.text


def test_pictures_are_added_told_and_put_in_order(shop: Portal) -> None:
    editor, here = shop.in_office("admin"), f"{SAW_PAGE}/pictures"
    form = fields(editor.get(here).text, f"{here}/add")
    files = [("files", (f"{at}.png", picture(800, 600 + at), "image/png")) for at in range(2)]

    added = editor.post(f"{here}/add", data=form, files=files)
    twice = editor.post(f"{here}/add", data=form, files=files)
    lacking = editor.get(SAW_PAGE).text
    send(editor, here, r0__place="2", r1__place="1", **{f"r{at}__alt_{code}": f"Picture {at} {code}"
                                                       for at in range(2) for code in ("de", "en", "fr")})
    press(editor, SAW_PAGE, "publish")
    pictures = kept(shop).pictures
    send(editor, here, r0__away="1")

    assert (added.status_code, twice.status_code) == (303, 303)
    assert "Picture 1 says nothing in Deutsch, English, Français." in lacking
    assert [(one.alt["en"], one.height) for one in pictures] == [("Picture 1 en", 601), ("Picture 0 en", 600)]
    assert shop.signed_in().get(f"/rewards/pictures/{pictures[0].sha256}-480.webp").status_code == 200
    assert editor.get(SAW_PAGE).text.count('class="gallery-tile"') == 1


def test_a_file_that_is_no_picture_is_told(shop: Portal) -> None:
    editor, here = shop.in_office("admin"), f"{SAW_PAGE}/pictures"
    form = fields(editor.get(here).text, f"{here}/add")

    for content, words in ((b"<svg></svg>", "Drawings in SVG"), (picture(100, 100), "too small"), (b"", "empty")):
        answer = editor.post(f"{here}/add", data=form, files=[("files", ("x.png", content, "image/png"))])
        assert words in editor.get(answer.headers["location"]).text
    nothing = editor.post(f"{here}/add", data=form)
    assert "Choose a file first." in editor.get(nothing.headers["location"]).text


def test_the_paper_of_an_evidence_is_kept_and_given_to_whom_it_concerns(shop: Portal) -> None:
    editor, here = shop.in_office("admin"), f"{SAW_PAGE}/evidence"
    paper, form = pages(["Certificate"]), fields(editor.get(here).text, f"{here}/0/paper")

    editor.post(f"{here}/0/paper", data=form, files=[("paper", ("origin.pdf", paper, "application/pdf"))])
    page = editor.get(SAW_PAGE).text
    link = page.split(f'href="{SAW_PAGE}/papers/')[1].split('"')[0]
    got = editor.get(f"{SAW_PAGE}/papers/{link}")
    bring(shop, {**SAW, "cost": "55.00"})

    assert (got.content, got.headers["content-type"]) == (paper, "application/octet-stream")
    assert "attachment" in got.headers["content-disposition"]
    assert editor.get(f"{SAW_PAGE}/papers/{'a' * 64}/file").status_code == 404
    assert shop.signed_in().get(f"{SAW_PAGE}/papers/{link}").status_code == 403
    other = editor.post(f"{here}/7/paper", data=form, files=[("paper", ("x.pdf", encrypted_pdf(), "application/pdf"))])
    assert other.status_code == 404


def test_a_special_price_is_kept_and_told(shop: Portal) -> None:
    editor = shop.in_office("admin")

    answer = send(editor, f"{SAW_PAGE}/prices", r0__points="4,000", r0__tier="gold", r0__last="31/12/2026")
    wrong = send(editor, f"{SAW_PAGE}/prices", r1__points="0")
    press(editor, SAW_PAGE, "publish")

    assert (answer.status_code, wrong.status_code) == (303, 422)
    assert [(one.points, one.tier) for one in kept(shop).prices] == [(4000, "gold")]
    assert "4,000" in editor.get(SAW_PAGE).text


def test_withdrawn_discarded_and_back(shop: Portal) -> None:
    editor = shop.in_office("admin")

    press(editor, SAW_PAGE, "withdraw")
    withdrawn = shop.signed_in().get("/rewards/SAW").status_code
    send(editor, f"{SAW_PAGE}/texts", name_en="Hand saw")
    press(editor, SAW_PAGE, "discard")
    discarded = editor.get(SAW_PAGE).text
    editor.post(f"{SAW_PAGE}/restore")
    restored = editor.get(SAW_PAGE).text

    assert withdrawn == 404
    assert 'action="/office/rewards/SAW/restore"' in discarded
    assert "Hand saw" in restored
    assert "Hand saw" not in discarded


def test_the_list_is_narrowed_by_words_stage_and_category(shop: Portal) -> None:
    bring(shop, SAW, {**SAW, "reward": "HOSE", "variant": "HOSE-1", "category": "garden", "name_de": "Schläuche"})
    editor = shop.in_office("admin")

    found = {query: [number for number in ("SAW", "HOSE") if f'href="{HOME}/{number}"' in editor.get(
        f"{HOME}?{query}").text] for query in ("", "q=schlauche", "q=HOSE-1", "category=garden", "stage=draft",
                                               "offered=1", "sort=-changed")}

    assert found == {"": ["SAW", "HOSE"], "q=schlauche": ["HOSE"], "q=HOSE-1": ["HOSE"], "category=garden": ["HOSE"],
                     "stage=draft": [], "offered=1": ["SAW", "HOSE"], "sort=-changed": ["SAW", "HOSE"]}


def test_an_unknown_reward_is_not_there(shop: Portal) -> None:
    editor = shop.in_office("admin")

    assert [editor.get(path).status_code for path in (
        f"{HOME}/NONE", f"{HOME}/NONE/texts", f"{HOME}/NONE/history")] == [404, 404, 404]
    assert editor.post(f"{HOME}/NONE/publish", data={"version": "1"}).status_code == 404
