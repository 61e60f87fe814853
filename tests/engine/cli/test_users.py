"""``treuwerk user``: made, listed, blocked, invited; nothing secret on the command line."""

import json

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from tests.engine.cli.conftest import Outcome, Treuwerk
from tests.support.worlds import World
from treuwerk.cli import main
from treuwerk.services.identity.linking import try_link_code
from treuwerk.services.identity.sessions import Origin
from treuwerk.services.identity.signing_in import prove_password
from treuwerk.store.tables import audit_entry, link_code

PASSWORD = "Regen auf dem Dach"
NOW = 1_790_000_000_000_000


def with_password(world: World, *arguments: str, password: str = PASSWORD) -> Outcome:
    url = world.database.url.render_as_string(False)
    result = CliRunner().invoke(main, ["--programme", str(world.folder), "--database", url, "user", *arguments,
                                       "--password-stdin", "--actor", "Root Operator"], input=password + "\n",
                                catch_exceptions=False)
    return Outcome(result.exit_code, result.stdout, result.stderr)


def office_user(world: World, login: str = "olga", name: str = "Olga Office", role: str = "agent") -> Outcome:
    return with_password(world, "add", login, "--name", name, "--role", role)


def signs_in(world: World, login: str, password: str = PASSWORD) -> bool:
    return prove_password(world.database, login, password, Origin(), NOW).user_id is not None


def test_a_user_is_made_and_told_with_roles(world: World, treuwerk: Treuwerk) -> None:
    made = office_user(world)

    listed = treuwerk("user", "list", "--json").json
    assert (made.code, signs_in(world, "olga")) == (0, True)
    assert [(one["login"], one["name"], one["roles"]) for one in listed] == [
        ("olga", "Olga Office", {"agent": "hand"})]
    assert "Olga Office: agent" in treuwerk("user", "list").out


def test_a_user_of_a_company_acts_for_it(world: World, treuwerk: Treuwerk) -> None:
    with_password(world, "add", "anna", "--participant", "10017", "--role", "member")

    assert [one["role"] for one in treuwerk("user", "list", "--json").json[0]["companies"]] == ["member"]


@pytest.mark.parametrize(("arguments", "code"), [
    (["add", "x", "--role", "emperor"], "unknown_role"), (["add", "x", "--role", "member"], "unknown_role"),
    (["add", "olga", "--name", "Another Name", "--role", "agent"], "login_taken"),
    (["add", "olga2", "--name", "office, OLGA", "--role", "agent"], "name_taken"),
    (["password", "nobody"], "unknown_user"),
])
def test_what_cannot_be_is_refused_with_a_code(world: World, arguments: list[str], code: str) -> None:
    office_user(world)

    outcome = with_password(world, *arguments, "--json")

    assert outcome.code == 1
    assert json.loads(outcome.out or outcome.err)["code"] == code


def test_a_weak_password_is_refused(world: World) -> None:
    outcome = with_password(world, "add", "olga", "--role", "agent", password="passwordpassword")

    assert outcome.code == 1
    assert "commonest" in outcome.err


def test_a_blocked_user_signs_in_no_more_until_unblocked(world: World, treuwerk: Treuwerk) -> None:
    office_user(world)

    treuwerk("user", "block", "olga", "--actor", "Root Operator", "--reason", "left the company")
    assert not signs_in(world, "olga")
    treuwerk("user", "unblock", "olga", "--actor", "Root Operator")

    assert signs_in(world, "olga")
    with world.database.reading() as connection:
        entries = connection.execute(select(audit_entry.c.action, audit_entry.c.reason, audit_entry.c.actor)).all()
    assert ("user.block", "left the company", "Root Operator") in [tuple(entry) for entry in entries]


def test_roles_are_given_and_taken(world: World, treuwerk: Treuwerk) -> None:
    office_user(world)

    treuwerk("user", "role", "olga", "admin", "--actor", "Root Operator")
    treuwerk("user", "role", "olga", "agent", "--withdraw", "--actor", "Root Operator")

    assert treuwerk("user", "list", "--json").json[0]["roles"] == {"admin": "hand"}


def test_another_password_opens_and_the_old_one_does_not(world: World) -> None:
    office_user(world)

    outcome = with_password(world, "password", "olga", password="Wind in den Segeln")

    assert outcome.code == 0
    assert (signs_in(world, "olga", "Wind in den Segeln"), signs_in(world, "olga")) == (True, False)


def test_an_invitation_prints_its_code_once_and_keeps_a_hash(world: World, treuwerk: Treuwerk) -> None:
    made = treuwerk("user", "invite", "10017", "--person", "Ada Lovelace", "--role", "member", "--json",
                    "--actor", "Root Operator").json

    with world.database.reading() as connection:
        row = connection.execute(select(link_code)).one()
    assert made["code"].replace("-", "") not in str(row)
    tried = try_link_code(world.database, "10017", made["code"], Origin(), row.created_at)
    assert tried.link is not None
    assert (tried.link.role, tried.link.person_id != 0) == ("member", True)


def test_the_doctor_asks_for_somebody_in_the_service_centre(world: World, treuwerk: Treuwerk) -> None:
    def states() -> dict[str, str]:
        return {finding["name"]: finding["state"] for finding in treuwerk("doctor", "--json").json}

    before = states()
    office_user(world)

    after = states()
    lax = world.folder / "programme.toml"
    lax.write_text(lax.read_text("utf-8") + '\n[sign_in_rules]\nsecond_factor = "nobody"\n', "utf-8")

    assert (before["office_login"], before["second_factor"]) == ("warning", "ok")
    assert (after["office_login"], after["second_factor"]) == ("ok", "ok")
    assert states()["second_factor"] == "warning"
