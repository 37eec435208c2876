"""The sandbox's objects as Webex writes them in JSON: the fields of the published documents, and no others."""

from sandbox.webex.cards import Action
from sandbox.webex.people import Person
from sandbox.webex.records import Membership, Message, Room
from sandbox.webex.times import millis

Json = dict[str, object]


def person(one: Person) -> Json:
    """A person as non-administrators see one: no presence, roles or licenses."""
    shape: Json = {
        "id": one.id,
        "emails": [one.email],
        "displayName": one.display_name,
        "nickName": one.first_name,
        "orgId": one.org_id,
        "created": millis(one.created),
        "type": one.type,
    }
    if not one.is_bot:
        shape |= {"firstName": one.first_name, "lastName": one.last_name}
    return shape


def room(one: Room, title: str) -> Json:
    """A space; its title depends on who looks."""
    shape: Json = {
        "id": one.id,
        "title": title,
        "type": one.type,
        "isLocked": False,
        "lastActivity": millis(one.last_activity),
        "creatorId": one.creator.id,
        "created": millis(one.created),
    }
    if one.type == "group":
        shape |= {
            "ownerId": one.creator.org_id,
            "isPublic": False,
            "isReadOnly": False,
            "isAnnouncementOnly": False,
        }
    return shape


def membership(one: Membership) -> Json:
    """One person's place in a space."""
    return {
        "id": one.id,
        "roomId": one.room_id,
        "roomType": one.room_type,
        "personId": one.person.id,
        "personEmail": one.person.email,
        "personDisplayName": one.person.display_name,
        "personOrgId": one.person.org_id,
        "isModerator": False,
        "isMonitor": False,
        "created": millis(one.created),
    }


def _core(one: Message, base_url: str) -> Json:
    shape: Json = {
        "id": one.id,
        "roomId": one.room_id,
        "roomType": one.room_type,
        "personId": one.person_id,
        "personEmail": one.person_email,
        "created": millis(one.created),
    }
    if one.text is not None:
        shape["text"] = one.text
    if one.markdown is not None:
        shape["markdown"] = one.markdown
    if one.files:
        shape["files"] = [f"{base_url}contents/{file.id}" for file in one.files]
    return shape


def _rich(one: Message, base_url: str) -> Json:
    shape = _core(one, base_url)
    if one.attachments:
        shape["attachments"] = list(one.attachments)
    if one.mentioned_people:
        shape["mentionedPeople"] = list(one.mentioned_people)
    if one.mentioned_groups:
        shape["mentionedGroups"] = list(one.mentioned_groups)
    return shape


def message(one: Message, base_url: str) -> Json:
    """A message as it is read."""
    shape = _rich(one, base_url)
    if one.parent_id is not None:
        shape["parentId"] = one.parent_id
    if one.html is not None:
        shape["html"] = one.html
    if one.updated is not None:
        shape["updated"] = millis(one.updated)
    return shape


def posted_message(one: Message, base_url: str, to_person_id: str | None, to_email: str | None) -> Json:
    """The answer to posting: the documents promise neither `html` nor `parentId` here."""
    shape = _rich(one, base_url)
    if to_person_id is not None:
        shape["toPersonId"] = to_person_id
    if to_email is not None:
        shape["toPersonEmail"] = to_email
    return shape


def direct_message(one: Message, base_url: str) -> Json:
    """A message in the listing of a 1:1 space, for which the documents promise the fewest fields."""
    return _core(one, base_url)


def message_event(one: Message) -> Json:
    """What a webhook tells of a message: never its text."""
    shape: Json = {
        "id": one.id,
        "roomId": one.room_id,
        "roomType": one.room_type,
        "personId": one.person_id,
        "personEmail": one.person_email,
        "created": millis(one.created),
    }
    if one.mentioned_people:
        shape["mentionedPeople"] = list(one.mentioned_people)
    if one.parent_id is not None:
        shape["parentId"] = one.parent_id
    return shape


def action(one: Action) -> Json:
    """A card's button, pressed."""
    return {**action_event(one), "inputs": one.inputs}


def action_event(one: Action) -> Json:
    """What a webhook tells of a pressed button: never the inputs."""
    return {
        "id": one.id,
        "type": "submit",
        "messageId": one.message_id,
        "personId": one.person_id,
        "roomId": one.room_id,
        "created": millis(one.created),
    }
