"""What every night is for, each part by itself, so that one that fails does not hold up the others.

Each of them may be done twice, also at the same time: what it books has keys of its own.
"""

import attrs

from treuwerk.domain.refusals import Refusal
from treuwerk.domain.work import Hopeless
from treuwerk.jobs.job import Job, Order
from treuwerk.services.changes.merging import forward_arrivals
from treuwerk.services.clearing.occasions import mark_occasions
from treuwerk.services.clearing.parked import report_parked
from treuwerk.services.ledger.expiring import expire
from treuwerk.services.orders.approving import cancel_overdue
from treuwerk.services.rewards.pools import let_lapse
from treuwerk.services.submissions.sweeping import sweep
from treuwerk.services.tiers import running as tiers


def _expire(order: Order) -> str:
    try:
        receipt = expire(order.installation, order.clock(), told=order.progress)
    except Refusal as refusal:  # such as a clock that may be wrong: to try again helps nobody
        raise Hopeless(refusal.reason) from refusal
    return ", ".join(f"{name} {value}" for name, value in attrs.asdict(receipt).items() if not isinstance(value, dict))


def _forward(order: Order) -> str:
    return f"{forward_arrivals(order.installation, order.clock())} merged participants had something that followed"


def _unapproved(order: Order) -> str:
    return f"{cancel_overdue(order.installation, order.clock())} orders cancelled that nobody approved in time"


def _occasions(order: Order) -> str:
    marked = mark_occasions(order.installation, order.clock())
    told = "; ".join(f"{one['occasion']}: {one['reason']}" for one in marked.problems)
    return f"{marked.occasions} occasions, {marked.transactions} bookings" + (f"; {told}" if told else "")


def _parked(order: Order) -> str:
    return f"{report_parked(order.installation, order.clock())} runs with corrections whose purchases never came"


def _codes(order: Order) -> str:
    return f"{let_lapse(order.installation, order.clock())} voucher codes whose last day is over"


def _sweep(order: Order) -> str:
    swept = sweep(order.installation, order.clock(), progress=order.progress)
    return ", ".join(f"{name} {value}" for name, value in attrs.asdict(swept).items())


def _tiers(order: Order) -> str:
    if order.installation.programme.settings.tier_scheme is None:
        return "no tier scheme: tiers are what balances say"
    done = tiers.run(order.installation, order.clock())
    return ", ".join(f"{name} {value}" for name, value in attrs.asdict(done).items())


NIGHTLY = (Job("expire", "Book out what is due", _expire),
           Job("forward", "Let late arrivals follow merged participants", _forward),
           Job("tiers", "Judge the tiers of the days that are over", _tiers),
           Job("orders", "Cancel orders that nobody approved in time", _unapproved),
           Job("occasions", "Book anniversaries and other occasions", _occasions),
           Job("parked", "Report corrections whose purchases never came", _parked),
           Job("codes", "Take voucher codes out of their pools that ended", _codes),
           Job("sweep", "Remove drafts and files that nobody needs", _sweep))
