"""Errors for machines: problem details after RFC 9457, with a code that programs can rely on."""

from http import HTTPStatus
from typing import Any

from starlette.responses import JSONResponse

API_PREFIX = "/api/"
"""Below it everything is for machines."""
_CODES = {400: "bad_request", 401: "not_authentic", 403: "not_allowed", 404: "not_found", 405: "wrong_method",
          409: "conflict", 413: "too_large", 415: "wrong_media_type", 421: "wrong_host", 422: "unprocessable",
          429: "too_many_requests", 500: "internal", 503: "unavailable"}


class RequestRefused(Exception):
    """A request that is refused; `detail` says what was found, what was expected, and what to do."""

    def __init__(self, status: int, code: str, detail: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail, self.headers = status, code, detail, headers or {}


def problem(status: int, request_id: str, *, code: str = "", detail: str = "", headers: dict[str, str] | None = None,
            **more: Any) -> JSONResponse:
    """The answer for a problem."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status,
            "code": code or _CODES.get(status, "error"), "detail": detail, "request_id": request_id, **more}
    return JSONResponse({name: value for name, value in body.items() if value != ""}, status, headers=headers,
                        media_type="application/problem+json")
