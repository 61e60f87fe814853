"""Documents as JSON: dates as ISO texts, decimals as texts, so that each comes back as exactly what it was."""

from decimal import Decimal
from typing import Any, TypeVar

from cattrs.preconf.json import JsonConverter, make_converter

T = TypeVar("T")


def _converter() -> JsonConverter:
    made = make_converter()
    made.register_unstructure_hook(Decimal, str)
    made.register_structure_hook(Decimal, lambda value, _: Decimal(value))
    return made


_CONVERTER = _converter()


def written(one: Any) -> str:
    """A document as it is kept: the same text for the same document."""
    return str(_CONVERTER.dumps(one, sort_keys=True, ensure_ascii=False, separators=(",", ":")))


def plain(one: Any) -> dict[str, Any]:
    """A document as plain values, as its text would say them."""
    found: dict[str, Any] = _CONVERTER.unstructure(one)
    return found


def read(content: str, kind: type[T]) -> T:
    """A document from its text. Fields that it does not have take their defaults."""
    return _CONVERTER.loads(content, kind)
