"""The provider's access: by a token or by an integration, and by exactly one of the two."""

import base64
import os

import pytest

from bot.settings.catalog import Process
from bot.settings.load import SettingsFault, load

OTHERS = {
    "WEBEX_BOT_TOKEN": "bot-token",
    "WEBEX_WEBHOOK_SECRET": "a-secret-nobody-knows",
    "BOT_PUBLIC_URL": "https://bot.example/",
    "BOT_OPERATORS": "olga@provider.example",
}
TOKEN = {"WEBEX_ADMIN_TOKEN": "hush-token"}
ID = {"WEBEX_ADMIN_CLIENT_ID": "C0ffee"}
SECRET = {"WEBEX_ADMIN_CLIENT_SECRET": "hush-secret"}
REFRESH = {"WEBEX_ADMIN_REFRESH_TOKEN": "hush-refresh"}
KEY = {"BOT_SECRET_KEY": base64.urlsafe_b64encode(b"hush" * 8).decode()}
INTEGRATION = {**ID, **SECRET, **KEY}
RUNNERS = pytest.mark.parametrize("process", [Process.SERVE, Process.WORKER])


def faults(access: dict[str, str], process: Process = Process.SERVE) -> list[str]:
    """What is wrong with this access, in a complete environment."""
    try:
        load(process, {**OTHERS, **access})
    except SettingsFault as fault:
        said = str(fault)
    else:
        return []
    shown = [text for value in access.values() for text in value.split(",") if text.strip() and text in said]
    assert not shown
    return [line.removeprefix("- ") for line in said.splitlines()[1:]]


def fault(access: dict[str, str], process: Process = Process.SERVE) -> str:
    (found,) = faults(access, process)
    assert found.endswith(".")
    assert ". " not in found
    return found


@RUNNERS
@pytest.mark.parametrize("access", [TOKEN, INTEGRATION, {**INTEGRATION, **REFRESH}, {**TOKEN, **KEY}])
def test_one_way_of_access_is_enough(process: Process, access: dict[str, str]) -> None:
    settings = load(process, {**OTHERS, **access})
    assert settings.uses_integration is ("WEBEX_ADMIN_CLIENT_ID" in access)
    assert bool(settings.webex_admin_token) is ("WEBEX_ADMIN_TOKEN" in access)
    assert settings.warnings == ()


@RUNNERS
def test_no_access_at_all_is_a_fault_that_names_both_ways(process: Process) -> None:
    said = fault({}, process)
    assert said.startswith("WEBEX_ADMIN_TOKEN is not set, and")
    assert not [name for name in (*INTEGRATION, process) if name not in said]


@RUNNERS
@pytest.mark.parametrize("part", [ID, SECRET, REFRESH, {**ID, **SECRET}, {**INTEGRATION, **REFRESH}])
def test_both_ways_of_access_are_a_fault_that_says_what_to_unset(process: Process, part: dict[str, str]) -> None:
    said = fault({**TOKEN, **part}, process)
    assert said.startswith("WEBEX_ADMIN_TOKEN is set and")
    assert "unset WEBEX_ADMIN_TOKEN to use the integration" in said
    assert not [name for name in part if name != "BOT_SECRET_KEY" and said.count(name) != 2]


@RUNNERS
@pytest.mark.parametrize(
    ("half", "missing"),
    [
        ({**ID, **KEY}, ["WEBEX_ADMIN_CLIENT_SECRET"]),
        ({**SECRET, **KEY}, ["WEBEX_ADMIN_CLIENT_ID"]),
        ({**ID, **REFRESH, **KEY}, ["WEBEX_ADMIN_CLIENT_SECRET"]),
        ({**ID, **SECRET}, ["BOT_SECRET_KEY"]),
        ({**REFRESH, **KEY}, ["WEBEX_ADMIN_CLIENT_ID", "WEBEX_ADMIN_CLIENT_SECRET"]),
        (REFRESH, ["WEBEX_ADMIN_CLIENT_ID", "WEBEX_ADMIN_CLIENT_SECRET", "BOT_SECRET_KEY"]),
    ],
)
def test_half_an_integration_is_a_fault_for_each_missing_part(
    process: Process, half: dict[str, str], missing: list[str]
) -> None:
    found = faults(half, process)
    assert [each.split()[0] for each in found] == missing
    assert all("is not set, and" in each for each in found)


def test_a_blank_part_of_an_integration_counts_as_not_set() -> None:
    assert faults({**TOKEN, **dict.fromkeys({**INTEGRATION, **REFRESH}, " ")}) == []
    assert fault({**INTEGRATION, "WEBEX_ADMIN_CLIENT_SECRET": ""}).startswith("WEBEX_ADMIN_CLIENT_SECRET is not set")


@pytest.mark.parametrize("process", [Process.WEB, Process.UPGRADE, Process.ENTERPRISE])
@pytest.mark.parametrize("access", [{}, {**TOKEN, **ID}, SECRET])
def test_a_process_without_jobs_does_not_look_at_the_access(process: Process, access: dict[str, str]) -> None:
    assert faults(access, process) == []


@pytest.mark.parametrize(
    "text",
    [
        "hush",
        "hush" * 11,
        ",",
        base64.urlsafe_b64encode(b"hush" * 4).decode(),
        base64.urlsafe_b64encode(b"hush" * 16).decode(),
        f"{KEY['BOT_SECRET_KEY']},hush",
        f"{KEY['BOT_SECRET_KEY']} {KEY['BOT_SECRET_KEY']}",
        KEY["BOT_SECRET_KEY"].rstrip("="),
    ],
)
def test_a_secret_key_of_another_form_is_a_fault_that_says_how_to_make_one(text: str) -> None:
    said = fault({**INTEGRATION, "BOT_SECRET_KEY": text})
    assert said.startswith("BOT_SECRET_KEY is no list of keys")
    assert "openssl rand -base64 32" in said


def test_secret_keys_of_both_spellings_are_read_in_their_order() -> None:
    first, second = os.urandom(32), b"\xff" * 32
    text = f" {base64.b64encode(first).decode()} , {base64.urlsafe_b64encode(second).decode()},"
    keys = load(Process.WORKER, {**OTHERS, **INTEGRATION, "BOT_SECRET_KEY": text}).secret_keys
    assert keys == tuple(base64.urlsafe_b64encode(each).decode() for each in (first, second))


@pytest.mark.parametrize("name", ["WEBEX_ADMIN_CLIENT_ID", "WEBEX_ADMIN_CLIENT_SECRET", "WEBEX_ADMIN_REFRESH_TOKEN"])
@pytest.mark.parametrize("text", ["hush hush", "hush\nhush", "hüsh", "hush" * 501])
def test_a_part_of_an_integration_that_was_copied_badly_is_a_fault(name: str, text: str) -> None:
    said = fault({**INTEGRATION, **REFRESH, name: text})
    assert said.startswith(f"{name} ")
    assert said.endswith("copy it again.")


@pytest.mark.parametrize("more", [{}, TOKEN, REFRESH])
def test_authorizing_looks_only_at_the_integration(more: dict[str, str]) -> None:
    assert faults({**INTEGRATION, **more}, Process.AUTHORIZE) == []
    assert "openssl rand -base64 32" in faults({**ID, **SECRET, **more}, Process.AUTHORIZE)[0]
