"""Drafts of rewards handed in, published and withdrawn: through the one gate, and by two people where that is asked."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import attrs
from sqlalchemy import Connection, Row

from treuwerk.domain.catalogue import Change, Reward, changes
from treuwerk.domain.ledger import moment
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rewards import RewardState
from treuwerk.domain.rights import Access
from treuwerk.programme.settings import Settings
from treuwerk.services.auditing import note_act
from treuwerk.services.rewards.drafts import RewardChanged, Working, working, write_draft
from treuwerk.services.rewards.editing import READ, WRITE, change, check_variants
from treuwerk.services.rewards.gate import Lacking, lacking
from treuwerk.services.rewards.pools import count_pools
from treuwerk.store import reward_drafts
from treuwerk.store import rewards as store

PUBLISH = "catalogue.publish"
SOURCE = "editor"
"""What stands in the history of what was published by hand."""


@attrs.frozen
class PastVersion:
    """One version of a reward as it was kept, with what it changed against the one before."""

    version: int
    state: RewardState
    actor: str
    source: str
    made_at: int
    changes: Sequence[Change]


def missing(settings: Settings, one: Reward, now: int) -> list[Lacking]:
    """What keeps a reward from being published today."""
    return lacking(settings, [attrs.evolve(one, state=RewardState.PUBLISHED)], _today(settings, now))


def may_publish(access: Access, settings: Settings, one: Working) -> bool:
    """Whether this person may publish the draft as it stands; whether it lacks something is another question."""
    return access.may(PUBLISH) and not (settings.rewards.second_person and access.user_id in one.authors)


def hand_in(access: Access, connection: Connection, number: str, version: int, now: int) -> Working:
    """Say that a draft is ready to be published.

    Raises:
        NotAllowed, OutOfScope, RewardChanged. Refusal: `wrong_stage`.
    """
    access.require(WRITE)
    return _moved(access, connection, number, version, (RewardState.DRAFT, RewardState.REVIEW), now)


def give_back(access: Access, connection: Connection, number: str, version: int, now: int) -> Working:
    """Give what was handed in back to be changed.

    Raises:
        NotAllowed, OutOfScope, RewardChanged. Refusal: `wrong_stage`.
    """
    access.require(WRITE)
    return _moved(access, connection, number, version, (RewardState.REVIEW, RewardState.DRAFT), now)


def _moved(access: Access, connection: Connection, number: str, version: int,
           way: tuple[RewardState, RewardState], now: int) -> Working:
    before = _at(connection, number, version)
    if not before.drafted or before.stage is not way[0]:
        raise Refusal("wrong_stage", f"found a reward that is {before.stage}, expected a draft that is {way[0]}")
    write_draft(connection, before, way[1].value, access.actor, now)
    note_act(connection, access, "reward.hand_in" if way[1] is RewardState.REVIEW else "reward.give_back", 0, number,
             now=now)
    return working(connection, number)


def publish(access: Access, connection: Connection, settings: Settings, number: str, version: int,
            now: int) -> Working:
    """Put a reward into the shop as its draft says, or as it is kept where there is none.

    Raises:
        NotAllowed, OutOfScope, RewardChanged.
        Refusal: `self_approval`: the programme wants another person than those who changed it; `overtaken`: what is
            kept has changed since the draft was made; `lacks`, with what it lacks as `missing`; `taken`;
            `published_already`.
    """
    access.require(PUBLISH)
    before = _at(connection, number, version)
    if not before.drafted and before.offered:
        raise Refusal("published_already", "found a published reward without a draft, expected something to publish")
    if not may_publish(access, settings, before):
        raise Refusal("self_approval", "found somebody who changed this reward, expected another person")
    if before.overtaken:
        raise Refusal("overtaken", f"found version {before.kept_version} in the catalogue, expected {before.base} from "
                      "which the draft was made; look at the differences and keep your draft or discard it")
    if faults := missing(settings, before.reward, now):
        raise Refusal("lacks", f"found {len(faults)} things that it lacks, the first: {faults[0].reason}",
                      missing=[fault.as_json() for fault in faults])
    check_variants(connection, before.reward)
    _keep(access, connection, before, RewardState.PUBLISHED, now)
    count_pools(connection, settings, [before.reward], now)
    if before.drafted:
        write_draft(connection, attrs.evolve(before, kept=attrs.evolve(before.reward, state=RewardState.PUBLISHED)),
                    reward_drafts.ENDED, access.actor, now)
    note_act(connection, access, "reward.publish", 0, number, now=now, after={"version": before.kept_version + 1})
    return working(connection, number)


def withdraw(access: Access, connection: Connection, number: str, version: int, now: int) -> Working:
    """Take a reward out of the shop; its draft stays as it is.

    Raises:
        NotAllowed, OutOfScope, RewardChanged. Refusal: `wrong_stage`.
    """
    access.require(PUBLISH)
    before = _at(connection, number, version)
    if before.kept is None or not before.offered:
        raise Refusal("wrong_stage", "found a reward that is not published, expected one that is")
    _keep(access, connection, attrs.evolve(before, reward=before.kept), RewardState.WITHDRAWN, now)
    if before.drafted and not before.overtaken:
        after = working(connection, number)
        write_draft(connection, after, after.stage.value, access.actor, now, base=after.kept_version)
    note_act(connection, access, "reward.withdraw", 0, number, now=now)
    return working(connection, number)


def keep_draft(access: Access, connection: Connection, number: str, version: int, now: int) -> Working:
    """Keep a draft although what is in the catalogue has changed since: it will be published over that.

    Raises:
        NotAllowed, OutOfScope, RewardChanged. Refusal: `wrong_stage`.
    """
    access.require(WRITE)
    before = _at(connection, number, version)
    if not before.overtaken:
        raise Refusal("wrong_stage", "found a draft of what is in the catalogue now, expected an older one")
    write_draft(connection, attrs.evolve(before, authors=before.authors | {access.user_id}), reward_drafts.DRAFT,
                access.actor, now, base=before.kept_version)
    return working(connection, number)


def history(access: Access, connection: Connection, number: str) -> list[PastVersion]:
    """Every version of a reward, the newest first, each with what it changed."""
    access.require(READ)
    rows = store.history(connection, number)
    contents = [store.read(row.content) for row in rows]
    return [_past(row, contents[at], contents[at + 1] if at + 1 < len(contents) else None)
            for at, row in enumerate(rows)]


def take_version(access: Access, connection: Connection, settings: Settings, number: str, version: int, past: int,
                 now: int) -> Working:
    """Make a draft of what a reward was in an older version.

    Raises:
        NotAllowed, OutOfScope, RewardChanged. Refusal: `no_version`, and those of `editing.change`.
    """
    access.require(WRITE)
    wanted = next((row for row in store.history(connection, number) if row.version == past), None)
    if wanted is None:
        raise Refusal("no_version", f"found no version {past} of {number}")
    return change(access, connection, settings, number, version, lambda _: store.read(wanted.content), now)


def _past(row: Row[Any], one: Reward, before: Reward | None) -> PastVersion:
    return PastVersion(row.version, RewardState(row.state), row.actor, row.source, row.made_at, changes(before, one))


def _at(connection: Connection, number: str, version: int) -> Working:
    found = working(connection, number)
    if found.version != version:
        raise RewardChanged(found)
    return found


def _keep(access: Access, connection: Connection, one: Working, state: RewardState, now: int) -> None:
    """Write a version; variants that it has no more are not counted any more."""
    store.save(connection, [(attrs.evolve(one.reward, state=state), one.kept_version)], access.actor, SOURCE, now)
    left = {variant.number for variant in one.reward.variants}
    gone = {variant.number for variant in one.kept.variants if variant.number not in left} if one.kept else set()
    if gone:
        store.set_stocks(connection, dict.fromkeys(gone), store.stocks(connection, gone), now)


def _today(settings: Settings, now: int) -> date:
    return moment(now).astimezone(settings.programme.time_zone).date()
