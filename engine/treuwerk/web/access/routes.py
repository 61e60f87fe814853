"""The routes of signing in and of one's own security."""

from collections.abc import Iterator

from starlette.routing import BaseRoute

from treuwerk.domain.rights import Audience
from treuwerk.services.identity.settling import Missing
from treuwerk.web.access import authenticator, own_passkeys, security, settling
from treuwerk.web.access.companies import companies_page
from treuwerk.web.access.confirming import confirm_page
from treuwerk.web.access.first_login import first_login_page, first_login_way_page
from treuwerk.web.access.passkeys import passkey_challenge, passkey_sign_in
from treuwerk.web.access.second_factor import second_factor_page
from treuwerk.web.access.signing_in import office_sign_in_page, sign_in_page
from treuwerk.web.access.viewing import end_viewing_form
from treuwerk.web.shell.confirming import CONFIRM
from treuwerk.web.shell.routing import PUBLIC, SIGNED_IN, DeclaredRoute
from treuwerk.web.shell.settling import SETTLE

_FORM, _BOTH = ("POST",), ("GET", "POST")


def access_routes() -> list[BaseRoute]:
    """All of them."""
    both = [route for audience in Audience for route in (*_settling(audience), *_inside(audience))]
    return [*_at_the_door(), *both,
            DeclaredRoute("/profile/company", companies_page, permission=SIGNED_IN, name="companies", methods=_BOTH),
            DeclaredRoute("/office/viewing/end", end_viewing_form, permission=SIGNED_IN, name="end_viewing",
                          methods=_FORM, audience=Audience.OFFICE)]


def _at_the_door() -> Iterator[BaseRoute]:
    yield DeclaredRoute("/login", sign_in_page, permission=PUBLIC, name="sign_in", methods=_BOTH)
    yield DeclaredRoute("/office/login", office_sign_in_page, permission=PUBLIC, name="office_sign_in", methods=_BOTH,
                        audience=Audience.OFFICE)
    yield DeclaredRoute("/login/code", second_factor_page, permission=PUBLIC, name="second_factor", methods=_BOTH)
    yield DeclaredRoute("/login/passkey/challenge", passkey_challenge, permission=PUBLIC, name="passkey_challenge",
                        methods=_FORM)
    yield DeclaredRoute("/login/passkey", passkey_sign_in, permission=PUBLIC, name="passkey_sign_in", methods=_FORM)
    yield DeclaredRoute("/first-login", first_login_page, permission=PUBLIC, name="first_login", methods=_BOTH)
    yield DeclaredRoute("/first-login/login", first_login_way_page, permission=PUBLIC, name="first_login_way",
                        methods=_BOTH)


def _settling(audience: Audience) -> Iterator[BaseRoute]:
    """All that is open to a session which must do something first, beside proving it anew and signing out."""
    base, kind = SETTLE[audience], "" if audience is Audience.PORTAL else "office_"
    factor = (Missing.FACTOR,)
    for path, handler, name, methods, settles in (
        (base, settling.settle_page, "settle", ("GET",), tuple(Missing)),
        (f"{base}/password", settling.own_password_form, "settle_password", _FORM, (Missing.PASSWORD,)),
        (f"{base}/authenticator/begin", authenticator.begin_form, "settle_begin_authenticator", _FORM, factor),
        (f"{base}/authenticator", authenticator.authenticator_page, "settle_authenticator", _BOTH, factor),
        (f"{base}/passkeys/challenge", own_passkeys.registration_challenge, "settle_challenge", _FORM, factor),
        (f"{base}/passkeys", own_passkeys.add_form, "settle_passkey", _FORM, factor),
        (CONFIRM[audience], confirm_page, "confirm", _BOTH, tuple(Missing)),
    ):
        yield DeclaredRoute(path, handler, permission=SIGNED_IN, name=kind + name, methods=methods, audience=audience,
                            settles=settles)


def _inside(audience: Audience) -> Iterator[BaseRoute]:
    base, kind = security.BASES[audience], "" if audience is Audience.PORTAL else "office_"
    for path, handler, name, methods in (
        (base, security.security_page, "security", ("GET",)),
        (f"{base}/password", security.change_password_form, "change_password", _FORM),
        (f"{base}/codes", security.recovery_codes_form, "recovery_codes", _FORM),
        (f"{base}/sessions/end", security.end_session_form, "end_own_session", _FORM),
        (f"{base}/sessions/end-others", security.end_others_form, "end_other_sessions", _FORM),
        (f"{base}/authenticator/begin", authenticator.begin_form, "begin_authenticator", _FORM),
        (f"{base}/authenticator", authenticator.authenticator_page, "authenticator", _BOTH),
        (f"{base}/authenticator/remove", authenticator.remove_form, "remove_authenticator", _FORM),
        (f"{base}/passkeys/challenge", own_passkeys.registration_challenge, "registration_challenge", _FORM),
        (f"{base}/passkeys", own_passkeys.add_form, "add_passkey", _FORM),
        (f"{base}/passkeys/rename", own_passkeys.rename_form, "rename_passkey", _FORM),
        (f"{base}/passkeys/remove", own_passkeys.remove_form, "remove_passkey", _FORM),
    ):
        yield DeclaredRoute(path, handler, permission=SIGNED_IN, name=kind + name, methods=methods, audience=audience)
