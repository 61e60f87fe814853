"""Roles of the programme file: rights that go together, and the mistakes that can be made with them."""

from collections.abc import Sequence
from pathlib import Path

import attrs
import pytest

from tests.support.programmes import PROGRAMME, mistakes_in
from treuwerk.domain.rights import Audience, Permission
from treuwerk.domain.sign_in import ExternalIdentity, LogoutNotice, SignInStart
from treuwerk.hookspecs import IdentityProviderKind, hookimpl
from treuwerk.plugins import PluginError
from treuwerk.programme.reading import LoadedProgramme, read_programme
from treuwerk.programme.roles import permissions_of

CLERK = """
[roles.clerk]
name = { de = "Erfassung", en = "Clerk" }
audience = "office"
permissions = ["participants.read", "seminars.book"]
"""
PROVIDER = """
[[sign_in]]
name = "works"
provider = "trusting"
title = { de = "Werk", en = "Works" }
audience = "portal"
provisioning = "create"
roles = { chief = "managr" }
"""


@attrs.frozen
class Nothing:
    """Settings without keys."""


@attrs.frozen
class Trusting:
    """An identity provider that nobody would want; only its settings matter here."""

    origins: Sequence[str] = ()

    def begin(self, callback: str, *, silent: bool = False, fresh: bool = False, locale: str = "") -> SignInStart:
        return SignInStart(callback, {"silent": str(silent)})

    def finish(self, callback: str, answer: object, kept: object, now: int) -> ExternalIdentity:
        return ExternalIdentity("https://id.example", "1")

    def end(self, id_token: str, back_to: str) -> str | None:
        return None

    def notice(self, logout_token: str, now: int) -> LogoutNotice:
        return LogoutNotice("https://id.example", "1")


class Seminars:
    """A plugin with a right and an identity provider of its own."""

    def __init__(self, right: str = "seminars.book") -> None:
        self.right = right

    @hookimpl
    def permissions(self) -> Sequence[Permission]:
        return [Permission(self.right, "Book seminars", Audience.OFFICE, writes=True)]

    @hookimpl
    def identity_providers(self) -> Sequence[IdentityProviderKind[Nothing]]:
        return [IdentityProviderKind("trusting", Nothing, lambda name, settings: Trusting())]


def programme(folder: Path, text: str, plugin: Seminars | None = None) -> LoadedProgramme:
    """The usual programme with more of it, and with the plugin."""
    (folder / "programme.toml").write_text(PROGRAMME.replace("plugins = [", 'plugins = ["seminars", ', 1) + text,
                                           "utf-8")
    return read_programme(folder, {"seminars": plugin or Seminars()})


def test_a_role_gives_the_rights_that_it_names_also_those_of_plugins(tmp_path: Path) -> None:
    loaded = programme(tmp_path, CLERK)

    given = permissions_of(loaded.settings, ["clerk", "gone"], Audience.OFFICE, loaded.registry.permissions().values())

    assert given == {"participants.read", "seminars.book"}


def test_all_rights_are_those_of_the_audience_and_a_role_of_another_gives_none(tmp_path: Path) -> None:
    loaded = programme(tmp_path, CLERK)
    offered = loaded.registry.permissions().values()

    admin = permissions_of(loaded.settings, ["admin", "manager"], Audience.OFFICE, offered)
    manager = permissions_of(loaded.settings, ["admin", "manager"], Audience.PORTAL, offered)

    assert {"seminars.book", "users.manage"} <= admin
    assert not any(name.startswith("own.") for name in admin)
    assert manager == {"own.account.read", "own.enquiries.write", "own.purchases.read", "own.profile.read",
                       "own.submissions.read", "own.submissions.write",
                       "own.profile.write", "own.people.manage", "own.points.redeem", "own.rewards.read",
                       "own.wishes.write", "own.orders.read"}


def test_a_right_that_nobody_declared_is_a_mistake(tmp_path: Path) -> None:
    found = mistakes_in(tmp_path, PROGRAMME + CLERK.replace("participants.read", "participant.read"))

    assert [mistake.path for mistake in found] == ["programme.toml: roles.clerk.permissions[0]",
                                                   "programme.toml: roles.clerk.permissions[1]"]
    assert found[0].hint == "did you mean 'participants.read'?"


def test_mistakes_of_an_identity_provider_are_found_before_anybody_signs_in(tmp_path: Path) -> None:
    with pytest.raises(Exception, match="sign_in") as error:
        programme(tmp_path, PROVIDER)

    paths = [mistake.path for mistake in error.value.mistakes]  # type: ignore[attr-defined]
    assert paths == ["programme.toml: sign_in[0].provisioning", "programme.toml: sign_in[0].roles.chief",
                     "programme.toml: sign_in[0].claim"]


def test_a_plugin_does_not_take_a_right_of_the_engine(tmp_path: Path) -> None:
    with pytest.raises(Exception, match=r"'users\.manage' is a right of the engine") as error:
        programme(tmp_path, "", Seminars("users.manage"))

    assert not isinstance(error.value, PluginError)  # it is reported with all other mistakes
