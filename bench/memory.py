"""The memory of this process, from /proc on Linux."""

import re
from pathlib import Path

_PROCESS = Path("/proc/self")
_RESET_MAXIMUM = "5"


def resident() -> int:
    """Return the bytes of memory now, and start a new maximum for `largest`."""
    (_PROCESS / "clear_refs").write_text(_RESET_MAXIMUM)
    return _status_bytes("VmRSS")


def largest() -> int:
    """Return the maximum of bytes since the last call of `resident`."""
    return _status_bytes("VmHWM")


def _status_bytes(name: str) -> int:
    found = re.search(rf"^{name}:\s+(\d+) kB", (_PROCESS / "status").read_text(), re.MULTILINE)
    if found is None:
        raise LookupError(f"{name} is not in /proc/self/status")
    return int(found[1]) * 1024
