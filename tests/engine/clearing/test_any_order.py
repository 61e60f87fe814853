"""Deliveries, returns, cancellations, replacements and changes in any order and any repetition: what they mean."""

from datetime import date, timedelta

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.engine.conftest import NewDatabase
from tests.support.corrections import MAY, bonus, clear, digest, document, goods
from tests.support.worlds import make_world
from treuwerk.domain.documents import Document, DocumentKind, DocumentLine, Movement, Purpose

PIECES = st.integers(1, 12)
LINES = st.dictionaries(st.integers(1, 3), PIECES, min_size=1, max_size=3)


def lines_of(pieces: dict[int, int], **more: object) -> tuple[DocumentLine, ...]:
    return tuple(goods(line, str(count), article="SW-M-405", **more) for line, count in sorted(pieces.items()))


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[Document], int]:
    """Documents of two delivery notes, each perhaps replaced, returned in part or cancelled, and what they come to."""
    documents, expected = list[Document](), 0
    for number in ("D-1", "D-2"):
        said = [draw(LINES)]
        documents.append(document(number, *lines_of(said[0]), issue_date=MAY))
        for version in range(draw(st.integers(0, 2))):
            said.append(draw(LINES))
            documents.append(document(number, *lines_of(said[-1]), purpose=Purpose.REPLACE,
                                      issue_date=MAY + timedelta(version + 1)))
        left = dict(said[-1])
        for line, count in draw(st.dictionaries(st.integers(1, 3), PIECES, max_size=2)).items():
            documents.append(document(number, *lines_of({line: count}), purpose=Purpose.CHANGE,
                                      issue_date=MAY + timedelta(5)))
            if any(line in version for version in said):
                left[line] = count  # one that no version has is kept for good
        for index, line in enumerate(draw(st.lists(st.integers(1, 3), max_size=2))):
            back = draw(PIECES)
            documents.append(document(number, *lines_of({line: back}, movement=Movement.RETURN),
                                      day=date(2026, 5, 20 + index)))
            left[line] = max(0, left.get(line, 0) - back)
        if draw(st.integers(0, 5)) == 0:
            documents.append(document(number, purpose=Purpose.CANCEL, issue_date=date(2026, 5, 30)))
            left = {}
        back = draw(st.integers(0, 8))
        if back:
            documents.append(document(f"G-{number}", *lines_of({1: back}), kind=DocumentKind.CREDIT_NOTE,
                                      day=date(2026, 5, 25), previous=(number,)))
        expected += max(0, sum(left.values()) - back)
    return documents, expected


@settings(max_examples=12, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(data=st.data())
def test_any_order_and_repetition_comes_to_the_same_books(new_database: NewDatabase,
                                                          tmp_path_factory: pytest.TempPathFactory,
                                                          data: st.DataObject) -> None:
    documents, _ = data.draw(histories())
    orders = [data.draw(st.permutations(documents)) for _ in range(2)]
    digests, folder = set[str](), tmp_path_factory.mktemp("orders")

    for number, order in enumerate(orders):
        with new_database() as database:
            world = make_world(folder / str(number), database)
            for one in (*order, *data.draw(st.lists(st.sampled_from(documents), max_size=3))):
                clear(world, one)
            assert world.violated() == {}
            digests.add(digest(world))

    assert len(digests) == 1, orders


@settings(max_examples=12, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(history=histories(), random=st.randoms(use_true_random=False))
def test_what_is_left_earns_what_it_would_have_earned_alone(new_database: NewDatabase,
                                                            tmp_path_factory: pytest.TempPathFactory,
                                                            history: tuple[list[Document], int],
                                                            random: object) -> None:
    documents, pieces = history

    with new_database() as database:
        world = make_world(tmp_path_factory.mktemp("left") / "league", database)
        clear(world, *documents)

        assert bonus(world) == pieces * 81
