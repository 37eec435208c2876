"""Splits the lines of a CSV into rows of cells, and refuses a row that is too large before it is made."""

import csv
from collections.abc import Iterator, Sequence

from bot.chat.message import Refusal
from bot.locations import refusals
from bot.locations.maxima import MAX_CELL_LENGTH, MAX_COLUMNS, MAX_LINE_LENGTH, MAX_ROW_LINES
from bot.locations.refusals import Fault, quoted

_QUOTES = "quotes only at the beginning and the end of a cell, and each quote inside it written twice"


class _RowTooLong(Exception):
    """A row takes too many lines or characters; the text says what was expected."""


class _Lines:
    """Gives the lines to the CSV reader, and counts what one row takes of them."""

    def __init__(self, lines: Sequence[str], start: int) -> None:
        self._lines = lines
        self.at = self._first = start
        self.length = 0

    def begin_row(self) -> int:
        """Begin to count, and return the number of the row's first line."""
        self._first, self.length = self.at, 0
        return self.at + 1

    def __iter__(self) -> Iterator[str]:
        for line in self._lines[self.at :]:
            self.length += len(line)
            if self.length - 1 > MAX_LINE_LENGTH:
                raise _RowTooLong(f"at most {MAX_LINE_LENGTH:,} characters in a row, with its line breaks in quotes")
            if self.at - self._first >= MAX_ROW_LINES:
                raise _RowTooLong(f"at most {MAX_ROW_LINES:,} lines in a row, and each quote closed")
            self.at += 1
            yield line


def rows_of(lines: Sequence[str], start: int, delimiter: str, faults: list[Fault]) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows that are not blank, each with the number of its first line.

    At the first bad quote, add a fault and stop. Raise Refusal, which also lists `faults`, if a row is too large.
    """
    given = _Lines(lines, start)
    reader = csv.reader(given, delimiter=delimiter, strict=True)
    while True:
        number = given.begin_row()
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:
            found = quoted(lines[number - 1].strip())
            faults.append(Fault(number, _QUOTES, found))
            return
        except _RowTooLong as too_long:
            raise _refusal(faults, number, str(too_long), "more") from None
        if len(row) > MAX_COLUMNS:
            raise _refusal(faults, number, f"at most {MAX_COLUMNS:,} columns", f"{len(row):,}")
        if given.length > MAX_CELL_LENGTH and (longest := max(map(len, row), default=0)) > MAX_CELL_LENGTH:
            raise _refusal(faults, number, f"at most {MAX_CELL_LENGTH:,} characters in a cell", f"{longest:,}")
        if row:
            yield number, row


def _refusal(faults: Sequence[Fault], line: int, expected: str, found: str) -> Refusal:
    return Refusal(refusals.faults([*faults, Fault(line, expected, found)]), personal=True)
