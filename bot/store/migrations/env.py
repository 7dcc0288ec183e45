"""Where alembic runs a migration: in the connection, and so the transaction, of `bot.store.schema`."""

from __future__ import annotations

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
