"""What a file of locations may have at most, so that no file takes much time or memory.

Real spreadsheets are smaller.
"""

MAX_LINES = 100_000
"""Lines of a file: one for each holder of a large roster."""

MAX_LINE_LENGTH = 10_000
"""Characters of a line, and of a row that has line breaks in quotes: many columns with long notes have fewer."""

MAX_ROW_LINES = 100
"""Lines of one row. If it has more, a quote was not closed."""

MAX_COLUMNS = 100
"""Cells of a row: the table of `licenses` has nine columns."""

MAX_CELLS = 2_000_000
"""Cells of a file: twenty in each of MAX_LINES lines."""

MAX_CELL_LENGTH = 1_000
"""Characters of a cell: long enough for a note."""

MAX_COMPARED = 2_500_000
"""Letters outside ASCII that are compared, in the keys and locations of a file: 5 MB of Cyrillic have as many. One such
letter can stand for 18 others."""

MAX_LOCATION_LENGTH = 200
"""Characters of a location. Names of places are shorter; longer text is in the wrong column."""

MAX_FAULTS = 100
"""Faults after which a file is read no further: the refusal has room for fewer."""
