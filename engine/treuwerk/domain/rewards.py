"""Rewards as constraints and prices see them: what is offered, to whom, and what speaks against it."""

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Protocol

import attrs


class RewardState(StrEnum):
    """How far a reward has come. Only a published one is ever offered."""

    DRAFT = "draft"
    REVIEW = "review"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


@attrs.frozen
class Evidence:
    """What proves something about a reward, such as where it comes from; both days are included.

    `kind` is what it proves (``origin``), `statement` what was found out by it (``manufactured``), `country` a code of
    two letters where it is about one, `document` where the paper is: a number, a file, an address. `file` is the hash
    of the paper itself, where it was uploaded.
    """

    kind: str
    statement: str = ""
    country: str = ""
    document: str = ""
    valid_from: date = date.min
    valid_until: date = date.max
    file: str = ""

    def holds_on(self, day: date) -> bool:
        """Whether it is valid on a day."""
        return self.valid_from <= day <= self.valid_until


@attrs.frozen
class Offer:
    """One variant of a reward as it would be offered. Money is in cents of the programme's currency."""

    number: str
    variant: str
    kind: str
    category: str
    points: int
    supplier: str = ""
    brand: str = ""
    labels: frozenset[str] = frozenset()
    cost: int = 0
    tax_value: int = 0
    evidence: tuple[Evidence, ...] = ()


@attrs.frozen
class Asker:
    """For whom something is looked up.

    `NOBODY` is nobody in particular, as when a whole catalogue is checked. For anybody else an empty field says that
    it is not known, or that no tier is reached yet. `country` is that of the participant, `destination` the country
    that an order goes to, if it is another one.
    """

    group: str = ""
    tier: str = ""
    country: str = ""
    destination: str = ""


NOBODY = Asker()


@attrs.frozen
class Objection:
    """Why something must not be offered.

    `words` are English, with ``%(name)s`` where a detail belongs; the plugin's translations know them.
    """

    code: str
    words: str
    details: Mapping[str, str | int] = attrs.field(factory=dict)

    @property
    def reason(self) -> str:
        """The words with their details, in English."""
        return self.words % self.details


class CatalogueConstraint(Protocol):
    """A constraint with its settings bound: pure, no clock, no database."""

    def check(self, offers: Sequence[Offer], asker: Asker, day: date) -> Sequence[Sequence[Objection]]:
        """The objections to each offer, in the order of the offers; an empty sequence where nothing speaks against it.

        It is asked for a whole catalogue as for one line of an order, and answers alike for the same arguments. What
        it does not know speaks against the offer.
        """
        ...


FAILED = "constraint_failed"
"""The objection to all offers of a constraint that raised or answered something else than objections."""
