"""The people, spaces and messages of the bench, and the signed webhooks for its messages."""

import hmac
import json
from datetime import UTC, datetime

SECRET = "sixteen-or-more-characters"
BOT_NAME = "Bench"
BOT_EMAIL = "bench@webex.bot"
BOT_ID = "Y2lzY29zcGFyazovL3VzL1BFT1BMRS9iZW5jaC1vZi10aGUtYm90LWl0c2VsZi0wMDAwMDAwMDAwMDA"
ADMIN_EMAIL = "ana@acme.example"
ADMIN_ID = "Y2lzY29zcGFyazovL3VzL1BFT1BMRS9iZW5jaC1vZi1hbi1hZG1pbi0wMDAwMDAwMDAwMDAwMDAwMDA"
COMMAND = "help"
ANSWER_VARIABLE = "BENCH_ANSWER"
"""The environment variable with the answer of webexteamsbot: the same text as ours."""
CREATED = datetime.now(UTC).isoformat(timespec="milliseconds")
"""Now, because the bot refuses old events."""

_MESSAGE = "Y2lzY29zcGFyazovL3VzL01FU1NBR0UvYmVuY2gtb2YtYS1tZXNzYWdlLTAwMDAwMDAw"
_ROOM = "Y2lzY29zcGFyazovL3VzL1JPT00vYmVuY2gtb2YtYS1zcGFjZS0wMDAwMDAwMDAwMDAw"
_DIGITS = 12


def message_id(number: int) -> str:
    """Return the id of the message with this number."""
    return f"{_MESSAGE}{number:0{_DIGITS}d}"


def room_id(number: int) -> str:
    """Return the id of its group space. Each message has its own space, because a space is answered in order."""
    return f"{_ROOM}{number:0{_DIGITS}d}"


def number_of(any_id: str) -> int:
    """Return the number in the id of a message or a space."""
    return int(any_id[-_DIGITS:])


def signature(body: bytes) -> str:
    """Return the value of X-Spark-Signature."""
    return hmac.digest(SECRET.encode(), body, "sha1").hex()


def request(number: int, path: str) -> bytes:
    """Return the signed HTTP request that Webex sends for a message."""
    body = json.dumps(
        {
            "id": "Y2lzY29zcGFyazovL3VzL1dFQkhPT0svYmVuY2gtb2YtYS13ZWJob29rLTAwMDAwMDAwMDAwMDAwMDAw",
            "name": "bench messages created",
            "targetUrl": f"http://127.0.0.1{path}",
            "resource": "messages",
            "event": "created",
            "orgId": "Y2lzY29zcGFyazovL3VzL09SR0FOSVpBVElPTi9iZW5jaC0wMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAw",
            "createdBy": BOT_ID,
            "appId": "Y2lzY29zcGFyazovL3VzL0FQUExJQ0FUSU9OL2JlbmNoLTAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDA",
            "ownedBy": "creator",
            "status": "active",
            "created": CREATED,
            "actorId": ADMIN_ID,
            "data": {
                "id": message_id(number),
                "roomId": room_id(number),
                "roomType": "group",
                "personId": ADMIN_ID,
                "personEmail": ADMIN_EMAIL,
                "mentionedPeople": [BOT_ID],
                "created": CREATED,
            },
        }
    ).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"X-Spark-Signature: {signature(body)}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
