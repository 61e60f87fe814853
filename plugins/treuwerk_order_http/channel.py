"""The channel itself. A request that got no answer may have arrived, so it is asked for before it is sent again."""

import os
from typing import Any

import attrs
import httpx2

from treuwerk.domain.handovers import Answer, ChannelUnavailable, HandedLine, Handover, Reply
from treuwerk.domain.secrets import MissingSecret
from treuwerk_order_http.settings import OrderHttpSettings

REFUSED = (400, 413, 422)
"""What a supplier answers to lines that it will never take."""
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
            return Reply(Answer.ACCEPTED, said)
        return Reply(Answer.REFUSED if answer.status_code in REFUSED else Answer.UNKNOWN, said)

    def reconcile(self, handover: Handover) -> Reply:
        """Ask for the key: 2xx: it is there; 404: it is not."""
        answer = self._ask("GET", f"{self.settings.url.rstrip('/')}/{handover.key}", handover.key)
        if answer.is_success:
            return Reply(Answer.ACCEPTED, f"{answer.status_code} it was there")
        if answer.status_code == httpx2.codes.NOT_FOUND:
            return Reply(Answer.UNKNOWN)
        raise ChannelUnavailable(f"asked for {handover.key}: found {answer.status_code}, expected 200 or 404")

    def _ask(self, method: str, url: str, key: str, content: Any = None) -> httpx2.Response:
        headers = {"Idempotency-Key": key}
        try:
            if self.settings.token:
                headers["Authorization"] = f"Bearer {self.settings.token.one_line(os.environ)}"
            return httpx2.request(method, url, headers=headers, json=content, timeout=self.settings.seconds,
                                  follow_redirects=False)
        except (httpx2.HTTPError, MissingSecret) as error:
            raise ChannelUnavailable(f"{type(error).__name__}: {error}") from error


def _content(handover: Handover) -> dict[str, Any]:
    return {"key": handover.key, "supplier": handover.supplier, "placed_at": handover.placed_at,
            "lines": [_line(line) for line in handover.lines]}


def _line(line: HandedLine) -> dict[str, Any]:
    return attrs.asdict(line) | {"details": dict(line.details)}
