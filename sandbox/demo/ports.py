"""The ports that are asked for, and what is said of one that cannot be had."""

import errno
import re

ALONE, BOT, SANDBOX = "--port …", "make demo PORT=…", "make demo SANDBOX_PORT=…"


class PortFault(Exception):
    """A sentence about a port, and how to choose another."""


def number(text: str, option: str) -> int:
    """The port that was typed; `option` is how another one is chosen."""
    if not re.fullmatch(r"[0-9]{1,5}", text) or int(text) > 65535:
        raise PortFault(f"“{text}” is not a port: choose a number from 1 to 65535 with {option}")
    return int(text)


def two(bot: str, sandbox: str) -> tuple[int, int]:
    """The ports of the bot and of the sandbox, which cannot be one."""
    found = number(bot, BOT), number(sandbox, SANDBOX)
    if found[0] == found[1]:
        raise PortFault(f"The bot and the sandbox cannot both have port {found[0]}: choose another with {SANDBOX}")
    return found


def fault(port: int, error: OSError, option: str) -> PortFault:
    """Why nobody can listen there."""
    if error.errno == errno.EADDRINUSE:
        return PortFault(f"Port {port} is in use by another program: stop that one, or choose another with {option}")
    return PortFault(f"Cannot listen on port {port} ({error.strerror}): choose another with {option}")
