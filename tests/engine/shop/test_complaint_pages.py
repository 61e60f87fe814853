"""Complaining about what came, with photos, and where the service centre finds it."""

import re

import pytest
from sqlalchemy import select

from tests.engine.shop.test_order_pages import order_of
from tests.support.desk import filled
from tests.support.office import acting
from tests.support.pictures import photo
from tests.support.portal import NOW
from tests.support.shops import Shop, complaint_of, send_off
from treuwerk.services.documents_folder import documents_of
from treuwerk.services.orders import complaining
from treuwerk.services.submissions.forgetting_uploads import forget_uploads
from treuwerk.store.tables import complaint, note, note_version, work_item


@pytest.fixture
def shop(sqlite_shop: Shop) -> Shop:
    return sqlite_shop


def test_what_has_not_left_yet_can_be_cancelled_and_not_complained_of(shop: Shop) -> None:
    client = shop.portal.signed_in()
    path = order_of(client, ("MUG-RED", "1"))

    assert "/complaint" not in client.get(path).text
    assert "Nothing of it has been sent yet." in client.get(f"{path}/lines/1/complaint").text


def test_a_complaint_stands_on_the_order_with_its_photo(shop: Shop) -> None:
    client = shop.portal.signed_in()
    path = order_of(client, ("MUG-RED", "2"))
    order = path.rpartition("/")[2]

    name = complaint_of(shop.portal, client, order)
    html = client.get(path).text

    assert "It is damaged or does not work" in html
    assert "It rattles." in html
    assert "Received" in html
    picture = client.get(f"{path}/complaints/{name}/1.jpg")
    assert picture.headers["content-type"] == "image/jpeg"
    assert client.get(f"{path}/complaints/{name}/2.jpg").status_code == 404


def test_the_service_centre_finds_it_in_its_queue_and_the_participant_sees_how_far_it_is(shop: Shop) -> None:
    client, agent = shop.portal.signed_in(), shop.portal.in_office("agent")
    path = order_of(client, ("MUG-RED", "1"))
    name = complaint_of(shop.portal, client, path.rpartition("/")[2])

    assert "It rattles." in agent.get("/office/queue").text
    html = agent.get(f"/office/complaints/{name}").text
    assert "It is damaged or does not work" in html
    assert agent.get(f"/office/complaints/{name}/1.jpg").headers["content-type"] == "image/jpeg"
    note = re.search(r'href="(/office/participants/\d+/notes/note_\w+)"', html)
    assert note
    assert f'href="/office/complaints/{name}"' in agent.get(note[1]).text
    answer = agent.post(note[1], data=filled(agent, note[1], kind="complaint", text="It rattles.", status="done",
                                             object=name))
    assert answer.status_code == 303, answer.text

    assert "Answered" in client.get(path).text


@pytest.mark.parametrize(("typed", "words"), [
    ({"pieces": "3"}, "There are 2 pieces that this can be about."),
    ({"text": ""}, "Fill in “What happened?”."),
    ({"kind": "nothing"}, "Choose one of the entries."),
])
def test_what_is_missing_comes_back_with_words(shop: Shop, typed: dict[str, str], words: str) -> None:
    client = shop.portal.signed_in()
    path = order_of(client, ("MUG-RED", "2"))
    send_off(shop.portal.installation, path.rpartition("/")[2])
    form = f"{path}/lines/1/complaint"

    answer = client.post(form, data=filled(client, form, **{"kind": "wrong", "pieces": "1", "text": "Blue"} | typed))

    assert answer.status_code == 422
    assert words in answer.text


def test_a_file_that_is_no_photo_is_refused_and_nothing_is_sent(shop: Shop) -> None:
    client = shop.portal.signed_in()
    path = order_of(client, ("MUG-RED", "1"))
    send_off(shop.portal.installation, path.rpartition("/")[2])
    form = f"{path}/lines/1/complaint"

    answer = client.post(form, data=filled(client, form, kind="wrong", pieces="1", text="Blue"),
                         files={"photos": ("page.html", b"<html><script>alert(1)</script></html>", "text/html")})

    assert answer.status_code == 422
    assert "What you wrote to us about it" not in client.get(path).text


def test_photos_of_what_would_be_refused_are_never_drawn(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    client = shop.portal.signed_in()
    path = order_of(client, ("MUG-RED", "1"))
    send_off(shop.portal.installation, path.rpartition("/")[2])
    form, picture = f"{path}/lines/1/complaint", {"photos": ("a.jpg", photo("Parcel"), "image/jpeg")}
    monkeypatch.setattr(complaining, "IN_A_DAY", 0)

    answer = client.post(form, data=filled(client, form, kind="wrong", pieces="1", text="Blue"), files=picture)

    assert answer.status_code == 422
    assert "You have written a lot in a short time." in answer.text
    folder = documents_of(shop.portal.installation.database).root
    assert [path for path in folder.rglob("*") if path.is_file()] == []


def test_too_many_photos_are_refused(shop: Shop) -> None:
    client = shop.portal.signed_in()
    path = order_of(client, ("MUG-RED", "1"))
    send_off(shop.portal.installation, path.rpartition("/")[2])
    form = f"{path}/lines/1/complaint"
    six = [("photos", (f"{number}.jpg", photo(str(number)), "image/jpeg")) for number in range(6)]

    answer = client.post(form, data=filled(client, form, kind="wrong", pieces="1", text="Blue"), files=six)

    assert answer.status_code == 422
    assert "Choose at most 5 photos." in answer.text


def test_complaints_and_photos_of_others_are_not_there(shop: Shop) -> None:
    client, other = shop.portal.signed_in(), shop.portal.signed_in("1002")
    path = order_of(client, ("MUG-RED", "1"))
    name = complaint_of(shop.portal, client, path.rpartition("/")[2])

    asked = [other.get(f"{path}/lines/1/complaint"), other.get(f"{path}/complaints/{name}/1.jpg")]

    assert [answer.status_code for answer in asked] == [404, 404]


def test_the_nightly_sweep_leaves_photos_of_complaints(shop: Shop) -> None:
    from treuwerk.store.sweeping import forget_unheld, unheld_files

    client = shop.portal.signed_in()
    path = order_of(client, ("MUG-RED", "1"))
    name = complaint_of(shop.portal, client, path.rpartition("/")[2])
    later = 2**60

    with shop.portal.installation.database.writing() as connection:
        assert list(unheld_files(connection, later, "", 10)) == []
        from treuwerk.store.tables import stored_file
        [digest] = connection.execute(select(stored_file.c.sha256)).scalars()
        assert not forget_unheld(connection, digest, later, later)

    assert client.get(f"{path}/complaints/{name}/1.jpg").status_code == 200


def test_what_was_written_is_forgotten_wherever_it_stands(shop: Shop) -> None:
    client, agent = shop.portal.signed_in(), shop.portal.in_office("agent")
    path = order_of(client, ("MUG-RED", "1"))
    complaint_of(shop.portal, client, path.rpartition("/")[2])

    forget_uploads(acting(), shop.portal.installation, shop.portal.account("1001"), NOW, reason="Asked for by letter")

    with shop.portal.installation.database.reading() as connection:
        texts = [connection.execute(select(column)).scalars().all() for column in (
            complaint.c.text, note.c.text, note_version.c.text, work_item.c.gist)]
    assert texts == [[""], [""], [""], [""]]
    assert agent.get("/office/queue").status_code == 200
