"""Worlds and promotions as tests need them."""

from decimal import Decimal

from tests.support.portal import NOW, Portal
from treuwerk.domain.promotions import Promotion, World
from treuwerk.services.rewards.arranging import write
from treuwerk.store.promotions import PROMOTIONS, WORLDS

HARVEST = World("harvest", {"de": "Ernte", "en": "Harvest", "fr": "Récolte"}, published=True, rewards=("LAMP",))
AUTUMN = Promotion("autumn", {"de": "Herbst", "en": "Autumn", "fr": "Automne"}, published=True, worlds=("harvest",),
                   percent=Decimal(10), budget=50_000)


def arranged(portal: Portal) -> dict[str, str]:
    """A world and a promotion; the answer says what stands in the places of their paths."""
    with portal.installation.database.writing() as connection:
        if "harvest" not in WORLDS.every(connection):
            write(connection, WORLDS, [(HARVEST, 0)], "tests", "page", NOW)
            write(connection, PROMOTIONS, [(AUTUMN, 0)], "tests", "page", NOW)
    return {"world": "harvest", "promotion": "autumn"}
