"""How large this process is and was, as Linux keeps account of it."""

import re
from pathlib import Path

_PROCESS = Path("/proc/self")
_FORGET_THE_LARGEST = "5"


def resident() -> int:
    """Bytes of memory now; from here on the largest is counted anew."""
    (_PROCESS / "clear_refs").write_text(_FORGET_THE_LARGEST)
    return _kept("VmRSS")


def largest() -> int:
    """The most bytes there were since `resident` was asked for."""
    return _kept("VmHWM")


def _kept(name: str) -> int:
    found = re.search(rf"^{name}:\s+(\d+) kB", (_PROCESS / "status").read_text(), re.MULTILINE)
    if found is None:
        raise LookupError(f"{name} is not kept")
    return int(found[1]) * 1024
