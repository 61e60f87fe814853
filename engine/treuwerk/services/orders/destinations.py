"""Addresses as they are kept with an order: JSON, empty where nothing is sent."""

import json
from json import JSONEncoder

import attrs

from treuwerk.domain.reward_orders import AddressKind, Destination

_json_of = JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode


def destination_text(where: Destination | None) -> str:
    """An address as it is kept; empty for none."""
    return "" if where is None else _json_of(attrs.asdict(where))


def destination_from(text: str) -> Destination | None:
    """An address from what is kept of it; None where nothing is."""
    if not text:
        return None
    kept = json.loads(text)
    return Destination(**kept | {"kind": AddressKind(kept.get("kind", AddressKind.PRIVATE))})
