"""What counts against a source: tries that were wrong, however many people sign in from one address."""

from functools import partial

import pytest

from tests.support.portal import NOW, PASSWORD, Portal, open_portal
from treuwerk.services.identity.attempts import OF_A_SOURCE, of_source, succeed, try_now
from treuwerk.services.identity.linking import make_link_code, try_link_code
from treuwerk.services.identity.sessions import Origin
from treuwerk.services.identity.signing_in import prove_password
from treuwerk.store.database import Database

OFFICE = Origin("192.0.2.7")


@pytest.fixture
def firm(tmp_path: object, database: Database) -> Portal:
    """A company whose network has one wrong try left."""
    from pathlib import Path

    assert isinstance(tmp_path, Path)
    portal = open_portal(tmp_path, database)
    portal.add_login("anna", "1001")
    for _ in range(OF_A_SOURCE.most - 1):
        assert try_now(database, [of_source(OFFICE.source)], NOW) == 0
    return portal


def test_whoever_signs_in_rightly_takes_nobody_the_try(firm: Portal) -> None:
    prove = partial(prove_password, firm.installation.database, "anna", origin=OFFICE, now=NOW)

    right = [prove(password=PASSWORD).user_id for _ in range(3)]
    wrong = prove(password="guessed")

    assert None not in right
    assert (wrong.user_id, wrong.wait) == (None, 0)
    assert prove(password=PASSWORD).wait > 0


def test_a_right_code_of_a_letter_takes_nobody_the_try(firm: Portal) -> None:
    database = firm.installation.database
    code = make_link_code(database, firm.account("1001"), NOW, role="member", created_by="Olga Office")

    right = [try_link_code(database, "1001", code, OFFICE, NOW).link for _ in range(3)]
    wrong = try_link_code(database, "1001", "wrong", OFFICE, NOW)

    assert None not in right
    assert (wrong.link, wrong.wait) == (None, 0)
    assert try_link_code(database, "1001", code, OFFICE, NOW).wait > 0


def test_a_right_try_does_not_wash_away_wrong_ones(firm: Portal) -> None:
    database, counted = firm.installation.database, [of_source(OFFICE.source)]
    assert try_now(database, counted, NOW) == 0

    with database.writing() as connection:
        succeed(connection, counted, NOW)

    assert [bool(try_now(database, counted, NOW)) for _ in range(2)] == [False, True]
