"""The addresses of the own company: a list, and a form for each."""

from typing import Any

import attrs
from sqlalchemy import Connection
from starlette.responses import Response

from treuwerk.domain.postcodes import BY_COUNTRY
from treuwerk.domain.refusals import Refusal
from treuwerk.programme.settings import Settings
from treuwerk.services.identity.stepping_up import require_recent
from treuwerk.services.participants import own_addresses, own_profile
from treuwerk.services.participants.own_addresses import LONGEST, WRITE, AddressDraft, KeptAddress
from treuwerk.web.forms import Result, Shown, choice, taken, text, yes
from treuwerk.web.forms.pages import CONFLICT, done, empty, language_of, read, refused, told, version_of
from treuwerk.web.portal.acting import acted, refusal_message
from treuwerk.web.portal.profile import profile_template
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.own_balance import own_chip
from treuwerk.web.shell.pages import gettext, naming_of
from treuwerk.web.shell.state import Visit

HERE = "/profile/addresses"


@attrs.frozen
class AddressForm:
    """An address as it is written on a parcel."""

    label: str = text(marked("What you call it"), longest=40)
    name: str = text(marked("Recipient"), longest=LONGEST)
    street: str = text(marked("Street and number"), longest=LONGEST)
    postcode: str = text(marked("Postcode"), required=False, longest=20)
    city: str = text(marked("Town"), longest=LONGEST)
    country: str = choice(marked("Country"))
    preferred: bool = yes(marked("Propose this address first"))

    def draft(self) -> AddressDraft:
        """What the service keeps."""
        return AddressDraft(self.label, self.name, self.street, self.postcode, self.city, self.country)


def addresses_page(visit: Visit) -> Response:
    """That of the master data, locked, and those that the company keeps itself."""
    with visit.shell.installation.database.reading() as connection:
        found = own_addresses.addresses(visit.access, connection)
        company = own_profile.company(visit.access, connection)
        chip = own_chip(visit, connection)
    return profile_template(visit, "portal/addresses.html", addresses=found, company=company, chip=chip,
                            full=len(found) >= own_addresses.MOST, writes=visit.access.may(WRITE))


def new_address_page(visit: Visit) -> Response:
    """A new address; it begins with name and country of the company."""
    options = {"country": [code for code, _ in _countries(visit)]}
    if visit.request.method != "POST":
        with visit.shell.installation.database.reading() as connection:
            company = own_profile.company(visit.access, connection)
        initial = {"name": company.name[:LONGEST], "country": company.country}
        return _form(visit, empty(visit, AddressForm, initial))
    result = read(visit, AddressForm, options)
    if result.ok:
        require_recent(visit.session, visit.now)
        wanted = result.value
        try:
            return done(visit, lambda connection: _added(visit, connection, wanted))
        except Refusal as refusal:
            result = _blamed(result, refusal)
    return _form(visit, refused(visit, result), status=422)


def address_page(visit: Visit) -> Response:
    """An address to be changed; who comes second sees both versions."""
    kept, options = _kept(visit), {"country": [code for code, _ in _countries(visit)]}
    if visit.request.method != "POST":
        return _form(visit, empty(visit, AddressForm, _initial(kept), version=kept.version), kept)
    result = read(visit, AddressForm, options)
    if result.ok:
        require_recent(visit.session, visit.now)
        wanted, version = result.value, version_of(visit)
        try:
            return done(visit, lambda connection: _changed(visit, connection, kept, wanted, version))
        except Refusal as refusal:
            result = _blamed(result, refusal)
        except own_addresses.AddressChanged as both:
            return _conflict(visit, result, both)
    return _form(visit, refused(visit, result), kept, status=422)


def prefer_form(visit: Visit) -> Response:
    """Propose an address first from now on."""
    kept = _kept(visit)
    require_recent(visit.session, visit.now, back=HERE)

    def act(connection: Connection) -> str:
        own_addresses.prefer_address(visit.access, connection, kept.id, visit.now)
        words = gettext(visit, marked("%(label)s is proposed first from now on."))
        told(visit, connection, words % {"label": kept.draft.label})
        return HERE

    return acted(visit, act, HERE)


