"""Events of spaces themselves, as Webex brings them to the door."""

import hashlib
import hmac
import json

from tests.journeys.house import SECRET, House


def bring(house: House, resource: str, event: str, data: dict[str, str]) -> int:
    """Bring an event to the door as Webex does; the answer's status."""
    body = json.dumps({"resource": resource, "event": event, "data": data}).encode()
    return house.door.bring(body, hmac.new(SECRET.encode(), body, hashlib.sha1).hexdigest())
