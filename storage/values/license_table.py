"""The license table: a row of it, by what one is found, and a view of it; values without a database behind them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LicenseHolder:
    """One row of the license table: its nine cells, as they are shown."""

    location: str = ""
    license_type: str = ""
    service_id: str = ""
    ext: str = ""
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    status: str = ""
    activation: str = ""


@dataclass(frozen=True, slots=True)
class LocationCandidate:
    """By what a license holder can be named who is to get a location, and where they are by now."""

    service_id: str
    service_id_folded: str
    ext_folded: str
    email: str
    location: str


LICENSE_COLUMNS = (
    "location",
    "license_type",
    "service_id",
    "ext",
    "first_name",
    "last_name",
    "email",
    "status",
    "activation",
)

Pattern = tuple[str, ...]
"""What a cell is compared with: the pieces of text between wildcards; one piece is the whole cell."""


@dataclass(frozen=True, slots=True)
class Term:
    """One condition: any of the columns matches any of the patterns, or, negated, none does."""

    columns: tuple[str, ...]
    patterns: tuple[Pattern, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class SortKey:
    """One column to sort by."""

    column: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """A filter and an order over a roster: terms are and-ed, ties keep Webex's order."""

    terms: tuple[Term, ...] = ()
    sort: tuple[SortKey, ...] = ()
