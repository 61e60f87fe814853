"""The demo of a bundle: its seeded data goes through the real imports and the real clearing, day by day.

Each file is cleared with the clock of its own day, so that bookings, expiry dates and the statement look as they would
after two years of use. Building it again continues where it stopped.
"""

import json
import os
import secrets
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import attrs
from sqlalchemy import Connection, update

from treuwerk.domain.folding import name_key
from treuwerk.domain.ledger import instant, moment
from treuwerk.domain.rights import Access, Audience, names_for
from treuwerk.domain.tabular import BadLine
from treuwerk.hookspecs import DemoLogin
from treuwerk.programme.errors import Mistake, ProgrammeError
from treuwerk.programme.reading import LoadedProgramme
from treuwerk.programme.roles import ADMIN, AGENT
from treuwerk.services.clearing.attending import import_attendance
from treuwerk.services.clearing.clearing import clear_file
from treuwerk.services.clearing.importing import import_articles, import_participants, import_sellers
from treuwerk.services.demo.companies import populate
from treuwerk.services.demo.office import furnish
from treuwerk.services.demo.orders import order_rewards
from treuwerk.services.demo.submissions import report
from treuwerk.services.finding import account_of
from treuwerk.services.identity.keyring import Keyring
from treuwerk.services.identity.managing_users import create_office_user
from treuwerk.services.identity.passwords import NewLogin, new_login
from treuwerk.services.identity.signing_in import add_local_login
from treuwerk.services.installation import DEMO, Installation, claim_database
from treuwerk.services.ledger.expiring import expire
from treuwerk.services.master_files import BadRow, ImportReceipt, named_rows
from treuwerk.services.rewards import arrangement_files, checking, importing_pictures
from treuwerk.services.rewards.code_pool import import_codes
from treuwerk.services.rewards.importing import import_rewards
from treuwerk.services.rewards.seat_plan import import_seats
from treuwerk.store.database import Database
from treuwerk.store.migrating import empty, migrate
from treuwerk.store.people import people_known_as
from treuwerk.store.tables import person

SEED = 2026
_NOTE = "demo.json"
_ACCESS = Access(0, "demo", Audience.OFFICE, names_for(Audience.OFFICE))
_CLEARED_AT = time(18, 0)
Told = Callable[[int, int], None]


@attrs.frozen
class Login:
    """A demo login with its password, for whoever started the demo."""

    name: str
    login: str
    password: str
    path: str = "/"
    """Where this login belongs: the portal or the service centre."""


def build_demo(programme: LoadedProgramme, database: Database, folder: Path, now: int, *, fresh: bool = False,
               told: Told = lambda done, total: None) -> list[Login]:
    """Build the demo below `folder`, or find it built; returns its logins.

    Raises:
        ProgrammeError: the bundle brings no demo data.
        ForeignDatabase: the database is live or belongs to another programme.
    """
    code, note = programme.settings.programme.code, folder / _NOTE
    migrate(database)
    claim_database(database, code, now, DEMO)
    if fresh:
        empty(database)
        migrate(database)
        claim_database(database, code, now, DEMO)
        note.unlink(missing_ok=True)
    if note.is_file():
        return [Login(**login) for login in json.loads(note.read_text("utf-8"))]
    installation = Installation(programme, database)
    files, logins = _files(programme, folder / "files", moment(now).date(), fresh)
    _replay(installation, files, now, told)
    made = [_login(installation, login, now) for login in logins]
    populate(installation, files, now)
    _stock(installation, files, now)
    order_rewards(installation, files, now)
    clerks = furnish(installation, files, now)
    report(installation, files, clerks, now)
    made += [Login(f"service centre: {clerk.name}", clerk.login, clerk.password, "/office")
             for clerk in clerks] or [*_office_logins(installation, now)]
    _keep(note, [attrs.asdict(login) for login in made])
    return made


def _stock(installation: Installation, files: Path, now: int) -> None:
    """What a bundle brings in its folder ``catalogue``: rewards, pictures, worlds; then codes and seats of the demo.

    Raises:
        ProgrammeError: a row that cannot be read.
    """
    def codes(made: Installation, path: Path, at: int) -> ImportReceipt:
        return import_codes(made, path, Keyring(), at)

    folder = installation.programme.folder
    brought: Sequence[tuple[Path, Callable[[Installation, Path, int], ImportReceipt]]] = (
        (folder / checking.FILE, import_rewards),
        (folder / importing_pictures.FILE, importing_pictures.import_pictures),
        (folder / arrangement_files.FILE, arrangement_files.import_arrangement), (files / "codes.csv", codes),
        (files / "seats.csv", import_seats))
    for path, importer in brought:
        if path.is_file() and (problems := importer(installation, path, now).problems):
            raise ProgrammeError([Mistake(f"{path}: line {one['line']}", "", one["reason"]) for one in problems])


