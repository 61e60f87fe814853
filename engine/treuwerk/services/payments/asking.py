"""Asking a provider: what is asked for, and that nothing it raises or answers wrongly gets any further."""

import json
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

import attrs
from sqlalchemy import Row

from treuwerk.domain import ids
from treuwerk.domain.payments import (
    Begun,
    Known,
    PaymentAnswer,
    ProviderUnavailable,
    RefundReply,
    Transfer,
    WantedPayment,
)
from treuwerk.hookspecs import PaymentProvider
from treuwerk.programme.settings import Settings

_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_LONGEST_ADDRESS, _LONGEST_REFERENCE, _LONGEST_SAID = 2_000, 100, 500
A = TypeVar("A", Begun, Known, RefundReply)


def provider_of(settings: Settings, name: str) -> PaymentProvider | None:
    """The provider of a payment, where the programme still has it."""
    money = settings.rewards.money
    return money.provider if money and money.head.provider == name else None


def wanted(row: Row[Any], locale: str = "", back: str = "") -> WantedPayment:
    """What is asked for; the same under the same key but for who sits before the browser."""
    return WantedPayment(row.key, ids.public_id(ids.REWARD_ORDER, row.account_id, row.order_id), row.order_id,
                         row.amount, row.currency, row.pay_until, locale, back)


def asked(ask: Callable[[], A], kind: type[A]) -> A:
    """What a provider answers; whatever it raises, or what is no answer, leaves it unknown."""
    try:
        answer = ask()
        _check(answer, kind)
    except ProviderUnavailable as error:
        return kind(PaymentAnswer.UNKNOWN, said=tidied(str(error)))
    except Exception as error:
        return kind(PaymentAnswer.UNKNOWN, said=tidied(f"{type(error).__name__}: {error}"))
    return attrs.evolve(answer, said=tidied(answer.said))


def tidied(said: str) -> str:
    """What somebody said, so that every database keeps it."""
    return "".join(filter(str.isprintable, said))[:_LONGEST_SAID]


def begun_in(row: Row[Any]) -> Begun:
    """How somebody pays, as it is kept with a payment; unknown where nothing is."""
    if not row.begun:
        return Begun(PaymentAnswer.UNKNOWN, said=row.said)
    told = json.loads(row.begun)
    transfer = Transfer(**told["transfer"]) if told["transfer"] else None
    return Begun(**told | {"answer": PaymentAnswer(told["answer"]), "transfer": transfer})


class WrongCurrency(ValueError):
    """A provider tells of another currency than was asked for. That never becomes right; only people can settle it."""


def in_currency(known: Known, currency: str) -> Known:
    """What is known of a payment, if its cents are of the currency that was asked for.

    Raises:
        WrongCurrency: they are of another one.
    """
    if known.currency not in ("", currency):
        raise WrongCurrency(f"found {known.currency!r}, expected {currency}, which was asked for")
    return known


def known_in(answer: object) -> Known:
    """What a message says, checked.

    Raises:
        TypeError, ValueError: it is nothing that can be known.
    """
    _check(answer, Known)
    assert isinstance(answer, Known)
    return answer


def _check(answer: Any, kind: type[Any]) -> None:
    if not isinstance(answer, kind):
        raise TypeError(f"found {type(answer).__name__}, expected {kind.__name__}")
    if not isinstance(answer.answer, PaymentAnswer):
        raise TypeError(f"found {answer.answer!r} as answer, expected a PaymentAnswer")
    if isinstance(answer, Known) and (type(answer.captured) is not int or not 0 <= answer.captured < 2**53):
        raise ValueError(f"found {answer.captured!r} as captured cents, expected a whole number from 0 on")
    if isinstance(answer, Begun):
        _check_begun(answer)


def _check_begun(begun: Begun) -> None:
    if begun.answer is PaymentAnswer.WAITING and not (begun.address or begun.transfer):
        raise ValueError("found neither an address nor a transfer, expected a way to pay")
    if len(begun.reference) > _LONGEST_REFERENCE or not begun.reference.isprintable():
        raise ValueError(f"found a reference that cannot be kept, expected at most {_LONGEST_REFERENCE} characters")
    if begun.address:
        found = urlsplit(begun.address)
        safe = found.scheme == "https" or (found.scheme == "http" and found.hostname in _LOOPBACK)
        if not safe or not found.hostname or len(begun.address) > _LONGEST_ADDRESS:
            raise ValueError(f"found the address {begun.address[:80]!r}, expected one that begins with https://")
