"""Who may write next in this process: first come, first served."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock, get_ident

from treuwerk.store.faults import NestedWriting


class Turns:
    """A lock whose holders come in the order in which they asked; `threading.Lock` lets a busy thread starve others."""

    def __init__(self) -> None:
        self._guard = Lock()
        self._held = False
        self._waiting: deque[Lock] = deque()

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Wait in line, hold the turn for the length of the block, and give it to the next one."""
        self._take()
        try:
            yield
        finally:
            self._pass_on()

    def _take(self) -> None:
        with self._guard:
            if not self._held:
                self._held = True
                return
            mine = Lock()
            mine.acquire()
            self._waiting.append(mine)
        try:
            mine.acquire()
        except BaseException:  # Ctrl+C while waiting: nobody may wait for one who has left
            with self._guard:
                left = mine in self._waiting
                if left:
                    self._waiting.remove(mine)
            if not left:
                self._pass_on()
            raise

    def _pass_on(self) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._held = False


class Writers:
    """The threads that write just now. One that is among them is refused instead of waiting for itself."""

    def __init__(self) -> None:
        self._threads: set[int] = set()

    def check(self) -> None:
        """Refuse a thread that writes already.

        Raises:
            NestedWriting: with the remedy.
        """
        if get_ident() in self._threads:
            raise NestedWriting("this thread is inside database.run or database.writing already, and the inner one "
                                "would wait for the outer one; use the connection that the outer one gave")

    @contextmanager
    def joined(self) -> Iterator[None]:
        """Be one of them for the length of a block.

        Raises:
            NestedWriting: this thread is one already.
        """
        self.check()
        thread = get_ident()  # noted, since a block may end in another thread than it began in
        self._threads.add(thread)
        try:
            yield
        finally:
            self._threads.discard(thread)
