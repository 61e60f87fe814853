"""Sign-ins to the service centre that nobody is known for: refused, kept for an hour, and linked by a person."""

from concurrent.futures import ThreadPoolExecutor
from time import monotonic

import pytest
from sqlalchemy import select, text

from tests.support.accounts import all_at_once, refused
from tests.support.office import CLARA, DAVID, acting, add_clerks
from tests.support.portal import NOW
from treuwerk.domain.rights import Audience, NotAllowed
from treuwerk.domain.sign_in import ExternalIdentity
from treuwerk.programme.settings import SignInHead
from treuwerk.services.identity import waiting_sign_ins as waiting
from treuwerk.services.identity.session_keeping import sweep_sessions
from treuwerk.services.identity.sessions import Origin, session_of
from treuwerk.services.identity.single_sign_on import Coming, Entered, NotLetIn, enter
from treuwerk.store.database import Database
from treuwerk.store.tables import audit_entry, web_session

HEAD = SignInHead("staff", "oidc", {"en": "Staff"}, Audience.OFFICE)
EVE = ExternalIdentity("https://sso.example", "eve-1", name="Eve Laurent", email="eve@example.org")
MINUTE = 60_000_000


@pytest.fixture
def staff(database: Database) -> Database:
    """Clara, David and Eve work here; a provider whose logins are linked by hand brings somebody."""
    add_clerks(database)
    database.run(lambda connection: waiting.keep_waiting(connection, HEAD, EVE, NOW))
    return database


def listed(database: Database, now: int = NOW) -> list[waiting.WaitingSignIn]:
    with database.reading() as connection:
        return waiting.waiting_sign_ins(acting(), connection, now)


def coming(database: Database) -> Entered:
    outcome = database.run(lambda connection: enter(connection, HEAD, EVE, Coming(NOW + MINUTE, Origin("1.2.3.0"))))
    assert isinstance(outcome, Entered)
    return outcome


def test_who_is_linked_gets_in_as_that_user(staff: Database) -> None:
    with pytest.raises(NotLetIn, match="not_linked"):
        coming(staff)

    [one] = listed(staff)
    staff.run(lambda connection: waiting.link_waiting(acting(), connection, DAVID, one.key, NOW))

    session = session_of(staff, coming(staff).token, NOW + MINUTE)
    assert session is not None
    assert (session.identity.user_id, session.roles) == (DAVID, ("agent",))
    assert listed(staff) == []
    with staff.reading() as connection:
        [linked] = waiting.identities_of(acting(), connection, DAVID)
        assert (linked.issuer, linked.subject, linked.provider) == (EVE.issuer, EVE.subject, "staff")
        assert connection.execute(select(audit_entry.c.action)).scalars().all() == ["user.link"]


def test_who_comes_twice_at_once_is_one(postgres_database: Database) -> None:
    waits = text("SELECT count(*) FROM pg_stat_activity "
                 "WHERE wait_event_type = 'Lock' AND datname = current_database()")
    add_clerks(postgres_database)
    engine = postgres_database.engine
    with engine.connect() as first, engine.connect() as second, ThreadPoolExecutor(1) as other:
        waiting.keep_waiting(first, HEAD, EVE, NOW)
        late = other.submit(waiting.keep_waiting, second, HEAD, EVE, NOW)
        deadline = monotonic() + 20
        while monotonic() < deadline:  # until the second one stands before what the first one wrote
            with postgres_database.reading() as connection:
                if connection.execute(waits).scalar_one():
                    break
        first.commit()
        late.result()
        second.commit()

    assert [one.subject for one in listed(postgres_database)] == ["eve-1"]


def test_who_comes_again_is_one_and_after_an_hour_nobody(staff: Database) -> None:
    staff.run(lambda connection: waiting.keep_waiting(connection, HEAD, EVE, NOW + MINUTE))

    assert [(one.name, one.email, one.provider, one.at) for one in listed(staff, NOW + MINUTE)] == [
        ("Eve Laurent", "eve@example.org", "staff", NOW + MINUTE)]
    assert listed(staff, NOW + 62 * MINUTE) == []
    with staff.writing() as connection:
        assert sweep_sessions(connection, NOW + 62 * MINUTE) == 1


def test_what_waits_opens_nothing_as_a_cookie(staff: Database) -> None:
    with staff.reading() as connection:
        key: str = connection.execute(select(web_session.c.id_hash)).scalar_one()

    assert session_of(staff, key, NOW) is None
    assert session_of(staff, f"{EVE.issuer} {EVE.subject}", NOW) is None


def test_two_who_link_it_at_once_link_it_once(staff: Database) -> None:
    [one] = listed(staff)

    def link(user: int) -> str:
        staff.run(lambda connection: waiting.link_waiting(acting(), connection, user, one.key, NOW))
        return "linked"

    outcomes = all_at_once([lambda: link(CLARA), lambda: link(DAVID)])

    assert sorted(outcomes) == ["gone", "linked"]


def test_unlinking_ends_what_the_identity_opened(staff: Database) -> None:
    [one] = listed(staff)
    staff.run(lambda connection: waiting.link_waiting(acting(), connection, DAVID, one.key, NOW))
    token = coming(staff).token

    gone = staff.run(lambda connection: waiting.unlink(acting(), connection, DAVID, EVE.issuer, EVE.subject, NOW))

    assert gone
    assert session_of(staff, token, NOW + MINUTE) is None
    assert not staff.run(lambda connection: waiting.unlink(acting(), connection, DAVID, EVE.issuer, EVE.subject, NOW))


def test_an_identity_leads_to_one_user_only_and_rights_are_asked_for(staff: Database) -> None:
    [one] = listed(staff)
    staff.run(lambda connection: waiting.link_waiting(acting(), connection, DAVID, one.key, NOW))
    staff.run(lambda connection: waiting.keep_waiting(connection, HEAD, EVE, NOW))

    assert refused(lambda: staff.run(lambda connection: waiting.link_waiting(
        acting(), connection, CLARA, one.key, NOW))) == "identity_taken"
    assert len(listed(staff)) == 1
    with staff.reading() as connection, pytest.raises(NotAllowed):
        waiting.waiting_sign_ins(acting(CLARA, ["queue.read"]), connection, NOW)
