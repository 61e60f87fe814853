"""Reads one drawn page with a page reader of a plugin: a program of its own, which gets its limits from the system.

What a reader does with pictures of strangers is its own business, and so are its mistakes. So it works in a process
without environment, with limits on memory, time and what it may write. The order and the pickled reader come by
standard input, from the engine only; the answer is one line of JSON.
"""

import json
import os
import sys
from typing import Any, BinaryIO


def main(stream: BinaryIO) -> None:
    """Read, and say what came of it."""
    order = json.loads(stream.readline())
    _limit(order["memory"], order["seconds"], order["written"])
    sys.path[:] = order["path"]
    answer = os.dup(1)
    os.dup2(2, 1)  # what a library prints is no answer
    with os.fdopen(answer, "w", encoding="utf-8") as out:
        json.dump(_answer(order, stream.read()), out)


def _limit(memory: int, seconds: int, written: int) -> None:
    """Limits of the system; where it has none, only the time-out of the caller holds."""
    try:
        import resource
    except ImportError:
        return
    for kind, value in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, seconds), (resource.RLIMIT_FSIZE, written),
                        (resource.RLIMIT_CORE, 0)):
        resource.setrlimit(kind, (value, value))


def _answer(order: dict[str, Any], pickled: bytes) -> dict[str, Any]:
    from treuwerk.domain.page_words import PageReaderUnavailable

    try:
        page = _page(order)
        words = _reader(pickled).read(page)
        return {"words": [tuple(word) for word in words], "width": page.width, "height": page.height}
    except PageReaderUnavailable as error:
        return {"error": "unavailable", "said": str(error)[:1_000]}
    except MemoryError:
        return {"error": "failed", "said": "it needs more memory than it may have"}
    except Exception as error:  # whatever a reader raises
        return {"error": "failed", "said": f"{type(error).__name__}: {error}"[:1_000]}


def _reader(pickled: bytes) -> Any:
    import pickle

    return pickle.loads(pickled)  # noqa: S301 - the engine sends it, nobody else can


def _page(order: dict[str, Any]) -> Any:
    """The picture of a page as PNG, turned as people turned it."""
    from io import BytesIO

    from PIL import Image

    from treuwerk.domain.page_words import DrawnPage

    content = BytesIO()
    with Image.open(order["picture"], formats=["JPEG"]) as picture:
        upright = picture.rotate(-order["rotation"], expand=True) if order["rotation"] else picture
        upright.save(content, "PNG", compress_level=1)
        return DrawnPage(content.getvalue(), *upright.size, order["number"], tuple(order["languages"]),
                         order["seconds"])


if __name__ == "__main__":
    main(sys.stdin.buffer)
