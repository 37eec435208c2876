"""Run the migrations, as Alembic's entry point, on the connection that `storage.engine.upgrade` passes."""

from alembic import context

from storage.models import Table

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Table.metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
