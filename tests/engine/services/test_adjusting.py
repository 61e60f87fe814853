"""Points by hand, on both databases: a reason, a limit that slices cannot pass, and a second person."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select

from tests.support.accounts import (
    BLOCKED,
    BRANDMAIER,
    DONNELLY,
    account,
    all_at_once,
    at,
    booked,
    codes,
    held_by,
    open_lots,
    points_of,
    refused,
    unproven,
)
from tests.support.worlds import World, line, make_world
from treuwerk.domain.actors import same_person
from treuwerk.domain.evaluation import MOST_POINTS
from treuwerk.domain.refusals import KeyConflict, Refusal
from treuwerk.services.changes.adjusting import Adjustment, adjust, adjustments, approve, refuse, withdraw
from treuwerk.services.changes.reversing import reverse
from treuwerk.services.ledger.redeeming import redeem
from treuwerk.store.database import Database
from treuwerk.store.tables import journal, manual_booking, person

BONUS = '[units.bonus]\nname = { de = "Bonuspunkte" }\n'
NOW, NEXT_DAY = at("2026-06-01T18:00"), at("2026-06-02T00:00")
WHY = "points of a lost delivery"
Adjust = Callable[..., Adjustment]


@pytest.fixture
def desk(tmp_path: Path, database: Database) -> World:
    """One operator may give or take 100 bonus points a day alone; there are 800 in the first account."""
    world = make_world(tmp_path / "league", database, other=[
        (BONUS, BONUS.replace("}\n", "}\nmanual = { limit = 100 }\n"))])
    world.clear([line()], now=at("2026-05-05T18:00"))
    return world


@pytest.fixture
def by_hand(desk: World) -> Adjust:
    """Books by hand, as Ada and with a good reason where nothing else is said."""
    def book(amount: int, key: str, *, to: str = BRANDMAIER, unit: str = "bonus", now: int = NOW, reason: str = WHY,
             actor: str = "ada") -> Adjustment:
        return adjust(desk.installation, account(desk, to), unit, amount, key, now, reason=reason, actor=actor)

    return book


def test_points_within_the_limit_are_booked_at_once_with_the_terms_of_their_unit(desk: World, by_hand: Adjust) -> None:
    done = by_hand(100, "A-1", to=DONNELLY)

    assert (done.state, done.decided_by) == ("booked", "")
    assert open_lots(desk, account(desk, DONNELLY)) == [(100, at("2030-01-01"))]
    facts = select(journal.c.actor, journal.c.cause).where(journal.c.kind == "adjustment")
    assert desk.rows(facts) == [("ada", WHY)]
    assert unproven(desk, NOW) == {}


def test_points_taken_are_those_that_would_be_spent_next(desk: World, by_hand: Adjust) -> None:
    desk.clear([line("LS-2")], now=at("2027-01-05T18:00"))

    by_hand(-100, "A-1", now=at("2027-02-01T18:00"))

    assert open_lots(desk, account(desk)) == [(700, at("2030-01-01")), (800, at("2031-01-01"))]
    assert unproven(desk, at("2027-02-01T18:00")) == {}


def test_what_is_above_the_limit_waits_and_moves_nothing(desk: World, by_hand: Adjust) -> None:
    asked = by_hand(101, "A-1")

    assert (asked.state, asked.transaction_id) == ("waiting", None)
    assert points_of(desk, account(desk), NOW) == 800
    with desk.database.reading() as connection:
        assert list(adjustments(connection)) == [(asked, "Sonnendach Brandmaier GmbH")]


def test_the_limit_is_added_up_given_and_taken_per_person_day_and_unit(desk: World, by_hand: Adjust) -> None:
    states = [by_hand(60, "A-1").state, by_hand(-40, "A-2", to=BRANDMAIER).state, by_hand(1, "A-3", to=DONNELLY).state,
              by_hand(1, "A-4", actor="ben").state, by_hand(1, "A-5", now=NEXT_DAY).state,
              by_hand(1, "A-6", unit="status", actor="ben").state]

    assert states == ["booked", "booked", "waiting", "booked", "booked", "waiting"]


@pytest.mark.parametrize("other_spelling", ["ADA ", "Ada", "ádá"])
def test_another_spelling_of_a_name_gives_no_second_allowance(by_hand: Adjust, other_spelling: str) -> None:
    by_hand(100, "A-1")

    assert by_hand(1, "A-2", actor=other_spelling).state == "waiting"


def test_slices_in_parallel_do_not_pass_the_limit(desk: World, by_hand: Adjust) -> None:
    outcomes = all_at_once([partial(by_hand, 30, f"A-{n}", to=(BRANDMAIER, DONNELLY)[n % 2]) for n in range(8)])

    states = [outcome.state for outcome in outcomes if isinstance(outcome, Adjustment)]
    assert sorted(states) == ["booked"] * 3 + ["waiting"] * 5
    assert points_of(desk, account(desk), NOW) + points_of(desk, account(desk, DONNELLY), NOW) == 890
    assert unproven(desk, NOW) == {}


def test_a_second_person_agrees_and_the_books_name_both(desk: World, by_hand: Adjust) -> None:
    asked = by_hand(500, "A-1")

    done = approve(desk.installation, asked.account_id, asked.id, NEXT_DAY, actor="ben", comment="seen the slip")

    assert (done.state, done.decided_by, done.decision) == ("booked", "ben", "seen the slip")
    assert points_of(desk, account(desk), NEXT_DAY) == 1300
    assert desk.rows(select(journal.c.actor, journal.c.cause).where(journal.c.kind == "adjustment")) \
        == [("ada + ben", WHY)]
    stored = desk.rows(select(manual_booking.c.requested_by, manual_booking.c.decided_by,
                              manual_booking.c.transaction_id))
    assert stored == [("ada", "ben", booked(desk, account(desk), "adjustment")[0])]
    assert unproven(desk, NEXT_DAY) == {}


@pytest.mark.parametrize("name", ["ada lovelace", "ADA LOVELACE", " Lovelace,  Ada", "ada.lovelace", "Adá Lovelace",
                                  "ａｄａ lovelace"])
def test_nobody_agrees_with_himself_however_he_spells_it(desk: World, by_hand: Adjust, name: str) -> None:
    asked = by_hand(500, "A-1", actor="Ada Lovelace")

    code = refused(lambda: approve(desk.installation, asked.account_id, asked.id, NOW, actor=name))

    assert code == "self_approval"
    assert points_of(desk, account(desk), NOW) == 800


def test_approving_in_parallel_books_once(desk: World, by_hand: Adjust) -> None:
    asked = by_hand(500, "A-1", to=DONNELLY)

    outcomes = all_at_once([partial(approve, desk.installation, asked.account_id, asked.id, NOW, actor=name)
                            for name in ("ben", "cid", "dan", "eve")])

    assert codes(outcomes) == ["already_decided"] * 3
    assert open_lots(desk, asked.account_id) == [(500, at("2030-01-01"))]
    assert unproven(desk, NOW) == {}


def test_the_same_person_may_agree_twice_and_gets_the_same_answer(desk: World, by_hand: Adjust) -> None:
    asked = by_hand(500, "A-1")
    decide: tuple[Any, ...] = (desk.installation, asked.account_id, asked.id, NOW)

    first, again = approve(*decide, actor="ben"), approve(*decide, actor="Ben")

    assert (again.transaction_id, again.repeated) == (first.transaction_id, True)
    assert points_of(desk, account(desk), NOW) == 1300


def test_what_is_refused_or_withdrawn_is_never_booked(desk: World, by_hand: Adjust) -> None:
    one, two = by_hand(500, "A-1"), by_hand(600, "A-2")
    at_desk = desk.installation

    assert refused(lambda: refuse(at_desk, one.account_id, one.id, NOW, actor="ADA", reason=WHY)) == "self_approval"
    assert refused(lambda: refuse(at_desk, one.account_id, one.id, NOW, actor="ben", reason="no")) == "no_reason"
    assert refused(lambda: withdraw(at_desk, two.account_id, two.id, NOW, actor="ben")) == "not_yours"
    assert refuse(at_desk, one.account_id, one.id, NOW, actor="ben", reason="no slip there").state == "refused"
    assert withdraw(at_desk, two.account_id, two.id, NOW, actor="Ada").state == "withdrawn"

    for asked in (one, two):
        assert refused(partial(approve, at_desk, asked.account_id, asked.id, NOW, actor="cid")) == "already_decided"
    assert points_of(desk, account(desk), NOW) == 800
    with desk.database.reading() as connection:
        assert [(one.state, one.decision) for one, _ in adjustments(connection, None, "BEN")] \
            == [("refused", "no slip there")]


def test_nobody_books_on_the_account_that_he_belongs_to(desk: World, by_hand: Adjust) -> None:
    with desk.database.writing() as connection:
        connection.execute(insert(person).values(account_id=account(desk), id=1, known_as="ada lovelace",
                                                 name="Ada Lovelace", email="ada@example.org", locale=""))
    asked = by_hand(500, "A-1", actor="ben")

    for name in ("Lovelace, Ada", "ada@example.org"):
        assert refused(partial(by_hand, 1, "A-2", actor=name)) == "own_account"
        assert refused(partial(approve, desk.installation, asked.account_id, asked.id, NOW,
                               actor=name)) == "own_account"
    assert by_hand(1, "A-2", to=DONNELLY, actor="Ada Lovelace").state == "booked"


def test_a_booking_is_repeated_with_its_first_answer_whatever_became_of_it(desk: World, by_hand: Adjust) -> None:
    waiting, at_once = by_hand(500, "A-1"), by_hand(50, "A-2")
    approve(desk.installation, waiting.account_id, waiting.id, NOW, actor="ben")

    again, once_more = by_hand(500, "A-1"), by_hand(50, "A-2")

    assert (again.id, again.state, again.repeated) == (waiting.id, "booked", True)
    assert (once_more.transaction_id, once_more.repeated) == (at_once.transaction_id, True)
    assert points_of(desk, account(desk), NOW) == 1350
    for amount, other in ((51, {}), (50, {"reason": "some other reason"}), (50, {"actor": "ben"})):
        with pytest.raises(KeyConflict):
            by_hand(amount, "A-2", **other)


def test_the_same_key_in_parallel_is_one_booking(desk: World, by_hand: Adjust) -> None:
    outcomes = all_at_once([lambda: by_hand(10, "A-1", to=DONNELLY) for _ in range(8)])

    assert {outcome.transaction_id for outcome in outcomes if isinstance(outcome, Adjustment)} \
        == set(booked(desk, account(desk, DONNELLY), "adjustment"))
    assert by_hand(90, "A-2", to=DONNELLY).state == "booked"
    assert unproven(desk, NOW) == {}


@pytest.mark.parametrize("amount", [0, 2**63 - 1, 2**63, -2**63, MOST_POINTS + 1, True, 1.0, "1", None])
def test_an_amount_is_a_whole_number_that_the_ledger_can_hold(desk: World, by_hand: Adjust, amount: Any) -> None:
    assert refused(lambda: by_hand(amount, "A-1")) == "wrong_amount"
    assert booked(desk, account(desk), "adjustment") == []


@pytest.mark.parametrize("reason", ["", "  ", "goodwill", ". . .", "x\x00 y", "word " * 200])
def test_a_reason_is_two_words_or_more(by_hand: Adjust, reason: str) -> None:
    assert refused(lambda: by_hand(1, "A-1", reason=reason)) == "no_reason"


@pytest.mark.parametrize("reason", ["for sonnendach brandmaier gmbh again", "asked by eva.klug on monday",
                                    "mail of somebody@example.org"])
def test_a_reason_names_no_people_since_it_stays_in_the_books(desk: World, by_hand: Adjust, reason: str) -> None:
    with desk.database.writing() as connection:
        connection.execute(insert(person).values(account_id=account(desk), id=1, known_as="eva.klug", name="Eva Klug",
                                                 email="", locale=""))

    assert refused(lambda: by_hand(1, "A-1", reason=reason)) == "personal_data"


@pytest.mark.parametrize("actor", ["", " ", "system", "SYSTEM.", "—", "a" * 101, "a\x00b"])
def test_an_actor_is_a_person(by_hand: Adjust, actor: str) -> None:
    assert refused(lambda: by_hand(1, "A-1", actor=actor)) == "unknown_actor"


def test_points_that_are_not_there_cannot_be_taken_at_once_nor_later(desk: World, by_hand: Adjust) -> None:
    with pytest.raises(Refusal) as refusal:
        by_hand(-801, "A-1")
    asked = by_hand(-800, "A-2")
    redeem(desk.installation, account(desk), "bonus", 1, "order", NOW)

    code = refused(lambda: approve(desk.installation, asked.account_id, asked.id, NOW, actor="ben"))

    assert (refusal.value.code, refusal.value.facts["available"]) == ("not_enough", 800)
    assert code == "not_enough"
    with desk.database.reading() as connection:
        assert [one.state for one, _ in adjustments(connection, None)] == ["waiting"]
    assert unproven(desk, NOW) == {}


def test_a_blocked_participant_can_be_corrected_and_points_given_settle_a_debt(desk: World, by_hand: Adjust) -> None:
    own = account(desk)
    redeem(desk.installation, own, "bonus", 800, "order", NOW)
    reverse(desk.installation, own, booked(desk, own, "accrual")[0], "R-1", NOW)

    assert by_hand(1, "A-1", to=BLOCKED).state == "booked"
    by_hand(90, "A-2")

    assert (held_by(desk, own, NOW).deficit, points_of(desk, own, NOW)) == (710, -710)
    assert unproven(desk, NOW) == {}


@pytest.mark.parametrize(("one", "other", "same"), [
    ("Ada Lovelace", "lovelace ada", True), ("Groß", "GROSS", True), ("Müller", "muller", True), ("ada", "adam", False),
    ("clerk1", "clerk2", False)])
def test_names_are_compared_without_what_a_hand_does_differently(one: str, other: str, same: bool) -> None:
    assert same_person(one, other) is same
