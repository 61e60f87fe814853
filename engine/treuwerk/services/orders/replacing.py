"""Sending pieces once more without points: what left and was damaged, lost, or came back.

A replacement is an order of its own that names the line which it stands for. The pieces of that line stay paid for, so
that they are not given back for points, too; where a replacement is cancelled or comes back, they can be again.
"""

import json
from typing import Any

import attrs
from sqlalchemy import Connection, Row

from treuwerk.domain import ids
from treuwerk.domain.actors import stated_reason
from treuwerk.domain.constraints import objections
from treuwerk.domain.records import evidence_of
from treuwerk.domain.refusals import KeyConflict, Refusal
from treuwerk.domain.reward_kinds import Fulfilment, RewardTerms
from treuwerk.domain.reward_orders import Destination, LineState, OrderAct
from treuwerk.domain.rewards import Asker
from treuwerk.domain.rights import Access
from treuwerk.services.auditing import note_act
from treuwerk.services.installation import Installation
from treuwerk.services.orders.changing import OpenOrder
from treuwerk.services.orders.composing import snapshot_of, unit_of
from treuwerk.services.orders.destinations import destination_text
from treuwerk.services.orders.looking_up import Placed
from treuwerk.services.orders.moving_on import refuse_unsent
from treuwerk.services.orders.scope import WRITE, order_named
from treuwerk.services.orders.telling import PLACED, tell
from treuwerk.services.participants.own_company import refuse_own_company
from treuwerk.services.rewards.askers import asker_of, programme_day
from treuwerk.services.rewards.gate import constraints_of
from treuwerk.services.rewards.kinds import terms_by_kind
from treuwerk.services.rewards.offering import offered
from treuwerk.store import replacements, rewards
from treuwerk.store import reward_orders as store

_COPIED = ("variant", "reward", "reward_version", "kind", "supplier", "details")


@attrs.frozen
class Replacement:
    """Pieces of a line that are to be sent once more, and why; `key` names it once and for good.

    `variant` is another one that is sent instead, empty for the same; `complaint` the number of the one it settles.
    """

    line: int
    pieces: int
    reason: str
    key: str
    variant: str = ""
    complaint: int = 0
    destination: Destination | None = None
    """Where it goes; None: where the first one went."""


def replace(installation: Installation, access: Access, public_id: str, wanted: Replacement, now: int, *,
            version: int | None = None) -> Placed:
    """Send pieces of an order once more, without points; with `version` the order must be as it was seen.

    Raises:
        Refusal: `wrong_state`, `wrong_quantity` (there), `wrong_kind`, `unknown_line`, `no_reason`, `own_account`,
            `no_address`, `country_not_served` (country), `sold_out` (there), `barred` (objections: the same may not be
            given any more), `not_offered`, `too_dear` (points, worth), `changed_meanwhile`; nothing was done.
        KeyConflict: the key stands for another replacement.
        NotAllowed, OutOfScope: whoever acts may not, or there is no such order.
    """
    return installation.database.run(
        lambda connection: replace_in(connection, installation, access, public_id, wanted, now, version=version))


def replace_in(connection: Connection, installation: Installation, access: Access, public_id: str,
               wanted: Replacement, now: int, *, version: int | None = None) -> Placed:
    """The same as a part of a transaction."""
    access.require(WRITE)
    account_id, number = order_named(access, connection, public_id)
    refuse_own_company(access, connection, [account_id])
    wanted = attrs.evolve(wanted, reason=stated_reason(wanted.reason), key=f"replacement|{wanted.key}")
    if before := _before(connection, account_id, number, wanted):
        return before
    order = OpenOrder(connection, installation.programme.settings, account_id, number, now, actor=access.actor,
                      version=version)
    if before := _before(connection, account_id, number, wanted):  # somebody sent it while this one waited
        return before
    return _Replacing(order, access, wanted).send()


