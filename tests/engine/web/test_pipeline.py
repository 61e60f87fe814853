"""The layers around every page: whom they believe, under which name they answer, how much they take."""

import logging
from ipaddress import ip_network

import attrs
import pytest
from starlette.testclient import TestClient

from tests.support.portal import DEPLOYMENT, HOST, NOW, ORIGIN, Portal
from treuwerk.services.deployment import Deployment
from treuwerk.web.application import create_app
from treuwerk.web.shell.rate_limits import SlidingCounts

PROXY = "10.0.0.5"
TRUSTING = attrs.evolve(DEPLOYMENT, proxies=(ip_network("10.0.0.0/24"),))


def client(portal: Portal, deployment: Deployment, peer: str = PROXY, base: str = f"http://{HOST}") -> TestClient:
    app = create_app(portal.installation, clock=lambda: NOW, deployment=deployment)
    return TestClient(app, base_url=base, client=(peer, 4711), follow_redirects=False,
                      headers={"sec-fetch-site": "same-origin", "accept-language": "en"})


def test_a_trusted_proxy_tells_that_the_visitor_came_encrypted(sqlite_portal: Portal) -> None:
    behind = client(sqlite_portal, TRUSTING)

    assert "strict-transport-security" in behind.get("/login", headers={"x-forwarded-proto": "https"}).headers
    assert "strict-transport-security" not in behind.get("/login").headers


def test_nobody_else_is_believed(sqlite_portal: Portal, caplog: pytest.LogCaptureFixture) -> None:
    stranger = client(sqlite_portal, TRUSTING, peer="192.0.2.66")
    headers = {"x-forwarded-proto": "https", "x-forwarded-host": HOST, "host": "evil.example"}

    answer = stranger.get("/login", headers=headers)

    assert answer.status_code == 421
    assert "strict-transport-security" not in answer.headers
    assert "TREUWERK_TRUSTED_PROXIES" in caplog.text


@pytest.mark.parametrize(("chain", "counted"), [
    ("203.0.113.9", "203.0.113.9"), ("1.1.1.1, 203.0.113.9", "203.0.113.9"), ("203.0.113.9, 10.0.0.7", "203.0.113.9"),
    ("203.0.113.9:55000", "203.0.113.9"), ("[2001:db8::9]:55000", "2001:db8::9"), ("::ffff:203.0.113.9", "203.0.113.9"),
    ("203.0.113.9, nonsense", PROXY), ("", PROXY), ("10.0.0.9", "10.0.0.9"),
])
def test_the_visitor_is_the_nearest_address_that_is_no_proxy(sqlite_portal: Portal, chain: str, counted: str) -> None:
    """A visitor can write anything into the header; only what our proxies added behind it counts."""
    behind = client(sqlite_portal, attrs.evolve(TRUSTING, metrics_from=(ip_network(counted),)))

    assert behind.get("/metrics", headers={"x-forwarded-for": chain}).status_code == 200
    assert behind.get("/metrics", headers={"x-forwarded-for": "198.51.100.1"}).status_code == 403


def test_a_proxy_that_rewrites_host_is_noticed(sqlite_portal: Portal, caplog: pytest.LogCaptureFixture) -> None:
    behind = client(sqlite_portal, TRUSTING)

    answer = behind.get("/login", headers={"host": "127.0.0.1:8000"})

    assert answer.status_code == 421
    assert "This is not our address" in answer.text
    assert f'href="{ORIGIN}"' in answer.text
    assert "a request for host '127.0.0.1' was refused; expected portal.example" in caplog.text


def test_a_proxy_may_tell_the_host_beside_it(sqlite_portal: Portal) -> None:
    answer = client(sqlite_portal, TRUSTING).post(
        "/logout", headers={"host": "127.0.0.1:8000", "x-forwarded-host": HOST, "sec-fetch-site": "",
                            "origin": ORIGIN, "cookie": "__Host-sid=x"})

    assert answer.status_code == 303


@pytest.mark.parametrize(("host", "status"), [
    ("PORTAL.example:8443", 200), ("portal.example.", 200), ("evil.example", 421), ("portal.example.evil.example", 421),
    ("x@portal.example", 400), ("", 400), ("portal.example/..", 400), ("localhost", 421),
])
def test_only_our_own_names_are_answered(sqlite_portal: Portal, host: str, status: int) -> None:
    answer = client(sqlite_portal, DEPLOYMENT).get("/login", headers={"host": host})

    assert answer.status_code == status
    assert "evil" not in answer.text
    assert status == 200 or "<h1>" in answer.text


def test_two_host_headers_are_none(sqlite_portal: Portal) -> None:
    headers = [(b"host", b"portal.example"), (b"host", b"evil.example")]

    assert client(sqlite_portal, DEPLOYMENT).get("/login", headers=headers).status_code == 400


@pytest.mark.parametrize("path", ["/livez", "/readyz"])
def test_watchers_ask_by_any_name(sqlite_portal: Portal, path: str) -> None:
    assert client(sqlite_portal, DEPLOYMENT).get(path, headers={"host": "10.1.2.3:8000"}).status_code == 200


