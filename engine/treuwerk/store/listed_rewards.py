"""The catalogue as a list: one row for each reward, narrowed by what stands in it."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, delete, insert

from treuwerk.domain.folding import folded
from treuwerk.store.tables import reward_listing

_AT_ONCE = 1_000
_LONGEST = 2_000
"""Letters by which a reward is found; a text of several pages is not searched."""


def listed(content: Mapping[str, Any]) -> dict[str, Any]:
    """What a list says of a reward as it is kept: number, folded words, category and supplier."""
    names = [text.get("name", "") for text in content.get("texts", {}).values()]
    variants = [word for one in content.get("variants", []) for word in (one["number"], *one.get("name", {}).values())]
    words = folded(" ".join([content["number"], *names, content.get("brand", ""), *content.get("labels", []),
                             *variants]))
    return {"number": content["number"], "words": words[:_LONGEST], "category": content["category"],
            "supplier": content.get("supplier", "")}


def write(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Write rows of the list, over those of the same rewards."""
    remove(connection, [row["number"] for row in rows])
    if rows:
        connection.execute(insert(reward_listing), list(rows))


def remove(connection: Connection, numbers: Collection[str]) -> None:
    """Take rewards out of the list."""
    wanted = sorted(numbers)
    for start in range(0, len(wanted), _AT_ONCE):
        connection.execute(delete(reward_listing).where(
            reward_listing.c.number.in_(wanted[start:start + _AT_ONCE])))
