"""How an installation is reached: public address, host names, trusted proxies. The operator's, by environment.

These differ between a test and a live installation of one programme, so they stand beside it and not in its file.
"""

from collections.abc import Mapping
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

import attrs

Network = IPv4Network | IPv6Network
LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
_EVERYWHERE = ("0.0.0.0", "::", "")  # noqa: S104 - recognised here, listened on nowhere


class WrongDeployment(ValueError):
    """Variables of the environment that cannot be used; the message names each with what was expected."""


@attrs.frozen
class Deployment:
    """What the operator says about the way to the portal.

    Left out, the portal answers under the names of this machine only, and believes no proxy.
    """

    public_url: str = ""
    """``TREUWERK_PUBLIC_URL``: scheme and host under which visitors come, such as ``https://league.example``."""
    hosts: frozenset[str] = frozenset()
    """``TREUWERK_HOSTS``: further host names, separated by commas."""
    proxies: tuple[Network, ...] = ()
    """``TREUWERK_TRUSTED_PROXIES``: addresses or networks whose X-Forwarded headers are believed."""
    metrics_from: tuple[Network, ...] = ()
    """``TREUWERK_METRICS_FROM``: addresses or networks that may read ``/metrics``; this machine where no public
    address is set."""
    metrics_token: str = attrs.field(default="", repr=False)
    """``TREUWERK_METRICS_TOKEN``: a bearer token that may read it from anywhere."""
    per_source: int = 1_200
    """``TREUWERK_REQUESTS_PER_SOURCE``: requests a minute from one address, 0 for any number."""
    per_session: int = 600
    """``TREUWERK_REQUESTS_PER_SESSION``: requests a minute of one session, 0 for any number."""

    @property
    def names(self) -> frozenset[str]:
        """The host names that are answered, without ports."""
        own = host_name(urlsplit(self.public_url).netloc)
        return self.hosts | ({own} if own else LOOPBACK_NAMES)

    @property
    def watchers(self) -> tuple[Network, ...]:
        """From where ``/metrics`` may be read without a token."""
        return self.metrics_from or (() if self.public_url else LOOPBACK)

    def trusts(self, address: str) -> bool:
        """Whether a proxy at this address is believed."""
        return within(address, self.proxies)

    def answering(self, *hosts: str) -> "Deployment":
        """The same, answering under these names, too; an address that stands for all of them names none."""
        return attrs.evolve(self, hosts=self.hosts | {host.lower() for host in hosts if host not in _EVERYWHERE})


def within(address: str, networks: tuple[Network, ...]) -> bool:
    """Whether an address lies in one of the networks; what is no address lies in none."""
    found = address_of(address)
    return found is not None and any(found in network for network in networks)


def address_of(text: str) -> IPv4Address | IPv6Address | None:
    """The address that a text is, IPv4 in IPv6 clothes unwrapped, or None."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return (address.ipv4_mapped if isinstance(address, IPv6Address) else None) or address


def host_name(host: str) -> str:
    """The name of a Host header, without port and in lower case; empty where it is none.

    >>> host_name("League.example:8443"), host_name("[::1]:8000"), host_name("a@b"), host_name("x y")
    ('league.example', '::1', '', '')
    """
    try:
        parts = urlsplit(f"//{host}")
        plain = parts.port is None or parts.port > 0
    except ValueError:
        return ""
    odd = parts.netloc != host or "@" in host or any(mark <= " " or mark in '<>"\'\\%' for mark in host)
    return "" if odd or not plain else (parts.hostname or "").removesuffix(".")


def read_deployment(environ: Mapping[str, str]) -> Deployment:
    """The deployment of an environment.

    Raises:
        WrongDeployment: naming every variable that cannot be used.
    """
    reader = _Reader(environ)
    deployment = Deployment(
        public_url=reader.address("TREUWERK_PUBLIC_URL"),
        hosts=frozenset(reader.names("TREUWERK_HOSTS")),
        proxies=reader.networks("TREUWERK_TRUSTED_PROXIES"),
        metrics_from=reader.networks("TREUWERK_METRICS_FROM"),
        metrics_token=environ.get("TREUWERK_METRICS_TOKEN", ""),
        per_source=reader.number("TREUWERK_REQUESTS_PER_SOURCE", Deployment().per_source),
        per_session=reader.number("TREUWERK_REQUESTS_PER_SESSION", Deployment().per_session),
    )
    if reader.mistakes:
        raise WrongDeployment("; ".join(reader.mistakes))
    return deployment


class _Reader:
    """Reads variables one by one and notes what is wrong with them."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.mistakes: list[str] = []

    def address(self, name: str) -> str:
        value = self._environ.get(name, "").strip().removesuffix("/")
        parts = urlsplit(value)
        plain = parts.scheme in ("http", "https") and host_name(parts.netloc) and value == f"{parts.scheme}://{parts.netloc}"
        if value and not plain:
            self._wrong(name, value, "scheme and host without a path, such as https://league.example")
            return ""
        return value.lower()

    def names(self, name: str) -> list[str]:
        values = self._several(name)
        for value in values:
            if host_name(value) != value.lower().strip("[]"):
                self._wrong(name, value, "host names without scheme and port, such as league.example")
        return [host_name(value) for value in values]

    def networks(self, name: str) -> tuple[Network, ...]:
        found = []
        for value in self._several(name):
            try:
                found.append(ip_network(value))
            except ValueError:
                self._wrong(name, value, "addresses or networks such as 10.0.0.5 or 10.0.0.0/8")
        return tuple(found)

    def number(self, name: str, otherwise: int) -> int:
        value = self._environ.get(name, "").strip()
        if not value:
            return otherwise
        if not (value.isascii() and value.isdigit()):
            self._wrong(name, value, "a whole number of requests a minute, 0 for any number")
            return otherwise
        return int(value)

    def _several(self, name: str) -> list[str]:
        return [part.strip() for part in self._environ.get(name, "").split(",") if part.strip()]

    def _wrong(self, name: str, found: str, expected: str) -> None:
        self.mistakes.append(f"{name}: found {found!r}, expected {expected}")
