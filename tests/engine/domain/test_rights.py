"""Access: who acts, what may be done, and whose account it may be done to."""

import pytest

from treuwerk.domain.rights import PERMISSIONS, Access, Audience, NotAllowed, OutOfScope, names_for
from treuwerk.domain.secrets import MissingSecret, Secret

AGENT = Access(7, "clara", Audience.OFFICE, frozenset({"notes.read"}))
MEMBER = Access(8, "ada", Audience.PORTAL, frozenset({"own.account.read"}), account_id=5)


def test_a_right_that_is_not_there_is_named() -> None:
    AGENT.require("notes.read")

    with pytest.raises(NotAllowed, match=r"'notes\.write'"):
        AGENT.require("notes.write")


def test_a_participant_reaches_the_own_account_only_the_service_centre_all() -> None:
    MEMBER.require_account(5)
    AGENT.require_account(6)

    with pytest.raises(OutOfScope):
        MEMBER.require_account(6)


def test_every_right_belongs_to_one_audience() -> None:
    portal, office = names_for(Audience.PORTAL), names_for(Audience.OFFICE)

    assert portal.isdisjoint(office)
    assert len(portal | office) == len(PERMISSIONS)


def test_a_secret_comes_from_the_environment_and_is_never_shown() -> None:
    secret = Secret("SSO_SECRET")

    assert secret.value({"SSO_SECRET": "hush"}) == "hush"
    assert "hush" not in repr(secret)
    with pytest.raises(MissingSecret, match="SSO_SECRET"):
        secret.value({"SSO_SECRET": ""})
