"""One rejected line of a feed: as it came, its fields to be corrected, what booking it would do, and doing it."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import attrs
from starlette.responses import Response

from treuwerk.domain.documents import DocumentKind, Movement
from treuwerk.domain.line_fields import LineFields
from treuwerk.domain.refusals import Refusal
from treuwerk.services.changes import line_deciding
from treuwerk.services.changes.line_deciding import LineOutcome
from treuwerk.services.clearing import broken_lines
from treuwerk.services.clearing.broken_lines import BrokenLine
from treuwerk.services.clearing.correction_matching import TAKING_BACK
from treuwerk.web.forms import Wrong, area, choice, day, decimal, text
from treuwerk.web.forms.pages import CONFLICT, UNPROCESSABLE, empty, read, refused, told, version_of
from treuwerk.web.forms.reading import Result
from treuwerk.web.forms.showing import Shown
from treuwerk.web.office.entry_words import KIND_WORDS, PROBLEMS
from treuwerk.web.office.frame import office_page, sent_back, settings_of
from treuwerk.web.office.words import marked_refusal, options
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.pages import gettext, see_other
from treuwerk.web.shell.participant_words import SCHEMES
from treuwerk.web.shell.state import Visit

_HOME = "/office/queue"
_STALE = ("line_changed", "waits_already")
_KINDS = (DocumentKind.DELIVERY, DocumentKind.INVOICE, DocumentKind.SALES_REPORT)
FATES = {"booked": marked("It is booked."), "ignored": marked("It earns nothing."),
         "duplicate": marked("Its purchase is known already. Nothing more is booked."),
         "waiting": marked("It waits for something else, and is booked once that is there."),
         "rejected": marked("It would be rejected again.")}
ACTS = {broken_lines.BOOK: marked("Corrected and booked"), broken_lines.CLOSE: marked("Does not count"),
        broken_lines.REOPEN: marked("Opened again")}
STATES = {broken_lines.WAITING: (marked("Waits for a second person"), "warn", "hourglass"),
          broken_lines.DONE: (marked("Done"), "good", "circle-check"),
          broken_lines.REFUSED: (marked("Refused"), "bad", "circle-x")}
FIELDS = (
    ("kind", marked("Kind of document")), ("number", marked("Document")), ("line", marked("Line")),
    ("day", marked("Delivered on")), ("seller", marked("Seller")), ("buyer", marked("Number of the buyer")),
    ("article", marked("Article")), ("quantity", marked("Quantity")), ("unit", marked("Unit")),
    ("amount", marked("Net amount")), ("currency", marked("Currency")), ("order", marked("Order")),
    ("serials", marked("Serial numbers")), ("features", marked("Features")), ("movement", marked("The goods")))
MOVEMENTS = {Movement.DELIVER.value: marked("were delivered"), Movement.RETURN.value: marked("went back"),
             Movement.CANCEL.value: marked("were never delivered: the line is cancelled")}


@attrs.frozen
class Corrected:
    """The fields of a line, and why they are other ones than came."""

    kind: str = choice(marked("Kind of document"))
    movement: str = choice(marked("The goods"))
    number: str = text(marked("Document"))
    line: str = text(marked("Line"))
    day: date = day(marked("Delivered on"))
    seller: str = text(marked("Seller"))
    scheme: str = choice(marked("Kind of number"))
    buyer: str = text(marked("Number of the buyer"))
    article: str = text(marked("Article"))
    quantity: Decimal = decimal(marked("Quantity"), places=6, at_most=10**12)
    unit: str = text(marked("Unit"), longest=20)
    amount: Decimal | None = decimal(marked("Net amount"), places=6, required=False, at_most=10**12)
    currency: str = text(marked("Currency"), required=False, longest=3)
    order: str = text(marked("Order"), required=False)
    serials: str = area(marked("Serial numbers"), required=False, longest=20_000)
    features: str = area(marked("Features"), required=False)
    reason: str = text(marked("Why"), longest=400)

    def __attrs_post_init__(self) -> None:
        """Each feature has a name and a value."""
        if any(not (name.strip() and value.strip()) for name, value in self._features()):
            raise Wrong(marked("Write one feature per line, such as scope = SYSTEM."), field="features")

    def fields(self) -> LineFields:
        """As they are cleared."""
        features = {name.strip(): value.strip() for name, value in self._features()}
        return LineFields(
            self.kind, self.number, self.line, self.day, self.seller, self.scheme, self.buyer, self.article,
            self.quantity, self.unit, self.amount, self.currency, self.order,
            tuple(filter(None, map(str.strip, self.serials.splitlines()))), features, self.movement)

    def _features(self) -> list[tuple[str, str]]:
        """Names and values as typed; a line without a sign has no value."""
        split = [line.partition("=") for line in self.features.splitlines() if line.strip()]
        return [(name, value) for name, _, value in split]


@attrs.frozen
class Closing:
    """Why a line does not count."""

    reason: str = text(marked("Why"), longest=400)


def line_page(visit: Visit) -> Response:
    """The line as it came, with a form of its fields."""
    one = _line(visit)
    return _page(visit, one, _fresh(visit, one), _closing(visit, one))


def correct_form(visit: Visit) -> Response:
    """Show what the corrected line would bring, or book it."""
    one = _line(visit)
    result = read(visit, Corrected, {
        "kind": _kinds(one), "scheme": _schemes(one), "movement": _movements(one)})
    if not result.ok:
        return _page(visit, one, refused(visit, result), _closing(visit, one), status=UNPROCESSABLE)
    fields, shell = result.value.fields(), visit.shell.installation
    try:
        if visit.request.query_params.get("book") != "1":
            would = line_deciding.preview(visit.access, shell, one.id, fields, visit.now)
            return _page(visit, one, refused(visit, result), _closing(visit, one), would=would)
        done = line_deciding.book(visit.access, shell, one.id, fields, version_of(visit), visit.now,
                                  reason=result.value.reason)
    except Refusal as refusal:
        return _told_why(visit, result, refusal)
    return _after(visit, gettext(visit, marked("The correction waits for a second person.")) if done.waits
                  else gettext(visit, FATES[done.fate]))


def close_form(visit: Visit) -> Response:
    """Close a line that does not count."""
    result = read(visit, Closing)
    if not result.ok:
        one = _line(visit)
        return _page(visit, one, _fresh(visit, one), refused(visit, result, name="close"), status=UNPROCESSABLE)
    try:
        line_deciding.close(visit.access, visit.shell.installation, _id(visit), version_of(visit), visit.now,
                            reason=result.value.reason)
    except Refusal as refusal:
        one = _line(visit)
        if refusal.code != "no_reason":
            return sent_back(visit, refusal, _url(one.id))
        form = refused(visit, result.refused("reason", marked_refusal(refusal)), name="close")
        return _page(visit, one, _fresh(visit, one), form, status=UNPROCESSABLE)
    return _after(visit, gettext(visit, marked("The line is closed. It does not count.")), f"{_url(_id(visit))}/reopen")


def reopen_form(visit: Visit) -> Response:
    """Open a closed line again."""
    return _acted(visit, lambda: line_deciding.reopen(
        visit.access, visit.shell.installation, _id(visit), _version(visit), visit.now),
        marked("The line is open again."))


def agree_form(visit: Visit) -> Response:
    """Agree as the second person: the corrected line is booked."""
    return _acted(visit, lambda: line_deciding.agree(
        visit.access, visit.shell.installation, _id(visit), version_of(visit), visit.now), FATES["booked"])


def refuse_form(visit: Visit) -> Response:
    """Do not agree, or withdraw one's own correction: the line is open again."""
    return _acted(visit, lambda: line_deciding.refuse(
        visit.access, visit.shell.installation, _id(visit), version_of(visit), visit.now),
        marked("The correction is refused. The line is open again."))


