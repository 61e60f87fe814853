"""The processes of plugins: started when they are first asked, ended when they do not answer in time."""

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Any
from weakref import finalize

import attrs

from treuwerk.domain.failures import RULE_CRASHED, RULE_TIMED_OUT, PluginStopped
from treuwerk.domain.tabular import UnreadableFile
from treuwerk.isolation.frames import LENGTH, MOST_BYTES, Garbage, believed, framed, pickled

_PROGRAM = Path(__file__).with_name("program.py")
_STARTING_SECONDS = 60  # until a new process is ready on a busy machine
_GRACE_SECONDS = 0.5  # from the end of its answers to the end of a process that ends by itself
_PIECE = 1 << 20


class TimedOut(PluginStopped):
    """It did not answer in time and was ended."""


class Crashed(PluginStopped):
    """Its process ended by itself, or answered with something that is no frame."""


class RaisedThere(Exception):
    """The plugin raised an error in its process; the message names it."""


@attrs.frozen
class Limits:
    """What a process may take: seconds for each answer, and memory in megabytes."""

    seconds: int
    memory_megabytes: int


class Worker:
    """One plugin's process. It belongs to the process that started it: a fork starts another one of its own."""

    def __init__(self, plugin: str, limits: Limits) -> None:
        self.plugin, self.limits = plugin, limits
        self._lock, self._numbers = Lock(), dict[bytes, int]()
        self._pickled: dict[int, bytes] = {}
        self._sent: set[int] = set()
        self._process: subprocess.Popen[bytes] | None = None
        self._ending: Callable[[], Any] = lambda: None
        self._owner = 0

    def register(self, value: Any) -> int:
        """The number under which a rule or reader is asked."""
        content = pickled(value)
        number = self._numbers.setdefault(content, len(self._numbers) + 1)
        self._pickled[number] = content
        return number

    def ask(self, number: int, method: str, *arguments: Any) -> Any:
        """What a registered value answers.

        Raises:
            TimedOut, Crashed: the process is ended; the next call starts another one.
            RaisedThere: the plugin raised an error.
            Garbage: the answer is no value of ours.
        """
        with self._lock:
            return _told(next(self._answers(number, method, arguments)))

    def stream(self, number: int, method: str, *arguments: Any) -> Iterator[Any]:
        """The parts of a long answer, each in time; nobody else is answered meanwhile. Errors are those of `ask`."""
        with self._lock:
            ended = False
            try:
                for answer in self._answers(number, method, arguments):
                    part = _told(answer)
                    if answer[0] == "end":
                        ended = True
                        return
                    yield part
            finally:
                if not ended:
                    self._end()

    def close(self) -> None:
        """End the process."""
        with self._lock:
            self._end()

    def _answers(self, number: int, method: str, arguments: tuple[Any, ...]) -> Iterator[Any]:
        fresh = self._process is None or self._owner != os.getpid() or self._process.poll() is not None
        process = self._started() if fresh else self._process
        assert process is not None
        order = framed((number, b"" if number in self._sent else self._pickled[number], method, arguments))
        try:
            if fresh:
                _read(process, time.monotonic() + _STARTING_SECONDS)  # that it is ready
            _write(process, order, time.monotonic() + self.limits.seconds)
            self._sent.add(number)
            while True:
                yield believed(_read(process, time.monotonic() + self.limits.seconds))
        except TimeoutError:
            self._end()
            raise TimedOut(RULE_TIMED_OUT, f"plugin {self.plugin!r} did not answer within {self.limits.seconds} "
                                           "seconds; its process was ended") from None
        except (EOFError, OSError):
            code = self._end(_GRACE_SECONDS)
            how = "answered with what is no answer, and was ended" if code is None else f"ended with code {code}"
            raise Crashed(RULE_CRASHED, f"the process of plugin {self.plugin!r} {how}") from None

    def _started(self) -> "subprocess.Popen[bytes]":
        kept = {"PATH": os.environ["PATH"]} if "PATH" in os.environ else {}
        process = subprocess.Popen(  # noqa: S603 - our own program, by our own interpreter
            [sys.executable, "-I", "-B", str(_PROGRAM)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, env=kept, start_new_session=True)
        self._ending = finalize(self, _kill, process, os.getpid())
        self._process, self._owner = process, os.getpid()
        self._sent.clear()
        order = {"path": sys.path, "memory": self.limits.memory_megabytes << 20, "seconds": self.limits.seconds}
        for stream in (process.stdin, process.stdout):
            assert stream is not None
            os.set_blocking(stream.fileno(), False)
        _write(process, json.dumps(order).encode() + b"\n", time.monotonic() + _STARTING_SECONDS)
        return process

    def _end(self, grace_seconds: float = 0) -> int | None:
        """End the process; the answer is its code, where it ended by itself."""
        process, self._process = self._process, None
        if process is None or self._owner != os.getpid():
            return None
        with suppress(subprocess.TimeoutExpired):
            process.wait(grace_seconds)
        code = process.returncode
        self._ending()
        return code


class Workers:
    """The processes of all isolated plugins of a programme."""

    def __init__(self) -> None:
        self._all: dict[str, Worker] = {}

    def of(self, plugin: str, limits: Limits) -> Worker:
        """The process of a plugin; it starts when it is first asked."""
        return self._all.setdefault(plugin, Worker(plugin, limits))


def _told(answer: Any) -> Any:
    if not isinstance(answer, tuple) or not answer:
        raise Garbage(f"answered with {type(answer).__name__}, expected a tuple")
    if answer[0] == "unreadable":
        raise UnreadableFile(str(answer[1]))
    if answer[0] == "failed":
        raise RaisedThere(": ".join(map(str, answer[1:])))
    return answer[1]


def _write(process: "subprocess.Popen[bytes]", content: bytes, until: float) -> None:
    assert process.stdin is not None
    pipe, rest = process.stdin.fileno(), memoryview(content)
    while rest:
        if not select.select([], [pipe], [], max(0, until - time.monotonic()))[1]:
            raise TimeoutError
        rest = rest[os.write(pipe, rest[:_PIECE]):]


def _read(process: "subprocess.Popen[bytes]", until: float) -> bytes:
    assert process.stdout is not None
    pipe = process.stdout.fileno()
    length = int.from_bytes(_exactly(pipe, LENGTH, until), "big")
    if length > MOST_BYTES:
        raise EOFError
    return _exactly(pipe, length, until)


def _exactly(pipe: int, wanted: int, until: float) -> bytes:
    found = bytearray()
    while len(found) < wanted:
        if not select.select([pipe], [], [], max(0, until - time.monotonic()))[0]:
            raise TimeoutError
        piece = os.read(pipe, min(_PIECE, wanted - len(found)))
        if not piece:
            raise EOFError
        found += piece
    return bytes(found)


def _kill(process: "subprocess.Popen[bytes]", owner: int) -> None:
    """End a process and all that it started, unless it is that of another process of ours."""
    if os.getpid() != owner:
        return
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)  # a session of its own: its group is its number
    process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            stream.close()
