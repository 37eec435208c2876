"""Identifiers that look like Webex's."""

import base64
import uuid


def make_id(kind: str) -> str:
    """A new id such as Webex gives to a thing of that kind (PEOPLE, ROOM, MESSAGE, ...)."""
    return base64.urlsafe_b64encode(f"ciscospark://us/{kind}/{uuid.uuid4()}".encode()).rstrip(b"=").decode()


def make_tracking_id(prefix: str) -> str:
    """A new handle of the sort Webex's support asks for."""
    return f"{prefix}_{uuid.uuid4()}"
