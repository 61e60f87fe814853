"""What hostile plugins do, by name; each answers like a rule for one event, if it answers at all."""

import decimal
import locale
import os
import re
import signal
import socket
import sys
import threading
import time
import warnings

from treuwerk.domain.earning import Award, Operation, Step

FIVE = (Step(Operation.START, "five", "5"),)


class Rude(BaseException):
    """No Exception, so that who only expects those misses it."""


class Speechless(Exception):
    """Fails even at saying what it is."""

    def __str__(self):
        raise RuntimeError("no words")


class Disguised:
    """Runs code where it is unpickled."""

    def __reduce__(self):
        return os.system, ("touch /tmp/treuwerk-was-here",)


def raising(error):
    """Raises it."""
    def act(index, events):
        raise error
        yield
    return act


def answering(make):
    """Answers with it."""
    return lambda index, events: [make(index)]


def doing(deed):
    """Does something, and gives the points as if nothing were."""
    def act(index, events):
        deed(events)
        yield Award(index, "bonus", 5, FIVE)
    return act


def loop(events):
    """Never comes back."""
    while True:
        pass


def regex(events):
    """Takes longer than the world is old, and holds the interpreter."""
    re.match(r"(a+)+$", "a" * 60 + "b")


def eat(events):
    """Wants all memory."""
    found = []
    while True:
        found.append(bytearray(1 << 26))


def recurse(events):
    """Calls itself."""
    recurse(events)


def scribble(events):
    """Writes where answers go."""
    for number in range(1, 12):
        try:
            os.write(number, b"\xff" * 4096)
        except OSError:
            pass
    print("points for everybody")


def change_the_house(events):
    """Changes what all parts of a process share."""
    os.chdir("/")
    os.environ["TREUWERK_DATABASE"] = "sqlite:///elsewhere.db"
    locale.setlocale(locale.LC_ALL, "C")
    warnings.simplefilter("ignore")
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.setrecursionlimit(50_000)
    decimal.getcontext().prec = 2
    threading.Thread(target=time.sleep, args=(3_600,), daemon=False).start()


def spoil_decimals(events):
    """Lets the arithmetic of everybody behind it be coarse."""
    decimal.getcontext().prec = 1


def take_events(events):
    """Takes away what the next rule is asked about."""
    events.clear()


def change_event(events):
    """Makes a purchase larger than it was."""
    events[0].quantity = 1_000


def call_out(events):
    """Tells somebody."""
    with socket.create_connection(("127.0.0.1", int(os.environ["HOSTILE_PORT"])), 1) as out:
        out.sendall(b"secret")


ACTS = {
    "exception": raising(ValueError("no number in 'Anna Muster' of line 12")),
    "system_exit": raising(SystemExit(0)),
    "base_exception": raising(Rude("rude")),
    "speechless": raising(Speechless()),
    "recursion": doing(recurse),
    "memory_error": raising(MemoryError()),
    "none": answering(lambda index: None),
    "text": answering(lambda index: "10 points"),
    "nan": answering(lambda index: Award(index, "bonus", float("nan"), FIVE)),
    "huge": answering(lambda index: Award(index, "bonus", 10**30, FIVE)),
    "huge_operand": answering(lambda index: Award(index, "bonus", 5, (Step(Operation.START, "x", "1e999999999"),))),
    "lock": answering(lambda index: threading.Lock()),
    "disguised": answering(lambda index: Disguised()),
    "endless": lambda index, events: iter(lambda: Award(index, "bonus", 5, FIVE), None),
    "take_events": doing(take_events),
    "change_event": doing(change_event),
    "spoil_decimals": doing(spoil_decimals),
    "loop": doing(loop),
    "regex": doing(regex),
    "sleep": doing(lambda events: time.sleep(3_600)),
    "eat": doing(eat),
    "exit": doing(lambda events: os._exit(7)),
    "kill": doing(lambda events: os.kill(os.getpid(), signal.SIGKILL)),
    "scribble": doing(scribble),
    "change_the_house": doing(change_the_house),
    "call_out": doing(call_out),
}
