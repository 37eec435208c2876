"""No command can reach a token."""

import gc
from dataclasses import replace
from types import FunctionType, ModuleType

import pytest
from sqlalchemy.orm import Session

from bot.chat import command_line
from bot.chat.command import Command, NeedsEnterprise, Request
from bot.chat.message import Message, Reply
from bot.commands import COMMANDS
from bot.dispatch import access, router
from bot.dispatch.pending_request import PendingRequest
from bot.entrypoints.shell import Shell
from bot.settings.load import Settings
from bot.settings.secret import Secret
from storage.engine.database import Database
from storage.values.records import Identity
from tests.storage.sample_rows import NOW

_SECRET = "a-token-that-no-command-may-see"


def reachable(root: object) -> list[object]:
    """Everything that a value leads to, field by field. Of a function only what it holds: its code leads everywhere."""
    found, open_ = {id(root): root}, [root]
    while open_:
        value = open_.pop()
        held: list[object] = gc.get_referents(value)
        if isinstance(value, FunctionType):
            held = [value.__closure__, value.__defaults__]
        for other in held:
            if id(other) not in found and not isinstance(other, (type, ModuleType)):
                found[id(other)] = other
                open_.append(other)
    return list(found.values())


def holds_secret(root: object) -> bool:
    """Whether a value leads to the secret, or to settings that hold it."""
    return any(
        isinstance(one, (Settings, Secret)) or (isinstance(one, str) and _SECRET in one) for one in reachable(root)
    )


def test_a_request_gives_a_command_no_access_to_a_token(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Request] = []

    def run(_session: Session, request: Request) -> Reply:
        seen.append(request)
        return Reply("")

    probe = Command("probe", "", "", run, needs_enterprise=NeedsEnterprise.NEVER)
    monkeypatch.setattr(access, "COMMANDS", (probe, *COMMANDS))
    token = Secret(_SECRET)
    settings = Settings(webex_bot_token=token, webex_admin_token=token, webex_webhook_secret=(token,))
    database = Database(sqlite_url)
    request = PendingRequest(Message("", "", True, Identity("", "olga"), ""), command_line.parse("probe"), Shell(), NOW)
    router.answer(database, settings.command_settings, request, NOW)
    database.close()
    (told,) = seen
    assert not holds_secret(told)
    assert holds_secret(replace(told, settings=settings))  # type: ignore[arg-type]
