"""What never changes in a template of one language is put in when it is compiled: messages, icons, file addresses.

Each language has an environment of its own, so ``{{ _("Balance") }}`` is the same text on every page. Looking it up
each time would cost more than all else that a page of rows does.
"""

import re
from collections.abc import Callable, Mapping, MutableMapping
from functools import lru_cache
from gettext import NullTranslations
from typing import Any

from jinja2 import Environment, nodes
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

from treuwerk.web.shell.escaping import Escaping, escaped

_PLACE = re.compile(r"%\((\w+)\)s")
_MESSAGES = frozenset({"_", "gettext"})


class FixedTexts(Environment):
    """Templates of one language. `fixed` are functions of a constant text whose answers never change, by name."""

    code_generator_class = Escaping
    escaped = staticmethod(escaped)
    message: Callable[[str], str]
    fixed: Mapping[str, Callable[[str], str]]

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Globals of a template: those of all, in a plain dict, since each import compares their names."""
        return super().make_globals(d) if d else self.globals

    def _generate(self, source: nodes.Template, name: str | None, filename: str | None,
                  defer_init: bool = False) -> str:
        taken = {found.name for found in source.find_all(nodes.Name) if found.ctx != "load"}
        return super()._generate(_Putting(self, taken).visit(source), name, filename, defer_init)


def counted(texts: NullTranslations) -> Callable[..., Markup]:
    """The function ``ngettext`` of templates: Jinja's own copies message and values several times."""
    def ngettext(singular: str, plural: str, many: int, /, **values: Any) -> Markup:
        parts = _split(texts.ngettext(singular, plural, many))
        said = {"num": many, **values}
        return Markup("".join([escaped(said[part]) if place % 2 else part  # noqa: S704  # texts are ours
                               for place, part in enumerate(parts)]))

    return ngettext


@lru_cache(maxsize=1_024)
def _split(text: str) -> list[str]:
    """The letters of a message, and at every second place the name of a value."""
    return [part if place % 2 else part.replace("%%", "%") for place, part in enumerate(_PLACE.split(text))]


class _Putting(NodeTransformer):
    """Puts constants where calls stood; names that the template itself gives to something else stay calls."""

    def __init__(self, environment: FixedTexts, taken: set[str]) -> None:
        self._environment = environment
        self._taken = taken

    def visit_Output(self, node: nodes.Output) -> nodes.Node:  # noqa: N802  # Jinja's name
        """Parts of a message are written one by one: constants melt into the markup around them."""
        self.generic_visit(node)
        node.nodes = [part for child in node.nodes for part in _parts(child)]
        return node

    def visit_Call(self, node: nodes.Call, *args: Any, **kwargs: Any) -> nodes.Node:  # noqa: N802  # Jinja's name
        self.generic_visit(node)
        called = node.node
        if not isinstance(called, nodes.Name) or called.name in self._taken or node.dyn_args or node.dyn_kwargs:
            return node
        if len(node.args) != 1 or not isinstance(node.args[0], nodes.Const) or type(node.args[0].value) is not str:
            return node
        if called.name in _MESSAGES:
            return _message(node, Markup(self._environment.message(node.args[0].value)))  # noqa: S704  # texts are ours
        if called.name in self._environment.fixed and not node.kwargs:
            return self._constant(node, self._environment.fixed[called.name], node.args[0].value)
        return node

    @staticmethod
    def _constant(node: nodes.Call, function: Callable[[str], str], text: str) -> nodes.Node:
        try:
            return nodes.Const(function(text), lineno=node.lineno)
        except LookupError:
            return node
        except OSError:
            return node  # no such file: told by the page that asks for it, with its place


def _parts(node: nodes.Expr) -> list[nodes.Expr]:
    """What is joined by ``~`` with markup in it is escaped part by part anyway."""
    safe = isinstance(node, nodes.Concat) and any(
        isinstance(part, nodes.Const) and isinstance(part.value, Markup) for part in node.nodes)
    return node.nodes if safe and isinstance(node, nodes.Concat) else [node]


def _message(node: nodes.Call, text: Markup) -> nodes.Node:
    """The message itself, or its parts with the values between them, which are escaped as ever."""
    values = {pair.key: pair.value for pair in node.kwargs}
    parts = _PLACE.split(str(text))
    if not set(parts[1::2]) <= values.keys() or any("%" in part.replace("%%", "") for part in parts[::2]):
        return node
    found: list[nodes.Expr] = [nodes.Const(Markup(parts[0].replace("%%", "%")), lineno=node.lineno)]  # noqa: S704
    for name, behind in zip(parts[1::2], parts[2::2], strict=True):
        found += [values[name], nodes.Const(Markup(behind.replace("%%", "%")), lineno=node.lineno)]  # noqa: S704
    return found[0] if len(found) == 1 else nodes.Concat(found, lineno=node.lineno)
