"""What htmx may be asked for in a template. Our content security policy forbids code in attributes, also htmx's own.

``hx-on:…``, values beginning with ``js:`` or ``javascript:`` and filters of triggers are code: the browser refuses them
without a word to the reader, so they are found when the programme is checked.
"""

import re
from collections.abc import Iterator

_ATTRIBUTE = re.compile(r"""(?P<name>\b(?:data-)?hx-[\w:.-]+)\s*(?:=\s*(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'))?""")
_CODE = re.compile(r"\b(?:js|javascript):", re.IGNORECASE)
_BY_HAND = re.compile(r"""\s(?:style|on[a-z]+)\s*=\s*["']|<style\b|<script\b(?![^>]*\bsrc\s*=)"""
                      r"""|href\s*=\s*["']\s*javascript:""", re.IGNORECASE)


def forbidden(template: str) -> Iterator[tuple[int, str]]:
    """Line and text of everything in a template that the policy would stop."""
    for found in _ATTRIBUTE.finditer(template):
        if _is_code(found["name"].removeprefix("data-"), found["double"] or found["single"] or ""):
            yield template.count("\n", 0, found.start()) + 1, found[0]
    for found in _BY_HAND.finditer(template):
        yield template.count("\n", 0, found.start()) + 1, found[0]


def _is_code(name: str, value: str) -> bool:
    """Whether an attribute of htmx holds code."""
    if name.startswith("hx-on"):
        return True
    if name.startswith("hx-trigger"):
        return "[" in re.sub(r"\{[{%].*?[}%]\}", "", value)
    return bool(_CODE.search(value))
