"""What a reward is, what it costs and where it may be seen: the facts of the editor, and the beginning of a new one."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import attrs
from sqlalchemy import Connection
from starlette.responses import Response

from treuwerk.domain.catalogue import Reward, RewardText, Window
from treuwerk.domain.refusals import Refusal
from treuwerk.services.rewards import editing
from treuwerk.services.rewards.drafts import Working
from treuwerk.services.rewards.editing import LONGEST_NUMBER
from treuwerk.services.rewards.kinds import title_of
from treuwerk.web.forms import Result, Shown, Wrong, choice, day, decimal, several, taken, text, whole, yes
from treuwerk.web.forms.pages import CONFLICT, UNPROCESSABLE, done, empty, language_of, read, refused, told
from treuwerk.web.office.catalogue.listing import HOME, path_of
from treuwerk.web.office.catalogue.saving import reward_in, save
from treuwerk.web.office.catalogue.words import category_of, message_of, name_of
from treuwerk.web.office.frame import office_page, settings_of
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.pages import gettext, naming_of
from treuwerk.web.shell.state import Visit

_MOST_MONEY, _MOST_POINTS = 10_000_000, 1_000_000_000
_COUNTRY = re.compile(r"[A-Z]{2}", re.ASCII)
_LABEL = re.compile(r"[a-z][a-z0-9_]{0,59}", re.ASCII)
_REFUSED_AT = {"bad_kind": "kind", "unknown_category": "category", "bad_number": "number", "number_taken": "number",
               "taken": "number"}


def _codes(typed: str) -> tuple[str, ...]:
    return tuple(sorted({one for one in re.split(r"[\s,;|]+", typed) if one}))


def _countries(typed: str) -> None:
    if wrong := [one for one in _codes(typed.upper()) if not _COUNTRY.fullmatch(one)]:
        raise Wrong(marked("“%(code)s” is no country. Use codes of two letters such as DE, AT."), code=wrong[0][:20])


def _labels(typed: str) -> None:
    if wrong := [one for one in _codes(typed) if not _LABEL.fullmatch(one)]:
        raise Wrong(marked("“%(code)s” is no label. Use small letters, digits and _."), code=wrong[0][:20])


@attrs.frozen
class Begin:
    """A new reward."""

    number: str = text(marked("Number"), longest=LONGEST_NUMBER)
    kind: str = choice(marked("Kind"))
    category: str = choice(marked("Category"))
    name: str = text(marked("Name"), required=False)


@attrs.frozen
class Facts:
    """What is said once of a reward, in no language."""

    kind: str = choice(marked("Kind"))
    category: str = choice(marked("Category"))
    brand: str = text(marked("Brand"), required=False)
    supplier: str = text(marked("Supplier"), required=False)
    cost: Decimal | None = decimal(marked("Cost"), places=2, required=False, at_most=_MOST_MONEY)
    freight: Decimal | None = decimal(marked("Freight"), places=2, required=False, at_most=_MOST_MONEY)
    vat: Decimal | None = decimal(marked("VAT in per cent"), places=2, required=False, at_most=100)
    tax_value: Decimal | None = decimal(marked("Value for tax"), places=2, required=False, at_most=_MOST_MONEY)
    points: int | None = whole(marked("Price in points"), required=False, at_most=_MOST_POINTS)
    delivery_days: int | None = whole(marked("Days of delivery"), required=False, at_most=365)
    countries: str = text(marked("Countries of delivery"), required=False, longest=1_000, check=_countries)
    labels: str = text(marked("Labels"), required=False, longest=1_000, check=_labels)
    min_tier: str = choice(marked("From tier"), required=False)
    groups: tuple[str, ...] = several(marked("Only for"))
    visible_from: date | None = day(marked("Shown from"), required=False)
    visible_until: date | None = day(marked("Shown until"), required=False)
    redeem_from: date | None = day(marked("Orderable from"), required=False)
    redeem_until: date | None = day(marked("Orderable until"), required=False)
    with_money: bool = yes(marked("Partly payable with money"))

    def __attrs_post_init__(self) -> None:
        """Refuse a last day before the first one."""
        for first, last, field in ((self.visible_from, self.visible_until, "visible_until"),
                                   (self.redeem_from, self.redeem_until, "redeem_until")):
            if first and last and last < first:
                raise Wrong(marked("This must be %(least)s or later."), field=field, least=first)

    def applied(self, one: Reward) -> Reward:
        """A reward that says this."""
        return attrs.evolve(
            one, kind=self.kind, category=self.category, brand=self.brand, supplier=self.supplier,
            cost=_cents(self.cost), freight=_cents(self.freight), tax_value=_cents(self.tax_value),
            vat=(self.vat or Decimal(0)).normalize() + 0, points=self.points or 0,
            delivery_days=self.delivery_days or 0,
            countries=_codes(self.countries.upper()), labels=_codes(self.labels), min_tier=self.min_tier,
            groups=tuple(sorted(self.groups)), visible=_window(self.visible_from, self.visible_until),
            redeemable=_window(self.redeem_from, self.redeem_until), with_money=self.with_money)


def facts_page(visit: Visit) -> Response:
    """The form, filled with the draft or with what is kept."""
    one = reward_in(visit)
    return _facts(visit, one, empty(visit, Facts, _initial(one.reward), version=one.version))


def facts_form(visit: Visit) -> Response:
    """Change them."""
    one, result = reward_in(visit), read(visit, Facts, {name: [code for code, _ in found]
                                                       for name, found in _options(visit, reward_in(visit)).items()})
    if not result.ok:
        return _facts(visit, one, refused(visit, result), UNPROCESSABLE)
    wanted = result.value

    def refuse(refusal: Refusal) -> Response:
        blamed: Result[Facts] = result.refused(_REFUSED_AT.get(refusal.code, "kind"), message_of(refusal))
        return _facts(visit, one, refused(visit, blamed), UNPROCESSABLE)

    def conflict(theirs: Working) -> Response:
        form, sides = taken(Facts, refused(visit, result), _initial(theirs.reward), theirs.version,
                            language_of(visit), by=theirs.changed_by, at=theirs.changed_at)
        return _facts(visit, theirs, form, CONFLICT, sides)

    return save(visit, wanted.applied, refuse, conflict)


def _facts(visit: Visit, one: Working, form: Shown, status: int = 200, conflict: object = None) -> Response:
    return office_page(visit, "office/catalogue/facts.html", status, section=HOME, one=one, form=form,
                       path=path_of(one.number), name=name_of(visit, one.reward), options=_options(visit, one),
                       conflict=conflict, currency=settings_of(visit).programme.currency,
                       by_formula=settings_of(visit).rewards.pricing is not None)


def new_reward_page(visit: Visit) -> Response:
    """The form."""
    visit.access.require(editing.WRITE)
    return _new(visit, empty(visit, Begin))


def new_reward_form(visit: Visit) -> Response:
    """Begin a reward as a draft."""
    options = _options(visit)
    result = read(visit, Begin, {name: [code for code, _ in options[name]] for name in ("kind", "category")})
    if result.ok:
        wanted = result.value
        try:
            return done(visit, lambda connection: _begun(visit, connection, wanted))
        except Refusal as refusal:
            result = result.refused(_REFUSED_AT.get(refusal.code, "number"), message_of(refusal))
    return _new(visit, refused(visit, result), UNPROCESSABLE)


def _begun(visit: Visit, connection: Connection, wanted: Begin) -> str:
    settings = settings_of(visit)
    texts = {settings.programme.locales[0]: RewardText(wanted.name)} if wanted.name else {}
    fresh = Reward(wanted.number, wanted.kind, wanted.category, texts=texts)
    editing.create(visit.access, connection, settings, fresh, visit.now)
    told(visit, connection, gettext(visit, marked("The draft is begun. Nobody sees it before it is published.")))
    return path_of(wanted.number)


def _new(visit: Visit, form: Shown, status: int = 200) -> Response:
    return office_page(visit, "office/catalogue/new_reward.html", status, section=HOME, form=form,
                       options=_options(visit), language=settings_of(visit).programme.locales[0])


def _options(visit: Visit, one: Working | None = None) -> dict[str, list[tuple[str, str]]]:
    """What can be chosen; a kind that the programme does not have any more stays the one that it is."""
    settings, naming = settings_of(visit), naming_of(visit)
    kinds = [(kind.head.name, title_of(kind, visit.locale)) for kind in settings.reward_kinds]
    if one and one.reward.kind not in dict(kinds):
        kinds.append((one.reward.kind, one.reward.kind))
    return {"kind": kinds, "category": [(code, category_of(visit, code)) for code in settings.rewards.categories],
            "min_tier": [(tier.code, naming.tier(tier)) for tier in settings.tiers],
            "groups": [(code, naming.group(code)) for code in settings.groups]}


def _initial(one: Reward) -> Mapping[str, Any]:
    return {"kind": one.kind, "category": one.category, "brand": one.brand, "supplier": one.supplier,
            "cost": money(one.cost), "freight": money(one.freight), "vat": one.vat or None,
            "tax_value": money(one.tax_value), "points": one.points or None, "delivery_days": one.delivery_days or None,
            "countries": ", ".join(one.countries), "labels": ", ".join(one.labels), "min_tier": one.min_tier,
            "groups": one.groups, "visible_from": first_day(one.visible.first),
            "visible_until": last_day(one.visible.last), "redeem_from": first_day(one.redeemable.first),
            "redeem_until": last_day(one.redeemable.last), "with_money": one.with_money}


def money(cents: int) -> Decimal | None:
    """An amount as it is typed; None for nothing."""
    return Decimal(cents) / 100 if cents else None


def first_day(found: date) -> date | None:
    """The first day of a window, None where it is open."""
    return None if found == date.min else found


def last_day(found: date) -> date | None:
    """The last day of a window, None where it is open."""
    return None if found == date.max else found


def _cents(amount: Decimal | None) -> int:
    return int((amount or 0) * 100)


def _window(first: date | None, last: date | None) -> Window:
    return Window(first or date.min, last or date.max)
