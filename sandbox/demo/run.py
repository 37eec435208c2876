"""The demo: the sandbox and the bot together, and what is said between them printed as it happens."""

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
from sandbox.seed import ACME, SPACE
from sandbox.server import HOST, Sandbox
from sandbox.world import BOT, PARTNER_ADMIN

DATA = Path("var") / "demo"
ADMIN = "ana@acme.example"
_READY_SECONDS = 20
_STOP_SECONDS = 12
_WEBHOOKS = 5

_WELCOME = """
The sandbox's Webex API is at {api} and the bot at {bot}
Everything starts afresh each time; the bot's data and log are under {data}.

A person's access token is their e-mail address. {admin} is Acme's admin, olga@provider.example the operator,
sam@elsewhere.example a stranger. Say something as Ana:

  curl -sS {api}messages -H 'Authorization: Bearer {admin}' \\
    --form-string toPersonEmail={recipient} --form-string text=help

then text=status, text=sync, or 'text=licenses location=Dallas'; with text=locations and -F files=@where.csv
a file goes along. In the group space "{space}", mention the bot:

  curl -sS {api}messages -H 'Authorization: Bearer {admin}' \\
    --form-string roomId={room} \\
    --form-string 'markdown=<@personEmail:{recipient}> status'

Ctrl-C ends both. The conversation:
"""


def run_demo(sandbox: Sandbox, port: int) -> int:
    """Run the bot against a started sandbox until interrupted; returns the exit code, or raises PortFault."""
    _expect_free(port)
    interrupted = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: interrupted.set())
    data = _data(sandbox)
    data.mkdir(parents=True, exist_ok=True)
    for old in data.glob("bot.*"):
        old.unlink()
    environment = os.environ | {"NO_PROXY": HOST} | _settings(sandbox, port)
    with (data / "bot.log").open("wb") as log:
        bot = subprocess.Popen([*_BOT, "serve"], env=environment, stdout=log, stderr=log, start_new_session=True)
        try:
            added = subprocess.run([*_BOT, *_ADD], env=environment, stdout=log, stderr=log, check=False)
            if added.returncode or not _ready(sandbox, bot, interrupted):
                return 0 if interrupted.is_set() else _failed(data)
            print(_welcome(sandbox, port), flush=True)
            print_conversation(sandbox.world)
            while not interrupted.wait(0.5):
                if bot.poll() is not None:
                    return _failed(data)
            return 0
        finally:
            _stop(bot)


_BOT = (sys.executable, "-m", "bot")
_ADD = (
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
        "DATABASE_URL": f"sqlite:///{_data(sandbox) / 'bot.db'}",
        "PORT": str(port),
        "SYNC_POLL": "1s",
    }


def _ready(sandbox: Sandbox, bot: subprocess.Popen[bytes], interrupted: Event) -> bool:
    """Wait until the bot has made its webhooks, which it does when it takes messages."""
    deadline = time.monotonic() + _READY_SECONDS
    world = sandbox.world
    while time.monotonic() < deadline and bot.poll() is None and not interrupted.wait(0.05):
        if len(world.webhooks.of(world.person(BOT))) == _WEBHOOKS:
            return True
    return False


def _welcome(sandbox: Sandbox, port: int) -> str:
    return _WELCOME.format(
        api=sandbox.url,
        bot=f"http://{HOST}:{port}",
        data=_data(sandbox),
        admin=ADMIN,
        recipient=BOT,
        space=SPACE,
        room=sandbox.world.room(SPACE).id,
    )


def _stop(bot: subprocess.Popen[bytes]) -> None:
    bot.terminate()
    try:
        bot.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(bot.pid, signal.SIGKILL)
        bot.wait()


def _data(sandbox: Sandbox) -> Path:
    """A folder of its own for each demo that runs: none shares its sandbox's port."""
    return DATA / str(sandbox.port)


def _expect_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise ports.fault(port, error, ports.BOT) from None


def _failed(data: Path) -> int:
    log = data / "bot.log"
    print(f"The bot did not start, or stopped. Its log, {log}, ends with:\n", file=sys.stderr)
    print("\n".join(log.read_text(errors="replace").splitlines()[-15:]), file=sys.stderr)
    return 1
