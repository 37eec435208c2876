"""Webex's messages, people, memberships and webhooks."""

from collections.abc import Callable, Iterator
from datetime import datetime

from bot.webex import other_installation
from bot.webex.access_watch import AccessWatch, NoWatch
from bot.webex.bots import is_bot
from bot.webex.client import WebexClient
from bot.webex.errors import NotABot, Rejected, Unavailable
from bot.webex.json_fields import Item, email, optional, required, storable, text, texts, timestamp
from bot.webex.models import (
    Account,
    FileUpload,
    ListedMessage,
    Membership,
    Posted,
    SpaceActivity,
    SpaceMessage,
    Webhook,
)
from bot.webex.own_webhooks import Answer
from bot.webex.urls import segment
from storage.values.maxima import MAX_ID, MAX_MESSAGE, MAX_MESSAGE_HTML, MAX_NAME, MAX_URL
from storage.values.provider_access import AccessSubject
from storage.values.records import Identity

PAGE_SIZE = "100"
"""Items of one page. Of the messages that mention a bot, Webex gives no more: a larger number is a 403."""

SPACES_PAGE_SIZE = "250"
"""Spaces of one page of the list by activity, which is asked for often: most bots have fewer. Webex allows 1,000."""


class Webex:
    """The bot's calls; each may raise the errors in bot.webex.errors."""

    def __init__(self, client: WebexClient, watch: AccessWatch | None = None) -> None:
        self._client = client
        self._watch = watch or NoWatch()

    def now(self) -> datetime:
        """Return the time by Webex's clock."""
        return self._client.now()

    def me(self) -> Account:
        """Return the bot itself. Raise NotABot, and tell the watch, if the token belongs to a person."""
        try:
            account = self.account()
        except Rejected as rejected:  # nothing that waits must be given up for this
            raise Unavailable(rejected.summary, tracking_id=rejected.tracking_id) from rejected
        if account.is_human:
            refusal = NotABot("WEBEX_BOT_TOKEN is the access token of a person, not of a bot")
            self._watch.refused({AccessSubject.BOT: refusal})
            raise refusal
        self._watch.worked(AccessSubject.BOT)
        return account

    def account(self) -> Account:
        """Return the account that the token belongs to, of whatever kind."""
        return account_of(self._client)

    def person(self, person_id: str) -> Identity:
        """Return a person by id."""
        return _person(self._client.call("GET", f"people/{segment(person_id)}"))

    def message(self, message_id: str) -> SpaceMessage:
        """Return a message by id; raise Rejected with status 404 while the bot cannot see it."""
        message = self._client.call("GET", f"messages/{segment(message_id)}")
        return SpaceMessage(
            id=required(message, "id"),
            room_id=required(message, "roomId"),
            room_type=text(message, "roomType") or "group",
            person_id=required(message, "personId"),
            person_email=email(text(message, "personEmail")),
            text=optional(message, "text", MAX_MESSAGE) or "",
            html=optional(message, "html", MAX_MESSAGE_HTML),
            parent_id=optional(message, "parentId"),
            files=texts(message, "files"),
            mentioned_people=texts(message, "mentionedPeople"),
            created=timestamp(message, "created"),
        )

    def active_spaces(self, before_call: Callable[[], None]) -> Iterator[list[SpaceActivity]]:
        """Yield the bot's spaces, page by page, those where something happened last first."""
        for page in self._client.pages("rooms", {"sortBy": "lastactivity", "max": SPACES_PAGE_SIZE}, before_call):
            yield [
                SpaceActivity(room_id, item.get("type") == "direct", timestamp(item, "lastActivity"))
                for item in page
                if (room_id := _listed_id(item, "id"))
            ]

    def messages(
        self, room_id: str, before_call: Callable[[], None], *, mentions_only: bool
    ) -> Iterator[list[ListedMessage]]:
        """Yield the messages of a space, page by page, newest first, replies in threads included.

        In a group a bot must ask for `mentions_only`: it sees no other messages there.
        """
        params = {"roomId": room_id, "max": PAGE_SIZE} | ({"mentionedPeople": "me"} if mentions_only else {})
        for page in self._client.pages("messages", params, before_call):
            yield [
                ListedMessage(message_id, _listed_id(item, "personId"), timestamp(item, "created"))
                for item in page
                if (message_id := _listed_id(item, "id"))
            ]

    def file(self, url: str, max_bytes: int) -> bytes:
        """Return a file of a message by its URL; raise TooLarge if it has more than `max_bytes`.

        Raise RateLimited while Webex scans it for malware, and Rejected with status 410 if malware was found, with 428
        if it cannot be scanned.
        """
        return self._client.download(url, max_bytes)

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
        """Post to a space, or to a person's 1:1 space by id or e-mail: exactly one of the three."""
        destinations = {"roomId": room_id, "toPersonId": person_id, "toPersonEmail": email}
        fields = {name: value for name, value in destinations.items() if value}
        if len(fields) != 1:
            raise ValueError("a message goes to exactly one space, person or e-mail address")
        fields["markdown"] = _without_mentions(markdown)
        if parent_id:
            fields["parentId"] = parent_id
        if upload:
            posted = self._client.upload("messages", fields, upload)
        else:
            posted = self._client.call("POST", "messages", json=fields)
        return Posted(message_id=required(posted, "id"), room_id=required(posted, "roomId"))

    def edit(self, message_id: str, room_id: str, markdown: str) -> None:
        """Change one of the bot's messages; Webex allows ten edits, and none of a message with a file."""
        content = {"roomId": room_id, "markdown": _without_mentions(markdown)}
        self._client.request("PUT", f"messages/{segment(message_id)}", json=content)

    def delete(self, message_id: str) -> None:
        """Delete a message; do nothing if it is already gone."""
        self._delete(f"messages/{segment(message_id)}")

    def members(self, room_id: str) -> list[Identity]:
        """Return all members of a space, the bot included."""
        pages = self._client.pages("memberships", {"roomId": room_id, "max": PAGE_SIZE})
        return [_member(item) for page in pages for item in page]

    def member(self, room_id: str, person_id: str) -> Identity | None:
        """Return a person as a member of a space; None if the person is not in it."""
        found = self.membership(room_id, person_id)
        return found.person if found else None

    def membership(self, room_id: str, person_id: str) -> Membership | None:
        """Return a person's membership in a space; None if the person is not in it."""
        pages = self._client.pages("memberships", {"roomId": room_id, "personId": person_id})
        return next((Membership(_member(item), text(item, "roomType")) for page in pages for item in page), None)

    def is_direct(self, room_id: str) -> bool:
        """Return whether a space is a 1:1 space; one that the bot cannot see is not."""
        try:
            return text(self._client.call("GET", f"rooms/{segment(room_id)}"), "type") == "direct"
        except Rejected as rejected:
            if rejected.status != 404:
                raise
            return False

    def webhooks(self) -> list[Webhook]:
        """Return all webhooks of the bot. Leave out what has no id: it cannot be repaired."""
        pages = self._client.pages("webhooks", {"max": PAGE_SIZE})
        return [_webhook(item) for page in pages for item in page if _listed_id(item, "id")]

    def create_webhook(self, name: str, target_url: str, resource: str, event: str, secret: str) -> None:
        """Have Webex send an event to `target_url`, signed with the secret."""
        content = {"name": name, "targetUrl": target_url, "resource": resource, "event": event, "secret": secret}
        self._client.request("POST", "webhooks", json=content)

    def update_webhook(self, webhook_id: str, name: str, target_url: str, secret: str) -> None:
        """Correct a webhook and activate it again; Webex cannot change its resource and event."""
        content = {"name": name, "targetUrl": target_url, "secret": secret, "status": "active"}
        self._client.request("PUT", f"webhooks/{segment(webhook_id)}", json=content)

    def delete_webhook(self, webhook_id: str) -> None:
        """Delete a webhook; do nothing if it is already gone."""
        self._delete(f"webhooks/{segment(webhook_id)}")

    def who_answers(self, target_url: str, turn: str) -> Answer:
        """Return who answers at a webhook's address. `turn` is the turn that this process has to look at webhooks."""
        return other_installation.ask(target_url, turn)

    def _delete(self, path: str) -> None:
        try:
            self._client.request("DELETE", path)
        except Rejected as rejected:
            if rejected.status != 404:
                raise


