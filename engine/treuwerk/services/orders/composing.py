"""What an order becomes by what was looked at: what speaks against it, or all rows that it is made of."""

from collections.abc import Iterator, Mapping, Sequence
from json import JSONEncoder
from typing import Any
from zoneinfo import ZoneInfo

import attrs

from treuwerk.domain import ids
from treuwerk.domain.barriers import COUNTRY
from treuwerk.domain.durations import Duration
from treuwerk.domain.money_parts import Part, PricedLine
from treuwerk.domain.records import evidence_of
from treuwerk.domain.reward_kinds import RewardTerms
from treuwerk.domain.reward_orders import LineProblem, LineState, OrderRequest, WantedLine
from treuwerk.domain.rights import Access
from treuwerk.programme.settings import Settings
from treuwerk.services.auditing import entry_of
from treuwerk.services.ledger.bookkeeping import positive
from treuwerk.services.orders.destinations import destination_text
from treuwerk.services.orders.fulfilling import detail_problems, first_start, kept_details
from treuwerk.services.orders.paying import Paid, Price
from treuwerk.services.payments.splitting import parts_of, takes_money
from treuwerk.services.rewards.kinds import terms_by_kind
from treuwerk.services.rewards.offering import Offered

json_of = JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode


@attrs.frozen
class Request:
    """What somebody wants at an instant, for an account."""

    settings: Settings
    access: Access
    account_id: int
    wanted: OrderRequest
    now: int
    terms: Mapping[str, RewardTerms]
    """By kind."""
    destination: str
    """As it is kept: JSON, empty for none."""
    evidence: str
    """A digest of what is asked for, by which a repetition is known from a conflict."""

    @property
    def variants(self) -> list[str]:
        """What is wanted, each once, in the order of the lines."""
        return list(dict.fromkeys([one.variant for one in self.wanted.lines]))

    @property
    def country(self) -> str:
        """Where it goes, empty for nowhere."""
        return self.wanted.destination.country if self.wanted.destination else ""

    @property
    def unit(self) -> str:
        """What it is paid with."""
        return unit_of(self.settings)


def requested(settings: Settings, access: Access, account_id: int, wanted: OrderRequest, now: int) -> Request:
    """A request with what is derived from it."""
    where = destination_text(wanted.destination)
    lines = [[one.variant, one.quantity, one.points, dict(sorted(one.details.items()))] for one in wanted.lines]
    split = [] if wanted.points is None else [wanted.points]
    evidence = evidence_of(json_of([account_id, lines, where, wanted.note, *split]))
    return Request(settings, access, account_id, wanted, now, terms_by_kind(settings), where, evidence)


def unit_of(settings: Settings) -> str:
    """The unit that rewards are paid with."""
    return settings.rewards.unit or next(code for code, unit in settings.units.items() if unit.spendable)


def problems_of(request: Request, found: Mapping[str, Offered], counted: Mapping[str, int]) -> Iterator[LineProblem]:
    """Everything that speaks against the lines, so that it can be told on one page.

    `found` is what is offered by variant, `counted` the pieces that are left of those that are counted.
    """
    left, pieces = dict(counted), dict[str, int]()
    for at, line in enumerate(request.wanted.lines, start=1):
        yield from _problems_of_line(request, at, line, found[line.variant], left, pieces)


def _problems_of_line(request: Request, at: int, line: WantedLine, offer: Offered, left: dict[str, int],
                      pieces: dict[str, int]) -> Iterator[LineProblem]:
    """`left` and `pieces` are what the lines before this one leave of the stock, and want, by variant."""
    most = request.settings.rewards.orders.most_pieces
    where = request.wanted.destination
    if where and [one.code for one in offer.objections] == [COUNTRY]:
        yield LineProblem(at, line.variant, "country_not_served", {"country": where.country})
        return
    if not offer.allowed:
        yield LineProblem(at, line.variant, "not_offered", {}, offer.objections)
        return
    if type(line.quantity) is not int or line.quantity < 1 or _so_far(pieces, line) > most:
        yield LineProblem(at, line.variant, "wrong_quantity", {"most": most})
        return
    terms = request.terms[offer.reward.kind]
    if line.points != offer.points:
        yield LineProblem(at, line.variant, "price_changed", {"seen": line.points, "now": offer.points})
    if (there := left.get(line.variant)) is not None:
        left[line.variant] = there - line.quantity
        if there < line.quantity:
            yield LineProblem(at, line.variant, "sold_out", {"there": max(there, 0)})
    yield from detail_problems(at, line, terms)
    if where is None and terms.needs_address:
        yield LineProblem(at, line.variant, "no_address")


def _so_far(pieces: dict[str, int], line: WantedLine) -> int:
    """Pieces of a variant in the lines up to this one."""
    pieces[line.variant] = pieces.get(line.variant, 0) + line.quantity
    return pieces[line.variant]


@attrs.frozen
class Ends:
    """Until when an order can be cancelled, must be paid and must be approved; 0: nobody waits for that."""

    cancel_until: int
    pay_until: int
    approve_until: int

    @classmethod
    def of(cls, settings: Settings, now: int, zone: ZoneInfo, starts: int | None, *, money: bool,
           waits: bool) -> "Ends":
        """Nothing waits longer than until its first date `starts`; approval follows the money."""
        rules, taken = settings.rewards.orders, settings.rewards.money

        def end(rule: Duration, since: int) -> int:
            return rule.after(since, zone) if starts is None else min(rule.after(since, zone), starts)

        pay_until = end(taken.head.pay_within, now) if money and taken else 0
        return cls(end(rules.cancel_within, now), pay_until,
                   end(rules.approve_within, pay_until or now) if waits else 0)

    @property
    def reserved_until(self) -> int:
        """Until when points are reserved; 0: they are spent at once."""
        return max(self.pay_until, self.approve_until)


