"""The grammar of durations, and what the calendar makes of them: month ends, leap days, clocks that change."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treuwerk.domain.durations import Duration, Edge, MonthDay, Period, first_day, first_day_after, months_later
from treuwerk.domain.ledger import instant, moment
from treuwerk.domain.reading import Unreadable

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Kiritimati", "Pacific/Apia", "Asia/Beirut",
         "Australia/Lord_Howe", "UTC"]
NOW = st.integers(instant(datetime(1995, 1, 1, tzinfo=BERLIN)), instant(datetime(2090, 1, 1, tzinfo=BERLIN)))
EDGES = st.sampled_from([None, *Edge])
DURATIONS = st.builds(Duration, st.integers(0, 100), st.sampled_from("smhDWMY"), EDGES)


def at(local: str, zone: ZoneInfo = BERLIN, fold: int = 0) -> int:
    return instant(datetime.fromisoformat(local).replace(tzinfo=zone, fold=fold))


def later(text: str, local: str, zone: ZoneInfo = BERLIN) -> str:
    """The local time that is a duration later than a local time."""
    return moment(Duration.read(text).after(at(local, zone), zone)).astimezone(zone).isoformat()


@pytest.mark.parametrize(("text", "read"), [
    ("0s", Duration(0, "s")),
    ("90m", Duration(90, "m")),
    ("36M", Duration(36, "M")),
    ("14D_D", Duration(14, "D", Edge.DOWN)),
    ("0Y_U", Duration(0, "Y", Edge.UP)),
    ("100Y", Duration(100, "Y")),
    ("3155760000s", Duration(3_155_760_000, "s")),
])
def test_a_duration_is_a_number_a_unit_and_perhaps_an_edge(text: str, read: Duration) -> None:
    assert Duration.read(text) == read


@pytest.mark.parametrize("text", [
    "", "36", "M", "M36", "36 M", " 36M", "36M ", "36M\n", "+36M", "-36M", "3.5M", "3,5M", "1_000D", "036M", "00M",
    "1e2D", "٣M", "³M", "36d", "36S", "36H", "36w", "36y", "36months", "36Q", "36M_", "36M_u", "36M_U_U", "36M_X",
    "36MU", "P36M", "1Y6M", "99999999999s", "unlimited",
])
def test_what_is_written_in_another_way_is_refused_with_what_was_expected(text: str) -> None:
    with pytest.raises(Unreadable, match="expected a duration: whole number, one of s m h D W M Y") as error:
        Duration.read(text)

    assert error.value.found == text


@pytest.mark.parametrize(("text", "most"), [("101Y", "100Y"), ("1201M", "1200M"), ("36526D", "36525D"),
                                            ("9999999999s", "3155760000s")])
def test_a_duration_is_at_most_a_hundred_years(text: str, most: str) -> None:
    with pytest.raises(Unreadable, match=f"found '{text}', expected at most {most}"):
        Duration.read(text)


@given(DURATIONS)
def test_a_duration_reads_as_it_is_written(duration: Duration) -> None:
    assert Duration.read(str(duration)) == duration


@given(st.text(max_size=12))
def test_no_text_is_read_as_anything_but_itself(text: str) -> None:
    try:
        assert str(Duration.read(text)) == text
    except Unreadable:
        assert not (text[:1] in set("123456789") and text[1:] in set("smhDWMY"))


@pytest.mark.parametrize(("day", "months", "result"), [
    ("2026-01-31", 1, "2026-02-28"),
    ("2028-01-31", 1, "2028-02-29"),
    ("2028-02-29", 12, "2029-02-28"),
    ("2028-02-29", 48, "2032-02-29"),
    ("2026-12-31", 2, "2027-02-28"),
    ("2026-08-31", 1, "2026-09-30"),
    ("2026-05-15", 0, "2026-05-15"),
    ("2026-11-30", 1, "2026-12-30"),
    ("2099-02-28", 12, "2100-02-28"),
])
def test_months_are_calendar_months_and_end_with_the_month(day: str, months: int, result: str) -> None:
    assert months_later(date.fromisoformat(day), months) == date.fromisoformat(result)


@given(st.dates(max_value=date(9000, 1, 1)), st.integers(0, 600))
def test_a_month_later_never_skips_a_month(day: date, months: int) -> None:
    result = months_later(day, months)

    assert (result.year * 12 + result.month) - (day.year * 12 + day.month) == months
    assert result.day == day.day or (result + timedelta(days=1)).month != result.month


@pytest.mark.parametrize(("text", "start", "end"), [
    ("0M", "2026-05-15T09:30:15.000001", "2026-05-15T09:30:15.000001+02:00"),
    ("36M", "2026-05-15T09:30", "2029-05-15T09:30:00+02:00"),
    ("3Y", "2026-05-15T09:30", "2029-05-15T09:30:00+02:00"),
    ("12M", "2028-02-29T10:00", "2029-02-28T10:00:00+01:00"),
    ("1Y", "2028-02-29T10:00", "2029-02-28T10:00:00+01:00"),
    ("4Y", "2028-02-29T10:00", "2032-02-29T10:00:00+01:00"),
    ("1M", "2026-01-31T23:59:59.999999", "2026-02-28T23:59:59.999999+01:00"),
    ("1D", "2026-12-31T23:59:59", "2027-01-01T23:59:59+01:00"),
    ("2W", "2026-12-31T12:00", "2027-01-14T12:00:00+01:00"),
    ("90m", "2026-12-31T23:00", "2027-01-01T00:30:00+01:00"),
    ("14D_D", "2026-05-01T09:30", "2026-05-15T00:00:00+02:00"),
    ("14D_U", "2026-05-01T09:30", "2026-05-16T00:00:00+02:00"),
    ("36h_U", "2026-05-01T09:30", "2026-05-03T00:00:00+02:00"),
    ("1W_D", "2026-05-13T09:30", "2026-05-18T00:00:00+02:00"),  # a Wednesday; weeks begin on Monday
    ("0W_U", "2026-05-17T23:59", "2026-05-18T00:00:00+02:00"),  # a Sunday
    ("0W_U", "2026-05-18T00:00", "2026-05-25T00:00:00+02:00"),
    ("1M_D", "2026-01-31T09:30", "2026-02-01T00:00:00+01:00"),
    ("1M_U", "2026-01-31T09:30", "2026-03-01T00:00:00+01:00"),
    ("0Y_U", "2026-12-31T23:59:59", "2027-01-01T00:00:00+01:00"),
    ("0Y_U", "2027-01-01T00:00:00", "2028-01-01T00:00:00+01:00"),
    ("1Y_D", "2026-01-01T00:00:00", "2027-01-01T00:00:00+01:00"),
])
def test_a_duration_ends_where_the_calendar_says(text: str, start: str, end: str) -> None:
    assert later(text, start) == end


@pytest.mark.parametrize(("text", "start", "end"), [
    ("1D", "2026-03-28T12:00", "2026-03-29T12:00:00+02:00"),  # 23 hours
    ("24h", "2026-03-28T12:00", "2026-03-29T13:00:00+02:00"),
    ("1D", "2026-10-24T12:00", "2026-10-25T12:00:00+01:00"),  # 25 hours
    ("24h", "2026-10-24T12:00", "2026-10-25T11:00:00+01:00"),
    ("1D", "2026-03-28T02:30", "2026-03-29T03:30:00+02:00"),  # 02:30 does not exist
    ("1M", "2026-02-28T02:00", "2026-03-28T02:00:00+01:00"),
    ("1W", "2026-03-22T02:00", "2026-03-29T03:00:00+02:00"),
    ("1D", "2026-10-24T02:30", "2026-10-25T02:30:00+02:00"),  # it comes twice: the first
    ("60m", "2026-10-25T02:30", "2026-10-25T02:30:00+01:00"),
    ("1D_U", "2026-03-28T12:00", "2026-03-30T00:00:00+02:00"),
    ("0D_U", "2026-10-25T00:30", "2026-10-26T00:00:00+01:00"),
])
def test_a_day_stays_a_day_when_clocks_change_and_an_hour_an_hour(text: str, start: str, end: str) -> None:
    assert later(text, start) == end


def test_a_start_in_the_second_of_two_equal_hours_does_not_stain_other_days() -> None:
    second = at("2026-10-25T02:30", fold=1)

    assert moment(Duration.read("0D").after(second, BERLIN)).hour == 1
    assert Duration.read("1D").after(second, BERLIN) == at("2026-10-26T02:30")
    assert Duration.read("154D").after(at("2026-10-25T02:30", fold=1), BERLIN) == at("2027-03-28T03:30")


def test_a_day_that_a_zone_left_out_is_passed_over() -> None:
    """Samoa had no 30 December 2011."""
    apia = ZoneInfo("Pacific/Apia")

    assert later("1D", "2011-12-29T12:00", apia) == "2011-12-31T12:00:00+14:00"
    assert later("0D_U", "2011-12-29T12:00", apia) == "2011-12-31T00:00:00+14:00"


@given(NOW, DURATIONS, st.sampled_from(ZONES))
def test_no_duration_ends_before_it_starts_unless_it_goes_down(start: int, duration: Duration, name: str) -> None:
    end = duration.after(start, ZoneInfo(name))

    if duration.edge is not Edge.DOWN:
        assert end >= start
    if duration.surely_later:
        assert end > start


@given(NOW, st.integers(0, 100), st.sampled_from("smhDWMY"), st.sampled_from(ZONES))
def test_the_edges_lie_around_the_exact_end(start: int, count: int, unit: str, name: str) -> None:
    zone = ZoneInfo(name)

    exact, down, up = (Duration(count, unit, edge).after(start, zone) for edge in (None, Edge.DOWN, Edge.UP))

    assert down <= exact < up


@given(NOW, st.integers(1, 100), st.sampled_from("DWMY"), st.sampled_from(["Europe/Berlin", "Asia/Kolkata", "UTC"]))
def test_a_civil_duration_keeps_the_wall_time_but_where_that_does_not_exist(start: int, count: int, unit: str,
                                                                            name: str) -> None:
    zone = ZoneInfo(name)

    end = moment(Duration(count, unit).after(start, zone)).astimezone(zone)

    began = moment(start).astimezone(zone)
    moved = end.replace(tzinfo=None) - datetime.combine(end.date(), began.time())
    assert moved in (timedelta(0), timedelta(hours=1))
    assert not moved or (end.month, end.hour) == (3, 3)


@given(st.dates(date(1, 1, 2), date(9998, 1, 1)), st.sampled_from(Period))
def test_every_day_lies_in_one_period(day: date, period: Period) -> None:
    first, following = first_day(period, day), first_day_after(period, day)

    assert first <= day < following
    assert first_day(period, first) == first
    assert first_day(period, following - timedelta(days=1)) == first
    assert first_day(period, following) == following


@pytest.mark.parametrize(("period", "first", "following"), [
    (Period.DAY, "2027-01-01", "2027-01-02"),
    (Period.WEEK, "2026-12-28", "2027-01-04"),
    (Period.MONTH, "2027-01-01", "2027-02-01"),
    (Period.QUARTER, "2027-01-01", "2027-04-01"),
    (Period.YEAR, "2027-01-01", "2028-01-01"),
])
def test_a_period_begins_and_ends_where_people_say(period: Period, first: str, following: str) -> None:
    assert first_day(period, date(2027, 1, 1)) == date.fromisoformat(first)
    assert first_day_after(period, date(2027, 1, 1)) == date.fromisoformat(following)


@pytest.mark.parametrize("text", ["", "02-30", "13-01", "00-10", "04-31", "12-00", "12-32", "31-12", "2-3", "12/31",
                                  "1231", "12-31 ", "2026-12-31", "١٢-٣١"])
def test_a_day_of_the_year_is_one_that_there_is(text: str) -> None:
    with pytest.raises(Unreadable, match="expected a day of the year as MM-DD, such as 12-31"):
        MonthDay.read(text)


def test_the_leap_day_is_the_last_of_february_in_other_years() -> None:
    day = MonthDay.read("02-29")

    assert (str(day), day.in_year(2028), day.in_year(2029)) == ("02-29", date(2028, 2, 29), date(2029, 2, 28))
