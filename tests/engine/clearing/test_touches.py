"""What clearing costs: touches by people per thousand lines, by channel and reader."""

from sqlalchemy import event

from tests.support.clerks import decided, declined, handed_in, line, note
from tests.support.office import acting
from tests.support.portal import NOW, Portal
from treuwerk.services.clearing.clearing_report import ClearingReport, as_json, clearing_report
from treuwerk.services.submissions import deciding

HOUR = 3_600_000_000


def report(portal: Portal) -> ClearingReport:
    with portal.installation.database.reading() as connection:
        return clearing_report(connection, 0, NOW + HOUR, NOW)


def test_touches_are_counted_by_channel_and_reader(portal: Portal) -> None:
    first, second = handed_in(portal), handed_in(portal)
    deciding.ask(acting(), portal.installation, first.public_id, "Which day?", first.version, NOW)
    decided(portal, first, note(line(at=10), line("M405", 7, 20)))
    decided(portal, second, note(declined(line(), "no_proof"), number="LS-78"), reason="no_proof")

    found = report(portal)

    told = {(row.channel, row.reader): (row.documents, row.lines, row.touches, row.zero_touch_lines)
            for row in found.rows}
    assert told == {("direct", "deliveries"): (3, 4, 0, 4), ("upload", ""): (2, 3, 3, 0)}
    total = as_json(found)["total"]
    assert (total["lines"], total["touches"], total["touches_per_1000_lines"]) == (7, 3, "428.57")
    assert (total["zero_touch_share"], total["hours_to_decision"]) == ("0.5714", "0.00")


def test_nothing_cleared_is_nothing_divided(empty_portal: Portal) -> None:
    found = report(empty_portal)

    assert found.rows == []
    assert (found.total.lines, found.total.per_thousand, found.total.zero_touch_share) == (0, None, None)


def test_the_number_of_statements_does_not_grow_with_the_documents(portal: Portal) -> None:
    for number in range(5):
        decided(portal, handed_in(portal), note(line(qty=1), number=f"LS-{number}"))
    asked: list[str] = []
    event.listen(portal.installation.database.engine, "before_cursor_execute",
                 lambda *told: asked.append(told[2]))

    report(portal)

    assert len([one for one in asked if "FROM" in one]) == 3