def remove_form(visit: Visit) -> Response:
    """Take an address away; the message has the way back."""
    kept = _kept(visit)
    require_recent(visit.session, visit.now, back=HERE)

    def act(connection: Connection) -> str:
        was_preferred = own_addresses.remove_address(visit.access, connection, kept.id, visit.now)
        words = gettext(visit, marked("The address %(label)s is removed."))
        told(visit, connection, words % {"label": kept.draft.label}, undo_path=f"{HERE}/{kept.public_id}/restore",
             undo_fields={"preferred": "1"} if was_preferred else {})
        return HERE

    return acted(visit, act, HERE)


def restore_form(visit: Visit) -> Response:
    """Give an address back."""
    number = own_addresses.number_of(visit.access, visit.request.path_params["address"])

    def act(connection: Connection) -> str:
        own_addresses.restore_address(visit.access, connection, number, visit.now,
                                      preferred=visit.form.get("preferred") == "1")
        told(visit, connection, gettext(visit, marked("The address is there again.")))
        return HERE

    return acted(visit, act, HERE)


def _added(visit: Visit, connection: Connection, wanted: AddressForm) -> str:
    own_addresses.add_address(visit.access, connection, _settings(visit), wanted.draft(), visit.now,
                              preferred=wanted.preferred)
    told(visit, connection, gettext(visit, marked("The address is saved.")))
    return HERE


def _changed(visit: Visit, connection: Connection, kept: KeptAddress, wanted: AddressForm, version: int) -> str:
    own_addresses.change_address(visit.access, connection, _settings(visit), kept.id, wanted.draft(), version,
                                 visit.now)
    if wanted.preferred:
        own_addresses.prefer_address(visit.access, connection, kept.id, visit.now)
    told(visit, connection, gettext(visit, marked("The address is saved.")))
    return HERE


def _blamed(result: Result[AddressForm], refusal: Refusal) -> Result[AddressForm]:
    """The complaint beside the field that it is about."""
    if refusal.code == "wrong_postcode" and refusal.facts["example"]:
        return result.refused("postcode", marked("Enter a postcode of this country, such as %(example)s."),
                              example=refusal.facts["example"])
    words = {"wrong_postcode": ("postcode", marked("Enter a postcode of letters and digits, or none."))}
    field, message = words.get(refusal.code, (refusal.facts.get("field", ""), refusal_message(refusal)))
    return result.refused(field, message)


def _conflict(visit: Visit, result: Result[AddressForm], both: own_addresses.AddressChanged) -> Response:
    names = dict(_countries(visit))
    # Which one is proposed first is no part of the version: it goes its own way.
    stored = _initial(both.theirs) | {"preferred": bool(result.typed.get("preferred"))}
    form, sides = taken(AddressForm, refused(visit, result), stored, both.theirs.version, language_of(visit),
                        by=both.by, at=both.theirs.changed_at,
                        words={"country": lambda code: names.get(code, code),
                               "preferred": lambda _: gettext(visit, marked("Yes"))})
    return _form(visit, form, both.theirs, status=CONFLICT, conflict=sides)


def _form(visit: Visit, form: Shown, kept: KeptAddress | None = None, *, status: int = 200,
          conflict: object = None) -> Response:
    with visit.shell.installation.database.reading() as connection:
        chip = own_chip(visit, connection)
    known = BY_COUNTRY.get(form["country"].value)
    form = form.requiring("postcode") if known else form
    return profile_template(visit, "portal/address.html", status, form=form, kept=kept, conflict=conflict, chip=chip,
                            countries=_countries(visit), example=known.example if known else "",
                            action=f"{HERE}/{kept.public_id}" if kept else f"{HERE}/new")


def _kept(visit: Visit) -> KeptAddress:
    number = own_addresses.number_of(visit.access, visit.request.path_params["address"])
    with visit.shell.installation.database.reading() as connection:
        return own_addresses.one_address(visit.access, connection, number)


def _initial(kept: KeptAddress) -> dict[str, Any]:
    return attrs.asdict(kept.draft) | {"preferred": kept.preferred}


def _settings(visit: Visit) -> Settings:
    return visit.shell.installation.programme.settings


def _countries(visit: Visit) -> list[tuple[str, str]]:
    return naming_of(visit).countries()
