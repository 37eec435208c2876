"""The demo as a user sees it: a separate process and its output."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.journeys.processes import free_port, until

pytestmark = pytest.mark.server
ROOT = Path(__file__).parents[3]


@dataclass(frozen=True)
class Demo:
    """A demo that runs in `folder`."""

    folder: Path
    port: int
    sandbox_port: int

    @property
    def output(self) -> str:
        return (self.folder / "output").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    running = Demo(tmp_path_factory.mktemp("demo"), free_port(), free_port())
    ports = ("--port", str(running.port), "--sandbox-port", str(running.sandbox_port))
    with (running.folder / "output").open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "sandbox", "demo", *ports],
            cwd=running.folder,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
            stdout=output,
            stderr=output,
        )
        try:
            until(lambda: "The conversation:" in running.output)
            yield running
        finally:
            process.send_signal(signal.SIGINT)
            assert process.wait(20) == 0


def test_what_the_demo_keeps_is_for_its_owner_alone(demo: Demo) -> None:
    made = [demo.folder / "var", *(demo.folder / "var").rglob("*")]
    assert {"bot.db", "bot.db-wal", "bot.log"} <= {path.name for path in made}
    modes = {str(path): oct(path.stat().st_mode & 0o777) for path in made}
    assert modes == {str(path): "0o700" if path.is_dir() else "0o600" for path in made}


def test_the_commands_that_the_demo_prints_work(demo: Demo) -> None:
    if shutil.which("curl") is None:
        pytest.skip("there is no curl")
    commands = re.findall(r"^  (curl (?:.*\\\n)*.*)", demo.output, re.MULTILINE)
    for command in commands:
        ran = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, timeout=20)
        assert (ran.returncode, ran.stderr) == (0, "")
    assert len(commands) == 2
    until(lambda: "dirsync@webex.bot → ana@acme.example ─" in demo.output)
    until(lambda: "dirsync@webex.bot in “Acme telephony” ─" in demo.output)


def test_each_demo_has_its_own_folder(demo: Demo) -> None:
    data = Path("var", "demo", str(demo.sandbox_port))
    assert f"data and log are under {data}." in demo.output
    assert {"bot.db", "bot.log"} <= {file.name for file in (demo.folder / data).iterdir()}


def test_the_bot_of_the_demo_listens_only_on_this_machine(demo: Demo) -> None:
    socket.create_connection(("127.0.0.1", demo.port), 5).close()
    with socket.socket() as elsewhere:
        assert elsewhere.connect_ex(("127.0.0.2", demo.port)) != 0
