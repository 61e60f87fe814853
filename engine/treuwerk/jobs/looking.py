"""The job that looks through the inbox."""

from treuwerk.jobs.job import Job, Order
from treuwerk.services.clearing.inbox import Watch, look_through

_WATCH = Watch()


def _look(order: Order) -> str:
    return look_through(order.installation, order.clock(), _WATCH).in_words()


LOOK = Job("inbox", "Look through the inbox", _look)
