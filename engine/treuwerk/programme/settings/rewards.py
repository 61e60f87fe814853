"""Settings of what points are spent on: prices, categories and what may be offered."""

from decimal import Decimal
from typing import Any

import attrs
from attrs.validators import deep_iterable, ge, gt, in_, le, optional

from treuwerk.domain.durations import Duration
from treuwerk.domain.money_parts import MoneyTerms
from treuwerk.domain.parcel_stations import BY_COUNTRY
from treuwerk.domain.parcels import TRACKING, is_pattern
from treuwerk.domain.reward_kinds import RewardTerms
from treuwerk.domain.reward_prices import Formula, Rounding
from treuwerk.domain.rewards import CatalogueConstraint
from treuwerk.hookspecs.payments import PaymentProvider
from treuwerk.hookspecs.rewards import SupplierChannel
from treuwerk.programme.settings.values import Texts, is_code


@attrs.frozen
class Pricing:
    """``[rewards.pricing]``: points of a reward from its cost, where it has no price of its own.

    points = (cost + freight) * (1 + VAT) * (1 + margin) / point_value, rounded to a multiple of `step`.
    """

    point_value: Decimal = attrs.field(validator=gt(Decimal(0)))
    """What a point is worth, in the programme's currency, such as ``0.01``."""
    margin: Decimal = attrs.field(default=Decimal(0), validator=[ge(Decimal(0)), le(Decimal(1_000))])
    """Per cent that are added to cost and tax."""
    step: int = attrs.field(default=1, validator=ge(1))
    """Points that every price is a multiple of."""
    rounding: Rounding = Rounding.UP
    """Which multiple is taken: ``up``, ``down`` or ``nearest``."""

    @property
    def formula(self) -> Formula:
        """The same, to be reckoned with."""
        return Formula(self.point_value, self.margin, self.step, self.rounding)


def _check_carriers(_settings: object, _field: object, carriers: dict[str, str]) -> None:
    for name, pattern in carriers.items():
        if not is_pattern(pattern):
            raise ValueError(f"'carriers' has {pattern!r} for {name!r}, expected an address that begins with https:// "
                             f"and has {TRACKING} once behind its host")
    if len({name.casefold() for name in carriers}) < len(carriers):
        raise ValueError("'carriers' has a name twice; small and large letters are the same in it")


@attrs.frozen
class RewardOrders:
    """``[rewards.orders]``: how rewards are ordered."""

    cancel_within: Duration = attrs.field(default=Duration(2, "h"))
    """For how long whoever ordered can cancel by itself; suppliers get an order no earlier."""
    approval_above: int | None = attrs.field(default=None, validator=optional(ge(0)))
    """Points above which somebody in the service centre approves an order; left out: nobody has to."""
    approve_within: Duration = attrs.field(default=Duration(14, "D"))
    """An order that was not approved by then is cancelled, and its points are free again."""
    most_pieces: int = attrs.field(default=100, validator=[ge(1), le(100_000)])
    """Pieces of a variant that can be ordered at once."""
    parcel_stations: list[str] = attrs.field(factory=list, validator=deep_iterable(in_(BY_COUNTRY)))
    """Countries to whose parcel stations an order can go: codes of two letters. Not for what is too large for one."""
    carriers: dict[str, str] = attrs.field(factory=dict, validator=_check_carriers)
    """Carrier → the https address at which its parcels are followed, with ``{tracking}`` in place of the number."""


@attrs.frozen
class RewardFeed:
    """``[rewards.feed]``: a file of rewards that somebody else writes, imported whenever it has changed."""

    file: str = ""
    """Where it lies, below the folder of the programme unless it begins with ``/``; left out: there is none."""
    every_minutes: int = attrs.field(default=60, validator=[ge(1), le(10_080)])
    """How often it is looked at."""


