"""A small programme with two companies whose points come through the real imports and the real clearing."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import attrs
from sqlalchemy import select
from starlette.testclient import TestClient

from treuwerk.domain.ledger import instant
from treuwerk.domain.rights import Audience
from treuwerk.programme.reading import read_programme
from treuwerk.services.clearing.attending import import_attendance
from treuwerk.services.clearing.clearing import clear_file
from treuwerk.services.clearing.importing import import_articles, import_participants
from treuwerk.services.deployment import Deployment
from treuwerk.services.identity.memberships import add_membership
from treuwerk.services.identity.sessions import open_session
from treuwerk.services.identity.signing_in import add_local_login
from treuwerk.services.identity.users import add_user, grant_role
from treuwerk.services.installation import Installation
from treuwerk.store.database import Database
from treuwerk.store.tables import identifier
from treuwerk.web.application import create_app

HOST = "portal.example"
ORIGIN = f"https://{HOST}"
PASSWORD = "Sonne über dem Dach"
DEPLOYMENT = Deployment(public_url=ORIGIN, per_source=0, per_session=0)  # tests ask faster than people
NOW = instant(datetime(2026, 11, 21, 10, tzinfo=UTC))
PROGRAMME = """
plugins = ["csv_feed", "product_factor", "activity_points"]

[programme]
code = "sunny"
name = "Sunny Partners"
starts_on = 2024-01-01
zone = "Europe/Berlin"
locales = ["de", "en", "fr"]

[units.bonus]
name = { de = "Bonuspunkte", en = "bonus points", fr = "points bonus" }
expires = { after = "36M", rounding = "end_of_year" }

[units.status]
name = { de = "Statuspunkte", en = "status points", fr = "points statut" }
spendable = false
expires = { after = "0M", rounding = "end_of_year", start = "event" }

[groups.partner]
name = { de = "Partner", en = "Partner", fr = "Partenaire" }

[[tiers]]
code = "silver"
name = { de = "Silber", en = "Silver", fr = "Argent" }
unit = "status"
points = 1000

[[tiers]]
code = "gold"
name = { de = "Gold", en = "Gold", fr = "Or" }
unit = "status"
points = 5000

[[earning]]
name = "module_points"
rule = "product_factor"
title = { de = "Modulpunkte", en = "Module points", fr = "Points modules" }
unit = "bonus"
unit_without_factor = "status"
article_kinds = ["module"]
attribute = "wp"
attribute_per_point = 10
feature = "scope"
factors = { SYSTEM = 2, MODULE = 1 }

[[earning]]
name = "seminar_points"
rule = "activity_points"
title = { de = "Seminarpunkte", en = "Seminar points", fr = "Points de formation" }
unit = "bonus"
activity = "seminar"
points = 500

[[sources]]
name = "deliveries"
reader = "csv_feed"
seller = "Sonnenlicht AG"

[sources.columns]
number = "delivery_number"
line = "position"
date = "delivered_on"
buyer = "customer_number"
article = "article_number"
quantity = "quantity"
unit = "unit"
serials = "serials"

