"""What a template writes, escaped; what is safe already goes out as it is.

A page of rows writes two thousand values, most of them texts of ours or what a macro made. `markupsafe.escape` copies
each into a new `Markup`, and then they are joined anyway.
"""

import re
from typing import Any

from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame
from markupsafe import Markup, escape

_needs_escaping = re.compile("[&<>\"']").search


def escaped(value: Any) -> str:
    """The same letters as `markupsafe.escape`, for joining only.

    >>> escaped("A & B"), escaped(12)
    (Markup('A &amp; B'), '12')
    """
    kind = type(value)
    if kind is Markup or (kind is str and not _needs_escaping(value)):
        text: str = value
        return text
    return str(value) if kind is int else escape(value)


class Escaping(CodeGenerator):
    """Compiles templates so that they write by `escaped`, which their environment has under this name."""

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        if frame.eval_ctx.autoescape and not frame.eval_ctx.volatile and finalize.src is None:
            self.write("environment.escaped(")
        else:
            super()._output_child_pre(node, frame, finalize)
