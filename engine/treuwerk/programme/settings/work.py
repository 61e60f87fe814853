"""Settings of what runs by itself: durable work, the inbox, deliveries over HTTPS."""

import attrs
from attrs.validators import ge, le, matches_re

from treuwerk.domain.secrets import Secret


@attrs.frozen
class Work:
    """``[work]``: how durable work is done, such as the clearing of files that came in by themselves."""

    runner: str = "inline"
    """The queue that carries it: ``inline`` needs nothing else; ``dbos`` and ``procrastinate`` are plugins."""
    concurrency: int = attrs.field(default=2, validator=[ge(1), le(64)])
    """How much one worker does at once."""
    daily_at: str = attrs.field(default="02:30", validator=matches_re(r"([01]\d|2[0-3]):[0-5]\d"))
    """When the work of the night is done, in the zone of the programme."""
    attempts: int = attrs.field(default=8, validator=[ge(1), le(100)])
    """How often something that failed is tried before a person must look."""
    retry_seconds: int = attrs.field(default=10, validator=[ge(1), le(3600)])
    """How long it waits after the first failure; twice as long after each further one, at most an hour."""
    dead_after_seconds: int = attrs.field(default=30, validator=[ge(2), le(3600)])
    """After how long without a sign of life another worker takes over."""
    keep_days: int = attrs.field(default=90, validator=[ge(1)])
    """How long finished work stays in the list."""
    queue: Secret | None = None
    """``{ env = "QUEUE_URL" }``: address of another database for the queue's own tables; left out: on PostgreSQL a
    schema of the programme's database, with SQLite a file beside it."""


@attrs.frozen
class Inbox:
    """``[inbox]``: a folder into which partners put files, one folder below it for each source.

    A file is taken once nobody writes to it any more, cleared, and moved to ``done`` or ``failed`` beside its receipt.
    """

    folder: str = ""
    """Where it lies, below the folder of the programme unless it begins with ``/``; left out: there is none."""
    every_seconds: int = attrs.field(default=10, validator=[ge(1), le(86_400)])
    """How often it is looked through."""
    quiet_seconds: int = attrs.field(default=5, validator=ge(0))
    """How long a file must not have changed before it is taken."""
    wait_for_marker: bool = False
    """Whether a file ``X`` is taken only once there is an (empty) file ``X.done`` beside it."""
    unfinished: list[str] = attrs.field(factory=lambda: [".part", ".tmp", ".filepart", ".crdownload", ".swp"])
    """Ends of names that programmes give to what is not there as a whole."""
    largest_mebibytes: int = attrs.field(default=2_048, validator=ge(1))
    """What is larger is refused."""


@attrs.frozen
class Api:
    """``[api.<source>]``: how a partner's system delivers to a source over HTTPS.

    At least one of the two secrets; where both are there, either will do.
    """

    token: Secret | None = None
    """``{ env = "ERP_TOKEN" }``: a secret that is sent as ``Authorization: Bearer …``."""
    signature: Secret | None = None
    """``{ env = "ERP_KEY" }``: the key of a signature over time and body, so that the secret itself never travels."""
    replay_seconds: int = attrs.field(default=300, validator=[ge(10), le(3_600)])
    """How far the time of a signature may be from ours."""
    requests_per_minute: int = attrs.field(default=120, validator=ge(1))
    """More are asked to come again later."""
    largest_mebibytes: int = attrs.field(default=256, validator=ge(1))
    """What is larger is refused."""
    at_once_kibibytes: int = attrs.field(default=512, validator=ge(1))
    """Up to this size the answer is the receipt; what is larger is cleared behind it, and asked for later."""
