"""What a partner's system may do: deliver to its own source, and see what became of it."""

from typing import Final

import attrs

from treuwerk.domain.rights import NotAllowed, OutOfScope

DELIVER: Final = "sources.deliver"
READ: Final = "sources.read"
SOURCE_RIGHTS = frozenset({DELIVER, READ})
"""The rights of whoever has the secret of a source."""


@attrs.frozen
class SourceAccess:
    """A partner's system that has shown the secret of a source. Services ask it before anything else."""

    source: str
    permissions: frozenset[str] = SOURCE_RIGHTS

    def require(self, permission: str, source: str) -> None:
        """Go on only with this right, and only about the own source.

        Raises:
            NotAllowed: the right is not there.
            OutOfScope: it is about another source.
        """
        if permission not in self.permissions:
            raise NotAllowed(permission)
        if source != self.source:
            raise OutOfScope
