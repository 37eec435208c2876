"""What people may type: one file per command, all of them listed here."""

from bot.commands import cancel, help, history, licenses, locations, notify, queue, status, sync

COMMANDS = (
    status.COMMAND,
    sync.COMMAND,
    cancel.COMMAND,
    history.COMMAND,
    licenses.COMMAND,
    locations.COMMAND,
    notify.COMMAND,
    queue.COMMAND,
    help.COMMAND,
)
