"""Whole numbers of the command line, read as strictly as those of files."""

import re
from typing import Any

import click

_PLAIN = re.compile(r"[0-9]{1,19}", re.ASCII)


class Whole(click.ParamType[int]):
    """A whole number in plain digits from `least` to `most`."""

    name = "integer"

    def __init__(self, least: int = 1, most: int = 2**63 - 1) -> None:
        self._least, self._most = least, most

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The number; Python's own reading would take 1_000 and foreign digits."""
        found = int(value) if isinstance(value, int) or _PLAIN.fullmatch(str(value)) else -1
        if not self._least <= found <= self._most:
            self.fail(f"found {str(value)[:30]!r}, expected a whole number from {self._least} to {self._most} in plain "
                      "digits", param, ctx)
        return found
