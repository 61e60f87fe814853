"""What a clerk is told and chooses while a document is entered: cases 12, 34 and 62."""

from decimal import Decimal

import attrs
import pytest

from tests.support.clerks import FIFTH_OF_NOVEMBER, SELLER, SYSTEM, decided, handed_in, line, looked_at, note, with_page
from tests.support.office import acting
from tests.support.pictures import photo
from tests.support.portal import NOW, Portal
from treuwerk.domain.documents import Document, DocumentKind, DocumentLine, Party
from treuwerk.domain.entries import Entered, entered_from, read_entered
from treuwerk.domain.submissions import SubmissionState
from treuwerk.services.submissions import deciding
from treuwerk.services.submissions.entry_hints import entry_hints
from treuwerk.services.submissions.entry_preview import preview
from treuwerk.services.submissions.states import Submission


def warned_of(portal: Portal, one: Submission, entered: Entered) -> dict[str, tuple[int, ...]]:
    seen = preview(portal.installation, one.account_id, entered, NOW)
    with portal.installation.database.reading() as connection:
        found = entry_hints(acting(), connection, portal.installation, looked_at(portal, one), entered, seen, NOW)
    return {hint.code: hint.lines for hint in found}


def test_case_12_the_clerk_is_warned_of_what_was_delivered_directly(portal: Portal) -> None:
    portal.deliver("2026-11-20", "LS-77;20;2026-11-05;1001;M400;10;PCE;SYSTEM;")
    reported = handed_in(portal)

    same_line = warned_of(portal, reported, note(line(at=5), line(at=20)))
    other_line = warned_of(portal, reported, note(line(at=1)))

    assert {*same_line["goods_booked"], *same_line.get("known", ())} == {1, 2}
    assert {"goods_booked", "known_document"} & set(other_line)


def test_the_clerk_is_warned_of_the_same_number_and_of_the_same_lines_from_elsewhere(portal: Portal) -> None:
    first, second = handed_in(portal, number="LS-77"), handed_in(portal)
    decided(portal, first, note())

    again = warned_of(portal, second, note(line(at=99)))
    elsewhere = warned_of(portal, second, note(number="LS-88"))

    assert "same_number" in again
    assert {"goods_booked", "known_document"} & set(again)
    assert elsewhere["like_lines"] == (1,)


def test_the_clerk_is_warned_of_the_same_bytes_of_another_company(
        portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TREUWERK_DOCUMENTS", str(portal.folder / "documents"))
    first, second = handed_in(portal), handed_in(portal, "1002")
    with_page(portal, first, photo())
    with_page(portal, second, photo())

    found = warned_of(portal, second, note(number="LS-9"))

    assert "same_bytes" in found


def test_the_clerk_is_warned_of_a_quantity_far_above_the_usual(portal: Portal) -> None:
    for number in range(3):
        portal.deliver(f"2026-10-0{number + 1}", f"LS-9{number};10;2026-09-30;1001;M405;5;PCE;MODULE;")

    found = warned_of(portal, handed_in(portal), note(line("M405", 500)))

    assert found["quantity_far_above"] == (1,)


def test_case_34_the_clerk_chooses_full_system_or_modules(portal: Portal) -> None:
    reported = handed_in(portal)
    both = [preview(portal.installation, reported.account_id, note(line(features={"scope": scope})), NOW).points
            for scope in ("SYSTEM", "MODULE")]

    chosen = decided(portal, reported, note(line(features={"scope": "MODULE"})))

    assert [points["bonus"] for points in both] == [800, 400]
    assert chosen.points["bonus"] == 400


def test_case_62_a_bare_invoice_is_prefilled_with_what_is_known_and_the_participant_is_asked(portal: Portal) -> None:
    bare = Document("zugferd", DocumentKind.INVOICE, "RE-5", (), issue_date=FIFTH_OF_NOVEMBER, seller=Party(SELLER))
    reported = handed_in(portal, entered=entered_from([bare], "zugferd").as_json())

    known = read_entered(looked_at(portal, reported).entered)
    asked = deciding.ask(acting(), portal.installation, reported.public_id, "Which articles?", reported.version, NOW)

    assert (known.number, known.seller_name, known.event_date, known.lines) == ("RE-5", SELLER, FIFTH_OF_NOVEMBER, ())
    assert known.is_suggested
    assert asked.state is SubmissionState.QUESTION


def test_what_a_machine_read_needs_only_to_be_confirmed(portal: Portal) -> None:
    read = Document("desadv", DocumentKind.DELIVERY, "LS-5", (
        DocumentLine(7, "10", "M400", Decimal(10), "PCE", features=SYSTEM),), delivery_date=FIFTH_OF_NOVEMBER,
        seller=Party(SELLER))
    reported = handed_in(portal, entered=entered_from([read], "desadv").as_json())
    suggested = read_entered(reported.entered)

    outcome = decided(portal, reported, attrs.evolve(suggested, confirmed=True))

    assert suggested.is_suggested
    assert outcome.points == {"bonus": 800, "status": 400}
    kept = read_entered(outcome.submission.entered)
    assert (kept.reader, kept.is_suggested) == ("desadv", False)


def test_case_16_whoever_decides_on_the_second_report_sees_the_first_and_both_are_never_paid(portal: Portal) -> None:
    first, second = handed_in(portal, number="LS-77"), handed_in(portal, "1002", number="LS-77")
    decided(portal, first, note())

    warned = warned_of(portal, second, note())
    outcome = decided(portal, second, note())

    assert {"claimed_by_other", "note_of_others"} <= set(warned)
    assert outcome.points == {}
    assert outcome.submission.state is SubmissionState.DECLINED
