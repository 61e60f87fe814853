"""Recalculations in the service centre: ordered on a page, looked at while they are counted, agreed with, booked."""

import pytest
from starlette.testclient import TestClient

from tests.engine.clearing.test_deciding import points
from tests.support.desk import filled
from tests.support.page_readers import work_off
from tests.support.portal import Portal, at
from treuwerk.services.clearing.importing import import_articles

HOME = "/office/recalculations"


@pytest.fixture
def corrected(portal: Portal) -> Portal:
    """An article whose Wp were wrong."""
    file = portal.folder / "corrected.csv"
    file.write_text("article_number;name;kind;wp\nM400;Modul 400;module;410\n", "utf-8")
    assert import_articles(portal.installation, file, at("2026-05-20")).changed == 1
    return portal


def ordered(client: TestClient, **values: str) -> str:
    answer = client.post(HOME, data=filled(client, HOME, article="M400", reason="data sheet was wrong") | values)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def test_it_is_counted_agreed_and_booked(corrected: Portal) -> None:
    clara, dora = corrected.in_office("admin", name="Clara Weiß"), corrected.in_office("admin", name="Dora Dahl")
    before = points(corrected, "1001")["bonus"]

    one = ordered(clara)
    counting = clara.get(one).text
    work_off(corrected)
    counted = clara.get(one).text
    agreed = dora.post(f"{one}/book", data=filled(dora, one))
    booking = dora.get(one).text
    work_off(corrected)

    assert "Is being counted" in counting
    assert 'data-hx-trigger="every 3s"' in counting
    assert "Another person must agree" in counted
    assert "Agree and book" not in counted
    assert points(corrected, "1001")["bonus"] > before
    assert agreed.status_code == 303
    assert "Is being booked" in booking
    done = clara.get(one).text
    assert "What was booked" in done
    assert "Dora Dahl" in done
    assert "every 3s" not in done
    assert "data sheet was wrong" in clara.get(HOME).text


def test_who_asked_cannot_agree_by_a_form_of_old(corrected: Portal) -> None:
    clara = corrected.in_office("admin", name="Clara Weiß")
    one = ordered(clara)
    work_off(corrected)

    answer = clara.post(f"{one}/book", data=filled(clara, one) | {"version": "7"})

    assert answer.status_code == 303
    assert "Another person must agree" in clara.get(one).text


@pytest.mark.parametrize(("field", "typed", "words"), [
    ("article", "XY-1", "The article master has no such article."), ("reason", "wrong", "at least two words"),
    ("until", "01/01/2020", "The last day comes before the first one.")])
def test_mistakes_are_told_beside_the_field_and_nothing_is_lost(corrected: Portal, field: str, typed: str,
                                                               words: str) -> None:
    clara = corrected.in_office("admin", name="Clara Weiß")
    form = filled(clara, HOME, article="M400", reason="data sheet was wrong", first="02/01/2026") | {field: typed}

    answer = clara.post(HOME, data=form)

    assert answer.status_code == 422
    assert words in answer.text
    assert f'value="{typed}"' in answer.text


def test_refusing_needs_a_reason_and_withdrawing_none(corrected: Portal) -> None:
    clara, dora = corrected.in_office("admin", name="Clara Weiß"), corrected.in_office("admin", name="Dora Dahl")
    one = ordered(clara)
    work_off(corrected)

    bare = dora.post(f"{one}/refuse", data=filled(dora, one, reason=""))
    withdrawn = clara.post(f"{one}/refuse", data=filled(clara, one))

    assert bare.status_code == 422
    assert "at least two words" in bare.text
    assert withdrawn.status_code == 303
    assert "Past bookings stay as they are" in clara.get(one).text


def test_an_agent_asks_and_cannot_agree_with_what_others_asked_for(corrected: Portal) -> None:
    one = ordered(corrected.in_office("admin", name="Clara Weiß"))
    work_off(corrected)
    agent = corrected.in_office("agent", name="Anton Agent")

    page = agent.get(one).text
    answer = agent.post(f"{one}/book", data={"version": "1"})

    assert "Somebody with the right to decide must look at this." in page
    assert "Agree and book" not in page
    assert answer.status_code == 403
    assert "Count the difference" in agent.get(HOME).text
