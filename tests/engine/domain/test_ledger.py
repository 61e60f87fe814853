"""When points expire, how shards are chosen, and how the chain is made."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treuwerk.domain.ids import new_account_id
from treuwerk.domain.ledger import (
    BUCKETS,
    FIRST_HEAD,
    Expiry,
    ExpiryStart,
    Rounding,
    bucket_of,
    chained,
    instant,
    moment,
    months_later,
    start_of_day,
)

BERLIN = ZoneInfo("Europe/Berlin")



def gone(expiry: Expiry, booked: str, occurred: str = "2026-01-15", zone: ZoneInfo = BERLIN) -> str:
    """The local time at which points booked at a local time are gone."""
    booked_at = instant(datetime.fromisoformat(booked).replace(tzinfo=zone))
    return moment(expiry.expires_at(booked_at, date.fromisoformat(occurred), zone)).astimezone(zone).isoformat()


@pytest.mark.parametrize(("day", "months", "later"), [
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
def test_months_are_calendar_months_and_end_with_the_month(day: str, months: int, later: str) -> None:
    assert months_later(date.fromisoformat(day), months) == date.fromisoformat(later)


@given(st.dates(max_value=date(9000, 1, 1)), st.integers(0, 600))
def test_a_month_later_never_skips_a_month(day: date, months: int) -> None:
    later = months_later(day, months)

    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (later + timedelta(days=1)).month != later.month


@pytest.mark.parametrize(("rounding", "at"), [
    (Rounding.NONE, "2027-02-28T09:30:00+01:00"),
    (Rounding.END_OF_DAY, "2027-03-01T00:00:00+01:00"),
    (Rounding.END_OF_MONTH, "2027-03-01T00:00:00+01:00"),
    (Rounding.END_OF_YEAR, "2028-01-01T00:00:00+01:00"),
])
def test_points_live_until_the_border_that_is_named(rounding: Rounding, at: str) -> None:
    assert gone(Expiry(1, rounding), "2027-01-31T09:30") == at


def test_points_of_a_leap_day_live_until_the_end_of_february() -> None:
    assert gone(Expiry(12), "2028-02-29T10:00") == "2029-03-01T00:00:00+01:00"


def test_counting_may_start_with_the_event() -> None:
    expiry = Expiry(0, Rounding.END_OF_YEAR, ExpiryStart.EVENT)

    assert gone(expiry, "2027-01-05T08:00", occurred="2026-12-30") == "2027-01-01T00:00:00+01:00"
    assert gone(Expiry(1, Rounding.NONE, ExpiryStart.EVENT), "2026-06-01T08:00", occurred="2026-05-30") \
        == "2026-06-30T00:00:00+02:00"


def test_the_day_is_the_day_of_the_programme_not_of_greenwich() -> None:
    late = "2026-12-31T23:30"

    assert gone(Expiry(0), late) == "2027-01-01T00:00:00+01:00"
    assert gone(Expiry(0), late, zone=ZoneInfo("America/New_York")) == "2027-01-01T00:00:00-05:00"
    assert gone(Expiry(0), late, zone=ZoneInfo("Pacific/Auckland")) == "2027-01-01T00:00:00+13:00"


@pytest.mark.parametrize(("booked", "at"), [
    ("2026-02-28T12:00", "2026-03-29T00:00:00+01:00"),  # the next day has 23 hours
    ("2026-03-28T12:00", "2026-04-29T00:00:00+02:00"),
    ("2026-09-24T12:00", "2026-10-25T00:00:00+02:00"),  # the next day has 25 hours
    ("2026-09-25T12:00", "2026-10-26T00:00:00+01:00"),
])
def test_midnight_stays_midnight_when_clocks_change(booked: str, at: str) -> None:
    assert gone(Expiry(1), booked) == at


def test_the_first_instant_of_a_day_may_be_later_than_midnight() -> None:
    """In Beirut clocks went from 00:00 to 01:00 on 27 March 2022, in Havana on 13 March 2022."""
    for name, day in (("Asia/Beirut", date(2022, 3, 27)), ("America/Havana", date(2022, 3, 13))):
        zone = ZoneInfo(name)

        first = moment(start_of_day(day, zone)).astimezone(zone)
        before = moment(start_of_day(day, zone) - 1).astimezone(zone)

        assert first.date() == day
        assert before.date() == day - timedelta(days=1)


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.sampled_from(["Europe/Berlin", "America/New_York",
                                                                      "Asia/Kolkata", "Pacific/Apia", "UTC"]),
       st.integers(0, 120), st.sampled_from([r for r in Rounding if r is not Rounding.NONE]))
def test_points_never_expire_before_their_day_and_months_are_over(day: date, name: str, months: int,
                                                                  rounding: Rounding) -> None:
    zone = ZoneInfo(name)

    end = Expiry(months, rounding, ExpiryStart.EVENT).expires_at(0, day, zone)

    assert moment(end - 1).astimezone(zone).date() >= months_later(day, months)
    assert end > start_of_day(day, zone)


@given(st.integers(-10**16, 10**17))
def test_an_instant_is_exact_to_the_microsecond(micros: int) -> None:
    assert instant(moment(micros)) == micros


def test_an_instant_counts_from_1970() -> None:
    assert instant(datetime(1970, 1, 1, 0, 0, 1, 1, tzinfo=UTC)) == 1_000_001


def test_buckets_stay_what_they_are_for_they_are_stored() -> None:
    assert [bucket_of(account) for account in (1, 2, 3, 2**62, 2**63 - 1)] == [632, 241, 874, 256, 903]


def test_buckets_are_filled_evenly() -> None:
    filled = Counter(bucket_of(new_account_id()) for _ in range(100 * BUCKETS))

    assert set(filled) <= set(range(BUCKETS))
    assert len(filled) == BUCKETS
    assert max(filled.values()) < 200


def test_the_chain_is_sha256_over_the_head_before_and_the_batch() -> None:
    digest = sha256(b"batch").hexdigest()

    head = chained(FIRST_HEAD, 1, 1, 20, digest)

    assert head == sha256(f"{'0' * 64} 1 1 20 {digest}".encode()).hexdigest()


def test_the_chain_tells_numbers_apart_that_are_written_alike() -> None:
    digest = sha256(b"batch").hexdigest()

    heads = {chained(FIRST_HEAD, *numbers, digest) for numbers in ((1, 1, 11), (1, 11, 1), (11, 1, 1), (1, 1, 1))}

    assert len(heads) == 4
