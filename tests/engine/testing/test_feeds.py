"""Reading a file by a programme's own source, as an integrator tests a column map."""

from decimal import Decimal
from pathlib import Path

import pytest

from treuwerk.domain.tabular import UnreadableFile
from treuwerk.services.operation.scaffolding import new_programme
from treuwerk.testing.feeds import read_feeds

HEADER = ("delivery_number;position;delivered_on;customer_number;article_number;quantity;unit;net_amount;currency;"
          "channel")


@pytest.fixture
def programme(tmp_path: Path) -> Path:
    return new_programme(tmp_path / "roofs", "roofs").folder


def test_files_are_read_by_the_source_that_recognises_them(programme: Path, tmp_path: Path) -> None:
    file = tmp_path / "today.csv"
    file.write_text(f"{HEADER}\n1;10;2026-03-02;1001;P-100;2,5;PCE;1,00;EUR;WEB\n1;20;2026-03-02;1001;P;x;PCE;;;WEB\n")

    documents = read_feeds(programme, [file])[file]

    assert [line.qty for document in documents for line in document.lines] == [Decimal("2.5")]
    assert [fault.line for document in documents for fault in document.faults] == [3]


def test_a_file_that_no_source_recognises_is_an_error(programme: Path, tmp_path: Path) -> None:
    file = tmp_path / "other.csv"
    file.write_text("a;b\n1;2\n")

    with pytest.raises(UnreadableFile, match="no source recognises this file"):
        read_feeds(programme, [file])
    with pytest.raises(UnreadableFile, match="column missing"):
        read_feeds(programme, [file], source="deliveries")
