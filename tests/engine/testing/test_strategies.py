"""Invented events are such as clearing hands to rules."""

from decimal import Decimal

from hypothesis import given

from treuwerk.domain.purchases import EarningEvent
from treuwerk.testing.strategies import activities, events, purchases


@given(events())
def test_an_event_is_a_purchase_or_an_activity_and_never_both(event: EarningEvent) -> None:
    assert (event.article is None) == bool(event.activity)


@given(purchases())
def test_a_purchase_is_of_whole_pieces(event: EarningEvent) -> None:
    assert event.quantity >= 1
    assert event.quantity == int(event.quantity)


@given(activities())
def test_an_activity_is_as_an_attendance_list_makes_it(event: EarningEvent) -> None:
    plain = EarningEvent(event.participant, event.occurred_on, activity=event.activity)

    assert event == plain
    assert event.quantity == Decimal(1)
