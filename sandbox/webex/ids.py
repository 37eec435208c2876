"""Ids that look like the ids of Webex."""

import base64
import uuid


def make_id(kind: str) -> str:
    """Return a new id for a kind of resource (PEOPLE, ROOM, MESSAGE, ...)."""
    return base64.urlsafe_b64encode(f"ciscospark://us/{kind}/{uuid.uuid4()}".encode()).rstrip(b"=").decode()


def make_tracking_id(prefix: str) -> str:
    """Return a new tracking id; Webex support asks for these."""
    return f"{prefix}_{uuid.uuid4()}"
