"""The settings: which a process needs, how each is parsed, and what is said if one is missing or wrong."""

import os
import pprint
import traceback
from dataclasses import FrozenInstanceError, fields
from datetime import timedelta
from typing import get_type_hints

import pytest

from bot.settings.catalog import AUTHORIZES, SETTINGS, Process
from bot.settings.load import Settings, SettingsFault, load
from bot.settings.secret import Secret

SECRET = "a-secret-nobody-knows"
COMPLETE = {
    "WEBEX_BOT_TOKEN": "bot-token",
    "WEBEX_WEBHOOK_SECRET": SECRET,
    "WEBEX_ADMIN_TOKEN": "admin-token",
    "BOT_PUBLIC_URL": "https://bot.example/",
    "BOT_OPERATORS": "olga@provider.example",
}
INTEGRATION = {
    "WEBEX_ADMIN_CLIENT_ID": "C1",
    "WEBEX_ADMIN_CLIENT_SECRET": "client-secret",
    "BOT_SECRET_KEY": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
}
HEROKU = {"DYNO": "web.1"}
POSTGRES = {"DATABASE_URL": "postgres://u:p@db.example/bot"}


WITH_A_DATABASE = [process for process in Process if process is not Process.AUTHORIZE_SHOW]


def faults(process: Process, environ: dict[str, str]) -> list[str]:
    with pytest.raises(SettingsFault) as caught:
        load(process, environ)
    return caught.value.faults


def complete(process: Process) -> dict[str, str]:
    return INTEGRATION if process in AUTHORIZES else COMPLETE


def names(found: list[str]) -> list[str]:
    return [fault.split()[0] for fault in found]


def fault_of(name: str, value: str) -> str:
    """The one fault that a complete environment has when `name` is `value`."""
    (found,) = faults(Process.SERVE, {**COMPLETE, name: value})
    assert found.startswith(f"{name} ")
    return found


def value_of(name: str, value: str) -> object:
    return getattr(load(Process.SERVE, {**COMPLETE, name: value}), name.lower())


def test_settings_have_their_documented_defaults() -> None:
    settings = load(Process.SERVE, COMPLETE)
    assert settings.webex_api_url == "https://webexapis.com/v1/"
    assert (settings.bot_enterprise, settings.bot_admins, settings.bot_timezone) == ("", (), "UTC")
    assert (settings.database_url.reveal(), settings.port) == ("sqlite:///var/bot.db", 8080)
    assert (settings.sync_hold, settings.sync_poll) == (timedelta(hours=24), timedelta(seconds=15))
    assert (settings.sync_timeout, settings.roster_max_age) == (timedelta(hours=12), timedelta(minutes=10))
    assert (settings.webex_timeout, settings.answer_threads) == (timedelta(minutes=1), 8)
    assert settings.warnings == ()


def test_a_process_gets_the_values_that_are_set() -> None:
    settings = load(Process.SERVE, COMPLETE)
    assert settings.webex_bot_token.reveal() == "bot-token"
    assert settings.webex_admin_token.reveal() == "admin-token"
    assert settings.webhook_secrets == (SECRET,)
    assert settings.bot_operators == ("olga@provider.example",)


@pytest.mark.parametrize(
    ("process", "demanded"),
    [
        (
            Process.SERVE,
            ["WEBEX_BOT_TOKEN", "WEBEX_ADMIN_TOKEN", "BOT_OPERATORS"],
        ),
        (Process.WEB, ["WEBEX_WEBHOOK_SECRET"]),
        (Process.WORKER, ["WEBEX_BOT_TOKEN", "WEBEX_ADMIN_TOKEN", "BOT_OPERATORS"]),
        (Process.AUTHORIZE, ["WEBEX_ADMIN_CLIENT_ID", "WEBEX_ADMIN_CLIENT_SECRET", "BOT_SECRET_KEY"]),
        (Process.AUTHORIZE_SHOW, ["WEBEX_ADMIN_CLIENT_ID", "WEBEX_ADMIN_CLIENT_SECRET"]),
    ],
)
def test_each_process_demands_only_its_own_settings(process: Process, demanded: list[str]) -> None:
    assert names(faults(process, {})) == demanded
    load(process, {name: {**COMPLETE, **INTEGRATION}[name] for name in demanded})


