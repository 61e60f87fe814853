"""Secrets, which stand nowhere in a programme: its file names the environment variable that holds one."""

from collections.abc import Mapping

import attrs
from attrs.validators import min_len


class MissingSecret(ValueError):
    """The environment does not hold a secret that the programme names."""


@attrs.frozen
class Secret:
    """``{ env = "SSO_SECRET" }``: the name of a variable, never the secret itself."""

    env: str = attrs.field(validator=min_len(1))

    def value(self, environment: Mapping[str, str]) -> str:
        """The secret.

        Raises:
            MissingSecret: the variable is not set, or is empty.
        """
        if not (found := environment.get(self.env, "")):
            raise MissingSecret(f"found no environment variable {self.env}, expected one with the secret; set it where "
                                "treuwerk is started")
        return found
