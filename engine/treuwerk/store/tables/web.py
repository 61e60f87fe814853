"""Who may sign in, how they prove who they are, and who is signed in.

A user is a person at a keyboard: of the service centre, by roles, or of a company that collects, by a membership. One
user may have several ways in. A session is a row, so that signing out really ends it.
"""

from sqlalchemy import Column, Index, Text

from treuwerk.store.tables.base import WHOLE, Home, define, key, text, whole

app_user = define(
    "app_user", Home.LOOKUP,
    key("user_id"),
    text("name"), text("email"), text("locale"),
    text("state"),  # active or blocked
    whole("created_at"), whole("changed_at"), whole("version"),
)

# Roles in the service centre. `source` is "hand", or the identity provider whose claims gave the role.
user_role = define(
    "user_role", Home.LOOKUP,
    key("user_id"), key("role", Text),
    text("source"), text("granted_by"), whole("granted_at"),
    clustered=True,
)

# The person of a company behind a user, and what that person may do there. Person 0 is the company itself.
membership = define(
    "membership", Home.ACCOUNT,
    key("account_id"), key("person_id"), key("user_id"),
    text("role"), whole("since"),
    Index("ix_membership_user_id", "user_id"),
)

# Access that was ended lately, to be given back to exactly who had it.
former_membership = define(
    "former_membership", Home.ACCOUNT,
    key("account_id"), key("user_id"), key("person_id"),
    text("role"), whole("since"), whole("ended_at"), whole("ended_by"),
)

local_login = define(
    "local_login", Home.LOOKUP,
    key("login", Text),
    whole("user_id"), text("password_hash"), whole("changed_at"),
    Index("ix_local_login_user_id", "user_id"),
)

passkey = define(
    "passkey", Home.LOOKUP,
    key("credential_id", Text),
    whole("user_id"), text("public_key"), whole("sign_count"), text("transports"), text("name"),
    whole("created_at"), whole("used_at"),
    Index("ix_passkey_user_id", "user_id"),
)

# A second factor by time (RFC 6238). `last_step` is the step of the last accepted code, so that none counts twice.
authenticator = define(
    "authenticator", Home.LOOKUP,
    key("user_id"),
    text("secret"), Column("confirmed_at", WHOLE), whole("last_step"),
)

recovery_code = define(
    "recovery_code", Home.LOOKUP,
    key("code_hash", Text),
    whole("user_id"), Column("used_at", WHOLE),
    Index("ix_recovery_code_user_id", "user_id"),
)

# The only link to an identity provider; mail addresses change hands and lead to nobody.
external_login = define(
    "external_login", Home.LOOKUP,
    key("issuer", Text), key("subject", Text),
    whole("user_id"), text("provider"), whole("linked_at"), whole("used_at"),
    Index("ix_external_login_user_id", "user_id"),
    clustered=True,
)

# What a letter or mail brings to a new participant: with it and the customer number, a user becomes a member. `name` is
# that of somebody who is no person of the company yet, and becomes one with the first login.
link_code = define(
    "link_code", Home.ACCOUNT,
    key("account_id"), key("id"),
    whole("person_id"), text("role"), text("code_hash"), whole("tries"),
    text("created_by"), whole("created_at"), whole("expires_at"), Column("used_at", WHOLE),
    text("name"),
)

# `account_id` and `person_id` say for which company a session acts, 0 in the service centre; `viewing_account` is the
# participant whose pages the service centre looks at, 0 for none.
web_session = define(
    "web_session", Home.LOOKUP,
    key("id_hash", Text),
    whole("user_id"), text("audience"),
    whole("account_id"), whole("person_id"), whole("viewing_account"),
    whole("created_at"), whole("seen_at"), whole("authenticated_at"),
    text("method"), text("provider"), text("idp_session"), text("id_token"),
    text("source"), text("agent"), text("data"),
    Index("ix_web_session_user_id", "user_id"),
    Index("ix_web_session_provider", "provider", "idp_session"),
    Index("ix_web_session_seen_at", "seen_at"),
)

sign_in_event = define(
    "sign_in_event", Home.LOOKUP,
    key("user_id"), key("id"),
    whole("happened_at"), text("outcome"), text("method"), text("source"), text("agent"),
    clustered=True,
)

# A form that came in, and where its sender was led: sent twice, it does nothing and leads there again.
used_form = define(
    "used_form", Home.LOOKUP,
    key("session_hash", Text), key("form_id", Text),
    whole("used_at"), text("answer"),
    Index("ix_used_form_used_at", "used_at"),
    clustered=True,
)
