"""What stages, fields and refusals of the catalogue are called."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from treuwerk.domain.catalogue import Change, Reward
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.reward_kinds import Fulfilment
from treuwerk.programme.languages import own_name
from treuwerk.services.rewards.gate import NO_ALT, NO_NAME, NO_PRICE, NO_TEXT, Lacking
from treuwerk.services.rewards.kinds import terms_by_kind, title_of
from treuwerk.web.office.frame import settings_of
from treuwerk.web.office.words import marked_refusal
from treuwerk.web.shell.content import localised
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.pages import gettext
from treuwerk.web.shell.state import Visit

STAGES: Mapping[str, tuple[str, str, str]] = {
    "draft": (marked("Draft"), "", "pencil"), "review": (marked("In review"), "accent", "eye"),
    "published": (marked("Published"), "good", "circle-check"), "withdrawn": (marked("Withdrawn"), "", "undo-2")}
"""Words, colour and icon of how far a reward has come."""
PROOFS: Mapping[str, str] = {"origin": marked("Origin"), "claim": marked("Environmental claim")}
_FIELDS: Mapping[str, str] = {
    "number": marked("Number"), "kind": marked("Kind"), "category": marked("Category"), "brand": marked("Brand"),
    "supplier": marked("Supplier"), "cost": marked("Cost"), "freight": marked("Freight"), "vat": marked("VAT"),
    "tax_value": marked("Value for tax"), "points": marked("Points"), "delivery_days": marked("Days of delivery"),
    "labels": marked("Labels"), "countries": marked("Countries of delivery"), "min_tier": marked("From tier"),
    "groups": marked("Groups"), "visible.first": marked("Shown from"), "visible.last": marked("Shown until"),
    "redeemable.first": marked("Orderable from"), "redeemable.last": marked("Orderable until"),
    "name": marked("Name"), "summary": marked("Summary"), "text": marked("Text"), "alt": marked("What is on it"),
    "statement": marked("Statement"), "country": marked("Country"), "document": marked("Document"),
    "file": marked("Paper"), "valid_from": marked("Valid from"), "valid_until": marked("Valid until"),
    "variant": marked("Variant"), "group": marked("Group"), "tier": marked("Tier"), "first": marked("From"),
    "last": marked("Until"), "sha256": marked("File"), "width": marked("Width"), "height": marked("Height"),
    "state": marked("State"), "with_money": marked("Partly payable with money")}
_PLACES: Mapping[str, str] = {"texts": marked("Text"), "variants": marked("Variant"), "evidence": marked("Evidence"),
                              "pictures": marked("Picture"), "prices": marked("Special price"),
                              "settings": marked("Settings")}
_WAYS: Mapping[Fulfilment, str] = {
    Fulfilment.SUPPLIER: marked("by a supplier"), Fulfilment.CODE: marked("as a voucher code"),
    Fulfilment.SEAT: marked("as a seat on a date"), Fulfilment.NONE: marked("nothing is delivered")}
_MEASURE = re.compile(r"^pictures\..*\.(width|height)$")
_MONEY = frozenset({"cost", "freight", "tax_value"})
REFUSALS: Mapping[str, str] = {
    "bad_number": marked("Use letters, digits, - _ + and . (at most 60), beginning with a letter or digit."),
    "number_taken": marked("There is a reward of this number. Choose another one."),
    "taken": marked("A variant of another reward has this number, or it stands here twice. Each needs its own."),
    "no_variant": marked("A reward needs at least one variant: it is what is ordered."),
    "too_many": marked("These are more than a reward can have."),
    "unknown_category": marked("Choose a category of the programme."),
    "bad_kind": marked("Choose a kind of the programme."),
    "self_approval": marked("You changed this draft yourself. Somebody else publishes it."),
    "overtaken": marked("The catalogue has changed since this draft was begun. Look at the differences first."),
    "lacks": marked("This reward still lacks something. It is named below."),
    "wrong_stage": marked("This is not possible at this stage. Look at the reward again."),
    "no_draft": marked("There is no such draft any more."), "published_already": marked("This is published already."),
    "no_version": marked("There is no such version."),
    "reserved": marked("More pieces are reserved for orders than would be left."),
    "no_dates": marked("Rewards of this kind have no dates."), "no_pool": marked("Rewards of this kind have no codes."),
    "no_such_variant": marked("Choose one of the variants."), "twice": marked("This date stands here twice."),
    "day_is_over": marked("Choose a day after today."),
    "seats_taken": marked("%(taken)s seats are ordered already. Enter at least as many, or cancel orders first."),
    "no_text": marked("This file is no text. Save it as a text with one code in each line."),
    "no_codes": marked("Paste codes, or choose a file: one code in each line."),
    "too_many_codes": marked("These are more than %(most)s codes. Bring them in several parts."),
    "bad_codes": marked("Nothing was added, since these lines cannot be read: %(lines)s. A line is a code, or code; "
                        "PIN; last day such as 2027-12-31."),
    "not_a_picture": marked("This is no picture that can be shown. Choose a JPEG, PNG, WebP, TIFF or HEIC."),
    "not_a_document": marked("Choose a PDF or a picture of the paper."),
    "too_small": marked("This picture is too small. Choose one of at least 480 pixels on its longer side."),
    "scanner_silent": marked("The virus scanner does not answer. Try again in some minutes."),
    "too_large": marked("This file is too large. Choose a smaller one."),
    "empty": marked("This file is empty."), "no_file": marked("Choose a file first."),
    "infected": marked("A virus was found in this file. It was not kept."),
    "broken": marked("This file cannot be read. Save it anew and try again."),
    "svg": marked("Drawings in SVG are not taken. Save it as PNG or WebP."),
    "too_many_pixels": marked("This picture has too many pixels. Save it in a smaller size."),
    "too_demanding": marked("This file cannot be read in the time that there is. Save it anew in a smaller size."),
    "moved": marked("The catalogue has changed since you looked. These are the differences of now: look once more."),
    "gone": marked("The file is kept for a day only. Bring it again."),
    "not_a_table": marked("Choose a CSV with ; and UTF-8, or an XLSX."),
    "heic": marked("Photos in HEIC cannot be read here. Save it as JPEG.")}


_GATE: Mapping[str, str] = {
    NO_ALT: marked("Picture %(number)s says nothing in %(locales)s. Say what is on it."),
    NO_NAME: marked("It has no name, and there are several variants."),
    NO_PRICE: marked("It has no price: give it points, or a cost for the formula.")}
_NO_TEXT: Mapping[str, str] = {
    "name": marked("The name in %(language)s is missing."),
    "summary": marked("The summary in %(language)s is missing.")}


def lacking_words(visit: Visit, fault: Lacking) -> str:
    """What a reward lacks, in the visitor's language; plugins bring words for what their constraints say."""
    if fault.words == NO_TEXT:
        language = own_name(str(fault.details["locale"]))
        return gettext(visit, _NO_TEXT[str(fault.details["word"])]) % {"language": language}
    details: dict[str, object] = dict(fault.details)
    if fault.words == NO_ALT:
        details["locales"] = ", ".join(own_name(code) for code in str(details["locales"]).split(", "))
    return gettext(visit, _GATE.get(fault.words, fault.words)) % details


