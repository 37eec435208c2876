"""The output and the commands of make, with stubs in place of Python: no environment is created."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TOOLS = ("sh", "make", "sed", "awk", "cat", "cmp", "cp", "rm", "mkdir", "ln", "chmod")
pytestmark = pytest.mark.server
Make = Callable[..., subprocess.CompletedProcess[str]]

# Prints its version, fails for the imports in `lacks`, creates an environment with a copy of itself, and otherwise
# prints its arguments.
STUB = """#!/bin/sh
case "$1 $2" in
  "-c import sys;"*) echo {version} ;;
  "-c import "*) case "$2" in *{lacks}*) exit 1 ;; esac ;;
  "-m venv") mkdir -p "$3/bin" && cp "$0" "$3/bin/python" ;;
  "-m pip") echo "pip $*" >> pip.log ;;
  *) echo "ran $*" ;;
esac
"""
BROKEN = "#!/bin/sh\necho 'command not found in this version' >&2\nexit 127\n"


def stub(path: Path, version: str, lacks: str = "nothing") -> None:
    program(path, STUB.format(version=version, lacks=lacks))


def program(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return a folder that is the whole PATH: it has the tools that make needs, but no Python yet."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for tool in TOOLS:
        found = shutil.which(tool)
        assert found, f"{tool} is missing on this machine"
        (folder / tool).symlink_to(found)
    return folder


@pytest.fixture
def house(tmp_path: Path) -> Path:
    folder = tmp_path / "a house"
    folder.mkdir()
    for name in ("Makefile", "requirements.txt", "requirements-dev.txt"):
        shutil.copy(ROOT / name, folder)
    return folder


@pytest.fixture
def make(path: Path, house: Path) -> Make:
    def run(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(path / "make"), *arguments],
            cwd=house,
            env={"PATH": str(path), "LC_ALL": "C", **environ},
            capture_output=True,
            text=True,
            timeout=30,
        )

    return run


def installed(house: Path) -> list[str]:
    """Return the requirement files that pip was told to install, in order."""
    log = house / "pip.log"
    lines = log.read_text().splitlines() if log.exists() else []
    assert all("--require-hashes" in line for line in lines)
    return [line.split()[-1] for line in lines]


def test_make_without_a_target_lists_every_target(make: Make) -> None:
    lines = make().stdout.splitlines()[1:]
    assert [line.split()[0] for line in lines] == [
        *("help", "demo", "test", "quick", "check", "replies", "bench", "lock", "clean")
    ]
    assert all(len(line.split()) > 3 for line in lines)


def test_make_uses_the_first_supported_python(make: Make, path: Path) -> None:
    stub(path / "python3.12", "3.12")
    stub(path / "python3.11", "3.11")
    stub(path / "python3", "3.14")
    assert "with python3.12 (Python 3.12)" in make("demo").stdout


def test_a_python_that_does_not_work_is_skipped(make: Make, path: Path) -> None:
    program(path / "python3.13", BROKEN)
    stub(path / "python3.12", "3.12", lacks="ensurepip")
    stub(path / "python3", "3.11")
    ran = make("demo")
    assert ran.returncode == 0
    assert "with python3 (Python 3.11)" in ran.stdout


def test_without_a_supported_python_one_message_lists_what_was_found(make: Make, path: Path, house: Path) -> None:
    program(path / "python3.13", BROKEN)
    stub(path / "python3.12", "3.12", lacks="ensurepip")
    stub(path / "python3", "3.9")
    ran = make("demo")
    assert ran.returncode != 0
    assert "python3.13 is not a Python that runs" in ran.stderr
    assert "python3.12 is 3.12 but lacks its venv module" in ran.stderr
    assert "python3.11 is not there" in ran.stderr
    assert "python3 is 3.9" in ran.stderr
    assert "make demo PYTHON=/path/to/python3.12" in ran.stderr
    assert not (house / ".venv").exists()


def test_a_named_python_is_the_only_one_tried(make: Make, path: Path, tmp_path: Path) -> None:
    stub(path / "python3.13", "3.13")
    stub(tmp_path / "old", "3.10")
    stub(tmp_path / "a good one", "3.12")
    refused = make("test", f"PYTHON={tmp_path / 'old'}")
    assert refused.returncode != 0
    assert f"{tmp_path / 'old'} is 3.10. Name one that fits: make test PYTHON=" in refused.stderr
    assert "a good one (Python 3.12)" in make("demo", PYTHON=str(tmp_path / "a good one")).stdout


def test_naming_another_python_rebuilds_the_environment(make: Make, path: Path, house: Path) -> None:
    stub(path / "python3.13", "3.13")
    stub(path / "python3.12", "3.12")
    make("demo")
    assert "Making .venv with python3.12" in make("demo", "PYTHON=python3.12").stdout
    assert "Making" not in make("demo", "PYTHON=python3.12").stdout
    assert "Making" not in make("demo").stdout
    assert installed(house) == ["requirements.txt", "requirements.txt"]


def test_an_environment_with_a_broken_python_is_rebuilt(make: Make, path: Path, house: Path) -> None:
    stub(path / "python3.11", "3.11")
    make("demo")
    inside = house / ".venv" / "bin" / "python"
    inside.unlink()
    inside.symlink_to("/nowhere/python3.11")
    assert "Making .venv" in make("demo").stdout
    stub(inside, "3.10")
    assert "Making .venv" in make("demo").stdout
    stub(inside, "3.11", lacks="pip")
    assert "Making .venv" in make("demo").stdout


def test_requirements_are_installed_again_only_if_their_content_changes(make: Make, path: Path, house: Path) -> None:
    stub(path / "python3.13", "3.13")
    assert "Installing the locked requirements (once) ..." in make("demo").stdout
    os.utime(house / "requirements.txt")
    assert "Installing" not in make("demo").stdout
    make("test")
    make("check")
    assert installed(house) == ["requirements.txt", "requirements-dev.txt"]
    with (house / "requirements.txt").open("a") as file:
        file.write("# newer\n")
    make("demo")
    assert installed(house)[2:] == ["requirements.txt"]


def test_an_installation_that_failed_is_tried_again(make: Make, path: Path, house: Path) -> None:
    program(
        path / "python3.13", STUB.format(version="3.13", lacks="nothing").replace(">> pip.log", ">> pip.log; exit 1")
    )
    first, second = make("demo"), make("demo")
    assert first.returncode != 0
    assert "ran" not in first.stdout
    assert second.returncode != 0
    assert installed(house) == ["requirements.txt", "requirements.txt"]


def test_the_demo_gets_only_the_ports_that_were_named(make: Make, path: Path) -> None:
    stub(path / "python3.13", "3.13")
    assert make("demo").stdout.splitlines()[-1] == "ran -m sandbox demo"
    assert make("demo", "PORT=8090").stdout == "ran -m sandbox demo --port 8090\n"
    both = make("demo", "PORT=8090", "SANDBOX_PORT=8282").stdout
    assert both == "ran -m sandbox demo --port 8090 --sandbox-port 8282\n"


def test_the_targets_run_what_they_promise(make: Make, path: Path) -> None:
    stub(path / "python3.13", "3.13")
    make("test")
    assert make("test", "ARGS=-k 'a hold'").stdout == "ran -m pytest --numprocesses 3 -k a hold\n"
    assert make("quick").stdout == "ran -m pytest --numprocesses auto --maxprocesses 4 -m not server and not slow\n"
    assert make("check").stdout == "ran -m ruff check .\nran -m ruff format --check .\nran -m mypy\n"
    assert make("bench").stdout == "ran -m bench\n"
