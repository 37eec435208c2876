"""Scopes: what an access token may be used for.

A token needs a read scope to read and a write scope to change. `spark:all` stands for every scope of users, and for
none of administrators (Webex's guide to integration scopes).
"""

from collections.abc import Collection

ALL = "spark:all"
PEOPLE_READ = "spark:people_read"
ENTERPRISES_READ = "spark-admin:broadworks_enterprises_read"
ENTERPRISES_WRITE = "spark-admin:broadworks_enterprises_write"
SUBSCRIBERS_READ = "spark-admin:broadworks_subscribers_read"

_PREFIXES = {
    "people": "spark:people",
    "rooms": "spark:rooms",
    "memberships": "spark:memberships",
    "messages": "spark:messages",
    "files": "spark:messages",
    "attachment_actions": "spark:messages",
    "enterprises": "spark-admin:broadworks_enterprises",
    "subscribers": "spark-admin:broadworks_subscribers",
}
_WEBHOOK_PREFIXES = {"messages": "messages", "attachmentActions": "messages", "memberships": "memberships"}


def of_endpoint(resource: str, method: str) -> str | None:
    """Return the scope that a call of an endpoint needs; None if it needs none."""
    prefix = _PREFIXES.get(resource)
    kind = "read" if method in ("GET", "HEAD") else "write"
    return prefix and f"{prefix}_{kind}"


def of_webhook(resource: str) -> str:
    """Return the scope that making a webhook needs: the one for reading what it reports."""
    return ALL if resource == "all" else f"spark:{_WEBHOOK_PREFIXES.get(resource, resource)}_read"


def allow(scopes: Collection[str], wanted: str) -> bool:
    """Return whether these scopes include the wanted one."""
    return wanted in scopes or (ALL in scopes and wanted.startswith("spark:"))
