"""Serial numbers: the first purchase that names one has it, and a second one is not booked before a person looked."""

from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import Connection

from treuwerk.domain.participants import identifier
from treuwerk.programme.settings import Clearing, SerialCount
from treuwerk.services.clearing.goods import Proof
from treuwerk.services.clearing.matched_lines import Problem
from treuwerk.services.clearing.ownership import Reporter
from treuwerk.services.clearing.scoring import ScoredBatch, ScoredLine
from treuwerk.services.clearing.sides import doubt
from treuwerk.store.identities import taken
from treuwerk.store.ownership import BookedLine, lines_by_id
from treuwerk.store.serials import (
    Serial,
    SerialClaim,
    claim_serials,
    free_serials,
    holders,
    issued,
    listed_articles,
    normalised,
)

_NAMED = 5
Numbered = list[tuple[int, ScoredLine]]
Fresh = set[str]
"""Keys of purchases that name serials and are not booked yet."""


def serials_of(line: ScoredLine) -> list[Serial]:
    """The serials of a line with its article, each once."""
    named = line[5][13]
    if not named:
        return []
    return list(dict.fromkeys((serial, line[5][5]) for one in named.split("|") if (serial := normalised(one))))


def check_serials(connection: Connection, batch: ScoredBatch, settings: Clearing, reporter: Reporter) -> Fresh:
    """Lines with more or fewer serials than pieces, or such as no maker issued: told of, or set aside, as configured.

    Answers with the keys of those that name serials and are not booked yet: only these are looked at.
    """
    named = [key for key, line in batch.lines.items() if line[5][13]]
    fresh = set(named) - taken(connection, named).keys() if named else set[str]()
    fresh = {key for key in fresh if batch.lines[key][4] not in reporter.sharing}
    if fresh:
        _check_lists(connection, batch, settings.serial_list, reporter, fresh)
    for key in sorted(fresh & batch.lines.keys()):
        _, _, _, _, at, facts, _ = line = batch.lines[key]
        count = len(serials_of(line))
        if count == facts[6] or at in reporter.confirmed:
            continue
        reason = (f"found {count} different serial numbers and {facts[6]} pieces, expected one for each piece; is the "
                  "quantity right?")
        _raise_doubt(batch, line, settings.serial_count, "serial_count", reason)
    return fresh


def _check_lists(connection: Connection, batch: ScoredBatch, policy: SerialCount, reporter: Reporter,
                 fresh: Fresh) -> None:
    """Serials that a maker issued for another article, or not at all where he told those of the article."""
    lines = [batch.lines[key] for key in sorted(fresh) if batch.lines[key][4] not in reporter.confirmed]
    listed = listed_articles(connection, {identifier(line[5][5]) for line in lines})
    known = issued(connection, {serial for line in lines for serial, _ in serials_of(line)})
    of_some = {serial for serial, _ in known}
    for line in lines:
        article = identifier(line[5][5])
        strange = [serial for serial, _ in serials_of(line) if (serial, article) not in known]
        foreign = [serial for serial in strange if serial in of_some]
        if foreign:
            others = sorted({other for serial, other in known if serial in foreign})
            _raise_doubt(batch, line, policy, "serial_of_other_article", (
                f"found serial {', '.join(foreign[:_NAMED])}, which its maker issued for {', '.join(others[:_NAMED])}, "
                f"expected one of {line[5][5]}; which is it?"))
        elif strange and article in listed:
            _raise_doubt(batch, line, policy, "serial_not_issued", (
                f"found serial {', '.join(strange[:_NAMED])}, expected one of those that the maker told of "
                f"{line[5][5]}; is it read right, and genuine?"))


def _raise_doubt(batch: ScoredBatch, line: ScoredLine, policy: SerialCount, code: str, reason: str) -> None:
    if policy is SerialCount.WARN:
        batch.set_beside(line[4], line[5][2], code, reason)
    else:
        del batch.lines[line[1]]
        batch.set_aside(doubt(line, code, (), reason))


