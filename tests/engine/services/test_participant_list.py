"""The list of participants: every order, every filter, and pages that leave nobody out."""

from collections.abc import Callable
from datetime import date

import pytest

from tests.support.office import CLARA, acting
from tests.support.portal import Portal, at
from treuwerk.domain.folding import sortable, sortable_number
from treuwerk.domain.rights import NotAllowed
from treuwerk.services.clearing.importing import import_participants
from treuwerk.services.participants import participant_list
from treuwerk.services.participants.participant_list import ORDERS, Listed, Narrowed, Ordered

_KEYS: dict[str, Callable[[Listed], str | int]] = {
    "name": lambda one: sortable(one.name), "number": lambda one: sortable_number(one.number),
    "city": lambda one: sortable(one.city), "joined": lambda one: one.joined_at,
    "balance": lambda one: one.points.get("bonus", 0)}
HEAD = "customer_number;name;group;country;locale;email;street;postcode;city;status\n"


@pytest.fixture
def crowd(portal: Portal) -> Portal:
    """Two companies with points and twenty without."""
    rows = [f"{number};{'Ä' if number % 2 else 'B'}-Solar {number};partner;FR;fr;;;1;Ville {number % 5};applied"
            for number in range(2001, 2021)]
    path = portal.folder / "crowd.csv"
    path.write_text(HEAD + "\n".join(rows) + "\n", "utf-8")
    import_participants(portal.installation, path, at("2026-02-01"))
    portal.add_login("anna", "1001")
    return portal


def listed(crowd: Portal, narrowed: Narrowed | None = None, ordered: Ordered | None = None,
           limit: int = 7) -> list[Listed]:
    settings, found, after = crowd.installation.programme.settings, list[Listed](), None
    with crowd.installation.database.reading() as connection:
        while True:
            page = participant_list.participants(
                acting(), connection, settings, narrowed or Narrowed(), ordered or Ordered(), after=after, limit=limit)
            found += page.rows
            if (after := page.next) is None:
                return found


@pytest.mark.parametrize("falling", [False, True])
@pytest.mark.parametrize("by", ORDERS)
def test_every_order_shows_everybody_once(crowd: Portal, by: str, falling: bool) -> None:
    found = listed(crowd, ordered=Ordered(by, falling))

    assert len({one.account_id for one in found}) == len(found) == 22
    keys = [_KEYS[by](one) for one in found]
    assert keys == sorted(keys, reverse=falling)


def test_umlauts_stand_where_people_look_for_them(crowd: Portal) -> None:
    names = [one.name for one in listed(crowd)]

    assert names[0] == "Ä-Solar 2001"
    assert names.index("B-Solar 2002") < names.index("Müller & Söhne <Solar>") < names.index("Other Roofs Ltd")


def test_points_tier_and_logins_stand_in_the_row(crowd: Portal) -> None:
    first = listed(crowd, ordered=Ordered("balance", falling=True))[0]

    assert (first.number, first.points["bonus"], first.points["status"]) == ("1001", 400 + 2480 + 500, 400 + 1240)
    assert (first.tier, first.logins, first.joined_on) == ("silver", 1, date(2024, 12, 1))


@pytest.mark.parametrize(("narrowed", "numbers"), [
    (Narrowed(status="active"), {"1001", "1002"}), (Narrowed(country="IE"), {"1002"}),
    (Narrowed(tier="silver"), {"1001"}), (Narrowed(tier="gold"), set()),
    (Narrowed(group="partner", country="DE"), {"1001"}),
    (Narrowed(unit="bonus", least=1), {"1001", "1002"}), (Narrowed(unit="bonus", least=1, most=500), {"1002"}),
    (Narrowed(unit="status", least=1_000), {"1001"}), (Narrowed(joined_until=date(2025, 12, 31)), {"1001", "1002"}),
    (Narrowed(joined_from=date(2026, 2, 1), name="a solar 2001"), {"2001"}),
    (Narrowed(joined_from=date(2026, 2, 2)), set()), (Narrowed(status="active", without_login=True), {"1002"}),
    (Narrowed(name="MUELLER"), {"1001"}), (Narrowed(joined_until=date.max, status="active"), {"1001", "1002"}),
    (Narrowed(joined_from=date(1, 1, 1), country="IE"), {"1002"}), (Narrowed(least=-1, most=-1), set())])
def test_filters(crowd: Portal, narrowed: Narrowed, numbers: set[str]) -> None:
    settings = crowd.installation.programme.settings

    found = {one.number for one in listed(crowd, narrowed)}

    assert found == numbers
    with crowd.installation.database.reading() as connection:
        counts = participant_list.counted(acting(), connection, settings, [narrowed, Narrowed()], 20)
    assert counts == [len(numbers), 20]
    everybody = participant_list.all_participants(acting(), crowd.installation.database, settings, narrowed, Ordered())
    assert {one.number for one in everybody} == numbers


def test_who_has_no_points_has_none(crowd: Portal) -> None:
    assert len(listed(crowd, Narrowed(unit="bonus", most=0))) == 20


def test_the_right_is_asked_for(crowd: Portal) -> None:
    settings = crowd.installation.programme.settings

    with crowd.installation.database.reading() as connection, pytest.raises(NotAllowed):
        participant_list.participants(acting(CLARA, ["search"]), connection, settings, Narrowed(), Ordered())


def test_the_day_of_joining_is_that_of_the_programme(crowd: Portal) -> None:
    late = at("2026-03-01") + 11 * 3_600_000_000 + 1_800_000_000  # half past midnight in Berlin, the day after
    path = crowd.folder / "late.csv"
    path.write_text(HEAD + "3001;Late;partner;DE;de;;;1;Kiel;active\n", "utf-8")
    import_participants(crowd.installation, path, late)

    assert [one.joined_on for one in listed(crowd, Narrowed(name="late"))] == [date(2026, 3, 2)]
    assert [one.number for one in listed(crowd, Narrowed(joined_from=date(2026, 3, 2)))] == ["3001"]


@pytest.mark.parametrize("by", ORDERS)
def test_pages_lead_back_as_they_led_forth(crowd: Portal, by: str) -> None:
    settings, order = crowd.installation.programme.settings, Ordered(by, falling=True)
    with crowd.installation.database.reading() as connection:
        first = participant_list.participants(acting(), connection, settings, Narrowed(), order, limit=5)
        second = participant_list.participants(acting(), connection, settings, Narrowed(), order, after=first.next,
                                               limit=5)
        back = participant_list.participants(acting(), connection, settings, Narrowed(), order, before=second.previous,
                                             limit=5)

    assert back.rows == first.rows
    assert not {one.number for one in first.rows} & {one.number for one in second.rows}


def test_a_changed_status_is_in_the_list_at_once(crowd: Portal) -> None:
    from treuwerk.domain.participants import ParticipantStatus
    from treuwerk.services.office.participant_profile import change_status

    with crowd.installation.database.writing() as connection:
        change_status(acting(), connection, crowd.account("1001"), ParticipantStatus.BLOCKED, 1, at("2026-05-01"),
                      reason="asked for it by phone")

    assert [one.number for one in listed(crowd, Narrowed(status="blocked"))] == ["1001"]
    assert "1001" not in {one.number for one in listed(crowd, Narrowed(status="active"))}
