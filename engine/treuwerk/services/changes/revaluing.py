"""What booked purchase lines would earn by an article as it is now, and what that is more or less than is booked."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection

from treuwerk.domain.assemblies import Origin, Owed, differences
from treuwerk.domain.document_kinds import EARNING_KINDS
from treuwerk.domain.evaluation import Earned, evaluate
from treuwerk.domain.ledger import moment
from treuwerk.domain.participants import Participant
from treuwerk.domain.purchases import Article
from treuwerk.domain.recalculations import WHY, Award, changes, is_recalculated, lowered, lowering, recalculated_key
from treuwerk.services.clearing.asked_again import AskedAgain
from treuwerk.services.clearing.assembling import Judged, booked_of, paid_as, worth_of
from treuwerk.services.clearing.limited_changes import Change, within_limits
from treuwerk.services.clearing.limiting import Limiting
from treuwerk.services.clearing.plugin_failures import rules_now
from treuwerk.services.clearing.purchase_keys import document_key, identified
from treuwerk.services.clearing.tiered import with_tiers
from treuwerk.services.installation import Installation
from treuwerk.store import assemblies, many
from treuwerk.store.assemblies import OrderLine, Place
from treuwerk.store.credited import Credited
from treuwerk.store.parties import participants_of
from treuwerk.store.recalculations import Purchase, keys_of

OF_AN_ORDER, DOUBTFUL, REVISED, UNNAMED = "part_of_an_order", "in_doubt", "rule_revised", "unusual_key"
NOBODY = "no_participant"


class Revalued(NamedTuple):
    """A line that is worth something else by now: the change to book, what is kept of it, and points by unit."""

    change: Change
    kept: tuple[int, str, int, str, str, str]
    points: tuple[tuple[str, int], ...]


class _Standing(NamedTuple):
    """A line as it stands: what it was worth when it was judged anew last, pieces that went back, what is booked.

    `often` tells how often its first booking was lowered.
    """

    line: Purchase
    known: OrderLine | None
    back: int
    paid: Mapping[Place, list[Credited]]
    key: str
    often: int

    @property
    def base(self) -> list[dict[str, Any]]:
        """The awards of the first booking, as they count by now."""
        found: list[dict[str, Any]] = json.loads(self.known.alone if self.known else self.line.earned)
        return found

    @property
    def worth(self) -> list[dict[str, Any]]:
        """The awards that it is worth so far."""
        found: list[dict[str, Any]] = json.loads(self.known.awards) if self.known else self.base
        return found

    def row(self, awards: Sequence[Award]) -> OrderLine:
        """The line as it is kept, with what it is worth by now; it stands by itself, whatever its order is."""
        facts = self.line.facts
        return OrderLine(self.line.account_id, recalculated_key(self.line.id), self.line.id, self.key, "{}", "",
                         json.dumps(awards), facts[4], "", facts[4], facts[6], facts[0], facts[11], self.line.earned)


class Revaluer:
    """Asks the rules anew about lines of one article."""

    def __init__(self, connection: Connection, installation: Installation, article: Article, reason: str,
                 now: int) -> None:
        settings = installation.programme.settings
        self._connection, self._rules, self._article, self._reason = (
            connection, rules_now(connection, installation.programme), article, reason)
        self._again = AskedAgain(settings)
        self._settings, self._today = settings, moment(now).astimezone(settings.programme.time_zone).date()

    def revalue(self, lines: Sequence[Purchase]) -> tuple[list[Revalued], int, Counter[str]]:
        """Lines that are worth something else, how many were looked at, and why some were left out."""
        many.by_index(self._connection)
        places = [one[:2] for one in lines]
        gone = assemblies.gone(self._connection, places)
        paid = assemblies.credited(self._connection, places)
        known = assemblies.lines_of(self._connection, assemblies.groups_of(self._connection, places))
        before = {(one.account_id, one.line_id): one for one in known if is_recalculated(one.order_key)}
        often = assemblies.lowerings(self._connection, before)
        open_ones = {(one.account_id, one.line_id) for one in known
                     if one.awards and not is_recalculated(one.order_key)}
        keys, found, left_out = self._keys(lines), list[Revalued](), Counter[str]()
        people = with_tiers(self._connection, self._settings,
                            participants_of(self._connection, {one.account_id for one in lines}), self._today)
        left_out[NOBODY] += sum(one.account_id not in people for one in lines)
        known_ones = [one for one in lines if one.account_id in people]
        for line, awards in zip(known_ones, self._awards(known_ones, people), strict=True):
            place = line.account_id, line.id
            back = gone.get(place, (0, 0))[0]
            if back >= line.facts[6]:
                continue
            stand = _Standing(line, before.get(place), back, paid, keys.get(place, ""), often.get(place, 0))
            one = OF_AN_ORDER if place in open_ones else DOUBTFUL if awards is None else self._revalued(stand, awards)
            if isinstance(one, str):
                left_out[one] += 1
            elif one is not None:
                found.append(one)
        return found, len(lines), +left_out  # without those that are none

    def _keys(self, lines: Sequence[Purchase]) -> dict[Place, str]:
        """Keys of purchases; lines that earned nothing are looked up by the keys that they may have."""
        keys = {(one.account_id, one.id): one.key for one in lines if one.key}
        return keys | keys_of(self._connection, [
            f"purchase|{document_key(one.facts[1], kind, one.facts[2], one.facts[4][:4])}|{identified(one.facts[3])}"
            for one in lines if not one.key for kind in EARNING_KINDS])

    def _revalued(self, at: "_Standing", awards: Sequence[Award]) -> Revalued | str | None:
        if _revised(at.worth, awards):
            return REVISED
        base, row = at.base, at.row(awards)
        less = lowering(base, awards, row.quantity, at.back)
        alone = lowered(json.dumps(base), json.dumps(less) if less else None)
        booked = paid_as(row, at.paid)
        owed = worth_of(Judged(row._replace(alone=alone), row.since, at.back, ""))
        by_origin = differences(owed, booked_of(booked))
        if not by_origin and not less:
            return None
        if not at.key:
            return UNNAMED
        what = changes(at.worth, awards)
        cause = f"{WHY}{': ' if what else ''}{what}; {self._reason}"
        change = Change(row, row.since, at.back, by_origin, booked, less, at.often, cause)
        kept = row.account_id, row.order_key, row.line_id, row.purchase_key, row.awards, row.since
        return Revalued(change, kept, _by_unit(by_origin, less))

    def _awards(self, lines: Sequence[Purchase],
                people: Mapping[int, Participant]) -> list[list[dict[str, Any]] | None]:
        """What the rules of their days give for lines; None where they are in doubt."""
        told = evaluate(self._rules, [
            self._again.event(one.facts, people[one.account_id], self._article) for one in lines])
        return [None if at in told.doubts else [_award(one) for one in earned] for at, earned in enumerate(told.earned)]


def within(connection: Connection, limiting: Limiting, revalued: Sequence[Revalued]) -> list[Revalued]:
    """What limits leave of lines that are worth something else."""
    changes = within_limits(connection, limiting, [one.change for one in revalued])
    return [_cut(one, change) for one, change in zip(revalued, changes, strict=True)
            if change.by_origin or change.lowering]


def _cut(one: Revalued, change: Change) -> Revalued:
    if change is one.change:
        return one
    account, order, line, key, _, since = one.kept
    return Revalued(change, (account, order, line, key, change.line.awards, since),
                    _by_unit(change.by_origin, change.lowering))


def _by_unit(by_origin: Mapping[Origin, Owed], less: Sequence[Award]) -> tuple[tuple[str, int], ...]:
    """Points that are given, or below zero taken, by unit."""
    points = Counter[str]()
    for (_, _, unit), owed in by_origin.items():
        points[unit] += owed.points
    for award in less:
        points[award["unit"]] -= award["points"]
    return tuple((unit, amount) for unit, amount in sorted(points.items()) if amount)


def _award(one: Earned) -> dict[str, Any]:
    stored: dict[str, Any] = json.loads(f"{{{one.by.tapes.of(one.award.steps).text}}}")
    return {"unit": one.award.unit, "points": one.award.points, **stored}


def _revised(before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a rule judges by another revision than it did: then more than the article differs."""
    was = {award["rule"]: award["revision"] for award in before}
    return any(was.get(award["rule"], award["revision"]) != award["revision"] for award in after)