def claim(connection: Connection, batch: ScoredBatch, lines: Numbered, fresh: Fresh) -> tuple[Numbered, list[Proof]]:
    """Take the serials of lines that are to be booked; what others hold is set aside, or proves what is booked."""
    numbered = [pair for pair in lines if pair[1][1] in fresh]
    if not numbered:
        return lines, []
    held = claim_serials(connection, _first_of_each(batch, numbered))
    left, proofs = _without_held(connection, batch, lines, fresh, held)
    free_serials(connection, [line_id for line_id, line in numbered if line[1] not in batch.lines])
    return left, proofs


def look(connection: Connection, batch: ScoredBatch, lines: Numbered, fresh: Fresh) -> tuple[Numbered, list[Proof]]:
    """What `claim` would answer; nothing is taken."""
    own = {one[:2] for one in _first_of_each(batch, [pair for pair in lines if pair[1][1] in fresh])}
    held = {found[:2]: found for found in holders(connection, {one[0] for one in own}) if found[:2] in own}
    return _without_held(connection, batch, lines, fresh, held)


def _first_of_each(batch: ScoredBatch, lines: Numbered) -> list[SerialClaim]:
    """Serials by the first line of the batch that names each; a later line with the same one is set aside."""
    found: dict[Serial, tuple[SerialClaim, ScoredLine]] = {}
    for line_id, line in sorted(lines, key=lambda pair: pair[1][4]):
        serials = serials_of(line)
        twice = next((found[serial] for serial in serials if serial in found), None)
        if twice:
            first = twice[1]
            batch.set_aside(doubt(batch.lines.pop(line[1]), "serial_known", (), (
                f"serial {twice[0].serial} stands in line {first[5][3]} of {first[5][2]} as well, and a thing is "
                "bought once; a person in the service centre decides")))
            continue
        for serial in serials:
            found[serial] = SerialClaim(*serial, line[1], line[0], line_id), line
    return [one for one, _ in found.values()]


def _without_held(connection: Connection, batch: ScoredBatch, lines: Numbered, fresh: Fresh,
                  holding: dict[Serial, SerialClaim]) -> tuple[Numbered, list[Proof]]:
    proofs = list[Proof]()
    booked = lines_by_id(connection, {(one.account_id, one.line_id) for one in holding.values()})
    for _, line in [pair for pair in lines if pair[1][1] in fresh] if holding else ():
        held = [one for serial in serials_of(line) if (one := holding.get(serial)) and one.purchase_key != line[1]]
        if not held or line[1] not in batch.lines:
            continue
        del batch.lines[line[1]]
        others = [booked[place] for place in dict.fromkeys((one.account_id, one.line_id) for one in held)
                  if place in booked]
        if len(held) == len(serials_of(line)) and _same_goods(line, held, others):
            proofs.append(Proof(line, others[0]))
            batch.tally.duplicate += 1
        else:
            batch.set_aside(_blocked(line, held, others))
    return [pair for pair in lines if pair[1][1] in batch.lines], proofs


def _same_goods(line: ScoredLine, held: Sequence[SerialClaim], others: Sequence[BookedLine]) -> bool:
    """Whether another kind of document says the same: an invoice of what a delivery note brought."""
    kinds = {one.purchase_key.split("|")[2] for one in held}
    return (len(others) == 1 and others[0].account_id == line[0] and others[0].article == line[5][5]
            and others[0].quantity == line[5][6] and line[1].split("|")[2] not in kinds)


def _blocked(line: ScoredLine, held: Sequence[SerialClaim], others: Sequence[BookedLine]) -> Problem:
    shown = ", ".join(sorted({one.serial for one in held})[:3])
    return doubt(line, "serial_known", others, (
        f"serial {shown} is booked already, and a thing is bought once; a person in the service centre decides"))


def kept(lines: Iterable[tuple[int, ScoredLine]]) -> Iterator[int]:
    """Ids of lines that name serials."""
    return (line_id for line_id, line in lines if line[5][13])
