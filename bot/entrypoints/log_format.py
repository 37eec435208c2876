"""One entry of the log is one line, whatever is in it."""

import logging


class OneLineFormatter(logging.Formatter):
    """Writes line breaks and other signs that nobody sees as Python does: `\\n`. Tracebacks keep their lines.

    Ids and texts come from outside. Otherwise one with a line break in it could add a false entry to the log.
    """

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802
        """Return the entry without its traceback, on one line."""
        entry = super().formatMessage(record)
        return entry if entry.isprintable() else "".join(map(_seen, entry))


def _seen(letter: str) -> str:
    return letter if letter.isprintable() else letter.encode("unicode_escape").decode("ascii")
