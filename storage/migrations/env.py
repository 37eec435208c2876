"""Alembic's entry: runs the migrations on the connection that `storage.engine.upgrade` hands over."""

from alembic import context

from storage.models import Table

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Table.metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
