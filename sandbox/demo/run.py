"""The demo: runs the sandbox and the bot, and prints their conversation."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from threading import Event

from sandbox.demo import ports
from sandbox.demo.conversation import print_conversation
from sandbox.seed import ACME, BOREALIS, CUMULUS, SPACE
from sandbox.server import HOST, Sandbox
from sandbox.world import BOT, PARTNER_ADMIN

DATA_FOLDER = Path("var") / "demo"
ADMIN = "ana@acme.example"
_READY_WAIT = 20
_STOP_WAIT = 12
_WEBHOOK_COUNT = 5

_WELCOME = """
The sandbox's Webex API is at {api} and the bot is at {bot}
Each start begins with empty data. The bot's data and log are under {data}.

An access token is the e-mail address of a person. {admin} is an admin of Acme, olga@provider.example is an
operator, ben@acme.example, bo@borealis.example, cora@cumulus.example and sam@elsewhere.example have no rights.
Olga can add the enterprises with the ids {others}. Send a message as Ana:

  curl -sS {api}messages -H 'Authorization: Bearer {admin}' \\
    --form-string toPersonEmail={recipient} --form-string text=help

Then try text=status, text=sync or 'text=licenses location=Dallas'. To send a file, use text=locations and
-F files=@where.csv. In the group space "{space}", mention the bot:

  curl -sS {api}messages -H 'Authorization: Bearer {admin}' \\
    --form-string roomId={room} \\
    --form-string 'markdown=<@personEmail:{recipient}> status'

Ctrl-C stops both. The conversation:
"""


def run_demo(sandbox: Sandbox, port: int) -> int:
    """Run the bot against a started sandbox until Ctrl-C. Return the exit code, or raise PortError."""
    _check_port(port)
    interrupted = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: interrupted.set())
    data = _data_folder(sandbox)
    data.mkdir(parents=True, exist_ok=True)
    for old in data.glob("bot.*"):
        old.unlink()
    environment = os.environ | {"NO_PROXY": HOST} | _settings(sandbox, port)
    with (data / "bot.log").open("wb") as log:
        bot = subprocess.Popen(
            [*_BOT_COMMAND, "serve"], env=environment, stdout=log, stderr=log, start_new_session=True
        )
        try:
            added = subprocess.run(
                [*_BOT_COMMAND, *_ADD_ENTERPRISE], env=environment, stdout=log, stderr=log, check=False
            )
            if added.returncode or not _wait_until_ready(sandbox, bot, interrupted):
                return 0 if interrupted.is_set() else _report_failure(data)
            print(_welcome(sandbox, port), flush=True)
            print_conversation(sandbox.world)
            while not interrupted.wait(0.5):
                if bot.poll() is not None:
                    return _report_failure(data)
            return 0
        finally:
            _stop(bot)


_BOT_COMMAND = (sys.executable, "-m", "bot")
_ADD_ENTERPRISE = (
    *("enterprise", "add", "acme", "--sp-enterprise-id", ACME, "--name", "Acme"),
    *("--cluster", "east", "--timezone", "America/Chicago", "--admin", ADMIN),
)


def _settings(sandbox: Sandbox, port: int) -> dict[str, str]:
    return {
        "WEBEX_BOT_TOKEN": BOT,
        "WEBEX_ADMIN_TOKEN": PARTNER_ADMIN,
        "WEBEX_WEBHOOK_SECRET": "only-for-this-demo-on-this-machine",
        "WEBEX_API_URL": sandbox.url,
        "BOT_PUBLIC_URL": f"http://{HOST}:{port}",
        "BOT_OPERATORS": "olga@provider.example",
        "DATABASE_URL": f"sqlite:///{_data_folder(sandbox) / 'bot.db'}",
        "PORT": str(port),
        "SYNC_POLL": "1s",
    }


def _wait_until_ready(sandbox: Sandbox, bot: subprocess.Popen[bytes], interrupted: Event) -> bool:
    """Wait until the bot has created its webhooks: it does so when it can take messages."""
    deadline = time.monotonic() + _READY_WAIT
    world = sandbox.world
    while time.monotonic() < deadline and bot.poll() is None and not interrupted.wait(0.05):
        if len(world.webhooks.owned_by(world.person(BOT))) == _WEBHOOK_COUNT:
            return True
    return False


def _welcome(sandbox: Sandbox, port: int) -> str:
    return _WELCOME.format(
        api=sandbox.url,
        bot=f"http://{HOST}:{port}",
        data=_data_folder(sandbox),
        admin=ADMIN,
        others=f"{BOREALIS} and {CUMULUS}",
        recipient=BOT,
        space=SPACE,
        room=sandbox.world.room(SPACE).id,
    )


def _stop(bot: subprocess.Popen[bytes]) -> None:
    bot.terminate()
    try:
        bot.wait(_STOP_WAIT)
    except subprocess.TimeoutExpired:
        os.killpg(bot.pid, signal.SIGKILL)
        bot.wait()


def _data_folder(sandbox: Sandbox) -> Path:
    """Return a folder for this demo alone. Two running demos never have the same sandbox port."""
    return DATA_FOLDER / str(sandbox.port)


def _check_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise ports.cannot_listen(port, error, ports.BOT_OPTION) from None


def _report_failure(data: Path) -> int:
    log = data / "bot.log"
    print(f"The bot did not start, or it stopped. These are the last lines of its log, {log}:\n", file=sys.stderr)
    print("\n".join(log.read_text(errors="replace").splitlines()[-15:]), file=sys.stderr)
    return 1
