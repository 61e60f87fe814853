"""What is good once is good once, also for two who come at the same instant."""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

import pytest
from pyotp.totp import TOTP
from sqlalchemy import select

from tests.support.accounts import all_at_once, codes
from tests.support.portal import NOW, PASSWORD, Portal
from treuwerk.services.identity import attempts
from treuwerk.services.identity.attempts import Counted, Limit, try_now
from treuwerk.services.identity.authenticators import confirm_authenticator, use_code
from treuwerk.services.identity.first_logins import with_password
from treuwerk.services.identity.keyring import Keyring
from treuwerk.services.identity.linking import Link, make_link_code, try_link_code
from treuwerk.services.identity.recovery_codes import renew_recovery_codes, use_recovery_code
from treuwerk.services.identity.session_data import begin_flow, change_data, data_of
from treuwerk.services.identity.sessions import Origin, open_session
from treuwerk.services.identity.users import add_user
from treuwerk.store.database import Database
from treuwerk.store.tables import membership, web_session

T = TypeVar("T")
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
SECOND = 1_000_000


def many(act: Callable[[], T], times: int = 6) -> list[T | str]:
    return all_at_once([act] * times)


@pytest.fixture
def user(database: Database) -> int:
    with database.writing() as connection:
        return add_user(connection, "Anna", NOW)


def test_a_code_of_the_app_lets_in_one(database: Database, user: int) -> None:
    shown = TOTP(SECRET).at(NOW // SECOND)
    before = NOW - 300 * SECOND
    with database.writing() as connection:
        confirm_authenticator(connection, Keyring(), user, SECRET, TOTP(SECRET).at(before // SECOND), before)

    outcomes = many(lambda: database.run(lambda connection: use_code(connection, Keyring(), user, shown, NOW)))

    assert sorted(outcomes) == [False] * 5 + [True]


def test_a_code_that_was_passed_by_a_later_one_is_refused(database: Database, user: int) -> None:
    earlier, later = (TOTP(SECRET).at(NOW // SECOND + shift) for shift in (-30, 0))
    before = NOW - 300 * SECOND
    with database.writing() as connection:
        confirm_authenticator(connection, Keyring(), user, SECRET, TOTP(SECRET).at(before // SECOND), before)
        assert use_code(connection, Keyring(), user, later, NOW)

        assert not use_code(connection, Keyring(), user, earlier, NOW)


def test_a_recovery_code_lets_in_one(database: Database, user: int) -> None:
    with database.writing() as connection:
        code = renew_recovery_codes(connection, user)[0]

    outcomes = many(lambda: database.run(lambda connection: use_recovery_code(connection, user, code, NOW)))

    assert sorted(outcomes) == [False] * 5 + [True]


def test_a_link_code_makes_one_member(empty_portal: Portal) -> None:
    database, account_id = empty_portal.installation.database, empty_portal.account("1001")
    code = make_link_code(database, account_id, NOW, role="member", created_by="Olga Office")
    link = try_link_code(database, "1001", code, Origin(), NOW).link
    assert link is not None

    outcomes = all_at_once([partial(joined, database, link, f"login{number}") for number in range(4)])

    assert codes(outcomes).count("code_used") == 3
    with database.reading() as connection:
        assert len(connection.execute(select(membership)).all()) == 1
        assert len(connection.execute(select(web_session).where(web_session.c.audience == "portal")).all()) == 1


def joined(database: Database, link: Link, login: str) -> int:
    with database.writing() as connection:
        token = begin_flow(connection, {}, NOW)
    return len(with_password(database, token, link, login, PASSWORD, NOW, origin=Origin()))


def test_one_flow_makes_one_user(empty_portal: Portal) -> None:
    database, account_id = empty_portal.installation.database, empty_portal.account("1001")
    code = make_link_code(database, account_id, NOW, role="member", created_by="Olga Office")
    link = try_link_code(database, "1001", code, Origin(), NOW).link
    assert link is not None
    with database.writing() as connection:
        token = begin_flow(connection, {}, NOW)

    outcomes = all_at_once([partial(with_password, database, token, link, login, PASSWORD, NOW, origin=Origin())
                            for login in ("one", "two", "three")])

    assert outcomes.count("code_used") == 2


def test_values_of_a_session_that_two_write_are_both_kept(database: Database, user: int) -> None:
    with database.writing() as connection:
        open_session(connection, user, NOW)
        key = connection.execute(select(web_session.c.id_hash)).scalar_one()

    def keep(name: str) -> bool:
        return database.run(lambda connection: change_data(connection, key, lambda data: {**data, name: 1}))

    outcomes = all_at_once([partial(keep, name) for name in "abcd"])

    with database.reading() as connection:
        assert set(data_of(connection, key)) == {name for name, kept in zip("abcd", outcomes, strict=True) if kept}
    assert outcomes.count(True) >= 2


def test_a_burst_of_tries_is_counted_one_by_one(database: Database) -> None:
    counted = [Counted("factor 7", Limit(3, 600)), Counted("from 192.0.2.0/24", Limit(40, 600))]

    waits = many(lambda: try_now(database, counted, NOW), 12)

    assert waits.count(0) == 3
    assert try_now(database, counted, NOW) > 0


def test_bursts_on_two_logins_from_one_place_do_not_wait_for_each_other(database: Database) -> None:
    place = Counted("from 192.0.2.0/24", Limit(40, 600))
    keys = [[Counted(f"login {name}", Limit(3, 600)), place] for name in ("anna", "bea")]

    waits = all_at_once([partial(try_now, database, keys[number % 2][:: 1 if number % 4 < 2 else -1], NOW)
                         for number in range(12)])

    assert waits.count(0) == 6


def test_tries_of_several_processes_count_together(database: Database) -> None:
    counted = [Counted("login anna", Limit(3, 600))]

    waits = [try_now(database, counted, NOW + number) for number in range(5)]

    assert (waits[:3], [wait > 590 for wait in waits[3:]]) == ([0, 0, 0], [True, True])
    assert try_now(database, counted, NOW + 601 * SECOND) == 0
    assert all(attempts.network(address) != address for address in ("192.0.2.1", "2001:db8::1"))
