"""The figures that a tier scheme asks for, read for many participants at once."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from sqlalchemy import Connection

from treuwerk.domain.ledger import moment
from treuwerk.domain.tiers import Counts, Fact, Metric
from treuwerk.programme.settings import Settings
from treuwerk.store import tier_facts

_MILLION = Decimal(1_000_000)
_GOODS = (Counts.AMOUNT, Counts.QUANTITY, Counts.ATTRIBUTE)
Dated = Callable[[int], date]


def facts_of(connection: Connection, settings: Settings, metrics: Mapping[str, Metric], accounts: Sequence[int],
             since: date) -> dict[int, list[Fact]]:
    """What happened from a day on, by account; as many queries as there are kinds of figures, not participants."""
    found: dict[int, list[Fact]] = {account_id: [] for account_id in accounts}
    dated, first = _dating(settings), since.isoformat()
    for account_id, fact in (*_points(connection, metrics, accounts, first, dated),
                             *_goods(connection, settings, metrics, accounts, first, dated),
                             *_documents(connection, metrics, accounts, first, dated),
                             *_activities(connection, metrics, accounts, first, dated)):
        found[account_id].append(fact)
    return found


def _dating(settings: Settings) -> Dated:
    """Days of instants in the zone of the programme; those of a run are all the same."""
    zone, known = settings.programme.time_zone, dict[int, date]()

    def dated(at: int) -> date:
        if at not in known:
            known[at] = moment(at).astimezone(zone).date()
        return known[at]

    return dated


def _points(connection: Connection, metrics: Mapping[str, Metric], accounts: Sequence[int], since: str,
            dated: Dated) -> Iterator[tuple[int, Fact]]:
    wanted = {name: one.unit for name, one in metrics.items() if one.counts is Counts.POINTS}
    if not wanted:
        return
    for row in tier_facts.points_of(connection, accounts, sorted(set(wanted.values())), since):
        for name, unit in wanted.items():
            if unit == row.unit:
                yield row.account_id, Fact(name, date.fromisoformat(row.day), dated(row.known_at), Decimal(row.points))


def _goods(connection: Connection, settings: Settings, metrics: Mapping[str, Metric], accounts: Sequence[int],
           since: str, dated: Dated) -> Iterator[tuple[int, Fact]]:
    wanted = {name: one for name, one in metrics.items() if one.counts in _GOODS}
    if not wanted:
        return
    for row in tier_facts.goods_of(connection, accounts, since):
        day = date.fromisoformat(row.day)
        for name, metric in wanted.items():
            if metric.article_kinds and row.kind not in metric.article_kinds:
                continue
            if figure := worth(settings, metric, row):
                yield row.account_id, Fact(name, day, dated(row.known_at), figure)


def worth(settings: Settings, metric: Metric, row: tier_facts.GoodsRow) -> Decimal:
    """What goods count for a figure. An amount in a currency without a rate counts nothing."""
    if metric.counts is Counts.QUANTITY:
        return Decimal(row.pieces)
    if metric.counts is Counts.ATTRIBUTE:
        return row.pieces * tier_facts.attribute_of(row, metric.attribute)
    if row.millionths is None:
        return Decimal(0)
    return row.millionths / _MILLION * _rate(settings, row.currency, row.day)


def _rate(settings: Settings, currency: str, day: str) -> Decimal:
    if currency in ("", settings.programme.currency):
        return Decimal(1)
    known = [one for one in settings.rates if one.currency == currency and one.valid_from.isoformat() <= day]
    return max(known, key=lambda one: one.valid_from).rate if known else Decimal(0)


def _documents(connection: Connection, metrics: Mapping[str, Metric], accounts: Sequence[int], since: str,
               dated: Dated) -> Iterator[tuple[int, Fact]]:
    for name, metric in metrics.items():
        if metric.counts is Counts.PURCHASES:
            for account_id, day, at, number in tier_facts.documents_of(connection, accounts, metric.article_kinds,
                                                                       since):
                yield account_id, Fact(name, date.fromisoformat(day), dated(at), Decimal(number))


def _activities(connection: Connection, metrics: Mapping[str, Metric], accounts: Sequence[int], since: str,
                dated: Dated) -> Iterator[tuple[int, Fact]]:
    wanted = {name: one.activity for name, one in metrics.items() if one.counts is Counts.ACTIVITIES}
    if not wanted:
        return
    for account_id, kind, day, at, number in tier_facts.activities_of(connection, accounts,
                                                                      sorted(set(wanted.values())), since):
        for name, activity in wanted.items():
            if activity == kind:
                yield account_id, Fact(name, date.fromisoformat(day), dated(at), Decimal(number))
