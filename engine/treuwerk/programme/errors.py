"""Mistakes of an integrator: each with its place, what was found, what was expected and what to do."""

import attrs


@attrs.frozen
class Mistake:
    """One mistake in a programme folder. `path` reads ``programme.toml: earning[2].points``."""

    path: str
    found: str
    expected: str
    hint: str = ""

    def __str__(self) -> str:
        """The mistake as one line for a person."""
        found = f"found {self.found}, " if self.found else ""
        hint = f" ({self.hint})" if self.hint else ""
        return f"{self.path}: {found}expected {self.expected}{hint}"


class ProgrammeError(Exception):
    """The programme cannot be used; carries every mistake that was found, not only the first."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        super().__init__("\n".join(map(str, mistakes)))
        self.mistakes = mistakes
