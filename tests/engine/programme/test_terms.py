"""Terms of points in the programme file: what is accepted, and how each mistake is answered."""

from datetime import date
from pathlib import Path

import pytest

from tests.support.programmes import PROGRAMME, loaded, mistakes_in, replaced
from treuwerk.domain.durations import Duration, Edge, MonthDay
from treuwerk.domain.terms import AT_ONCE, NEVER, Activation, Between, Expiry, ExpiryStart, Returns, Rounding, Until
from treuwerk.programme.errors import Mistake
from treuwerk.programme.settings import Manual, Transfers, Unit

DURATION = ("a duration: whole number, one of s m h D W M Y, and where wanted _D (down to the start) or _U (up to the "
            "end) of its day, week, month or year, such as 14D, 36M or 3Y_U")
WAYS = "exactly one of after, on, yearly_on, after_inactivity, never = true"


def with_unit(*lines: str) -> str:
    """The right programme with these lines in its unit."""
    return replaced(("[units.bonus]\n", "[units.bonus]\n" + "".join(f"{line}\n" for line in lines)))


def with_rule(line: str, *more: tuple[str, str]) -> str:
    """The right programme with a line in its second rule."""
    return replaced(("points = 500\n", f"points = 500\n{line}\n"), *more)


def unit_of(folder: Path, *lines: str) -> Unit:
    return loaded(folder, with_unit(*lines)).settings.units["bonus"]


def place(path: str) -> str:
    return f"programme.toml: {path}"


@pytest.mark.parametrize(("text", "expires"), [
    ('{ after = "36M", rounding = "end_of_year", start = "event" }',
     Expiry(after=Duration(36, "M"), rounding=Rounding.END_OF_YEAR, start=ExpiryStart.EVENT)),
    ('{ after = "2W_U" }', Expiry(after=Duration(2, "W", Edge.UP))),
    ("{ on = 2027-12-31 }", Expiry(on=date(2027, 12, 31))),
    ('{ yearly_on = "12-31", at_least = "3M" }', Expiry(yearly_on=MonthDay(12, 31), at_least=Duration(3, "M"))),
    ('{ after_inactivity = "12M" }', Expiry(after_inactivity=Duration(12, "M"))),
    ("{ never = true }", NEVER),
])
def test_points_expire_in_one_of_five_ways(tmp_path: Path, text: str, expires: Expiry) -> None:
    assert unit_of(tmp_path, f"expires = {text}").expires == expires


@pytest.mark.parametrize(("text", "pending"), [
    ('{ after = "14D" }', Activation(after=Duration(14, "D"))),
    ('{ until = "activation" }', Activation(until=Until.ACTIVATION)),
    ('{ until = "booking" }', AT_ONCE),
])
def test_points_wait_for_a_time_or_for_an_act(tmp_path: Path, text: str, pending: Activation) -> None:
    assert unit_of(tmp_path, f"pending = {text}").pending == pending


def test_what_is_left_out_is_the_safe_way(tmp_path: Path) -> None:
    unit = unit_of(tmp_path)

    assert (unit.expires, unit.pending, unit.returns) == (NEVER, AT_ONCE, Returns.NEGATIVE)
    assert (unit.manual, unit.transfers) == (Manual(limit=0), Transfers(allowed=False))


def test_a_unit_has_rules_of_its_own(tmp_path: Path) -> None:
    unit = unit_of(tmp_path, 'returns = "block"', "manual = { limit = 1000 }",
                   "transfers = { allowed = true, at_least = 10, at_most = 500, at_most_per_month = 900, "
                   'between = "anyone" }')

    assert (unit.returns, unit.manual) == (Returns.BLOCK, Manual(1000))
    assert unit.transfers == Transfers(True, 10, 500, 900, Between.ANYONE)


def test_a_rule_may_have_terms_of_its_own(tmp_path: Path) -> None:
    text = with_rule('expires = { after = "3M" }\npending = { after = "7D" }')

    first, second = loaded(tmp_path, text).settings.earning

    assert (first.head.expires, first.head.pending) == (None, None)
    assert second.head.expires == Expiry(after=Duration(3, "M"))
    assert second.head.pending == Activation(after=Duration(7, "D"))


