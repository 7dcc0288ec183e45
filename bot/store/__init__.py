"""What is remembered: tables, transactions, and the durable engine. The only importer of sqlalchemy, alembic and dbos."""
