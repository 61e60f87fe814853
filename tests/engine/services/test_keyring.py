"""Secrets of authenticator apps: sealed with the first key, opened with any, never told; and what the doctor says."""

from pathlib import Path

import pytest
from pyotp.totp import TOTP
from sqlalchemy import delete, insert, select, update

from tests.support.portal import NOW, PROGRAMME, open_portal
from treuwerk.domain.secrets import MissingSecret, Secret, UnknownKey
from treuwerk.services.deployment import WrongDeployment
from treuwerk.services.identity.authenticators import Sealed, confirm_authenticator, seal_all, use_code
from treuwerk.services.identity.keyring import Keyring, read_keyring
from treuwerk.services.operation.doctoring import doctor
from treuwerk.services.operation.secret_findings import sign_in_secrets
from treuwerk.store.database import Database
from treuwerk.store.tables import authenticator, installation

SECRET, SECOND = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", 1_000_000
OLD, NEW = bytes(range(32)), bytes(range(32, 64))
OLD_TEXT, NEW_TEXT = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8", "ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8"
ADA, BEA = 4_611_686_018_427_387_905, 4_611_686_018_427_387_907


def stored(database: Database, user: int = ADA) -> str:
    with database.reading() as connection:
        found: str = connection.execute(select(authenticator.c.secret).where(
            authenticator.c.user_id == user)).scalar_one()
        return found


def enrol(database: Database, keys: Keyring, user: int = ADA) -> None:
    before = NOW - 300 * SECOND
    assert database.run(lambda connection: confirm_authenticator(
        connection, keys, user, SECRET, TOTP(SECRET).at(before // SECOND), before))


def used(database: Database, keys: Keyring, now: int = NOW) -> bool:
    return database.run(lambda connection: use_code(connection, keys, ADA, TOTP(SECRET).at(now // SECOND), now))


def test_what_is_stored_does_not_tell_the_secret(database: Database) -> None:
    enrol(database, Keyring((NEW,)))

    assert SECRET not in stored(database)
    assert used(database, Keyring((NEW,)))
    assert repr(Keyring((NEW,))) == "Keyring()"


def test_a_secret_in_the_open_or_under_an_older_key_is_sealed_anew_when_it_is_used(database: Database) -> None:
    enrol(database, Keyring())
    assert stored(database) == SECRET

    assert used(database, Keyring((OLD,)))
    under_old = stored(database)
    assert used(database, Keyring((NEW, OLD)), NOW + 60 * SECOND)

    assert SECRET not in under_old
    assert under_old != stored(database)
    assert used(database, Keyring((NEW,)), NOW + 120 * SECOND)


def test_without_its_key_a_secret_opens_nothing(database: Database) -> None:
    enrol(database, Keyring((OLD,)))

    for keys in (Keyring(), Keyring((NEW,))):
        with pytest.raises(UnknownKey):
            used(database, keys)


@pytest.mark.parametrize("change", ["moved", "altered"])
def test_a_row_that_was_tampered_with_opens_nothing(database: Database, change: str) -> None:
    keys = Keyring((NEW,))
    enrol(database, keys)
    text = stored(database)
    other = keys.seal(BEA, SECRET) if change == "moved" else text[:-6] + ("A" if text[-6] != "A" else "B") + text[-5:]
    with database.writing() as connection:
        connection.execute(update(authenticator).values(secret=other))

    with pytest.raises(UnknownKey):
        used(database, keys)


def test_all_are_sealed_at_once(database: Database) -> None:
    enrol(database, Keyring(), ADA)
    enrol(database, Keyring((OLD,)), BEA)

    first = seal_all(database, Keyring((NEW,)))
    with_old = seal_all(database, Keyring((NEW, OLD)))
    again = seal_all(database, Keyring((NEW,)))

    assert (first, with_old, again) == (Sealed(1, 0, 1), Sealed(1, 1, 0), Sealed(0, 2, 0))
    assert used(database, Keyring((NEW,)))


def test_keys_come_from_the_environment_or_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text(f"{NEW_TEXT}\n{OLD_TEXT}\n", "utf-8")

    assert read_keyring({}) == Keyring()
    assert read_keyring({"TREUWERK_SECRET_KEYS": f"{NEW_TEXT}, {OLD_TEXT}="}) == Keyring((NEW, OLD))
    assert read_keyring({"TREUWERK_SECRET_KEYS_FILE": str(tmp_path / "keys")}) == Keyring((NEW, OLD))


@pytest.mark.parametrize("text", ["short", NEW_TEXT + "AAAA", "!" * 43])
def test_what_is_no_key_is_refused_and_not_told(text: str) -> None:
    with pytest.raises(WrongDeployment) as told:
        read_keyring({"TREUWERK_SECRET_KEYS": text})

    assert "key 1" in str(told.value)
    assert text not in str(told.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(WrongDeployment, match=r"TREUWERK_SECRET_KEYS_FILE: found .*nothing"):
        read_keyring({"TREUWERK_SECRET_KEYS_FILE": str(tmp_path / "nothing")})


def state(database: Database, **environ: str) -> str:
    findings = {one.name: one for one in doctor(database, NOW, None, environ)}
    return findings["secret_keys"].state


def test_the_doctor_is_loud_about_a_missing_key(database: Database) -> None:
    public = {"TREUWERK_PUBLIC_URL": "https://league.example"}
    assert (state(database), state(database, **public)) == ("warning", "unsafe")
    with database.writing() as connection:
        connection.execute(insert(installation).values(programme="test", purpose="demo", created_at=NOW))
    assert state(database, **public) == "ok"
    with database.writing() as connection:
        connection.execute(delete(installation))

    enrol(database, Keyring((OLD,)))
    assert state(database) == "unsafe"
    assert state(database, TREUWERK_SECRET_KEYS=NEW_TEXT) == "unsafe"
    assert state(database, TREUWERK_SECRET_KEYS=f"{NEW_TEXT},{OLD_TEXT}", **public) == "warning"
    assert state(database, TREUWERK_SECRET_KEYS=OLD_TEXT, **public) == "ok"
    assert state(database, TREUWERK_SECRET_KEYS="broken") == "could_not_run"


def test_a_secret_may_stand_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text("from the file\n", "utf-8")
    secret = Secret("WORKS_SECRET")

    assert secret.value({"WORKS_SECRET_FILE": str(path)}) == "from the file"
    assert secret.value({"WORKS_SECRET_FILE": str(path), "WORKS_SECRET": "from the variable"}) == "from the variable"
    with pytest.raises(MissingSecret, match="WORKS_SECRET_FILE"):
        secret.value({})


def test_providers_without_their_secret_are_named(sqlite_database: Database, tmp_path: Path) -> None:
    sign_in = """
[[sign_in]]
name = "works"
provider = "oidc"
title = { de = "Werk", en = "Works", fr = "Usine" }
audience = "portal"
issuer = "https://id.example"
client_id = "portal"
client_secret = { env = "WORKS_SECRET" }
"""
    programme = PROGRAMME.replace("plugins = [", 'plugins = ["oidc", ') + sign_in
    settings = open_portal(tmp_path, sqlite_database, programme).installation.programme.settings

    missing = list(sign_in_secrets(settings, {}))

    assert [(one.name, one.state) for one in missing] == [("sign_in:works", "warning")]
    assert "WORKS_SECRET" in missing[0].found
    assert list(sign_in_secrets(settings, {"WORKS_SECRET": "x"})) == []
