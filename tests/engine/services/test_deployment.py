"""What the operator's environment says about the way to the portal, and what is wrong with it."""

from ipaddress import ip_network

import pytest

from treuwerk.services.deployment import Deployment, WrongDeployment, host_name, read_deployment
from treuwerk.services.findings import State
from treuwerk.services.operation.deployment_findings import deployment_findings

LIVE = {"TREUWERK_PUBLIC_URL": "https://League.example/", "TREUWERK_HOSTS": "old.example, [2001:db8::1]",
        "TREUWERK_TRUSTED_PROXIES": "10.0.0.5, 192.168.0.0/16", "TREUWERK_METRICS_FROM": "10.0.0.9",
        "TREUWERK_METRICS_TOKEN": "s" * 30, "TREUWERK_REQUESTS_PER_SOURCE": "50", "TREUWERK_REQUESTS_PER_SESSION": "0"}


def test_all_variables_are_read() -> None:
    deployment = read_deployment(LIVE)

    assert deployment.names == {"league.example", "old.example", "2001:db8::1"}
    assert deployment.proxies == (ip_network("10.0.0.5/32"), ip_network("192.168.0.0/16"))
    assert deployment.watchers == (ip_network("10.0.0.9/32"),)
    assert (deployment.per_source, deployment.per_session) == (50, 0)
    assert "ssss" not in repr(deployment)


def test_without_variables_this_machine_is_answered_and_nobody_believed() -> None:
    deployment = read_deployment({})

    assert deployment.names == {"localhost", "127.0.0.1", "::1"}
    assert not deployment.trusts("127.0.0.1")
    assert deployment.per_source > deployment.per_session > 0
    assert deployment.answering("10.1.1.1", "0.0.0.0").names == {"localhost", "127.0.0.1", "::1", "10.1.1.1"}


def test_figures_are_not_open_to_the_own_machine_where_a_proxy_stands_on_it() -> None:
    assert Deployment().watchers != ()
    assert read_deployment({"TREUWERK_PUBLIC_URL": "https://league.example"}).watchers == ()


def test_every_wrong_variable_is_named_at_once() -> None:
    with pytest.raises(WrongDeployment) as caught:
        read_deployment({"TREUWERK_PUBLIC_URL": "league.example", "TREUWERK_HOSTS": "https://a.example",
                         "TREUWERK_TRUSTED_PROXIES": "10.0.0.300", "TREUWERK_REQUESTS_PER_SOURCE": "many"})

    message = str(caught.value)
    assert "TREUWERK_PUBLIC_URL: found 'league.example', expected scheme and host" in message
    assert all(name in message for name in ("TREUWERK_HOSTS", "TREUWERK_TRUSTED_PROXIES",
                                            "TREUWERK_REQUESTS_PER_SOURCE"))


@pytest.mark.parametrize("value", ["https://a.example/path", "https://u:p@a.example", "ftp://a.example", "https://",
                                   "https://a.example?x", "https://a b"])
def test_a_public_address_is_scheme_and_host(value: str) -> None:
    with pytest.raises(WrongDeployment):
        read_deployment({"TREUWERK_PUBLIC_URL": value})


@pytest.mark.parametrize(("host", "name"), [
    ("league.example", "league.example"), ("LEAGUE.example.:443", "league.example"), ("[::1]:80", "::1"), ("", ""),
    ("a@league.example", ""), ("league.example/x", ""), ("league.example:99999", ""), ("league example", ""),
    ("league.example?x", ""), ("league.example#x", ""), ("[::1", ""), ("a\\b", ""), ("league.example:x", ""),
])
def test_a_host_header_is_a_name_or_nothing(host: str, name: str) -> None:
    assert host_name(host) == name


@pytest.mark.parametrize(("environ", "expected"), [
    ({}, {}),
    (LIVE, {}),
    ({"TREUWERK_PUBLIC_URL": "http://league.example", "TREUWERK_TRUSTED_PROXIES": "10.0.0.5"},
     {"web_public_url": State.UNSAFE}),
    ({"TREUWERK_PUBLIC_URL": "http://localhost:8000"}, {}),
    ({"TREUWERK_PUBLIC_URL": "https://league.example"}, {"web_trusted_proxies": State.WARNING}),
    ({"TREUWERK_TRUSTED_PROXIES": "0.0.0.0/0"}, {"web_trusted_proxies": State.UNSAFE}),
    ({"TREUWERK_METRICS_TOKEN": "short"}, {"web_metrics_token": State.WARNING}),
    ({"TREUWERK_TRUSTED_PROXIES": "x"}, {"web_environment": State.COULD_NOT_RUN}),
])
def test_the_doctor_finds_what_is_set_wrong(environ: dict[str, str], expected: dict[str, State]) -> None:
    findings = {finding.name: finding.state for finding in deployment_findings(environ)}

    assert {name: state for name, state in findings.items() if state is not State.OK} == expected


def test_the_doctor_does_not_tell_the_token() -> None:
    assert all("ssss" not in finding.found for finding in deployment_findings(LIVE))