def _before(connection: Connection, account_id: int, number: int, wanted: Replacement) -> Placed | None:
    row = store.by_key(connection, account_id, wanted.key)
    if row is None:
        return None
    placed = Placed(row.account_id, row.id, LineState(row.state), row.points, repeated=True)
    if row.evidence != _evidence(number, wanted):
        raise KeyConflict(wanted.key, placed.public_id)
    return placed


def _evidence(number: int, wanted: Replacement) -> str:
    elsewhere = [destination_text(wanted.destination)] if wanted.destination else []
    return evidence_of(json.dumps([number, wanted.line, wanted.pieces, wanted.variant, wanted.reason, *elsewhere]))


class _Replacing:
    """One replacement, with the older order under lock."""

    def __init__(self, order: OpenOrder, access: Access, wanted: Replacement) -> None:
        self._order, self._access, self._wanted = order, access, wanted
        self._connection, self._now = order.connection, order.now
        self._row = order.line(wanted.line)
        origin = replacements.origin_of(self._connection, self._row.account_id, self._row.order_id, wanted.line)
        self._worth: int = self._row.points_each if origin is None else origin.worth
        self._terms = terms_by_kind(order.settings)
        self._destination = destination_text(wanted.destination) or order.row.destination

    def send(self) -> Placed:
        """Write the new order, and what it means for the older one."""
        wanted, row = self._wanted, self._row
        refuse_unsent(self._order, wanted.line)
        sent = self._other() if wanted.variant not in ("", row.variant) else self._same()
        self._refuse_nowhere(self._terms.get(sent["kind"]))
        number = next(ids.row_ids(self._now))
        placed = Placed(row.account_id, number, LineState.ORDERED, 0)
        self._order.apply(wanted.line, OrderAct.REPLACE, wanted.pieces, details={
            "order": placed.public_id, "reason": wanted.reason})
        self._order.finish()
        self._write(placed, sent)
        replacements.add(self._connection, {
            "account_id": row.account_id, "order_id": number, "line": 1, "of_order_id": row.order_id,
            "of_line": row.line, "pieces": wanted.pieces, "worth": self._worth,
            "complaint_id": wanted.complaint, "made_at": self._now, "reason": wanted.reason})
        note_act(self._connection, self._access, "order.replace", row.account_id, placed.public_id, now=self._now,
                 after={"replaces": self._order.public_id, "line": row.line, "pieces": wanted.pieces,
                        "variant": sent["variant"]}, reason=wanted.reason)
        return placed

    def _same(self) -> dict[str, Any]:
        """The columns of what was ordered, whether it is still offered or not; it must be one that may be given."""
        self._refuse_barred()
        if self._wanted.destination:
            self._refuse_unserved()
        told = json.loads(self._row.snapshot) | {"regular_points": 0, "why": []}
        return {name: getattr(self._row, name) for name in _COPIED} | {"snapshot": _json(told)}

    def _refuse_barred(self) -> None:
        """What left the shop is sent once more; what constraints of the programme bar, nobody is given in any way."""
        settings, variant = self._order.settings, self._row.variant
        rewards.lock(self._connection, [variant])
        row = rewards.of_variants(self._connection, {variant}).get(variant)
        if row is None:
            return
        reward = rewards.read(row.content)
        one = next(one for one in reward.variants if one.number == variant)
        [against] = objections(constraints_of(settings), [reward.offer(one, self._worth)], self._asker(),
                               programme_day(settings, self._now))
        if against:
            raise Refusal("barred", f"found {variant!r}, which may not be given any more: "
                          f"{' '.join(each.reason for each in against)} Send another variant, give the points back, or "
                          "decline", objections=[{"words": each.words, "details": dict(each.details)}
                                                 for each in against])

    def _asker(self) -> Asker:
        return asker_of(self._connection, self._order.settings, self._order.row.account_id, self._now, self._country)

    def _other(self) -> dict[str, Any]:
        """The columns of another variant, which must be offered and cost no more."""
        variant, settings = self._wanted.variant, self._order.settings
        rewards.lock(self._connection, [variant])
        day = programme_day(settings, self._now)
        offer = offered(self._connection, settings, self._asker(), {variant}, day)[variant]
        if not offer.allowed:
            raise Refusal("not_offered", f"found {variant!r}, which is not offered to this participant; expected a "
                          "variant that could be ordered", variant=variant)
        if offer.points > self._worth:
            raise Refusal("too_dear", f"found {variant!r} at {offer.points} points, expected one of {self._worth} or "
                          "less", points=offer.points, worth=self._worth)
        kind = offer.reward.kind
        terms = self._terms[kind]
        same = kind == self._row.kind
        if terms.fulfilment is not Fulfilment.SUPPLIER or (not same and any(one.required for one in terms.asks)):
            raise Refusal("wrong_kind", f"found {variant!r} of the kind {kind!r}, expected one that is sent and asks "
                          "for nothing", kind=kind)
        told = json.loads(snapshot_of(offer, terms)) | {"regular_points": 0, "why": []}
        return {"variant": variant, "reward": offer.reward.number, "reward_version": offer.version, "kind": kind,
                "supplier": offer.reward.supplier, "details": self._row.details if same else "{}",
                "snapshot": _json(told)}

    @property
    def _country(self) -> str:
        return str(json.loads(self._destination)["country"]) if self._destination else ""

    def _refuse_unserved(self) -> None:
        """What is no longer offered is sent to its first country at least, and elsewhere where the reward goes."""
        settings, row = self._order.settings, self._row
        kept = rewards.by_number(self._connection, [row.reward]).get(row.reward)
        served = (rewards.read(kept.content).countries if kept else ()) or settings.programme.countries
        first = json.loads(self._order.row.destination)["country"] if self._order.row.destination else ""
        if served and self._country not in {*served, first}:
            raise Refusal("country_not_served", f"found the country {self._country!r}, expected one of "
                          f"{', '.join(sorted(served))}", country=self._country)

    def _refuse_nowhere(self, terms: RewardTerms | None) -> None:
        if not self._destination and (terms is None or terms.needs_address):
            raise Refusal("no_address", "found an order without an address, expected where to send it")

    def _write(self, placed: Placed, sent: dict[str, Any]) -> None:
        old: Row[Any] = self._order.row
        now, pieces = self._now, self._wanted.pieces
        order = {
            "account_id": old.account_id, "id": placed.number, "key": self._wanted.key,
            "evidence": _evidence(old.id, self._wanted), "state": placed.state.value, "user_id": self._access.user_id,
            "actor": self._access.actor, "unit": unit_of(self._order.settings), "points": 0, "money": 0,
            "destination": self._destination, "note": old.note, "placed_at": now, "cancel_until": now,
            "approve_until": 0, "changed_at": now, "version": 1}
        line = sent | {
            "account_id": old.account_id, "order_id": placed.number, "line": 1, "promotion": "",
            "state": placed.state.value, "quantity": pieces, "cancelled": 0, "shipped": 0, "delivered": 0,
            "returned": 0, "replaced": 0, "reserved": self._reserved(sent["variant"]), "points_each": 0, "points": 0,
            "money": 0, "hold_id": None, "transaction_id": None, "handover_key": "", "changed_at": now, "version": 1}
        event = {"account_id": old.account_id, "order_id": placed.number, "id": 1, "line": 0, "kind": "placed",
                 "quantity": pieces, "happened_at": now, "actor": self._access.actor,
                 "details": _json({"replaces": self._order.public_id})}
        store.add(self._connection, order, [line], [event])
        tell(self._connection, PLACED, old.account_id, placed.number, placed.state, now)

    def _reserved(self, variant: str) -> int:
        """Pieces that are kept of the stock: all, or none where they are not counted."""
        pieces = self._wanted.pieces
        if store.reserve(self._connection, variant, pieces, self._now):
            return pieces
        there = store.left_in_stock(self._connection, [variant])
        if variant in there:
            raise Refusal("sold_out", f"found {there[variant]} pieces of {variant!r}, expected {pieces}",
                          there=max(there[variant], 0))
        return 0


def _json(told: dict[str, Any]) -> str:
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
