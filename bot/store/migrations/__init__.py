"""What changes the tables of a database that is there already: a file per change in `versions/`, run by `bot.store.schema`.

**Only additions.** While a release is rolled out, processes of the version before work on the same tables, and whoever goes back to that
version does so too. A migration adds a table, a column that may be null or has a `server_default`, or an index that is not unique. It
never renames, drops or tightens anything. tests/store/test_migrations.py holds every one of them to that.

**One change, one table.** A migration that touches a table in use locks that one alone, so it can never wait for a running process that
waits for it.

To add one: change `bot/store/tables.py`, and write `versions/<number>_<what>.py`, whose docstring is what `database status` says::

    \"\"\"Who froze somebody on whose behalf.\"\"\"

    import sqlalchemy as sa
    from alembic import op

    revision = "0003"
    down_revision = "0002"


    def upgrade() -> None:
        op.add_column("freezes", sa.Column("on_behalf_of", sa.Text, nullable=False, server_default=""))

A new table is `op.create_table("name", sa.Column(…), …)`, an index `op.create_index("name", "table", ["column"])`. A column with a
`server_default` has the same one in `tables.py`. A migration that has been released is never edited.
"""