def test_a_portal_without_settings_answers_the_own_machine_only(sqlite_portal: Portal) -> None:
    fresh = client(sqlite_portal, Deployment(), base="http://127.0.0.1:8000")

    assert fresh.get("/login").status_code == 200
    assert fresh.get("/login", headers={"host": "localhost:8000"}).status_code == 200
    assert fresh.get("/login", headers={"host": "rebound.example"}).status_code == 421


def test_long_pages_are_compressed_and_caches_know_it(sqlite_portal: Portal) -> None:
    visitor = sqlite_portal.visitor()

    small, plain = visitor.get("/login"), visitor.get("/login", headers={"accept-encoding": "identity"})

    assert small.headers["content-encoding"] == "gzip"
    assert int(small.headers["content-length"]) * 2 < int(plain.headers["content-length"])
    assert small.text == plain.text
    assert set(small.headers["vary"].split(", ")) == {"Accept-Encoding", "Accept-Language", "Cookie"}
    assert visitor.get("/livez").headers.get("content-encoding") is None


def test_too_many_requests_of_one_address_wait_and_others_do_not(sqlite_portal: Portal) -> None:
    app = create_app(sqlite_portal.installation, clock=lambda: NOW, deployment=attrs.evolve(DEPLOYMENT, per_source=3))
    mine, other = (TestClient(app, base_url=ORIGIN, client=(peer, 1), headers={"accept-language": "en"})
                   for peer in ("192.0.2.1", "192.0.2.2"))

    answers = [mine.get("/login") for _ in range(4)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert 1 <= int(answers[3].headers["retry-after"]) <= 120
    assert "Please wait a few minutes" in answers[3].text
    assert 'href="/login">Try again' in answers[3].text
    assert other.get("/login").status_code == 200


def test_addresses_of_one_network_of_ipv6_count_as_one(sqlite_portal: Portal) -> None:
    app = create_app(sqlite_portal.installation, clock=lambda: NOW, deployment=attrs.evolve(DEPLOYMENT, per_source=1))
    statuses = [TestClient(app, base_url=ORIGIN, client=(peer, 1)).get("/login").status_code
                for peer in ("2001:db8::1", "2001:db8::2", "2001:db8:0:1::1")]

    assert statuses == [200, 429, 200]


def test_static_files_and_health_are_not_counted(sqlite_portal: Portal) -> None:
    app = create_app(sqlite_portal.installation, clock=lambda: NOW, deployment=attrs.evolve(DEPLOYMENT, per_source=1))
    visitor = TestClient(app, base_url=ORIGIN)

    statuses = [visitor.get(path).status_code for path in ("/livez", "/readyz", "/static/none") for _ in range(3)]

    assert 429 not in statuses
    assert [visitor.get("/login").status_code for _ in range(2)] == [200, 429]


def test_a_session_is_counted_wherever_it_comes_from(sqlite_portal: Portal) -> None:
    app = create_app(sqlite_portal.installation, clock=lambda: NOW, deployment=attrs.evolve(DEPLOYMENT, per_session=2))
    token = sqlite_portal.signed_in().cookies["__Host-sid"]

    statuses = [TestClient(app, base_url=ORIGIN, client=(f"192.0.2.{number}", 1), cookies={"__Host-sid": token})
                .get("/purchases").status_code for number in range(3)]

    assert statuses == [200, 200, 429]


class Watch:
    """A clock that is put by hand."""

    def __init__(self) -> None:
        self.now = 6_000.0

    def __call__(self) -> float:
        return self.now


def test_a_window_slides_so_that_its_edge_gives_no_second_helping() -> None:
    watch = Watch()
    counts = SlidingCounts(10, 60, watch)
    watch.now += 59
    assert [counts.wait_seconds("a") for _ in range(10)] == [0] * 10

    watch.now += 2

    assert counts.wait_seconds("a") > 0


@pytest.mark.parametrize("passed", [0.0, 1.0, 30.0, 59.5])
@pytest.mark.parametrize("amount", [1, 2, 10])
def test_whoever_waits_as_long_as_told_may_come_again(amount: int, passed: float) -> None:
    watch = Watch()
    counts = SlidingCounts(amount, 60, watch)
    watch.now += passed
    while not (wait := counts.wait_seconds("a")):
        watch.now += 0.01

    watch.now += wait

    assert counts.wait_seconds("a") == 0


def test_old_keys_make_room() -> None:
    counts = SlidingCounts(1, 60, Watch())
    counts.wait_seconds("first")
    for number in range(50_000):
        counts.wait_seconds(str(number))

    assert counts.wait_seconds("first") == 0
    assert counts.wait_seconds("49999") > 0


def test_the_log_of_the_pipeline_is_warned_once(sqlite_portal: Portal, caplog: pytest.LogCaptureFixture) -> None:
    visitor = client(sqlite_portal, DEPLOYMENT)
    with caplog.at_level(logging.WARNING, "treuwerk.web"):
        for _ in range(3):
            visitor.get("/login", headers={"host": "evil.example"})
        for number in range(40):
            visitor.get("/login", headers={"host": f"evil{number}.example"})

    assert caplog.text.count("'evil.example'") == 1
    assert caplog.text.count("was refused") == 20
