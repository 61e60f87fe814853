"""Users of portal and service centre, how they sign in, what they may do, and what the service centre writes."""

import secrets
import time

import sqlalchemy as sa
from alembic import op

from treuwerk.store.guards import put_up

FLAG = sa.Boolean().with_variant(sa.Integer(), "sqlite")
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step; whoever is signed in signs in again."""
    logins = op.get_bind().execute(sa.text(
        "SELECT login, password_hash, account_id, person_id FROM local_login")).all()
    op.drop_table("web_session")
    op.drop_table("local_login")
    _users()
    _ways_in()
    _sessions()
    _desk()
    _work()
    _audit()
    for login in logins:
        _keep(*login)
    put_up(op.get_bind(), ("audit_entry",))


def _keep(login: str, password_hash: str, account_id: int, person_id: int) -> None:
    """A login as it was, now with a user behind it."""
    values = {"login": login, "hash": password_hash, "account": account_id, "person": person_id,
              "user": secrets.randbits(63) | 1 << 62, "now": time.time_ns() // 1000}
    for statement in (
            "INSERT INTO app_user VALUES (:user, :login, '', '', 'active', :now, :now, 1)",
            "INSERT INTO membership VALUES (:account, :person, :user, 'manager', :now)",
            "INSERT INTO local_login VALUES (:login, :user, :hash, :now)"):
        op.get_bind().execute(sa.text(statement), values)


def _users() -> None:
    """Users, their roles, and for whom they act."""
    op.create_table(
        "app_user",
        sa.Column("user_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", WHOLE, nullable=False),
        sa.Column("changed_at", WHOLE, nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_app_user")),
        sqlite_strict=True)
    op.create_table(
        "membership",
        sa.Column("account_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("person_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("user_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("since", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "person_id", "user_id", name=op.f("pk_membership")),
        sqlite_strict=True)
    op.create_index("ix_membership_user_id", "membership", ["user_id"], unique=False)
    op.create_table(
        "user_role",
        sa.Column("user_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("role", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("granted_by", sa.Text(), nullable=False),
        sa.Column("granted_at", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("user_id", "role", name=op.f("pk_user_role")),
        sqlite_strict=True, sqlite_with_rowid=False)


def _ways_in() -> None:
    """How users prove who they are."""
    op.create_table(
        "local_login",
        sa.Column("login", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("user_id", WHOLE, nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("changed_at", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("login", name=op.f("pk_local_login")),
        sqlite_strict=True)
    op.create_index("ix_local_login_user_id", "local_login", ["user_id"], unique=False)
    op.create_table(
        "authenticator",
        sa.Column("user_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("confirmed_at", WHOLE, nullable=True),
        sa.Column("last_step", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_authenticator")),
        sqlite_strict=True)
    op.create_table(
        "external_login",
        sa.Column("issuer", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("subject", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("user_id", WHOLE, nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("linked_at", WHOLE, nullable=False),
        sa.Column("used_at", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("issuer", "subject", name=op.f("pk_external_login")),
        sqlite_strict=True, sqlite_with_rowid=False)
    op.create_index("ix_external_login_user_id", "external_login", ["user_id"], unique=False)
    op.create_table(
        "link_code",
        sa.Column("account_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("person_id", WHOLE, nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("code_hash", sa.Text(), nullable=False),
        sa.Column("tries", WHOLE, nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", WHOLE, nullable=False),
        sa.Column("expires_at", WHOLE, nullable=False),
        sa.Column("used_at", WHOLE, nullable=True),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_link_code")),
        sqlite_strict=True)
    op.create_table(
        "passkey",
        sa.Column("credential_id", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("user_id", WHOLE, nullable=False),
        sa.Column("public_key", sa.Text(), nullable=False),
        sa.Column("sign_count", WHOLE, nullable=False),
        sa.Column("transports", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", WHOLE, nullable=False),
        sa.Column("used_at", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("credential_id", name=op.f("pk_passkey")),
        sqlite_strict=True)
    op.create_index("ix_passkey_user_id", "passkey", ["user_id"], unique=False)
    op.create_table(
        "recovery_code",
        sa.Column("code_hash", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("user_id", WHOLE, nullable=False),
        sa.Column("used_at", WHOLE, nullable=True),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_recovery_code")),
        sqlite_strict=True)
    op.create_index("ix_recovery_code_user_id", "recovery_code", ["user_id"], unique=False)


def _sessions() -> None:
    """Who is signed in."""
    op.create_table(
        "web_session",
        sa.Column("id_hash", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("user_id", WHOLE, nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("account_id", WHOLE, nullable=False),
        sa.Column("person_id", WHOLE, nullable=False),
        sa.Column("viewing_account", WHOLE, nullable=False),
        sa.Column("created_at", WHOLE, nullable=False),
        sa.Column("seen_at", WHOLE, nullable=False),
        sa.Column("authenticated_at", WHOLE, nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("idp_session", sa.Text(), nullable=False),
        sa.Column("id_token", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id_hash", name=op.f("pk_web_session")),
        sqlite_strict=True)
    op.create_index("ix_web_session_provider", "web_session", ["provider", "idp_session"], unique=False)
    op.create_index("ix_web_session_seen_at", "web_session", ["seen_at"], unique=False)
    op.create_index("ix_web_session_user_id", "web_session", ["user_id"], unique=False)
    op.create_table(
        "sign_in_event",
        sa.Column("user_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("happened_at", WHOLE, nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "id", name=op.f("pk_sign_in_event")),
        sqlite_strict=True, sqlite_with_rowid=False)
    op.create_table(
        "used_form",
        sa.Column("session_hash", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("form_id", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("used_at", WHOLE, nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("session_hash", "form_id", name=op.f("pk_used_form")),
        sqlite_strict=True, sqlite_with_rowid=False)
    op.create_index("ix_used_form_used_at", "used_form", ["used_at"], unique=False)


def _desk() -> None:
    """Addresses, and notes with their history."""
    op.create_table(
        "address",
        sa.Column("account_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("street", sa.Text(), nullable=False),
        sa.Column("postcode", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("preferred", FLAG, nullable=False),
        sa.Column("changed_at", WHOLE, nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_address")),
        sqlite_strict=True)
    op.create_table(
        "note",
        sa.Column("account_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Text(), nullable=False),
        sa.Column("assignee_id", WHOLE, nullable=False),
        sa.Column("object", sa.Text(), nullable=False),
        sa.Column("pinned", FLAG, nullable=False),
        sa.Column("author_id", WHOLE, nullable=False),
        sa.Column("created_at", WHOLE, nullable=False),
        sa.Column("changed_at", WHOLE, nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_note")),
        sqlite_strict=True)
    op.create_table(
        "note_version",
        sa.Column("account_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("version", WHOLE, autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Text(), nullable=False),
        sa.Column("assignee_id", WHOLE, nullable=False),
        sa.Column("object", sa.Text(), nullable=False),
        sa.Column("pinned", FLAG, nullable=False),
        sa.Column("changed_by", WHOLE, nullable=False),
        sa.Column("changed_at", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "id", "version", name=op.f("pk_note_version")),
        sqlite_strict=True)


def _work() -> None:
    """Saved views, and what somebody must do."""
    op.create_table(
        "saved_view",
        sa.Column("owner_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("list", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("position", WHOLE, nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("owner_id", "list", "name", name=op.f("pk_saved_view")),
        sqlite_strict=True)
    op.create_table(
        "work_item",
        sa.Column("id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("object", sa.Text(), nullable=False),
        sa.Column("account_id", WHOLE, nullable=False),
        sa.Column("gist", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("assignee_id", WHOLE, nullable=False),
        sa.Column("snoozed_until", WHOLE, nullable=False),
        sa.Column("held_by", WHOLE, nullable=False),
        sa.Column("held_until", WHOLE, nullable=False),
        sa.Column("created_at", WHOLE, nullable=False),
        sa.Column("done_at", WHOLE, nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_item")),
        sa.UniqueConstraint("kind", "object", name=op.f("uq_work_item_kind_object")),
        sqlite_strict=True)
    op.create_index("ix_work_item_account_id", "work_item", ["account_id"], unique=False)
    op.create_index("ix_work_item_open", "work_item", ["due_on", "id"], unique=False,
                    sqlite_where=sa.text("state = 'open'"),
                    postgresql_where=sa.text("state = 'open'"))


def _audit() -> None:
    """Who did and saw what."""
    op.create_table(
        "audit_entry",
        sa.Column("id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("happened_at", WHOLE, nullable=False),
        sa.Column("user_id", WHOLE, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("account_id", WHOLE, nullable=False),
        sa.Column("object", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("session", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
        sqlite_strict=True)
    op.create_index("ix_audit_entry_account_id", "audit_entry", ["account_id", "id"], unique=False)
    op.create_index("ix_audit_entry_user_id", "audit_entry", ["user_id", "id"], unique=False)


def downgrade() -> None:
    """Take this step back; logins with a password stay, all other ways to sign in go."""
    logins = op.get_bind().execute(sa.text(
        "SELECT login, password_hash, account_id, person_id FROM local_login JOIN membership "
        "ON membership.user_id = local_login.user_id ORDER BY login, since DESC")).all()
    for table in (
        "audit_entry", "address", "saved_view", "work_item", "note_version", "note", "used_form", "sign_in_event",
        "web_session", "link_code", "external_login", "recovery_code", "authenticator", "passkey", "local_login",
        "membership", "user_role", "app_user",
    ):
        op.drop_table(table)
    _former_sign_in()
    for login in {row.login: row for row in logins}.values():
        op.get_bind().execute(sa.text("INSERT INTO local_login VALUES (:login, :hash, :account, :person)"), {
            "login": login.login, "hash": login.password_hash, "account": login.account_id, "person": login.person_id})


def _former_sign_in() -> None:
    op.create_table(
        "local_login",
        sa.Column("login", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("account_id", WHOLE, nullable=False),
        sa.Column("person_id", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("login", name=op.f("pk_local_login")),
        sqlite_strict=True)
    op.create_table(
        "web_session",
        sa.Column("id_hash", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("account_id", WHOLE, nullable=False),
        sa.Column("person_id", WHOLE, nullable=False),
        sa.Column("created_at", WHOLE, nullable=False),
        sa.Column("seen_at", WHOLE, nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id_hash", name=op.f("pk_web_session")),
        sqlite_strict=True)
    op.create_index("ix_web_session_seen_at", "web_session", ["seen_at"], unique=False)
