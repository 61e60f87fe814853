"""Tiers by hand: two people, a last day, a floor under the own figures, and days that are over stay as they are."""

from datetime import date

import pytest
from sqlalchemy import select

from tests.support.accounts import account, all_at_once, refused
from tests.support.tiers import at, buys, stands
from tests.support.worlds import World
from treuwerk.domain.rights import Access, Audience, NotAllowed, OutOfScope, names_for
from treuwerk.services.tiers import granting
from treuwerk.services.tiers.granting import TierGrant
from treuwerk.services.tiers.running import run
from treuwerk.store.tables import audit_entry, work_item

CLARA, CARL = "clara", "carl"
DAY = "2026-06-01"


def by(name: str, *rights: str) -> Access:
    """Somebody of the service centre with these rights, or with all."""
    return Access(7, name, Audience.OFFICE, frozenset(rights) or names_for(Audience.OFFICE))


def give(league: World, tier: str = "gold", until: str = "2026-06-20", now: str = DAY, who: str = CLARA,
         reason: str = "promised at the fair") -> TierGrant:
    settings = league.installation.programme.settings
    return league.database.run(lambda connection: granting.give(
        by(who), connection, settings, account(league), tier, date.fromisoformat(until), reason, at(now)))


def decide(league: World, one: TierGrant, who: str = CARL, now: str = DAY, *, agrees: bool = True) -> TierGrant:
    settings = league.installation.programme.settings
    return league.database.run(lambda connection: granting.decide(
        by(who), connection, settings, one.public_id, at(now), agrees=agrees, reason="not agreed upon"))


def end(league: World, one: TierGrant, now: str) -> TierGrant:
    settings = league.installation.programme.settings
    return league.database.run(lambda connection: granting.end(
        by(CLARA), connection, settings, one.public_id, at(now), "company left the fair"))


def test_a_second_person_agrees_and_it_ends_by_itself(league: World) -> None:
    buys(league, "A", "2026-03-03", 400)
    asked = give(league)
    assert stands(league, account(league), DAY).walked.state.tier == "silver"
    assert refused(lambda: decide(league, asked, CLARA)) == "self_approval"

    decide(league, asked, now="2026-06-02")

    shown = stands(league, account(league), "2026-06-03").walked.state
    assert (shown.tier, str(shown.since), str(shown.until), bool(shown.grant)) == (
        "gold", "2026-06-02", "2026-06-20", True)
    run(league.installation, at("2026-07-01"))
    told = stands(league, account(league), "2026-07-01").history
    assert [(str(one.day), one.after, one.why.value, one.actor) for one in told] == [
        ("2026-03-03", "silver", "reached", ""), ("2026-06-02", "gold", "granted", CLARA),
        ("2026-06-21", "silver", "grant_ended", "")]
    assert [str(one.until) for one in told] == ["2027-12-31", "2026-06-20", "2027-12-31"]
    with league.database.reading() as connection:
        actions = connection.execute(select(audit_entry.c.action).order_by(audit_entry.c.id)).scalars().all()
        work = connection.execute(select(work_item.c.kind, work_item.c.state)).all()
    assert [one for one in actions if one.startswith("tier.")] == ["tier.give", "tier.approve"]
    assert [tuple(row) for row in work if row.kind == "tier_grant"] == [("tier_grant", "done")]


def test_what_is_given_never_lowers_and_can_be_ended(league: World) -> None:
    buys(league, "A", "2026-03-03", 400)
    decide(league, give(league, "silver", "2026-09-30"))
    gold = decide(league, give(league, "gold", "2026-09-30"))
    run(league.installation, at("2026-06-10"))

    end(league, gold, "2026-06-12")

    assert stands(league, account(league), "2026-06-11").walked.state.tier == "gold"
    after = stands(league, account(league), "2026-06-12").walked.state
    assert (after.tier, after.grant, str(after.until)) == ("silver", 0, "2027-12-31")
    assert refused(lambda: end(league, gold, "2026-06-13")) == "already_decided"


@pytest.mark.parametrize(("given", "code"), [
    ({"tier": "platinum"}, "unknown_tier"), ({"until": "2026-05-31"}, "wrong_day"),
    ({"until": "2036-07-01"}, "wrong_day"),    ({"reason": "please"}, "no_reason")])
def test_nonsense_is_refused(league: World, given: dict[str, str], code: str) -> None:
    assert refused(lambda: give(league, **given)) == code


def test_it_is_given_once_and_decided_once(league: World) -> None:
    asked = give(league)
    assert refused(lambda: give(league)) == "given_already"

    outcomes = all_at_once([lambda: decide(league, asked, CARL).state,
                            lambda: decide(league, asked, "doris", agrees=False).state])

    assert len([one for one in outcomes if one in ("given", "refused")]) == 1
    run(league.installation, at("2026-06-02"))
    one = stands(league, account(league), "2026-06-02").walked.state
    assert (one.tier == "gold") == ("given" in outcomes)


def test_a_run_and_a_person_at_once_leave_both(league: World) -> None:
    buys(league, "A", "2026-03-03", 400)
    asked = give(league)

    all_at_once([lambda: run(league.installation, at(DAY)).up, lambda: decide(league, asked).state])
    run(league.installation, at("2026-06-03"))

    assert [one.after for one in stands(league, account(league), "2026-06-03").history] == ["silver", "gold"]


def test_only_who_has_the_right_gives_and_only_what_is_there_is_decided(league: World) -> None:
    settings = league.installation.programme.settings

    with pytest.raises(NotAllowed):
        league.database.run(lambda connection: granting.give(
            by(CLARA, "tiers.approve"), connection, settings, account(league), "gold", date(2026, 6, 20),
            "promised at the fair", at(DAY)))
    with pytest.raises(OutOfScope):
        league.database.run(lambda connection: granting.decide(
            by(CARL), connection, settings, "tgr_00000000000000000000000001", at(DAY), agrees=True))
