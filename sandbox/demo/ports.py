"""The ports of the command line, and the messages about ports that cannot be used."""

import errno
import re

ALONE_OPTION, BOT_OPTION, SANDBOX_OPTION = "--port …", "make demo PORT=…", "make demo SANDBOX_PORT=…"


class PortError(Exception):
    """A port cannot be used. The message says why and how to choose another one."""


def parse_port(text: str, option: str) -> int:
    """Return the typed port. `option` is what the error names for choosing another one."""
    if not re.fullmatch(r"[0-9]{1,5}", text) or int(text) > 65535:
        raise PortError(f"“{text}” is not a port. Choose a number from 1 to 65535 with {option}")
    return int(text)


def parse_demo_ports(bot: str, sandbox: str) -> tuple[int, int]:
    """Return the ports of the bot and of the sandbox. Raise PortError if they are the same."""
    ports = parse_port(bot, BOT_OPTION), parse_port(sandbox, SANDBOX_OPTION)
    if ports[0] == ports[1]:
        raise PortError(
            f"The bot and the sandbox cannot both use port {ports[0]}. Choose another one with {SANDBOX_OPTION}"
        )
    return ports


def cannot_listen(port: int, error: OSError, option: str) -> PortError:
    """Return the error that says why nothing can listen on this port."""
    if error.errno == errno.EADDRINUSE:
        return PortError(f"Another program uses port {port}. Stop that program, or choose another port with {option}")
    return PortError(f"Cannot listen on port {port} ({error.strerror}). Choose another port with {option}")
