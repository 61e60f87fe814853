"""The registry of sellers: the list, one seller with what it is known by, and a new one."""

from collections.abc import Mapping
from urllib.parse import urlencode

import attrs
from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.responses import Response

from treuwerk.domain.refusals import Refusal
from treuwerk.domain.sellers import CODE, NAME, Seller, alias_key
from treuwerk.services.changes import seller_merging
from treuwerk.services.clearing import known_sellers, sellers
from treuwerk.services.clearing.sellers import MAP
from treuwerk.web.forms import Shown, choice, text
from treuwerk.web.forms.pages import UNPROCESSABLE, done, empty, language_of, read, refused, told
from treuwerk.web.forms.reading import Result
from treuwerk.web.office.frame import acted, office_page, settings_of
from treuwerk.web.office.words import options
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.pages import gettext, see_other
from treuwerk.web.shell.state import Visit

HOME, NEW = "/office/sellers", "/office/add-seller"
SCHEMES: Mapping[str, str] = {
    NAME: marked("Name"), "gln": marked("GLN"), "vat": marked("VAT id"), "tax": marked("Tax number"),
    "duns": marked("D-U-N-S")}
"""What a seller can be known by; a scheme that an import adds stands for itself."""
_SHOWN: Mapping[str, str] = {**SCHEMES, CODE: marked("Former code")}
TAKEN = marked("This leads to the seller %(seller)s already. Open that one, or take it away there first.")
_REFUSED: Mapping[str, tuple[str, str]] = {
    "bad_code": ("code", marked("A code has up to 40 letters A–Z, digits and _ . - such as NORD.")),
    "seller_known": ("code", marked("A seller has this code already. Choose another one.")),
    "bad_name": ("name", marked("Enter the name as documents write it, at most 200 characters.")),
    "bad_country": ("country", marked("Enter a country as two letters, such as DE.")),
    "unknown_seller": ("value", marked("This seller is not in the registry any more. Look at the list."))}
_BAD_NUMBERS: Mapping[str, str] = {
    "gln": marked("A GLN has 13 digits, of which the last one checks the others. Compare it with the document.")}
_BAD_ALIAS = marked("Enter at least one letter or digit, as the document writes it.")
_LONGEST, _LONGEST_NUMBER, _ROWS, _LARGEST_PAGE = 120, 40, 50, 10_000


@attrs.frozen
class NewSeller:
    """Somebody whose documents are to be told from those of others."""

    name: str = text(marked("Name"), longest=_LONGEST, missing=marked("Enter the name as documents write it."))
    vat: str = text(marked("VAT id"), required=False, longest=_LONGEST_NUMBER)
    gln: str = text(marked("GLN"), required=False, longest=_LONGEST_NUMBER)
    country: str = text(marked("Country"), required=False, longest=2)
    code: str = text(marked("Code"), required=False, longest=_LONGEST_NUMBER)


@attrs.frozen
class Alias:
    """One more number or name by which a seller is found."""

    scheme: str = choice(marked("Kind"), list(SCHEMES))
    value: str = text(marked("Number or name"), longest=_LONGEST)


def seller_url(code: str) -> str:
    """The page of a seller."""
    return f"{HOME}/{code}"


def new_url(name: str) -> str:
    """The form for a new seller of this name."""
    return f"{NEW}?{urlencode({'name': name[:_LONGEST]})}"


def sellers_page(visit: Visit) -> Response:
    """All sellers with their numbers and names, or those that are like what was typed."""
    query = visit.request.query_params
    typed, number = query.get("q", "")[:80], query.get("page", "1")
    at = min(int(number), _LARGEST_PAGE) if number.isascii() and number.isdigit() and len(number) <= 5 else 1
    with visit.shell.installation.database.reading() as connection:
        found, more = known_sellers.listed(visit.access, connection, typed, _ROWS, (max(at, 1) - 1) * _ROWS)
    return office_page(visit, "office/sellers.html", section=HOME, found=found, typed=typed, schemes=SCHEMES,
                       home=HOME, new_url=NEW, may_map=visit.access.may(MAP), seller_url=seller_url, is_name=is_name,
                       before_url=_list_url(typed, at - 1) if at > 1 else "",
                       after_url=_list_url(typed, at + 1) if more else "")


def _list_url(typed: str, at: int) -> str:
    return f"{HOME}?{urlencode(({'q': typed} if typed else {}) | {'page': str(at)})}"


def is_name(one: Seller, scheme: str, value: str) -> bool:
    """Whether an alias only says again what the seller is called."""
    return scheme == NAME and alias_key(NAME, value) == alias_key(NAME, one.name)


def new_seller_page(visit: Visit) -> Response:
    """The form, with a name where a link brought one."""
    name = visit.request.query_params.get("name", "")[:_LONGEST]
    return _new(visit, empty(visit, NewSeller, {"name": name} if name else None))


def new_seller_form(visit: Visit) -> Response:
    """Add the seller."""
    result = read(visit, NewSeller)
    if result.ok:
        try:
            return done(visit, lambda connection: _created(visit, connection, result.value))
        except Refusal as refusal:
            result = blamed(result, refusal, {"vat": result.value.vat, "gln": result.value.gln})
    return _new(visit, refused(visit, result), UNPROCESSABLE)


