"""What passes between the engine and the process of a plugin: a length of eight bytes, and a pickle so long.

The engine is believed, the other process is not: of its pickles only values of our own domain are made, never code.
"""

import io
import pickle
from enum import Enum
from types import MappingProxyType
from typing import Any

import attrs

MOST_BYTES = 1 << 28
LENGTH = 8
_MODULES = frozenset({"treuwerk.domain.documents", "treuwerk.domain.document_kinds", "treuwerk.domain.earning",
                      "treuwerk.domain.movements"})
_VALUES = frozenset({("decimal", "Decimal"), ("datetime", "date"), ("datetime", "datetime"), ("builtins", "dict")})
_REDUCED: Any = {MappingProxyType: lambda mapping: (dict, (dict(mapping),))}


class Garbage(Exception):
    """What a process answered is no value of ours."""


def pickled(value: Any) -> bytes:
    """A value as a pickle; mappings that nobody may change become plain ones."""
    content = io.BytesIO()
    pickler = pickle.Pickler(content, pickle.HIGHEST_PROTOCOL)
    pickler.dispatch_table = _REDUCED
    pickler.dump(value)
    return content.getvalue()


def framed(value: Any) -> bytes:
    """A value as it travels.

    Raises:
        Garbage: it is larger than a frame may be.
    """
    content = pickled(value)
    if len(content) > MOST_BYTES:
        raise Garbage(f"found {len(content):,} bytes, expected at most {MOST_BYTES:,}")
    return len(content).to_bytes(LENGTH, "big") + content


def believed(content: bytes) -> Any:
    """A value that a process of a plugin sent.

    Raises:
        Garbage: it is none of those that may come.
    """
    try:
        return _Values(io.BytesIO(content)).load()
    except Garbage:
        raise
    except Exception as error:  # a pickle may be broken in many ways
        raise Garbage(f"answered with what cannot be read: {type(error).__name__}") from error


class _Values(pickle.Unpickler):
    """Makes values of the domain and of numbers and days, and calls nothing else."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in _VALUES:
            return super().find_class(module, name)
        found = super().find_class(module, name) if module in _MODULES and "." not in name else None
        if isinstance(found, type) and found.__module__ == module and (
                issubclass(found, tuple | Enum) or attrs.has(found)):
            return found
        raise Garbage(f"answered with {module}.{name}"[:120] + ", expected a value of the domain")