def _without_mentions(markdown: str) -> str:
    """Return a message in which `<@` begins no mention.

    The bot mentions nobody. Its replies escape what others wrote, so this is for a reply that forgets it.
    """
    return markdown.replace("<@", "＜@")


def _listed_id(item: Item, name: str) -> str:
    """Return an id in an item of a list; an empty text for what is no id, so that one odd item spoils no list."""
    found = item.get(name)
    return storable(found) if isinstance(found, str) and len(found) <= MAX_ID else ""


def account_of(client: WebexClient) -> Account:
    """Return the account that a client's token belongs to."""
    item = client.call("GET", "people/me")
    kind, org_id = text(item, "type").lower(), text(item, "orgId")
    return Account(required(item, "id"), _email(item), _names(item), kind, org_id)


def _person(item: Item) -> Identity:
    email = _email(item)
    return Identity(required(item, "id"), email, optional(item, "orgId"), is_bot(email, text(item, "type")))


def _email(person: Item) -> str:
    emails = texts(person, "emails")
    return email(emails[0]) if emails else ""


def _names(person: Item) -> tuple[str, ...]:
    """Return the names of a person: the display name, and those by which clients show a person in a mention."""
    display_name = text(person, "displayName", MAX_NAME)
    others = (text(person, name, MAX_NAME) for name in ("nickName", "firstName"))
    names = display_name, *others, *display_name.split()[:1]
    return tuple(dict.fromkeys(name for name in names if name.strip()))


def _member(item: Item) -> Identity:
    return Identity(required(item, "personId"), email(text(item, "personEmail")), optional(item, "personOrgId"))


def _webhook(item: Item) -> Webhook:
    return Webhook(
        required(item, "id"),
        text(item, "name"),
        text(item, "resource"),
        text(item, "event"),
        text(item, "targetUrl", MAX_URL),
        text(item, "filter"),
        is_active=text(item, "status").lower() in ("", "active"),
    )
