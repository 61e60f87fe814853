"""The feed of rewards: a file that somebody else writes again and again, imported whenever it has changed."""

import hashlib
from pathlib import Path

from sqlalchemy import Connection

from treuwerk.domain import ids
from treuwerk.services.installation import Installation
from treuwerk.services.rewards.bringing import kept_receipt, written_by
from treuwerk.services.rewards.importing import Plan, RewardReceipt, import_rewards
from treuwerk.store import reward_imports

FEED = "feed"
QUIET_SECONDS = 10
"""How long a file must not have changed before it is taken."""


def feed_file(installation: Installation) -> Path | None:
    """The file of ``[rewards.feed]``; None where the programme has none."""
    named = installation.programme.settings.rewards.feed.file
    return installation.programme.folder / named if named else None


def take_feed(installation: Installation, now: int) -> RewardReceipt | None:
    """Import the file of the feed; None where it is not there, or is the one that was imported last.

    Raises:
        UnreadableFile: the file as a whole is none of rewards; it is tried again once it has changed.
    """
    path = feed_file(installation)
    if path is None or not path.is_file():
        return None
    if path.stat().st_mtime > now / 1_000_000 - QUIET_SECONDS:
        return None  # somebody may be writing it; the next look finds it
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    with installation.database.reading() as connection:
        last = reward_imports.last_of(connection, FEED)
    if last is not None and last.sha256 == digest:
        return None

    def noted(connection: Connection, plan: Plan) -> None:
        reward_imports.add(connection, {
            "id": next(ids.row_ids(now)), "sha256": digest, "name": path.name, "source": FEED,
            "state": reward_imports.DONE, "differences": "", "receipt": kept_receipt(plan),
            "written": written_by(plan), "user_id": 0, "actor": FEED, "made_at": now, "decided_by": FEED,
            "decided_at": now})

    return import_rewards(installation, path, now, beside=noted, actor=FEED)
