"""An origin of its own kind, to which tests send what they ask."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from bot.chat.message import Reply
from bot.dispatch.pending_request import Awaited
from storage.values.records import Enterprise


@dataclass
class Button:
    """An origin of its own kind, which keeps what it is told to do."""

    name: str = "a button"
    is_operator: bool = False
    said: list[tuple[bool, str]] = field(default_factory=list)
    ended: int = 0
    awaited: list[Awaited] = field(default_factory=list)

    def answer(self, session: Session, reply: Reply, enterprise: Enterprise | None, now: datetime) -> None:
        self.said.append((False, reply.markdown))

    def answer_privately(self, session: Session, markdown: str, now: datetime) -> None:
        self.said.append((True, markdown))

    def set_aside(self, session: Session, awaited: Awaited, now: datetime) -> None:
        self.awaited.append(awaited)

    def finish(self, session: Session, now: datetime) -> None:
        self.ended += 1

    def fail(self, session: Session, error: str) -> None:
        self.ended += 1
