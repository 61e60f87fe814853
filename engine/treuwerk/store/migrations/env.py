"""Runs migrations on the connection that `store.migrating` hands over."""

from alembic import context

from treuwerk.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=False)
with context.begin_transaction():
    context.run_migrations()
