"""The license table's nine columns: their names, their filter keys and their cells."""

from dataclasses import dataclass

from storage.values.folding import fold
from storage.values.license_table import LICENSE_COLUMNS, LicenseHolder


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its CSV header, its field of a LicenseHolder, its filter keys, the main one first, its name in a
    sentence.
    """

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
"""What the last column says."""

NAME = "name"
NAME_COLUMNS = ("first_name", "last_name")
ATTRIBUTES_OF_KEY = {key: (column.attribute,) for column in COLUMNS for key in column.keys} | {NAME: NAME_COLUMNS}
"""Every filter key, in the table's order, with the fields it looks at."""

MAIN_KEYS = (*(column.keys[0] for column in COLUMNS), NAME)
"""One for each of them."""


SORT = "sort"
"""What stands where a key does, and orders the rows instead."""


def key_of(typed: str) -> str:
    """A filter key as it is listed, however it was typed."""
    return fold(typed).replace("_", "-")


def cells(holder: LicenseHolder) -> tuple[str, ...]:
    """A license holder's nine cells in the order of HEADER."""
    return tuple(getattr(holder, attribute) for attribute in LICENSE_COLUMNS)
