"""Messages in a group as different clients of Webex write them, with what the bot must hear of each. All is invented.

The bot is called "Directory Sync". Its id, and those of Jane and Lee, have the same last part in every form.
"""

import base64
from typing import Any

BOT_UUID, JANE_UUID, LEE_UUID = (
    "7ab1c2de-0f3e-4c55-9d11-52e0f7a9b6c1",
    "0c9e4d1f-6a2b-43c8-8e77-1d5f3b2a9c40",
    "f3d2b1a0-9c8e-4f7d-a6b5-c4d3e2f1a0b9",
)


def encoded(uuid: str, cluster: str = "us", *, padded: bool = False) -> str:
    """Return an id as Webex's REST API writes it."""
    made = base64.b64encode(f"ciscospark://{cluster}/PEOPLE/{uuid}".encode()).decode()
    return made if padded else made.rstrip("=")


BOT, JANE, LEE = encoded(BOT_UUID), encoded(JANE_UUID), encoded(LEE_UUID)
BOT_NAMES = {"displayName": "Directory Sync", "nickName": "Directory"}


def element(person_id: str, name: str) -> str:
    """Return the usual HTML of a mention."""
    return f'<spark-mention data-object-type="person" data-object-id="{person_id}">{name}</spark-mention>'


def phone(uuid: str, name: str) -> str:
    """Return the HTML of a mention that an iPhone writes."""
    return f'<spark-mention data-object-id="{uuid}" data-object-type="person">{name}</spark-mention>'


def message(text: str, html: str | None, *people: str, **more: Any) -> dict[str, Any]:
    """Return a message of a group as GET /messages/{id} shows it."""
    shape: dict[str, Any] = {
        "id": "Y2lzY29zcGFyazovL3VzL01FU1NBR0UvMQ",
        "roomId": "Y2lzY29zcGFyazovL3VzL1JPT00vMQ",
        "roomType": "group",
        "text": text,
        "personId": encoded("5e6f7a8b-1c2d-4e3f-9a0b-c1d2e3f4a5b6"),
        "personEmail": "ana@acme.example",
        "created": "2026-11-28T11:48:05.123Z",
    }
    shape |= {"html": html} if html is not None else {}
    shape |= {"mentionedPeople": list(people)} if people else {}
    return shape | more


_ALL = '<spark-mention data-object-type="groupMention" data-group-type="all">All</spark-mention>'
_B = element(BOT, "Directory")
_BOTH = BOT_NAMES["displayName"]

