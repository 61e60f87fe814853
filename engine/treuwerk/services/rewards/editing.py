"""Rewards changed by people: every change goes into a draft, so that what is offered stays as it was published."""

import json
import re
from collections.abc import Callable

import attrs
from sqlalchemy import Connection

from treuwerk.domain.catalogue import Reward, Variant, changes
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rewards import RewardState
from treuwerk.domain.rights import Access
from treuwerk.programme.settings import CODE, Settings
from treuwerk.services.auditing import note_act
from treuwerk.services.rewards.drafts import RewardChanged, Working, as_worked_on, shown, working, write_draft
from treuwerk.store import reward_drafts
from treuwerk.store import rewards as store

READ, WRITE = "catalogue.read", "catalogue.write"
LONGEST_NUMBER = 60
MOST_VARIANTS, MOST_PICTURES, MOST_EVIDENCE = 100, 20, 20
NUMBER = re.compile(r"[^\W_][\w.+-]{0,59}")
"""Numbers that people give: a letter or digit first, so that they can stand in an address and in a spreadsheet."""


def read_reward(access: Access, connection: Connection, number: str) -> Working:
    """A reward as it is worked on.

    Raises:
        NotAllowed. OutOfScope: there is none of this number.
    """
    access.require(READ)
    return shown(connection, number)


def create(access: Access, connection: Connection, settings: Settings, fresh: Reward, now: int) -> Working:
    """Begin a reward as a draft; one without variants gets one of its own number.

    Raises:
        NotAllowed.
        Refusal: `bad_number`, `number_taken`, and those of `change`.
    """
    access.require(WRITE)
    if not NUMBER.fullmatch(fresh.number):
        raise Refusal("bad_number", f"found {fresh.number[:80]!r}, expected letters, digits, - _ + and . (at most "
                      f"{LONGEST_NUMBER})")
    row, draft = store.by_number(connection, [fresh.number]).get(fresh.number), reward_drafts.of(
        connection, fresh.number)
    if as_worked_on(row, draft) is not None:
        raise Refusal("number_taken", f"found a reward {fresh.number}, expected a number that none has")
    made = attrs.evolve(fresh, state=RewardState.DRAFT, variants=fresh.variants or (Variant(fresh.number),))
    _check(connection, settings, made)
    one = Working(made, None, RewardState.DRAFT, 0, 0, 0, frozenset({access.user_id}), access.actor, now, drafted=True,
                  drafts=draft.version if draft else 0)
    write_draft(connection, one, reward_drafts.DRAFT, access.actor, now)
    note_act(connection, access, "reward.create", 0, fresh.number, now=now)
    return working(connection, fresh.number)


def change(access: Access, connection: Connection, settings: Settings, number: str, version: int,
           act: Callable[[Reward], Reward], now: int) -> Working:
    """Change the draft of a reward, which is begun where there is none; what was handed in is a draft again.

    `version` is the one that the form was filled from, 0 for an act that overwrites nothing.

    Raises:
        NotAllowed, OutOfScope: as `read_reward`.
        RewardChanged: somebody was faster; nothing was changed.
        Refusal: `taken`, `no_variant`, `too_many`, `unknown_category`, `bad_kind`.
    """
    access.require(WRITE)
    before = working(connection, number)
    if version and before.version != version:
        raise RewardChanged(before)
    after = act(before.reward)
    differences = [one for one in changes(before.reward, after) if one.path != "state"]
    if not differences:
        return before
    _check(connection, settings, after)
    edited = attrs.evolve(before, reward=attrs.evolve(after, number=number, state=RewardState.DRAFT),
                          authors=before.authors | {access.user_id})
    write_draft(connection, edited, reward_drafts.DRAFT, access.actor, now)
    note_act(connection, access, "reward.change", 0, number, now=now,
             before={"fields": [f"{one.path}: {one.before}" for one in differences]},
             after={"fields": [f"{one.path}: {one.after}" for one in differences]})
    return working(connection, number)


def discard(access: Access, connection: Connection, number: str, version: int, now: int) -> Working:
    """Give the draft up; `restore_draft` takes that back. The answer is how it stood before.

    Raises:
        NotAllowed, OutOfScope, RewardChanged. Refusal: `no_draft`.
    """
    access.require(WRITE)
    before = _drafted(connection, number, version)
    write_draft(connection, before, reward_drafts.ENDED, access.actor, now)
    note_act(connection, access, "reward.discard", 0, number, now=now)
    return before


def restore_draft(access: Access, connection: Connection, number: str, now: int) -> Working:
    """Take a draft up again that was given up.

    Raises:
        NotAllowed. Refusal: `no_draft`: there is none, or another one by now.
    """
    access.require(WRITE)
    row, draft = store.by_number(connection, [number]).get(number), reward_drafts.of(connection, number)
    if draft is None or draft.state != reward_drafts.ENDED:
        raise Refusal("no_draft", "found no draft that was given up, expected one")
    kept = as_worked_on(row, None)
    again = attrs.evolve(kept or Working(store.read(draft.content), None, RewardState.DRAFT, 0, 0, 0, frozenset(),
                                         "", 0, drafted=True), reward=store.read(draft.content), base=draft.base,
                         authors=frozenset(json.loads(draft.authors)) | {access.user_id}, drafts=draft.version)
    write_draft(connection, again, reward_drafts.DRAFT, access.actor, now)
    note_act(connection, access, "reward.restore", 0, number, now=now)
    return working(connection, number)


def _drafted(connection: Connection, number: str, version: int) -> Working:
    found = working(connection, number)
    if found.version != version:
        raise RewardChanged(found)
    if not found.drafted:
        raise Refusal("no_draft", f"found no draft of {number}, expected one")
    return found


def _check(connection: Connection, settings: Settings, one: Reward) -> None:
    """What no draft may say, since nothing could be done with it."""
    if not CODE.fullmatch(one.kind):
        raise Refusal("bad_kind", f"found the kind {one.kind[:40]!r}, expected small letters, digits and _")
    if one.category not in settings.rewards.categories:
        raise Refusal("unknown_category", f"found {one.category!r}, expected one of "
                      f"{', '.join(settings.rewards.categories) or 'none'}")
    if not one.variants:
        raise Refusal("no_variant", "found no variant, expected at least one: it is what is ordered")
    for found, most in ((one.variants, MOST_VARIANTS), (one.pictures, MOST_PICTURES), (one.evidence, MOST_EVIDENCE)):
        if len(found) > most:
            raise Refusal("too_many", f"found {len(found)}, expected at most {most}")
    check_variants(connection, one)


def check_variants(connection: Connection, one: Reward) -> None:
    """A number names one variant of one reward.

    Raises:
        Refusal: `taken`.
    """
    numbers = [variant.number for variant in one.variants]
    owners = store.owners_of(connection, numbers)
    for number in numbers:
        if numbers.count(number) > 1 or owners.get(number, one.number) != one.number:
            raise Refusal("taken", f"found the variant {number} twice or in another reward, expected a number of its "
                          "own for each variant", variant=number)
