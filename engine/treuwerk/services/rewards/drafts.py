"""A reward as people work on it: a draft beside what is offered, with one version for both."""

import json
from typing import Any

import attrs
from sqlalchemy import Connection, Row

from treuwerk.domain.catalogue import Change, Reward, changes
from treuwerk.domain.rewards import RewardState
from treuwerk.domain.rights import OutOfScope
from treuwerk.store import listed_rewards, reward_drafts
from treuwerk.store import rewards as store
from treuwerk.store.plain_json import plain


@attrs.frozen
class Working:
    """A reward as it is worked on: `reward` is the draft where there is one, else what is kept.

    `kept` is what is offered, or would be, None of one that is new. `version` moves with every change of either, so
    that a form which was filled from another one is noticed. `base` is the version of the kept one from which the draft
    was made, `authors` are the users who changed the draft.
    """

    reward: Reward
    kept: Reward | None
    stage: RewardState
    version: int
    kept_version: int
    base: int
    authors: frozenset[int]
    changed_by: str
    changed_at: int
    drafted: bool
    drafts: int = attrs.field(default=0, repr=False)
    """Versions of its drafts so far."""

    @property
    def number(self) -> str:
        """The number of the reward."""
        return self.reward.number

    @property
    def offered(self) -> bool:
        """Whether it is in the shop, whatever becomes of the draft."""
        return self.kept is not None and self.kept.state is RewardState.PUBLISHED

    @property
    def overtaken(self) -> bool:
        """Whether something else changed what is kept since the draft was made, such as an import."""
        return self.drafted and self.base != self.kept_version

    @property
    def changes(self) -> list[Change]:
        """What publishing would change."""
        return [one for one in changes(self.kept, self.reward) if one.path != "state"] if self.drafted else []


class RewardChanged(Exception):
    """Somebody else changed the reward meanwhile; `theirs` is how it stands now."""

    def __init__(self, theirs: Working) -> None:
        super().__init__(f"reward {theirs.number}: found version {theirs.version}, expected an older one")
        self.theirs = theirs


def shown(connection: Connection, number: str) -> Working:
    """A reward as it stands, to be looked at.

    Raises:
        OutOfScope: there is none of this number.
    """
    found = as_worked_on(store.some(connection, [number]).get(number),
                         reward_drafts.of(connection, number, locked=False))
    if found is None:
        raise OutOfScope
    return found


def working(connection: Connection, number: str) -> Working:
    """A reward as it stands, to be changed: its rows are locked where the database can.

    Raises:
        OutOfScope: there is none of this number.
    """
    row, draft = store.by_number(connection, [number]).get(number), reward_drafts.of(connection, number)
    found = as_worked_on(row, draft)
    if found is None:
        raise OutOfScope
    return found


def as_worked_on(row: Row[Any] | None, draft: Row[Any] | None) -> Working | None:
    """A reward from its rows; None where there is neither a kept one nor an open draft."""
    is_open = draft is not None and draft.state in reward_drafts.OPEN
    if row is None and not is_open:
        return None
    kept, drafts = store.read(row.content) if row else None, draft.version if draft else 0
    kept_version = row.version if row else 0
    if draft is None or not is_open:
        assert kept is not None
        assert row is not None
        return Working(kept, kept, kept.state, kept_version + drafts, kept_version, kept_version, frozenset(),
                       row.changed_by, row.changed_at, drafted=False, drafts=drafts)
    return Working(store.read(draft.content), kept, RewardState(draft.state), kept_version + drafts, kept_version,
                   draft.base, frozenset(json.loads(draft.authors)), draft.changed_by, draft.changed_at, drafted=True,
                   drafts=drafts)


def write_draft(connection: Connection, before: Working, state: str, actor: str, now: int, *,
                base: int | None = None) -> None:
    """Write the draft of `before` with its reward and authors, in a state.

    Raises:
        RewardChanged: somebody else was faster.
    """
    values = {"number": before.number, "state": state, "content": store.written(before.reward),
              "base": before.base if base is None else base, "authors": json.dumps(sorted(before.authors)),
              "version": before.drafts + 1, "changed_by": actor, "changed_at": now}
    if not reward_drafts.write(connection, values):
        raise RewardChanged(working(connection, before.number))
    _list(connection, before, state, now)


def _list(connection: Connection, one: Working, state: str, now: int) -> None:
    is_open = state in reward_drafts.OPEN
    shown = one.reward if is_open or one.kept is None else one.kept
    if one.kept is None and not is_open:
        listed_rewards.remove(connection, [one.number])
        return
    listed_rewards.write(connection, [listed_rewards.listed(plain(shown)) | {
        "stage": state if is_open else shown.state.value, "offered": int(one.offered), "changed_at": now}])
