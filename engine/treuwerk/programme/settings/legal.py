"""Settings of what the law asks of a shop where the programme is open to consumers."""

import attrs
from attrs.validators import ge, le

from treuwerk.programme.settings.values import Texts


@attrs.frozen
class Legal:
    """``[legal]``: words of the final button, and the function by which consumers withdraw from a contract.

    Most programmes are for companies only, which have no right of withdrawal: so it is off.
    """

    order_button: Texts = attrs.field(factory=dict)
    """The final button of an order, per language, with ``{points}`` for the points; left out: "Order for … points"."""
    paid_order_button: Texts = attrs.field(factory=dict)
    """The same where money is paid, too; left out: what § 312j (3) BGB asks for, "Order with obligation to pay"."""
    withdrawal: bool = False
    """Whether the foot of every page leads to the withdrawal function of § 356a BGB, also without a login."""
    withdrawal_days: int = attrs.field(default=14, validator=[ge(14), le(366)])
    """Days after delivery in which a withdrawal is in time; the law has 14, a programme may give more."""
