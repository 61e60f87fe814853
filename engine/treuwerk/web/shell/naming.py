"""What the programme calls its units, rules, tiers and steps of calculation, in one language.

Units, rules and tiers are named in the programme file. Codes that plugins and feeds bring (attributes, values of
features, kinds of activities and of articles) are named in ``translations/``, under the contexts ``step``, ``feature``,
``activity``, ``kind``, ``source``, ``product``, ``measure`` and ``label``; a code that nobody named stands for itself.
"""

from gettext import NullTranslations

from treuwerk.domain.ledger import TransactionKind
from treuwerk.domain.limits import BUDGET, CAP, Scope, Stretch
from treuwerk.domain.tiers import Counts, Metric
from treuwerk.programme.languages import cldr
from treuwerk.programme.roles import roles_of
from treuwerk.programme.settings import Settings, Texts, Tier
from treuwerk.services.account.ordered_points import OrderedPoints
from treuwerk.web.shell.content import localised
from treuwerk.web.shell.marking import marked

_OF_ORDERS = {
    "": marked("Order: %(rewards)s"),
    "hold": marked("Order, points reserved: %(rewards)s"),
    "release": marked("Order, points free again: %(rewards)s"),
    "cancel": marked("Order, cancelled: %(rewards)s"),
    "cancellation": marked("Order, cancelled: %(rewards)s"),
    "return": marked("Order, sent back: %(rewards)s"),
}
"""What bookings of orders are called, by what happened or else by their kind."""

_COUNTED = {Counts.QUANTITY: marked("pieces"), Counts.ATTRIBUTE: marked("pieces, by their size"),
            Counts.PURCHASES: marked("purchases")}
"""What figures of tiers are called that the programme gives no name."""

OWN_CODES = (("step", "start quantity"), ("step", "round_down points"), ("step", "start seminar"),
             ("step", "start points"), ("step", "minus booked"),
             ("step", "start amount"), ("step", "per amount"), ("step", "per quantity"), ("step", "times points"),
             ("step", "round_down multiples"), ("step", "round_half_up points"), ("step", "round_up points"),
             ("step", "at_most cap"), ("step", "factor campaign"), ("step", "times figure"), ("step", "per figure"),
             ("step", "plus figure"), ("step", "minus figure"), ("step", "at_most figure"), ("step", "start formula"),
             ("step", "at_most budget"),
             *(("step", f"at_most {CAP} {what}") for what in (Scope.DOCUMENT.value, *Stretch)),
             ("step", "start counted"), ("step", "times percent"), ("step", "per percent"), ("step", "start streaks"),
             ("measure", "quantity"), ("measure", "amount"), ("measure", "month"), ("measure", "quarter"),
             ("measure", "half_year"), ("measure", "year"), ("measure", "purchase"),
             ("activity", "seminar"), *(("kind", kind.value) for kind in TransactionKind))
"""Codes that the engine itself brings, by context; every language of ours has them."""
_CODE = 2
_NO_COUNTRIES = {"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"}  # territories of the CLDR that nobody can send to


