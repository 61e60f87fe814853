"""Parties of NAD with their references: who it is, by which numbers, best first."""

from collections.abc import Sequence
from typing import NamedTuple

import attrs

from treuwerk.domain.documents import Party
from treuwerk_edifact.codes import RANKS, REFERENCE_SCHEMES, SCHEMES, SCHEMES_BY_LIST
from treuwerk_edifact.syntax import Elements

_MOST_IDS = 20
_AGENCY = 3
_BY_SELLER, _BY_BUYER = "91", "92"
_BUYERS = frozenset({"BY", "OB", "BT", "IV", "CN", "UC", "DP", "ST", "LOC"})


class Identification(NamedTuple):
    """A number as C082 and C517 have it: the number, its code list (1131) and its agency (3055)."""

    number: str
    code_list: str = ""
    agency: str = ""


@attrs.define
class PartyDraft:
    """A party while its segments come in."""

    qualifier: str
    identified: Identification
    name: str = ""
    references: list[tuple[str, str]] = attrs.field(factory=list)
    misplaced: bool = False
    """Whether the agency stood in an element of its own, where the name belongs."""

    def refer(self, qualifier: str, number: str) -> None:
        """A reference of the party; of what it is known by, the first of each kind counts."""
        scheme = REFERENCE_SCHEMES.get(qualifier, "")
        if scheme == "customer_number" and self.qualifier not in _BUYERS:
            scheme = "own"
        if scheme and number and len(self.references) < _MOST_IDS and scheme not in dict(self.references):
            self.references.append((scheme, number))

    def party(self, buyer_scheme: str) -> Party:
        """The party, its numbers best first; `buyer_scheme` is what a buyer's number is where nothing says so."""
        ids = [(self._scheme(buyer_scheme), self.identified.number)] if self.identified.number else []
        ids += [pair for pair in self.references if pair not in ids]
        return Party(self.name, tuple(sorted(ids, key=lambda pair: RANKS.get(pair[0], len(RANKS)))))

    def _scheme(self, buyer_scheme: str) -> str:
        _, code_list, agency = self.identified
        known = SCHEMES.get(agency) or SCHEMES_BY_LIST.get(code_list)
        if known:
            return known
        if self.qualifier in _BUYERS:
            return "own" if agency == _BY_BUYER and self.qualifier != "LOC" else buyer_scheme
        return {_BY_SELLER: "own", _BY_BUYER: "supplier_number"}.get(agency, "id")


def identification(components: Sequence[str]) -> Identification:
    """A number with its code list and agency, from the components of an element."""
    number, code_list, agency, *_ = (*(part.strip() for part in components[:3]), "", "", "")
    return Identification(number, code_list, agency)


def party_draft(segment: Elements) -> PartyDraft:
    """What NAD says. A name stands in C080, else in the free text before it."""
    qualifier = segment[1][0].strip().upper() if len(segment) > 1 else ""
    identified = identification(segment[2] if len(segment) > 2 else ())
    text = [part.strip() for part in segment[3] if part.strip()] if len(segment) > 3 else []
    names = [part.strip() for part in segment[4][:5] if part.strip()] if len(segment) > 4 else []
    misplaced = bool(identified.number) and not identified.agency and not names and _is_agency(text)
    if misplaced:
        identified = identified._replace(agency=text[0])
        text = []
    return PartyDraft(qualifier, identified, " ".join(names) or (text[0] if text else ""), misplaced=misplaced)


def _is_agency(text: Sequence[str]) -> bool:
    """Whether a single short text is an agency code, such as 9 or 31B, and no name."""
    return len(text) == 1 and len(text[0]) <= _AGENCY and text[0][0].isdigit()
