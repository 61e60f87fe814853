"""From when points can be spent and until when they live, by every policy."""

import os
import subprocess
import sys
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treuwerk.domain.durations import Duration, MonthDay
from treuwerk.domain.ledger import Book, instant, moment, start_of_day
from treuwerk.domain.terms import (
    AT_ONCE,
    NEVER,
    Activation,
    Expiry,
    ExpiryStart,
    Rounding,
    Until,
    WrongTerms,
    activated_terms,
    kept_until,
    terms_of,
)

BERLIN = ZoneInfo("Europe/Berlin")
BY_ACT = Activation(until=Until.ACTIVATION)
BOOKED = instant(datetime(2026, 5, 15, 9, 30, tzinfo=BERLIN))
DAY = date(2026, 5, 11)


def expiry(**keys: Any) -> Expiry:
    """Terms as they stand in a programme file: durations and days as texts."""
    read: dict[str, Any] = {"after": Duration.read, "after_inactivity": Duration.read,
                            "at_least": Duration.read, "yearly_on": MonthDay.read}
    return Expiry(**{key: read[key](value) if key in read else value for key, value in keys.items()})


def gone(expires: Expiry, booked: str, occurred: str = "2026-01-15", zone: ZoneInfo = BERLIN,
         pending: Activation = AT_ONCE) -> str:
    """The local time at which points booked at a local time are gone."""
    booked_at = instant(datetime.fromisoformat(booked).replace(tzinfo=zone))
    terms = terms_of(expires, pending, booked_at, date.fromisoformat(occurred), zone)
    assert terms.expires_at is not None
    return told(terms.expires_at, zone)


def told(at: int | None, zone: ZoneInfo = BERLIN) -> str:
    return "" if at is None else moment(at).astimezone(zone).isoformat()


@pytest.mark.parametrize(("rounding", "at"), [
    (Rounding.NONE, "2027-02-28T09:30:00+01:00"),
    (None, "2027-03-01T00:00:00+01:00"),
    (Rounding.END_OF_DAY, "2027-03-01T00:00:00+01:00"),
    (Rounding.END_OF_WEEK, "2027-03-01T00:00:00+01:00"),  # 28 February 2027 is a Sunday
    (Rounding.END_OF_MONTH, "2027-03-01T00:00:00+01:00"),
    (Rounding.END_OF_QUARTER, "2027-04-01T00:00:00+02:00"),
    (Rounding.END_OF_YEAR, "2028-01-01T00:00:00+01:00"),
])
def test_points_live_until_the_border_that_is_named(rounding: Rounding | None, at: str) -> None:
    assert gone(expiry(after="1M", rounding=rounding), "2027-01-31T09:30") == at


@pytest.mark.parametrize(("after", "at"), [
    ("36h", "2026-06-02T21:30:00+02:00"),
    ("36h_U", "2026-06-03T00:00:00+02:00"),
    ("3Y", "2029-06-02T00:00:00+02:00"),
    ("3Y_U", "2030-01-01T00:00:00+01:00"),
    ("3Y_D", "2029-01-01T00:00:00+01:00"),
    ("2W_U", "2026-06-22T00:00:00+02:00"),
])
def test_a_duration_that_rounds_itself_is_taken_as_it_stands(after: str, at: str) -> None:
    assert gone(expiry(after=after), "2026-06-01T09:30") == at


def test_points_of_a_leap_day_live_until_the_end_of_february() -> None:
    assert gone(expiry(after="12M"), "2028-02-29T10:00") == "2029-03-01T00:00:00+01:00"


def test_counting_may_start_with_the_event() -> None:
    event = expiry(after="0M", rounding=Rounding.END_OF_YEAR, start=ExpiryStart.EVENT)

    assert gone(event, "2027-01-05T08:00", occurred="2026-12-30") == "2027-01-01T00:00:00+01:00"
    assert gone(expiry(after="1M", rounding=Rounding.NONE, start=ExpiryStart.EVENT), "2026-06-01T08:00",
                occurred="2026-05-30") == "2026-06-30T00:00:00+02:00"


def test_counting_may_start_with_the_activation() -> None:
    wait = Activation(after=Duration.read("14D"))

    assert gone(expiry(after="1M"), "2026-06-01T08:00", pending=wait) == "2026-07-02T00:00:00+02:00"
    assert gone(expiry(after="1M", start=ExpiryStart.ACTIVATION), "2026-06-01T08:00", pending=wait) \
        == "2026-07-16T00:00:00+02:00"


