"""A line that is kept says all that it said: no field of a document gets lost on the way."""

from treuwerk.domain import kept_lines
from treuwerk.domain.documents import Document, DocumentLine


def test_every_field_of_documents_and_lines_can_be_read_back() -> None:
    assert {*Document._fields} - {"lines", "faults"} == {*kept_lines._DOCUMENT}
    assert {*DocumentLine._fields} == {*kept_lines._LINE}
