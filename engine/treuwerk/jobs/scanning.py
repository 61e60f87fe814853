"""The job that scans uploaded files for which no scanner had an answer when they came."""

from treuwerk.jobs.job import Job, Order
from treuwerk.services.submissions.scanning import scan_waiting


def _scan(order: Order) -> str:
    scanned = scan_waiting(order.installation, order.clock())
    return f"{scanned.clean} clean, {scanned.refused} refused, {scanned.waiting} waiting still"


SCAN = Job("scan", "Scan uploaded files that wait", _scan)
