"""Rewards changed by people: drafts beside what is offered, the gate, two people, and what others did meanwhile."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import attrs
import pytest
from sqlalchemy import Connection, select

from tests.support.catalogues import DRILL, Shelf, make_shelf
from tests.support.worlds import SIX_IN_THE_EVENING as NOW
from treuwerk.domain.catalogue import Reward, RewardText, Variant
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rewards import Evidence, RewardState
from treuwerk.domain.rights import Access, Audience, NotAllowed, OutOfScope
from treuwerk.services.rewards import editing, publishing
from treuwerk.services.rewards.drafts import RewardChanged, Working
from treuwerk.store.database import Database
from treuwerk.store.tables import audit_entry, reward, reward_listing, reward_stock

ALL = frozenset({"catalogue.read", "catalogue.write", "catalogue.publish"})
ADA, BOB = (Access(user, name, Audience.OFFICE, ALL) for user, name in ((1, "Ada"), (2, "Bob")))
TWO = (("\n[rewards]\n", "\n[rewards]\nsecond_person = true\n"),)


@pytest.fixture
def strict(tmp_path: Path, database: Database) -> Shelf:
    """A programme in which another person publishes."""
    return make_shelf(tmp_path / "league", database, other=TWO)


def done(shelf: Shelf, act: Callable[..., Any], who: Access, *arguments: Any) -> Any:
    installation = shelf.world.installation
    settings = [installation.programme.settings] if "settings" in act.__annotations__ else []
    return installation.database.run(lambda connection: act(who, connection, *settings, *arguments, NOW))


def look(shelf: Shelf, number: str = "DRILL") -> Working:
    found: Working = shelf.world.installation.database.run(partial(editing.read_reward, ADA, number=number))
    return found


def named(name: str) -> Callable[[Reward], Reward]:
    return lambda one: attrs.evolve(one, texts={"de": RewardText(name, "Zwei Gänge")})


def changed(shelf: Shelf, name: str = "Bohrer", who: Access = ADA) -> Working:
    found: Working = done(shelf, editing.change, who, "DRILL", look(shelf).version, named(name))
    return found


def offered(shelf: Shelf, number: str = "DRILL") -> tuple[str, str]:
    [row] = shelf.world.rows(select(reward.c.state, reward.c.content).where(reward.c.number == number))
    from treuwerk.store.rewards import read

    return row[0], read(row[1]).texts["de"].name


def listed(shelf: Shelf) -> list[tuple[str, str, int]]:
    found: list[tuple[str, str, int]] = [tuple(row) for row in shelf.world.rows(select(
        reward_listing.c.number, reward_listing.c.stage, reward_listing.c.offered).order_by("number"))]
    return found


def test_what_is_offered_stays_until_the_draft_is_published(shelf: Shelf) -> None:
    shelf.bring(DRILL)

    draft = changed(shelf)
    before = offered(shelf)
    after = done(shelf, publishing.publish, ADA, "DRILL", draft.version)

    assert (draft.stage, draft.drafted, draft.offered) == (RewardState.DRAFT, True, True)
    assert [(one.path, one.before, one.after) for one in draft.changes] == [
        ("texts.de.name", "Akkuschrauber", "Bohrer"),
        ("texts.de.summary", "Zwei Gänge, zwei Akkus", "Zwei Gänge")]
    assert (before, offered(shelf)) == (("published", "Akkuschrauber"), ("published", "Bohrer"))
    assert (after.drafted, after.changes, after.stage) == (False, [], RewardState.PUBLISHED)


def test_a_new_reward_goes_from_draft_over_review_into_the_shop(shelf: Shelf) -> None:
    fresh = Reward("LAMP", "goods", "tools", points=500, texts={"de": RewardText("Lampe", "Leuchtet")})

    one = done(shelf, editing.create, ADA, fresh)
    first = listed(shelf)
    one = done(shelf, publishing.hand_in, ADA, "LAMP", one.version)
    with pytest.raises(Refusal) as refused:
        done(shelf, publishing.publish, BOB, "LAMP", one.version)
    proof = Evidence("origin", "manufactured", "DE", "LE-1")
    one = done(shelf, editing.change, BOB, "LAMP", one.version, lambda now: attrs.evolve(now, evidence=(proof,)))
    again = one.stage
    one = done(shelf, publishing.publish, BOB, "LAMP", one.version)

    assert (refused.value.code, [fault["reason"] for fault in refused.value.facts["missing"]]) == (
        "lacks", ["There is no proof of origin."])
    assert (first, listed(shelf)) == ([("LAMP", "draft", 0)], [("LAMP", "published", 1)])
    assert (again, one.reward.variants, offered(shelf, "LAMP")) == (
        RewardState.DRAFT, (Variant("LAMP"),), ("published", "Lampe"))


def test_the_same_change_twice_changes_nothing(shelf: Shelf) -> None:
    shelf.bring(DRILL)

    first, second = changed(shelf), changed(shelf)

    assert second == first


def test_who_comes_second_is_told_and_overwrites_nothing(shelf: Shelf) -> None:
    shelf.bring(DRILL)
    seen = look(shelf).version
    changed(shelf, "Bohrer")

    with pytest.raises(RewardChanged) as both:
        done(shelf, editing.change, BOB, "DRILL", seen, named("Schrauber"))

    assert (both.value.theirs.reward.texts["de"].name, both.value.theirs.changed_by) == ("Bohrer", "Ada")
    assert look(shelf).reward.texts["de"].name == "Bohrer"


def test_an_import_meanwhile_is_not_overwritten_unseen(shelf: Shelf) -> None:
    shelf.bring(DRILL)
    changed(shelf)
    shelf.bring({**DRILL, "cost": "70.00"})

    draft = look(shelf)
    with pytest.raises(Refusal) as refused:
        done(shelf, publishing.publish, ADA, "DRILL", draft.version)
    kept = done(shelf, publishing.keep_draft, ADA, "DRILL", draft.version)
    done(shelf, publishing.publish, ADA, "DRILL", kept.version)

    assert (refused.value.code, draft.overtaken, kept.overtaken) == ("overtaken", True, False)
    assert {one.path for one in kept.changes} == {"cost", "texts.de.name", "texts.de.summary"}
    assert look(shelf).reward.cost == 5000


def test_two_people_publish_where_the_programme_wants_it(strict: Shelf) -> None:
    strict.bring(DRILL)
    draft = changed(strict, who=ADA)
    draft = done(strict, editing.change, BOB, "DRILL", draft.version, named("Bohrer 2"))
    carol = attrs.evolve(ADA, user_id=3, actor="Carol")

    for author in (ADA, BOB):
        with pytest.raises(Refusal) as refused:
            done(strict, publishing.publish, author, "DRILL", draft.version)
        assert refused.value.code == "self_approval"
    done(strict, editing.discard, carol, "DRILL", draft.version)
    back = done(strict, editing.restore_draft, BOB, "DRILL")
    with pytest.raises(Refusal):
        done(strict, publishing.publish, ADA, "DRILL", back.version)
    done(strict, publishing.publish, carol, "DRILL", back.version)

    assert offered(strict) == ("published", "Bohrer 2")


def test_a_draft_given_up_can_be_taken_up_again(shelf: Shelf) -> None:
    done(shelf, editing.create, ADA, Reward("LAMP", "goods", "tools"))
    shelf.bring(DRILL)
    changed(shelf)

    done(shelf, editing.discard, ADA, "LAMP", look(shelf, "LAMP").version)
    done(shelf, editing.discard, ADA, "DRILL", look(shelf).version)
    gone = listed(shelf)
    with pytest.raises(OutOfScope):
        look(shelf, "LAMP")
    lamp, drill = (done(shelf, editing.restore_draft, ADA, number) for number in ("LAMP", "DRILL"))

    assert gone == [("DRILL", "published", 1)]
    assert listed(shelf) == [("DRILL", "draft", 1), ("LAMP", "draft", 0)]
    assert (lamp.reward.number, drill.reward.texts["de"].name) == ("LAMP", "Bohrer")


def test_withdrawn_is_out_of_the_shop_and_keeps_its_draft(shelf: Shelf) -> None:
    shelf.bring(DRILL)
    draft = changed(shelf)

    withdrawn = done(shelf, publishing.withdraw, ADA, "DRILL", draft.version)
    published = done(shelf, publishing.publish, ADA, "DRILL", withdrawn.version)

    assert (withdrawn.offered, withdrawn.drafted, withdrawn.overtaken) == (False, True, False)
    assert (published.offered, offered(shelf)) == (True, ("published", "Bohrer"))


def test_the_history_tells_every_version_and_gives_one_back(shelf: Shelf) -> None:
    shelf.bring(DRILL)
    done(shelf, publishing.publish, ADA, "DRILL", changed(shelf).version)

    past = shelf.world.installation.database.run(partial(publishing.history, ADA, number="DRILL"))
    draft = done(shelf, publishing.take_version, ADA, "DRILL", look(shelf).version, 1)

    assert [(one.version, one.actor, one.source, len(one.changes)) for one in past[:1]] == [(2, "Ada", "editor", 2)]
    assert past[1].source == "rewards.csv"
    assert {one.after for one in draft.changes} == {"Akkuschrauber", "Zwei Gänge, zwei Akkus"}


@pytest.mark.parametrize(("fresh", "code"), [
    (Reward("", "goods", "tools"), "bad_number"), (Reward("A/1", "goods", "tools"), "bad_number"),
    (Reward("=1", "goods", "tools"), "bad_number"), (Reward("N" * 61, "goods", "tools"), "bad_number"),
    (Reward("DRILL", "goods", "tools"), "number_taken"), (Reward("X", "Goods!", "tools"), "bad_kind"),
    (Reward("X", "goods", "toys"), "unknown_category"),
    (Reward("X", "goods", "tools", variants=(Variant("DRILL-12"),)), "taken"),
    (Reward("X", "goods", "tools", variants=(Variant("A"), Variant("A"))), "taken"),
    (Reward("X", "goods", "tools", variants=tuple(Variant(f"V{at}") for at in range(101))), "too_many")])
def test_what_nothing_could_be_done_with_is_refused(shelf: Shelf, fresh: Reward, code: str) -> None:
    shelf.bring(DRILL)

    with pytest.raises(Refusal) as refused:
        done(shelf, editing.create, ADA, fresh)

    assert (refused.value.code, listed(shelf)) == (code, [("DRILL", "published", 1)])


def test_every_act_asks_for_its_right_and_is_in_the_audit(shelf: Shelf) -> None:
    shelf.bring({**DRILL, "variant": "CODE-12"})
    reader = attrs.evolve(ADA, permissions=frozenset({"catalogue.read"}))
    writer = attrs.evolve(ADA, permissions=frozenset({"catalogue.read", "catalogue.write"}))

    for act, who, arguments in ((editing.change, reader, (0, named("X"))), (publishing.hand_in, reader, (1,)),
                                (editing.discard, reader, (1,)), (publishing.publish, writer, (1,)),
                                (publishing.withdraw, writer, (1,))):
        with pytest.raises(NotAllowed):
            done(shelf, act, who, "DRILL", *arguments)
    draft = done(shelf, editing.change, writer, "DRILL", 0, lambda one: attrs.evolve(one, variants=(
        Variant("CODE-13"),)))
    done(shelf, publishing.publish, ADA, "DRILL", draft.version)

    assert shelf.world.rows(select(audit_entry.c.action, audit_entry.c.object).order_by(audit_entry.c.action)) == [
        ("reward.change", "DRILL"), ("reward.publish", "DRILL")]
    assert shelf.world.rows(select(reward_stock.c.variant)) == []


def test_an_import_keeps_the_mark_of_a_draft_in_the_list(shelf: Shelf) -> None:
    shelf.bring(DRILL)
    changed(shelf)

    shelf.bring({**DRILL, "cost": "61.00"})

    assert listed(shelf) == [("DRILL", "draft", 1)]


def test_the_list_is_made_of_what_was_there_before(shelf: Shelf) -> None:
    """As the step of the schema does it."""
    from treuwerk.store.listed_rewards import listed as row_of
    from treuwerk.store.plain_json import plain

    shelf.bring({**DRILL, "name_de": "Säge Ö"})

    def words(connection: Connection) -> str:
        return str(connection.execute(select(reward_listing.c.words)).scalar_one())

    assert shelf.world.installation.database.run(words) == row_of(plain(look(shelf).reward))["words"] == (
        "drill sage o  drill-12")