@attrs.frozen
class MoneyHead:
    """``[rewards.money]``: part of a price is paid with money; left out: points alone.

    All keys beside these belong to its provider. Money is in the programme's currency.
    """

    provider: str
    """The kind of payment provider as a plugin offers it, such as ``invoice``."""
    least_share: int = attrs.field(default=50, validator=[ge(1), le(99)])
    """Per cent of the price of each reward that are paid with points at least."""
    smallest_points: int = attrs.field(default=1, validator=ge(1))
    """Points that an order is paid with at least."""
    point_cents: Decimal | None = attrs.field(default=None, validator=optional(gt(Decimal(0))))
    """What a missing point costs, in cents; left out: the `point_value` of ``[rewards.pricing]``."""
    pay_within: Duration = attrs.field(default=Duration(7, "D"))
    """For how long an order waits for its money; then it is cancelled, and points and pieces are free again."""
    vat: Texts = attrs.field(factory=dict)
    """What is said of VAT on the money part, per language, such as “including 19 % VAT”."""


@attrs.frozen
class Money:
    """How the programme takes money, ready to be asked."""

    head: MoneyHead
    settings: Any
    provider: PaymentProvider


@attrs.frozen
class Rewards:
    """``[rewards]``: what points are spent on."""

    unit: str = ""
    """The unit that rewards are paid with; left out: the first that can be spent."""
    pricing: Pricing | None = None
    """Left out: every reward needs a price in points of its own."""
    categories: dict[str, Texts] = attrs.field(factory=dict)
    """Category of rewards → its name. A reward belongs to one of them."""
    orders: RewardOrders = RewardOrders()
    stock_low: int = attrs.field(default=5, validator=ge(0))
    """Pieces from which on a page says that only few are left."""
    new_days: int = attrs.field(default=30, validator=ge(0))
    """Days after its first publication in which a reward is called new; 0: never."""
    evidence_ends_days: int = attrs.field(default=60, validator=ge(0))
    """Days before the end of an evidence in which ``treuwerk check`` warns of it; 0: never."""
    feed: RewardFeed = RewardFeed()
    second_person: bool = False
    """Whether a draft is published by somebody else than those who changed it."""
    money: Money | None = None
    """Left out: rewards are paid with points alone."""

    @property
    def money_terms(self) -> MoneyTerms | None:
        """How part of a price is paid with money; None where none is."""
        if self.money is None:
            return None
        head = self.money.head
        worth = head.point_cents or (self.pricing.point_value * 100 if self.pricing else Decimal(1))
        return MoneyTerms(head.least_share, head.smallest_points, worth)


@attrs.frozen
class ConstraintHead:
    """``[[constraints]]``: one constraint on what may be offered. All keys beside these belong to its kind."""

    name: str = attrs.field(validator=is_code)
    constraint: str
    """The kind of constraint, as a plugin offers it."""


@attrs.frozen
class Constraint:
    """A constraint of the programme, ready to be asked."""

    head: ConstraintHead
    settings: Any
    constraint: CatalogueConstraint


@attrs.frozen
class RewardKindHead:
    """``[[reward_kinds]]``: one kind of rewards. All keys beside these belong to its source."""

    name: str = attrs.field(validator=is_code)
    """What a reward says as its kind."""
    source: str
    """The kind of rewards as a plugin offers it, such as ``goods``."""
    title: Texts = attrs.field(factory=dict)
    """What people call it, per language; left out: as the plugin does."""


@attrs.frozen
class RewardKind:
    """A kind of rewards of the programme, and what holds for them."""

    head: RewardKindHead
    settings: Any
    terms: RewardTerms


@attrs.frozen
class SupplierHead:
    """``[[suppliers]]``: who delivers rewards, and how lines get there. All keys beside these belong to its channel.

    Lines of suppliers without a table are worked on by hand in the service centre.
    """

    name: str = attrs.field(validator=is_code)
    """What a reward says as its supplier."""
    channel: str
    """The kind of channel as a plugin offers it, such as ``order_file``."""
    lines: int = attrs.field(default=200, validator=[ge(1), le(10_000)])
    """Lines that are handed over at once, at most."""


@attrs.frozen
class Supplier:
    """A supplier of the programme, ready to be asked."""

    head: SupplierHead
    settings: Any
    channel: SupplierChannel
