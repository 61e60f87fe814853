"""Asking the provider over the network. Whatever goes wrong there becomes one clear failure: it does not answer."""

import ssl
from collections.abc import Mapping
from functools import cache
from typing import Any

import httpx2

from treuwerk.domain.sign_in import SignInFailed

_LARGEST_ANSWER = 1_000_000


@cache
def tls() -> ssl.SSLContext:
    """One context for all connections: making it is what takes time."""
    return httpx2.create_ssl_context()


def unreachable(what: str, error: Exception | str) -> SignInFailed:
    """The failure of a provider that does not answer, or with something that nobody can read."""
    shown = error if isinstance(error, str) else f"{type(error).__name__}: {error}"
    return SignInFailed("unreachable", f"{what}: {shown}"[:500])


def fetch_json(address: str, timeout: float, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The JSON object at an address of the provider.

    Raises:
        SignInFailed: `unreachable`.
    """
    try:
        with httpx2.Client(verify=tls(), timeout=timeout) as client:
            with client.stream("GET", address, headers={"accept": "application/json", **(headers or {})}) as answer:
                answer.raise_for_status()
                content = _bounded(answer)
        found = httpx2.Response(200, content=content).json()
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError, RecursionError) as error:
        raise unreachable(address, error) from error
    if not isinstance(found, dict):
        raise unreachable(address, f"answered with {type(found).__name__}, expected a JSON object")
    return found


def _bounded(answer: httpx2.Response) -> bytes:
    content = b""
    for part in answer.iter_bytes():
        content += part
        if len(content) > _LARGEST_ANSWER:
            raise ValueError(f"more than {_LARGEST_ANSWER:,} bytes")
    return content
