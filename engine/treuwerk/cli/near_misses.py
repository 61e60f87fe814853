"""What each rule says of a purchase, in lines for a terminal."""

import click

from treuwerk.domain.conditions import Fact, Instead, Judged
from treuwerk.domain.near_misses import Considered, Way
from treuwerk.domain.reading import plain_number
from treuwerk.services.account.why_not import WhyNot

_WORDS = {Fact.WINDOW: "day", Fact.KIND: "kind of article", Fact.NUMBER: "article", Fact.PARTICIPANT: "participant's",
          Fact.ARTICLE: "article's"}


def print_near(found: WhyNot, *, booked: bool) -> None:
    """The line, where it has no booking that tells it, and all rules, those that nearly applied first."""
    if not booked:
        _print_line(found)
    if found.changed:
        click.echo("  booked by other rules; what follows is by the programme as it is now")
    click.echo("rules of that day, and near it:" if found.near else "no rule is near that day")
    for one in found.near:
        _print_rule(one)


def _print_line(found: WhyNot) -> None:
    purchase = found.purchase
    assert purchase is not None, "only purchase lines have no booking"
    click.echo(f"{found.id}  no booking, {found.occurred_on}")
    click.echo(f"  {purchase.document} line {purchase.line} from {purchase.seller}: {purchase.quantity} × "
               f"{purchase.article_number} {purchase.article_name}".rstrip())


def _print_rule(one: Considered) -> None:
    gave = ", ".join(f"{points} {unit}" for unit, points in one.gave.items()) or "nothing"
    hidden = "" if one.hint else " (no hint to participants)"
    click.echo(f"  {one.rule} revision {one.revision}: {gave}{hidden}")
    for condition in one.failed if not one.gave else ():
        click.echo(f"    {failing(condition)}")
    for way in one.ways:
        click.echo(f"    {_way(way)}")


def _way(way: Way) -> str:
    more = ", ".join(f"{points:+d} {unit}" for unit, points in way.points.items())
    return f"with {' and '.join(map(_instead, way.instead))}: {more}"


def _instead(fact: Instead) -> str:
    name = fact.name or ("day" if fact.fact in (Fact.WINDOW, Fact.WEEKDAY) else fact.fact.value)
    return f"{name} {fact.value} instead of {fact.found or 'nothing'}"


def holding(condition: Judged) -> str:
    """A condition that holds, with what it was met by."""
    if condition.fact is Fact.WINDOW:
        return f"day {_wanted(condition)}"
    return f"{_what(condition)} {condition.found}"


def failing(condition: Judged) -> str:
    """A condition that does not hold: what was found, and what is needed."""
    if condition.fact is Fact.RULE:
        return "the rule itself gives nothing for it"
    if condition.fact is Fact.PLACE:
        return "another rule stands in its place"
    if condition.fact is Fact.GOODS:
        return f"found activity {condition.found}, needed a purchase"
    if condition.fact is Fact.LEFT_OUT:
        return f"article {condition.found} is left out"
    short = "" if condition.missing is None else f", {plain_number(condition.missing)} short"
    return f"{_what(condition)}: found {condition.found or 'nothing'}, needed {_wanted(condition)}{short}"


def _what(condition: Judged) -> str:
    return f"{_WORDS.get(condition.fact, condition.fact.value)} {condition.name}".rstrip()


def _wanted(condition: Judged) -> str:
    least, most = (None if bound is None else plain_number(bound) for bound in (condition.at_least, condition.at_most))
    bounds = (("from", condition.first), ("until", condition.last), ("at least", least), ("at most", most))
    return " ".join(f"{word} {bound}" for word, bound in bounds if bound is not None) or " or ".join(condition.wanted)
