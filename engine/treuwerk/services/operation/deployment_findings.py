"""What the doctor, and ``treuwerk serve`` at its start, find in the variables that say how the portal is reached."""

from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from treuwerk.services.deployment import LOOPBACK_NAMES, Deployment, WrongDeployment, host_name, read_deployment
from treuwerk.services.findings import Finding, State, finding

_SHORTEST_TOKEN = 20


def deployment_findings(environ: Mapping[str, str]) -> Iterator[Finding]:
    """The findings of an environment."""
    try:
        deployment = read_deployment(environ)
    except WrongDeployment as error:
        yield Finding("web_environment", State.COULD_NOT_RUN, str(error), "variables that can be read",
                      "mend them; treuwerk serve does not start with them")
        return
    yield _address(deployment)
    yield _proxies(deployment)
    yield _token(deployment)


def _address(deployment: Deployment) -> Finding:
    url = urlsplit(deployment.public_url)
    own_machine = host_name(url.netloc) in LOOPBACK_NAMES
    state = State.UNSAFE if url.scheme == "http" and not own_machine else None
    return finding("web_public_url", deployment.public_url or "not set, so the portal answers this machine only",
                   "an address that begins with https://",
                   "let the proxy encrypt and set TREUWERK_PUBLIC_URL to what visitors see: passwords travel in the "
                   "open, and browsers do not send our cookies back", state)


def _proxies(deployment: Deployment) -> Finding:
    shown = ", ".join(map(str, deployment.proxies)) or "none"
    if any(network.prefixlen == 0 for network in deployment.proxies):
        return Finding("web_trusted_proxies", State.UNSAFE, shown, "the addresses of your proxies",
                       "name them in TREUWERK_TRUSTED_PROXIES: so anyone may claim to come from anywhere")
    missing = deployment.public_url.startswith("https:") and not deployment.proxies
    return finding("web_trusted_proxies", shown, "the proxy that encrypts",
                   "set TREUWERK_TRUSTED_PROXIES to its address: without it all visitors count as one address, and "
                   "browsers are not told to stay with HTTPS", State.WARNING if missing else None)


def _token(deployment: Deployment) -> Finding:
    length = len(deployment.metrics_token)
    return finding("web_metrics_token", f"{length} characters" if length else "not set",
                   f"at least {_SHORTEST_TOKEN} random characters",
                   "make a new one: python -c 'import secrets; print(secrets.token_urlsafe())'",
                   State.WARNING if 0 < length < _SHORTEST_TOKEN else None)
