"""The house style, as far as no linter holds it."""

from pathlib import Path

ROOT = Path(__file__).parents[3]
MOST_LINES = 400


def test_no_file_is_longer_than_a_reader_can_hold() -> None:
    files = [path for folder in ("engine", "plugins", "examples", "tests") for path in (ROOT / folder).rglob("*.py")]
    lengths = {path.relative_to(ROOT).as_posix(): len(path.read_text("utf-8").splitlines()) for path in files}

    assert len(files) > 1_000
    assert {path: lines for path, lines in lengths.items() if lines > MOST_LINES} == {}
