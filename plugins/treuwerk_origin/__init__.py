"""Rewards of one origin only: what does not come from the countries of the programme, with a proof, is not offered."""

from collections.abc import Sequence
from typing import Any

from treuwerk.hookspecs import CatalogueConstraintKind, hookimpl
from treuwerk_origin.constraint import Origin
from treuwerk_origin.settings import OriginSettings


@hookimpl
def catalogue_constraints() -> Sequence[CatalogueConstraintKind[Any]]:
    """Offers ``origin``."""
    return [CatalogueConstraintKind("origin", OriginSettings, Origin)]
