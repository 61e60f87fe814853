"""Orders as mail, against a real server: it takes, puts off, refuses, and is gone when it should answer."""

import csv
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from io import StringIO
from pathlib import Path
from typing import Any

import attrs
import pytest

from tests.support.certificates import certificate_for
from tests.support.mail_server import MailServer, serving
from treuwerk.domain.handover_tables import COLUMNS
from treuwerk.domain.handovers import Answer, ChannelUnavailable, HandedLine, Handover
from treuwerk.domain.reward_orders import Destination
from treuwerk.domain.secrets import Secret
from treuwerk_order_mail import build, supplier_channels
from treuwerk_order_mail.settings import OrderMailSettings

HOME = Destination("Ada Lovelace", "Dachweg 1", "10115", "Berlin", "DE", "Sonnendach")
LINES = (HandedLine("ord_1", 1, "DRILL-12", "DRILL", "Akkuschrauber Größe 12", 2, {}, HOME, "Bitte; klingeln"),
         HandedLine("ord_1", 2, "TICKET", "T", " =HYPERLINK(1)", 1))
HANDOVER = Handover("hov_1", "house", 1_790_000_000_000_000, LINES)


@pytest.fixture
def server() -> Iterator[MailServer]:
    with serving(MailServer()) as found:
        yield found


def channel(server: MailServer, **more: Any) -> Any:
    return build(Path(), OrderMailSettings(**{
        "to": ["orders@house.example"], "sender": "rewards@league.example", "host": "127.0.0.1", "security": "none",
        "port": server.port, "seconds": 5, **more}))


def mail(server: MailServer) -> EmailMessage:
    found = message_from_bytes(server.took[-1], policy=policy.SMTP)
    assert isinstance(found, EmailMessage)
    return found


def rows(server: MailServer) -> list[dict[str, str]]:
    [attachment] = mail(server).iter_attachments()
    text = attachment.get_payload(decode=True).decode("utf-8-sig")  # type: ignore[union-attr]
    return list(csv.DictReader(StringIO(text, newline=""), delimiter=";"))


def body(server: MailServer) -> str:
    part = mail(server).get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def test_it_is_offered_by_name() -> None:
    assert [kind.name for kind in supplier_channels()] == ["order_mail"]


def test_a_mail_has_the_lines_as_text_and_as_a_table(server: MailServer) -> None:
    reply = channel(server, to=["orders@house.example", "copy@house.example"], language="de").hand_over(HANDOVER)

    sent = mail(server)
    assert (reply.answer, reply.said) == (Answer.ACCEPTED, "250 queued as 17 <hov_1@league.example>")
    assert server.recipients == ["orders@house.example", "copy@house.example"]
    assert (sent["From"], sent["Message-ID"], sent["Subject"]) == (
        "rewards@league.example", "<hov_1@league.example>", "Bestellung hov_1")
    assert "bitte liefern Sie diese 2 Positionen:" in body(server)
    assert "ord_1 / 1: 2 × Akkuschrauber Größe 12 (DRILL-12)" in body(server)
    assert "Dachweg" not in body(server)
    first, second = rows(server)
    assert tuple(first) == COLUMNS
    assert (first["street"], first["note"], second["name"]) == ("Dachweg 1", "Bitte; klingeln", " '=HYPERLINK(1)")


@pytest.mark.parametrize(("language", "asked"), [
    ("en", "please deliver this line:"), ("fr", "merci de livrer cette ligne :")])
def test_it_is_in_the_language_of_the_supplier(server: MailServer, language: str, asked: str) -> None:
    channel(server, language=language).hand_over(attrs.evolve(HANDOVER, lines=LINES[:1]))

    assert asked in body(server)


def test_of_many_lines_the_text_names_the_first(server: MailServer) -> None:
    many = tuple(attrs.evolve(LINES[0], line=number) for number in range(1, 26))

    channel(server).hand_over(attrs.evolve(HANDOVER, lines=many))

    assert "ord_1 / 20:" in body(server)
    assert "ord_1 / 21:" not in body(server)
    assert "and 5 more" in body(server)
    assert len(rows(server)) == len(many)


@pytest.mark.parametrize(("said", "answer"), [
    ("451 try again later", Answer.UNKNOWN), ("550 no such user here", Answer.REFUSED)])
def test_what_a_recipient_is_told_decides(server: MailServer, said: str, answer: Answer) -> None:
    server.recipient["copy@house.example"] = said

    reply = channel(server, to=["orders@house.example", "copy@house.example"]).hand_over(HANDOVER)

    assert (reply.answer, reply.said, server.took) == (answer, said, [])


@pytest.mark.parametrize(("said", "answer"), [
    ("451 disk full", Answer.UNKNOWN), ("554 this looks like spam", Answer.REFUSED)])
