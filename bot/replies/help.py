"""What `help` says."""

from collections.abc import Sequence

from bot.chat.command import Command


def overview(commands: Sequence[Command]) -> str:
    """List the commands that the requester may use."""
    lines = [f"- `{command.usage}` – {command.summary}" for command in commands]
    return "\n".join(["**What you can type**", "", *lines, "", "In a group space, mention me."])


def explanation(command: Command) -> str:
    """Explain one command."""
    return f"**`{command.usage}`** – {command.summary}\n\n{command.details}"
