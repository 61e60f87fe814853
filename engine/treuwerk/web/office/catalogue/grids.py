"""Parts of a reward that are rows: variants with their stock, evidence, special prices."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

import attrs
from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.responses import Response

from treuwerk.domain.catalogue import Reward, Variant
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.reward_prices import PriceRule
from treuwerk.domain.rewards import Evidence
from treuwerk.services.rewards.drafts import Working
from treuwerk.services.rewards.editing import NUMBER
from treuwerk.services.rewards.stock import set_stock, stock_of
from treuwerk.web.forms import Shown, Wrong, choice, day, decimal, text, whole
from treuwerk.web.forms.pages import CONFLICT, UNPROCESSABLE, version_of
from treuwerk.web.forms.reading import FORM_ID
from treuwerk.web.forms.showing import new_form_id
from treuwerk.web.office.catalogue.facts import first_day, last_day, money
from treuwerk.web.office.catalogue.listing import HOME, path_of
from treuwerk.web.office.catalogue.rows import Typed, both_sides, errors_of, read_rows, shown_rows
from treuwerk.web.office.catalogue.saving import reward_in, save
from treuwerk.web.office.catalogue.words import PROOFS, message_of, name_of
from treuwerk.web.office.frame import office_page, settings_of
from treuwerk.web.office.words import options
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.pages import gettext, naming_of
from treuwerk.web.shell.state import Visit

_MOST = 1_000_000_000
_PIECES = re.compile(r"-?[0-9]{1,19}", re.ASCII)
Initial = Callable[[Visit, Reward], Sequence[Mapping[str, object]]]


def _number(typed: str) -> None:
    if not NUMBER.fullmatch(typed):
        raise Wrong(marked("Use letters, digits, - _ + and . (at most 60), beginning with a letter or digit."))


@cache
def variant_form(locales: tuple[str, ...]) -> type[Any]:
    """One variant in a programme with these languages. Stock left empty: without limit."""
    names = {f"name_{locale}": text(marked("Name"), required=False) for locale in locales}
    return attrs.make_class("VariantRow", {
        "number": text(marked("Number"), longest=60, check=_number), **names,
        "cost": decimal(marked("Cost"), places=2, required=False, at_most=10_000_000),
        "points": whole(marked("Points"), required=False, at_most=_MOST),
        "stock": whole(marked("Stock"), required=False, at_most=_MOST)}, frozen=True)


@attrs.frozen
class Proof:
    """One piece of evidence."""

    kind: str = choice(marked("Kind"), list(PROOFS))
    statement: str = text(marked("Statement"), longest=200)
    country: str = text(marked("Country"), required=False, longest=2)
    document: str = text(marked("Document"), required=False, longest=200)
    valid_from: date | None = day(marked("Valid from"), required=False)
    valid_until: date | None = day(marked("Valid until"), required=False)

    def __attrs_post_init__(self) -> None:
        """Refuse a last day before the first one."""
        if self.valid_from and self.valid_until and self.valid_until < self.valid_from:
            raise Wrong(marked("This must be %(least)s or later."), field="valid_until", least=self.valid_from)


@attrs.frozen
class Price:
    """Another price than the regular one."""

    points: int | None = whole(marked("Points"), at_least=1, at_most=_MOST)
    variant: str = choice(marked("Variant"), required=False)
    group: str = choice(marked("Group"), required=False)
    tier: str = choice(marked("From tier"), required=False)
    first: date | None = day(marked("From"), required=False)
    last: date | None = day(marked("Until"), required=False)

    def __attrs_post_init__(self) -> None:
        """Refuse a last day before the first one."""
        if self.first and self.last and self.last < self.first:
            raise Wrong(marked("This must be %(least)s or later."), field="last", least=self.first)


@attrs.frozen
class Part:
    """A part of a reward that is rows: its page, its form, its rows as they are, and what they make of a reward."""

    template: str
    form: Callable[[Visit], type[Any]]
    initial: Initial
    applied: Callable[[Visit, Reward, Sequence[Any]], Reward]
    options: Callable[[Visit, Reward], dict[str, list[tuple[str, str]]]] = lambda visit, one: {}
    also: Callable[[Visit, Connection, Working, Sequence[Any]], None] = lambda *_: None
    beside: Callable[[Visit, Reward], dict[str, Any]] = lambda visit, one: {}
    """What its template needs besides."""
    blamed: str = "number"
    """The field that a refusal of the whole stands at."""

    def page(self, visit: Visit) -> Response:
        """The form, filled with the draft or with what is kept."""
        one = reward_in(visit)
        return self._shown(visit, one, shown_rows(visit, self.form(visit), self.initial(visit, one.reward)))

    def saved(self, visit: Visit) -> Response:
        """Change them."""
        one = reward_in(visit)
        choices = {name: [code for code, _ in found] for name, found in self.options(visit, one.reward).items()}
        typed = read_rows(visit, self.form(visit), choices)
        if not typed.ok:
            return self._again(visit, one, typed, UNPROCESSABLE)

        def refuse(refusal: Refusal) -> Response:
            at = next((place for place, row in enumerate(typed.rows) if row.typed.get(self.blamed) == (
                refusal.facts.get("variant"),)), 0)
            field = "stock" if refusal.code in ("reserved", "changed") else self.blamed
            if not typed.rows:
                return self._again(visit, one, typed, UNPROCESSABLE, {"": gettext(visit, message_of(refusal))})
            return self._again(visit, one, typed.blamed(at, field, message_of(refusal)), UNPROCESSABLE)

        def conflict(theirs: Working) -> Response:
            return self._again(visit, theirs, typed, CONFLICT)

        return save(visit, lambda before: self.applied(visit, before, typed.values), refuse, conflict,
                    also=lambda connection: self.also(visit, connection, one, typed.values))

    def _again(self, visit: Visit, one: Working, typed: Typed, status: int,
               errors: Mapping[str, str] | None = None) -> Response:
        form = self.form(visit)
        rows, sides = shown_rows(visit, form, (), typed), None
        if status == CONFLICT:
            theirs = shown_rows(visit, form, self.initial(visit, one.reward))
            sides = both_sides(visit, theirs, rows, one.changed_by, one.changed_at)
        return self._shown(visit, one, rows, status, sides, errors,
                           version=0 if status == CONFLICT else version_of(visit))

    def _shown(self, visit: Visit, one: Working, rows: Sequence[Shown], status: int = 200, conflict: object = None,
               errors: Mapping[str, str] | None = None, version: int = 0) -> Response:
        head = Shown({}, {**(errors or {}), **errors_of(rows)}, visit.form.get(FORM_ID, "") or new_form_id(),
                     version or one.version)
        return office_page(visit, f"office/catalogue/{self.template}.html", status, section=HOME, one=one, rows=rows,
                           form=head, path=path_of(one.number), name=name_of(visit, one.reward), conflict=conflict,
                           options=self.options(visit, one.reward), currency=settings_of(visit).programme.currency,
                           locales_of=settings_of(visit).programme.locales, **self.beside(visit, one.reward))


def _variants(visit: Visit, one: Reward) -> list[dict[str, object]]:
    with visit.shell.installation.database.reading() as connection:
        stock = stock_of(visit.access, connection, one)
    return [{"number": variant.number, "cost": money(variant.cost), "points": variant.points or None,
             "stock": stock[variant.number].on_hand,
             **{f"name_{locale}": name for locale, name in variant.name.items()}} for variant in one.variants]


def _with_variants(visit: Visit, before: Reward, rows: Sequence[Any]) -> Reward:
    known = {one.number: one for one in before.variants}
    locales = settings_of(visit).programme.locales
    return attrs.evolve(before, variants=tuple(attrs.evolve(
        known.get(row.number, Variant(row.number)), cost=int((row.cost or 0) * 100), points=row.points or 0,
        name={locale: name for locale in locales if (name := getattr(row, f"name_{locale}"))}) for row in rows))


def _count(visit: Visit, connection: Connection, one: Working, rows: Sequence[Any]) -> None:
    """Stock holds at once, whatever becomes of the draft; what was not changed on the page stays as it is."""
    seen = _seen(visit)
    wanted = {row.number: row.stock for row in rows if row.number in seen or row.stock is not None}
    set_stock(visit.access, connection, settings_of(visit), one.number, wanted, seen, visit.now)


def _seen(visit: Visit) -> dict[str, int | None]:
    """The stock that the page showed when it was filled.

    Raises:
        HTTPException: 400, it is none that a page could show.
    """
    pairs = [text.rpartition("=") for text in visit.form.getlist("seen")]
    if any(pieces and not _PIECES.fullmatch(pieces) for _, _, pieces in pairs):
        raise HTTPException(400)
    return {variant: int(pieces) if pieces else None for variant, _, pieces in pairs}


def _stock_shown(visit: Visit, one: Reward) -> dict[str, Any]:
    with visit.shell.installation.database.reading() as connection:
        stock = stock_of(visit.access, connection, one)
    fresh = [f"{variant}={'' if found.on_hand is None else found.on_hand}" for variant, found in stock.items()]
    return {"seen": visit.form.getlist("seen") or fresh, "fresh": fresh, "stock": stock}


def _proofs(_: Visit, one: Reward) -> list[dict[str, object]]:
    return [{"kind": proof.kind, "statement": proof.statement, "country": proof.country, "document": proof.document,
             "valid_from": first_day(proof.valid_from), "valid_until": last_day(proof.valid_until)}
            for proof in one.evidence]


def _with_proofs(_: Visit, before: Reward, rows: Sequence[Proof]) -> Reward:
    papers = {(one.kind, one.statement, one.document): one.file for one in before.evidence}
    return attrs.evolve(before, evidence=tuple(Evidence(
        row.kind, row.statement, row.country.upper(), row.document, row.valid_from or date.min,
        row.valid_until or date.max, papers.get((row.kind, row.statement, row.document), "")) for row in rows))


def _prices(_: Visit, one: Reward) -> list[dict[str, object]]:
    return [{"points": rule.points, "variant": rule.variant, "group": rule.group, "tier": rule.tier,
             "first": first_day(rule.first), "last": last_day(rule.last)} for rule in one.prices]


def _with_prices(_: Visit, before: Reward, rows: Sequence[Price]) -> Reward:
    return attrs.evolve(before, prices=tuple(PriceRule(
        row.points or 1, row.variant, row.group, row.tier, row.first or date.min, row.last or date.max)
        for row in rows))


def _of_prices(visit: Visit, one: Reward) -> dict[str, list[tuple[str, str]]]:
    settings, naming = settings_of(visit), naming_of(visit)
    return {"variant": [(variant.number, variant.number) for variant in one.variants],
            "group": [(code, naming.group(code)) for code in settings.groups],
            "tier": [(tier.code, naming.tier(tier)) for tier in settings.tiers]}


VARIANTS = Part("variants", lambda visit: variant_form(tuple(settings_of(visit).programme.locales)), _variants,
                _with_variants, also=_count, beside=_stock_shown)
EVIDENCE = Part("evidence", lambda _: Proof, _proofs, _with_proofs,
                lambda visit, _: {"kind": options(visit, PROOFS)}, blamed="statement")
PRICES = Part("prices", lambda _: Price, _prices, _with_prices, _of_prices, blamed="points")
