"""Words find things: whole, by their beginning, within compounds, and with a typing error."""

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treuwerk.domain import bits
from treuwerk.domain.folding import words_of
from treuwerk.domain.word_index import WordIndex, errors

THINGS = ["Akkuschrauber Bohrer", "Leiter für Dächer", "Bohrer lang", "Thermoskanne", "Dachleiter", "Boot"]
LETTERS = st.text("abcd", min_size=1, max_size=8)


def index() -> WordIndex:
    return WordIndex([dict.fromkeys(words_of(text), 12 if "lang" in text else 6) for text in THINGS])


@pytest.mark.parametrize(("typed", "found"), [
    ("bohrer", {0, 2}), ("BOHR", {0, 2}), ("schrauber", {0}), ("dacher", {1}), ("Daecher", {1}), ("DÄCHER", {1}),
    ("leiter", {1, 4}), ("bohrer lang", {2}), ("bohrer leiter", set()), ("zange", set()), ("", set()), ("...", set())])
def test_all_words_must_be_found_in_any_way_of_writing_them(typed: str, found: set[int]) -> None:
    hits = index().find(typed)

    assert (set(hits.scores), hits.instead) == (found, {})


@pytest.mark.parametrize(("typed", "found", "instead"), [
    ("borher", {0, 2}, "bohrer"), ("bohrr", {0, 2}, "bohrer"), ("thermoskane", {3}, "thermoskanne"),
    ("temoskanne", {3}, "thermoskanne"), ("aku", set(), ""), ("bot", set(), ""), ("boo0t", {5}, "boot")])
def test_a_word_with_an_error_is_taken_for_one_that_there_is(typed: str, found: set[int], instead: str) -> None:
    hits = index().find(typed)

    assert set(hits.scores) == found
    assert hits.instead == ({typed: instead} if instead else {})


def test_a_word_that_is_there_is_never_taken_for_another() -> None:
    assert index().find("boot").instead == {}
    assert set(index().find("boot").scores) == {5}


def test_what_fits_better_has_more_points() -> None:
    scores = index().find("leiter").scores

    assert scores[1] > scores[4]
    assert index().find("bohrer").scores[2] > index().find("bohrer").scores[0]


@given(typed=LETTERS, meant=LETTERS)
def test_errors_are_counted_as_by_the_plain_way(typed: str, meant: str) -> None:
    whole = errors(typed, meant, 99)

    assert whole == plainly(typed, meant)
    assert [errors(typed, meant, most) for most in (0, 1, 2)] == [min(whole, most + 1) for most in (0, 1, 2)]


def plainly(typed: str, meant: str) -> int:
    """The same by the definition, without an end."""

    @cache
    def of(row: int, column: int) -> int:
        if not row or not column:
            return row + column
        least = min(of(row - 1, column) + 1, of(row, column - 1) + 1,
                    of(row - 1, column - 1) + (typed[row - 1] != meant[column - 1]))
        if row > 1 and column > 1 and typed[row - 2 : row] == meant[column - 1] + meant[column - 2]:
            least = min(least, of(row - 2, column - 2) + 1)
        return least

    return of(len(typed), len(meant))


@given(words=st.lists(LETTERS, min_size=1, max_size=30, unique=True), wrong=st.integers(0, 7),
       letter=st.sampled_from("abcd"))
def test_one_error_in_a_word_never_hides_it(words: list[str], wrong: int, letter: str) -> None:
    meant = f"{words[0]}xyzw"
    typed = meant[:wrong] + letter + meant[wrong + 1 :]

    found = WordIndex([{word: 1} for word in [meant, *words[1:]]]).find(typed)

    assert 0 in found.scores or any(typed in word for word in words[1:])


@given(st.sets(st.integers(0, 300)), st.sets(st.integers(0, 300)))
def test_bits_are_sets(some: set[int], other: set[int]) -> None:
    first, second = bits.of(some, 301), bits.of(other, 301)

    assert bits.members(first) == sorted(some)
    assert bits.members(first & second) == sorted(some & other)
    assert bits.members(first & ~second) == sorted(some - other)
    assert bits.chosen(range(300, -1, -1), first) == sorted(some, reverse=True)
    assert first.bit_count() == len(some)
