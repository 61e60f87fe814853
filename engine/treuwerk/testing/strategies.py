"""Hypothesis strategies for what rules see: participants, articles, purchase lines and activities."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from treuwerk.domain.participants import Participant, ParticipantStatus
from treuwerk.domain.purchases import Article, EarningEvent

_FIRST, _LAST = date(2024, 1, 1), date(2029, 12, 31)
_NUMBERS = st.text("ABCDEFGHJKLMNPRSTUVWXYZ0123456789-", min_size=1, max_size=12)


def decimals(least: str = "0.01", most: str = "10000", places: int = 2) -> SearchStrategy[Decimal]:
    """Exact decimals between two bounds, as they come from master data and feeds."""
    return st.decimals(Decimal(least), Decimal(most), places=places, allow_nan=False, allow_infinity=False)


def participants(groups: Sequence[str] = ("certified", "installer"),
                 countries: Sequence[str] = ("DE", "AT", "CH", "FR")) -> SearchStrategy[Participant]:
    """Active participants of these groups and countries."""
    return st.builds(Participant, account_id=st.integers(1, 2**63 - 1), group=st.sampled_from(groups),
                     status=st.just(ParticipantStatus.ACTIVE), country=st.sampled_from(countries))


def articles(kinds: Sequence[str] = ("module", "inverter", "cable"),
             attributes: Mapping[str, SearchStrategy[Decimal]] | None = None) -> SearchStrategy[Article]:
    """Articles of these kinds; each attribute is there or not, since no article master is complete."""
    drawn = st.fixed_dictionaries({}, optional=dict(attributes or {"wp": decimals("1", "700", 1)}))
    return st.builds(Article, number=_NUMBERS, kind=st.sampled_from(kinds), name=st.just(""), gtin=st.just(""),
                     attributes=drawn)


def purchases(of: SearchStrategy[Article] | None = None, features: Mapping[str, Sequence[str]] | None = None,
              by: SearchStrategy[Participant] | None = None) -> SearchStrategy[EarningEvent]:
    """Purchase lines of up to 100,000 pieces; `features` names the values that a feature may have or lack."""
    wanted = {"scope": ("SYSTEM", "MODULE")} if features is None else features
    facts: dict[str, SearchStrategy[str]] = {name: st.sampled_from(values) for name, values in wanted.items()}
    return st.builds(
        EarningEvent, participant=by or participants(), occurred_on=st.dates(_FIRST, _LAST),
        article=articles() if of is None else of, activity=st.just(""), quantity=st.integers(1, 100_000).map(Decimal),
        amount=st.none() | decimals(), currency=st.just("EUR"), features=st.fixed_dictionaries({}, optional=facts))


def activities(kinds: Sequence[str] = ("seminar", "trade_fair"),
               by: SearchStrategy[Participant] | None = None) -> SearchStrategy[EarningEvent]:
    """Attended activities of these kinds."""
    # Hypothesis invents what a named tuple has a default for, so every field is told.
    return st.builds(EarningEvent, participant=by or participants(), occurred_on=st.dates(_FIRST, _LAST),
                     activity=st.sampled_from(kinds), article=st.none(), quantity=st.just(Decimal(1)),
                     amount=st.none(), currency=st.just(""), features=st.builds(dict))


def events() -> SearchStrategy[EarningEvent]:
    """Purchases and activities mixed, as a day brings them."""
    return st.one_of(purchases(), activities())
