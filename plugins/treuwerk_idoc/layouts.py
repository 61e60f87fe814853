"""Where the fields that are read stand in flat files: offset and length in the data of a segment.

A segment has a head of 63 characters (name, client, IDoc, number, parent, level) and then its data. Later versions of a
segment only add fields behind these.
"""

from collections.abc import Mapping
from types import MappingProxyType

Layout = Mapping[str, tuple[int, int]]
HEAD = 63

CONTROL: Layout = MappingProxyType({
    "MANDT": (10, 3), "DOCNUM": (13, 16), "TEST": (38, 1), "IDOCTYP": (39, 30), "CIMTYP": (69, 30), "MESTYP": (99, 30),
    "MESCOD": (129, 3), "MESFCT": (132, 3), "STDMES": (142, 6), "SNDPRN": (162, 10), "RCVPRN": (277, 10)})
"""The control record, EDI_DC40, which has no such head."""

SEGMENTS: Mapping[str, Layout] = MappingProxyType({
    "E1EDL20": {"VBELN": (0, 10), "VKORG": (14, 4), "LIFEX": (218, 35)},
    "E1EDL21": {"LFART": (0, 4)},
    "E1EDL18": {"QUALF": (0, 3)},
    "E1ADRM1": {"PARTNER_Q": (0, 3), "PARTNER_ID": (4, 17), "NAME1": (55, 40), "NAME2": (95, 40)},
    "E1EDT13": {"QUALF": (0, 3), "NTANF": (27, 8), "ISDD": (61, 8)},
    "E1EDL24": {"POSNR": (0, 6), "MATNR": (6, 18), "ARKTX": (42, 40), "CHARG": (144, 10), "KDMAT": (154, 22),
                "LFIMG": (176, 15), "VRKME": (191, 3), "HIPOS": (273, 6), "EAN11": (302, 18), "KDMAT35": (470, 35),
                "MATNR_EXTERNAL": (688, 40)},
    "E1EDL26": {"PSTYV": (0, 4)},
    "E1EDL19": {"QUALF": (0, 3)},
    "E1EDL11": {"SERNR": (0, 18), "SERNR_EXT": (18, 30)},
    "E1EDL41": {"QUALI": (0, 3), "BSTNR": (3, 35)},
    "E1EDL43": {"QUALF": (0, 1), "BELNR": (1, 35)},
    "E1EDL37": {"EXIDV": (0, 20)},
    "E1EDL44": {"VELIN": (0, 1), "VBELN": (1, 10), "POSNR": (11, 6)},
    "E1EDK01": {"ACTION": (0, 3), "CURCY": (4, 3), "BSART": (79, 4), "BELNR": (83, 35)},
    "E1EDK02": {"QUALF": (0, 3), "BELNR": (3, 35), "DATUM": (44, 8)},
    "E1EDK03": {"IDDAT": (0, 3), "DATUM": (3, 8)},
    "E1EDKA1": {"PARVW": (0, 3), "PARTN": (3, 17), "LIFNR": (20, 17), "NAME1": (37, 35), "NAME2": (72, 35),
                "ILNNR": (873, 70)},
    "E1EDP01": {"POSEX": (0, 6), "MENGE": (11, 15), "MENEE": (26, 3), "PMENE": (44, 3), "VPREI": (54, 15),
                "PEINH": (69, 9), "NETWR": (78, 18), "UEPOS": (187, 6)},
    "E1EDP02": {"QUALF": (0, 3), "BELNR": (3, 35)},
    "E1EDP19": {"QUALF": (0, 3), "IDTNR": (3, 35), "KTEXT": (38, 70)},
    "E1EDP26": {"QUALF": (0, 3), "BETRG": (3, 18)},
    "E1EDS01": {"SUMID": (0, 3), "SUMME": (3, 18)},
})


def layouts(agreed: Mapping[str, list[int]]) -> dict[str, Layout]:
    """The layouts with the fields that a partner has elsewhere; `agreed` as in the settings."""
    found: dict[str, dict[str, tuple[int, int]]] = {name: dict(layout) for name, layout in SEGMENTS.items()}
    for name, (offset, length) in agreed.items():
        segment, _, field = name.partition("-")
        found.setdefault(segment, {})[field] = (offset, length)
    return {**found}
