"""The channel itself. A request that got no answer may have arrived, so it is asked for before it is sent again."""

import json
import os
from collections.abc import Sequence
from contextlib import suppress
from time import monotonic
from typing import Any

import attrs
import httpx2

from treuwerk.domain.handovers import Answer, Cancellation, ChannelUnavailable, HandedLine, Handover, Reply, SentParcel
from treuwerk.domain.parcel_reports import MOST_BYTES, parcels_in
from treuwerk.domain.secrets import MissingSecret
from treuwerk_order_http.settings import OrderHttpSettings

REFUSED = (400, 413, 422)
"""What a supplier answers to lines that it will never take."""
REFUSED_CANCELLATIONS = (400, 403, 404, 405, 409, 410, 413, 422, 501)
"""What one answers that does not take this cancellation, or none at all."""
_LONGEST = 300


@attrs.frozen
class _Reply:
    """What came back: its status, its kind, and its body, None where that was too large to be read."""

    status_code: int
    kind: str
    body: bytes | None

    @property
    def is_success(self) -> bool:
        return httpx2.codes.is_success(self.status_code)

    @property
    def said(self) -> str:
        """The status and the first words."""
        words = f"with more than {MOST_BYTES:,} bytes, which were not read" if self.body is None \
            else self.body[:4 * _LONGEST].decode("utf-8", "replace")[:_LONGEST]
        return f"{self.status_code} {words}".strip()


@attrs.frozen
class OrderHttp:
    """Posts to one address. Only an answer of the supplier itself counts: redirects are not followed."""

    settings: OrderHttpSettings

    def hand_over(self, handover: Handover) -> Reply:
        """Post the lines; 2xx and 409 (it is there already) accept, 400, 413 and 422 refuse, all else is not known."""
        answer = self._ask("POST", self.settings.url, handover.key, _content(handover))
        said = answer.said
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
        said = answer.said
        if answer.is_success:
            return Reply(Answer.ACCEPTED, said)
        return Reply(Answer.REFUSED if answer.status_code in REFUSED_CANCELLATIONS else Answer.UNKNOWN, said)

    def _ask(self, method: str, url: str, key: str, content: Any = None) -> _Reply:
        headers = {"Idempotency-Key": key, "Accept-Encoding": "identity"}
        try:
            if self.settings.token:
                headers["Authorization"] = f"Bearer {self.settings.token.one_line(os.environ)}"
            until = monotonic() + self.settings.seconds
            with httpx2.stream(method, url, headers=headers, json=content, timeout=self.settings.seconds,
                               follow_redirects=False) as answer:
                kind = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
                return _Reply(answer.status_code, kind, _body(answer, until))
        except (httpx2.HTTPError, MissingSecret) as error:
            raise ChannelUnavailable(f"{type(error).__name__}: {error}") from error


def _body(answer: httpx2.Response, until: float) -> bytes | None:
    """The body as far as it is read: None of one that is too large, whatever length it announced.

    Raises:
        httpx2.ReadTimeout: it came too slowly, a little at a time.
    """
    body = bytearray()
    for part in answer.iter_raw():
        body += part
        if len(body) > MOST_BYTES:
            return None
        if monotonic() > until:
            raise httpx2.ReadTimeout("the answer came too slowly")
    return bytes(body)


def _parcels(answer: _Reply) -> tuple[SentParcel, ...]:
    """The parcels of an answer; none where it is no JSON.

    Raises:
        ValueError: it is JSON of another shape, or too large.
    """
    if answer.kind != "application/json":
        return ()
    if answer.body is None:
        raise ValueError(f"found more than {MOST_BYTES:,} bytes, expected at most so many")
    return parcels_in(json.loads(answer.body))


def _parcels_at_once(answer: _Reply) -> tuple[SentParcel, ...]:
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
