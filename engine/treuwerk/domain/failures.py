"""Failures of plugins: what is kept of them, and which of them are the same.

A message of a plugin may quote what it was given, so what is kept of it has no quoted texts and no figures. This also
makes one of a thousand messages that differ in the line they failed on.
"""

import re
from hashlib import sha256
from typing import NamedTuple

RULES = "earning_rule_kinds"
READERS = "clearing_sources"
CHANNELS = "supplier_channels"

RULE_FAILED = "rule_failed"
RULE_TIMED_OUT = "rule_timed_out"
RULE_CRASHED = "rule_crashed"
RULE_PAUSED = "rule_paused"
PARKED_CODES = frozenset({RULE_FAILED, RULE_TIMED_OUT, RULE_CRASHED, RULE_PAUSED})
"""Why a line waits for a rule rather than being wrong itself."""

_LONGEST = 200
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_MAIL = re.compile(r"\S+@\S+")
_FIGURES = re.compile(r"\d[\d.,]*")
_UNSTORABLE = re.compile(r"[\x00-\x1f\ud800-\udfff]+")


class Failure(NamedTuple):
    """One class of failures: of which plugin, at which hook, in which part of the programme (such as a rule's name).

    `error` is the name of a type, `said` the message without what it quotes.
    """

    plugin: str
    hook: str
    part: str
    error: str
    said: str

    @property
    def digest(self) -> str:
        """By which failures of a part are told apart."""
        return sha256(f"{self.error}\x1f{self.said}".encode()).hexdigest()[:16]


class PluginStopped(Exception):
    """A plugin in a process of its own did not answer: it was ended there, or ended itself. `code` says which."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def message_of(error: BaseException) -> str:
    """What an error says; one of a plugin may fail even at that."""
    try:
        return str(error)
    except Exception as other:
        return f"(a message that raised {type(other).__name__})"


def failure_of(plugin: str, hook: str, part: str, error: BaseException) -> Failure:
    """The class that an error belongs to.

    >>> failure_of("a", RULES, "b", ValueError("no number in 'Anna', line 12")).said
    'no number in …, line #'
    """
    return Failure(plugin, hook, part, type(error).__name__[:_LONGEST], shape_of(message_of(error)))


def shape_of(message: str) -> str:
    """A message without quoted texts, addresses and figures, and not too long."""
    short = _UNSTORABLE.sub(" ", message[:_LONGEST * 10])
    for pattern, sign in ((_QUOTED, "…"), (_MAIL, "…"), (_FIGURES, "#")):
        short = pattern.sub(sign, short)
    return short[:_LONGEST]
