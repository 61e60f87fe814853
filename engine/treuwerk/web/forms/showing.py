"""A form as a template sees it: each field with its label, what stands in it and what is wrong with it."""

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

import attrs

from treuwerk.web.forms.reading import FORM_ID, VERSION, Result
from treuwerk.web.forms.rules import Rule, rule_of
from treuwerk.web.shell.notation import Notation

_INPUT_MODES = {"whole": "numeric", "decimal": "decimal", "email": "email"}
_SIGNED_MODE = "text"  # the number pads of some telephones have no minus


@attrs.frozen
class Field:
    """One field. `values` are the texts in it; `error` is empty where there is nothing to complain of."""

    name: str
    id: str
    label: str
    values: tuple[str, ...]
    error: str
    rule: Rule

    @property
    def value(self) -> str:
        """The text in it, empty for none."""
        return self.values[0] if self.values else ""

    def with_id(self, element: str) -> "Field":
        """The same field under another id of its element."""
        return attrs.evolve(self, id=element)

    @property
    def required(self) -> bool:
        """Whether the form needs it."""
        return self.rule.required

    @property
    def mode(self) -> str:
        """Which keyboard a telephone shows, empty for the usual one."""
        least = self.rule.at_least
        if isinstance(least, int | Decimal) and least < 0:
            return _SIGNED_MODE
        return _INPUT_MODES.get(self.rule.kind, "")


@attrs.frozen
class Shown:
    """A form on a page. Fields are reached by name: ``form.points`` in templates, ``form["points"]`` in Python.

    `id` is the one-time id that makes a second submit harmless, `version` that of what is edited, 0 for none. `errors`
    are words by the id of the field that they lead to; what no field is to blame for leads to the form.
    """

    fields: Mapping[str, Field]
    errors: Mapping[str, str]
    id: str
    version: int = 0
    name: str = ""

    def __getitem__(self, name: str) -> Field:
        """A field by its name."""
        return self.fields[name]

    def __iter__(self) -> Iterator[Field]:
        """All fields in the order of the form's class."""
        return iter(self.fields.values())

    def requiring(self, name: str) -> "Shown":
        """The same form, which marks one of its fields as needed as things stand; the reader of it decides."""
        field = self.fields[name]
        needed = attrs.evolve(field, rule=attrs.evolve(field.rule, required=True))
        return attrs.evolve(self, fields={**self.fields, name: needed})

    @property
    def hidden(self) -> dict[str, str]:
        """The hidden fields that go with it."""
        return {FORM_ID: self.id} | ({VERSION: str(self.version)} if self.version else {})


class Language(Protocol):
    """How a form speaks: its texts and its notation."""

    @property
    def gettext(self) -> Callable[[str], str]:
        """The translation of a message."""
        ...

    @property
    def notation(self) -> Notation:
        """Numbers and days as they are typed."""
        ...


def shown(form: type[Any], language: Language, *, initial: object = None, result: "Result[Any] | None" = None,
          version: int = 0, name: str = "", form_id: str = "") -> Shown:
    """A form to be filled in, to be changed (`initial`: an instance, or a mapping by name), or to be mended (`result`).

    `name` keeps the ids of two forms on one page apart. `form_id` is a new one where none is given.
    """
    told = {} if result is None else {
        field: complaint.told(language.gettext, language.notation) for field, complaint in result.complaints.items()}
    fields = {}
    for attribute in attrs.fields(form):
        rule = rule_of(attribute)
        values = (result.typed.get(attribute.name, ()) if result is not None
                  else _texts(_initial(initial, attribute.name), language.notation))
        fields[attribute.name] = Field(attribute.name, _id(name, attribute.name), language.gettext(rule.label), values,
                                       told.get(attribute.name, ""), rule)
    errors = {fields[field].id if field in fields else "": words for field, words in told.items()}
    return Shown(fields, errors, form_id or new_form_id(), version, name)


def new_form_id() -> str:
    """A one-time id for a form that is about to be shown."""
    return secrets.token_urlsafe(12)


def _id(form: str, field: str) -> str:
    return f"{form}-{field}" if form else field


def _initial(initial: object, name: str) -> object:
    if isinstance(initial, Mapping):
        return initial.get(name)
    return getattr(initial, name, None)


def _texts(value: object, notation: Notation) -> tuple[str, ...]:
    if value is None or value is False or value == "":
        return ()
    if value is True:
        return ("1",)
    if isinstance(value, str | int | Decimal | date):
        return (notation.written(value),)
    if isinstance(value, Sequence | frozenset | set):
        return tuple(str(one) for one in value)
    raise TypeError(f"{value!r} cannot stand in a field")
