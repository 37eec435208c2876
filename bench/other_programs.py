"""The programs that the bot is compared with. Each has its own virtual environment, created at the first use."""

import filecmp
import shutil
import subprocess
import sys
from pathlib import Path

from bench.processes import ROOT

_HOME = ROOT / "var" / "peers"


def python_of(name: str) -> Path:
    """Return the Python of the virtual environment with the requirements of `name`."""
    home = _HOME / name
    python = home / "bin" / "python"
    requirements = ROOT / "bench" / f"requirements-{name}.txt"
    installed = home / requirements.name
    if installed.exists() and filecmp.cmp(installed, requirements, shallow=False):
        return python
    print(f"Installing {name} in {home.relative_to(ROOT)} (once) ...", flush=True)
    subprocess.run([sys.executable, "-m", "venv", "--clear", home], check=True)
    options = "install -qq --disable-pip-version-check --no-input --require-hashes -r"
    subprocess.run([python, "-m", "pip", *options.split(), requirements], check=True)
    shutil.copy(requirements, installed)
    return python
