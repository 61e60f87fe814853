"""What the doctor, ``treuwerk check`` and ``treuwerk serve`` find about secrets: which are missing, which lie open."""

from collections.abc import Iterator, Mapping
from functools import partial

from sqlalchemy import Connection, select

from treuwerk.domain.secrets import MissingSecret, secrets_in
from treuwerk.programme.settings import Settings
from treuwerk.services.deployment import LOOPBACK_NAMES, Deployment, WrongDeployment, host_name, read_deployment
from treuwerk.services.findings import Check, Finding, State, finding
from treuwerk.services.identity.keyring import NEW_KEY, VARIABLE, Keyring, is_sealed, read_keyring
from treuwerk.services.installation import DEMO
from treuwerk.store.database import Database
from treuwerk.store.tables import authenticator, installation
from treuwerk.store.voucher_codes import sealed_key

_RESEAL = "treuwerk user seal"


def secret_checks(database: Database, environ: Mapping[str, str], settings: Settings | None) -> dict[str, Check]:
    """The checks of an environment; those of stored secrets only where there is a database."""
    checks: dict[str, Check] = {}
    if settings is not None:
        checks["sign_in_secrets"] = partial(sign_in_secrets, settings, environ)
        checks["supplier_secrets"] = partial(supplier_secrets, settings, environ)
    if database.file is None or database.file.exists():
        checks["secret_keys"] = partial(secret_keys, database, environ)
    return checks


def sign_in_secrets(settings: Settings, environ: Mapping[str, str]) -> Iterator[Finding]:
    """Identity providers whose secret the environment does not hold: nobody could sign in by them."""
    for one in settings.sign_in:
        for secret in secrets_in(one.settings):
            try:
                secret.value(environ)
            except MissingSecret as error:
                found = str(error).partition(", expected")[0].removeprefix("found ")
                yield Finding(f"sign_in:{one.head.name}", State.WARNING, found,
                              f"the secret of [[sign_in]] {one.head.name!r}", f"set {secret.env}, or {secret.env}_FILE "
                              "to the path of a file that holds it, where treuwerk is started; until then nobody signs "
                              "in by it, and the other ways in work")


def supplier_secrets(settings: Settings, environ: Mapping[str, str]) -> Iterator[Finding]:
    """Suppliers whose secret the environment does not hold: their orders would wait."""
    for one in settings.suppliers:
        for secret in secrets_in(one.settings):
            try:
                secret.value(environ)
            except MissingSecret as error:
                found = str(error).partition(", expected")[0].removeprefix("found ")
                yield Finding(f"supplier:{one.head.name}", State.WARNING, found,
                              f"the secret of [[suppliers]] {one.head.name!r}", f"set {secret.env}, or "
                              f"{secret.env}_FILE to the path of a file that holds it, where treuwerk is started; "
                              "until then its orders wait")


def secret_keys(database: Database, environ: Mapping[str, str]) -> Iterator[Finding]:
    """Whether secrets of authenticator apps are encrypted, and can be read."""
    try:
        keys, deployment = read_keyring(environ), read_deployment(environ)
    except WrongDeployment as error:
        yield Finding("secret_keys", State.COULD_NOT_RUN, str(error), "keys that can be read",
                      "mend them; treuwerk serve does not start with them")
        return
    with database.reading() as connection:
        stored = connection.execute(select(authenticator.c.secret)).scalars().all()
        demo, codes = _is_demo(connection), sealed_key(connection)
    yield _without_keys(list(stored), deployment, demo=demo) if not keys.keys else _with_keys(list(stored), keys)
    if codes:
        yield _of_codes(codes, keys)


def _of_codes(sealed: str, keys: Keyring) -> Finding:
    """Whether voucher codes can be shown; that their key lies open without keys is told above."""
    if not keys.can_open(sealed):
        return Finding("voucher_key", State.UNSAFE, "voucher codes under a key that is not there",
                       f"all keys that were ever used in {VARIABLE}", "add the older keys behind the first one: until "
                       "then no voucher code can be shown or brought in")
    return finding("voucher_key", "the key of voucher codes is in the open or under an older key"
                   if keys.is_stale(sealed) else "the key of voucher codes can be opened", "the first key",
                   f"run {_RESEAL}", State.WARNING if keys.is_stale(sealed) else None)


def _without_keys(stored: list[str], deployment: Deployment, *, demo: bool) -> Finding:
    sealed = sum(map(is_sealed, stored))
    if sealed:
        return Finding("secret_keys", State.UNSAFE, f"no key, and {sealed} secrets of authenticator apps that need one",
                       f"the keys in {VARIABLE}", "set it to the keys that were used before: until then codes of apps "
                       "cannot be checked, and their users sign in by recovery codes")
    found = f"no key; secrets of {len(stored)} authenticator apps stand in the database as they are"
    hint = (f"make one by {NEW_KEY}, set {VARIABLE}, or {VARIABLE}_FILE to the path of a file with it, keep a copy "
            f"apart from the backups, and run {_RESEAL}")
    visited = deployment.public_url and host_name(deployment.public_url.partition("://")[2]) not in LOOPBACK_NAMES
    return finding("secret_keys", found, f"a key in {VARIABLE}, but for a demo", hint,
                   None if demo else State.UNSAFE if visited else State.WARNING)


def _with_keys(stored: list[str], keys: Keyring) -> Finding:
    unknown = sum(not keys.can_open(one) for one in stored)
    if unknown:
        return Finding("secret_keys", State.UNSAFE, f"{unknown} secrets of authenticator apps under keys that are not "
                       "there", f"all keys that were ever used in {VARIABLE}", "add the older keys behind the first "
                       "one: until then codes of these apps cannot be checked")
    stale = sum(map(keys.is_stale, stored))
    found = (f"{len(keys.keys)} keys; {stale} of {len(stored)} secrets of authenticator apps in the open or under an "
             "older key")
    return finding("secret_keys", found, "all under the first key", f"run {_RESEAL}", State.WARNING if stale else None)


def _is_demo(connection: Connection) -> bool:
    return connection.execute(select(installation.c.purpose)).scalar() == DEMO
