"""Input that no page of ours sends: it is refused on both databases, and never an error of ours."""

from pathlib import Path

import pytest

from tests.support.desk import LIMITED
from tests.support.portal import NOW, Portal, open_portal
from treuwerk.store.database import Database

BEYOND = str(2**63)


@pytest.fixture
def desk(tmp_path: Path, database: Database) -> Portal:
    return open_portal(tmp_path, database, LIMITED)


@pytest.mark.parametrize(("act", "row"), [
    ("done", BEYOND), ("reopen", BEYOND), ("give-back", f"{BEYOND}-1"), ("give-back", f"1-{BEYOND}")])
@pytest.mark.parametrize("step", [{}, {"sure": "1"}])
def test_work_beyond_every_id_is_no_longer_there(desk: Portal, act: str, row: str, step: dict[str, str]) -> None:
    answer = desk.in_office("agent").post("/office/queue/bulk", data={"act": act, "row": row, **step})

    assert answer.status_code == 200


@pytest.mark.parametrize(("since", "status"), [(str(NOW), 200), (BEYOND, 400), ("9" * 30, 400), ("²", 400)])
def test_news_since_an_instant_that_cannot_be_are_refused(desk: Portal, since: str, status: int) -> None:
    assert desk.in_office("agent").get("/office/queue/news", params={"since": since}).status_code == status


def test_as_many_rows_as_an_act_may_have_can_be_named_one_by_one(desk: Portal) -> None:
    """As the button does that undoes it."""
    rows = [f"{2**62 + number}-{2**62}" for number in range(5_000)]

    answer = desk.in_office("agent").post("/office/queue/bulk", data={"act": "give-back", "row": rows})

    assert answer.status_code == 200


@pytest.mark.parametrize("fields", [{"issuer": "https://id.example\0", "subject": "s"}, {"issu\0er": "x"}])
def test_what_no_database_can_keep_is_refused(desk: Portal, fields: dict[str, str]) -> None:
    office = desk.in_office("admin")

    assert office.post("/office/users/5/unlink", data=fields).status_code == 400
    assert office.post("/office/users/5/end-sessions", data={"key": "\0"}).status_code == 400


def test_half_a_pair_of_characters_is_refused_however_it_is_written(desk: Portal) -> None:
    body = (b'--x\r\ncontent-disposition: form-data; name="next"\r\n\r\n/\\ud800\r\n--x--\r\n')

    answer = desk.visitor().post("/login", content=body, headers={
        "content-type": "multipart/form-data; boundary=x; charset=unicode_escape"})

    assert answer.status_code == 400


@pytest.mark.parametrize(("path", "status"), [
    ("/office/sellers/%00", 404), ("/office/sellers?q=%00", 400), ("/office/mapping?q=%00", 400),
    ("/office/search?q=%00", 400)])
def test_addresses_that_no_database_could_look_up_are_refused(desk: Portal, path: str, status: int) -> None:
    assert desk.in_office("admin").get(path).status_code == status