def _created(visit: Visit, connection: Connection, wanted: NewSeller) -> str:
    one = Seller(wanted.code, wanted.name, wanted.country.upper(), numbers_of(wanted.vat, wanted.gln))
    code = known_sellers.add_seller(visit.access, connection, one, visit.now)
    told(visit, connection, gettext(visit, marked("The seller is in the registry.")))
    return seller_url(code)


def numbers_of(vat: str, gln: str) -> tuple[tuple[str, str], ...]:
    """The numbers that were typed, (scheme, value)."""
    return tuple((scheme, value) for scheme, value in (("vat", vat), ("gln", gln)) if value)


def blamed(result: Result[NewSeller], refusal: Refusal, numbers: Mapping[str, str]) -> Result[NewSeller]:
    """The form with a refusal beside the field that it is about, of those with a name and `numbers` by scheme."""
    field, words, values = complaint(refusal, numbers)
    return result.refused(field, words, **values)


def complaint(refusal: Refusal, numbers: Mapping[str, str]) -> tuple[str, str, dict[str, str]]:
    """Field, message and its values for what was refused about a seller with a name and `numbers` by scheme."""
    if refusal.code not in ("alias_taken", "bad_alias"):
        field, words = _REFUSED.get(refusal.code, ("", refusal.reason))
        return field, words, {}
    scheme = refusal.facts.get("scheme", "")
    field = scheme if scheme in numbers else NAME
    if refusal.code == "alias_taken":
        return field, TAKEN, {"seller": refusal.facts["seller"]}
    return field, _BAD_NUMBERS.get(scheme, _BAD_ALIAS), {}


def _new(visit: Visit, form: Shown, status: int = 200) -> Response:
    return office_page(visit, "office/new_seller.html", status, section=HOME, form=form, home=HOME, new_url=NEW)


def seller_page(visit: Visit) -> Response:
    """One seller: what it is known by, and what was bought from it."""
    return _one(visit, empty(visit, Alias))


def _one(visit: Visit, form: Shown, status: int = 200) -> Response:
    code = visit.request.path_params["code"]
    with visit.shell.installation.database.reading() as connection:
        try:
            one = sellers.seller_of(visit.access, connection, code)
        except Refusal:
            if stays := seller_merging.now_at(visit.access, connection, code):
                return see_other(seller_url(stays))
            raise HTTPException(404) from None
        merges = seller_merging.standing(visit.access, connection, code)
        documents, more = known_sellers.documents_of(visit.access, connection, settings_of(visit), code)
    country = language_of(visit).formats.locale.territories.get(one.country, one.country)
    return office_page(visit, "office/seller.html", status, section=HOME, one=one, form=form, home=HOME,
                       path=seller_url(code), country=country, documents=documents, more=more, schemes=_SHOWN,
                       merges=merges, kinds=options(visit, SCHEMES), may_map=visit.access.may(MAP))


def alias_form(visit: Visit) -> Response:
    """Let the seller be found by one more number or name."""
    result = read(visit, Alias)
    if result.ok:
        try:
            return done(visit, lambda connection: _added(visit, connection, result.value))
        except Refusal as refusal:
            _, words, values = complaint(refusal, {result.value.scheme: result.value.value})
            result = result.refused("value", words, **values)
    return _one(visit, refused(visit, result), UNPROCESSABLE)


def _added(visit: Visit, connection: Connection, wanted: Alias) -> str:
    code = visit.request.path_params["code"]
    here, fields = seller_url(code), attrs.asdict(wanted)
    if sellers.add_alias(visit.access, connection, code, wanted.scheme, wanted.value, visit.now):
        told(visit, connection, gettext(visit, marked("Documents with %(value)s are of this seller now.")) % {
            "value": wanted.value}, undo_path=f"{here}/aliases/take", undo_fields=fields)
    else:
        told(visit, connection, gettext(visit, marked("This seller is found by it already. Nothing was changed.")))
    return here


def take_form(visit: Visit) -> Response:
    """Let the seller no longer be found by a number or name."""
    code, form = visit.request.path_params["code"], visit.form
    scheme, value = form.get("scheme", ""), form.get("value", "")
    here = seller_url(code)

    def take(connection: Connection) -> str:
        if sellers.take_alias(visit.access, connection, code, scheme, value, visit.now):
            told(visit, connection, gettext(visit, marked("Documents with %(value)s are of this seller no more.")) % {
                "value": value}, undo_path=f"{here}/aliases/restore", undo_fields={"scheme": scheme, "value": value})
        return here

    return acted(visit, lambda connection, _: take(connection), HOME)


def restore_form(visit: Visit) -> Response:
    """Let the seller be found again by what was taken away, of whatever scheme it is."""
    form, here = visit.form, seller_url(visit.request.path_params["code"])

    def restore(connection: Connection) -> str:
        return _added(visit, connection, Alias(scheme=form.get("scheme", ""), value=form.get("value", "")))

    return acted(visit, lambda connection, _: restore(connection), here)
