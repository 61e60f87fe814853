"""Only what proves its origin is offered: an evidence that says what is asked for, of a country that counts, today."""

from datetime import date, timedelta

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from treuwerk.domain.rewards import NOBODY, Evidence, Offer
from treuwerk_origin import catalogue_constraints
from treuwerk_origin.constraint import Origin
from treuwerk_origin.settings import EUROPEAN_UNION, Criterion, OriginSettings

DAY = date(2026, 11, 22)
PROOF = Evidence("origin", "manufactured", "DE", "LE-17", date(2026, 1, 1), date(2026, 11, 22))
SETTINGS = OriginSettings(areas=["EU"])


def codes(*evidence: Evidence, settings: OriginSettings = SETTINGS, day: date = DAY, kind: str = "goods") -> list[str]:
    offer = Offer("R", "V", kind, "tools", 100, evidence=evidence)
    [found] = Origin(settings).check([offer], NOBODY, day)
    return [one.code for one in found]


def test_it_is_offered_by_name() -> None:
    [kind] = catalogue_constraints()

    assert kind.name == "origin"
    assert kind.build(SETTINGS).check([], NOBODY, DAY) == []


@pytest.mark.parametrize(("change", "code"), [
    ({}, ""), ({"kind": "claim"}, "origin_missing"), ({"statement": "dispatch"}, "origin_criterion"),
    ({"country": "CN"}, "origin_country"), ({"country": ""}, "origin_country"), ({"country": "CH"}, "origin_country"),
    ({"document": ""}, "origin_document"), ({"valid_from": DAY + timedelta(1)}, "origin_too_early"),
    ({"valid_until": DAY - timedelta(1)}, "origin_expired")])
def test_a_proof_does_or_says_why_not(change: dict[str, str], code: str) -> None:
    assert codes(attrs.evolve(PROOF, **change)) == [code] * bool(code)  # type: ignore[arg-type]


def test_one_good_proof_among_bad_ones_is_enough() -> None:
    old = attrs.evolve(PROOF, valid_until=date(2025, 1, 1))

    assert codes(old) == ["origin_expired"]
    assert codes(old, attrs.evolve(PROOF, country="CN"), PROOF) == []


def test_what_counts_is_set_by_the_programme() -> None:
    swiss = attrs.evolve(PROOF, country="CH", statement="maker_seat", document="")
    settings = OriginSettings(areas=["EU"], countries=["CH"], criteria=[Criterion.MAKER_SEAT], document=False)

    assert codes(swiss, settings=settings) == []
    assert codes(swiss, settings=OriginSettings(areas=["EFTA"], criteria=[Criterion.MAKER_SEAT])) == ["origin_document"]
    assert codes(settings=OriginSettings(areas=["EU"], kinds=["goods"]), kind="donation") == []


@pytest.mark.parametrize("wrong", [{}, {"areas": ["Europe"]}, {"countries": ["Germany"]}, {
    "areas": ["EU"], "criteria": []}])
def test_settings_that_mean_nothing_are_refused(wrong: dict[str, list[str]]) -> None:
    with pytest.raises(ValueError, match=r"areas|countries|criteria"):
        OriginSettings(**wrong)  # type: ignore[arg-type]


@given(st.builds(Evidence, st.sampled_from(["origin", "claim"]), st.sampled_from(["manufactured", "dispatch", ""]),
                 st.sampled_from(["DE", "FR", "CN", "US", "de", ""]), st.sampled_from(["", "LE-17"]),
                 st.dates(date(2026, 10, 1), date(2026, 12, 31)), st.dates(date(2026, 10, 1), date(2026, 12, 31))))
def test_nothing_passes_that_is_not_proven(evidence: Evidence) -> None:
    passes = codes(evidence) == []

    assert passes == (evidence.kind == "origin" and evidence.statement == "manufactured"
                      and evidence.country in EUROPEAN_UNION and bool(evidence.document)
                      and evidence.valid_from <= DAY <= evidence.valid_until)