HEARD: dict[str, tuple[dict[str, Any], str, tuple[str, ...]]] = {
    "desktop": (message("Directory status", f"<p>{_B} status</p>", BOT), "status", ()),
    "web": (message("Directory status", f"{_B} status", BOT), "status", ()),
    "iPhone": (message("Directory status", f"{phone(BOT_UUID, 'Directory')} status", BOT), "status", ()),
    "iPad, upper case": (
        message("Directory status", f"{phone(BOT_UUID.upper(), 'Directory')} status", BOT),
        "status",
        (),
    ),
    "Android, address": (
        message("Directory status", f"{element(f'ciscospark://us/PEOPLE/{BOT_UUID}', 'Directory')} status", BOT),
        "status",
        (),
    ),
    "padded id": (
        message("Directory sync", f"{element(encoded(BOT_UUID, padded=True), 'Directory')} sync", BOT),
        "sync",
        (),
    ),
    "another cluster": (
        message("Directory sync", f"{element(encoded(BOT_UUID, 'urn:TEAM:eu-central-1_k'), 'Directory')} sync", BOT),
        "sync",
        (),
    ),
    "another cluster in mentionedPeople": (
        message("Directory sync", f"{_B} sync", encoded(BOT_UUID, "urn:TEAM:us-west-2_r")),
        "sync",
        (),
    ),
    "emulator": (message("Directory Sync status", "<p>Directory Sync status</p>", BOT), "status", ()),
    "emulator, first name": (message("Directory, status", "<p>Directory, status</p>", BOT), "status", ()),
    "emulator, with @": (message("@directory sync: status", "<p>@directory sync: status</p>", BOT), "status", ()),
    "emulator, at the end": (message("status @Directory", "<p>status @Directory</p>", BOT), "status", ()),
    "emulator, markdown left": (
        message(f"<@personId:{BOT}|Directory> status", f"<p><@personId:{BOT}|Directory> status</p>", BOT),
        "status",
        (),
    ),
    "no HTML": (message("Directory status", None, BOT), "status", ()),
    "no HTML and no name": (message("status", None, BOT), "status", ()),
    "API, by id": (
        message(
            "Directory Sync status", f"<p>{element(BOT, _BOTH)} status</p>", BOT, markdown=f"<@personId:{BOT}> status"
        ),
        "status",
        (),
    ),
    "API, by e-mail with a label": (
        message(
            "Robbie status",
            f"<p>{element(BOT, 'Robbie')} status</p>",
            BOT,
            markdown="<@personEmail:dirsync@webex.bot|Robbie> status",
        ),
        "status",
        (),
    ),
    "display name in the text, first name in the HTML": (message("Directory Sync sync", f"{_B} sync", BOT), "sync", ()),
    "first name in the text, display name in the HTML": (
        message("Directory sync", f"{element(BOT, _BOTH)} sync", BOT),
        "sync",
        (),
    ),
    "upper case in the text": (message("DIRECTORY SYNC sync", f"{_B} sync", BOT), "sync", ()),
    "two mentions": (message("Directory status Directory", f"{_B} status {_B}", BOT), "status", ()),
    "at the end": (message("status Directory", f"<p>status {_B}</p>", BOT), "status", ()),
    "in the middle": (message("licenses Directory count", f"licenses {_B} count", BOT), "licenses count", ()),
    "with another person": (
        message("Directory admins add Jane", f"{_B} admins add {element(JANE, 'Jane')}", BOT, JANE),
        "admins add Jane",
        (JANE,),
    ),
    "with two others, phone": (
        message(
            "Directory admins add Lee Jane",
            f"{phone(BOT_UUID, 'Directory')} admins add {phone(LEE_UUID, 'Lee')} {phone(JANE_UUID, 'Jane')}",
            JANE,
            BOT,
            LEE,
        ),
        "admins add Lee Jane",
        (LEE, JANE),
    ),
    "with others, emulator": (
        message("Directory admins add Lee Jane", "<p>Directory admins add Lee Jane</p>", LEE, BOT, JANE),
        "admins add Lee Jane",
        (LEE, JANE),
    ),
    "no quotes around values": (
        message(
            "Directory sync",
            f"<spark-mention data-object-id={BOT_UUID} data-object-type=person>Directory</spark-mention> sync",
            BOT,
        ),
        "sync",
        (),
    ),
    "single quotes and other attributes": (
        message(
            "Directory sync",
            f"<spark-mention class='x' data-object-id='{BOT}' data-object-type='person'>Directory</spark-mention> sync",
            BOT,
        ),
        "sync",
        (),
    ),
    "no type": (
        message("Directory sync", f'<spark-mention data-object-id="{BOT}">Directory</spark-mention> sync', BOT),
        "sync",
        (),
    ),
    "mentionedPeople is missing": (message("Directory sync", f"{phone(BOT_UUID, 'Directory')} sync"), "sync", ()),
    "a list": (
        message("1. Directory Sync sync", f"<ol><li>{_B} sync</li></ol>", BOT),
        "1. sync",
        (),
    ),
    "after a quote": (
        message("sync\nDirectory what is this", f"<blockquote>sync</blockquote>{_B} what is this", BOT),
        "what is this",
        (),
    ),
    "after a quote that mentions Jane, phone": (
        message(
            "> Jane, sync\nDirectory Sync admins add Lee",
            f"<blockquote>{phone(JANE_UUID, 'Jane')}, sync</blockquote>"
            f"{phone(BOT_UUID, 'Directory')} admins add {phone(LEE_UUID, 'Lee')}",
            JANE,
            BOT,
            LEE,
        ),
        "admins add Lee",
        (LEE,),
    ),
    "in a quote, alone": (message("Directory sync", f"<blockquote>{_B} sync</blockquote>", BOT), "sync", ()),
    "a quote that the text does not show": (
        message("Directory status", f"<blockquote>sync</blockquote>{_B} status", BOT),
        "status",
        (),
    ),
    "emulator, address": (
        message("<@personEmail:dirsync@webex.bot|D> sync", "<p><@personEmail:dirsync@webex.bot|D> sync</p>", BOT),
        "sync",
        (),
    ),
    "emulator, an address with the name": (
        message("Directory admins add jane@directory.example", None, BOT),
        "admins add jane@directory.example",
        (),
    ),
    "API, with another text": (message("directory", f"{_B} directory", BOT), "directory", ()),
    "a link and another name": (
        message(
            "Directory Sync licenses https://x.example/1", f'{_B} licenses <a href="https://x.example/1">x</a>', BOT
        ),
        "licenses https://x.example/1",
        (),
    ),
    "a name that is neither, and a link": (
        message("Directory Sync sync https://x.example", f"{element(BOT, 'Robbie')} sync <a>x</a>", BOT),
        "sync https://x.example",
        (),
    ),
    "invisible signs around the name": (
        message("\u2068Directory\u2069\u200b, sync", f"\u2068{_B}\u2069\u200b, sync", BOT),
        "sync",
        (),
    ),
    "a wide comma": (message("Directory，sync", f"{_B}，sync", BOT), "sync", ()),
    "in 1:1": (
        message("Directory status", f"{phone(BOT_UUID, 'Directory')} status", BOT, roomType="direct"),
        "status",
        (),
    ),
    "in 1:1, unmentioned": (message("Directory status", None, roomType="direct"), "Directory status", ()),
    "in 1:1, after a quote": (message("sync\nno", "<blockquote>sync</blockquote>no", roomType="direct"), "no", ()),
    "after a call to Jane, phone": (
        message(
            "Jane Doe Directory status", f"{phone(JANE_UUID, 'Jane')} {phone(BOT_UUID, 'Directory')} status", BOT, JANE
        ),
        "status",
        (),
    ),
    "@all too": (message("All Directory sync", f"{_ALL} {_B} sync", BOT, mentionedGroups=["all"]), "sync", ()),
}
"""By the name of the client or of what is special: the message, the text that is left, the others mentioned."""

UNHEARD: dict[str, dict[str, Any]] = {
    "@all alone": message("All sync", f"{_ALL} sync", mentionedGroups=["all"]),
    "another person": message("Jane sync", f"{element(JANE, 'Jane')} sync", JANE),
    "another person with the bot's name": message("Directory sync", f"{element(LEE, 'Directory')} sync", LEE),
    "no mention": message("Directory sync", "<p>Directory sync</p>"),
    "a mention in a quote alone": message("Directory sync\nno", f"<blockquote>{_B} sync</blockquote>no"),
    "a mention in the HTML that is none of mentionedPeople": message("Directory sync", f"{_B} sync", JANE),
    "a bot": message("Directory sync", f"{_B} sync", BOT, personEmail="robot@webex.bot"),
    "a legacy bot": message("Directory sync", f"{_B} sync", BOT, personEmail="Robot@sparkbot.io"),
    "the bot itself": message("Directory sync", f"{_B} sync", BOT, personId=encoded(BOT_UUID, padded=True)),
}
