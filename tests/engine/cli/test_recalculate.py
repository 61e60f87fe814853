"""``treuwerk recalculate`` as an operator uses it."""

from tests.engine.cli.conftest import Treuwerk
from tests.support.corrections import bonus
from tests.support.worlds import World, line

ORDER = ("recalculate", "--article", "SW-M-400", "--reason", "data sheet was wrong", "--actor", "ada")


def corrected(world: World) -> None:
    world.clear([line()])
    world.articles("article_number;name;kind;wp\nSW-M-400;Modul 400;module;410\n")


def test_case_79_a_rehearsal_and_a_run_say_what_they_come_to(world: World, treuwerk: Treuwerk) -> None:
    corrected(world)

    looked = treuwerk(*ORDER, "--dry-run")
    booked = treuwerk(*ORDER, "--approved-by", "bob")
    again = treuwerk(*ORDER, "--json")

    assert looked.out == ("1 purchase lines looked at, 1 would be booked anew\n"
                          "  bonus: 20 would be given, 0 would be taken\n"
                          "  status: 10 would be given, 0 would be taken\n")
    assert (booked.code, again.code, bonus(world)) == (0, 0, 820)
    assert again.json == {"lines": 1, "changed": 0, "given": {}, "taken": {}, "left_out": {}, "dry_run": False}


def test_case_79_the_booking_says_why_it_is_there(world: World, treuwerk: Treuwerk) -> None:
    corrected(world)
    treuwerk(*ORDER, "--approved-by", "bob")

    (booking,) = [one["id"] for one in treuwerk("statement", "10017", "--json").json["entries"]
                  if one["kind"] == "recalculation"]
    told = treuwerk("explain", booking).out

    assert "wp 400 → 410; data sheet was wrong; approved by bob" in told
    assert "LS-1 line 1 from SolarWorld: 10 × SW-M-400" in told


def test_case_79_one_person_alone_is_refused_above_the_limit(world: World, treuwerk: Treuwerk) -> None:
    corrected(world)

    outcome = treuwerk(*ORDER, "--json")

    assert (outcome.code, outcome.json["code"], bonus(world)) == (1, "above_limit", 800)


def test_case_79_an_article_that_nobody_knows_is_refused(treuwerk: Treuwerk) -> None:
    outcome = treuwerk("recalculate", "--article", "X", "--reason", "data sheet was wrong", "--actor", "ada")

    assert outcome.code == 1
    assert "found article 'X', expected one of the article master" in outcome.err
