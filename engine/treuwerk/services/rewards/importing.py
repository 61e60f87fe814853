"""Rewards by file: created or changed by their number, with a report of every difference before anything is kept."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import attrs
from sqlalchemy import Connection

from treuwerk.domain.catalogue import Change, Reward, changes
from treuwerk.domain.ledger import moment
from treuwerk.domain.rewards import RewardState
from treuwerk.domain.tabular import BadLine, UnreadableFile
from treuwerk.programme.settings import Settings
from treuwerk.services.installation import Installation
from treuwerk.services.master_files import BadRow, ImportReceipt, NamedRow, Told, named_rows, tell_nobody
from treuwerk.services.rewards.columns import REQUIRED, UNLIMITED, wrong_columns
from treuwerk.services.rewards.gate import Lacking, lacking
from treuwerk.services.rewards.listing import Listed, listed, plain
from treuwerk.services.rewards.pools import count_pools, pooled_kinds
from treuwerk.store import rewards as store
from treuwerk.store.retrying import retrying


@attrs.define
class RewardReceipt(ImportReceipt):
    """What became of the rewards, which are counted here instead of rows, and how each of them changed.

    `held` are rewards that were to be published and stay in review, each with what it lacks.
    """

    changes: list[dict[str, Any]] = attrs.field(factory=list)
    held: list[dict[str, Any]] = attrs.field(factory=list)

    @property
    def done_in_part(self) -> bool:
        """Whether a reward was rejected, or not published."""
        return bool(self.rejected or self.held)


@attrs.frozen
class Plan:
    """What is to be written: rewards with the version they had, and stock; `counted` is the stock before."""

    receipt: RewardReceipt
    saved: list[tuple[Reward, int]] = attrs.field(factory=list)
    stock: dict[str, int | None] = attrs.field(factory=dict)
    counted: dict[str, int | None] = attrs.field(factory=dict)


Beside = Callable[[Connection, Plan], None]
"""What is noted of an import in its own transaction, before anything of it is written; it may raise to stop it."""


def _nothing(connection: Connection, plan: Plan) -> None:
    """Nothing is noted beside."""


def import_rewards(installation: Installation, path: Path, now: int, dry_run: bool = False,
                   told: Told = tell_nobody, beside: Beside = _nothing, actor: str = "import") -> RewardReceipt:
    """Create or change rewards by ``reward``; the rows of one reward name all of its variants.

    A reward with a row that cannot be read is left as it is, the others are taken. One that is to be published and
    lacks something is kept in review.
    """
    receipt = RewardReceipt(path.name, dry_run=dry_run)
    rows = rows_by_reward(path, installation.programme.settings.programme.locales, receipt, told)
    found: RewardReceipt = retrying(partial(_save, installation, rows, receipt, now, beside, actor))
    found.problems.sort(key=lambda problem: problem["line"])
    return found


def rows_by_reward(path: Path, locales: Sequence[str], receipt: RewardReceipt,
                   told: Told = tell_nobody) -> dict[str, list[NamedRow]]:
    """The rows of a file by the number of their reward; what is no row stands in the receipt.

    Raises:
        UnreadableFile: the file as a whole is none of rewards.
    """
    rows: dict[str, list[NamedRow]] = {}
    for line in named_rows(path, REQUIRED, told):
        if isinstance(line, BadLine):
            receipt.reject(line.at, line.code, line.reason)
            continue
        if not rows and (wrong := wrong_columns([name for name in line.cells if name], locales)):
            raise UnreadableFile(f"{path.name}: {wrong}")
        if not line.cells["reward"]:
            receipt.reject(line.at, "empty_cell", "column reward: found nothing, expected the number of a reward")
        else:
            row = plain(line)
            rows.setdefault(row.cells["reward"], []).append(row)
    return rows


def listed_rewards(settings: Settings, rows: Mapping[str, Sequence[NamedRow]], kept: Mapping[str, Reward],
                   owners: dict[str, str], receipt: RewardReceipt) -> dict[str, Listed]:
    """What the rows say of each reward, by its number; one with a row that cannot be read stands in the receipt.

    `kept` are rewards as they are so far, `owners` the reward of each variant that is known.
    """
    found: dict[str, Listed] = {}
    for number, some in rows.items():
        try:
            one = listed(some, kept.get(number), settings)
            _own_variants(one.reward, owners)
        except BadRow as error:
            receipt.reject(some[0].at, error.code, f"{number}: {error}")
        else:
            found[number] = one
    return found


def _save(installation: Installation, rows: Mapping[str, Sequence[NamedRow]], so_far: RewardReceipt,
          now: int, beside: Beside, actor: str) -> RewardReceipt:
    receipt = attrs.evolve(so_far, problems=[*so_far.problems], changes=[], held=[])
    with installation.database.writing() as connection:
        plan = _planned(connection, installation.programme.settings, rows, receipt, now)
        beside(connection, plan)
        if not receipt.dry_run:
            _write(connection, installation.programme.settings, plan, actor, now)
    return receipt


def _write(connection: Connection, settings: Settings, plan: Plan, actor: str, now: int) -> None:
    store.save(connection, plan.saved, actor, plan.receipt.file, now)
    store.set_stocks(connection, plan.stock, store.stocks(connection, plan.stock), now)
    count_pools(connection, settings, [reward for reward, _ in plan.saved], now)


def _planned(connection: Connection, settings: Settings, rows: Mapping[str, Sequence[NamedRow]],
             receipt: RewardReceipt, now: int) -> Plan:
    kept = store.by_number(connection, rows)
    before = {number: store.read(row.content) for number, row in kept.items()}
    owners = store.owners_of(connection, {row.cells["variant"] for some in rows.values() for row in some})
    wanted = listed_rewards(settings, rows, before, owners, receipt)
    plan = Plan(receipt)
    published = _held_back(settings, [one.reward for one in wanted.values()], receipt, now)
    stock = {number: {**_gone(before.get(number), one.reward), **_own_stock(settings, one)}
             for number, one in wanted.items()}
    counted = store.stocks(connection, {variant for some in stock.values() for variant in some})
    for number in _ordered_more(connection, stock, counted, rows, receipt):
        published.pop(number, None)
    for number, reward in published.items():
        version = kept[number].version if number in kept else 0
        _plan_one(plan, before.get(number), reward, version, _differing(stock[number], counted))
    return plan


def _own_stock(settings: Settings, one: Listed) -> dict[str, int | None]:
    """What a file says of the stock; where codes are the stock, they are counted."""
    return {} if one.reward.kind in pooled_kinds(settings) else dict(one.stock)


def _ordered_more(connection: Connection, stock: Mapping[str, Mapping[str, int | None]], counted: Mapping[str, Any],
                  rows: Mapping[str, Sequence[NamedRow]], receipt: RewardReceipt) -> Iterator[str]:
    """Rewards of which fewer pieces are said to be there than are kept for orders; each is rejected."""
    again = {variant for some in stock.values() for variant, pieces in some.items()
             if pieces is not None and variant not in counted}
    kept = store.kept_for_orders(connection, again) | {variant: row.reserved for variant, row in counted.items()}
    for number, some in stock.items():
        short = [variant for variant, pieces in some.items() if pieces is not None and pieces < kept.get(variant, 0)]
        if short:
            receipt.reject(rows[number][0].at, "ordered", f"{number}: column stock: found {some[short[0]]} pieces of "
                           f"{short[0]}, expected at least the {kept[short[0]]} that are kept for orders")
            yield number


def _gone(before: Reward | None, after: Reward) -> dict[str, int | None]:
    """Variants that a reward has no more are not counted any more."""
    left = {variant.number for variant in after.variants}
    return {variant.number: None for variant in before.variants if variant.number not in left} if before else {}


def _differing(stock: Mapping[str, int | None], counted: Mapping[str, Any]) -> dict[str, Change]:
    """Stock that a file changes, by variant."""
    before = {variant: counted[variant].on_hand if variant in counted else None for variant in stock}
    return {variant: Change(f"stock.{variant}", before[variant], pieces) for variant, pieces in stock.items()
            if before[variant] != pieces}


def _own_variants(reward: Reward, owners: dict[str, str]) -> None:
    """A number names one variant of one reward, also within the file."""
    for variant in reward.variants:
        if (owner := owners.setdefault(variant.number, reward.number)) != reward.number:
            raise BadRow("taken", f"column variant: {variant.number} belongs to reward {owner}; expected a number "
                         "of its own for each variant")


def _held_back(settings: Settings, rewards: Sequence[Reward], receipt: RewardReceipt, now: int) -> dict[str, Reward]:
    """The rewards by number; those that lack something go no further than to review."""
    day = moment(now).astimezone(settings.programme.time_zone).date()
    asked = [one for one in rewards if one.state is RewardState.PUBLISHED]
    faults: dict[str, list[Lacking]] = {}
    for fault in lacking(settings, asked, day):
        faults.setdefault(fault.reward, []).append(fault)
    receipt.held += [fault.as_json() for some in faults.values() for fault in some]
    return {one.number: attrs.evolve(one, state=RewardState.REVIEW) if one.number in faults else one
            for one in rewards}


def _plan_one(plan: Plan, before: Reward | None, reward: Reward, version: int, stock: Mapping[str, Change]) -> None:
    receipt, differences = plan.receipt, [*changes(before, reward), *stock.values()]
    if not differences:
        receipt.unchanged += 1
        return
    if before is None:
        receipt.created += 1
    else:
        receipt.changed += 1
        receipt.changes += [{"reward": reward.number,
            "path": one.path, "before": _told(one.before), "after": _told(one.after)} for one in differences]
    if before != reward:
        plan.saved.append((reward, version))
    plan.stock.update({variant: change.after for variant, change in stock.items()})
    plan.counted.update({variant: change.before for variant, change in stock.items()})


def _told(value: Any) -> Any:
    """A value for JSON; stock without a number has no limit."""
    if value is None:
        return UNLIMITED
    return value if isinstance(value, int) else str(value)
