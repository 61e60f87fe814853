"""Every component in every state, for those who build pages, for accessibility checks and for screenshots."""

from datetime import date
from decimal import Decimal

from starlette.responses import Response

from treuwerk.domain.explained_steps import ExplainedStep
from treuwerk.services.account.explaining import ExplainedAward, LotTerms
from treuwerk.services.ledger.balances import ExpiringAmount, UnitBalance
from treuwerk.web.portal.picturing import CalendarEntry, Part, Rung, TierView, parts_of
from treuwerk.web.portal.styleguide_forms import form_samples
from treuwerk.web.portal.styleguide_rewards import reward_samples
from treuwerk.web.shell.pages import page
from treuwerk.web.shell.state import Visit

_DAY = 86_400_000_000


def styleguide_page(visit: Visit) -> Response:
    """The style guide; its figures are made up and belong to nobody."""
    units = visit.shell.installation.programme.settings.units
    unit = next(iter(units))
    later = visit.now + 400 * _DAY
    calendar = [CalendarEntry(2_480, later, 1), CalendarEntry(14_125, later + 365 * _DAY, 2),
                CalendarEntry(8_200, later + 730 * _DAY, 3), CalendarEntry(500, None, 0)]
    return page(visit, "styleguide.html", award=_award(visit.now, unit), today=date(2026, 11, 21), now=visit.now,
                of_plugins=visit.shell.parts.styleguides(), calendar=calendar,
                parts=parts_of(calendar), tiers=_tiers(unit, later), balances=[
        UnitBalance(unit, 24_805, 1_240, 300, 0, ExpiringAmount(unit, 2_480, later)),
        UnitBalance(unit, 0, 0, 0, 0, None),
        UnitBalance(unit, 9_876_543_210, 0, 0, 0, ExpiringAmount(unit, 1_000_000, later)),
        UnitBalance(unit, -120, 0, 0, 120, None)], **form_samples(visit), **reward_samples(visit))


def _tiers(unit: str, until: int) -> list[TierView]:
    def ladder(points: int) -> tuple[Rung, ...]:
        return tuple(Rung(name, limit, limit <= points)
                     for name, limit in (("Silver", 5_000), ("Gold", 15_000), ("Platinum", 40_000)))

    return [TierView("", "Silver", 4_200, unit, "Progress", until, (Part(0, 160, 1),), ladder(800), 5.3, 800),
            TierView("Silver", "Gold", 320, unit, "Progress", until, (Part(0, 979, 1),), ladder(14_680), 65.6, 14_680),
            TierView("Platinum", "", 0, unit, "Progress", None, (Part(0, 1000, 1),), ladder(52_000), 100, 52_000)]


def _award(now: int, unit: str) -> ExplainedAward:
    steps = (("start", "quantity", "31", 31), ("times", "wp", "405", 12_555), ("per", "wp", "10", "1255.5"),
             ("factor", "SYSTEM", "2", 2_511), ("round_down", "points", "", 2_511))
    return ExplainedAward(1, unit, 2_511, "module_points", 1, tuple(
        ExplainedStep(operation, name, operand, Decimal(figure)) for operation, name, operand, figure in steps),
        LotTerms(2_511, 1_200, now, now + 1_100 * _DAY))


def office_styleguide_page(visit: Visit) -> Response:
    """The office's frame with made-up people."""
    entries = (("/_styleguide/office", "Work queue", "inbox", 12), ("/_styleguide", "Participants", "user-round", 0))
    groups = ({"title": title, "entries": [dict(zip(("href", "words", "symbol", "count"), one, strict=True))
                                           for one in entries]} for title in ("", "Programme"))
    rows = (("Kranichdach Solartechnik GmbH", "10024", "Kiel", "good", "Active", "circle-check", 213_612),
            ("Elektro Wendelglanz GmbH", "10048", "Leipzig", "warn", "Question", "triangle-alert", 48_090),
            ("Moorblick Haustechnik GmbH", "10062", "Worpswede", "bad", "Blocked", "circle-x", 0))
    return page(visit, "office/styleguide.html", section="/_styleguide/office", navigation=list(groups), rows=rows * 6)
