"""Files of rewards in the service centre: looked at, imported as shown, taken back; and the feed."""

import os
import threading
from collections.abc import Mapping
from pathlib import Path

import pytest
from sqlalchemy import select, update
from starlette.testclient import TestClient

from tests.support.catalogue_desk import SAW, bring, fields, open_catalogue
from tests.support.portal import NOW, Portal
from treuwerk.domain.work import Ticket
from treuwerk.jobs.job import Order
from treuwerk.jobs.registry import JOBS, recurring_of
from treuwerk.services.rewards.feeding import take_feed
from treuwerk.store.database import Database
from treuwerk.store.rewards import read
from treuwerk.store.tables import reward, reward_stock

PAGE = "/office/import-rewards"
HOSE = {**SAW, "reward": "HOSE", "variant": "HOSE-1", "category": "garden"}


@pytest.fixture(autouse=True)
def documents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where files are kept."""
    monkeypatch.setenv("TREUWERK_DOCUMENTS", str(tmp_path / "documents"))


@pytest.fixture
def shop(tmp_path: Path, database: Database) -> Portal:
    """A portal with a saw, on both databases."""
    portal = open_catalogue(tmp_path, database)
    bring(portal, SAW)
    return portal


def table(*rows: Mapping[str, str]) -> bytes:
    return "".join(f"{';'.join(line)}\n" for line in [rows[0], *(row.values() for row in rows)]).encode()


def looked(editor: TestClient, content: bytes, name: str = "spring.csv") -> str:
    answer = editor.post(PAGE, files=[("file", (name, content, "text/csv"))])
    return str(answer.headers["location"])


def press(editor: TestClient, page: str, act: str) -> str:
    answer = editor.post(f"{page}/{act}", data=fields(editor.get(page).text, f"{page}/{act}"))
    return editor.get(answer.headers["location"]).text


def kept(portal: Portal) -> dict[str, tuple[str, int]]:
    with portal.installation.database.reading() as connection:
        rows = connection.execute(select(reward.c.number, reward.c.state, reward.c.content)).all()
    return {row.number: (row.state, read(row.content).cost) for row in rows}


def stock(portal: Portal) -> dict[str, int]:
    with portal.installation.database.reading() as connection:
        return {row.variant: row.on_hand for row in connection.execute(select(reward_stock))}


def test_a_file_is_looked_at_imported_and_taken_back(shop: Portal) -> None:
    editor = shop.in_office("admin")

    here = looked(editor, table({**SAW, "cost": "60.00", "stock": "9"}, HOSE))
    page, before = editor.get(here).text, kept(shop)
    told = press(editor, here, "bring")
    after, counted = kept(shop), stock(shop)
    undone = press(editor, here, "undo")

    assert "<del>50 EUR</del>" in page
    assert "<ins>60 EUR</ins>" in page
    assert "New: HOSE" in page
    assert before == {"SAW": ("published", 5000)}
    assert "The file is imported." in told
    assert (after, counted) == ({"SAW": ("published", 6000), "HOSE": ("published", 5000)}, {"SAW-1": 9, "HOSE-1": 7})
    assert "2 rewards are as they were before" in undone
    assert kept(shop) == {"SAW": ("published", 5000), "HOSE": ("withdrawn", 5000)}
    assert stock(shop) == {"SAW-1": 7}


def test_what_was_changed_since_stays_and_orders_keep_their_pieces(shop: Portal) -> None:
    editor = shop.in_office("admin")
    bring(shop, SAW, HOSE)
    here = looked(editor, table({**SAW, "cost": "60.00", "stock": "9"}, {**HOSE, "cost": "60.00"}))
    press(editor, here, "bring")
    bring(shop, {"reward": "HOSE", "variant": "HOSE-1", "cost": "61.00"})
    with shop.installation.database.writing() as connection:
        connection.execute(update(reward_stock).where(reward_stock.c.variant == "SAW-1").values(on_hand=8, reserved=1))

    told = press(editor, here, "undo")

    assert "Changed since, and left as they are: HOSE." in told
    assert kept(shop) == {"SAW": ("published", 5000), "HOSE": ("published", 6100)}
    assert stock(shop)["SAW-1"] == 6


def test_what_was_shown_is_what_is_imported(shop: Portal) -> None:
    editor = shop.in_office("admin")
    here = looked(editor, table({**SAW, "cost": "60.00"}))
    bring(shop, {**SAW, "brand": "Werk", "cost": "55.00"})

    told = press(editor, here, "bring")
    again = press(editor, here, "bring")

    assert "The catalogue has changed since you looked." in told
    assert "<del>55 EUR</del>" in told
    assert "The file is imported." in again
    assert kept(shop)["SAW"] == ("published", 6000)


def test_a_decision_counts_once(shop: Portal) -> None:
    editor = shop.in_office("admin")
    here = looked(editor, table({**SAW, "cost": "60.00"}))
    form = fields(editor.get(here).text, f"{here}/leave")
    press(editor, here, "bring")

    late = editor.post(f"{here}/leave", data=form)
    twice = editor.post(f"{here}/bring", data={"form_id": "another"})

    assert late.headers["location"] == twice.headers["location"] == here
    assert editor.get(here).text.count("Somebody decided on this already") == 2
    assert kept(shop)["SAW"] == ("published", 6000)


def test_rows_that_cannot_be_read_and_files_that_are_none_are_told(shop: Portal) -> None:
    editor = shop.in_office("admin")

    page = editor.get(looked(editor, table({**SAW, "cost": "much"}, {**HOSE, "summary_en": ""}))).text
    wrong = editor.get(looked(editor, b"price;name\n1;2\n")).text
    picture = editor.get(looked(editor, b"\x89PNG\r\n\x1a\n" + bytes(50), "x.csv")).text

    assert "column cost" in page
    assert "HOSE</span>: The summary in English is missing." in page
    assert "This file cannot be imported" in wrong
    assert "Choose a CSV" in picture
    assert kept(shop) == {"SAW": ("published", 5000)}


def test_another_person_imports_where_the_programme_wants_it(tmp_path: Path, database: Database) -> None:
    portal = open_catalogue(tmp_path, database, rewards="second_person = true")
    bring(portal, SAW)
    ada, bob = portal.in_office("admin", name="Ada Admin"), portal.in_office("admin", name="Bob Admin")
    here = looked(ada, table({**SAW, "cost": "60.00"}))

    refused = ada.post(f"{here}/bring", data={"form_id": "one"})
    page = ada.get(refused.headers["location"]).text
    press(bob, here, "bring")

    assert "Somebody else imports it." in page
    assert kept(portal)["SAW"] == ("published", 6000)


def test_the_catalogue_comes_back_as_it_went(shop: Portal) -> None:
    editor = shop.in_office("admin")

    exported = editor.get("/office/rewards.csv")
    page = editor.get(looked(editor, exported.content, "rewards.csv")).text

    assert exported.headers["content-disposition"] == 'attachment; filename="rewards.csv"'
    assert "Nothing differs" in page


def test_who_only_reads_brings_nothing(shop: Portal) -> None:
    here = looked(shop.in_office("editor"), table({**SAW, "cost": "60.00"}))
    reader, editor = shop.in_office("agent"), shop.in_office("editor")

    assert reader.get(PAGE).status_code == 200
    assert 'type="file"' not in reader.get(PAGE).text
    assert reader.post(PAGE).status_code == 403
    assert editor.post(f"{here}/bring").status_code == 403
    assert f'action="{here}/bring"' not in editor.get(here).text


def test_a_feed_is_imported_whenever_it_has_changed(tmp_path: Path, database: Database) -> None:
    portal = open_catalogue(tmp_path, database, '\n[rewards.feed]\nfile = "feed.csv"\nevery_minutes = 30\n')
    bring(portal, SAW)
    feed = portal.folder / "feed.csv"
    installation = portal.installation

    def written(*rows: Mapping[str, str], seconds_ago: int = 60) -> None:
        feed.write_bytes(table(*rows))
        at = NOW / 1_000_000 - seconds_ago
        os.utime(feed, (at, at))

    nothing = take_feed(installation, NOW)
    written({"reward": "SAW", "variant": "SAW-1", "stock": "3"}, seconds_ago=2)
    growing = take_feed(installation, NOW)
    written({"reward": "SAW", "variant": "SAW-1", "stock": "3"})
    first, same = take_feed(installation, NOW), take_feed(installation, NOW)
    written({"reward": "SAW", "variant": "SAW-1", "cost": "1.00", "stock": "3"})
    order = Order(installation, Ticket("every:rewards", 1), {}, lambda: NOW + 1_000_000, threading.Event())
    words = JOBS["rewards"].handle(order)
    editor = portal.in_office("admin")
    listed = editor.get(PAGE).text

    assert (nothing, growing, same) == (None, None, None)
    assert first is not None
    assert first.changed == 1
    assert words.startswith("0 created, 1 changed")
    assert (stock(portal), kept(portal)["SAW"][1]) == ({"SAW-1": 3}, 100)
    assert listed.count("Feed") == 2
    assert [one.following(0) for one in recurring_of(installation.programme.settings) if one.job == "rewards"] == [
        1_800_000_000]
    here = listed.split(f'href="{PAGE}/')[1].split('"')[0]
    press(editor, f"{PAGE}/{here}", "undo")
    assert kept(portal)["SAW"][1] == 5000
