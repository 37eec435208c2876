"""Reads a CSV of locations that an admin sends: which columns it has, and the location that each line requests."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from bot.chat.message import Refusal
from bot.formatting.csv_file import unguarded
from bot.formatting.quantity import quantity
from bot.locations import refusals
from bot.locations.decoding import lines_of
from bot.locations.refusals import Fault, quoted
from storage.values.folding import address_key, fold

MAX_LINES = 100_000
"""Lines that a file may have, so that one file cannot take all memory: one for each holder of a large roster."""

MAX_LOCATION_LENGTH = 200
"""Characters that a location may have. Names of places are shorter; longer text is in the wrong column."""

LOCATION = "Location"


class Key(StrEnum):
    """The header of the column that names license holders. If a file has several, the first of these counts."""

    SERVICE_ID = "Service ID"
    EMAIL = "Email"
    EXT = "Ext"


HEADER = (Key.SERVICE_ID.value, LOCATION)
"""The header of the mapping that the bot sends."""

_COLUMNS = {
    "location": LOCATION,
    "serviceid": Key.SERVICE_ID,
    "email": Key.EMAIL,
    "ext": Key.EXT,
    "extension": Key.EXT,
}
_SEPARATORS = re.compile(r"[\s_-]+")
_DELIMITERS = ",;\t"
_NAMED_DELIMITER = re.compile(r"sep=([,;\t])\s*", re.IGNORECASE)
_EXPECTED_HEADER = (
    "a header with `Location` and one of `Service ID`, `Email` and `Ext`, for example `Service ID,Location`"
)


@dataclass(frozen=True, slots=True)
class RequestedLocation:
    """One line: its number, the key as given and as compared, and the location, which is empty to clear it.

    A missing key is empty.
    """

    line: int
    given: str
    key: str
    location: str


@dataclass(frozen=True, slots=True)
class LocationUpload:
    """The lines of a file that are not blank. Lines with the same key have the same location."""

    by: Key
    lines: tuple[RequestedLocation, ...]


@dataclass(frozen=True, slots=True)
class _Table:
    """The rows below a header, and the positions of the two columns to read; reading the rows adds to `faults`."""

    rows: Iterator[tuple[int, list[str]]]
    faults: list[Fault]
    delimiter: str
    header: list[str]
    by: Key
    key_at: int
    location_at: int


def read(content: bytes) -> LocationUpload:
    """Return the locations that a file requests; raise Refusal, which lists the lines that cannot be understood."""
    lines = lines_of(content)
    if len(lines) > MAX_LINES:
        raise Refusal(refusals.too_long(MAX_LINES))
    table = _find_table(lines)
    faults = table.faults
    requested: list[RequestedLocation] = []
    firsts: dict[str, RequestedLocation] = {}
    for number, row in table.rows:
        cells = [_cell(raw) for raw in row]
        if not any(cells):
            continue
        fault = _row_fault(number, cells, table)
        if fault is not None:
            faults.append(fault)
            continue
        given, location = cells[table.key_at], cells[table.location_at]
        line = RequestedLocation(number, given, folded_key(table.by, given), location)
        requested.append(line)
        first = firsts.setdefault(line.key, line) if line.key else line
        if first.location != location:
            faults.append(Fault(number, _as_in_first(first, table.by), quoted(location)))
    if faults:
        raise Refusal(refusals.faults(faults), personal=True)
    return LocationUpload(table.by, tuple(requested))


def folded_key(by: Key, text: str) -> str:
    """Return a key in the form that is compared."""
    return address_key(text) if by is Key.EMAIL else fold(text)


def _find_table(lines: list[str]) -> _Table:
    """Find the header, which is the first line that is not blank, and the delimiter with which it makes sense."""
    start = next((index for index, line in enumerate(lines) if line.strip()), len(lines))
    if start == len(lines):
        raise Refusal(refusals.faults([Fault(1, _EXPECTED_HEADER, "nothing")]))
    named = _NAMED_DELIMITER.fullmatch(lines[start])
    delimiters = named[1] if named else _DELIMITERS
    start += 1 if named else 0
    for delimiter in delimiters:
        faults: list[Fault] = []
        rows = _rows(lines, start, delimiter, faults)
        number, row = next(rows, (start + 1, []))
        header = [_cell(raw) for raw in row]
        # None stands for a column that is not read.
        columns = [_COLUMNS.get(_SEPARATORS.sub("", fold(cell))) for cell in header]
        by = next((key for key in Key if key in columns), None)
        if by is None or LOCATION not in columns:
            continue
        for name in (LOCATION, by):
            if columns.count(name) > 1:
                raise Refusal(refusals.faults([Fault(number, f"one column `{name}`", str(columns.count(name)))]))
        return _Table(rows, faults, delimiter, header, by, columns.index(by), columns.index(LOCATION))
    found = lines[start].strip() if start < len(lines) else ""
    raise Refusal(refusals.faults([Fault(start + 1, _EXPECTED_HEADER, quoted(found))]), personal=True)


def _rows(lines: list[str], start: int, delimiter: str, faults: list[Fault]) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows that are not blank, each with the number of its first line, and stop at the first bad quote."""
    reader = csv.reader(lines[start:], delimiter=delimiter, strict=True)
    while True:
        number = start + reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:
            found = quoted(lines[number - 1].strip())
            faults.append(Fault(number, "quotes only around a whole cell, and doubled inside it", found))
            return
        if row:
            yield number, row


def _row_fault(number: int, cells: list[str], table: _Table) -> Fault | None:
    wide, location_at = len(table.header), table.location_at
    if any(cells[wide:]) or len(cells) <= max(table.key_at, location_at):
        there = f"{quantity(len(cells), 'cell')}, {quoted(table.delimiter.join(cells))}"
        return Fault(number, f"{quantity(wide, 'cell')}, as in the header", there)
    if len(cells[location_at]) > MAX_LOCATION_LENGTH:
        found = f"{len(cells[location_at]):,}, {quoted(cells[location_at])}"
        return Fault(number, f"a location of at most {MAX_LOCATION_LENGTH} characters", found)
    return None


def _as_in_first(first: RequestedLocation, by: Key) -> str:
    """Return what was expected in a later line about the same license holder."""
    named = f"{by} {quoted(first.given)}"
    if not first.location:
        return f"no location for {named}, as in line {first.line:,}"
    return f"{quoted(first.location)} for {named}, as in line {first.line:,}"


def _cell(raw: str) -> str:
    return " ".join(unguarded(raw.strip()).split())
