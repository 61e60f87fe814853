"""The filters of the points account, as the address says them and as the page shows them."""

from collections.abc import Sequence

import attrs
from starlette.exceptions import HTTPException

from treuwerk.services.account.purchase_history import Bought
from treuwerk.services.account.statements import Cursor
from treuwerk.services.ledger import narrowing
from treuwerk.services.ledger.narrowing import Filters
from treuwerk.web.lists import cursor_of, cursor_text, words_of
from treuwerk.web.portal.filtering import address, year_bounds, year_of
from treuwerk.web.shell.pages import gettext, marked, naming_of
from treuwerk.web.shell.state import Visit

HERE = "/account"
_LIST, _AT = "bookings", "at"
_ARTICLE, _GROUP = "article:", "group:"
_LONGEST = 100
KIND_WORDS: dict[str, str] = dict(zip(narrowing.KINDS, (
    marked("Purchases"), marked("Activities"), marked("Redemptions"), marked("Expiry"), marked("Other")), strict=True))
SOURCE_WORDS = {
    narrowing.FEED: marked("Reported deliveries"), narrowing.ACTIVITY: marked("Activities"),
    narrowing.HAND: marked("Booked by hand"), narrowing.RULE: marked("Booked by the rules of the programme")}
STATUS_WORDS = {
    narrowing.ACTIVE: marked("Usable"), narrowing.PENDING: marked("Not usable yet"), narrowing.HELD: marked("Reserved"),
    narrowing.SPENT: marked("Spent"), narrowing.EXPIRED: marked("Expired"), narrowing.REVERSED: marked("Reversed")}
Options = list[tuple[str, str]]


@attrs.frozen
class Wanted:
    """The filters of an address, each empty where it is not set."""

    year: str = ""
    kind: str = ""
    q: str = ""
    source: str = ""
    product: str = ""
    status: str = ""

    def url(self, path: str, **changed: str) -> str:
        """The same filters at a path, some of them changed."""
        return address(path, attrs.asdict(self) | changed)

    @property
    def rare(self) -> bool:
        """Whether one of those is set that the page folds away."""
        return bool(self.source or self.product or self.status)


def wanted_of(visit: Visit) -> Wanted:
    """What the address asks for.

    Raises:
        HTTPException: 400, a value that the filter does not take.
    """
    query = visit.request.query_params
    values = {name: query.get(name, "") for name in ("year", "kind", "source", "product", "status")}
    year_of(values["year"])
    product = values["product"]
    _refuse(values["kind"] not in ("", *narrowing.KINDS) or values["status"] not in ("", *narrowing.STATUSES)
            or values["source"] not in ("", *(code for code, _ in sources(visit))))
    _refuse(bool(product) and (not product.startswith((_ARTICLE, _GROUP)) or len(product) > _LONGEST
                               or not product.isprintable()))
    return Wanted(**values, q=words_of(query.get("q", "")))


def _refuse(wrong: bool) -> None:
    if wrong:
        raise HTTPException(400)


def filters_of(visit: Visit, wanted: Wanted) -> Filters:
    """The same for the service."""
    zone = visit.shell.installation.programme.settings.programme.time_zone
    article = wanted.product.removeprefix(_ARTICLE) if wanted.product.startswith(_ARTICLE) else ""
    group = wanted.product.removeprefix(_GROUP) if wanted.product.startswith(_GROUP) else ""
    return Filters(*year_bounds(year_of(wanted.year), zone), wanted.kind, wanted.q, wanted.source, article, group,
                   wanted.status)


def words(visit: Visit, named: dict[str, str]) -> Options:
    """Codes with their words in the visitor's language."""
    return [(code, gettext(visit, name)) for code, name in named.items()]


def sources(visit: Visit) -> Options:
    """Where bookings may come from; several sources of deliveries are named one by one."""
    feeds = [source.head.name for source in visit.shell.installation.programme.settings.sources]
    several = [(f"{narrowing.FEED}:{name}", naming_of(visit).source(name))
               for name in (feeds if len(feeds) > 1 else [])]
    first, *rest = words(visit, SOURCE_WORDS)
    return [first, *several, *rest]


def products(visit: Visit, bought: Sequence[Bought], wanted: Wanted) -> Options:
    """Groups and articles to choose from: what was bought lately, and what is asked for."""
    naming = naming_of(visit)
    groups = {f"{_GROUP}{one.kind}": named for one in bought if (named := naming.product_group(one.kind)) != one.kind}
    articles = {f"{_ARTICLE}{one.number}": one.name or one.number for one in bought}
    if wanted.product and wanted.product not in groups | articles:
        code = wanted.product.partition(":")[2]
        (groups if wanted.product.startswith(_GROUP) else articles)[wanted.product] = code
    return [*sorted(groups.items(), key=_by_words), *sorted(articles.items(), key=_by_words)]


def _by_words(option: tuple[str, str]) -> str:
    return option[1].casefold()


def chips(visit: Visit, wanted: Wanted, named: dict[str, Options]) -> Options:
    """What is set, in words, each with the address without it. `named` are the options of each filter."""
    said = {name: dict(options).get(getattr(wanted, name), getattr(wanted, name)) for name, options in named.items()}
    if wanted.q:
        said["q"] = f"„{wanted.q}“" if visit.locale.startswith("de") else f"“{wanted.q}”"
    return [(told, wanted.url(HERE, **{name: ""})) for name, told in said.items() if told]


def place_of(visit: Visit) -> Cursor | None:
    """Where the page of the address begins; one that this session did not get from us begins at the newest.

    Raises:
        HTTPException: 400, this is no place.
    """
    key = cursor_of(visit.request.query_params.get(_AT, ""), _LIST, _session(visit))
    if key is None:
        return None
    booking, balance, newer = key
    return Cursor(int(booking), int(balance), bool(newer))


def url_of(visit: Visit, wanted: Wanted, place: Cursor | None) -> str:
    """The address of a page that begins at a place; empty without one."""
    if place is None:
        return ""
    told = (place.booking, place.balance or 0, int(place.newer))
    return wanted.url(HERE, **{_AT: cursor_text(told, _LIST, _session(visit))})


def _session(visit: Visit) -> str:
    return visit.state.session.id_hash if visit.state.session else ""
