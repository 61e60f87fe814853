"""What the programme calls its units, rules, tiers and groups, in one language."""

from treuwerk.programme.settings import Settings, Texts, Tier


class Naming:
    """Names by code; a code that the programme does not have any more stands for itself."""

    def __init__(self, settings: Settings, locale: str) -> None:
        self._settings = settings
        self._locale = locale

    def unit(self, code: str) -> str:
        """The name of a unit, such as ``Bonuspunkte``."""
        unit = self._settings.units.get(code)
        return self._text(unit.name, code) if unit else code

    def rule(self, name: str, revision: int) -> str:
        """The title of a rule in the revision that a booking names, or in any other."""
        heads = [earning.head for earning in self._settings.earning if earning.head.name == name]
        exact = [head for head in heads if head.revision == revision]
        chosen = (exact or heads or [None])[0]
        return self._text(chosen.title, name) if chosen else name

    def tier(self, tier: Tier | None) -> str:
        """The name of a tier, empty for none."""
        return self._text(tier.name, tier.code) if tier else ""

    def group(self, code: str) -> str:
        """The name of a kind of participant."""
        group = self._settings.groups.get(code)
        return self._text(group.name, code) if group else code

    def _text(self, texts: Texts, code: str) -> str:
        return texts.get(self._locale) or next(iter(texts.values()), code)