class Naming:
    """Names by code; a code that the programme does not have any more stands for itself."""

    def __init__(self, settings: Settings, locale: str, texts: NullTranslations) -> None:
        self._settings = settings
        self._locale = locale
        self._texts = texts

    def unit(self, code: str) -> str:
        """The name of a unit, such as ``Bonuspunkte``."""
        unit = self._settings.units.get(code)
        return self._text(unit.name, code) if unit else code

    def rule(self, name: str, revision: int) -> str:
        """The title of a rule in the revision that a booking names, or in any other."""
        heads = [earning.head for earning in self._settings.earning if earning.head.name == name]
        exact = [head for head in heads if head.revision == revision]
        return next((self._text(head.title, name) for head in [*exact, *heads]), name)

    def tier(self, tier: Tier | None) -> str:
        """The name of a tier, empty for none."""
        return self._text(tier.name, tier.code) if tier else ""

    def tier_of(self, code: str) -> str:
        """The name of a tier by its code."""
        return next((self.tier(tier) for tier in self._settings.tiers if tier.code == code), code)

    def metric(self, name: str) -> str:
        """What a figure is by which tiers are reached, such as ``Statuspunkte``."""
        bound = self._settings.tier_scheme
        metric = bound.scheme.metrics.get(name) if bound else None
        return name if metric is None else self._text(dict(metric.name), self._counted(metric))

    def _counted(self, metric: Metric) -> str:
        if metric.counts is Counts.POINTS:
            return self.unit(metric.unit)
        if metric.counts is Counts.ACTIVITIES:
            return self.activity(metric.activity)
        if metric.counts is Counts.AMOUNT:
            return self._settings.programme.currency
        return self._texts.gettext(_COUNTED[metric.counts])

    def role(self, code: str) -> str:
        """The name of a role."""
        role = roles_of(self._settings).get(code)
        return self._text(role.name, code) if role else code

    def group(self, code: str) -> str:
        """The name of a kind of participant."""
        group = self._settings.groups.get(code)
        return self._text(group.name, code) if group else code

    def country(self, code: str) -> str:
        """The name of a country by its code of two letters; a code that is none stands for itself."""
        return str(cldr(self._locale).territories.get(code, code))

    def countries(self) -> list[tuple[str, str]]:
        """Countries that something can be sent to, by their names in this language: codes of two letters and names."""
        known = {code: name for code, name in cldr(self._locale).territories.items()
                 if len(code) == _CODE and code.isalpha() and code not in _NO_COUNTRIES}
        wanted = self._settings.programme.countries or known
        return sorted(((code, str(known.get(code, code))) for code in wanted), key=lambda one: one[1])

    def step(self, operation: str, name: str) -> str:
        """What an operand is: message ``times wp`` in context ``step``, such as ``Wp je Modul``."""
        if name.startswith(f"{BUDGET} "):
            return f"{self._coded('step', f'{operation} {BUDGET}', BUDGET)}: {self.budget(name.split(' ', 1)[1])}"
        found = self._coded("step", f"{operation} {name}", name)
        return self._occasion(name) if found == name and operation == "start" else found

    def budget(self, code: str) -> str:
        """The title of a budget."""
        budget = self._settings.budgets.get(code)
        return self._text(budget.title, code) if budget else code

    def measure(self, code: str) -> str:
        """What is counted towards a goal: message ``quantity`` in context ``measure``, such as ``Stück``."""
        return self._coded("measure", code, self.activity(code))

    def feature(self, name: str) -> str:
        """What a feature of a delivery is, such as ``Lieferumfang`` for ``scope``."""
        return self._coded("feature", name, name)

    def activity(self, kind: str) -> str:
        """What a kind of activity is, such as ``Seminar``."""
        found = self._coded("activity", kind, kind)
        return self._occasion(kind) if found == kind else found

    def _occasion(self, name: str) -> str:
        """The title of an occasion of the programme; any other word stands for itself."""
        titles = [one.head.title for one in self._settings.occasions if one.head.name == name]
        return self._text(titles[0], name) if titles else name

    def source(self, name: str) -> str:
        """What a source of deliveries is, such as ``Werkslieferungen``."""
        return self._coded("source", name, name)

    def product_group(self, kind: str) -> str:
        """What a kind of articles is, such as ``Module``."""
        return self._coded("product", kind, kind)

    def label(self, code: str) -> str:
        """What a label of rewards says, such as ``Aus recyceltem Material`` for ``recycled``."""
        found = self._coded("label", code, "")
        return found or code.replace("_", " ").capitalize()

    def hours(self) -> str:
        """When the contact of the programme answers, empty where it does not say."""
        return self._text(self._settings.contact.hours, "")

    @property
    def withdrawal(self) -> bool:
        """Whether the foot leads to the withdrawal function."""
        return self._settings.legal.withdrawal

    def order_button(self, points: str, *, paid: bool = False) -> str:
        """What the programme writes on the final button of an order; empty where it does not say."""
        legal = self._settings.legal
        return self._text(legal.paid_order_button if paid else legal.order_button, "").replace("{points}", points)

    def links(self) -> list[tuple[str, str]]:
        """What the foot of the portal leads to: words and address."""
        return [(self._text(link.title, link.href), link.href) for link in self._settings.links]

    def kind(self, kind: str) -> str:
        """What a kind of transaction is, such as ``Gutschrift``."""
        return self._coded("kind", kind, kind)

    def booking(self, kind: str, ordered: OrderedPoints | None) -> str:
        """What a booking is: its kind, or what of which order of rewards."""
        if ordered is None:
            return self.kind(kind)
        words = self._texts.gettext(_OF_ORDERS.get(ordered.act or kind, _OF_ORDERS[""]))
        return words % {"rewards": self._ordered(ordered)}

    def _ordered(self, ordered: OrderedPoints) -> str:
        name, variant = self._text(ordered.names, ordered.variant), self._text(ordered.variant_names, "")
        what = f"{name}, {variant}" if variant else name
        return f"{ordered.pieces} × {what}" if ordered.pieces != 1 else what

    def _coded(self, context: str, code: str, otherwise: str) -> str:
        found = self._texts.pgettext(context, code)
        return otherwise if found == code else found

    def _text(self, texts: Texts, code: str) -> str:
        return localised(texts, self._locale).text or code
