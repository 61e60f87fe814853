"""Tables that each are right for themselves and do not fit together."""

from pathlib import Path

import pytest

from tests.support.programmes import MODULES, PROGRAMME, loaded, mistakes_in, replaced
from treuwerk.programme.errors import Mistake

TIER = '\n[[tiers]]\ncode = "gold"\nname = { de = "Gold", en = "Gold" }\nunit = "bonus"\npoints = 1\n'


def second(revision: int, window: str) -> str:
    """The programme with a second revision of its first rule."""
    return PROGRAMME + MODULES + f"revision = {revision}\n{window}\n"


def test_a_rule_may_only_award_units_of_the_programme(tmp_path: Path) -> None:
    text = replaced(('unit = "bonus"\narticle', 'unit = "bonos"\narticle'))

    assert mistakes_in(tmp_path, text) == [
        Mistake("programme.toml: earning[0]", "unit 'bonos'", "a unit of this programme: bonus",
                "did you mean 'bonus'?")]


def test_a_tier_is_reached_in_a_unit_of_the_programme(tmp_path: Path) -> None:
    text = PROGRAMME + TIER.replace('"bonus"', '"status"')

    assert mistakes_in(tmp_path, text) == [
        Mistake("programme.toml: tiers[0].unit", "unit 'status'", "a unit of this programme: bonus")]


@pytest.mark.parametrize(("old", "new", "path"), [
    ('{ de = "Punkte", en = "points" }', '{ de = "Punkte" }', "units.bonus.name"),
    ('{ de = "Installateur", en = "installer" }', '{ de = "x", en = "" }', "groups.installer.name"),
    ('{ de = "Module", en = "Modules" }', '{ de = "Module", fr = "Modules" }', "earning[0].title"),
], ids=["unit", "group, empty", "rule, other language"])
def test_every_text_is_there_in_every_language(tmp_path: Path, old: str, new: str, path: str) -> None:
    [mistake] = mistakes_in(tmp_path, replaced((old, new)))

    assert mistake.path == f"programme.toml: {path}"
    assert mistake.found == "no text for en"
    assert mistake.expected == "one for each of the programme's locales"


@pytest.mark.parametrize("locale", ["DE", "deu", "xxx", "de_de", "en_XA", "d", "dé", ""])
def test_a_locale_is_a_language(tmp_path: Path, locale: str) -> None:
    text = replaced(('locales = ["de", "en"]', f'locales = ["de", "en", "{locale}"]'))

    found = mistakes_in(tmp_path, text)

    assert Mistake("programme.toml: programme.locales[2]", repr(locale), "a language such as de, en, fr or de_Informal"
                   ) in found


def test_two_sources_do_not_share_a_name(tmp_path: Path) -> None:
    text = PROGRAMME + PROGRAMME[PROGRAMME.index("[[sources]]"):]

    assert mistakes_in(tmp_path, text) == [
        Mistake("programme.toml: sources[1].name", "'deliveries' again", "a name that no other source has")]


@pytest.mark.parametrize("window", ["valid_from = 2026-06-01", "valid_until = 2026-05-31", ""])
def test_revisions_of_a_rule_do_not_overlap(tmp_path: Path, window: str) -> None:
    [mistake] = mistakes_in(tmp_path, second(2, window))

    assert mistake == Mistake("programme.toml: earning[2].valid_from",
                              "days that revision 1 of 'modules' covers too", "windows that do not overlap",
                              "end the older revision with valid_until")


def test_a_revision_number_is_used_once(tmp_path: Path) -> None:
    [mistake] = mistakes_in(tmp_path, second(1, "valid_from = 2026-06-01"))

    assert mistake == Mistake("programme.toml: earning[2].revision", "revision 1 of 'modules' again",
                              "a higher number for each revision")


def test_one_revision_may_begin_the_day_after_the_other_ends(tmp_path: Path) -> None:
    text = second(2, "valid_from = 2026-06-01").replace("attribute_per_point = 10\n",
                                                        "attribute_per_point = 10\nvalid_until = 2026-05-31\n", 1)

    assert len(loaded(tmp_path, text).settings.earning) == 3


def test_one_day_of_two_revisions_is_a_mistake(tmp_path: Path) -> None:
    text = second(2, "valid_from = 2026-05-31").replace("attribute_per_point = 10\n",
                                                        "attribute_per_point = 10\nvalid_until = 2026-05-31\n", 1)

    assert [mistake.path for mistake in mistakes_in(tmp_path, text)] == ["programme.toml: earning[2].valid_from"]


def test_a_window_that_ends_before_it_begins_is_a_mistake(tmp_path: Path) -> None:
    text = replaced(("points = 500", "points = 500\nvalid_from = 2026-06-01\nvalid_until = 2026-05-31"))

    [mistake] = mistakes_in(tmp_path, text)

    assert mistake == Mistake("programme.toml: earning[1].valid_until", "2026-05-31, before valid_from",
                              "2026-06-01 or a later day")


def test_codes_of_tiers_are_used_once(tmp_path: Path) -> None:
    assert mistakes_in(tmp_path, PROGRAMME + TIER + TIER) == [
        Mistake("programme.toml: tiers[1].code", "'gold' again", "a code that no other tier has")]


@pytest.mark.parametrize(("days", "found"), [("", ["programme.toml: clearing.retroactive"]),
                                             ("retroactive_days = 30\n", [])])
def test_days_before_a_registration_are_told(tmp_path: Path, days: str, found: list[str]) -> None:
    text = PROGRAMME + f'\n[clearing]\nretroactive = "days"\n{days}'

    assert [mistake.path for mistake in mistakes_in(tmp_path, text)] == found
