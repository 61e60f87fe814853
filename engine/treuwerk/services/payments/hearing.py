"""Messages of providers: believed only where the provider's plugin knows its signature."""

from contextlib import suppress

from treuwerk.domain import ids
from treuwerk.domain.payments import Message, Notice
from treuwerk.domain.rights import OutOfScope, row_named
from treuwerk.services.installation import Installation
from treuwerk.services.payments.asking import WrongCurrency, known_in, provider_of
from treuwerk.services.payments.doubting import doubt_currency
from treuwerk.services.payments.settling import learn


def hear(installation: Installation, provider_name: str, message: Message, now: int) -> None:
    """Let an order follow what a message says; a message about a payment that nobody knows changes nothing.

    One of another currency than was asked for is kept for people: sent again, it would be as wrong.

    Raises:
        OutOfScope: the programme has no such provider that sends messages.
        ForgedMessage: the provider did not sign it.
        TypeError, ValueError: the plugin answered something else than it may.
    """
    provider = provider_of(installation.programme.settings, provider_name)
    if provider is None or provider.by_hand:
        raise OutOfScope
    notice: object = provider.told(message)
    if notice is None:
        return
    if not isinstance(notice, Notice):
        raise TypeError(f"found {type(notice).__name__}, expected a Notice or None")
    known = known_in(notice.known)
    with suppress(OutOfScope):
        account_id, number = row_named(notice.key, ids.PAYMENT)
        try:
            learn(installation, account_id, number, known, now, provider_name)
        except WrongCurrency:
            doubt_currency(installation, account_id, number, known, now, provider_name)
