"""Settings of units, status levels and earning rules."""

from datetime import date
from typing import Any

import attrs
from attrs.validators import ge, optional

from treuwerk.domain.earning import AwardRule, EarningRule
from treuwerk.domain.eligibility import Audience, LeastPerLine, Weekday
from treuwerk.domain.finishing import Rounding
from treuwerk.domain.stacking import Mode
from treuwerk.domain.terms import AT_ONCE, NEVER, Activation, Between, Expiry, Returns
from treuwerk.domain.totals import TotalRule
from treuwerk.programme.settings.limits import Cap
from treuwerk.programme.settings.values import Texts, is_code


@attrs.frozen
class Manual:
    """``[units.<code>.manual]``: points that operators book by hand, with a reason."""

    limit: int = attrs.field(default=0, validator=ge(0))
    """Points that one operator may give or take by hand in a day of the programme's zone, both added up. Beyond it a
    second person must agree; left out: to every such booking."""


@attrs.frozen
class Transfers:
    """``[units.<code>.transfers]``: points that participants give to one another. They keep their expiry."""

    allowed: bool = False
    """Whether points of this unit can be given away at all."""
    at_least: int = attrs.field(default=1, validator=ge(1))
    """Points of one transfer."""
    at_most: int | None = attrs.field(default=None, validator=optional(ge(1)))
    """Points of one transfer; left out: all that can be spent."""
    at_most_per_month: int | None = attrs.field(default=None, validator=optional(ge(1)))
    """Points that one participant may give in a calendar month of the programme's zone; left out: no limit."""
    between: Between = Between.SAME_GROUP
    """Whether both must belong to the same group."""


@attrs.frozen
class Unit:
    """``[units.<code>]``: one kind of points. Whole numbers only."""

    name: Texts
    spendable: bool = True
    """Whether rewards can be paid with it; status points cannot."""
    expires: Expiry = NEVER
    """How long they live, such as ``{ after = "36M", rounding = "end_of_year" }``; left out: for ever."""
    pending: Activation = AT_ONCE
    """How long they wait until they can be spent, such as ``{ after = "14D" }``; left out: not at all."""
    returns: Returns = Returns.NEGATIVE
    """When points are taken back that are spent already: the account falls below zero and later points fill it up
    (``negative``), the loss is recorded and nobody owes it (``clamp``), or as ``negative``, and the account redeems
    nothing until that is settled (``block``)."""
    manual: Manual = attrs.field(factory=Manual)
    transfers: Transfers = attrs.field(factory=Transfers)


@attrs.frozen
class EarningHead:
    """``[[earning]]``: one revision of one rule. All keys beside these belong to the rule's kind.

    Purchases are scored by the revision that is valid on their day; both days are included. `audience`, `articles`,
    `weekdays` and `at_least` are asked before the rule is, whatever its kind; all that are there must hold.
    """

    name: str = attrs.field(validator=is_code)
    rule: str
    """The kind of rule, as a plugin offers it."""
    title: Texts
    revision: int = attrs.field(default=1, validator=ge(1))
    valid_from: date = date.min
    valid_until: date = date.max
    audience: Audience | None = None
    """For whom the rule is; left out: for everybody."""
    articles: str = ""
    """For which purchase lines, as the code of an ``[article_filters.<code>]`` table; left out: for all."""
    weekdays: list[Weekday] = attrs.field(factory=list)
    """On which days of the week something must have been bought or attended; left out: on all."""
    at_least: LeastPerLine | None = None
    """How much a purchase line must be, such as ``{ quantity = 10 }``."""
    expires: Expiry | None = None
    """Life of the points of this rule, instead of what their unit says."""
    pending: Activation | None = None
    """Wait of the points of this rule, instead of what their unit says."""
    rounding: Rounding | None = None
    """What becomes of a part of a point at the very end: ``down``, ``half_up`` or ``up``; left out: what the kind of
    rule does, which is ``down`` for all that come with the engine."""
    at_most_per_line: int | None = attrs.field(default=None, validator=optional(ge(1)))
    """Points of each unit that the rule gives for one line at most; what is more is dropped."""
    group: str = ""
    """Rules that it stands together with, as the code of a ``[stacking.<code>]`` table; left out: its points add up
    with those of all others."""
    priority: int = 0
    """Its place in the group: higher ones come first, equal ones in the order of this file."""
    stop: bool = False
    """Whether rules of the group that come behind it give nothing for a line for which it gives something."""
    exclusive: bool = False
    """Whether no other rule of the group gives something for a line for which it does, whatever its priority."""
    caps: list[Cap] = attrs.field(factory=list)
    """The most that this rule gives, such as ``[{ points = 500, per = "participant", period = "month" }]``."""
    budget: str = ""
    """The code of the ``[budgets.<code>]`` table that its points are taken from; left out: from none."""
    hint: bool = True
    """Whether participants read what a purchase was short of for this rule; the service centre always does."""


@attrs.frozen
class Earning:
    """A rule of the programme, ready to be asked."""

    head: EarningHead
    settings: Any
    rule: EarningRule | AwardRule | TotalRule


@attrs.frozen
class Stacking:
    """``[stacking.<code>]``: how the rules of a group stand together on one line."""

    mode: Mode = Mode.STACK
    """Whether their points add up (``stack``), of each unit those of the rule count that gives most of it (``best``),
    or only those of the first one that gives something (``first``)."""
