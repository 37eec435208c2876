"""The group spaces as rows of a table."""

from collections.abc import Iterator, Mapping, Sequence

from storage.messages import Space
from storage.records import Enterprise

HEADER = ("Enterprise", "Name", "Space ID", "Linked", "Told of Syncs", "Trusted")


def rows(spaces: Sequence[Space], enterprises: Mapping[int, Enterprise]) -> Iterator[tuple[str, ...]]:
    """One row per space that is for an enterprise."""
    for space in spaces:
        enterprise = enterprises[space.enterprise_id]
        marks = ("yes" if is_so else "no" for is_so in (space.linked, space.notify, space.trusted))
        yield (enterprise.key, enterprise.name, space.room_id, *marks)
