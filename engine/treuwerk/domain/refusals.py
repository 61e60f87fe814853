"""Refusals: the ledger says no, and says why. Nothing was booked."""

from typing import Any


class Refusal(Exception):
    """What was asked for cannot be booked as the account stands.

    `code` is stable, for machines; `facts` are the figures behind the reason.
    """

    def __init__(self, code: str, reason: str, **facts: Any) -> None:
        super().__init__(reason)
        self.code, self.reason, self.facts = code, reason, facts

    def as_json(self) -> dict[str, Any]:
        """The shape that others rely on."""
        return {"code": self.code, "reason": self.reason, **self.facts}


class KeyConflict(Refusal):
    """The same business key came before with other facts."""

    def __init__(self, key: str, booked: str) -> None:
        super().__init__("key_conflict", f"found key {key!r} booked before with other facts as {booked}; expected the "
                         "same facts, or a new key", booked=booked)
