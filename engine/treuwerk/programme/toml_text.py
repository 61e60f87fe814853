"""TOML as people write it, read so that no content ends in anything but a sentence."""

import tomllib
from decimal import Decimal, InvalidOperation
from typing import Any

_LARGEST = 2**63 - 1


class NotToml(ValueError):
    """A text that is no TOML; the message says what was found."""


def toml_of(text: str) -> dict[str, Any]:
    """The content of a TOML text, decimal numbers exact.

    Raises:
        NotToml: also for what Python cannot read of valid TOML, or reads as numbers beyond those of TOML (64 bits).
    """
    try:
        content = tomllib.loads(text, parse_float=Decimal)
        large = _large(content)
    except RecursionError:
        raise NotToml("lists or tables in each other, too many to be read") from None
    except InvalidOperation:
        raise NotToml("a number whose exponent is too large") from None
    except tomllib.TOMLDecodeError as error:
        raise NotToml(str(error)) from None
    except ValueError:  # Python reads no number of thousands of digits
        raise NotToml("a whole number of more than 4,000 digits") from None
    if large:
        raise NotToml("a whole number of more than 64 bits")
    return content


def _large(value: Any) -> bool:
    """Whether there is a whole number that is none of TOML."""
    if isinstance(value, dict | list):
        return any(map(_large, value.values() if isinstance(value, dict) else value))
    return isinstance(value, int) and not -_LARGEST - 1 <= value <= _LARGEST
