"""A programme file with mistakes: all are reported in one pass, each with place, found, expected and hint."""

from collections.abc import Sequence
from pathlib import Path

import attrs
import pytest

from tests.support.programmes import PROGRAMME, loaded, mistakes_in, programme_folder, replaced
from treuwerk.domain.earning import Award
from treuwerk.domain.purchases import EarningEvent
from treuwerk.hookspecs import EarningRuleKind, hookimpl
from treuwerk.programme.errors import Mistake, ProgrammeError
from treuwerk.programme.reading import read_programme

NINE = """\
plugins = ["csv_feed", "product_factor", "activity_points"]
colour = "blue"

[programme]
code = "league"
name = 7
starts_on = "2015-13-01"
zone = "Europe/Berlin"
locales = ["de"]

[units.bonus]
name = { de = "Punkte" }

[groups.installer]
name = { de = "Installateur" }

[[earning]]
name = "unknown_kind"
rule = "produkt_factor"
title = { de = "?" }

[[earning]]
name = "out_of_range"
rule = "product_factor"
title = { de = "Module" }
unit = "bonus"
article_kinds = ["module"]
attribute = "wp"
attribute_per_point = 0

[[earning]]
name = "several"
rule = "activity_points"
title = { de = "Seminare" }
unit = "bonus"
points = 12.7
pionts = 12

[[earning]]
name = "no_kind"
title = { de = "?" }
"""


def test_nine_mistakes_are_reported_in_one_pass(tmp_path: Path) -> None:
    found = mistakes_in(tmp_path, NINE)

    def place(path: str) -> str:
        return f"programme.toml: {path}"

    assert sorted(found, key=lambda mistake: mistake.path) == sorted([
        Mistake(place("programme.name"), "7", "text"),
        Mistake(place("programme.starts_on"), "'2015-13-01'", "date", "write it without quotes: 2026-12-31"),
        Mistake(place("earning[0].rule"), "'produkt_factor'",
                "a rule that a loaded plugin offers: activity_points, product_factor",
                "did you mean 'product_factor'?"),
        Mistake(place("earning[1].attribute_per_point"), "0", "> 0"),
        Mistake(place("earning[2].points"), "12.7", "whole number"),
        Mistake(place("earning[2].activity"), "nothing", "a value; the key is missing"),
        Mistake(place("earning[2].pionts"), "a key that is not known here", "one of unit, activity, points",
                "did you mean 'points'?"),
        Mistake(place("earning[3].rule"), "nothing", "a value; the key is missing"),
        Mistake(place("colour"), "a key that is not known here",
                "one of programme, plugins, units, groups, earning, occasions, budgets, article_filters, "
                    "stacking, sources, measures, rates, tiers, tier_scheme, roles, sign_in, sign_in_rules, theme, "
                    "contact, accessibility, labels, legal, links, text_blocks, clearing, assembly, catalogue, "
                    "rewards, reward_kinds, suppliers, constraints, attendance, work, inbox, api, uploads, "
                    "upload_scanners, page_reader, plugin_policy"),
    ], key=lambda mistake: mistake.path)


def test_a_mistake_is_one_line_for_a_person(tmp_path: Path) -> None:
    [mistake] = mistakes_in(tmp_path, replaced(("points = 500", "pionts = 1\npoints = 500")))

    assert str(mistake) == ("programme.toml: earning[1].pionts: found a key that is not known here, "
                            "expected one of unit, activity, points (did you mean 'points'?)")


def test_the_error_carries_every_mistake_as_a_line(tmp_path: Path) -> None:
    with pytest.raises(ProgrammeError) as error:
        read_programme(programme_folder(tmp_path, NINE))

    assert str(error.value).splitlines() == [str(mistake) for mistake in error.value.mistakes]


def test_a_right_programme_has_no_mistakes(tmp_path: Path) -> None:
    assert mistakes_in(tmp_path, PROGRAMME) == []