def _acted(visit: Visit, act: Callable[[], object], words: str) -> Response:
    try:
        act()
    except Refusal as refusal:
        return sent_back(visit, refusal, _url(_id(visit)))
    return _after(visit, gettext(visit, words))


def _after(visit: Visit, words: str, undo: str = "") -> Response:
    with visit.shell.installation.database.writing() as connection:
        told(visit, connection, words, undo_path=undo)
    return see_other(_url(_id(visit)))


def _told_why(visit: Visit, result: Result[Corrected], refusal: Refusal) -> Response:
    one = _line(visit)
    if refusal.code in _STALE and (one.waiting or not one.is_open):
        return sent_back(visit, refusal, _url(one.id))
    field = "reason" if refusal.code == "no_reason" else ""
    form = refused(visit, result.refused(field, marked_refusal(refusal)))
    if refusal.code in _STALE:
        return _page(visit, one, attrs.evolve(form, version=one.version), _closing(visit, one), status=CONFLICT)
    return _page(visit, one, form, _closing(visit, one), status=UNPROCESSABLE)


def _fresh(visit: Visit, one: BrokenLine) -> Shown:
    fields = one.fields
    initial = {**attrs.asdict(fields, recurse=False), "serials": "\n".join(fields.serials), "features": "\n".join(
        f"{name} = {value}" for name, value in fields.features.items())}
    return empty(visit, Corrected, initial, version=one.version)


