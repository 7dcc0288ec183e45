"""Whether a database has the tables this version works with."""

from __future__ import annotations

from sqlalchemy import Connection, inspect

from bot.errors import StoreUnavailable
from bot.store.tables import metadata


def check(connection: Connection) -> None:
    """Lets pass what can be used: no tables of ours, or tables with every column we need.

    Tables are made, never altered, because nothing was released yet. Without this, a database of an earlier version would serve
    until the first statement that needs the missing column.

    Raises:
        StoreUnavailable: columns are missing; the text is for whoever starts the bot.
    """
    inspector = inspect(connection)
    there = set(inspector.get_table_names())
    lacking = []
    for table in metadata.sorted_tables:
        if table.name in there:
            columns = {column["name"] for column in inspector.get_columns(table.name)}
            if missing := [column.name for column in table.columns if column.name not in columns]:
                lacking.append(f"table {table.name} has no {', '.join(missing)}")
    if lacking:
        where = connection.engine.url.render_as_string(hide_password=True)
        raise StoreUnavailable(
            f"DATABASE_URL: {where} was made by an earlier version of Doorman, which this one cannot go on with: {'; '.join(lacking)}. "
            "Nothing was changed in it. Give a new database in DATABASE_URL, and keep the old one as an archive: "
            "`python app.py audit export` still reads its trail."
        )
