"""Secrets, which stand nowhere in a programme: its file names the environment variable that holds one."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import attrs
from attrs.validators import min_len

FILE = "_FILE"
"""Behind the name of a variable: the other one, which names a file with the secret, as orchestrators mount them."""


class MissingSecret(ValueError):
    """The environment does not hold a secret that the programme names."""


class UnknownKey(Exception):
    """A secret was encrypted with a key that is not there; nothing says what it is."""


@attrs.frozen
class Secret:
    """``{ env = "SSO_SECRET" }``: the name of a variable, never the secret itself."""

    env: str = attrs.field(validator=min_len(1))

    def value(self, environment: Mapping[str, str]) -> str:
        """The secret, from the variable or from the file that ``…_FILE`` names.

        Raises:
            MissingSecret: neither is set, or it is empty, or the file cannot be read.
        """
        if not (found := secret_text(environment, self.env)):
            raise MissingSecret(f"found no environment variable {self.env}, expected one with the secret, or "
                                f"{self.env}{FILE} with the path of a file that holds it; set it where treuwerk is "
                                "started")
        return found

    def one_line(self, environment: Mapping[str, str]) -> str:
        """The secret for a header or a login, which take one line of printable ASCII; without blanks around it.

        Libraries that refuse another one quote it, and it would end in lists and logs.

        Raises:
            MissingSecret: it is not there, or has other characters.
        """
        found = self.value(environment).strip()
        if not (found.isascii() and found.isprintable()):
            raise MissingSecret(f"found control characters or others than ASCII in {self.env}, expected what a header "
                                "or a login can have; set it anew")
        return found


def secret_text(environment: Mapping[str, str], name: str) -> str:
    """The secret of a name: what stands in its variable, else in the file that ``…_FILE`` names; empty for none.

    Raises:
        MissingSecret: the file cannot be read.
    """
    if found := environment.get(name, ""):
        return found
    if not (path := environment.get(name + FILE, "")):
        return ""
    try:
        return Path(path).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise MissingSecret(f"{name}{FILE}: found {path!r}, which cannot be read ({reason}), expected a file with the "
                            "secret") from error


def secrets_in(settings: Any) -> Iterator[Secret]:
    """The secrets that a settings class names, at any depth."""
    if isinstance(settings, Secret):
        yield settings
    elif attrs.has(type(settings)):
        for field in attrs.fields(type(settings)):
            yield from secrets_in(getattr(settings, field.name))
    elif isinstance(settings, Mapping):
        for value in settings.values():
            yield from secrets_in(value)
    elif isinstance(settings, list | tuple):
        for value in settings:
            yield from secrets_in(value)
