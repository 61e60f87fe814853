"""How each kind of booking looks to the participant: words, points, and where they came from."""

import re

import pytest
from sqlalchemy import select

from tests.engine.web.test_account_page import words
from tests.support.books import Books, live_through
from tests.support.portal import USUAL, Portal, at
from treuwerk.store.tables import journal


@pytest.fixture
def full(empty_portal: Portal) -> Portal:
    """An account to which everything happened."""
    for day, lines in USUAL.items():
        empty_portal.deliver(day, *lines)
    return with_everything(empty_portal)


def with_everything(portal: Portal) -> Portal:
    database, account = portal.installation.database, portal.account("1001")
    with database.reading() as connection:
        first, second = connection.execute(select(journal.c.id).where(
            journal.c.account_id == account).order_by(journal.c.id)).scalars().all()[:2]
    live_through(Books(database, account), Books(database, portal.account("1002")), first, second, at)
    return portal


def test_every_kind_has_its_word_and_moves_what_can_be_spent(full: Portal) -> None:
    text = words(full.signed_in(), "/account")

    assert "Redemption on 10 Jun 2026" in text
    assert "Reservation +900 bonus points reserved · on 15 Jun 2026" in text
    assert "Redemption of reserved points −500 bonus points reserved · on 20 Jun 2026" in text
    assert "Reversal 450 bonus points were missing" in text or "bonus points were missing" in text
    assert "missing bonus points made good" in text
    assert "Opening balance" in text
    assert "Activation −150 bonus points pending" in text


def test_spent_points_lead_to_the_delivery_that_they_came_from(full: Portal) -> None:
    client = full.signed_in()
    html = client.get("/account?kind=spending").text
    links = re.findall(r'href="(/bookings/txn_[0-9a-z]+)">Everything', html)

    pages = [words(client, link) for link in dict.fromkeys(links)]

    hold = next(page for page in pages if "+900 bonus points reserved" in page)
    assert "Which points were these?" in hold
    assert "Opening balance of 1 Jun 2026 usable until 1 August 2026 700" in hold
    assert "delivery note LS-1, line 10 of 3 Mar 2025 usable until 31 December 2028 200" in hold
    assert "Redemption of reserved points" in hold.partition("Belongs together")[2]


def test_a_delivery_tells_what_became_of_its_points(full: Portal) -> None:
    client = full.signed_in()
    link = re.findall(r'href="(/bookings/txn_[0-9a-z]+)"', client.get("/account?q=LS-1").text)[0]

    text = words(client, link)

    assert "Why these points?" in text
    assert "What became of them Reservation of 15 Jun 2026 −200 Release of reserved points of 5 Aug 2026 +200" in text
    assert re.search(r"Cancellation of 10 Sept? 2026 \+100", text)


@pytest.mark.parametrize(("kind", "shown", "hidden"), [
    ("spending", "Reservation", "Opening balance"), ("expiry", "Expiry", "Reservation"),
    ("other", "Opening balance", "Reservation"), ("purchase", "LS-2", "Opening balance")])
def test_the_list_can_be_narrowed_to_a_kind(full: Portal, kind: str, shown: str, hidden: str) -> None:
    html = full.signed_in().get(f"/account?kind={kind}").text
    rows = " ".join(re.findall(r'<p class="title with-icon">.*?</p>', html, re.DOTALL))
    notes = " ".join(re.findall(r'<p class="small soft">.*?</p>', html, re.DOTALL))

    assert shown in rows + notes
    assert hidden not in rows


@pytest.mark.parametrize("language", ["de", "fr"])
def test_kinds_are_told_in_the_language_of_the_reader(full: Portal, language: str) -> None:
    text = words(full.signed_in(language=language), "/account")

    assert {"de": "Reservierung", "fr": "Réservation"}[language] in text
    assert {"de": "Rückbuchung", "fr": "Contre-passation"}[language] in text
    assert not re.search(r"\b(redemption|transfer_in|settlement|reversal)\b", text)
