"""Heroku's files and the settings' contract say the same."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from gunicorn.config import Config
from gunicorn.util import load_class

from bot.entrypoints.door_worker import DoorWorker
from bot.entrypoints.wiring import KEEP_ALIVE_SECONDS, MAX_STOP_SECONDS
from bot.settings.catalog import SETTINGS, Process
from bot.settings.load import load

ROOT = Path(__file__).parent.parent
APP: dict[str, Any] = json.loads((ROOT / "app.json").read_text(encoding="utf-8"))
PROCESSES = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text(encoding="utf-8").splitlines())

# Heroku sets PORT for each web dyno, and its PostgreSQL add-on sets DATABASE_URL; asking for them would invite
# somebody to set them otherwise.
GIVEN_BY_HEROKU = {"DATABASE_URL": "postgres://u:p@db.example/bot", "PORT": "5000", "DYNO": "web.1"}
ASKED = [setting for setting in SETTINGS if setting.name not in GIVEN_BY_HEROKU]


WAYS = [
    {"WEBEX_ADMIN_TOKEN": "admin-token"},
    {
        "WEBEX_ADMIN_CLIENT_ID": "C1",
        "WEBEX_ADMIN_CLIENT_SECRET": "client-secret",
        "BOT_SECRET_KEY": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
    },
]
"""What the provider's access needs, in each of the two ways."""


def filled_in(way: dict[str, str]) -> dict[str, str]:
    """The environment after a person has pressed the Button and typed in what it insists on, and one of the ways."""
    typed = {"WEBEX_BOT_TOKEN": "bot-token", "BOT_OPERATORS": "olga@provider.example"}
    environ = {**GIVEN_BY_HEROKU, **way}
    for name, asked in APP["env"].items():
        if asked.get("generator") == "secret":
            environ[name] = "5f" * 32
        elif "value" in asked:
            environ[name] = asked["value"]
        elif asked["required"]:
            environ[name] = typed[name]
    return environ


def test_the_button_asks_for_every_setting_that_heroku_does_not_set() -> None:
    assert list(APP["env"]) == [setting.name for setting in ASKED]
    assert all(APP["env"][setting.name]["description"].startswith(setting.meaning) for setting in ASKED)


def test_the_button_offers_the_default_of_every_setting() -> None:
    assert {name: asked["value"] for name, asked in APP["env"].items() if "value" in asked} == {
        setting.name: setting.default for setting in ASKED if setting.default
    }


def test_heroku_generates_the_webhook_secret() -> None:
    assert APP["env"]["WEBEX_WEBHOOK_SECRET"]["generator"] == "secret"


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("process", [Process.UPGRADE, Process.WEB, Process.WORKER])
def test_the_settings_that_the_button_requires_are_enough(process: Process, way: dict[str, str]) -> None:
    environ = filled_in(way)
    assert set(way) <= set(APP["env"])
    assert "BOT_PUBLIC_URL" not in environ
    assert load(process, environ).warnings == ()


def test_the_button_starts_each_process_of_the_procfile_once() -> None:
    assert list(PROCESSES) == ["release", "web", "worker"]
    assert {name: kind["quantity"] for name, kind in APP["formation"].items()} == {"web": 1, "worker": 1}


def test_postgresql_comes_with_the_app() -> None:
    assert [addon.partition(":")[0] for addon in APP["addons"]] == ["heroku-postgresql"]


def test_the_procfile_upgrades_the_database_in_its_release_phase() -> None:
    assert PROCESSES["release"] == f"python -m bot {Process.UPGRADE}"
    assert PROCESSES["worker"] == f"python -m bot {Process.WORKER}"


@pytest.mark.parametrize(("environ", "port"), [({"PORT": "5000"}, "5000"), ({}, "8080")])
@pytest.mark.server
def test_gunicorn_listens_on_the_configured_port(environ: dict[str, str], port: str) -> None:
    web = PROCESSES["web"].removeprefix("gunicorn ")
    words = subprocess.run(
        ["/bin/sh", "-c", f"printf '%s\\n' {web}"], env=environ, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    options = Config().parser().parse_args(words)
    assert options.bind == [f"0.0.0.0:{port}"]
    assert options.args == ["bot.entrypoints.wiring:door()"]
    assert options.control_socket_disable
    assert options.graceful_timeout == MAX_STOP_SECONDS
    assert options.keepalive == KEEP_ALIVE_SECONDS
    assert options.threads > 1
    assert load_class(options.worker_class) is DoorWorker


def test_heroku_uses_a_supported_python() -> None:
    assert (ROOT / ".python-version").read_text().strip() in {"3.11", "3.12", "3.13"}
    assert (APP["stack"], APP["buildpacks"]) == ("heroku-24", [{"url": "heroku/python"}])
