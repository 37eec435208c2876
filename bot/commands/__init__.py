"""What people may type: one file per command, all of them listed here."""

from bot.commands import cancel, help, history, licenses, notify, queue, status, sync

COMMANDS = (
    status.COMMAND,
    sync.COMMAND,
    cancel.COMMAND,
    history.COMMAND,
    licenses.COMMAND,
    notify.COMMAND,
    queue.COMMAND,
    help.COMMAND,
)
