"""Environmental claims on rewards: only with a proof, and generic ones not at all (Directive (EU) 2024/825)."""

from collections.abc import Sequence
from typing import Any

from treuwerk.hookspecs import CatalogueConstraintKind, hookimpl
from treuwerk_green_claims.constraint import GreenClaims, GreenClaimsSettings


@hookimpl
def catalogue_constraints() -> Sequence[CatalogueConstraintKind[Any]]:
    """Offers ``green_claims``."""
    return [CatalogueConstraintKind("green_claims", GreenClaimsSettings, GreenClaims)]
