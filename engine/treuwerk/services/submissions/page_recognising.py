"""Words of drawn pages from the programme's page reader, which works in a process of its own within limits."""

import json
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import attrs

from treuwerk.domain.page_words import BadWords, Word, checked_words
from treuwerk.programme.settings import PageReading

READ, TOO_SLOW, FAILED, UNAVAILABLE = "read", "too_slow", "failed", "unavailable"
"""What came of it: the words are there, or why they are not."""
_PROGRAM = Path(__file__).with_name("page_reading.py")
_WRITTEN = 64 << 20
_GRACE_SECONDS = 5
_KEPT = ("PATH", "SYSTEMROOT")


@attrs.frozen
class Recognised:
    """What a reader made of one page of so many pixels; `said` is for who looks after it, empty where it was read."""

    state: str
    words: tuple[Word, ...] = ()
    width: int = 0
    height: int = 0
    said: str = ""


def recognise(reading: PageReading, picture: Path, rotation: int, number: int, languages: Sequence[str]) -> Recognised:
    """Read the picture of a page, turned clockwise by so many degrees. Never raises for what a reader does."""
    head = reading.head
    order = {"picture": str(picture), "rotation": rotation, "number": number, "languages": list(languages),
             "seconds": head.seconds, "memory": head.memory_megabytes << 20, "written": _WRITTEN, "path": sys.path}
    answer = _answer(json.dumps(order).encode() + b"\n" + pickle.dumps(reading.reader), head.seconds)
    if "error" in answer:
        return Recognised(answer["error"], said=answer["said"])
    try:
        width, height = answer["width"], answer["height"]
        return Recognised(READ, checked_words(answer["words"], width, height), width, height)
    except (BadWords, KeyError) as error:
        return Recognised(FAILED, said=f"the reader {head.reader} answered with what is no list of words: {error}")


def _answer(order: bytes, seconds: int) -> dict[str, Any]:
    """What the process says; it ends with all that it started, however it went."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    with subprocess.Popen([sys.executable, "-I", str(_PROGRAM)], stdin=subprocess.PIPE,  # noqa: S603 - ours
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=kept,
                          start_new_session=True) as process:
        try:
            said, _ = process.communicate(order, timeout=seconds + _GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            return {"error": TOO_SLOW, "said": f"found no answer after {seconds} seconds"}
        finally:
            _end(process)
    try:
        answer: dict[str, Any] = json.loads(said)
    except ValueError:
        over = process.returncode in (-signal.SIGXCPU, -signal.SIGKILL) if os.name == "posix" else False
        return {"error": TOO_SLOW if over else FAILED, "said": f"the process ended with code {process.returncode}"}
    return answer


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End a process and all that it started, whether or not it ended by itself."""
    try:
        if os.name == "posix":
            os.killpg(process.pid, signal.SIGKILL)  # a session of its own: its group is its number
        else:
            process.kill()
    except (ProcessLookupError, PermissionError):
        pass
