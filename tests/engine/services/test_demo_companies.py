"""People and addresses of a demo's companies come from its files, by the services that people use themselves."""

from pathlib import Path

import pytest

from tests.support.company import acting_as
from tests.support.portal import NOW, Portal
from treuwerk.programme.errors import ProgrammeError
from treuwerk.services.demo.companies import populate
from treuwerk.services.participants import colleagues, own_addresses

COLLEAGUES = """customer_number;person;email;role;state;days_ago
1001;Anna Berg;anna@berg.example;manager;active;2
1001;Ben Arnold;;member;active;9
1001;Carl Thoma;;member;ended;60
1001;Dora Dach;;member;invited;
"""
ADDRESSES = """customer_number;label;name;street;postcode;city;country
1001;Warehouse;Gate 3;Am Kesselhaus 12;13089;Berlin;DE
1001;Site;Foreman;Vogelweiderstraße 55;5020;Salzburg;AT
"""


def test_the_files_of_a_demo_become_people_and_addresses(sqlite_portal: Portal, tmp_path: Path) -> None:
    (tmp_path / "colleagues.csv").write_text(COLLEAGUES, "utf-8")
    (tmp_path / "addresses.csv").write_text(ADDRESSES, "utf-8")

    populate(sqlite_portal.installation, tmp_path, NOW)

    with sqlite_portal.installation.database.reading() as connection:
        access = acting_as(sqlite_portal, 1)
        team = colleagues.team(access, connection, NOW)
        kept = own_addresses.addresses(access, connection)
    assert [(one.name, one.role, one.email) for one in team.members if one.user_id] == [
        ("Anna Berg", "manager", "anna@berg.example"), ("Ben Arnold", "member", "")]
    assert [one.name for one in team.codes] == ["Dora Dach"]
    assert [one.name for one in team.former] == ["Carl Thoma"]
    assert [(one.draft.label, one.preferred) for one in kept] == [("Warehouse", True), ("Site", False)]


def test_a_demo_without_these_files_has_none(sqlite_portal: Portal, tmp_path: Path) -> None:
    populate(sqlite_portal.installation, tmp_path / "nowhere", NOW)

    with sqlite_portal.installation.database.reading() as connection:
        assert not colleagues.team(acting_as(sqlite_portal, 1), connection, NOW).members


def test_a_bad_line_is_named(sqlite_portal: Portal, tmp_path: Path) -> None:
    (tmp_path / "addresses.csv").write_text(ADDRESSES + "1001;Site\n", "utf-8")

    with pytest.raises(ProgrammeError, match=r"addresses.csv: line 4"):
        populate(sqlite_portal.installation, tmp_path, NOW)
