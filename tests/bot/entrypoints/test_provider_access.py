"""What a process makes of the provider's access, and what it imports for that."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.integration.token_store import TokenStore
from storage.engine.database import Database
from tests.bot.integration.imagined import CLIENT_ID, KEY, NOW, OTHER_KEY, answer
from tests.journeys.processes import free_port

ROOT = Path(__file__).parents[3]
INTEGRATION = {"WEBEX_ADMIN_CLIENT_ID": CLIENT_ID, "WEBEX_ADMIN_CLIENT_SECRET": "hush-secret", "BOT_SECRET_KEY": KEY}
FIXED = {"WEBEX_ADMIN_TOKEN": "hush-token"}

IMPORTS = """
import sys
from bot.entrypoints import serve, startup, wiring, worker
from bot.settings.catalog import Process
settings = startup.load_settings(Process.WORKER)
database = startup.open_database(settings)
from bot.entrypoints import provider_access
provider_access.ensure_refresh_token(settings, database)
wiring.build_context(settings, database)
print(sorted({"authlib", "cryptography.fernet"} & sys.modules.keys()))
"""


def python(*words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run Python with the settings of a bot that has operators and a token of its own."""
    settings = {
        "WEBEX_BOT_TOKEN": "hush-bot",
        "WEBEX_WEBHOOK_SECRET": "hush-hush-hush-hush",
        "BOT_OPERATORS": "olga@provider.example",
        "WEBEX_API_URL": "http://127.0.0.1:1/v1/",
    }
    return subprocess.run(
        [sys.executable, *words],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **settings, **environ},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


@pytest.mark.parametrize(
    ("access", "imported"),
    [(FIXED, "[]"), ({**INTEGRATION, "WEBEX_ADMIN_REFRESH_TOKEN": "hush"}, "['authlib', 'cryptography.fernet']")],
)
@pytest.mark.server
def test_what_an_integration_needs_is_imported_only_for_one(
    sqlite_url: str, access: dict[str, str], imported: str
) -> None:
    ended = python("-c", IMPORTS, DATABASE_URL=sqlite_url, **access)
    assert (ended.returncode, ended.stdout.strip()) == (0, imported), ended.stderr


@pytest.mark.parametrize("command", ["serve", "worker"])
@pytest.mark.server
def test_an_integration_without_a_refresh_token_ends_the_start(sqlite_url: str, command: str) -> None:
    more = {"PORT": str(free_port()), "BOT_PUBLIC_URL": "http://127.0.0.1"} if command == "serve" else {}
    ended = python("-m", "bot", command, DATABASE_URL=sqlite_url, **INTEGRATION, **more)
    assert ended.returncode == 2
    (said,) = [line for line in ended.stderr.splitlines() if " INFO " not in line and " WARNING " not in line]
    assert "`python -m bot authorize`" in said
    assert "WEBEX_ADMIN_REFRESH_TOKEN" in said
    assert "hush" not in ended.stderr


@pytest.mark.server
def test_tokens_that_no_key_opens_end_the_start(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    TokenStore(database, CLIENT_ID, [OTHER_KEY], environment_token=None).keep_authorized(answer("a", "refresh"), NOW)
    database.close()
    ended = python("-m", "bot", "worker", DATABASE_URL=sqlite_url, **INTEGRATION)
    assert ended.returncode == 2
    assert "No key of BOT_SECRET_KEY opens the tokens in the database" in ended.stderr
    assert "Traceback" not in ended.stderr
