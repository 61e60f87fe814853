"""What codes of the UN/EDIFACT directory mean for us: messages, documents, functions, parties, references, sums."""

from collections.abc import Mapping
from types import MappingProxyType

from treuwerk.domain.credits import GOODS, PRICE
from treuwerk.domain.documents import DocumentKind, Purpose

_K, _P = DocumentKind, Purpose

MESSAGES: Mapping[str, DocumentKind] = MappingProxyType({
    "DESADV": _K.DELIVERY, "RECADV": _K.RECEIPT, "INVOIC": _K.INVOICE, "SLSRPT": _K.SALES_REPORT,
    "ORDERS": _K.ORDER, "ORDCHG": _K.ORDER, "OSTENQ": _K.ORDER, "ORDRSP": _K.ORDER_RESPONSE,
    "OSTRPT": _K.ORDER_RESPONSE, "PRICAT": _K.ARTICLES, "PRODAT": _K.ARTICLES,
})
"""Message type (0065) → kind; every other message is of the kind ``other``."""

WITH_LINES = frozenset({"DESADV", "RECADV", "INVOIC", "SLSRPT", "ORDERS", "ORDCHG", "ORDRSP"})
"""Messages whose lines are read; of all others only the head is."""

_CREDITS = ("81", "83", "261", "262", "296", "308", "381", "396", "420", "458", "532")
DOCUMENTS: Mapping[tuple[str, str], DocumentKind] = MappingProxyType({
    **{("INVOIC", code): _K.CREDIT_NOTE for code in _CREDITS},
    ("INVOIC", "325"): _K.OTHER,  # a proforma invoice demands nothing and delivers nothing
    ("DESADV", "35E"): _K.RETURN, ("RECADV", "35E"): _K.RETURN,
})
"""(Message, document code 1001) → kind, where it is not that of the message."""

FUNCTIONS: Mapping[str, Purpose] = MappingProxyType({
    "": _P.ORIGINAL, "1": _P.CANCEL, "2": _P.CHANGE, "4": _P.CHANGE, "5": _P.REPLACE, "6": _P.ORIGINAL,
    "7": _P.COPY, "9": _P.ORIGINAL, "17": _P.CANCEL, "18": _P.REPLACE, "20": _P.ORIGINAL, "22": _P.ORIGINAL,
    "31": _P.COPY, "33": _P.CHANGE, "35": _P.COPY, "36": _P.CHANGE, "42": _P.ORIGINAL, "43": _P.COPY,
})
"""Message function (1225) → what the document is to do with an earlier one of its number."""

ROLES: Mapping[str, str] = MappingProxyType({
    "BY": "buyer", "SU": "supplier", "SE": "seller", "DP": "ship_to", "ST": "ship_to", "IV": "invoicee",
    "BT": "invoicee", "UC": "end_customer", "CN": "consignee", "SF": "ship_from", "SH": "shipper", "PE": "payee",
    "PR": "payer", "CA": "carrier", "OB": "orderer", "II": "invoicer", "WH": "warehouse", "FW": "forwarder",
    "MF": "manufacturer", "RE": "payee", "LC": "tax_representative",
})
"""Party qualifier (3035) → role; any other qualifier is its own role, in lower-case letters."""

SCHEMES: Mapping[str, str] = MappingProxyType({"9": "gln", "14": "gln", "16": "duns"})
"""Agency (3055) → what a party's number is."""
SCHEMES_BY_LIST: Mapping[str, str] = MappingProxyType({
    "0088": "gln", "0060": "duns", "0062": "duns", "9930": "vat", "9906": "vat"})
"""Code list (1131) of EN 16931 → what a party's number is."""
REFERENCE_SCHEMES: Mapping[str, str] = MappingProxyType({
    "VA": "vat", "FC": "tax", "AHP": "tax", "GN": "registration", "XA": "registration", "IT": "customer_number",
    "ADE": "customer_number", "AVC": "customer_number", "IA": "supplier_number", "API": "id", "YC1": "id"})
"""Reference below a party (1153) → what it is."""
RANKS = {scheme: rank for rank, scheme in enumerate(
    ("gln", "customer_number", "supplier_number", "duns", "vat", "tax", "registration", "own", "id"))}

ORDERS = frozenset({"ON", "CO", "PO"})
DELIVERIES = frozenset({"DQ", "AAK", "AAJ", "AAU"})
PREVIOUS = frozenset({"OI", "IV", "ACW", "ABO"})

SUMS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("lines_total", ("79",)), ("net_total", ("389",)), ("tax_total", ("176", "150")),
    ("grand_total", ("388", "77", "39", "86")), ("prepaid", ("113",)), ("payable", ("9",)),
    ("charges_total", ("259",)), ("allowances_total", ("260",)),
)
"""Name of a sum → qualifiers of MOA (5025) that say it, best first."""

QUANTITIES: Mapping[DocumentKind, tuple[str, ...]] = MappingProxyType({
    _K.DELIVERY: ("12", "46", "1", "113"), _K.RETURN: ("12", "61", "194", "48", "46", "1"),
    _K.INVOICE: ("47", "12", "46", "1"), _K.CREDIT_NOTE: ("47", "61", "12", "46", "1"),
    _K.SALES_REPORT: ("153", "1"), _K.RECEIPT: ("194", "48", "46", "1"),
    _K.ORDER: ("21", "1", "47"), _K.ORDER_RESPONSE: ("12", "113", "21", "1"),
})
"""Kind → qualifiers of QTY (6063) that say what was moved, best first."""
AMOUNTS = ("203", "66", "38")
PRICES = ("AAA", "INV", "NTP", "AAB", "CAL", "GRP")
CHARGE_AMOUNTS = ("64", "67", "106", "304")
"""Freight, insurance, packing: amounts (5025) of lines that are charges."""

ADJUSTMENTS: Mapping[str, str] = MappingProxyType({
    **dict.fromkeys(("3", "4", "14", "15", "16", "17", "29", "32", "35"), GOODS),
    **dict.fromkeys(("19", "38", "39", "46", "48", "56", "57", "66", "68", "72", "74", "75", "77", "78"), PRICE)})
"""Reason of an adjustment (4465) → what is given back; all others say neither."""

GTIN_TYPES = frozenset({"EN", "SRV", "UP", "EU", "GT"})
SELLER_TYPES = frozenset({"SA", "VN", "VP", "SK"})
MAKER_TYPES = frozenset({"MF", "MP"})
BUYER_TYPES = frozenset({"IN", "BP", "BO", "PO", "CU"})
SERIAL_TYPES = frozenset({"SN", "BN"})
BATCH_TYPES = frozenset({"NB", "BX"})
