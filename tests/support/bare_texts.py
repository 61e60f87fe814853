"""Finds words in templates and Python that nobody can translate: texts that stand there instead of being asked for."""

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from jinja2 import Environment

SPOKEN = ("aria-label", "alt", "placeholder", "title", "data-label")
_TAG = re.compile(r"\{[{%#].*?[}%#]\}", re.DOTALL)
_WORD = re.compile(r"[^\W\d_]{2}")
_FRAME = re.compile(r"\{% block frame %\}\w+\{% endblock %\}")  # a word for the style sheet
# A macro may write attributes into a tag of another macro.
_ATTRIBUTES = re.compile(r"[a-z-]+=\"[^\"]*\"|\b(?:required|checked|selected|hidden|disabled|multiple)\b")
_COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
# What begins like a sentence: a capital, then at least one more word.
_SENTENCE = re.compile(r"^[A-ZÄÖÜ][a-zäöüß][\w’'-]*(?: [\w’'%(){}-]+)+[.?!:…]?$")
_ASKED_FOR = {"marked", "gettext", "ngettext", "pgettext", "_", "N_"}
_NO_READER = {"debug", "info", "warning", "error", "exception", "Mistake", "getLogger"}


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._quiet = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._quiet = tag in ("script", "style", "code", "kbd")
        self.found += [value for name, value in attrs if name in SPOKEN and value]

    def handle_endtag(self, tag: str) -> None:
        self._quiet = False

    def handle_data(self, data: str) -> None:
        if not self._quiet:
            self.found.append(data)


def bare_in_template(text: str) -> list[str]:
    """Words between the tags of a template, and in the attributes that are read out, which are not asked for."""
    Environment(extensions=["jinja2.ext.i18n"], autoescape=True).parse(text)
    translated = re.sub(r"\{%-?\s*trans\b.*?endtrans\s*-?%\}", "", _COMMENT.sub("", text), flags=re.DOTALL)
    plain = _FRAME.sub("", translated)
    words = _Words()
    words.feed(_TAG.sub("\N{OBJECT REPLACEMENT CHARACTER}", plain))
    words.close()
    return [" ".join(one.split()) for one in words.found if _WORD.search(_ATTRIBUTES.sub("", one))]


def bare_in_python(path: Path) -> list[str]:
    """Sentences in a module that are neither marked nor for developers and operators."""
    tree = ast.parse(path.read_text("utf-8"))
    silent = {id(node) for parent in ast.walk(tree) for node in _silent(parent)}
    return [f"{path.name}:{node.lineno}: {node.value}" for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in silent
            and _SENTENCE.match(node.value)]


def _silent(node: ast.AST) -> Iterator[ast.AST]:
    """Everything below a node that no reader of a page sees, or that is translated."""
    if isinstance(node, ast.Raise) or (isinstance(node, ast.Call) and _name(node) in _ASKED_FOR | _NO_READER):
        yield from ast.walk(node)
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        yield node.value


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
