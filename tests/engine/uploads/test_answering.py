"""What participants can do once a purchase is reported: answer, appeal, withdraw; and what they are told."""

from datetime import date
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from tests.support.crowds import all_at_once, refusals
from tests.support.office import CLARA, acting
from tests.support.pictures import photo
from tests.support.portal import NOW, PROGRAMME, Portal, open_portal
from tests.support.reporting import begun, handed_in, hidden
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import Access, Audience, names_for
from treuwerk.domain.submissions import SubmissionEvent, SubmissionState
from treuwerk.services.submissions import own_pages, own_submissions, queue
from treuwerk.services.submissions import states as submissions
from treuwerk.services.submissions.own_submissions import Described
from treuwerk.services.submissions.queue import View
from treuwerk.services.submissions.reporting_hints import usual_time
from treuwerk.services.submissions.states import Doer, Submission
from treuwerk.services.submissions.storing_files import store_file
from treuwerk.store.database import Database

OFFICE = Doer(CLARA, "Clara Weiß")
_S, _E = SubmissionState, SubmissionEvent
DAY = 86_400_000_000


def moved(portal: Portal, where: str, after: SubmissionState, event: SubmissionEvent, text: str = "",
          **values: Any) -> Submission:
    """What the service centre does."""
    with portal.installation.database.writing() as connection:
        found = submissions.named(connection, where.rpartition("/")[2])
        return submissions.move(connection, found, after, event, OFFICE, NOW, text=text, **values)


def waiting(portal: Portal) -> list[str]:
    with portal.installation.database.reading() as connection:
        items, _ = queue.work_items(acting(), connection, View.TEAM, NOW, "2026-11-21")
    return [item.object for item in items if item.kind == "submission"]


def test_case_62_a_question_is_answered_with_words_and_another_page(uploading: Portal) -> None:
    browser = uploading.signed_in()
    where = handed_in(browser)
    moved(uploading, where, _S.QUESTION, _E.ASKED, "The lower half cannot be read. Please send it again.")

    asked, overview = browser.get(where).text, browser.get("/").text
    browser.post(f"{where}/files", files=[("files", ("again.jpg", photo("again")))])
    browser.post(f"{where}/answer", data={**hidden(browser.get(where).text), "text": "Here it is, in the sun."})
    answered = browser.get(where).text

    assert "The lower half cannot be read. Please send it again." in asked
    assert "We have a question about" in overview
    assert answered.count('class="page"') == 2
    assert "Here it is, in the sun." in answered
    assert waiting(uploading) == [where.rpartition("/")[2]]


def test_an_answer_without_words_is_refused_and_the_question_stays(sqlite_uploading: Portal) -> None:
    browser = sqlite_uploading.signed_in()
    where = handed_in(browser)
    moved(sqlite_uploading, where, _S.QUESTION, _E.ASKED, "Which day?")

    refused = browser.post(f"{where}/answer", data={**hidden(browser.get(where).text), "text": "  "})

    assert refused.status_code == 422
    assert "Which day?" in refused.text
    assert 'href="#text"' in refused.text


def test_case_66_a_decline_is_told_with_reason_and_way_on_and_can_be_appealed_once(uploading: Portal) -> None:
    browser = uploading.signed_in()
    where = handed_in(browser)
    moved(uploading, where, _S.DECLINED, _E.DECLINED, reason="not_readable", answer="Too dark.", decided_at=NOW)

    told = browser.get(where).text
    browser.post(f"{where}/appeal", data={**hidden(told), "text": "It is sharp, look at the second page."})
    appealed = browser.get(where).text
    moved(uploading, where, _S.DECLINED, _E.DECLINED, reason="no_proof", answer="", decided_at=NOW)
    again = browser.get(where).text
    browser.post(f"{where}/appeal", data={**hidden(again), "text": "Once more!"})

    assert "The document cannot be read." in told
    assert "Report it again with a sharp picture" in told
    assert "Too dark." in told
    assert "Appeal against this decision" in told
    assert "Received" in appealed
    assert "Appeal against this decision" not in again
    assert "You appealed already." in browser.get(where).text


def test_what_was_declined_can_be_reported_again(sqlite_uploading: Portal) -> None:
    browser = sqlite_uploading.signed_in()
    first = handed_in(browser)
    moved(sqlite_uploading, first, _S.DECLINED, _E.DECLINED, reason="not_readable", decided_at=NOW)

    assert handed_in(browser) != first


