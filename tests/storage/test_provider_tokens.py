"""The row of an integration's tokens: kept once, replaced with a new version, told once."""

from datetime import UTC, datetime, timedelta

from storage import provider_tokens
from storage.engine.database import Database
from storage.values.provider_access import KeptTokens
from tests.storage.threads import run_together

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
CLIENT = "C0ffee"


def kept(database: Database, client_id: str = CLIENT) -> KeptTokens | None:
    with database.read() as session:
        return provider_tokens.find(session, client_id)


def add(database: Database, refresh_token: str = "sealed") -> None:
    with database.write() as session:
        provider_tokens.add(session, CLIENT, refresh_token)


def test_the_first_tokens_are_kept_and_never_added_again(database: Database) -> None:
    assert kept(database) is None
    add(database)
    add(database, "other")
    assert kept(database) == KeptTokens("sealed", None, None, None, "", None, None, None, 0, None)
    assert kept(database, "another client") is None


def test_each_replacement_has_the_next_version(database: Database) -> None:
    add(database)
    for version in (1, 2):
        with database.write() as session:
            assert provider_tokens.lock(session, CLIENT) is not None
            provider_tokens.replace(session, CLIENT, access_token=f"sealed {version}", access_ends_at=NOW)
        found = kept(database)
        assert found is not None
        assert (found.version, found.access_token, found.access_ends_at) == (version, f"sealed {version}", NOW)
        assert found.refresh_token == "sealed"


def test_sealing_again_keeps_the_version(database: Database) -> None:
    add(database)
    with database.write() as session:
        provider_tokens.seal_again(session, CLIENT, refresh_token="sealed again", access_token=None)
    found = kept(database)
    assert found is not None
    assert (found.version, found.refresh_token) == (0, "sealed again")


def test_a_locked_row_is_changed_by_one_transaction_after_the_other(database: Database) -> None:
    add(database)

    def renew() -> None:
        with database.write() as session:
            found = provider_tokens.lock(session, CLIENT)
            assert found is not None
            provider_tokens.replace(session, CLIENT, scopes=f"{found.scopes}x")

    run_together([renew] * 8)
    found = kept(database)
    assert found is not None
    assert (found.version, found.scopes) == (8, "x" * 8)


def test_each_reminder_is_given_once_and_never_an_earlier_one(database: Database) -> None:
    add(database)

    def is_first(days: int, version: int = 0) -> bool:
        with database.write() as session:
            return provider_tokens.mark_told(session, CLIENT, version, days)

    assert [is_first(days) for days in (14, 14, 7, 14, 7, 1, -1, 1, -1)] == [
        *(True, False, True, False, False, True, True, False, False)
    ]
    with database.write() as session:
        provider_tokens.replace(session, CLIENT, told_days=None, refresh_ends_at=NOW + timedelta(days=14))
    assert [is_first(14, version=0), is_first(14, version=1)] == [False, True]


def test_one_of_many_processes_gives_a_reminder(database: Database) -> None:
    add(database)

    def tell() -> bool:
        with database.write() as session:
            return provider_tokens.mark_told(session, CLIENT, 0, 14)

    assert sorted(run_together([tell] * 8)) == [False] * 7 + [True]
