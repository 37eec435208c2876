"""Webex's messages, people, memberships and webhooks, as the bot uses them."""

from bot.webex.client import WebexClient
from bot.webex.errors import Rejected
from bot.webex.json_fields import Item, optional, required, text, texts
from bot.webex.models import FileUpload, Posted, SpaceMessage, Webhook
from bot.webex.urls import segment
from storage.values.records import Identity

PAGE = "100"


class Webex:
    """The bot's side of Webex; every call may raise the failures of bot.webex.errors."""

    def __init__(self, client: WebexClient) -> None:
        self._client = client

    def me(self) -> Identity:
        """The bot itself."""
        return _person(self._client.call("GET", "people/me"))

    def person(self, person_id: str) -> Identity:
        """Somebody by id."""
        return _person(self._client.call("GET", f"people/{segment(person_id)}"))

    def message(self, message_id: str) -> SpaceMessage:
        """A message by id; Rejected with status 404 while the bot cannot see it."""
        said = self._client.call("GET", f"messages/{segment(message_id)}")
        return SpaceMessage(
            id=required(said, "id"),
            room_id=required(said, "roomId"),
            room_type=text(said, "roomType") or "group",
            person_id=required(said, "personId"),
            person_email=text(said, "personEmail"),
            text=text(said, "text"),
            html=optional(said, "html"),
            parent_id=optional(said, "parentId"),
            files=texts(said, "files"),
        )

    def file(self, address: str, most: int) -> bytes:
        """A file of a message by its address; TooLarge where it has more than `most` bytes.

        RateLimited while Webex still looks for malware in it, Rejected with status 410 where some was found and with
        428 where it cannot be looked for.
        """
        return self._client.download(address, most)

    def post(
        self,
        *,
        room_id: str | None = None,
        person_id: str | None = None,
        email: str | None = None,
        markdown: str,
        parent_id: str | None = None,
        upload: FileUpload | None = None,
    ) -> Posted:
        """Post to a space, or to a person's 1:1 by id or e-mail: exactly one of the three."""
        destinations = {"roomId": room_id, "toPersonId": person_id, "toPersonEmail": email}
        fields = {name: value for name, value in destinations.items() if value}
        if len(fields) != 1:
            raise ValueError("a message goes to exactly one of a space, a person or an e-mail address")
        fields["markdown"] = markdown
        if parent_id:
            fields["parentId"] = parent_id
        if upload:
            posted = self._client.upload("messages", fields, upload)
        else:
            posted = self._client.call("POST", "messages", json=fields)
        return Posted(message_id=required(posted, "id"), room_id=required(posted, "roomId"))

    def edit(self, message_id: str, room_id: str, markdown: str) -> None:
        """Change a message of the bot's; Webex allows ten edits, and none of a message with a file."""
        content = {"roomId": room_id, "markdown": markdown}
        self._client.request("PUT", f"messages/{segment(message_id)}", json=content)

    def delete(self, message_id: str) -> None:
        """Delete a message; one that is gone already is deleted."""
        self._delete(f"messages/{segment(message_id)}")

    def members(self, room_id: str) -> list[Identity]:
        """Everybody in a space, the bot included."""
        pages = self._client.pages("memberships", {"roomId": room_id, "max": PAGE})
        return [_member(item) for page in pages for item in page]

    def member(self, room_id: str, person_id: str) -> Identity | None:
        """Somebody in a space; None where they are not in it."""
        pages = self._client.pages("memberships", {"roomId": room_id, "personId": person_id})
        return next((_member(item) for page in pages for item in page), None)

    def is_direct(self, room_id: str) -> bool:
        """Whether a space is somebody's 1:1; one that the bot cannot see is none."""
        try:
            return text(self._client.call("GET", f"rooms/{segment(room_id)}"), "type") == "direct"
        except Rejected as rejected:
            if rejected.status != 404:
                raise
            return False

    def webhooks(self) -> list[Webhook]:
        """Every webhook of the bot's."""
        pages = self._client.pages("webhooks", {"max": PAGE})
        return [_webhook(item) for page in pages for item in page]

    def create_webhook(self, name: str, target_url: str, resource: str, event: str, secret: str) -> Webhook:
        """Have Webex tell `target_url` of an event, signed with the secret."""
        wanted = {
            "name": name,
            "targetUrl": target_url,
            "resource": resource,
            "event": event,
            "secret": secret,
        }
        return _webhook(self._client.call("POST", "webhooks", json=wanted))

    def update_webhook(self, webhook_id: str, name: str, target_url: str, secret: str) -> Webhook:
        """Correct a webhook and switch it on again; its resource and event cannot be changed."""
        wanted = {"name": name, "targetUrl": target_url, "secret": secret, "status": "active"}
        return _webhook(self._client.call("PUT", f"webhooks/{segment(webhook_id)}", json=wanted))

    def delete_webhook(self, webhook_id: str) -> None:
        """Delete a webhook; one that is gone already is deleted."""
        self._delete(f"webhooks/{segment(webhook_id)}")

    def _delete(self, path: str) -> None:
        try:
            self._client.request("DELETE", path)
        except Rejected as rejected:
            if rejected.status != 404:
                raise


def _person(item: Item) -> Identity:
    emails = texts(item, "emails")
    return Identity(required(item, "id"), emails[0] if emails else "", optional(item, "orgId"))


def _member(item: Item) -> Identity:
    return Identity(required(item, "personId"), text(item, "personEmail"), optional(item, "personOrgId"))


def _webhook(item: Item) -> Webhook:
    return Webhook(
        id=required(item, "id"),
        name=text(item, "name"),
        target_url=text(item, "targetUrl"),
        resource=text(item, "resource"),
        event=text(item, "event"),
        status=text(item, "status"),
    )
