"""The addresses of a company: one preferred, none lost to a second saver, found by the service centre, audited."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

import attrs
import pytest
from sqlalchemy import Connection, func, select

from tests.support.company import acting_as, add_colleague
from tests.support.crowds import all_at_once, done, refusals
from tests.support.office import acting, add_clerks
from tests.support.portal import NOW, PROGRAMME, Portal, open_portal
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import Access, NotAllowed, OutOfScope
from treuwerk.services import searching
from treuwerk.services.participants import own_addresses
from treuwerk.services.participants.own_addresses import AddressChanged, AddressDraft, KeptAddress
from treuwerk.store import search
from treuwerk.store.database import Database
from treuwerk.store.tables import address, audit_entry

DRAFT = AddressDraft("Warehouse", "Müller & Söhne, gate 3", "Am Kesselhaus 12", "13089", "Berlin", "DE")
DAY = 86_400_000_000
T = TypeVar("T")


@pytest.fixture
def portal(tmp_path: Path, database: Database) -> Portal:
    return open_portal(tmp_path, database)


@pytest.fixture
def anna(portal: Portal) -> Access:
    return acting_as(portal, add_colleague(portal, "Anna Berg"))


def run(portal: Portal, work: Callable[[Connection], T]) -> T:
    with portal.installation.database.writing() as connection:
        return work(connection)


def add(portal: Portal, access: Access, **changed: str) -> KeptAddress:
    settings, draft = portal.installation.programme.settings, attrs.evolve(DRAFT, **changed)
    return run(portal, lambda connection: own_addresses.add_address(access, connection, settings, draft, NOW))


def change(portal: Portal, access: Access, kept: KeptAddress, version: int, **changed: str) -> KeptAddress:
    settings, draft = portal.installation.programme.settings, attrs.evolve(kept.draft, **changed)
    return run(portal, lambda connection: own_addresses.change_address(access, connection, settings, kept.id, draft,
                                                                       version, NOW))


def prefer(portal: Portal, access: Access, kept: KeptAddress) -> None:
    run(portal, lambda connection: own_addresses.prefer_address(access, connection, kept.id, NOW))


def remove(portal: Portal, access: Access, kept: KeptAddress, now: int = NOW) -> bool:
    return run(portal, lambda connection: own_addresses.remove_address(access, connection, kept.id, now))


def restore(portal: Portal, access: Access, kept: KeptAddress, now: int = NOW, *, preferred: bool = False) -> None:
    run(portal, lambda connection: own_addresses.restore_address(access, connection, kept.id, now,
                                                                 preferred=preferred))


def kept_by(portal: Portal, access: Access) -> list[tuple[str, bool]]:
    with portal.installation.database.reading() as connection:
        return [(one.draft.label, one.preferred) for one in own_addresses.addresses(access, connection)]


def found_by(portal: Portal, words: str) -> list[tuple[str, str]]:
    found = searching.find(acting(), portal.installation.database, words, [], NOW)
    return [(one.name, one.why) for one in found.participants]


def test_the_first_address_is_preferred_and_another_one_takes_its_place(portal: Portal, anna: Access) -> None:
    add(portal, anna)
    branch = add(portal, anna, label="Branch")
    assert kept_by(portal, anna) == [("Warehouse", True), ("Branch", False)]

    prefer(portal, anna, branch)

    assert kept_by(portal, anna) == [("Branch", True), ("Warehouse", False)]


def test_two_that_are_preferred_at_once_leave_one(portal: Portal, anna: Access) -> None:
    add(portal, anna)
    others = [add(portal, anna, label=f"Site {number}") for number in range(4)]

    outcomes = all_at_once([partial(prefer, portal, anna, one) for one in others])

    assert refusals(outcomes) == {}
    assert [preferred for _, preferred in kept_by(portal, anna)] == [True, False, False, False, False]


def test_two_first_addresses_at_once_leave_one_preferred(portal: Portal, anna: Access) -> None:
    outcomes = all_at_once([partial(add, portal, anna, label=label) for label in ("One", "Two", "Three")])

    assert len(done(outcomes)) == 3
    assert [preferred for _, preferred in kept_by(portal, anna)] == [True, False, False]


def test_no_more_addresses_than_a_page_can_show_not_even_at_once(portal: Portal, anna: Access,
                                                                 monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_addresses, "MOST", 3)

    outcomes = all_at_once([partial(add, portal, anna, label=f"Site {number}") for number in range(5)])

    assert refusals(outcomes) == {"too_many": 2}
    assert len(kept_by(portal, anna)) == 3


def test_giving_back_does_not_pass_the_limit_either(portal: Portal, anna: Access,
                                                    monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_addresses, "MOST", 1)
    gone = add(portal, anna)
    remove(portal, anna, gone)
    add(portal, anna, label="Branch")

    with pytest.raises(Refusal) as refusal:
        restore(portal, anna, gone)

    assert refusal.value.code == "too_many"
    assert kept_by(portal, anna) == [("Branch", True)]


def test_who_comes_second_is_told_what_stands_there_and_who_wrote_it(portal: Portal, anna: Access) -> None:
    kept = add(portal, anna)
    ben = acting_as(portal, add_colleague(portal, "Ben Arnold", "member"), "member")
    change(portal, ben, kept, 1, street="Am Kesselhaus 14")

    with pytest.raises(AddressChanged) as both:
        change(portal, anna, kept, 1, street="Am Kesselhaus 16")

    assert both.value.theirs.draft.street == "Am Kesselhaus 14"
    assert both.value.by == "Ben Arnold"
    change(portal, anna, kept, both.value.theirs.version, street="Am Kesselhaus 16")


def test_of_two_who_save_at_once_one_is_told(portal: Portal, anna: Access) -> None:
    kept = add(portal, anna)

    def saves(street: str) -> object:
        try:
            return change(portal, anna, kept, 1, street=street)
        except AddressChanged:
            return Refusal("changed", "somebody was faster")

    outcomes = all_at_once([partial(saves, "Weg 2"), partial(saves, "Weg 3")])

    assert refusals(outcomes) == {"changed": 1}


def test_what_was_removed_can_be_given_back_for_thirty_days(portal: Portal, anna: Access) -> None:
    kept = add(portal, anna)

    was_preferred = remove(portal, anna, kept)
    assert was_preferred is True
    assert kept_by(portal, anna) == []
    with pytest.raises(OutOfScope):
        change(portal, anna, kept, 1, street="Weg 2")
    restore(portal, anna, kept, NOW + 29 * DAY, preferred=was_preferred)
    assert kept_by(portal, anna) == [("Warehouse", True)]

    remove(portal, anna, kept)
    with pytest.raises(OutOfScope):
        restore(portal, anna, kept, NOW + 30 * DAY)


def test_what_was_removed_long_ago_is_forgotten(portal: Portal, anna: Access) -> None:
    old, other = add(portal, anna), add(portal, anna, label="Branch")
    remove(portal, anna, old)

    remove(portal, anna, other, NOW + 31 * DAY)

    with portal.installation.database.reading() as connection:
        assert connection.execute(select(func.count()).select_from(address)).scalar_one() == 1


def test_the_service_centre_finds_a_company_by_its_addresses_as_long_as_they_stand(portal: Portal,
                                                                                   anna: Access) -> None:
    add_clerks(portal.installation.database)
    assert found_by(portal, "kesselhaus 13089") == []
    kept = add(portal, anna)

    assert found_by(portal, "kesselhaus 13089") == [("Müller & Söhne <Solar>", "address")]
    change(portal, anna, kept, 1, street="Lange Straße 4")
    assert found_by(portal, "kesselhaus") == []
    assert found_by(portal, "lange strasse") == [("Müller & Söhne <Solar>", "address")]
    remove(portal, anna, kept)

    assert found_by(portal, "lange strasse") == []
    restore(portal, anna, kept)
    assert found_by(portal, "lange strasse") == [("Müller & Söhne <Solar>", "address")]
    with portal.installation.database.reading() as connection:
        assert search.differing(connection, [portal.account("1001")]) == []


def test_the_audit_says_what_was_done_and_nothing_of_where_people_live(portal: Portal, anna: Access) -> None:
    kept = add(portal, anna)
    change(portal, anna, kept, 1, street="Lange Straße 4", country="AT", postcode="A-1010")
    remove(portal, anna, kept)

    with portal.installation.database.reading() as connection:
        entries = connection.execute(audit_entry.select().where(audit_entry.c.object == kept.public_id)).all()
    assert sorted(entry.action for entry in entries) == ["address.add", "address.change", "address.remove"]
    told = next(entry for entry in entries if entry.action == "address.change")
    assert told.after == '{"country":"AT","fields":["street","postcode","country"]}'
    assert "traße" not in "".join(entry.before + entry.after for entry in entries)


def test_an_address_of_another_company_is_not_there(portal: Portal, anna: Access) -> None:
    other = acting_as(portal, add_colleague(portal, "Owner", customer="1002"), customer="1002")
    kept = add(portal, other)

    for act in (partial(change, portal, anna, kept, 1, street="Weg 2"), partial(prefer, portal, anna, kept),
                partial(remove, portal, anna, kept), partial(restore, portal, anna, kept)):
        with pytest.raises(OutOfScope):
            act()
    with pytest.raises(OutOfScope):
        own_addresses.number_of(anna, kept.public_id)
    assert kept_by(portal, other) == [("Warehouse", True)]


def test_who_may_only_read_changes_nothing(portal: Portal, anna: Access) -> None:
    kept = add(portal, anna)
    reader = attrs.evolve(anna, permissions=frozenset({"own.profile.read"}))

    for act in (partial(add, portal, reader), partial(change, portal, reader, kept, 1, street="Weg 2"),
                partial(prefer, portal, reader, kept), partial(remove, portal, reader, kept),
                partial(restore, portal, reader, kept)):
        with pytest.raises(NotAllowed):
            act()


@pytest.mark.parametrize(("changed", "code"), [
    ({"postcode": "1308"}, "wrong_postcode"), ({"city": " "}, "missing"), ({"label": "x" * 101}, "too_long"),
])
def test_what_cannot_be_an_address_is_refused(portal: Portal, anna: Access, changed: dict[str, str],
                                              code: str) -> None:
    with pytest.raises(Refusal) as refused:
        add(portal, anna, **changed)

    assert refused.value.code == code
    assert kept_by(portal, anna) == []


def test_a_programme_may_name_the_countries_that_it_sends_to(tmp_path: Path, sqlite_database: Database) -> None:
    limited = PROGRAMME.replace('code = "sunny"', 'code = "sunny"\ncountries = ["DE", "AT"]')
    portal = open_portal(tmp_path, sqlite_database, limited)
    access = acting_as(portal, add_colleague(portal, "Anna Berg"))

    with pytest.raises(Refusal) as refused:
        add(portal, access, country="FR", postcode="75001")

    assert refused.value.code == "unknown_country"
    add(portal, access, country="AT", postcode="1010")