@pytest.mark.parametrize("process", [Process.UPGRADE, Process.ENTERPRISE])
def test_the_database_is_all_that_some_processes_need(process: Process) -> None:
    settings = load(process, POSTGRES)
    assert settings.database_url.reveal() == "postgresql+psycopg://u:p@db.example/bot"
    assert settings.webex_bot_token == Secret()
    assert settings.webhook_secrets == ()


@pytest.mark.parametrize("address", ["https://bot.example", "no address"])
@pytest.mark.parametrize("process", [Process.SERVE, Process.WORKER])
def test_a_process_that_makes_webhooks_needs_their_secret(process: Process, address: str) -> None:
    environ = {**COMPLETE, "BOT_PUBLIC_URL": address, "WEBEX_WEBHOOK_SECRET": ""}
    assert "WEBEX_WEBHOOK_SECRET" in names(faults(process, environ))


def test_a_secret_without_a_public_address_does_no_harm() -> None:
    assert load(Process.SERVE, {**COMPLETE, "BOT_PUBLIC_URL": ""}).webhook_secrets == (SECRET,)


@pytest.mark.parametrize(("text", "is_accepted"), [("1s", True), ("1.5s", True), ("999ms", False), ("0s", False)])
def test_spaces_are_looked_at_once_a_second_at_most(text: str, is_accepted: bool) -> None:
    environ = {**COMPLETE, "WEBEX_POLL": text}
    if is_accepted:
        assert load(Process.SERVE, environ).webex_poll >= timedelta(seconds=1)
    else:
        assert faults(Process.SERVE, environ) == [f"WEBEX_POLL is “{text}”, which is too short: set 1s or more."]


def test_all_faults_are_reported_at_once_in_the_order_of_the_catalog() -> None:
    environ = {"WEBEX_WEBHOOK_SECRET": "short", "SYNC_POLL": "soon", "PORT": "http", "DATABASE_URL": "mysql://h/d"}
    found = faults(Process.SERVE, environ)
    contract = [setting.name for setting in SETTINGS]
    assert names(found) == sorted(
        ["WEBEX_BOT_TOKEN", "WEBEX_ADMIN_TOKEN", "BOT_OPERATORS", *environ], key=contract.index
    )
    with pytest.raises(SettingsFault) as caught:
        load(Process.SERVE, environ)
    assert all(fault in str(caught.value) for fault in found)


def test_every_fault_is_a_sentence_of_its_own() -> None:
    for fault in faults(Process.SERVE, {"SYNC_HOLD": "x", "BOT_TIMEZONE": "chicago", **HEROKU}):
        assert fault.endswith(".")
        assert not fault.endswith("..")
        assert "\n" not in fault


def test_a_blank_setting_counts_as_not_set() -> None:
    environ = {**COMPLETE, "WEBEX_BOT_TOKEN": "", "BOT_OPERATORS": " , ", "PORT": "", "SYNC_HOLD": "  "}
    assert names(faults(Process.SERVE, environ)) == ["WEBEX_BOT_TOKEN", "BOT_OPERATORS"]


def test_no_secret_is_ever_shown() -> None:
    environ = {
        "WEBEX_BOT_TOKEN": "Bearer hush",
        "WEBEX_WEBHOOK_SECRET": "hush,hush",
        "WEBEX_ADMIN_TOKEN": "hush hush",
        "DATABASE_URL": "postgres://u:hush/x@h/d",
        "BOT_PUBLIC_URL": "https://u:hush@bot.example",
    }
    with pytest.raises(SettingsFault) as caught:
        load(Process.SERVE, environ)
    assert set(environ) <= set(names(caught.value.faults))
    assert "hush" not in str(caught.value)
    good = {name: "hush-hush-hush-hush" for name in environ if name.startswith("WEBEX")}
    settings = load(Process.SERVE, {**COMPLETE, **good, "DATABASE_URL": "postgres://u:hush@h/d"})
    assert settings.database_url.reveal() == "postgresql+psycopg://u:hush@h/d"
    shown = (repr(settings), f"{settings}", pprint.pformat(settings), f"{settings.webex_bot_token}")
    assert not [text for text in shown if "hush" in text]
    with pytest.raises(TypeError):
        vars(settings)
    assert "hush" not in "".join(traceback.format_exception(caught.value))
    assert caught.value.__cause__ is None


