"""How a partner's openTRANS is read. All of it has a default: a document describes itself."""

import attrs
from attrs.validators import min_len


@attrs.frozen
class OpentransSettings:
    """Keys of a ``[[sources]]`` table with ``reader = "opentrans"``."""

    buyer_scheme: str = attrs.field(default="customer_number", validator=min_len(1))
    """What the supplier's number of a buyer is called. The customer numbers of a wholesaler are others than those of
    the programme: give them a name of their own, such as ``it_west_number``."""
    features: dict[str, str] = attrs.field(factory=dict)
    """What is true of all lines of this source, such as ``{ scope = "MODULE" }``; rules may ask for it."""
    charges: bool = True
    """Whether lines that are freight, packing, deposit, working time or a discount by name or unit are charges."""
