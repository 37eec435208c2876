"""Splits a typed license filter into conditions: column, operator, and values with their wildcards and quotes."""

import re
from dataclasses import dataclass

from bot.filters import refusals
from bot.filters.columns import ATTRIBUTES_OF_KEY, SORT, key_of
from storage.values.license_table import Pattern

_COLUMN = re.compile(r"([^\s\"'*,=:]*?)(!=|=|:)")
_COMMA = re.compile(r" *, *")


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a condition, and its position in the line."""

    pattern: Pattern
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Token:
    """One condition as it was typed, and its position in the line; `column` is None for a word alone."""

    column: str | None
    negated: bool
    values: tuple[Value, ...]
    start: int
    end: int


def tokens(line: str) -> list[Token]:
    """Return the conditions on a plain line; raise Refusal for an open quote or an operator without a column.

    Single and double quotes keep special letters as text; a quote typed twice inside stands for itself. A `'` opens a
    quote only at the start of a value or of a part of it, so that O'Brien needs no quotes.
    """
    found = []
    at = 0
    while at < len(line):
        if line[at] == " ":
            at += 1
        else:
            found.append(_token(line, at))
            at = found[-1].end
    return found


def _token(line: str, start: int) -> Token:
    column = _COLUMN.match(line, start)
    if column is None:
        values = _values(line, start, bare=True)
        return Token(None, False, values, start, values[-1].end)
    if not column[1]:
        raise refusals.no_column(line, start, column.end())
    values = _values(line, column.end(), bare=False)
    # A space and then a value: `location: Dallas`.
    if column[2] == ":" and line.startswith(" ", column.end()) and not _COLUMN.match(line[column.end() :].lstrip()):
        raise refusals.space_before_value(line, start, column.end())
    return Token(column[1], column[2] == "!=", values, start, values[-1].end)


def _values(line: str, at: int, *, bare: bool) -> tuple[Value, ...]:
    values = []
    while True:
        values.append(value := _value(line, at, bare=bare))
        comma = _COMMA.match(line, value.end)
        if comma is None:
            return tuple(values)
        at = comma.end()
        if _begins_condition(line, at):
            raise refusals.comma_between_conditions(line, line.index(",", value.end))


def _begins_condition(line: str, at: int) -> bool:
    """Return whether a condition stands where a value is expected; without a space before it, it must name a column."""
    column = _COLUMN.match(line, at)
    if column is None or line[at - 1] == " ":
        return column is not None
    key = key_of(column[1])
    return key in ATTRIBUTES_OF_KEY or key.removeprefix("-") == SORT


def _value(line: str, start: int, *, bare: bool) -> Value:
    pieces = [""]
    at, piece_begins = start, True
    while at < len(line) and line[at] not in " ,":
        letter = line[at]
        if bare and letter in "=:":
            raise refusals.operator_in_word(line, at)
        if letter == '"' or (letter == "'" and piece_begins):
            text, at = _quoted(line, at)
            pieces[-1] += text
            piece_begins = True
            continue
        piece_begins = letter == "*"
        if letter != "*":
            pieces[-1] += letter
        elif len(pieces) == 1 or pieces[-1]:
            pieces.append("")
        at += 1
    return Value(tuple(pieces), start, at)


def _quoted(line: str, start: int) -> tuple[str, int]:
    quote = line[start]
    text, at = "", start + 1
    while True:
        end = line.find(quote, at)
        if end < 0:
            raise refusals.open_quote(line, start)
        text += line[at:end]
        if not line.startswith(quote, end + 1):
            return text, end + 1
        text += quote
        at = end + 2
