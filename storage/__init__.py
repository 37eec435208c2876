"""What the bot keeps: tables, and plain functions that take a session and never commit.

Most statements use the classes of `storage/models`. The statements that run for every message or every step of a sync
use the tables behind those classes (`Row.__table__`) and are built once, at import: SQLAlchemy takes longer to build
such a statement than the database takes to run it.
"""