def _files(programme: LoadedProgramme, folder: Path, today: date, fresh: bool) -> tuple[Path, tuple[DemoLogin, ...]]:
    """The folder with the demo's files: written by the bundle's plugin, or lying in the bundle as ``demo/``."""
    offered = programme.registry.demo_data()
    if offered is not None:
        if fresh or not folder.is_dir():
            _clean(folder)
            offered.write(folder, SEED, today - timedelta(days=1))
        return folder, offered.logins
    lying = programme.folder / "demo"
    if lying.is_dir():
        return lying, tuple(_lying_logins(lying / "logins.csv"))
    raise ProgrammeError([Mistake(str(programme.folder), "no demo data", "a folder demo/ or a plugin with the hook "
                                  "demo_data")])


def _lying_logins(path: Path) -> Iterator[DemoLogin]:
    """The logins of a demo that lies in the bundle; a demo without that file has none."""
    for row in named_rows(path, ("name", "customer_number", "person", "locale")) if path.is_file() else ():
        if isinstance(row, BadLine):
            raise ProgrammeError([Mistake(f"{path}: line {row.at}", "", row.reason)])
        try:
            yield DemoLogin(row.need("name"), row.need("customer_number"), row.need("person"), row.need("locale"))
        except BadRow as error:
            raise ProgrammeError([Mistake(f"{path}: line {row.at}", "", str(error))]) from None


def _clean(folder: Path) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()


def _replay(installation: Installation, folder: Path, now: int, told: Told) -> None:
    """Master data first, then every file in the order of its day; at the end of each month what has expired goes."""
    days = sorted(_daily(installation, folder), key=lambda item: item[:2])
    first = min((_clock(installation, day) for day, _, _ in days), default=now)
    import_articles(installation, folder / "articles.csv", first)
    import_participants(installation, folder / "participants.csv", first)
    if (sellers := folder / "sellers.csv").is_file():
        import_sellers(installation, sellers, first)
    month = first
    for number, (day, path, source) in enumerate(days, 1):
        at = min(_clock(installation, day), now)
        if (begin := min(_clock(installation, day.replace(day=1)), now)) > month:
            expire(installation, month := begin, confirm=True)
        if source is None:
            import_attendance(installation, path, at, actor="demo")
        else:
            clear_file(installation, path, at, source=source, actor="demo")
        told(number, len(days))


def _daily(installation: Installation, folder: Path) -> Iterator[tuple[date, Path, str | None]]:
    """(day, file, source) of every daily file; attendance lists have no source."""
    sources: list[str | None] = [source.head.name for source in installation.programme.settings.sources]
    for source in [*sources, None]:
        for path in sorted((folder / (source or "attendance")).glob("*.csv")):
            yield date.fromisoformat(path.name[:10]), path, source


def _clock(installation: Installation, day: date) -> int:
    return instant(datetime.combine(day, _CLEARED_AT, installation.programme.settings.programme.time_zone))


def _login(installation: Installation, login: DemoLogin, now: int) -> Login:
    password = _password()
    with installation.database.writing() as connection:
        account_id = account_of(connection, login.customer_number)
        known_as = name_key(login.person)
        people = people_known_as(connection, {(account_id, known_as): login.person}, now)
        person_id = people[account_id, known_as]
        connection.execute(update(person).where(person.c.account_id == account_id, person.c.id == person_id)
                           .values(locale=login.locale))
        add_local_login(connection, login.customer_number, password, account_id, now, person_id)
    return Login(login.name, login.customer_number, password)


def _office_logins(installation: Installation, now: int) -> Iterator[Login]:
    """Two who work in the service centre of a bundle that names nobody: one who may do all, one who answers calls."""
    for role, name in ((ADMIN, "Ada Admin"), (AGENT, "Gus Agent")):
        password = _password()
        login = new_login(role, password)
        installation.database.run(partial(_office_user, installation.programme, name, role, login, now))
        yield Login(f"service centre: {name}", role, password, "/office")


def _office_user(programme: LoadedProgramme, name: str, role: str, login: NewLogin, now: int,
                 connection: Connection) -> None:
    create_office_user(_ACCESS, connection, programme, name, [role], now, login=login)


def _password() -> str:
    return "-".join(secrets.token_hex(2) for _ in range(4))


def _keep(note: Path, content: Any) -> None:
    """Passwords of a demo are secrets too: only who started it may read them."""
    note.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(note, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        json.dump(content, stream, indent=2)
