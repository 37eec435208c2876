"""What the bot keeps: tables, and plain functions that take a session and never commit.

Statements use the classes of `storage/models` or the tables behind them (`Row.__table__`). Tables are for updates and
deletes of many rows, because for a class SQLAlchemy would also search the session's objects. They are also for the
statements that run for every message or every step of a sync. These are built once, at import: SQLAlchemy takes longer
to build such a statement than the database takes to run it.
"""
