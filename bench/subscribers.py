"""The subscribers of the fake Webex."""

from typing import Any

ENTERPRISE = "acme"
COUNT = 30_000
PAGE = 100
_CHANGED = "2026-11-01T00:00:00.000Z"


def page(number: int, count: int = COUNT) -> tuple[list[dict[str, Any]], int | None]:
    """Return a page, counted from 1, of this many subscribers, and the number of the next page."""
    first = (number - 1) * PAGE
    items = [_subscriber(index) for index in range(first, min(first + PAGE, count))]
    return items, number + 1 if number * PAGE < count else None


def _subscriber(index: int) -> dict[str, Any]:
    return {
        "id": f"subscriber-{index}",
        "personId": f"person-{index}",
        "userId": f"+1972{index:07}@voip.example",
        "spEnterpriseId": ENTERPRISE,
        "firstName": "María",
        "lastName": f"Ibáñez {index}",
        "email": f"user{index}@acme.example",
        "extension": str(1000 + index),
        "package": "premium",
        "status": "provisioned",
        "created": _CHANGED,
        "lastStatusChange": _CHANGED,
        "selfActivated": "false",
    }
