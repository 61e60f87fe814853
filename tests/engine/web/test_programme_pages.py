"""Changed programmes in the service centre: what they would have come to, and a second person who agrees or not."""

import csv

import pytest

from tests.support.desk import filled
from tests.support.portal import NOW, Portal
from tests.support.simulations import THRICE, proposed_in

HOME = "/office/programme"


def proposed(portal: Portal, *, actor: str = "Clara Weiß") -> str:
    return f"{HOME}/{proposed_in(portal.installation, NOW, THRICE, actor=actor)}"


def test_the_page_tells_what_changes_and_what_it_would_have_come_to(portal: Portal) -> None:
    dora = portal.in_office("admin", name="Dora Dahl")
    empty = dora.get(HOME).text

    one = proposed(portal)
    page, listed = dora.get(one).text, dora.get(HOME).text
    table = list(csv.DictReader(dora.get(f"{one}/effect.csv?form=machine").text.splitlines()))

    assert "Nothing was proposed yet" in empty
    assert f'href="{one}"' in listed
    assert "more for systems" in listed
    assert "earning[module_points].factors.SYSTEM" in page
    assert '<del class="breaks">2</del>' in page
    assert '<ins class="breaks">3</ins>' in page
    assert "Müller &amp; Söhne &lt;Solar&gt;" in page
    assert "from 3,501 to 4,741" in page
    assert "+1,240" in page
    assert "Who gains most" in page
    assert "Who loses most" not in page
    assert "LS-2 10" in page
    assert [(row["participant"], row["unit"], row["difference"]) for row in table] == [
        ("1001", "bonus", "1240"), ("1001", "status", "0")]


def test_a_second_person_approves_and_the_first_cannot(portal: Portal) -> None:
    clara, dora = portal.in_office("admin", name="Clara Weiß"), portal.in_office("admin", name="Dora Dahl")
    one = proposed(portal)

    own = clara.get(one).text
    refused = clara.post(f"{one}/approve", data={})
    waiting = clara.get(one).text
    approved = dora.post(f"{one}/approve", data={})
    done = dora.get(one).text
    again = dora.post(f"{one}/approve", data={})

    assert "You proposed this yourself." in own
    assert f"{one}/approve" not in own
    assert refused.status_code == 303
    assert "You asked for this yourself. Another person must decide." in waiting
    assert approved.status_code == 303
    assert "The changed programme may be put in force now." in done
    assert f"{one}/decline" not in done
    assert again.status_code == 303
    assert "Somebody decided on this already." in dora.get(one).text
    assert "Changed programme approved" in dora.get("/office/audit").text


@pytest.mark.parametrize(("name", "reason", "words"), [
    ("Dora Dahl", "too dear", "Declined"), ("Clara Weiß", "", "Withdrawn")])
def test_it_is_declined_with_a_reason_or_withdrawn_without(portal: Portal, name: str, reason: str, words: str) -> None:
    client = portal.in_office("admin", name=name)
    one = proposed(portal)

    if reason:
        short = client.post(f"{one}/decline", data=filled(client, one, reason="no"))
        assert (short.status_code, "at least two words" in short.text) == (422, True)
    answer = client.post(f"{one}/decline", data=filled(client, one) | {"reason": reason} if reason
                         else filled(client, one))

    assert answer.status_code == 303
    page = client.get(one).text
    assert words in page
    assert reason in page


def test_who_lacks_the_rights_sees_nothing_of_it(portal: Portal) -> None:
    agent = portal.in_office("agent", name="Anton Adler")
    one = proposed(portal)

    assert agent.get(HOME).status_code == agent.get(one).status_code == 403
    assert agent.post(f"{one}/approve", data={}).status_code == 403
    assert HOME not in agent.get("/office").text
    assert portal.in_office("admin").get(f"{HOME}/prp_00000000000000000000000000").status_code == 404
