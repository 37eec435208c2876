"""The enterprises as rows of a table."""

from collections.abc import Iterable, Iterator

from bot.formatting.times import iso
from storage.records import Overview

HEADER = ("Key", "Enterprise ID", "Name", "Cluster", "Time Zone", "Admins", "Spaces", "Last Sync", "Last Sync At")


def rows(overviews: Iterable[Overview]) -> Iterator[tuple[str, ...]]:
    """One row per enterprise; times in UTC."""
    for one in overviews:
        enterprise = one.enterprise
        yield (
            enterprise.key,
            enterprise.sp_enterprise_id,
            enterprise.name,
            enterprise.cluster,
            enterprise.timezone,
            ", ".join(one.admins),
            str(one.spaces),
            one.last_state or "",
            iso(one.last_at) if one.last_at else "",
        )
