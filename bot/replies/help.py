"""What `help` says."""

from collections.abc import Sequence

from bot.chat.command import Command


def overview(commands: Sequence[Command]) -> str:
    """The commands somebody may run."""
    lines = [f"- `{command.usage}` – {command.summary}" for command in commands]
    return "\n".join(["**What you can type**", "", *lines, "", "In a group space, mention me."])


def explanation(command: Command) -> str:
    """One command in full."""
    return f"**`{command.usage}`** – {command.summary}\n\n{command.details}"
