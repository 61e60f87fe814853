"""What the parts of an order say of a document while a clerk enters it, who chooses what its lines are."""

from collections.abc import Iterator

from sqlalchemy import Connection

from treuwerk.domain.assemblies import Delivered, brought, complete_since, missing
from treuwerk.programme.settings import Assembly
from treuwerk.services.clearing.assembling import delivered
from treuwerk.services.clearing.hints import Hint, Weight
from treuwerk.services.clearing.purchase_keys import order_key
from treuwerk.services.submissions.entry_preview import Preview
from treuwerk.store import assemblies as store


def part_hints(connection: Connection, assembly: Assembly | None, seen: Preview) -> Iterator[Hint]:
    """``parts_complete``: the order makes a whole; ``parts_missing``: lines are chosen as part of one that it is not.

    What is booked of the order counts with what is entered.
    """
    if assembly is None or not assembly.parts:
        return
    entered = list(_entered(assembly, seen))
    lines = [*entered, *_booked(connection, seen)]
    whole = complete_since(lines, assembly.terms)
    chosen = {line.at: line.features.get(assembly.feature, "") for line in seen.document.lines}
    if any(line.id in whole for line in entered):
        yield Hint("parts_complete", Weight.NOTICE, {}, tuple(
            line.id for line in entered if line.id in whole and chosen.get(line.id) == assembly.alone))
    elif wrong := tuple(line.id for line in entered if chosen.get(line.id) == assembly.complete):
        lacking = ", ".join(name for name, _, _ in missing(brought(lines, assembly.terms), assembly.terms))
        yield Hint("parts_missing", Weight.NOTICE, {"parts": lacking}, wrong)


def _entered(assembly: Assembly, seen: Preview) -> Iterator[Delivered]:
    """Lines that were entered, each by its place."""
    for _, _, _, day, at, facts, _ in seen.scored.lines.values():
        article = seen.lines[at].article if at in seen.lines else None
        if article is not None and not seen.lines[at].known:
            yield Delivered(at, day, assembly.brings(article.kind, article.attributes), facts[6], facts[6])


def _booked(connection: Connection, seen: Preview) -> Iterator[Delivered]:
    """What is booked of the same orders; their numbers are far above those of places."""
    groups = {(line[0], order_key(line[5][1], line[5][11])) for line in seen.scored.lines.values() if line[5][11]}
    lines = store.lines_of(connection, groups)
    gone = store.gone(connection, [(line.account_id, line.line_id) for line in lines])
    for line in lines:
        yield delivered(line, gone)
