"""An environmental claim stands only where a certificate proves it; a generic one never stands."""

from datetime import date

import attrs
import pytest

from treuwerk.domain.rewards import NOBODY, Evidence, Offer
from treuwerk_green_claims import catalogue_constraints
from treuwerk_green_claims.constraint import GreenClaims, GreenClaimsSettings

DAY = date(2026, 11, 22)
SETTINGS = GreenClaimsSettings(claims=["recycled", "blue_angel"], generic=["eco_friendly"])
PROOF = Evidence("claim", "recycled", document="GRS-99", valid_until=date(2026, 11, 22))


def reasons(labels: set[str], *evidence: Evidence, day: date = DAY) -> list[str]:
    offer = Offer("R", "V", "goods", "tools", 100, labels=frozenset(labels), evidence=evidence)
    [found] = GreenClaims(SETTINGS).check([offer], NOBODY, day)
    return [one.reason for one in found]


def test_it_is_offered_by_name() -> None:
    [kind] = catalogue_constraints()

    assert (kind.name, type(kind.build(SETTINGS))) == ("green_claims", GreenClaims)


def test_what_claims_nothing_needs_no_proof() -> None:
    assert reasons({"new", "cordless"}) == []


def test_a_claim_needs_a_certificate_of_its_own_that_is_valid() -> None:
    assert reasons({"recycled"}, PROOF) == []
    assert reasons({"recycled"}) == ["Nothing proves the claim “recycled”."]
    assert reasons({"blue_angel"}, PROOF) == ["Nothing proves the claim “blue_angel”."]
    assert reasons({"recycled"}, Evidence("claim", "recycled")) == ["Nothing proves the claim “recycled”."]
    assert reasons({"recycled"}, PROOF, day=date(2026, 11, 23)) == ["The proof of “recycled” ended on 2026-11-22."]
    assert reasons({"recycled"}, attrs.evolve(PROOF, valid_from=DAY), day=date(2026, 11, 21)) == [
        "The proof of “recycled” is valid from 2026-11-22 on."]


def test_a_generic_claim_is_refused_whatever_proves_it() -> None:
    proof = Evidence("claim", "eco_friendly", document="X-1")

    assert reasons({"eco_friendly"}, proof) == ["“eco_friendly” is a generic environmental claim."]


def test_settings_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(ValueError, match="must name a label"):
        GreenClaimsSettings()
    with pytest.raises(ValueError, match="generic' names too: recycled"):
        GreenClaimsSettings(claims=["recycled"], generic=["recycled"])
