"""The process of a plugin: it gets rules and readers by standard input, asks them, and answers by standard output.

It has limits of the system, nothing of the environment but the ``PATH``, no connection to the database, and where the
system lets it, no network. What a plugin prints goes nowhere. It ends with its input.
"""

import json
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

_LENGTH = 8
_WRITTEN = 64 << 20
_ANSWERS = 1_000
_AT_ONCE = 200


def main() -> None:
    """Serve until the input ends."""
    stream, out = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1):
        os.dup2(nothing, number)
    order = json.loads(stream.readline())
    sys.path[:] = order["path"]
    _shut_in(order["memory"])
    _serve(stream, out, order["seconds"])


def _shut_in(memory: int) -> None:
    import resource

    with suppress(AttributeError, OSError):  # an older Python, or a system that does not allow it
        os.unshare(os.CLONE_NEWUSER | os.CLONE_NEWNET)  # type: ignore[attr-defined,unused-ignore]
    for kind, value in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_FSIZE, _WRITTEN), (resource.RLIMIT_CORE, 0)):
        resource.setrlimit(kind, (value, value))


def _serve(stream: BinaryIO, out: BinaryIO, seconds: int) -> None:
    import pickle

    from treuwerk.isolation.frames import framed

    known: dict[int, Any] = {}
    _import_what_answers_need()
    out.write(framed(("ready", None)))
    out.flush()
    while len(length := stream.read(_LENGTH)) == _LENGTH:
        number, pickled, method, arguments = pickle.loads(stream.read(int.from_bytes(length, "big")))  # noqa: S301 - of the engine
        for answer in _answers(known, number, pickled, method, arguments):
            _be_ended_after(seconds)
            out.write(_framed(framed, answer))
            out.flush()
        signal.setitimer(signal.ITIMER_REAL, 0)


def _import_what_answers_need() -> None:
    """Before the time of a plugin begins to count."""
    import treuwerk.domain.documents
    import treuwerk.domain.failures
    import treuwerk.domain.purchases
    import treuwerk.domain.tabular  # noqa: F401


def _be_ended_after(seconds: int) -> None:
    """By the system, should the engine be gone before it could."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, seconds + 5)


def _framed(framed: Any, answer: Any) -> bytes:
    try:
        return bytes(framed(answer))
    except BaseException as error:  # what cannot be pickled, or is too large
        return bytes(framed(_failed(error)))


def _failed(error: BaseException) -> tuple[str, str, str]:
    from treuwerk.domain.failures import message_of

    return "failed", type(error).__name__, message_of(error)[:1_000]


def _answers(known: dict[int, Any], number: int, pickled: bytes, method: str, arguments: Any) -> Any:
    """What is answered to one order: one frame, or for files as many as it takes with an end."""
    import pickle

    from treuwerk.domain.tabular import UnreadableFile

    try:
        if number not in known:
            known[number] = pickle.loads(pickled)  # noqa: S301 - of the engine
        if method == "awards":
            yield "done", _listed(known[number].awards, *arguments)
        elif method == "awards_on":
            yield "done", _listed(known[number].awards_on, *arguments)
        elif method == "recognises":
            yield "done", bool(known[number].recognises(*arguments))
        else:
            yield from _documents(known[number], *arguments)
            yield "end", None
    except UnreadableFile as error:
        yield "unreadable", str(error)[:1_000]
    except BaseException as error:  # also what would end this process: the engine is told
        yield _failed(error)


def _listed(asked: Any, events: Any, *earned: Any) -> Any:
    from decimal import localcontext
    from itertools import islice

    with localcontext():
        return list(islice(asked(events, *earned), len(events) * _ANSWERS + 1))


def _documents(reader: Any, path: str) -> Any:
    from itertools import islice

    with Path(path).open("rb") as stream:
        documents = iter(reader.read(stream))
        while some := list(islice(documents, _AT_ONCE)):
            yield "documents", some


if __name__ == "__main__":
    main()
