"""Webhook events about spaces and memberships."""

import hashlib
import hmac
import json

from tests.journeys.house import SECRET, House


def bring(house: House, resource: str, event: str, data: dict[str, str]) -> int:
    """Post an event as Webex does, and return the status."""
    body = json.dumps({"resource": resource, "event": event, "data": data}).encode()
    return house.door.bring(body, hmac.new(SECRET.encode(), body, hashlib.sha1).hexdigest())
