"""The web application: layers from the outside in, then the routes."""

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial

from sqlalchemy import select
from sqlalchemy.exc import DatabaseError
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.routing import BaseRoute

from treuwerk.domain.ledger import instant
from treuwerk.domain.rights import PERMISSIONS, Permission
from treuwerk.plugins import Registry
from treuwerk.programme.errors import ProgrammeError
from treuwerk.programme.settings import SecondFactor, Uploads
from treuwerk.services.deployment import Deployment, read_deployment
from treuwerk.services.identity.keyring import Keyring, read_keyring
from treuwerk.services.identity.sessions import Session
from treuwerk.services.installation import DEMO, Installation
from treuwerk.store.tables import installation as purpose_table
from treuwerk.web.access.routes import access_routes
from treuwerk.web.api.deliveries import delivery_routes
from treuwerk.web.office import frame as office_navigation
from treuwerk.web.office.routes import office_routes
from treuwerk.web.portal import accessible
from treuwerk.web.portal import navigation as portal_navigation
from treuwerk.web.portal.account import account_page, booking_page, bookings_csv
from treuwerk.web.portal.enquiries import enquiries_page, enquiry_form, enquiry_page
from treuwerk.web.portal.expiring import expiring_day_page, expiry_page
from treuwerk.web.portal.ordering_routes import ordering_routes
from treuwerk.web.portal.overview import overview_page
from treuwerk.web.portal.profile_routes import profile_routes
from treuwerk.web.portal.purchases import purchase_page, purchases_csv, purchases_page
from treuwerk.web.portal.shop.routes import shop_routes
from treuwerk.web.portal.signing_in import preferences_form, sign_out_form, stay_form
from treuwerk.web.portal.styleguide import office_styleguide_page, styleguide_page
from treuwerk.web.portal.submission_routes import submission_routes
from treuwerk.web.portal.tiers import tier_page
from treuwerk.web.portal.yearly import yearly_pdf
from treuwerk.web.shell import plugin_pages
from treuwerk.web.shell.assets import Assets
from treuwerk.web.shell.checking import presentation_mistakes
from treuwerk.web.shell.error_pages import ErrorPages
from treuwerk.web.shell.headers import RequestIds, SecurityHeaders
from treuwerk.web.shell.health import livez, readyz
from treuwerk.web.shell.hosts import Hosts
from treuwerk.web.shell.locales import Locales
from treuwerk.web.shell.metrics import Metrics, metrics_page
from treuwerk.web.shell.navigation import Group, Navigation, entries_of
from treuwerk.web.shell.observing import Observed
from treuwerk.web.shell.parts import parts_of, sheets
from treuwerk.web.shell.proxies import Proxies
from treuwerk.web.shell.rate_limits import RateLimits
from treuwerk.web.shell.rendering import Renderer
from treuwerk.web.shell.reward_pictures import reward_picture
from treuwerk.web.shell.routing import PUBLIC, DeclaredRoute
from treuwerk.web.shell.same_origin import SameOrigin
from treuwerk.web.shell.sessions import Sessions
from treuwerk.web.shell.state import Clock, Shell, Visit
from treuwerk.web.shell.theming import theme_sheet
from treuwerk.web.sign_on.routes import form_targets, sign_on_routes

FORM_BYTES = 64 * 1024
COMPRESSED_FROM_BYTES = 1_000
COMPRESSION = 5  # nearly the size of 9 in half the time
STYLEGUIDE_VARIABLE = "TREUWERK_STYLEGUIDE"


def system_clock() -> int:
    """Now in microseconds since 1970 UTC."""
    return instant(datetime.now(UTC))


def create_app(installation: Installation, clock: Clock = system_clock, *, styleguide: bool | None = None,
               deployment: Deployment | None = None, keys: Keyring | None = None) -> Starlette:
    """The application for one installation; any ASGI server runs it, in as many processes as wanted.

    `deployment` says under which names it answers and whom it believes, `keys` encrypt secrets that must be read again;
    left out, the environment does.

    `styleguide` routes ``/_styleguide``, which shows every component in every state. Left open, the database of a demo
    has it, and any other with the environment variable ``TREUWERK_STYLEGUIDE=1``: no live portal by accident.

    Raises:
        WrongDeployment: variables of the environment that cannot be used.
        ProgrammeError: colours that people cannot read, a missing logo, a template or translation with mistakes.
    """
    programme = installation.programme
    if mistakes := presentation_mistakes(programme):
        raise ProgrammeError(mistakes)
    parts = parts_of(programme.registry)
    assets = Assets(programme.folder, sheets(parts) + theme_sheet(programme.settings.theme, programme.folder),
                    parts.folders("static"))
    renderer = Renderer(programme, assets)
    demo = _is_demo(installation)
    shown = _is_for_builders(demo=demo) if styleguide is None else styleguide
    rule = SecondFactor.NOBODY if demo else programme.settings.sign_in_rules.second_factor  # a demo opens by a click
    shell = Shell(installation, clock, assets, renderer, deployment or read_deployment(os.environ),
                  Metrics(installation.database, clock), declared_permissions(programme.registry),
                  parts=parts, keys=read_keyring(os.environ) if keys is None else keys, second_factor=rule,
                  navigation=Navigation([*portal_navigation.ENTRIES, *office_navigation.ENTRIES, *entries_of(parts)],
                                        renderer.text))
    settings = programme.settings
    own = [*_routes(settings.uploads, styleguide=shown), *office_routes(settings), *submission_routes(settings.uploads),
           *sign_on_routes(settings.sign_in), *delivery_routes(list(settings.api.values()))]
    if unreachable := list(plugin_pages.taken(parts, own)):
        raise ProgrammeError(unreachable)
    routes = [*own, *plugin_pages.routes(parts)]
    app = Starlette(routes=routes, middleware=_layers(shell))
    app.state.shell = shell
    return app


