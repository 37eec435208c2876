import signal
import subprocess
import sys
import time

import pytest
import requests

from sandbox.server import Sandbox

pytestmark = pytest.mark.server
COMMAND = (sys.executable, "-m", "sandbox")


def test_the_sandbox_prints_its_address_and_ends_cleanly_on_ctrl_c() -> None:
    with subprocess.Popen([*COMMAND, "--port", "0"], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().split()[-1]
        answer = requests.get(f"{url}people/me", headers={"Authorization": "Bearer ana@acme.example"}, timeout=5)
        assert answer.status_code == 200
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        assert process.wait(5) == 0
        assert time.monotonic() - began < 1


def refusal(*arguments: str) -> str:
    """Return the error message of a start that fails."""
    done = subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, timeout=20)
    assert (done.returncode, done.stdout) == (2, "")
    return done.stderr


def test_a_port_in_use_is_reported_with_how_to_choose_another(sandbox: Sandbox) -> None:
    taken = f"Another program uses port {sandbox.port}. Stop that program, or choose another port with"
    assert refusal("--port", str(sandbox.port)) == f"{taken} --port …\n"
    assert refusal("demo", "--sandbox-port", str(sandbox.port)) == f"{taken} make demo SANDBOX_PORT=…\n"
    assert refusal("demo", "--port", str(sandbox.port), "--sandbox-port", "0") == f"{taken} make demo PORT=…\n"


def test_the_bot_and_the_sandbox_cannot_share_a_port() -> None:
    said = refusal("demo", "--port", "8282", "--sandbox-port", "8282")
    assert (
        said == "The bot and the sandbox cannot both use port 8282. Choose another one with make demo SANDBOX_PORT=…\n"
    )


@pytest.mark.parametrize("port", ["abc", "65536", "80.5", "٣"])
def test_a_wrong_port_is_reported_in_one_sentence(port: str) -> None:
    said = f"“{port}” is not a port. Choose a number from 1 to 65535 with"
    assert refusal("--port", port) == f"{said} --port …\n"
    assert refusal("demo", "--port", port) == f"{said} make demo PORT=…\n"
    assert refusal("demo", "--sandbox-port", port) == f"{said} make demo SANDBOX_PORT=…\n"
