"""The kind of donations."""

from treuwerk.domain.reward_kinds import Asked, Fulfilment
from treuwerk_donations import DonationSettings, reward_sources


def test_a_donation_needs_nobody_who_delivers_and_may_ask_something() -> None:
    [source] = reward_sources()
    thanks = Asked("thanks", {"en": "Name on the wall"}, required=False)

    terms = source.build(DonationSettings([thanks]))

    assert (source.name, terms.fulfilment, terms.needs_address, terms.asks) == (
        "donations", Fulfilment.NONE, False, (thanks,))
