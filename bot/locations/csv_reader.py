"""Reads a CSV of locations that an admin sends: which columns it has, and the location that each line requests."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from bot.chat.message import Refusal
from bot.formatting.csv_file import unguarded
from bot.formatting.quantity import quantity
from bot.locations import refusals
from bot.locations.decoding import lines_of
from bot.locations.maxima import MAX_CELLS, MAX_COMPARED, MAX_FAULTS, MAX_LINE_LENGTH, MAX_LOCATION_LENGTH
from bot.locations.refusals import Fault, quoted
from bot.locations.rows import rows_of
from storage.values.folding import address_key, fold

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

    @property
    def last_at(self) -> int:
        """The position of the last column that is read."""
        return max(self.key_at, self.location_at)


def read(content: bytes) -> LocationUpload:
    """Return the locations that a file requests; raise Refusal, which lists the lines that cannot be understood."""
    lines = lines_of(content)
    for number, text in enumerate(lines, start=1):
        if len(text) - 1 > MAX_LINE_LENGTH:
            expected = f"at most {MAX_LINE_LENGTH:,} characters in a line"
            raise Refusal(refusals.faults([Fault(number, expected, f"{len(text) - 1:,}")]))
    table = _find_table(lines)
    if sum(line.count(table.delimiter) for line in lines) > MAX_CELLS:
        raise Refusal(refusals.too_many_cells(MAX_CELLS))
    faults = table.faults
    requested: list[RequestedLocation] = []
    firsts: dict[str, RequestedLocation] = {}
    letters = _Letters()
    for number, row in table.rows:
        fault = _row_fault(number, row, table)
        if fault is None:
            if len(row) <= table.last_at:
                continue  # it is blank
            given, location = _cell(row[table.key_at]), _cell(row[table.location_at])
            if not (given or location or _has_text(row)):
                continue
            line = RequestedLocation(number, given, folded_key(table.by, given), location)
            requested.append(line)
            first = firsts.setdefault(line.key, line) if line.key else line
            fault = _location_fault(line, first, table.by)
            letters.add(line)
        if fault is not None:
            faults.append(fault)
            if len(faults) >= MAX_FAULTS:
                break
    if faults:
        raise Refusal(refusals.faults(faults, stopped=len(faults) >= MAX_FAULTS), personal=True)
    return LocationUpload(table.by, tuple(requested))


def folded_key(by: Key, text: str) -> str:
    """Return a key in the form that is compared."""
    return address_key(text) if by is Key.EMAIL else fold(text)


class _Letters:
    """Counts the letters of keys and locations that have to be compared; ASCII costs next to nothing."""

    def __init__(self) -> None:
        self._number = 0
        self._locations: set[str] = set()

    def add(self, line: RequestedLocation) -> None:
        """Count a line; a location counts once, and not if it is too long. Raise Refusal if there are too many."""
        if not line.given.isascii():
            self._number += len(line.key)
        location = line.location
        if not location.isascii() and len(location) <= MAX_LOCATION_LENGTH and location not in self._locations:
            self._locations.add(location)
            self._number += len(fold(location))
        if self._number > MAX_COMPARED:
            raise Refusal(refusals.too_many_letters())


def _find_table(lines: list[str]) -> _Table:
    """Find the header, which is the first line that is not blank, and the delimiter with which it makes sense."""
    start = next((index for index, line in enumerate(lines) if line.strip()), len(lines))
    if start == len(lines):
        raise Refusal(refusals.faults([Fault(1, _EXPECTED_HEADER, "nothing")]))
    named = _NAMED_DELIMITER.fullmatch(lines[start])
    delimiters = named[1] if named else _DELIMITERS
    start += 1 if named else 0
    too_large: Refusal | None = None
    for delimiter in delimiters:
        faults: list[Fault] = []
        rows = rows_of(lines, start, delimiter, faults)
        try:
            number, row = next(rows, (start + 1, []))
        except Refusal as refusal:
            too_large = too_large or refusal
            continue
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
    header_fault = Fault(start + 1, _EXPECTED_HEADER, quoted(found))
    raise too_large or Refusal(refusals.faults([header_fault]), personal=True)


def _row_fault(number: int, row: list[str], table: _Table) -> Fault | None:
    """Return what is wrong with the number of cells; nothing is wrong in a blank row."""
    wide = len(table.header)
    # Only extra cells that are not blank are wrong.
    if not _has_text(row if len(row) <= table.last_at else row[wide:]):
        return None
    there = f"{quantity(len(row), 'cell')}, {quoted(table.delimiter.join(map(_cell, row)))}"
    return Fault(number, f"{quantity(wide, 'cell')}, as in the header", there)


def _has_text(row: list[str]) -> bool:
    return any(map(str.strip, row))


def _location_fault(line: RequestedLocation, first: RequestedLocation, by: Key) -> Fault | None:
    """Return what is wrong with a location; `first` is the first line about the same license holder."""
    location = line.location
    if len(location) > MAX_LOCATION_LENGTH:
        found = f"{len(location):,}, {quoted(location)}"
        return Fault(line.line, f"a location of at most {MAX_LOCATION_LENGTH} characters", found)
    return None if first.location == location else Fault(line.line, _as_in_first(first, by), quoted(location))


def _as_in_first(first: RequestedLocation, by: Key) -> str:
    """Return what was expected in a later line about the same license holder."""
    named = f"{by} {quoted(first.given)}"
    if not first.location:
        return f"no location for {named}, as in line {first.line:,}"
    return f"{quoted(first.location)} for {named}, as in line {first.line:,}"


def _cell(raw: str) -> str:
    return " ".join(unguarded(raw.strip()).split())
