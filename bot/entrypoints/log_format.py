"""One entry of the log is one line, whatever is in it."""

import logging
from types import TracebackType


class OneLineFormatter(logging.Formatter):
    """Writes line breaks and other signs that nobody sees as Python does: `\\n`. The lines of a traceback are indented.

    Ids and texts come from outside. Otherwise one with a line break in it could add a false entry to the log.
    """

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802
        """Return the entry without its traceback, on one line."""
        return _on_one_line(super().formatMessage(record))

    def formatException(  # noqa: N802
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> str:
        """Return the traceback. The text of an error can come from outside, too, so no line begins like an entry."""
        return "\n".join(f"  {_on_one_line(line)}" for line in super().formatException(ei).split("\n"))


def _on_one_line(text: str) -> str:
    return text if text.isprintable() else "".join(map(_seen, text))


def _seen(letter: str) -> str:
    return letter if letter.isprintable() else letter.encode("unicode_escape").decode("ascii")