@pytest.mark.parametrize(("line", "path", "found", "expected"), [
    ('expires = { after = "36 M" }', "expires.after", "'36 M'", DURATION),
    ('expires = { after = "1_0M" }', "expires.after", "'1_0M'", DURATION),
    ('expires = { after = "٣M" }', "expires.after", "'٣M'", DURATION),
    ("expires = { after = 36 }", "expires.after", "36", DURATION),
    ('expires = { after = "200Y" }', "expires.after", "'200Y'", "at most 100Y, a hundred years"),
    ('expires = { after = "0M", rounding = "none" }', "expires", "after = '0M'",
     "a duration that ends later than it starts"),
    ('expires = { after = "1M", rounding = "month" }', "expires.rounding", "'month'",
     "one of none, end_of_day, end_of_week, end_of_month, end_of_quarter, end_of_year"),
    ('expires = { after = "1M", start = "delivery" }', "expires.start", "'delivery'",
     "one of booking, event, activation"),
    ("expires = { on = 2027-12-31, never = true }", "expires", "on and never", WAYS),
    ("expires = {}", "expires", "none of them", WAYS),
    ("expires = { never = false }", "expires", "none of them", WAYS),
    ("expires = { never = 1 }", "expires.never", "1", "true or false"),
    ('expires = { on = 2027-12-31, rounding = "end_of_year" }', "expires", "rounding beside on", "nothing beside it"),
    ('expires = { on = "2027-12-31" }', "expires.on", "'2027-12-31'", "date"),
    ("expires = { on = 2025-12-31 }", "expires", "on = 2025-12-31", "2026-01-01 or a later day"),
    ('expires = { yearly_on = "02-30" }', "expires.yearly_on", "'02-30'",
     "a day of the year as MM-DD, such as 12-31"),
    ("expires = { yearly_on = 2026-12-31 }", "expires.yearly_on", "2026-12-31",
     "a day of the year as MM-DD, such as 12-31"),
    ("pending = {}", "pending", "none of them", "exactly one of after, until"),
    ('pending = { until = "seminar" }', "pending.until", "'seminar'", "one of booking, activation"),
    ('pending = { after = "0D" }', "pending", "after = '0D'", "a duration that ends later than it starts"),
    ('returns = "forget"', "returns", "'forget'", "one of negative, clamp, block"),
    ("manual = { limit = -1 }", "manual.limit", "-1", ">= 0"),
    ("manual = 1000", "manual", "1000", "table"),
    ("transfers = { allowed = true, at_least = 0 }", "transfers.at_least", "0", ">= 1"),
    ("transfers = { allowed = true, at_most = 0 }", "transfers.at_most", "0", ">= 1"),
    ("transfers = { allowed = true, at_least = 9, at_most = 8 }", "transfers.at_most", "8, below at_least",
     "9 or more"),
    ("transfers = { allowed = true, at_least = 9, at_most_per_month = 8 }", "transfers.at_most_per_month",
     "8, below at_least", "9 or more"),
    ("transfers = { at_most = 100 }", "transfers", "at_most without allowed = true", "allowed = true beside it"),
    ('transfers = { allowed = true, between = "friends" }', "transfers.between", "'friends'",
     "one of same_group, anyone"),
    ("spendable = false\ntransfers = { allowed = true }", "transfers.allowed", "true in a unit with spendable = false",
     "false"),
], ids=str)
def test_a_mistake_is_named_with_its_place(tmp_path: Path, line: str, path: str, found: str, expected: str) -> None:
    [mistake] = mistakes_in(tmp_path, with_unit(line))

    assert (mistake.path, mistake.found, mistake.expected) == (place(f"units.bonus.{path}"), found, expected)


def test_a_key_that_is_not_known_is_answered_with_all_that_are(tmp_path: Path) -> None:
    assert mistakes_in(tmp_path, with_unit('expires = { after_month = "36M" }', 'returns = "clamp"')) == [
        Mistake(place("units.bonus.expires.after_month"), "a key that is not known here",
                "one of after, on, yearly_on, after_inactivity, never, rounding, start, at_least",
                "did you mean 'after'?")]


