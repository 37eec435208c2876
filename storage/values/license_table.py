"""The license table: its rows and columns, and the filters and orders of a view."""

from dataclasses import dataclass, fields


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
    """A license holder of the current roster who may get another location, and what an admin can call them by."""

    service_id: str
    service_id_folded: str
    ext_folded: str
    email: str
    location: str


LICENSE_COLUMNS = tuple(field.name for field in fields(LicenseHolder))

Pattern = tuple[str, ...]
"""What a cell is compared with: the pieces of text between wildcards. A single piece must equal the whole cell."""


@dataclass(frozen=True, slots=True)
class LocationChange:
    """The new location of a Service ID, empty to clear it, in all forms that are stored."""

    service_id: str
    service_id_folded: str
    location: str
    location_folded: str
    location_sort: str


@dataclass(frozen=True, slots=True)
class Term:
    """One condition: any of the columns matches any of the patterns. If negated, no column matches any pattern."""

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
    """A filter and an order over a roster. All terms must hold; ties keep Webex's order."""

    terms: tuple[Term, ...] = ()
    sort: tuple[SortKey, ...] = ()