def test_unread_reports_are_withdrawn_and_read_ones_are_not(uploading: Portal) -> None:
    browser = uploading.signed_in()
    unread, other = handed_in(browser), handed_in(browser, ("b.jpg", photo("b")))
    moved(uploading, other, _S.IN_REVIEW, _E.TAKEN)

    browser.post(f"{unread}/withdraw")
    browser.post(f"{other}/withdraw")

    assert "Somebody reads this report already" in browser.get(other).text
    assert waiting(uploading) == [other.rpartition("/")[2]]
    assert ">Withdrawn" in browser.get(unread).text


@pytest.mark.parametrize(("late", "sent"), [("tell", True), ("refuse", False)])
def test_the_deadline_is_told_or_kept_as_the_programme_says(tmp_path: Path, sqlite_database: Database, late: str,
                                                            sent: bool) -> None:
    limits = f'\n[uploads]\nreport_within_days = 30\nlate = "{late}"\n'
    browser = open_portal(tmp_path, sqlite_database, PROGRAMME + limits).signed_in()
    where = begun(browser)
    browser.post(f"{where}/edit", data={**hidden(browser.get(f"{where}/edit").text), "issued_on": "2026-06-01"})

    check = browser.get(f"{where}/check").text
    answer = browser.post(f"{where}/send", data=hidden(check))

    assert "older than 30 days" in check
    assert answer.headers["location"] == (f"{where}/receipt" if sent else f"{where}/edit")
    if not sent:
        assert "cannot be reported any more" in browser.get(f"{where}/edit").text


def test_the_usual_time_comes_from_decisions_and_not_from_hope(uploading: Portal) -> None:
    browser = uploading.signed_in()
    for number in range(6):
        where = handed_in(browser, (f"{number}.jpg", photo(str(number))))
        moved(uploading, where, _S.DECLINED, _E.DECLINED, reason="other", decided_at=NOW + (number + 1) * DAY)

    with uploading.installation.database.reading() as connection:
        found = usual_time(connection, NOW + 7 * DAY)

    assert found is not None
    assert (found.half, found.most) == (int(3.5 * DAY), 6 * DAY)


def test_a_colleague_who_was_faster_is_not_written_over(sqlite_uploading: Portal) -> None:
    browser = sqlite_uploading.signed_in()
    where = begun(browser)
    mine, theirs = (hidden(browser.get(f"{where}/edit").text) for _ in range(2))
    browser.post(f"{where}/edit", data={**theirs, "number": "4711"})

    late = browser.post(f"{where}/edit", data={**mine, "number": "9999"})

    assert late.headers["location"] == f"{where}/edit"
    draft = browser.get(f"{where}/edit").text
    assert "A colleague changed this report meanwhile." in draft
    assert 'value="4711"' in draft


def test_equal_files_at_once_are_one_page(uploading: Portal) -> None:
    access = Access(5, "usr_5", Audience.PORTAL, names_for(Audience.PORTAL), uploading.account("1001"))
    database = uploading.installation.database
    with database.writing() as connection:
        drafts = [own_submissions.start(access, connection, NOW + number) for number in range(3)]
    stored = store_file(uploading.installation, BytesIO(photo()), "note.jpg")

    def add(draft: Submission) -> int:
        return database.run(lambda connection: own_pages.add_file(
            access, connection, uploading.installation, draft.public_id, stored, NOW).number)

    outcomes = all_at_once([partial(add, draft) for draft in drafts])

    assert refusals(outcomes) == {"same_file": 2}


def test_limits_of_files_and_drafts_hold(small_limits: Portal) -> None:
    browser = small_limits.signed_in()
    where = begun(browser, ("1.jpg", photo("1")), ("2.jpg", photo("2")), ("3.jpg", photo("3")))

    draft = browser.get(f"{where}/edit").text

    assert draft.count('class="page"') == 2
    assert "“3.jpg” was not added. At most 2 files belong to one report." in draft


def test_words_that_are_too_long_are_refused(sqlite_uploading: Portal) -> None:
    access = Access(5, "usr_5", Audience.PORTAL, names_for(Audience.PORTAL), sqlite_uploading.account("1001"))

    with sqlite_uploading.installation.database.writing() as connection:
        draft = own_submissions.start(access, connection, NOW)
        with pytest.raises(Refusal, match="expected at most 60"):
            own_submissions.describe(access, connection, draft.public_id,
                                     Described("X", "1" * 61, date(2026, 11, 1)), draft.version, NOW)
