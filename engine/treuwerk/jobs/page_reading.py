"""The job that reads the pages of an uploaded file, so that somebody types less."""

from treuwerk.jobs.job import Job, Order
from treuwerk.services.submissions.reading_pages import READ_PAGES, read_pages


def _read(order: Order) -> str:
    return read_pages(order.installation, str(order.payload["submission"]), int(order.payload["page"]), order.clock,
                      order.progress, lambda effect: order.step("fields", effect))


READ = Job(READ_PAGES, "Read the pages of an uploaded file", _read, plain=False)
