"""The kind of experiences."""

import pytest

from treuwerk.domain.reward_kinds import SLOT, Asked, Fulfilment
from treuwerk_experiences import ExperienceSettings, reward_sources, terms_of

GUEST = Asked("guest", {"en": "Name of the guest"})


def test_a_date_is_asked_first_and_then_what_the_organiser_must_know() -> None:
    [source] = reward_sources()

    terms = source.build(ExperienceSettings(closes_days=7, asks=[GUEST]))

    assert (source.name, terms.fulfilment, terms.needs_address, terms.closes_days) == (
        "experiences", Fulfilment.SEAT, False, 7)
    assert [(one.name, one.required) for one in terms.asks] == [(SLOT, True), ("guest", True)]


def test_the_date_can_be_asked_for_in_another_language() -> None:
    assert terms_of(ExperienceSettings(date_label={"it": "Data"})).asks[0].label == {
        "de": "Termin", "en": "Date", "fr": "Date", "it": "Data"}


def test_nothing_else_is_asked_under_the_name_of_the_date() -> None:
    with pytest.raises(ValueError, match="each answer once: slot"):
        terms_of(ExperienceSettings(asks=[Asked(SLOT, {"en": "?"})]))