def _is_for_builders(*, demo: bool) -> bool:
    return os.environ[STYLEGUIDE_VARIABLE] == "1" if STYLEGUIDE_VARIABLE in os.environ else demo


def _is_demo(installation: Installation) -> bool:
    """Whether the database is one of a demo; one without tables is none, and ``/readyz`` tells what it lacks."""
    try:
        with installation.database.reading() as connection:
            return connection.execute(select(purpose_table.c.purpose)).scalar() == DEMO
    except DatabaseError:
        return False


def declared_permissions(registry: Registry) -> dict[str, Permission]:
    """The rights that engine and plugins declare, by name."""
    return {**{permission.name: permission for permission in PERMISSIONS}, **registry.permissions()}


def _layers(shell: Shell) -> list[Middleware]:
    database, deployment = shell.installation.database, shell.deployment
    providers = shell.installation.programme.settings.sign_in
    return [
        Middleware(RequestIds),
        Middleware(Observed, metrics=shell.metrics),
        Middleware(Proxies, deployment=deployment),
        Middleware(SecurityHeaders, form_targets=form_targets(providers)),
        Middleware(ErrorPages, renderer=shell.renderer, permissions=shell.permissions, home=deployment.public_url,
                   navigation=partial(_navigation, shell), troubles=shell.troubles),
        Middleware(Hosts, deployment=deployment),  # inside the error pages: a refusal is a page, too
        Middleware(GZipMiddleware, minimum_size=COMPRESSED_FROM_BYTES, compresslevel=COMPRESSION),
        Middleware(RequestBodyLimitMiddleware, max_body_size=FORM_BYTES),
        Middleware(Sessions, database=database, clock=shell.clock),
        Middleware(Locales, locales=shell.renderer.locales),
        Middleware(SameOrigin),
        Middleware(RateLimits, deployment=deployment),
    ]


def _navigation(shell: Shell, session: Session, locale: str) -> Sequence[Group]:
    """What somebody may open, for pages that no route answers."""
    return shell.navigation.groups(shell.rights.access_of(session, session.audience), locale)


def _routes(uploads: Uploads, *, styleguide: bool) -> list[BaseRoute]:
    routes: list[BaseRoute] = [  # what is opened most comes first, since they are tried one after another
        DeclaredRoute("/", overview_page, permission="own.account.read", name="overview"),
        DeclaredRoute("/account", account_page, permission="own.account.read", name="account"),
        *shop_routes(), *ordering_routes(uploads),
        DeclaredRoute("/account/expiry", expiry_page, permission="own.account.read", name="expiry"),
        DeclaredRoute("/account/expiry/{day}", expiring_day_page, permission="own.account.read", name="expiring_day"),
        DeclaredRoute("/account/tier", tier_page, permission="own.account.read", name="tier"),
        DeclaredRoute("/account/{year}.pdf", yearly_pdf, permission="own.account.read", name="yearly_pdf"),
        DeclaredRoute("/bookings.csv", bookings_csv, permission="own.account.read", name="bookings_csv"),
        DeclaredRoute("/bookings/{id}", booking_page, permission="own.account.read", name="booking"),
        DeclaredRoute("/bookings/{id}/enquiry", enquiry_page, permission="own.enquiries.write", name="enquiry"),
        DeclaredRoute("/bookings/{id}/enquiry", enquiry_form, permission="own.enquiries.write", name="enquire",
                      methods=("POST",)),
        DeclaredRoute("/enquiries", enquiries_page, permission="own.account.read", name="enquiries"),
        DeclaredRoute("/purchases", purchases_page, permission="own.purchases.read", name="purchases"),
        DeclaredRoute("/purchases/{id}", purchase_page, permission="own.purchases.read", name="purchase"),
        DeclaredRoute("/purchases.csv", purchases_csv, permission="own.purchases.read", name="purchases_csv"),
        DeclaredRoute("/rewards/pictures/{picture}.webp", reward_picture, permission="own.rewards.read",
                      name="reward_picture"),
        DeclaredRoute(accessible.PATH, accessible.accessibility_page, permission=PUBLIC, name="accessibility"),
        DeclaredRoute("/logout", sign_out_form, permission=PUBLIC, name="sign_out", methods=("POST",)),
        DeclaredRoute("/session", stay_form, permission=PUBLIC, name="stay", methods=("POST",)),
        DeclaredRoute("/preferences", preferences_form, permission=PUBLIC, name="preferences", methods=("POST",)),
        DeclaredRoute("/static/{name:path}", _static, permission=PUBLIC, name="static"),
        DeclaredRoute("/livez", livez, permission=PUBLIC, name="livez"),
        DeclaredRoute("/readyz", readyz, permission=PUBLIC, name="readyz"),
        DeclaredRoute("/metrics", metrics_page, permission=PUBLIC, name="metrics"),
    ]
    routes += access_routes() + profile_routes()
    if styleguide:
        routes += [
            DeclaredRoute("/_styleguide", styleguide_page, permission=PUBLIC, name="styleguide"),
            DeclaredRoute("/_styleguide/office", office_styleguide_page, permission=PUBLIC, name="office_styleguide"),
        ]
    return routes


def _static(visit: Visit) -> Response:
    return visit.shell.assets.response(visit.request.path_params["name"])
