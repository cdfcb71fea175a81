"""Runs migrations on the connection that `uns.registry.migrate` hands over, inside its transaction."""

from alembic import context

from uns.registry.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    transaction_per_migration=False,
)
context.run_migrations()
