"""Templates that tests compile once: a test has an application of its own, whose pages are mostly those of the last.

What a template becomes depends on its source, on the messages and addresses that are put into it, and on filters of
its language that are given constants. The answers to the first are kept with it, and asked again before it is used
again; what asked such a filter is not kept.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from threading import RLock
from typing import Any

import attrs
from jinja2.filters import FILTERS

from treuwerk.web.shell.fixed_texts import FixedTexts

_SAME_IN_ALL = {*FILTERS, "icon", "agent", "initials", "tone"}
_compile = FixedTexts.compile
_one_at_a_time = RLock()


@attrs.define
class _Asked:
    """What was asked while a template was compiled: function and text with the answer, and filters by their names."""

    answers: dict[tuple[str, str], str] = attrs.field(factory=dict)
    filters: list[str] = attrs.field(factory=list)

    def text(self, name: str, function: Callable[[str], str], text: str) -> str:
        """The answer of a function, noted."""
        answer = self.answers[name, text] = function(text)
        return answer

    def filter(self, name: str, function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        """The answer of a filter, noted."""
        self.filters.append(name)
        return function(*arguments, **named)

    def is_still_answered(self, environment: FixedTexts) -> bool:
        """Whether another environment says the same to all questions."""
        try:
            return all(_function(environment, name)(text) == answer for (name, text), answer in self.answers.items())
        except (LookupError, OSError):
            return False


_kept: dict[tuple[str, str | None, str | None], list[tuple[_Asked, Any]]] = {}


def keep_them() -> None:
    """From now on, in this process."""
    FixedTexts.compile = _compiled_once  # type: ignore[method-assign,assignment]


def _compiled_once(environment: FixedTexts, source: Any, name: str | None = None, filename: str | None = None,
                   raw: bool = False, defer_init: bool = False) -> Any:
    if raw or defer_init or not isinstance(source, str):
        return _compile(environment, source, name, filename, raw, defer_init)  # type: ignore[call-overload]
    with _one_at_a_time:
        known = _kept.setdefault((source, name, filename), [])
        for asked, code in known:
            if asked.is_still_answered(environment):
                return code
        with _noting(environment) as asked:
            code = _compile(environment, source, name, filename)
        if not asked.filters:
            known.append((asked, code))
        return code


@contextmanager
def _noting(environment: FixedTexts) -> Iterator[_Asked]:
    asked, before = _Asked(), (environment.message, environment.fixed, environment.filters)
    environment.message = partial(asked.text, "message", environment.message)
    environment.fixed = {name: partial(asked.text, name, found) for name, found in environment.fixed.items()}
    environment.filters = {name: found if name in _SAME_IN_ALL else partial(asked.filter, name, found)
                           for name, found in environment.filters.items()}
    try:
        yield asked
    finally:
        environment.message, environment.fixed, environment.filters = before


def _function(environment: FixedTexts, name: str) -> Callable[[str], str]:
    return environment.message if name == "message" else environment.fixed[name]
