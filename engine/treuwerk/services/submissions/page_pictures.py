"""Pictures of the pages of a file, and pictures in several sizes, drawn in a process of its own within limits."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import attrs

from treuwerk.domain.refusals import Refusal
from treuwerk.domain.uploads import FileType
from treuwerk.services.submissions.drawing_slots import slot

_PROGRAM = Path(__file__).with_name("page_drawing.py")
EDGE = 2_400
"""The longer side of a page's picture in pixels: A4 at 200 dots per inch."""
_MEMORY = 1_536 << 20
_WRITTEN = 64 << 20


@attrs.frozen
class DrawingLimits:
    """What drawing one file may cost; `pixels` of one picture as it came.

    `at_once` are so many on this machine; a file waits for its turn for `wait_seconds`.
    """

    pages: int
    pixels: int
    seconds: int = 30
    at_once: int = 2
    wait_seconds: int = 10


@attrs.frozen
class Drawn:
    """How many pages were drawn, and whether the file holds a script, which was not run.

    `looks` is the difference hash of each page in hexadecimal digits, empty for one that is blank.
    """

    pages: int
    script: bool = False
    looks: tuple[str, ...] = attrs.field(default=(), converter=tuple)


@attrs.frozen
class Size:
    """Pixels of the largest picture that was drawn."""

    width: int
    height: int


def draw(file: Path, kind: FileType, folder: Path, limits: DrawingLimits) -> Drawn:
    """Draw all pages of a picture or PDF into a folder, as ``1.jpg`` and ``1.small.jpg``, and so on.

    Raises:
        Refusal: `encrypted`, `broken`, `too_many_pages`, `too_many_pixels`, `too_demanding` (time or memory), `heic`
            (nothing is installed that reads it).
        DrawingBusy: too many pictures are being drawn on this machine.
    """
    return Drawn(**_ordered(file, kind, folder, limits, pages=limits.pages, edge=EDGE))


def draw_sizes(file: Path, kind: FileType, folder: Path, limits: DrawingLimits, edges: Sequence[int]) -> Size:
    """Draw one picture in several sizes into a folder, as ``480.webp`` by the longer side in pixels.

    Raises:
        Refusal: as `draw`; `too_small`: it has fewer pixels than the smallest size.
        DrawingBusy: too many pictures are being drawn on this machine.
    """
    return Size(**_ordered(file, kind, folder, limits, edges=list(edges)))


def _ordered(file: Path, kind: FileType, folder: Path, limits: DrawingLimits, **wanted: Any) -> dict[str, Any]:
    order = {"file": str(file), "folder": str(folder), "type": kind.value, "pixels": limits.pixels,
             "memory": _MEMORY, "seconds": limits.seconds, "written": _WRITTEN, **wanted}
    with slot("draw", limits.at_once, limits.wait_seconds) as held:
        answer = _answer(json.dumps(order), limits.seconds, () if held is None else (held,))
    if code := answer.pop("error", ""):
        raise Refusal(code, f"found a file whose pages cannot be drawn ({code}), expected a legible picture or PDF "
                      "within the limits; send it as a PDF or JPEG", **answer)
    return answer


def _answer(order: str, seconds: int, held: Sequence[int]) -> dict[str, Any]:
    """What the program says; one that died or did not end had a file that demands too much."""
    kept = {name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ}  # Windows starts nothing without
    try:
        done = subprocess.run([sys.executable, "-I", str(_PROGRAM), order], capture_output=True,  # noqa: S603 - ours
                              timeout=seconds + 5, env=kept, check=False, pass_fds=held)
        found: dict[str, Any] = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, ValueError):
        return {"error": "too_demanding"}
    return found
