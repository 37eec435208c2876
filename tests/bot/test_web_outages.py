"""The door while its database is away or has no tables, and the checks of its health."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from sqlalchemy.engine import URL, make_url

from storage.engine.database import Database
from storage.engine.upgrade import upgrade
from tests.bot.webhook_door import TYPED, door, having, kept, knock, statements


def test_a_liveness_check_asks_the_database_nothing(file: Database) -> None:
    with statements(file) as seen:
        answered = door(file).get("/healthz")
    assert (answered.status_code, seen) == (200, [])


def test_a_working_door_is_alive_and_ready(database: Database) -> None:
    client = door(database)
    assert [client.get(path).status_code for path in ("/healthz", "/readyz")] == [200, 200]


def test_a_door_without_database_tables_is_alive_but_not_ready(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/empty.db")
    client = door(database)
    assert [client.get(path).status_code for path in ("/healthz", "/readyz", "/webhooks")] == [200, 503, 503]
    assert knock(client, TYPED).status_code == 503
    upgrade(database)
    assert client.get("/readyz").status_code == 200
    assert knock(client, TYPED).status_code == 204
    database.close()


def test_events_get_503_while_the_sqlite_file_cannot_be_opened(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/later/bot.db")
    client = door(database)
    assert knock(client, TYPED).status_code == 503
    assert [client.get(path).status_code for path in ("/healthz", "/readyz", "/webhooks")] == [200, 503, 503]
    (tmp_path / "later").mkdir()
    upgrade(database)
    assert knock(client, TYPED).status_code == 204
    assert len(kept(database)) == 1
    database.close()


def test_events_get_503_while_postgresql_is_away(postgres_url: str) -> None:
    database = Database(postgres_url)
    client = door(database)
    assert knock(client, TYPED).status_code == 204
    with away(make_url(postgres_url)):
        assert [knock(client, having(id="2")).status_code for _ in range(2)] == [503, 503]
        assert [client.get(path).status_code for path in ("/healthz", "/readyz", "/webhooks")] == [200, 503, 503]
    assert knock(client, having(id="2")).status_code == 204
    assert client.get("/readyz").status_code == 200
    assert [row.data_id for row in kept(database)] == ["message-1", "2"]
    database.close()


def test_an_event_is_stored_although_old_connections_are_broken(postgres_url: str) -> None:
    database = Database(postgres_url)
    client = door(database)
    knock(client, TYPED)
    with away(make_url(postgres_url)):
        pass
    assert knock(client, having(id="2")).status_code == 204
    assert len(kept(database)) == 2
    database.close()


@contextmanager
def away(url: URL) -> Iterator[None]:
    """A database that nobody can connect to, and whose connections are cut."""
    name = str(url.database)
    address = url.set(drivername="postgresql", database="postgres").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as server:
        server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false".encode())
        server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
        try:
            yield
        finally:
            server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true".encode())