@pytest.mark.parametrize(("booked", "at"), [
    ("2026-12-31T23:59:59", "2027-01-01T00:00:00+01:00"),
    ("2026-12-31T23:59:59.999999", "2027-01-01T00:00:00+01:00"),
    ("2027-01-01T00:00:00", "2028-01-01T00:00:00+01:00"),
])
def test_the_last_second_of_the_year_belongs_to_it(booked: str, at: str) -> None:
    assert gone(expiry(after="0M", rounding=Rounding.END_OF_YEAR), booked) == at
    assert gone(expiry(after="0Y_U"), booked) == at
    assert gone(expiry(yearly_on="12-31"), booked) == at


def test_the_day_is_the_day_of_the_programme_not_of_greenwich() -> None:
    late, today = "2026-12-31T23:30", expiry(after="0D")

    assert gone(today, late) == "2027-01-01T00:00:00+01:00"
    assert gone(today, late, zone=ZoneInfo("America/New_York")) == "2027-01-01T00:00:00-05:00"
    assert gone(today, late, zone=ZoneInfo("Pacific/Auckland")) == "2027-01-01T00:00:00+13:00"


@pytest.mark.parametrize(("booked", "at"), [
    ("2026-02-28T12:00", "2026-03-29T00:00:00+01:00"),  # the next day has 23 hours
    ("2026-03-28T12:00", "2026-04-29T00:00:00+02:00"),
    ("2026-09-24T12:00", "2026-10-25T00:00:00+02:00"),  # the next day has 25 hours
    ("2026-09-25T12:00", "2026-10-26T00:00:00+01:00"),
])
def test_midnight_stays_midnight_when_clocks_change(booked: str, at: str) -> None:
    assert gone(expiry(after="1M"), booked) == at


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(0, 120),
       st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Apia", "UTC"]),
       st.sampled_from([rounding for rounding in Rounding if rounding is not Rounding.NONE]))
def test_points_never_expire_before_their_day_and_months_are_over(day: date, months: int, name: str,
                                                                  rounding: Rounding) -> None:
    zone, promised = ZoneInfo(name), Duration(months, "M")
    life = Expiry(after=promised, rounding=rounding, start=ExpiryStart.EVENT)

    end = terms_of(life, AT_ONCE, 0, day, zone).expires_at

    assert end is not None
    assert end > promised.after(start_of_day(day, zone), zone)


def test_points_live_through_the_calendar_date_that_is_named() -> None:
    assert gone(expiry(on=date(2027, 12, 31)), "2026-05-15T09:30") == "2028-01-01T00:00:00+01:00"
    assert gone(expiry(on=date(2027, 3, 28)), "2026-05-15T09:30") == "2027-03-29T00:00:00+02:00"


@pytest.mark.parametrize(("day", "at_least", "booked", "at"), [
    ("12-31", None, "2026-05-15T09:30", "2027-01-01T00:00:00+01:00"),
    ("12-31", None, "2026-12-30T09:30", "2027-01-01T00:00:00+01:00"),
    ("12-31", "3M", "2026-12-30T09:30", "2028-01-01T00:00:00+01:00"),
    ("12-31", "3M", "2026-09-30T23:59", "2027-01-01T00:00:00+01:00"),
    ("12-31", "3M", "2026-10-01T00:00", "2027-01-01T00:00:00+01:00"),  # three months to the instant
    ("12-31", "3M", "2026-10-01T00:01", "2028-01-01T00:00:00+01:00"),
    ("06-30", None, "2026-06-30T12:00", "2026-07-01T00:00:00+02:00"),
    ("06-30", None, "2026-07-01T00:00", "2027-07-01T00:00:00+02:00"),
    ("02-29", None, "2027-03-01T00:00", "2028-03-01T00:00:00+01:00"),
    ("02-29", None, "2026-12-01T00:00", "2027-03-01T00:00:00+01:00"),
    ("01-01", "2Y", "2026-12-31T23:59:59", "2029-01-02T00:00:00+01:00"),
])
def test_points_live_through_the_next_such_day_that_leaves_them_the_least_life(day: str, at_least: str | None,
                                                                              booked: str, at: str) -> None:
    life = expiry(yearly_on=day) if at_least is None else expiry(yearly_on=day, at_least=at_least)

    assert gone(life, booked) == at


@given(st.integers(BOOKED, BOOKED + 10**15), st.dates(date(2024, 1, 1), date(2024, 12, 31)), st.integers(1, 30),
       st.sampled_from(["Europe/Berlin", "America/New_York", "Pacific/Kiritimati"]))
