"""The registry of sellers: imported, kept by hand, and found by whatever a document calls them."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import Connection

from tests.support.office import acting
from tests.support.reports import document, report
from tests.support.worlds import SIX_IN_THE_EVENING, World
from treuwerk.domain.documents import Party
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import NotAllowed
from treuwerk.domain.sellers import Seller
from treuwerk.services.clearing.known_sellers import add_seller, listed
from treuwerk.services.clearing.sellers import add_alias, create_seller, look_up, registry, seller_of, take_alias

HEADER = "code;name;country;aliases\n"
NORD = HEADER + "NORD;Nordlicht Großhandel GmbH;DE;gln:4012345000023|vat:DE811222333\n"


def identity(world: World, party: Party) -> str:
    with world.database.reading() as connection:
        return registry(connection, world.installation.programme.settings).identity(document(seller=party))


def test_import_creates_changes_and_leaves_alone(world: World) -> None:
    receipts = [world.sellers(NORD), world.sellers(NORD), world.sellers(NORD.replace("DE;gln", "AT;gln"))]

    assert [(one.created, one.changed, one.unchanged) for one in receipts] == [(1, 0, 0), (0, 0, 1), (0, 1, 0)]


@pytest.mark.parametrize(("row", "code"), [
    ("SÜD;Süd;DE;", "bad_code"), ("S;Süd;Germany;", "unknown_value"), ("S;Süd;DE;gln:4012345000024", "bad_alias"),
    ("S;Süd;DE;4012345000023", "bad_alias"), ("S;Süd;DE;vat:DE 811222333", "taken"),
])
def test_a_row_that_cannot_be_is_named(world: World, row: str, code: str) -> None:
    world.sellers(NORD)

    receipt = world.sellers(f"{HEADER}{row}\n")

    assert [problem["code"] for problem in receipt.problems] == [code]


def test_a_seller_is_found_by_its_numbers_then_by_its_folded_name_and_by_its_code(world: World) -> None:
    world.sellers(NORD)

    assert identity(world, Party("Somebody", (("vat", "DE 811.222.333"),))) == "NORD"
    assert identity(world, Party("nordlicht GROSSHANDEL gmbh")) == "NORD"
    assert identity(world, Party("NORD")) == "NORD"
    assert identity(world, Party("solarworld")) == "SolarWorld"
    assert identity(world, Party("Unknown", (("own", "7"), ("vat", "AT U1")))) == "vat:ATU1"
    assert identity(world, Party("Unknown", (("own", "7"),))) == "Unknown"


def test_what_was_booked_before_its_seller_was_registered_is_found_again(world: World) -> None:
    party = Party("Nordlicht", (("gln", "4012345000023"),))
    report(world, document("LS-1", seller=party), name="before")
    world.sellers(NORD)

    receipt = report(world, document("LS-1", seller=party), name="after")

    assert (receipt.tally.booked, receipt.tally.duplicate) == (0, 1)
    assert world.points()["bonus"] == 800


def test_who_may_map_creates_sellers_and_adds_and_takes_aliases(world: World) -> None:
    with world.database.writing() as connection:
        create_seller(acting(), connection, Seller("SUED", "Süd Solar", "DE"), SIX_IN_THE_EVENING)
        add_alias(acting(), connection, "SUED", "vat", "DE 811 222 444", SIX_IN_THE_EVENING)
        add_alias(acting(), connection, "SUED", "name", "Südsolar", SIX_IN_THE_EVENING)
        take_alias(acting(), connection, "SUED", "name", "Südsolar", SIX_IN_THE_EVENING)

        assert [one.code for one in look_up(acting(), connection, "süd sol")] == ["SUED"]
        assert seller_of(acting(), connection, "SUED").aliases == (("name", "Süd Solar"), ("vat", "DE 811 222 444"))
        with pytest.raises(Refusal, match="expected a code that no seller has"):
            create_seller(acting(), connection, Seller("SUED", "Other"), SIX_IN_THE_EVENING)
        with pytest.raises(NotAllowed):
            add_alias(acting(permissions=["submissions.read"]), connection, "SUED", "vat", "DE1", SIX_IN_THE_EVENING)


def test_of_two_who_give_one_number_to_two_sellers_at_once_the_later_is_told_whose_it_is(world: World) -> None:
    barrier = Barrier(2)

    def add(code: str) -> str:
        def work(connection: Connection) -> str:
            return add_seller(acting(), connection, Seller(code, code, "", (("vat", "DE1"),)), SIX_IN_THE_EVENING)

        barrier.wait()
        try:
            return world.database.run(work)
        except Refusal as refusal:
            return f"{refusal.code} {refusal.facts['seller']}"

    with ThreadPoolExecutor(2) as pool:
        found = set(pool.map(add, ["EAST", "WEST"]))

    assert found in ({"EAST", "alias_taken EAST"}, {"WEST", "alias_taken WEST"})
    with world.database.reading() as connection:
        assert len(listed(acting(), connection, "", 9)[0]) == 1


def test_a_code_is_made_from_the_name_and_is_another_where_it_is_taken(world: World) -> None:
    with world.database.writing() as connection:
        create_seller(acting(), connection, Seller("NORD", "Nordlicht"), SIX_IN_THE_EVENING)
        made = [add_seller(acting(), connection, Seller("", name), SIX_IN_THE_EVENING)
                for name in ("Süd Solar", "Nord", "Ηλιακά", "x" * 60)]

    assert made == ["SUD-SOLAR", "NORD-2", "SELLER", "X" * 40]


def test_a_seller_is_read_where_nothing_may_be_locked(world: World) -> None:
    world.sellers(NORD)

    with world.database.reading() as connection:
        assert seller_of(acting(), connection, "NORD").name == "Nordlicht Großhandel GmbH"
