"""Counts the license holders of a view by kind, and keeps the first of them, for a message."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from storage.values.license_table import LICENSE_COLUMNS, LicenseHolder

FIRST_ROWS = 15
COUNTED = ("activation", "location")
"""The columns by which a view is counted."""

_ACTIVATION, _LOCATION = (LICENSE_COLUMNS.index(column) for column in COUNTED)


@dataclass(slots=True)
class Summary:
    """Counts of a view, and its first rows."""

    found: int = 0
    activation: Counter[str] = field(default_factory=Counter)
    location: Counter[str] = field(default_factory=Counter)
    first: list[LicenseHolder] = field(default_factory=list)

    def counting(self, rows: Iterable[Sequence[str]]) -> Iterator[Sequence[str]]:
        """The rows of the view as they come, each taken into account."""
        for row in rows:
            self.activation[row[_ACTIVATION]] += 1
            self.location[row[_LOCATION]] += 1
            if self.found < FIRST_ROWS:
                self.first.append(LicenseHolder(*row))
            self.found += 1
            yield row


def of_groups(groups: Mapping[tuple[str, ...], int]) -> Summary:
    """The counts of a view whose license holders are counted by `COUNTED` already."""
    summary = Summary()
    for (activation, location), number in groups.items():
        summary.found += number
        summary.activation[activation] += number
        summary.location[location] += number
    return summary
