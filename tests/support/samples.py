"""Documents and purchase logs that others wrote; they lie beside the project, never in it."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

SAMPLES = "TREUWERK_SAMPLES"
_BESIDE = Path(__file__).parents[3] / "shared" / "samples"


def samples_folder(name: str = "") -> Path:
    """The folder of the samples, or a folder or file in it; where they are absent, the test is skipped.

    `name` is a path below it, such as ``clearing/csv``.
    """
    path = Path(os.environ.get(SAMPLES) or _BESIDE) / name
    if not path.exists():
        pytest.skip(f"the sample documents are not on this machine: found no {path}; {SAMPLES} names their folder")
    return path


def expected_facts(name: str) -> dict[str, Any]:
    """``expected.json`` of a folder of samples: file → what is known of it, ``facts`` among it."""
    facts: dict[str, Any] = json.loads((samples_folder(name) / "expected.json").read_text("utf-8"))
    return facts
