"""The job that looks whether the feed of rewards has changed."""

from treuwerk.domain.tabular import UnreadableFile
from treuwerk.domain.work import Hopeless
from treuwerk.jobs.job import Job, Order
from treuwerk.services.rewards.feeding import take_feed


def _feed(order: Order) -> str:
    try:
        receipt = take_feed(order.installation, order.clock())
    except UnreadableFile as error:  # the same file says the same again
        raise Hopeless(str(error)) from error
    if receipt is None:
        return "nothing new"
    return (f"{receipt.created} created, {receipt.changed} changed, {receipt.unchanged} unchanged, "
            f"{receipt.rejected} rejected, {len(receipt.held)} things missing")


FEED_JOB = Job("rewards", "Import the feed of rewards", _feed)