[sources.features.scope]
column = "scope"
values = ["SYSTEM", "MODULE"]
"""
PARTICIPANTS = """customer_number;name;group;country;locale;email;street;postcode;city;identifiers
1001;Müller & Söhne <Solar>;partner;DE;de;office@mueller.example;Weg 1;10115;Berlin;
1002;Other Roofs Ltd;partner;IE;en;hello@other.example;Lane 2;D01;Dublin;
"""
ARTICLES = """article_number;name;kind;wp;gtin;aliases
M400;Sunny 400 <black>;module;400;;
M405;Sunny 405;module;405;;
HOOK;Roof hook;mounting;;;
"""
DELIVERIES = "delivery_number;position;delivered_on;customer_number;article_number;quantity;unit;scope;serials\n"
ATTENDANCE = "seminar_code;held_on;participant;person;attended\n"
USUAL = {
    "2025-03-04": ["LS-1;10;2025-03-03;1001;M400;10;PCE;MODULE;"],
    "2026-05-06": ["LS-2;10;2026-05-05;1001;M400;31;PCE;SYSTEM;SN-1|SN-2", "LS-2;20;2026-05-05;1001;HOOK;4;PCE;SYSTEM;",
                   "LS-3;10;2026-05-05;1002;M405;3;PCE;MODULE;"],
}


@attrs.frozen
class Portal:
    """The installation under test and what tests do with it."""

    installation: Installation
    folder: Path

    def deliver(self, day: str, *lines: str) -> None:
        """Clear delivery lines on a day, at noon UTC."""
        path = self.folder / f"{day}.csv"
        path.write_text(DELIVERIES + "\n".join(lines) + "\n", "utf-8")
        receipt = clear_file(self.installation, path, at(day))
        assert receipt.tally.waiting == receipt.tally.rejected == 0, receipt

    def attend(self, day: str, *lines: str) -> None:
        """Import an attendance list on a day."""
        path = self.folder / f"attendance-{day}.csv"
        path.write_text(ATTENDANCE + "\n".join(lines) + "\n", "utf-8")
        import_attendance(self.installation, path, at(day))

    def account(self, customer: str) -> int:
        """The account of a customer number."""
        with self.installation.database.reading() as connection:
            found: int = connection.execute(select(identifier.c.account_id).where(
                identifier.c.value == customer)).scalar_one()
        return found

    def add_login(self, login: str, customer: str) -> None:
        """A local login with the usual password."""
        with self.installation.database.writing() as connection:
            add_local_login(connection, login, PASSWORD, self.account(customer), NOW)

    def visitor(self, now: int = NOW, language: str = "en") -> TestClient:
        """A browser that nobody has signed in with."""
        app = create_app(self.installation, clock=lambda: now, styleguide=True, deployment=DEPLOYMENT)
        return TestClient(app, base_url=ORIGIN, follow_redirects=False,
                          headers={"sec-fetch-site": "same-origin", "accept-language": language})

    def signed_in(self, customer: str = "1001", now: int = NOW, language: str = "en",
                  role: str = "manager") -> TestClient:
        """A browser with a live session of a user of a company."""
        account_id = self.account(customer)
        with self.installation.database.writing() as connection:
            user_id = add_user(connection, "", now)
            add_membership(connection, user_id, account_id, now, role=role)
            token = open_session(connection, user_id, now, acts_for=(account_id, 0))
        return self._with(token, now, language)

    def in_office(self, *roles: str, now: int = NOW, language: str = "en", name: str = "Olga Office") -> TestClient:
        """A browser with a live session of somebody of the service centre, who is given these roles."""
        with self.installation.database.writing() as connection:
            user_id = add_user(connection, name, now)
            for role in roles:
                grant_role(connection, user_id, role, now, granted_by="the tests")
            token = open_session(connection, user_id, now, audience=Audience.OFFICE, method="passkey")
        return self._with(token, now, language)

    def _with(self, token: str, now: int, language: str) -> TestClient:
        client = self.visitor(now, language)
        client.cookies.set("__Host-sid", token, domain=HOST)
        client.cookies.set("__Host-locale", language, domain=HOST)
        return client


def at(day: str) -> int:
    """Noon UTC of a day."""
    return instant(datetime.fromisoformat(f"{day}T12:00:00+00:00"))


def open_portal(folder: Path, database: Database, programme: str = PROGRAMME,
                given: Mapping[str, object] | None = None) -> Portal:
    """The programme with its participants and articles, nothing delivered yet; `given` are plugins as objects."""
    (folder / "programme.toml").write_text(programme, "utf-8")
    installation = Installation(read_programme(folder, given), database)
    for name, content, load in (("participants.csv", PARTICIPANTS, import_participants),
                                ("articles.csv", ARTICLES, import_articles)):
        (folder / name).write_text(content, "utf-8")
        load(installation, folder / name, at("2024-12-01"))
    return Portal(installation, folder)
