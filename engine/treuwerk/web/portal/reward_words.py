"""What a variant of a reward is called in a visitor's language, and how it is drawn small."""

import attrs

from treuwerk.domain.catalogue import Reward
from treuwerk.web.portal.shop.cards import name_of, pictures_of, settings_of, tone_of
from treuwerk.web.portal.shop.showing import Picture
from treuwerk.web.shell.content import Localised, localised
from treuwerk.web.shell.state import Visit


@attrs.frozen
class Called:
    """A reward by its name and that of the variant, where it has one; each may be in another language.

    `tone` is the colour of its category, `picture` the first one.
    """

    name: Localised
    variant: Localised
    tone: int = 1
    picture: Picture | None = None

    def __str__(self) -> str:
        """Both as one text."""
        return f"{self.name.text}, {self.variant.text}" if self.variant.text else self.name.text


def called(visit: Visit, reward: Reward | None, variant: str) -> Called:
    """What a variant is called; its number where the catalogue does not know it."""
    if reward is None:
        return Called(Localised(variant), Localised(""))
    own = next((one.name for one in reward.variants if one.number == variant), {})
    settings = settings_of(visit)
    return Called(name_of(visit, reward), localised(own, visit.locale, settings.programme.locales[0]),
                  tone_of(settings, reward.category), next(iter(pictures_of(visit, reward)), None))