@pytest.mark.parametrize(("old", "new", "path", "found", "expected"), [
    ("points = 500", "points = 12.7", "earning[1].points", "12.7", "whole number"),
    ("points = 500", "points = 12.0", "earning[1].points", "12.0", "whole number"),
    ("points = 500", "points = true", "earning[1].points", "true", "whole number"),
    ("points = 500", 'points = "500"', "earning[1].points", "'500'", "whole number"),
    ("attribute_per_point = 10", "attribute_per_point = true", "earning[0].attribute_per_point", "true", "number"),
    ("attribute_per_point = 10", 'attribute_per_point = "10"', "earning[0].attribute_per_point", "'10'", "number"),
    ("attribute_per_point = 10", "attribute_per_point = nan", "earning[0].attribute_per_point", "NaN", "number"),
    ("attribute_per_point = 10", "attribute_per_point = inf", "earning[0].attribute_per_point", "Infinity", "number"),
    ('name = "League"', "name = 7", "programme.name", "7", "text"),
    ('name = "League"', "name = 2026-01-01", "programme.name", "2026-01-01", "text"),
    ("starts_on = 2026-01-01", "starts_on = 2026-01-01T00:00:00", "programme.starts_on", "2026-01-01 00:00:00", "date"),
    ("starts_on = 2026-01-01", "starts_on = 20260101", "programme.starts_on", "20260101", "date"),
    ('locales = ["de", "en"]', 'locales = "de"', "programme.locales", "'de'", "list"),
    ('locales = ["de", "en"]', 'locales = ["de", 7]', "programme.locales[1]", "7", "text"),
    ("[units.bonus]\n", '[units.bonus]\nspendable = "false"\n', "units.bonus.spendable", "'false'", "true or false"),
    ("[units.bonus]\n", "[units.bonus]\nspendable = 0\n", "units.bonus.spendable", "0", "true or false"),
    ("[units.bonus]\n", "[units.bonus]\nexpires = 36\n", "units.bonus.expires", "36", "table"),
    ('article_kinds = ["module"]', 'article_kinds = "module"', "earning[0].article_kinds", "'module'", "list"),
    ('article_kinds = ["module"]', "article_kinds = { module = 1 }", "earning[0].article_kinds", "{'module': 1}",
     "list"),
], ids=str)
def test_nothing_is_converted_in_silence(tmp_path: Path, old: str, new: str, path: str, found: str,
                                         expected: str) -> None:
    [mistake] = mistakes_in(tmp_path, replaced((old, new)))

    assert (mistake.path, mistake.found, mistake.expected) == (f"programme.toml: {path}", found, expected)


@pytest.mark.parametrize(("old", "new", "path", "says"), [
    ('zone = "Europe/Berlin"', 'zone = "Europe/Berlim"', "programme.zone", "Europe/Berlim"),
    ('code = "league"', 'code = "The League"', "programme.code", "The League"),
    ("points = 500", "points = 0", "earning[1].points", "0"),
    ('name = "League"', 'name = ""', "programme.name", ""),
    ("[units.bonus]\n", '[units.bonus]\nexpires = { after = "-1M" }\n', "units.bonus.expires.after", "-1M"),
    ("[units.bonus]\n", '[units.bonus]\nexpires = { after = "1M", rounding = "month" }\n',
     "units.bonus.expires.rounding", "end_of_month"),
    ('seller = "Maker"', 'seller = "Maker"\nencoding = "utf-42"', "sources[0].encoding", "utf-42"),
    ('seller = "Maker"', 'seller = "Maker"\nencoding = "utf-61"', "sources[0].encoding", "utf-61"),
    ('seller = "Maker"', 'seller = "Maker"\nencoding = "rot13"', "sources[0].encoding", "rot13"),
    ('seller = "Maker"', 'seller = "Maker"\ndate_patterns = ["DD-MM-XX"]', "sources[0].date_patterns", "DD-MM-XX"),
    ('seller = "Maker"', 'seller = "Maker"\ndelimiter = "::"', "sources[0].delimiter", "::"),
    ('reader = "csv_feed"', 'reader = "csv_fed"', "sources[0].reader", "csv_fed"),
], ids=str)
def test_a_value_out_of_range_is_named_with_its_key(tmp_path: Path, old: str, new: str, path: str, says: str) -> None:
    [mistake] = mistakes_in(tmp_path, replaced((old, new)))

    assert mistake.path == f"programme.toml: {path}"
    assert says in str(mistake)


