"""Who may run what, and where: the table of docs/security.md, cell by cell."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.commands import COMMANDS
from bot.jobs import maintenance
from bot.replies import access, notify, spaces, use
from bot.settings.load import Settings
from storage import admins, chosen_enterprises
from storage import spaces as space_rows
from storage.engine.database import Database
from storage.values.records import Enterprise, Identity
from tests.storage import sample_rows
from tests.storage.conversation import Conversation
from tests.storage.sample_rows import NOW

_DOCS = (Path(__file__).parents[2] / "docs" / "security.md").read_text()
_PEOPLE = {
    "stranger": "sam@elsewhere.example",
    "admin": "ana@acme.example",
    "admin of another": "bo@bolt.example",
    "operator": "olga@provider.example",
}
_FOR_WANT = ("cancel", "licenses", "locations")
"""Commands that are refused where there is no sync to cancel, or nothing read yet."""

_ARGUMENTS = {"notify": "on", "trust": "on", "link": "acme", "use": "acme"}


def _cells() -> Iterator[tuple[str, str, str, str]]:
    section = _DOCS.split("## Who may what", 1)[1].split("\n## ", 1)[0]
    lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if "|" in line]
    header = lines[0]
    for line in lines[2:]:
        for column, said in zip(header[1:], line[1:], strict=True):
            person, _, where = column.rpartition(", ")
            for space in ("1:1", "group", "linked group") if where == "anywhere" else (where,):
                yield line[0].strip("`"), person, space, said


CELLS = list(_cells())


def test_the_table_of_rights_covers_every_command_person_and_space() -> None:
    assert {command for command, _, _, _ in CELLS} == {command.name for command in COMMANDS}
    assert {person for _, person, _, _ in CELLS} == set(_PEOPLE)
    assert {where for _, _, where, _ in CELLS} == {"1:1", "group", "linked group"}


@pytest.fixture
def world(database: Database, acme: Enterprise, bolt: Enterprise) -> Database:
    """Two enterprises with an admin each, and an operator who has chosen the first."""
    sample_rows.admin(database, acme.id, _PEOPLE["admin"])
    sample_rows.admin(database, bolt.id, _PEOPLE["admin of another"])
    with database.write() as session:
        admins.set_operators(session, [_PEOPLE["operator"]])
        chosen_enterprises.choose(session, "id of operator", acme.id, NOW)
    return database


def _came_of(talk: Conversation, command: str, person: str, where: str, room: str | None) -> str:
    """Type a command in a space and return its result, as a word of the table."""
    who = Identity(f"id of {person}", _PEOPLE[person])
    typed = f"{command} {_ARGUMENTS.get(command, '')}".strip()
    heeded = talk.type(who, typed, room)
    destination, text = heeded.said[-1]
    if heeded.outcome == "denied":
        assert destination.direct, "a denial is told in private"
        return "no"
    if text == access.for_operators(command, [_PEOPLE["operator"]]):
        return "operators"
    if text in (spaces.in_groups_alone(command), spaces.in_groups_alone(f"{command} on"), notify.NOT_AN_ADMIN):
        return "group"
    if text in (spaces.NOT_LINKED, spaces.TRUST_WANTS_LINK):
        return "linked"
    if text.startswith(use.LINKED_ELSEWHERE):
        return "1:1"
    assert heeded.outcome != "refused" or command in _FOR_WANT, (command, person, where, text)
    return "yes"


def test_every_command_follows_the_table_of_rights(world: Database, acme: Enterprise) -> None:
    wrong = []
    talk = Conversation(world)
    for number, (command, person, where, said) in enumerate(CELLS):
        room = None if where == "1:1" else f"space {number}"  # a new one: no command finds what another has left
        if room is not None and where == "linked group":
            with world.write() as session:
                space_rows.link(session, room, acme.id, NOW)
        came = _came_of(talk, command, person, where, room)
        if came != said:
            wrong.append(f"{command} of {person} in {where}: {came}, not {said}")
    assert wrong == []


def test_the_documents_say_the_limits_as_they_are() -> None:
    limits = Settings()
    assert f"{limits.commands_per_minute} commands a minute" in _DOCS
    assert f"{limits.files_per_hour} files an hour" in _DOCS
    assert f"{maintenance.KEEP_AUDIT_FOR.days} days" in _DOCS
    assert f"known by its kind, id and time for {maintenance.KEEP_FOR.days} days" in _DOCS
