"""What is wrong with a field, in words that are translated when they are told."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal

import attrs

from treuwerk.web.shell.notation import Notation

Value = str | int | Decimal | date


@attrs.frozen
class Complaint:
    """A marked message and what stands in its places; numbers and days are written when it is told."""

    message: str
    values: Mapping[str, Value] = attrs.field(factory=dict)

    def told(self, gettext: Callable[[str], str], notation: Notation) -> str:
        """The words for a reader: the message translated, its values as the language writes them."""
        said = {name: gettext(value) if name == "label" and isinstance(value, str) else notation.written(value)
                for name, value in self.values.items()}
        return gettext(self.message) % said


class Stale(Exception):
    """What a form was filled from has changed since: raised by a write that has the form's version as condition."""


class Wrong(ValueError):
    """A value that a field does not take; `field` names another one where a form as a whole found it."""

    def __init__(self, message: str, /, *, field: str = "", **values: Value) -> None:
        super().__init__(message)
        self.complaint = Complaint(message, values)
        self.field = field
