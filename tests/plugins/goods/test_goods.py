"""Goods: handed over to a supplier, with or without an address."""

import pytest

from treuwerk.domain.reward_kinds import Asked, Fulfilment
from treuwerk_goods import GoodsSettings, reward_sources, terms_of

STITCHED = Asked("stitched", {"en": "Name on the jacket"}, required=False, longest=20)


def test_goods_go_to_an_address_by_a_supplier() -> None:
    [source] = reward_sources()

    terms = source.build(source.settings())

    assert (source.name, terms.fulfilment, terms.needs_address, terms.asks) == ("goods", Fulfilment.SUPPLIER, True, ())


def test_what_a_supplier_sends_by_mail_needs_none() -> None:
    assert not terms_of(GoodsSettings(needs_address=False)).needs_address


def test_what_a_supplier_must_know_is_asked_once() -> None:
    assert terms_of(GoodsSettings(asks=[STITCHED])).asks == (STITCHED,)
    with pytest.raises(ValueError, match="each answer once: stitched"):
        terms_of(GoodsSettings(asks=[STITCHED, STITCHED]))
