"""The migrations make exactly the tables that the models describe."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from storage.engine.database import Database
from storage.engine.upgrade import up_to_date, upgrade
from storage.models import Table


def test_migrating_an_empty_database_gives_what_the_models_say(empty_url: str) -> None:
    database = Database(empty_url)
    upgrade(database)
    with database.reader.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Table.metadata) == []
        assert set(Table.metadata.tables) < set(inspect(connection).get_table_names())
    database.close()


def test_a_database_is_up_to_date_only_after_its_migrations(empty_url: str) -> None:
    database = Database(empty_url)
    assert not up_to_date(database)
    upgrade(database)
    assert up_to_date(database)
    database.close()


def test_upgrading_twice_changes_nothing(empty_url: str) -> None:
    database = Database(empty_url)
    upgrade(database)
    upgrade(database)
    assert up_to_date(database)
    database.close()
