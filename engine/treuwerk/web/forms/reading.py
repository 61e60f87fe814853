"""From a submitted form to a value of its attrs class, or to what is wrong with it. Everything is found in one pass."""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Generic, TypeVar, cast

import attrs
from babel import Locale
from cattrs import AttributeValidationNote, ClassValidationError, Converter
from cattrs.gen import make_dict_structure_fn, override

from treuwerk.programme.languages import cldr
from treuwerk.web.forms.complaints import Complaint, Value, Wrong
from treuwerk.web.forms.kinds import Typed, is_empty, read_field
from treuwerk.web.forms.rules import Rule, rule_of
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.notation import notation
from treuwerk.web.shell.submitted import Submitted

T = TypeVar("T")
FORM_ID, VERSION = "form_id", "version"
BESIDE = frozenset({FORM_ID, VERSION, "next"})
"""Names that every form may carry beside its fields."""


@attrs.frozen
class Result(Generic[T]):
    """A read form: its value, or the complaints by field. `typed` keeps what was typed, to be shown again."""

    form: type[T]
    typed: Mapping[str, tuple[str, ...]]
    complaints: Mapping[str, Complaint]
    found: T | None = None

    @property
    def ok(self) -> bool:
        """Whether there is nothing to complain of."""
        return self.found is not None and not self.complaints

    @property
    def value(self) -> T:
        """The form as a value.

        Raises:
            ValueError: there are complaints; ask `ok` first.
        """
        if self.found is None or self.complaints:
            raise ValueError(f"{self.form.__name__}: {', '.join(self.complaints)} cannot be read")
        return self.found

    def refused(self, field: str, message: str, **values: Value) -> "Result[T]":
        """The same form with a complaint that only a service could find, such as a name that is taken."""
        return attrs.evolve(self, complaints={**self.complaints, field: Complaint(message, values)})


def from_form(form: type[T], submitted: Submitted, locale: Locale | str,
              options: Mapping[str, Sequence[str]] | None = None) -> Result[T]:
    """Read a submitted form strictly: numbers and days as the language writes them, everything within its limits.

    `options` gives the codes of choices that are not fixed, by field. The class is structured by cattrs, so that its
    own ``__attrs_post_init__`` may compare fields and raise `Wrong`; what only the form as a whole tells stands under
    the field that `Wrong` names, or under ``""``.

    >>> from treuwerk.web.forms.rules import whole
    >>> Order = attrs.make_class("Order", {"points": whole("Points")})
    >>> from_form(Order, Submitted([("points", "1.250")]), "de").value
    Order(points=1250)
    """
    written = notation(cldr(locale) if isinstance(locale, str) else locale)
    rules = {field.name: rule_of(field) for field in _fields(form)}
    typed = {name: Typed(submitted.getlist(name), rule, written, _codes(rule, name, options or {}))
             for name, rule in rules.items()}
    complaints, found = {}, None
    if set(submitted) - set(rules) - BESIDE:
        complaints[""] = Complaint(marked("This form has changed since you opened it. Check your entries and send "
                                          "them again."))
    try:
        found = _converter(cast("Hashable", form)).structure(typed, form)
    except ClassValidationError as error:
        complaints |= _complaints(error)
    kept = {name: tuple(one.texts) for name, one in typed.items() if one.rule.kind != "secret"}
    ordered = {name: complaints[name] for name in ("", *rules) if name in complaints}
    return Result(form, kept, ordered, found)


def _fields(form: type[Any]) -> "tuple[attrs.Attribute[Any], ...]":
    fields: tuple[attrs.Attribute[Any], ...] = attrs.fields(form)
    return fields


def _codes(rule: Rule, name: str, given: Mapping[str, Sequence[str]]) -> Sequence[str]:
    if rule.kind not in ("choice", "several"):
        return ()
    codes = given.get(name, rule.options)
    if codes is None:
        raise TypeError(f"{name}: name its options in the form's class or when the form is read")
    return codes


@cache
def _converter(form: Any) -> Converter:
    """A converter for one form class: cattrs builds the value and collects what its fields refuse."""
    converter = Converter(detailed_validation=True)
    overrides = {field.name: override(struct_hook=_hook(field.default)) for field in attrs.fields(form)}
    converter.register_structure_hook(form, make_dict_structure_fn(form, converter, **overrides))  # type: ignore[arg-type]
    return converter


def _hook(nothing: Any) -> Callable[[Any, Any], Any]:
    return lambda typed, _: _read(typed, nothing)


def _read(typed: Typed, nothing: Any) -> Any:
    if not is_empty(typed):
        return read_field(typed)
    if typed.rule.required:
        if typed.rule.missing:
            raise Wrong(typed.rule.missing)
        raise Wrong(_MISSING.get(typed.rule.kind, marked("Fill in “%(label)s”.")), label=typed.rule.label)
    return nothing


_MISSING = {"choice": marked("Choose an entry for “%(label)s”."), "several": marked("Choose an entry for “%(label)s”."),
            "yes": marked("Tick “%(label)s”.")}


def _complaints(error: ClassValidationError) -> Iterator[tuple[str, Complaint]]:
    for fault in error.exceptions:
        if not isinstance(fault, Wrong):
            raise error
        noted = [note.name for note in getattr(fault, "__notes__", []) if isinstance(note, AttributeValidationNote)]
        yield fault.field or (noted[0] if noted else ""), fault.complaint
