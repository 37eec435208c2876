"""Starts processes in groups of their own, and leaves none behind."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil
import requests

_MAX_STOP_SECONDS = 12.0


ROOT = Path(__file__).parent.parent


def environment(**values: str) -> dict[str, str]:
    """What a process is told: these values and where programs are, nothing else of ours."""
    programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    return {"PATH": programs, "HOME": os.environ.get("HOME", "/"), "PYTHONPATH": str(ROOT), **values}


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(command: Sequence[str], environ: Mapping[str, str], log: Path) -> Iterator[psutil.Process]:
    """A process for as long as the block runs, with all its children; what it says goes to a file."""
    with log.open("ab") as said:
        process = subprocess.Popen(command, env=environ, stdout=said, stderr=said, start_new_session=True, cwd=ROOT)
    try:
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        try:
            process.wait(_MAX_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        _end_group(process.pid)


def _end_group(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return


def wait_for(condition: Callable[[], bool], what: str, seconds: float = 60.0, pause: float = 0.02) -> None:
    """Return once the condition holds; raises TimeoutError, naming what was waited for."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {seconds:.0f} s in vain: {what}")
        time.sleep(pause)


def answers(url: str) -> bool:
    """Whether an address answers 200."""
    try:
        return requests.get(url, timeout=5).status_code == 200
    except requests.ConnectionError:
        return False
