"""What a process does before its work begins."""

import threading
from typing import Any

import pytest
from sqlalchemy.exc import SQLAlchemyError

from bot.entrypoints.startup import apply_settings, now
from bot.settings.load import Settings
from storage import admins, enterprises, rights
from storage.engine.database import Database
from storage.values.records import Identity
from tests.storage import sample_rows


def settings(**more: Any) -> Settings:
    given: dict[str, Any] = {
        "bot_operators": ("olga@provider.example",),
        "bot_enterprise": "Reseller1+acme",
        "bot_admins": ("ana@acme.example",),
        "bot_timezone": "America/Chicago",
    }
    given |= more
    return Settings(**given, set_fields=frozenset(given))


def keys(database: Database) -> list[str]:
    with database.read() as session:
        return [each.key for each in enterprises.in_use(session)]


def operators(database: Database) -> list[str]:
    with database.read() as session:
        return [each.email for each in admins.operators(session)]


def test_the_first_enterprise_is_made_as_the_settings_say(database: Database) -> None:
    apply_settings(database, settings())
    with database.read() as session:
        (first,) = enterprises.in_use(session)
        assert (first.key, first.name, first.sp_enterprise_id) == ("reseller1-acme", "Reseller1+acme", "Reseller1+acme")
        assert (first.cluster, first.timezone) == ("default", "America/Chicago")
        assert [admin.email for admin in admins.of_enterprise(session, first.id)] == ["ana@acme.example"]


def test_the_first_enterprise_is_made_once(database: Database) -> None:
    apply_settings(database, settings())
    apply_settings(database, settings(bot_admins=("ben@acme.example",), bot_timezone="UTC"))
    apply_settings(database, settings(bot_enterprise="Reseller1+other"))
    assert keys(database) == ["reseller1-acme"]
    with database.read() as session:
        (first,) = enterprises.in_use(session)
        assert first.timezone == "America/Chicago"
        assert [admin.email for admin in admins.of_enterprise(session, first.id)] == ["ana@acme.example"]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"bot_admins": ("ana@acme.example", "ben@acme.example")}, "BOT_ADMINS had no effect"),
        ({"bot_timezone": "UTC"}, "BOT_TIMEZONE had no effect"),
        ({"bot_admins": ("ben@acme.example",), "bot_timezone": "UTC"}, "BOT_ADMINS and BOT_TIMEZONE had no effect"),
        ({"bot_enterprise": "Reseller1+other"}, "BOT_ENTERPRISE had no effect"),
    ],
)
def test_a_setting_without_effect_is_logged_in_one_line(
    database: Database, caplog: pytest.LogCaptureFixture, changed: dict[str, Any], said: str
) -> None:
    apply_settings(database, settings())
    caplog.clear()
    apply_settings(database, settings(**changed))
    (line,) = caplog.messages
    assert line.startswith(said)
    assert "`enterprise " in line
    assert "@" not in line


def test_a_setting_that_is_unchanged_or_not_set_is_not_logged(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    apply_settings(database, settings())
    caplog.clear()
    apply_settings(database, settings(bot_admins=("ANA@acme.example",)))
    apply_settings(database, Settings(bot_enterprise="Reseller1+acme"))
    assert caplog.messages == []


def test_a_first_enterprise_that_was_removed_is_never_brought_back(database: Database) -> None:
    apply_settings(database, settings())
    with database.write() as session:
        enterprises.remove(session, enterprises.in_use(session)[0].id, now())
    apply_settings(database, settings())
    apply_settings(database, settings(bot_enterprise="Reseller1+other"))
    assert keys(database) == []


def test_without_an_enterprise_in_the_settings_none_is_created(database: Database) -> None:
    apply_settings(database, settings(bot_enterprise=""))
    assert keys(database) == []
    apply_settings(database, settings())
    assert keys(database) == ["reseller1-acme"]


def test_the_operators_follow_the_settings_at_every_start(database: Database) -> None:
    apply_settings(database, settings(bot_operators=("olga@provider.example", "otto@provider.example")))
    assert operators(database) == ["olga@provider.example", "otto@provider.example"]
    apply_settings(database, settings(bot_operators=("otto@provider.example", "oda@provider.example")))
    assert operators(database) == ["oda@provider.example", "otto@provider.example"]


def test_an_operator_who_stays_in_the_settings_stays_known(database: Database) -> None:
    apply_settings(database, settings())
    with database.write() as session:
        sample_rows.learn_person(session, "person-olga", "olga@provider.example")
    apply_settings(database, settings(bot_operators=("OLGA@provider.example", "otto@provider.example")))
    with database.read() as session:
        assert rights.find(session, Identity("person-olga", "renamed@provider.example")).operator


def test_two_processes_that_start_at_once_make_one_enterprise(database_url: str) -> None:
    faults: list[SQLAlchemyError] = []
    start = threading.Barrier(4)

    def begin() -> None:
        database = Database(database_url)
        start.wait(5)
        try:
            apply_settings(database, settings())
        except SQLAlchemyError as error:
            faults.append(error)
        finally:
            database.close()

    threads = [threading.Thread(target=begin) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert faults == []
    database = Database(database_url)
    assert (keys(database), operators(database)) == (["reseller1-acme"], ["olga@provider.example"])
    database.close()