def test_a_wrong_setting_that_a_process_does_not_use_only_warns() -> None:
    settings = load(Process.UPGRADE, {**POSTGRES, "SYNC_POLL": "soon", "WEBEX_WEBHOOK_SECRET": "short"})
    assert settings.sync_poll == timedelta(seconds=15)
    assert [warning.split()[0] for warning in settings.warnings] == ["WEBEX_WEBHOOK_SECRET", "SYNC_POLL"]


@pytest.mark.parametrize(
    ("misspelt", "meant"),
    [
        ("BOT_OPERATOR", "BOT_OPERATORS"),
        ("WEBEX_TOKEN", "WEBEX_BOT_TOKEN"),
        ("SYNC_HOLDS", "SYNC_HOLD"),
        ("bot_admins", "BOT_ADMINS"),
    ],
)
def test_a_misspelled_setting_causes_a_warning_with_a_suggestion(misspelt: str, meant: str) -> None:
    (warning,) = load(Process.SERVE, {**COMPLETE, misspelt: "x@y.example"}).warnings
    assert warning == f"{misspelt} is set and has no effect: perhaps {meant} is meant."


def test_variables_of_other_programs_cause_no_warning() -> None:
    assert load(Process.SERVE, {**COMPLETE, "PATH": "/bin", "DATABASE_POOL": "3", "PORTS": "1"}).warnings == ()


def test_more_admins_than_an_enterprise_can_have_are_a_fault() -> None:
    three = {**COMPLETE, "BOT_ENTERPRISE": "R+a", "BOT_ADMINS": "a@acme.example,b@acme.example,c@acme.example"}
    assert len(load(Process.SERVE, {**three, "MAX_ADMINS": "3"}).bot_admins) == 3
    with pytest.raises(SettingsFault, match="BOT_ADMINS names 3 admins, but an enterprise can have 2"):
        load(Process.SERVE, {**three, "MAX_ADMINS": "2"})
    assert load(Process.ENTERPRISE, {**three, "MAX_ADMINS": "2"}).max_admins == 2


def test_admins_without_an_enterprise_cause_a_warning() -> None:
    (warning,) = load(Process.SERVE, {**COMPLETE, "BOT_ADMINS": "ana@acme.example"}).warnings
    assert warning.startswith("BOT_ADMINS has no effect without BOT_ENTERPRISE")


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("24h", timedelta(hours=24)),
        ("15s", timedelta(seconds=15)),
        ("10m", timedelta(minutes=10)),
        ("1.5h", timedelta(minutes=90)),
        ("250ms", timedelta(milliseconds=250)),
        ("1h30m", timedelta(minutes=90)),
        ("2d", timedelta(days=2)),
        (" 1 H 500 ms ", timedelta(hours=1, milliseconds=500)),
    ],
)
def test_durations_are_read_as_people_write_them(text: str, length: timedelta) -> None:
    assert value_of("SYNC_POLL", text) == length


@pytest.mark.parametrize("text", ["15", "-5s", "h", "1h30", "1x", "0.0.1s", "99999999999999d", "400d", "٣s", "0s"])
def test_a_bad_duration_is_refused(text: str) -> None:
    assert f"“{text}”" in fault_of("SYNC_POLL", text)


def test_the_hold_and_the_roster_age_may_be_zero() -> None:
    assert value_of("SYNC_HOLD", "0s") == value_of("ROSTER_MAX_AGE", "0m") == timedelta()


@pytest.mark.parametrize("text", ["0s", "301s", "1h", "-5s", "soon"])
def test_a_wait_for_webex_is_more_than_zero_and_at_most_five_minutes(text: str) -> None:
    assert f"“{text}”" in fault_of("WEBEX_TIMEOUT", text)
    assert value_of("WEBEX_TIMEOUT", "5m") == timedelta(minutes=5)


