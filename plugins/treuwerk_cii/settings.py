"""How a partner's invoices are read. All of it has a default: a document describes itself."""

import attrs
from attrs.validators import ge, min_len


@attrs.frozen
class CiiSettings:
    """Keys of a ``[[sources]]`` table with ``reader = "cii"``."""

    buyer_scheme: str = attrs.field(default="customer_number", validator=min_len(1))
    """What a buyer's number is, where the document names no scheme. The customer numbers of a wholesaler are others
    than those of the programme: give them a name of their own, such as ``elektro_nord_number``."""
    features: dict[str, str] = attrs.field(factory=dict)
    """What is true of all lines of this source, such as ``{ scope = "MODULE" }``; rules may ask for it."""
    charges: bool = True
    """Whether lines that are freight, packing, deposit, working time or a discount by name or unit are charges."""
    compare_picture: bool = True
    """Whether the text of a PDF is compared with the invoice inside it; where they differ, a person is warned."""
    pdf_megabytes: int = attrs.field(default=32, validator=ge(1))
    """How large a PDF may be, packed and unpacked."""
    pdf_seconds: int = attrs.field(default=20, validator=ge(1))
    """How long a PDF may take."""
