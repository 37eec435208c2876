"""Tells every operator something in 1:1."""

from datetime import datetime

from sqlalchemy.orm import Session

from storage import admins, outbox
from storage.values.messages import Address, Draft


def tell(session: Session, markdown: str, now: datetime) -> None:
    """Put one message for each operator into the outbox."""
    draft = Draft(markdown, for_operators=True, is_notice=True)
    for operator in admins.operators(session):
        outbox.send(session, Address(person_id=operator.person_id, email=operator.email), draft, now)