def test_two_webhook_secrets_may_be_set() -> None:
    settings = load(Process.WEB, {"WEBEX_WEBHOOK_SECRET": f" {SECRET} , the-one-that-goes-soon,"})
    assert settings.webhook_secrets == (SECRET, "the-one-that-goes-soon")


@pytest.mark.parametrize("secret", ["fifteen-letters", f"{SECRET},short", f"short,{SECRET}"])
def test_every_webhook_secret_needs_16_characters(secret: str) -> None:
    assert "16 characters" in fault_of("WEBEX_WEBHOOK_SECRET", secret)


@pytest.mark.parametrize("token", ["Bearer abc", "a b", "a\nb", "tökén"])
def test_a_token_that_no_header_could_carry_is_refused(token: str) -> None:
    assert fault_of("WEBEX_BOT_TOKEN", token)


def test_the_api_address_gets_a_final_slash_and_the_public_one_none() -> None:
    assert value_of("WEBEX_API_URL", "http://127.0.0.1:8181/v1") == "http://127.0.0.1:8181/v1/"
    assert value_of("WEBEX_API_URL", "http://127.0.0.1:8181/v1//") == "http://127.0.0.1:8181/v1/"
    assert value_of("BOT_PUBLIC_URL", "https://bot.example/a/") == "https://bot.example/a"


@pytest.mark.parametrize("path", ["/webhooks", "/webhooks/", "/Webhooks"])
def test_a_public_address_with_the_webhook_path_is_refused(path: str) -> None:
    assert fault_of("BOT_PUBLIC_URL", f"https://bot.example{path}") == (
        "BOT_PUBLIC_URL ends in /webhooks, which the bot adds by itself: set https://bot.example."
    )
    assert value_of("BOT_PUBLIC_URL", "https://webhooks") == "https://webhooks"
    assert value_of("BOT_PUBLIC_URL", "https://bot.example/my-webhooks") == "https://bot.example/my-webhooks"


@pytest.mark.parametrize("name", ["WEBEX_API_URL", "BOT_PUBLIC_URL"])
@pytest.mark.parametrize(
    "address",
    ["bot.example", "ftp://bot.example", "https://", "http://h:99999", "http://a b", "http://h/?x=1", "http://[a"],
)
def test_an_address_that_is_not_a_web_address_is_refused(name: str, address: str) -> None:
    assert fault_of(name, address)


def test_email_addresses_are_lowercased_and_listed_once() -> None:
    given = " Ana@Acme.example, olga@provider.example ,ana@acme.example,"
    assert value_of("BOT_OPERATORS", given) == ("ana@acme.example", "olga@provider.example")


@pytest.mark.parametrize(
    "text", ["ana", "ana@acme", "ana@acme.example;olga@provider.example", "Ana <ana@acme.example>"]
)
def test_a_wrong_email_address_is_quoted(text: str) -> None:
    assert f"“{text}”" in fault_of("BOT_OPERATORS", f"olga@provider.example,{text}")


def test_a_wrong_email_address_gets_a_suggestion() -> None:
    assert "perhaps ana@acme.example is meant" in fault_of("BOT_OPERATORS", "Ana <ana@acme.example>")


@pytest.mark.parametrize(
    ("zone", "meant"),
    [
        ("america/chicago", "America/Chicago"),
        ("Chicago", "America/Chicago"),
        ("America/New York", "America/New_York"),
        ("Europe/Berlinn", "Europe/Berlin"),
        ("utc", "UTC"),
    ],
)
def test_an_unknown_time_zone_gets_a_suggestion(zone: str, meant: str) -> None:
    assert f"perhaps {meant} is meant" in fault_of("BOT_TIMEZONE", zone)


@pytest.mark.parametrize("zone", ["../etc/passwd", "America", "xyzzy"])
def test_a_time_zone_without_a_suggestion_is_refused_too(zone: str) -> None:
    assert f"“{zone}”" in fault_of("BOT_TIMEZONE", zone)


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ("postgres://u@h/d?sslmode=require", "postgresql+psycopg://u@h/d?sslmode=require"),
        ("postgresql://u@h:5433/d", "postgresql+psycopg://u@h:5433/d"),
        ("postgresql+psycopg:///d?host=/tmp/x", "postgresql+psycopg:///d?host=/tmp/x"),
        ("sqlite:////srv/bot.db", "sqlite:////srv/bot.db"),
    ],
)
def test_a_database_address_is_rewritten_for_sqlalchemy(given: str, url: str) -> None:
    assert value_of("DATABASE_URL", given) == Secret(url)


