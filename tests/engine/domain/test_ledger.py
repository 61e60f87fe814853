"""How time is told, how shards are chosen, and how the chain is made."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from treuwerk.domain.ids import new_account_id
from treuwerk.domain.ledger import (
    BUCKETS,
    FIRST_HEAD,
    bucket_of,
    chained,
    instant,
    moment,
    start_of_day,
)


def test_the_first_instant_of_a_day_may_be_later_than_midnight() -> None:
    """In Beirut clocks went from 00:00 to 01:00 on 27 March 2022, in Havana on 13 March 2022."""
    for name, day in (("Asia/Beirut", date(2022, 3, 27)), ("America/Havana", date(2022, 3, 13))):
        zone = ZoneInfo(name)

        first = moment(start_of_day(day, zone)).astimezone(zone)
        before = moment(start_of_day(day, zone) - 1).astimezone(zone)

        assert first.date() == day
        assert before.date() == day - timedelta(days=1)


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
