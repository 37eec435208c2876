"""What people may type: one file per command, all of them listed here."""

from bot.commands import help, licenses, status, sync

COMMANDS = (status.COMMAND, sync.COMMAND, licenses.COMMAND, help.COMMAND)
