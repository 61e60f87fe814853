"""A participant is found by the number of its account, however large that is."""

import pytest
from sqlalchemy import update

from tests.support.accounts import BRANDMAIER, account
from tests.support.worlds import World
from treuwerk.services.finding import UnknownParticipant, account_of
from treuwerk.store.tables import participant

LARGEST = 2**63 - 1


@pytest.mark.parametrize("number", [1, 4_762_154_797_613_217_242, 9_209_314_480_554_824_671, LARGEST])
def test_every_account_is_found_by_its_number(world: World, number: int) -> None:
    with world.database.writing() as connection:
        connection.execute(update(participant).where(
            participant.c.account_id == account(world, BRANDMAIER)).values(account_id=number))

        found = account_of(connection, f"account:{number}")

    assert found == number


@pytest.mark.parametrize("number", [str(LARGEST + 1), "9" * 19, "9" * 5_000, "-1", "1_0", "١", ""])
def test_what_is_no_number_of_an_account_is_told_so(world: World, number: str) -> None:
    with world.database.reading() as connection, pytest.raises(UnknownParticipant, match="found no participant"):
        account_of(connection, f"account:{number}")