class Composition:
    """An order that nothing speaks against: its number, its state, its ends, and its rows.

    `found` and `counted` are those of `problems_of`.
    """

    def __init__(self, request: Request, found: Mapping[str, Offered], counted: Mapping[str, int]) -> None:
        self.request, self.found, self.counted = request, found, counted
        self.number = next(ids.row_ids(request.now))
        self.public_id = ids.public_id(ids.REWARD_ORDER, request.account_id, self.number)
        self.parts, full = self._parts()
        self.prices = [Price(at, one.points) for at, one in enumerate(self.parts, start=1)]
        self.points, self.money = (positive(sum([one.points for one in self.parts])),
                                   sum([one.money for one in self.parts]))
        limit = request.settings.rewards.orders.approval_above
        self.waits = limit is not None and full > limit
        self.state = LineState.UNPAID if self.money else LineState.WAITING if self.waits else LineState.ORDERED
        self.terms = {variant: request.terms[offer.reward.kind] for variant, offer in found.items()}
        # Nobody gives back, or approves, a seat that somebody may have had by then.
        zone = request.settings.programme.time_zone
        starts = first_start(request.wanted.lines, self.terms, zone)
        self.ends = Ends.of(request.settings, request.now, zone, starts, money=self.money > 0, waits=self.waits)

    def _parts(self) -> tuple[list[Part], int]:
        """What each line is paid with, and the price of all of them in points."""
        settings, found = self.request.settings, self.found
        lines = [PricedLine(one.quantity * found[one.variant].points,
                            takes_money(settings, found[one.variant].reward)) for one in self.request.wanted.lines]
        return parts_of(settings, lines, self.request.wanted.points), sum([line.points for line in lines])

    @property
    def order(self) -> dict[str, Any]:
        """Its row."""
        request, wanted = self.request, self.request.wanted
        return {
            "account_id": request.account_id, "id": self.number, "key": wanted.key, "evidence": request.evidence,
            "state": self.state.value, "user_id": request.access.user_id, "actor": request.access.actor,
            "unit": request.unit, "points": self.points, "money": self.money,
            "destination": request.destination,
            "note": wanted.note, "placed_at": request.now, "cancel_until": self.ends.cancel_until,
            "approve_until": self.ends.approve_until, "changed_at": request.now, "version": 1}

    def lines(self, paid: Sequence[Paid]) -> list[dict[str, Any]]:
        """The rows of its lines, each with what paid for it."""
        return [self._line(one, line, part)
                for line, one, part in zip(self.request.wanted.lines, paid, self.parts, strict=True)]

    @property
    def event(self) -> dict[str, Any]:
        """The row of what happened to it first."""
        return {"account_id": self.request.account_id, "order_id": self.number, "id": 1, "line": 0, "kind": "placed",
                "quantity": sum([line.quantity for line in self.request.wanted.lines]),
                "happened_at": self.request.now, "actor": self.request.access.actor, "details": "{}"}

    @property
    def entry(self) -> dict[str, Any]:
        """The row of the audit that tells of it."""
        request = self.request
        return entry_of(request.access, "order.place", request.account_id, self.public_id, now=request.now, after={
            "points": self.points, "lines": len(request.wanted.lines), "state": self.state.value}
            | ({"money": self.money} if self.money else {}))

    @property
    def budgets(self) -> dict[str, int]:
        """What promotions pay for their special prices, by their codes."""
        paid: dict[str, int] = {}
        for line in self.request.wanted.lines:
            offer = self.found[line.variant]
            if offer.promotion:
                points = (offer.regular_points - offer.points) * line.quantity
                paid[offer.promotion] = paid.get(offer.promotion, 0) + points
        return paid

    @property
    def pieces(self) -> dict[str, int]:
        """What is kept of the stock that is counted: pieces by variant, in their order.

        Two orders of the same variants then never wait for each other.
        """
        return {variant: sum([line.quantity for line in self.request.wanted.lines if line.variant == variant])
                for variant in sorted(self.counted)}

    def _line(self, paid: Paid, line: WantedLine, part: Part) -> dict[str, Any]:
        offer = self.found[line.variant]
        return {
            "account_id": self.request.account_id, "order_id": self.number, "line": paid.line, "variant": line.variant,
            "reward": offer.reward.number, "reward_version": offer.version, "kind": offer.reward.kind,
            "supplier": offer.reward.supplier, "promotion": offer.promotion,
            "snapshot": snapshot_of(offer, self.terms[line.variant]),
            "details": json_of(kept_details(line, self.terms[line.variant])), "state": self.state.value,
            "quantity": line.quantity, "cancelled": 0, "shipped": 0, "delivered": 0, "returned": 0,
            "reserved": line.quantity if line.variant in self.counted else 0, "points_each": offer.points,
            "points": part.points, "money": part.money, "hold_id": paid.hold_id,
            "transaction_id": paid.transaction_id, "handover_key": "", "changed_at": self.request.now, "version": 1,
            "replaced": 0}


def snapshot_of(offer: Offered, terms: RewardTerms) -> str:
    """What a page, a packing list and an accountant need of a reward later, whatever becomes of it."""
    reward, variant = offer.reward, offer.variant
    return json_of({
        "name": {locale: text.name for locale, text in reward.texts.items()}, "variant": dict(variant.name),
        "category": reward.category, "brand": reward.brand, "cost": variant.cost or reward.cost,
        "fulfilment": terms.fulfilment.value,
        "vat": str(reward.vat), "tax_value": reward.tax_value, "delivery_days": reward.delivery_days,
        "regular_points": offer.regular_points, "why": list(offer.why)})