def test_life_of_points_that_wait_for_an_act_is_counted_from_it(tmp_path: Path) -> None:
    [mistake] = mistakes_in(tmp_path, with_unit('expires = { after = "1M", start = "event" }',
                                                'pending = { until = "activation" }'))

    assert mistake == Mistake(place("units.bonus.expires"), "start = 'event' of points that wait for their activation",
                              "start = 'activation'", "or leave it out: life is then counted from activation")
    assert mistakes_in(tmp_path, with_unit('expires = { after = "1M" }', 'pending = { until = "activation" }')) == []


@pytest.mark.parametrize("expires", ['{ after = "14D", rounding = "none" }', '{ after = "1W" }', "{ on = 2026-01-10 }"])
def test_points_that_expire_before_their_wait_is_over_are_a_mistake(tmp_path: Path, expires: str) -> None:
    found = mistakes_in(tmp_path, with_unit(f"expires = {expires}", 'pending = { after = "14D" }'))

    assert found == [Mistake(place("units.bonus.pending"), "after = '14D', when they have expired",
                             "a shorter wait, or a longer life",
                             "start = 'activation' counts life from the end of the wait")]


def test_life_that_is_counted_from_the_end_of_the_wait_may_be_shorter_than_it(tmp_path: Path) -> None:
    assert mistakes_in(tmp_path, with_unit('expires = { after = "7D", start = "activation" }',
                                           'pending = { after = "14D" }')) == []


@pytest.mark.parametrize(("unit", "rule", "path"), [
    ('expires = { after = "1M", start = "booking" }', 'pending = { until = "activation" }', "earning[1].pending"),
    ('pending = { until = "activation" }', 'expires = { after = "1M", start = "event" }', "earning[1].expires"),
    ('expires = { after = "7D" }', 'pending = { after = "1M" }', "earning[1].pending"),
    ('pending = { after = "1M" }', 'expires = { after = "7D" }', "earning[1].expires"),
    ("", "expires = { on = 2025-12-31 }", "earning[1].expires"),
    ("", "valid_from = 2026-06-01\nexpires = { on = 2026-05-31 }", "earning[1].expires"),
    ("", 'expires = { after_inactivity = "1Y" }', "earning[1].expires"),
    ('expires = { after_inactivity = "1Y" }', "expires = { never = true }", "earning[1].expires"),
])
def test_terms_of_a_rule_and_of_its_unit_fit_together(tmp_path: Path, unit: str, rule: str, path: str) -> None:
    text = with_rule(rule, ("[units.bonus]\n", f"[units.bonus]\n{unit}\n"))

    assert [mistake.path for mistake in mistakes_in(tmp_path, text)] == [place(path)]


def test_inactivity_is_a_matter_of_the_unit(tmp_path: Path) -> None:
    [brought_in] = mistakes_in(tmp_path, with_rule('expires = { after_inactivity = "1Y" }'))
    [left_out] = mistakes_in(tmp_path, with_rule(
        "expires = { never = true }", ("[units.bonus]\n", '[units.bonus]\nexpires = { after_inactivity = "1Y" }\n')))

    assert str(brought_in) == (
        "programme.toml: earning[1].expires: found after_inactivity in a rule, expected after, on, yearly_on or never "
        "(inactivity is a matter of the whole unit: write it into units.bonus.expires)")
    assert str(left_out) == (
        "programme.toml: earning[1].expires: found never = true, though all points of 'bonus' expire by inactivity, "
        "expected after, on or yearly_on (a unit of its own can hold points that stay)")


def test_all_mistakes_in_terms_are_reported_at_once(tmp_path: Path) -> None:
    text = with_unit('expires = { after = "3 Y", rounding = "year" }', "pending = {}", 'returns = "none"',
                     "manual = { limit = true }", "transfers = { allow = true }")

    found = mistakes_in(tmp_path, text.replace("points = 500\n", "points = 500\nexpires = {}\n"))

    assert [mistake.path for mistake in found] == [place(path) for path in (
        "units.bonus.expires.after", "units.bonus.expires.rounding", "units.bonus.pending", "units.bonus.returns",
        "units.bonus.manual.limit", "units.bonus.transfers.allow", "earning[1].expires")]


def test_a_right_programme_says_nothing_of_terms(tmp_path: Path) -> None:
    assert mistakes_in(tmp_path, PROGRAMME) == []
