"""The sandbox's records as Webex writes them in JSON: exactly the fields in Webex's published API documents."""

from sandbox.webex.people import Person
from sandbox.webex.records import CardAction, Membership, Message, Room
from sandbox.webex.times import format_millis

Json = dict[str, object]


def person(person: Person) -> Json:
    """Return a person as callers see them who are not administrators: no presence, roles or licenses."""
    shape: Json = {
        "id": person.id,
        "emails": [person.email],
        "displayName": person.display_name,
        "nickName": person.first_name,
        "orgId": person.org_id,
        "created": format_millis(person.created),
        "type": person.type,
    }
    if not person.is_bot:
        shape |= {"firstName": person.first_name, "lastName": person.last_name}
    return shape


def room(room: Room, title: str) -> Json:
    """Return a space. The title is an argument because the title of a 1:1 space depends on the viewer."""
    shape: Json = {
        "id": room.id,
        "title": title,
        "type": room.type,
        "isLocked": False,
        "lastActivity": format_millis(room.last_activity),
        "creatorId": room.creator.id,
        "created": format_millis(room.created),
    }
    if room.type == "group":
        shape |= {"ownerId": room.creator.org_id} | dict.fromkeys(
            ("isPublic", "isReadOnly", "isAnnouncementOnly"), False
        )
    return shape


def membership(membership: Membership) -> Json:
    """Return a membership."""
    return {
        "id": membership.id,
        "roomId": membership.room_id,
        "roomType": membership.room_type,
        "personId": membership.person.id,
        "personEmail": membership.person.email,
        "personDisplayName": membership.person.display_name,
        "personOrgId": membership.person.org_id,
        "isModerator": False,
        "isMonitor": False,
        "created": format_millis(membership.created),
    }


def message(message: Message, base_url: str) -> Json:
    """Return a message as `GET /messages` shows it."""
    updated = None if message.updated is None else format_millis(message.updated)
    return _with_mentions(message, base_url) | _present(parentId=message.parent_id, html=message.html, updated=updated)


def posted_message(message: Message, base_url: str, to_person_id: str | None, to_email: str | None) -> Json:
    """Return the answer to posting a message; Webex's documents show neither `html` nor `parentId` in it."""
    return _with_mentions(message, base_url) | _present(toPersonId=to_person_id, toPersonEmail=to_email)


def direct_message(message: Message, base_url: str) -> Json:
    """Return a message in the list of a 1:1 space; Webex's documents show the fewest fields there."""
    files = [f"{base_url}contents/{file.id}" for file in message.files]
    return _identity(message) | _present(text=message.text, markdown=message.markdown, files=files)


def message_event(message: Message) -> Json:
    """Return the `data` of a webhook about a message. It never contains the text."""
    return _identity(message) | _present(mentionedPeople=list(message.mentioned_people), parentId=message.parent_id)


def action(action: CardAction) -> Json:
    """Return a card action with its inputs."""
    return {**action_event(action), "inputs": action.inputs}


def action_event(action: CardAction) -> Json:
    """Return the `data` of a webhook about a card action. It never contains the inputs."""
    return {
        "id": action.id,
        "type": "submit",
        "messageId": action.message_id,
        "personId": action.person_id,
        "roomId": action.room_id,
        "created": format_millis(action.created),
    }


def _identity(message: Message) -> Json:
    return {
        "id": message.id,
        "roomId": message.room_id,
        "roomType": message.room_type,
        "personId": message.person_id,
        "personEmail": message.person_email,
        "created": format_millis(message.created),
    }


def _with_mentions(message: Message, base_url: str) -> Json:
    return direct_message(message, base_url) | _present(
        attachments=list(message.attachments),
        mentionedPeople=list(message.mentioned_people),
        mentionedGroups=list(message.mentioned_groups),
    )


def _present(**fields: object) -> Json:
    """Return the fields without those that are None or an empty list."""
    return {name: value for name, value in fields.items() if value is not None and value != []}