def test_exact_decimals_stay_exact(tmp_path: Path) -> None:
    programme = loaded(tmp_path, replaced(("attribute_per_point = 10", "attribute_per_point = 0.1")))

    assert str(programme.settings.earning[0].settings.attribute_per_point) == "0.1"


@pytest.mark.parametrize(("text", "says"), [
    ("plugins = [", "valid TOML"),
    ("a = 1\na = 2", "valid TOML"),
], ids=["broken", "key twice"])
def test_a_file_that_is_no_toml_is_refused_with_its_place(tmp_path: Path, text: str, says: str) -> None:
    [mistake] = mistakes_in(tmp_path, text)

    assert mistake.path == str(tmp_path / "programme.toml")
    assert "line" in mistake.found or "end of document" in mistake.found
    assert mistake.expected == says


def test_a_file_in_another_encoding_is_refused_with_the_byte(tmp_path: Path) -> None:
    (tmp_path / "programme.toml").write_bytes("name = 'Träger'".encode("cp1252"))

    with pytest.raises(ProgrammeError, match="byte 0xe4 at 10, expected UTF-8 text"):
        read_programme(tmp_path)


def test_a_folder_without_a_programme_is_refused_with_the_next_step(tmp_path: Path) -> None:
    with pytest.raises(ProgrammeError, match=r"no such file.*treuwerk new programme"):
        read_programme(tmp_path)


@pytest.mark.parametrize("text", ["", "plugins = 7", 'plugins = "csv_feed"', "programme = 1", "[[units]]\na = 1",
                                  "earning = 7", "[earning]\na = 1", "earning = [1, 2]", "[units]\nbonus = 1"])
def test_any_shape_of_file_is_answered_with_mistakes_never_with_a_crash(tmp_path: Path, text: str) -> None:
    found = mistakes_in(tmp_path, text)

    assert found
    assert all(mistake.path and mistake.expected for mistake in found)


@attrs.frozen
class Strange:
    """A rule kind whose plugin was not made with care."""

    unit: str
    error: str = ""

    @property
    def units(self) -> set[str]:
        """Fails when asked to."""
        if self.error == "units":
            raise KeyError(self.error)
        return {self.unit}

    def awards(self, events: Sequence[EarningEvent]) -> list[Award]:
        """Nothing."""
        return []


def strange_rule(settings: Strange) -> Strange:
    """The rule, or the error that its settings ask for."""
    if settings.error == "build":
        raise KeyError(settings.error)
    return settings


class StrangePlugin:
    """A plugin given as an object."""

    @hookimpl
    def earning_rule_kinds(self) -> list[EarningRuleKind[Strange]]:
        """Offers ``strange``."""
        return [EarningRuleKind("strange", Strange, strange_rule)]


@pytest.mark.parametrize("error", ["build", "units"])
def test_a_rule_that_cannot_be_built_is_a_mistake_of_its_table(tmp_path: Path, error: str) -> None:
    table = '\n[[earning]]\nname = "odd"\nrule = "strange"\ntitle = { de = "?", en = "?" }\nunit = "bonus"\n'
    text = replaced(('["csv_feed",', '["odd", "csv_feed",')) + table + f'error = "{error}"\n'
    folder = programme_folder(tmp_path, text)

    with pytest.raises(ProgrammeError) as raised:
        read_programme(folder, {"odd": StrangePlugin()})

    assert str(raised.value) == ("programme.toml: earning[2].rule: expected settings that the rule 'strange' can be "
                                 f"built from; it raised KeyError: '{error}'")
