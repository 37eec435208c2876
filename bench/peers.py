"""What ours is measured beside: others' programs, each in an environment of its own that is made the first time."""

import filecmp
import shutil
import subprocess
import sys
from pathlib import Path

from bench.processes import ROOT

_HOME = ROOT / "var" / "peers"


def python_of(name: str) -> Path:
    """The Python of the environment in which the requirements of `name` are installed."""
    home = _HOME / name
    python = home / "bin" / "python"
    wanted = ROOT / "bench" / f"requirements-{name}.txt"
    kept = home / wanted.name
    if kept.exists() and filecmp.cmp(kept, wanted, shallow=False):
        return python
    print(f"Installing {name} in {home.relative_to(ROOT)} (once) ...", flush=True)
    subprocess.run([sys.executable, "-m", "venv", "--clear", home], check=True)
    options = "install -qq --disable-pip-version-check --no-input --require-hashes -r"
    subprocess.run([python, "-m", "pip", *options.split(), wanted], check=True)
    shutil.copy(wanted, kept)
    return python
