"""What `help` says, and what the bot says if it does not understand a command."""

from collections.abc import Sequence

from bot.chat.command import Command
from bot.formatting.escape import plain


def overview(commands: Sequence[Command]) -> str:
    """List the commands that the requester may use."""
    lines = [f"- `{command.usage}` – {command.summary}" for command in commands]
    return "\n".join(["**What you can type**", "", *lines, "", "In a group space, mention me."])


def explanation(command: Command) -> str:
    """Explain one command."""
    return f"**`{command.usage}`** – {command.summary}\n\n{command.details}"


def unknown(word: str, meant: str | None) -> str:
    """Say that a word is not a command, and which command was probably meant."""
    if not word:
        return "Hello. `help` shows what I can do."
    guess = f" Did you mean `{meant}`?" if meant else ""
    return f"I do not know “{plain(word, 40)}”.{guess} `help` shows what I can do."


def no_arguments(word: str) -> str:
    """Refuse words after a command that takes none."""
    return f"Type just `{word}`."
