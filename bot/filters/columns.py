"""The license table's nine columns: their names, their filter keys and their cells."""

from dataclasses import dataclass

from storage.values.folding import fold
from storage.values.license_table import LICENSE_COLUMNS, LicenseHolder


@dataclass(frozen=True, slots=True)
class Column:
    """One column: CSV header, field of LicenseHolder, filter keys with the main key first, and name in a sentence."""

    header: str
    attribute: str
    keys: tuple[str, ...]
    label: str


COLUMNS = (
    Column("Location", "location", ("location",), "Location"),
    Column("License Type", "license_type", ("type", "license", "license-type"), "License Type"),
    Column("Service ID", "service_id", ("service-id", "service", "serviceid"), "Service ID"),
    Column("Ext", "ext", ("ext", "extension"), "Ext"),
    Column("First Name", "first_name", ("first", "first-name", "firstname"), "First Name"),
    Column("Last Name", "last_name", ("last", "last-name", "lastname"), "Last Name"),
    Column("Email", "email", ("email",), "Email"),
    Column("Email Validation Status", "status", ("status", "validation", "email-validation-status"), "Status"),
    Column("Self-Activation", "activation", ("activation", "self-activation"), "Self-Activation"),
)
HEADER = tuple(column.header for column in COLUMNS)
BY_ATTRIBUTE = {column.attribute: column for column in COLUMNS}

NOT_BEGUN, BEGUN, ACTIVATED, ERROR = "Not begun", "Begun", "Activated", "Error"
"""The values of the last column."""

NAME = "name"
NAME_COLUMNS = ("first_name", "last_name")
ATTRIBUTES_OF_KEY = {key: (column.attribute,) for column in COLUMNS for key in column.keys} | {NAME: NAME_COLUMNS}
"""Every filter key, in the table's order, and the fields it compares."""

MAIN_KEYS = (*(column.keys[0] for column in COLUMNS), NAME)
"""One key for each column, and the key of both names."""

SORT = "sort"
"""Stands where a key does, but orders the rows."""


def key_of(typed: str) -> str:
    """Return a typed filter key in the form of ATTRIBUTES_OF_KEY."""
    return fold(typed).replace("_", "-")


def cells(holder: LicenseHolder) -> tuple[str, ...]:
    """Return a license holder's nine cells in the order of HEADER."""
    return tuple(getattr(holder, attribute) for attribute in LICENSE_COLUMNS)
