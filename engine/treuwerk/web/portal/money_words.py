"""What is said of money wherever a price is shown in part as money."""

from treuwerk.web.shell.state import Visit


def vat_words(visit: Visit) -> dict[str, str]:
    """What the programme says of VAT on the money part, by language."""
    money = visit.shell.installation.programme.settings.rewards.money
    return dict(money.head.vat) if money else {}