def message_of(refusal: Refusal) -> str:
    """The message of a refusal, to be told beside a field."""
    return REFUSALS.get(refusal.code) or marked_refusal(refusal)


def name_of(visit: Visit, reward: Reward) -> Any:
    """What a reward is called for the visitor, marked with its language where that is another one."""
    names = {code: text.name for code, text in reward.texts.items()}
    return localised(names, visit.locale, settings_of(visit).programme.locales[0])


def category_of(visit: Visit, code: str) -> str:
    """The name of a category by its code."""
    return localised(settings_of(visit).rewards.categories.get(code, {}), visit.locale).text or code


def kind_of(visit: Visit, code: str) -> str:
    """What a kind of rewards is called; a code that the programme does not have stands for itself."""
    return next((title_of(kind, visit.locale) for kind in settings_of(visit).reward_kinds if kind.head.name == code),
                code)


def kind_facts(visit: Visit, code: str) -> Iterator[tuple[str, str]]:
    """What holds for all rewards of a kind, as the programme file sets it: a name and what is set, in words."""
    terms = terms_by_kind(settings_of(visit)).get(code)
    if terms is None:
        return
    yield gettext(visit, marked("How it arrives")), gettext(visit, _WAYS[terms.fulfilment])
    if terms.valid_days:
        yield gettext(visit, marked("Codes good for at least")), _days(visit, terms.valid_days)
    if terms.closes_days:
        yield gettext(visit, marked("Ordered no later than")), gettext(visit, marked("%(days)s before the date")) % {
            "days": _days(visit, terms.closes_days)}
    asked = [localised(one.label, visit.locale).text or one.name for one in terms.asks]
    if asked:
        yield gettext(visit, marked("Asked with an order")), ", ".join(asked)


def _days(visit: Visit, days: int) -> str:
    texts = visit.shell.renderer.language(visit.locale).texts
    return texts.ngettext("%(num)s day", "%(num)s days", days) % {"num": days}


def field_words(visit: Visit, path: str) -> str:
    """What a path of a reward means, such as ``Text, Deutsch: Name`` for ``texts.de.name``."""
    if path.startswith("stock."):
        return f"{gettext(visit, marked('Stock'))} {path.removeprefix('stock.')}"
    if path in _FIELDS:
        return gettext(visit, _FIELDS[path])
    place, _, rest = path.partition(".")
    which, _, field = rest.rpartition(".") if place == "variants" else rest.partition(".")
    if place == "variants" and ".name." in f".{rest}":
        which, _, field = rest.partition(".name.")
        field = f"name.{field}"
    head, _, locale = field.partition(".")
    said = gettext(visit, _FIELDS[head]) if head in _FIELDS else field
    of = own_name(which) if place == "texts" else which
    where = " ".join(part for part in (gettext(visit, _PLACES.get(place, place)), of) if part)
    return f"{where}: {said}" + (f" ({own_name(locale)})" if locale and head in _FIELDS else "")


def told_changes(visit: Visit, found: Iterable[Change]) -> list[tuple[str, str, str]]:
    """Changes for people; what says nothing to them is left out."""
    told = [change_words(visit, one) for one in found if not _MEASURE.search(one.path)]
    return [one for one in told if one[1] != one[2]]


def change_words(visit: Visit, change: Change) -> tuple[str, str, str]:
    """A change for people: the field, and what stood and stands in it."""
    leaf = change.path.rpartition(".")[2]
    return (field_words(visit, change.path), value_words(visit, leaf, change.before),
            value_words(visit, leaf, change.after))


def value_words(visit: Visit, field: str, value: Any) -> str:
    """A value of a field as the language writes it; empty for nothing."""
    notation = visit.shell.renderer.language(visit.locale).notation
    if value in (None, "", date.min, date.max) or (field != "points" and value == 0):
        return ""
    if field == "state" and value in STAGES:
        return gettext(visit, STAGES[value][0])
    if field == "category":
        return category_of(visit, str(value))
    if field in ("sha256", "file"):
        return str(value)[:12]
    if field in _MONEY:
        return f"{notation.written(Decimal(value) / 100)} {settings_of(visit).programme.currency}"
    return notation.written(value) if isinstance(value, int | Decimal | date) else str(value)