def test_a_yearly_end_leaves_the_least_life_and_at_most_a_year_more(booked: int, day: date, months: int,
                                                                    name: str) -> None:
    zone, least = ZoneInfo(name), Duration(months, "M")
    life = Expiry(yearly_on=MonthDay(day.month, day.day), at_least=least)

    end = terms_of(life, AT_ONCE, booked, DAY, zone).expires_at

    assert end is not None
    last = moment(end - 1).astimezone(zone).date()
    assert MonthDay(day.month, day.day).in_year(last.year) == last
    assert timedelta(0) <= moment(end) - moment(least.after(booked, zone)) <= timedelta(days=366, hours=1)


def test_activity_keeps_all_points_and_none_has_an_end_of_its_own() -> None:
    life = expiry(after_inactivity="12M")

    terms = terms_of(life, AT_ONCE, BOOKED, DAY, BERLIN)

    assert terms[:3] == (Book.PARTICIPANT, BOOKED, None)
    assert told(terms.keeps_until) == "2027-05-16T00:00:00+02:00"
    assert told(kept_until(expiry(after_inactivity="12M", rounding=Rounding.END_OF_QUARTER), BOOKED, BERLIN)) \
        == "2027-07-01T00:00:00+02:00"


def test_points_that_wait_are_kept_from_the_day_they_can_be_spent() -> None:
    life, wait = expiry(after_inactivity="1M"), Activation(after=Duration.read("2M"))

    terms = terms_of(life, wait, BOOKED, DAY, BERLIN)

    assert (told(terms.active_from), told(terms.keeps_until)) == ("2026-07-15T09:30:00+02:00",
                                                                  "2026-08-16T00:00:00+02:00")


@pytest.mark.parametrize("life", [NEVER, expiry(after="1M"), expiry(on=date(2027, 1, 1)), expiry(yearly_on="12-31")])
def test_activity_does_not_matter_to_other_terms(life: Expiry) -> None:
    assert kept_until(life, BOOKED, BERLIN) is None
    assert terms_of(life, AT_ONCE, BOOKED, DAY, BERLIN).keeps_until is None


def test_points_that_stay_have_no_end() -> None:
    assert terms_of(NEVER, AT_ONCE, BOOKED, DAY, BERLIN) == (Book.PARTICIPANT, BOOKED, None, None)


@pytest.mark.parametrize(("wait", "at"), [
    ("14D", "2026-05-29T09:30:00+02:00"),
    ("14D_D", "2026-05-29T00:00:00+02:00"),
    ("1M_D", "2026-06-01T00:00:00+02:00"),
    ("48h", "2026-05-17T09:30:00+02:00"),
])
def test_points_may_wait_until_a_time_has_passed(wait: str, at: str) -> None:
    terms = terms_of(NEVER, Activation(after=Duration.read(wait)), BOOKED, DAY, BERLIN)

    assert (terms.book, told(terms.active_from)) == (Book.PARTICIPANT, at)


def test_points_that_wait_for_an_act_have_neither_beginning_nor_end() -> None:
    terms = terms_of(expiry(after="36M"), BY_ACT, BOOKED, DAY, BERLIN)

    assert terms == (Book.PENDING, None, None, None)


def test_the_life_of_points_that_waited_is_counted_from_the_act() -> None:
    activated = instant(datetime(2026, 8, 1, 10, tzinfo=BERLIN))

    def end(life: Expiry) -> str:
        return told(activated_terms(life, activated, BERLIN).expires_at)

    assert activated_terms(NEVER, activated, BERLIN) == (Book.PARTICIPANT, activated, None, None)
    assert end(expiry(after="1M")) == "2026-09-02T00:00:00+02:00"
    assert end(expiry(yearly_on="07-31", at_least="1D")) == "2027-08-01T00:00:00+02:00"
    assert end(expiry(on=date(2026, 12, 31))) == "2027-01-01T00:00:00+01:00"


def test_a_booking_is_activity_also_where_its_points_still_wait() -> None:
    life = expiry(after_inactivity="12M")
    activated = instant(datetime(2026, 8, 1, 10, tzinfo=BERLIN))

    assert told(terms_of(life, BY_ACT, BOOKED, DAY, BERLIN).keeps_until) == "2027-05-16T00:00:00+02:00"
    assert told(activated_terms(life, activated, BERLIN).keeps_until) == "2027-08-02T00:00:00+02:00"


