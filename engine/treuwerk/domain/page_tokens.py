"""Recognised words cut into tokens, each with what a label on a document may mean by it."""

import re
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from treuwerk.domain.folding import folded
from treuwerk.domain.page_words import Box, ReadPage, Word, box_around, rows_of


class Role(StrEnum):
    """What a value behind a label is the number or the day of."""

    DELIVERY = "delivery"
    INVOICE = "invoice"
    DOCUMENT = "document"
    ORDER = "order"
    CUSTOMER = "customer"
    OTHER = "other"  # known, and none of these
    STRANGE = "strange"  # the number of something that nobody has heard of


class Label(NamedTuple):
    """What a word of a label says. `numbered`: it says number, too; `dated`: date; `sure`: it is spelled right."""

    role: Role
    numbered: bool = False
    dated: bool = False
    sure: bool = True


class Token(NamedTuple):
    """A part of a word between colons: as it is read, in plain letters alone, and its word."""

    text: str
    letters: str
    word: Word

    @property
    def label(self) -> Label | None:
        """What it means as a part of a label; None for nothing."""
        return label_of(self.letters) if self.letters else None

    @property
    def says_number(self) -> bool:
        """Whether it is a word for number alone."""
        return self.letters in _NUMBER or self.text.rstrip(".:") in ("#", "N°", "n°", "Nº", "nº")


class Row(NamedTuple):
    """A row of a page with its tokens."""

    page: ReadPage
    tokens: tuple[Token, ...]


class FoundField(NamedTuple):
    """A value that was found on a page. `confidence` is in thousandths, `page` the place of the page in the report.

    `place` is ``kind``, ``number``, ``issued_on``, ``delivered_on`` (ISO days), ``seller`` (code), ``seller_name``,
    ``order``, ``customer``, or ``line.<n>.`` with ``article``, ``qty``, ``unit`` or ``id``, its position.
    """

    place: str
    value: str
    confidence: int
    page: int
    box: Box


_NUMBER = frozenset({"nr", "no", "num", "number", "nummer", "numero", "nbr"})
_STEMS = {
    Role.DELIVERY: "lieferschein liefer lieferung delivery livraison deliverynote despatch dispatch leistung pakbon bl "
                   "warenausgang liefertag livre delivered geliefert",
    Role.INVOICE: "rechnung handelsrechnung warenrechnung ausgangsrechnung invoice facture factuur taxinvoice bill",
    Role.DOCUMENT: "beleg document dokument doc receipt quittung kassenbon recu",
    Role.ORDER: "bestell bestellung auftrag order purchaseorder po commande bestel besteldatum kauf aankoop",
    Role.CUSTOMER: "kunde kunden kd customer client klant debitor debitoren",
    Role.OTHER: "steuer ust umsatzsteuer umsatzsteuerident handelsregister handelsreg register telefon tel fax konto "
                "iban artikel art article serien serie serial global globale lfd pos seite page charge batch vat gst "
                "tva tax btw siret ean gtin gln kvk cashier counter account due fallig falligkeit faelligkeit echeance "
                "zahlbar zahlung payment printed gedruckt druck valuta bis until versand sendung tracking projekt "
                "vertrag contract kontakt mobil vendor supplier lieferanten fournisseur"}
_ROLES = {folded(stem): role for role, stems in _STEMS.items() for stem in stems.split()}
_COMPOUNDS = {stem + link + suffix: (role, suffix != "datum", suffix == "datum")
              for stem, role in _ROLES.items() if len(stem) >= 4 for link in ("", "s")
              for suffix in ("nummer", "number", "datum")}
_SUFFIXES = (("nummer", True, False), ("number", True, False), ("numero", True, False), ("nr", True, False),
             ("datum", False, True), ("date", False, True), ("tag", False, True), ("no", True, False))
_CUT = re.compile(r"(?<=[A-Za-zÄÖÜäöüßéèà.)])[:#]+|^[:#]+(?=\w)|:+$|(?<=^[dlDL])['’]")
_STRANGE_LETTERS = 4
_LONG, _CLOSE = 10, 0.85


@lru_cache(maxsize=4_096)
def label_of(letters: str) -> Label | None:
    """What a word means as a part of a label, from its plain letters; a letter that was read wrong does no harm.

    >>> label_of("rechnungsnummer")
    Label(role=<Role.INVOICE: 'invoice'>, numbered=True, dated=False, sure=True)
    >>> label_of("reinungenummer").role, label_of("solarmodul")
    (<Role.INVOICE: 'invoice'>, None)
    """
    if letters in ("datum", "date", "vom"):
        return Label(Role.DOCUMENT, dated=True)
    if role := _role(letters):
        return Label(role)
    for suffix, numbered, dated in _SUFFIXES:
        stem = letters.removesuffix(suffix)
        if stem == letters or not stem:
            continue
        if role := _role(stem):
            return Label(role, numbered, dated)
    if len(letters) >= _LONG and (close := get_close_matches(letters, _COMPOUNDS, 1, _CLOSE)):
        return Label(*_COMPOUNDS[close[0]], sure=False)
    for suffix, numbered, dated in _SUFFIXES:
        if len(suffix) > 3 and letters.endswith(suffix) and len(letters) >= len(suffix) + _STRANGE_LETTERS:
            return Label(Role.STRANGE, numbered, dated, sure=False)
    return None


def _role(stem: str) -> Role | None:
    return _ROLES.get(stem) or _ROLES.get(stem.removesuffix("s"))


def tokens_of(words: Sequence[Word]) -> Iterator[Token]:
    """The tokens of a row: ``Rechnungsnr.:4711`` is two of them."""
    for word in words:
        for part in _CUT.split(word.text):
            if part:
                yield Token(part, "".join(letter for letter in folded(part) if letter.isalpha()), word)


def token_rows(pages: Sequence[ReadPage]) -> list[Row]:
    """All rows of all pages, from top to bottom."""
    return [Row(page, tuple(tokens_of(words))) for page in pages for words in rows_of(page)]


def found(place: str, value: str, page: ReadPage, words: Sequence[Word], weight: float) -> FoundField:
    """A value with the confidence of its least certain word, times how much its surroundings speak for it."""
    least = min(word.confidence for word in words)
    return FoundField(place, value, round(1_000 * least * min(weight, 1.0)), page.number, box_around(words, page))
