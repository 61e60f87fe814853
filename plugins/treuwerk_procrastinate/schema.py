"""The tables of the queue: in a schema of their own, made by whoever comes first."""

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo
from sqlalchemy.engine import make_url

SCHEMA = "treuwerk_queue"
_LOCK = 7305807861351  # several workers that start at once take turns


def conninfo(database: str, queue: str) -> str:
    """The address of the queue as the driver wants it, with its schema in front."""
    url = make_url(queue or database).set(drivername="postgresql")
    options = f"{url.query.get('options', '')} -c search_path={SCHEMA}".strip()
    bare = url.difference_update_query(["options"]).render_as_string(hide_password=False)
    return make_conninfo(bare, options=options)


def prepare(address: str, script: str) -> None:
    """Make schema and tables, unless they are there."""
    with psycopg.connect(address, autocommit=False) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
        if connection.execute("SELECT to_regclass(%s)", (f"{SCHEMA}.procrastinate_jobs",)).fetchone() != (None,):
            return
        connection.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(SCHEMA)))
        connection.execute(script.encode())
