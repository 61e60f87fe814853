"""A programme file without what only plugins of strangers understand, so that the books can be looked at."""

from collections.abc import Collection, Mapping
from typing import Any

from treuwerk.plugins import Registry


def without_strangers(raw: Mapping[str, Any], registry: Registry) -> dict[str, Any]:
    """The parsed file without the tables whose kind no loaded plugin offers."""
    lists: dict[str, tuple[str, Collection[str]]] = {
        "earning": ("rule", registry.earning_rule_kinds()), "sources": ("reader", registry.clearing_sources()),
        "sign_in": ("provider", registry.identity_providers()),
        "upload_scanners": ("scanner", registry.upload_scanners()),
        "constraints": ("constraint", registry.catalogue_constraints()),
        "reward_kinds": ("source", registry.reward_sources()), "suppliers": ("channel", registry.supplier_channels())}
    left = {name: _known(value, *lists[name]) if name in lists else value for name, value in raw.items()}
    if not _is_known(left.get("page_reader"), "reader", registry.page_readers()):
        left.pop("page_reader", None)
    rewards = left.get("rewards")
    if isinstance(rewards, dict) and not _is_known(rewards.get("money"), "provider", registry.payment_providers()):
        left["rewards"] = {name: value for name, value in rewards.items() if name != "money"}
    return left


def _known(tables: Any, key: str, kinds: Collection[str]) -> Any:
    return [one for one in tables if _is_known(one, key, kinds)] if isinstance(tables, list) else tables


def _is_known(table: Any, key: str, kinds: Collection[str]) -> bool:
    return isinstance(table, dict) and table.get(key) in kinds