@pytest.mark.parametrize(
    "url",
    ["mysql://h/d", "bot.db", "sqlite://", "sqlite:///", "sqlite:///:memory:", "sqlite:///?x=1", "postgres://u@h:x/d"],
)
def test_an_unsupported_or_in_memory_database_is_refused(url: str) -> None:
    assert fault_of("DATABASE_URL", url)


@pytest.mark.parametrize("process", WITH_A_DATABASE)
def test_every_process_refuses_an_unsupported_database(process: Process) -> None:
    assert names(faults(process, {**complete(process), "DATABASE_URL": "mysql://h/d"})) == ["DATABASE_URL"]


@pytest.mark.parametrize("process", WITH_A_DATABASE)
def test_sqlite_is_refused_on_heroku_and_the_fault_says_why(process: Process) -> None:
    (fault,) = faults(process, {**complete(process), **HEROKU})
    assert fault.startswith("DATABASE_URL")
    assert "dynos share no disk" in fault
    assert load(process, {**complete(process), **HEROKU, **POSTGRES}).is_on_heroku


@pytest.mark.parametrize("database", [{}, {"DATABASE_URL": "mysql://h/d"}])
def test_only_showing_a_token_needs_no_database(database: dict[str, str]) -> None:
    settings = load(Process.AUTHORIZE_SHOW, {**INTEGRATION, **HEROKU, **database})
    assert settings.webex_admin_client_id == "C1"


@pytest.mark.parametrize(
    ("name", "text"),
    [("PORT", "0"), ("PORT", "65536"), ("PORT", "8080.0"), ("ANSWER_THREADS", "0"), ("ANSWER_THREADS", "65")],
)
def test_a_number_outside_its_limits_is_refused(name: str, text: str) -> None:
    assert "set a whole number from 1 to" in fault_of(name, text)


def test_a_number_at_its_limit_is_accepted() -> None:
    assert (value_of("PORT", "65535"), value_of("ANSWER_THREADS", "64")) == (65535, 64)


def test_settings_cannot_be_changed() -> None:
    settings = load(Process.SERVE, COMPLETE)
    with pytest.raises(FrozenInstanceError):
        settings.port = 1  # type: ignore[misc]


def test_only_load_reads_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "environ", {**COMPLETE, "PORT": "8090"})
    assert load(Process.SERVE).port == 8090
    assert load(Process.WEB, {"WEBEX_WEBHOOK_SECRET": SECRET}).port == 8080
    assert Settings().port == 8080
    assert Settings(bot_operators=("olga@provider.example",), sync_hold=timedelta(1)).bot_operators


def test_no_env_file_is_read(tmp_path: os.PathLike[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with open(".env", "w") as file:
        file.write("PORT=8090\n")
    assert load(Process.SERVE, COMPLETE).port == 8080


def test_the_catalog_describes_every_setting_once() -> None:
    assert [field.name.upper() for field in fields(Settings)] == [
        *(setting.name for setting in SETTINGS),
        *("IS_ON_HEROKU", "SET_FIELDS", "WARNINGS"),
    ]
    for setting in SETTINGS:
        assert setting.meaning[0].isupper()
        assert setting.meaning.endswith(".")
        assert not (setting.required_by and setting.default)
        assert setting.required_by <= setting.used_by


def test_every_field_has_the_type_that_its_parser_returns() -> None:
    types = get_type_hints(Settings)
    for setting in SETTINGS:
        returned = str if setting.parse is str else get_type_hints(setting.parse)["return"]
        assert types[setting.name.lower()] == returned, setting.name


def test_settings_know_which_fields_were_set() -> None:
    settings = load(Process.SERVE, {**COMPLETE, "BOT_TIMEZONE": "UTC", "PORT": " "})
    assert settings.set_fields == {*(name.lower() for name in COMPLETE), "bot_timezone"}