def _closing(visit: Visit, one: BrokenLine) -> Shown:
    return empty(visit, Closing, version=one.version, name="close")


def _kinds(one: BrokenLine) -> list[str]:
    return [one.came.kind.value] if one.came else [kind.value for kind in _KINDS]


def _movements(one: BrokenLine) -> list[str]:
    """A credit note or a return takes back anyway."""
    return [one.fields.movement] if one.came and one.came.kind in TAKING_BACK else list(MOVEMENTS)


def _schemes(one: BrokenLine) -> list[str]:
    return list(dict.fromkeys((*SCHEMES, one.fields.scheme)))


def _page(visit: Visit, one: BrokenLine, form: Shown, closing: Shown, *, would: LineOutcome | None = None,
          status: int = 200) -> Response:
    access, asked, zone = visit.access, one.waiting, settings_of(visit).programme.time_zone
    words = {**dict(options(visit, KIND_WORDS)), **dict(options(visit, SCHEMES)),
             **dict(options(visit, MOVEMENTS))}
    return office_page(
        visit, "office/line.html", status, section=_HOME, one=one, form=form, closing=closing, would=would,
        path=_url(one.id), fates=FATES, acts=ACTS, states=STATES, problems=PROBLEMS, fields=FIELDS, words=words,
        kinds=[(code, words.get(code, code)) for code in _kinds(one)],
        movements=[(code, words[code]) for code in _movements(one)],
        schemes=[(code, words.get(code, code)) for code in _schemes(one)],
        came=one.fields.as_texts() if one.came else {}, names=", ".join(settings_of(visit).clearing.features),
        asked=fields.as_texts() if asked and (fields := asked.fields(zone)) else {},
        may_decide=access.may(broken_lines.DECIDE), may_agree=access.may(broken_lines.APPROVE),
        own=asked is not None and asked.user_id == access.user_id)


def _line(visit: Visit) -> BrokenLine:
    with visit.shell.installation.database.reading() as connection:
        return broken_lines.line_of(visit.access, connection, settings_of(visit), _id(visit))


def _version(visit: Visit) -> int:
    """The version of the form; a button to undo has none, and means the line as it is."""
    return version_of(visit) or _line(visit).version


def _id(visit: Visit) -> str:
    found: str = visit.request.path_params["id"]
    return found


def _url(line_id: str) -> str:
    return f"/office/lines/{line_id}"
