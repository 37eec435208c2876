import signal
import subprocess
import sys
import time

import requests

from sandbox.server import Sandbox

COMMAND = (sys.executable, "-m", "sandbox")


def test_it_prints_its_address_and_ends_cleanly_on_ctrl_c() -> None:
    with subprocess.Popen([*COMMAND, "--port", "0"], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().split()[-1]
        answer = requests.get(f"{url}people/me", headers={"Authorization": "Bearer ana@acme.example"}, timeout=5)
        assert answer.status_code == 200
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        assert process.wait(5) == 0
        assert time.monotonic() - began < 1


def test_a_taken_port_is_told_in_a_sentence(sandbox: Sandbox) -> None:
    done = subprocess.run([*COMMAND, "--port", str(sandbox.port)], capture_output=True, text=True, timeout=20)
    assert done.returncode == 2
    assert done.stderr.startswith(f"Port {sandbox.port} is in use")
    assert "Traceback" not in done.stderr
