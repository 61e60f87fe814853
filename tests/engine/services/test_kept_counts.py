"""Counts of saved views: asked once a minute, together, and never more of them than fit."""

from collections.abc import Sequence

from treuwerk.services.participants.kept_counts import KEPT_SECONDS, Counts

MINUTE = KEPT_SECONDS * 1_000_000


class Asked:
    """Counts letters, and remembers what it was asked for."""

    def __init__(self) -> None:
        self.calls: list[list[str]] = []

    def __call__(self, keys: Sequence[str]) -> Sequence[int]:
        self.calls.append(list(keys))
        return [len(key) for key in keys]


def test_what_is_young_is_not_counted_again() -> None:
    counts, asked = Counts(), Asked()

    assert counts.of(["a", "bb"], 0, asked) == {"a": 1, "bb": 2}
    assert counts.of(["bb", "ccc", "ccc"], MINUTE - 1, asked) == {"bb": 2, "ccc": 3}
    assert counts.of(["a"], MINUTE, asked) == {"a": 1}

    assert asked.calls == [["a", "bb"], ["ccc"], ["a"]]


def test_a_clock_that_went_back_counts_anew() -> None:
    counts, asked = Counts(), Asked()
    counts.of(["a"], MINUTE, asked)

    counts.of(["a"], 0, asked)

    assert len(asked.calls) == 2


def test_there_are_never_more_than_fit() -> None:
    counts, asked = Counts(at_most=2), Asked()

    counts.of(["a", "b", "c"], 0, asked)
    counts.of(["a", "c"], 1, asked)

    assert asked.calls == [["a", "b", "c"], ["a"]]