def test_what_the_message_is_told_decides(server: MailServer, said: str, answer: Answer) -> None:
    server.data = said

    reply = channel(server).hand_over(HANDOVER)

    assert (reply.answer, reply.said) == (answer, said)


def test_a_sender_that_the_server_does_not_take_is_no_refusal_of_the_lines(server: MailServer) -> None:
    server.sender = "530 5.7.0 authentication required"

    with pytest.raises(ChannelUnavailable, match=r"530 5\.7\.0 authentication required"):
        channel(server).hand_over(HANDOVER)


def test_a_mail_whose_answer_was_cut_off_is_sent_again_as_the_same_mail(server: MailServer) -> None:
    server.cut = True
    with pytest.raises(ChannelUnavailable, match="it may have arrived"):
        channel(server).hand_over(HANDOVER)
    server.cut = False

    known, again = channel(server).reconcile(HANDOVER), channel(server).hand_over(HANDOVER)

    assert (known.answer, again.answer) == (Answer.UNKNOWN, Answer.ACCEPTED)
    first, second = server.took
    assert first == second
    assert "this one takes its place" in body(server)


def test_a_server_that_is_not_there_is_tried_again_later() -> None:
    with serving(MailServer()) as gone:
        pass

    with pytest.raises(ChannelUnavailable, match=f"127.0.0.1:{gone.port}: ConnectionRefusedError"):
        channel(gone).hand_over(HANDOVER)


@pytest.fixture
def login(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.setenv("SUPPLIER_MAIL_PASSWORD", "secret")
    return {"user": "league", "password": Secret("SUPPLIER_MAIL_PASSWORD"), "host": "localhost"}


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_it_signs_in_under_encryption(tmp_path: Path, login: dict[str, Any], security: str) -> None:
    trusted, context = certificate_for(tmp_path, "localhost")
    found = MailServer()
    how: dict[str, Any] = {"tls": context, "auth_require_tls": False} if security == "tls" else {
        "tls_context": context, "require_starttls": True, "auth_required": True}

    with serving(found, authenticator=found.check, **how):
        reply = channel(found, **login, security=security, authorities=str(trusted)).hand_over(HANDOVER)

    assert (reply.answer, found.logins) == (Answer.ACCEPTED, [(b"league", b"secret")])


def test_a_server_whom_nobody_vouches_for_gets_no_password(tmp_path: Path, login: dict[str, Any]) -> None:
    _, context = certificate_for(tmp_path, "localhost")
    found = MailServer()

    with (serving(found, authenticator=found.check, tls_context=context),
          pytest.raises(ChannelUnavailable, match="CERTIFICATE_VERIFY_FAILED")):
        channel(found, **login, security="starttls").hand_over(HANDOVER)

    assert (found.logins, found.took) == ([], [])


def test_a_server_without_encryption_gets_no_password(login: dict[str, Any], server: MailServer) -> None:
    with pytest.raises(ChannelUnavailable, match="STARTTLS extension not supported"):
        channel(server, **login, security="starttls").hand_over(HANDOVER)

    assert (server.logins, server.took) == ([], [])


@pytest.mark.parametrize(("password", "said"), [
    ("wrong", "SMTPAuthenticationError: 535"), ("gehäim", "others than ASCII"), ("", "SUPPLIER_MAIL_PASSWORD")])
def test_a_password_that_is_not_taken_lets_the_lines_wait(monkeypatch: pytest.MonkeyPatch, login: dict[str, Any],
                                                          password: str, said: str) -> None:
    monkeypatch.setenv("SUPPLIER_MAIL_PASSWORD", password)
    found = MailServer()

    with (serving(found, authenticator=found.check, auth_require_tls=False),
          pytest.raises(ChannelUnavailable, match=said) as told):
        channel(found, **login).hand_over(HANDOVER)

    assert "gehäim" not in str(told.value)


@pytest.mark.parametrize(("wrong", "said"), [
    ({"security": "none", "host": "mail.house.example"}, "unless the server is this machine"),
    ({"security": "ssl"}, "security"),
    ({"user": "league"}, "must stand there together"),
    ({"to": []}, "to"), ({"to": ["a@b.example\r\nBcc: c@d.example"]}, "to"), ({"sender": "nobody"}, "sender"),
    ({"language": "it"}, "language")])
def test_settings_that_cannot_work_are_refused(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        OrderMailSettings(**{"to": ["a@b.example"], "sender": "c@d.example", "host": "mail.house.example", **wrong})


@pytest.mark.parametrize(("security", "port"), [("starttls", 587), ("tls", 465), ("none", 25)])
def test_the_port_follows_the_protection(security: str, port: int) -> None:
    assert OrderMailSettings(["a@b.example"], "c@d.example", "localhost", security).door == port
