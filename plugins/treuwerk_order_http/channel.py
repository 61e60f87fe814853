"""The channel itself. A request that got no answer may have arrived, so it is asked for before it is sent again."""

import os
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import attrs
import httpx2

from treuwerk.domain.handovers import Answer, Cancellation, ChannelUnavailable, HandedLine, Handover, Reply, SentParcel
from treuwerk.domain.parcel_reports import parcels_in
from treuwerk.domain.secrets import MissingSecret
from treuwerk_order_http.settings import OrderHttpSettings

REFUSED = (400, 413, 422)
"""What a supplier answers to lines that it will never take."""
REFUSED_CANCELLATIONS = (400, 403, 404, 405, 409, 410, 413, 422, 501)
"""What one answers that does not take this cancellation, or none at all."""
_LONGEST = 300


@attrs.frozen
class OrderHttp:
    """Posts to one address. Only an answer of the supplier itself counts: redirects are not followed."""

    settings: OrderHttpSettings

    def hand_over(self, handover: Handover) -> Reply:
        """Post the lines; 2xx and 409 (it is there already) accept, 400, 413 and 422 refuse, all else is not known."""
        answer = self._ask("POST", self.settings.url, handover.key, _content(handover))
        said = f"{answer.status_code} {answer.text[:_LONGEST]}".strip()
        if answer.is_success or answer.status_code == httpx2.codes.CONFLICT:
            return Reply(Answer.ACCEPTED, said, _parcels_at_once(answer))
        return Reply(Answer.REFUSED if answer.status_code in REFUSED else Answer.UNKNOWN, said)

    def reconcile(self, handover: Handover) -> Reply:
        """Ask for the key: 2xx: it is there; 404: it is not."""
        answer = self._ask("GET", f"{self.settings.url.rstrip('/')}/{handover.key}", handover.key)
        if answer.is_success:
            return Reply(Answer.ACCEPTED, f"{answer.status_code} it was there", _parcels_at_once(answer))
        if answer.status_code == httpx2.codes.NOT_FOUND:
            return Reply(Answer.NOT_THERE)
        raise ChannelUnavailable(f"asked for {handover.key}: found {answer.status_code}, expected 200 or 404")

    def sent(self, handover: Handover) -> Sequence[SentParcel]:
        """Ask for the key; the parcels that the answer tells of as JSON, see `treuwerk.domain.parcel_reports`."""
        answer = self._ask("GET", f"{self.settings.url.rstrip('/')}/{handover.key}", handover.key)
        if not answer.is_success:
            raise ChannelUnavailable(f"asked for parcels of {handover.key}: found {answer.status_code}, expected 200")
        try:
            return _parcels(answer)
        except ValueError as error:
            raise ChannelUnavailable(f"asked for parcels of {handover.key}: {error}") from error

    def cancel(self, cancellation: Cancellation) -> Reply:
        """Post what is not wanted any more: 2xx: it knows; 4xx that are about it: people tell it; else not known."""
        if not self.settings.cancellations:
            return Reply(Answer.REFUSED)
        url = f"{self.settings.url.rstrip('/')}/{cancellation.key}/cancellation"
        answer = self._ask("POST", url, cancellation.name, _cancelled(cancellation))
        said = f"{answer.status_code} {answer.text[:_LONGEST]}".strip()
        if answer.is_success:
            return Reply(Answer.ACCEPTED, said)
        return Reply(Answer.REFUSED if answer.status_code in REFUSED_CANCELLATIONS else Answer.UNKNOWN, said)

    def _ask(self, method: str, url: str, key: str, content: Any = None) -> httpx2.Response:
        headers = {"Idempotency-Key": key}
        try:
            if self.settings.token:
                headers["Authorization"] = f"Bearer {self.settings.token.one_line(os.environ)}"
            return httpx2.request(method, url, headers=headers, json=content, timeout=self.settings.seconds,
                                  follow_redirects=False)
        except (httpx2.HTTPError, MissingSecret) as error:
            raise ChannelUnavailable(f"{type(error).__name__}: {error}") from error


def _parcels(answer: httpx2.Response) -> tuple[SentParcel, ...]:
    """The parcels of an answer; none where it is no JSON.

    Raises:
        ValueError: it is JSON of another shape.
    """
    kind = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    return parcels_in(answer.json()) if kind == "application/json" else ()


def _parcels_at_once(answer: httpx2.Response) -> tuple[SentParcel, ...]:
    """The same beside another answer, which counts whatever stands beside it; what is lost here is asked for again."""
    with suppress(ValueError):
        return _parcels(answer)
    return ()


def _cancelled(cancellation: Cancellation) -> dict[str, Any]:
    lines = [attrs.asdict(line) | {"wanted": line.wanted} for line in cancellation.lines]
    return {"key": cancellation.key, "supplier": cancellation.supplier, "placed_at": cancellation.placed_at,
            "cancelled_at": cancellation.cancelled_at, "lines": lines}


def _content(handover: Handover) -> dict[str, Any]:
    return {"key": handover.key, "supplier": handover.supplier, "placed_at": handover.placed_at,
            "lines": [_line(line) for line in handover.lines]}


def _line(line: HandedLine) -> dict[str, Any]:
    return attrs.asdict(line) | {"details": dict(line.details)}