@pytest.mark.parametrize(("keys", "found", "expected"), [
    ({}, "none of them", "exactly one of after, on, yearly_on, after_inactivity, never = true"),
    ({"never": False}, "none of them", "exactly one of"),
    ({"after": "1M", "never": True}, "after and never", "exactly one of"),
    ({"after": "1M", "on": DAY, "yearly_on": "12-31"}, "after and on and yearly_on", "exactly one of"),
    ({"on": DAY, "rounding": Rounding.NONE}, "rounding beside on", "nothing beside it"),
    ({"never": True, "start": ExpiryStart.EVENT, "at_least": "1M"}, "start and at_least beside never",
     "nothing beside it"),
    ({"after": "1M", "at_least": "1M"}, "at_least beside after", "nothing but rounding and start beside it"),
    ({"yearly_on": "12-31", "rounding": Rounding.END_OF_YEAR}, "rounding beside yearly_on", "nothing but at_least"),
    ({"after_inactivity": "1M", "start": ExpiryStart.EVENT}, "start beside after_inactivity", "nothing but rounding"),
    ({"after": "1M_U", "rounding": Rounding.END_OF_YEAR}, "after = '1M_U' and rounding = 'end_of_year'",
     "one of the two"),
    ({"after": "0M", "rounding": Rounding.NONE}, "after = '0M'", "a duration that ends later than it starts"),
    ({"after": "0h"}, "after = '0h'", "a duration that ends later than it starts"),
    ({"after": "1h_D"}, "after = '1h_D'", "a duration that ends later than it starts"),
    ({"after": "0Y_D"}, "after = '0Y_D'", "a duration that ends later than it starts"),
    ({"yearly_on": "12-31", "at_least": "0D"}, "at_least = '0D'", "a duration that ends later than it starts"),
], ids=str)
def test_terms_that_contradict_themselves_are_refused(keys: dict[str, Any], found: str, expected: str) -> None:
    with pytest.raises(WrongTerms) as error:
        expiry(**keys)

    assert error.value.found == found
    assert error.value.expected.startswith(expected)


@pytest.mark.parametrize(("keys", "found"), [
    ({}, "none of them"),
    ({"after": Duration(1, "D"), "until": Until.BOOKING}, "after and until"),
    ({"after": Duration(0, "D")}, "after = '0D'"),
])
def test_a_wait_that_contradicts_itself_is_refused(keys: dict[str, Any], found: str) -> None:
    with pytest.raises(WrongTerms, match=f"^found {found}, expected"):
        Activation(**keys)


HOST = """
from datetime import date, datetime
from zoneinfo import ZoneInfo
import time
from treuwerk.domain.durations import Duration, MonthDay
from treuwerk.domain.terms import AT_ONCE, Activation, Expiry, ExpiryStart, Rounding, terms_of

zone = ZoneInfo("Europe/Berlin")
lives = [Expiry(after=Duration.read(text)) for text in ("1D", "24h", "12M", "0Y_U", "1W_U", "0D_U")]
lives += [Expiry(after=Duration(1, "M"), rounding=rounding, start=start)
          for rounding in Rounding for start in ExpiryStart]
lives += [Expiry(on=date(2027, 3, 28)), Expiry(yearly_on=MonthDay(12, 31), at_least=Duration(3, "M")),
          Expiry(after_inactivity=Duration(6, "M"))]
print(time.timezone // 3600)
for booked in ("2026-12-31T22:59:59+00:00", "2026-12-31T23:00:00+00:00", "2028-02-29T12:00:00+00:00",
               "2026-03-29T00:59:59+00:00", "2026-10-25T00:30:00+00:00", "2026-10-25T01:30:00+00:00"):
    at = int(datetime.fromisoformat(booked).timestamp()) * 1_000_000
    for life in lives:
        for wait in (AT_ONCE, Activation(after=Duration.read("14D_D"))):
            print(*terms_of(life, wait, at, date(2026, 2, 28), zone))
"""


def on_host(zone: str) -> list[str]:
    """What a host with this time zone works out: the hours that it is west of Greenwich, then terms."""
    done = subprocess.run([sys.executable, "-c", HOST], env={**os.environ, "TZ": zone}, capture_output=True, check=True,
                          text=True)
    return done.stdout.splitlines()


def test_the_zone_of_the_host_does_not_matter() -> None:
    berlin, kiritimati, new_york = map(on_host, ("Europe/Berlin", "Pacific/Kiritimati", "America/New_York"))

    assert [berlin[0], kiritimati[0], new_york[0]] == ["-1", "-14", "5"]
    assert len(berlin) == 1 + 6 * 27 * 2
    assert berlin[1:] == kiritimati[1:] == new_york[1:]
