"""Where messages go: a space, a person or an e-mail, whose 1:1 space Webex's answer teaches."""

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from storage.folding import address_key
from storage.inserting import insert_unless_there
from storage.models import DestinationRow
from storage.records import Destination


def of_room(session: Session, room_id: str, *, direct: bool, person_id: str | None = None) -> int:
    """The destination of a space; for a 1:1 space `person_id` says with whom."""
    found = _find(session, DestinationRow.room_id == room_id)
    if found is not None:
        return found
    if direct and person_id is not None:
        joined: int | None = session.scalar(
            update(DestinationRow)
            .where(DestinationRow.id == of_person(session, person_id), DestinationRow.room_id.is_(None))
            .values(room_id=room_id)
            .returning(DestinationRow.id)
        )
        if joined is not None:
            return joined
    return _make(session, DestinationRow.room_id == room_id, room_id=room_id, direct=direct)


def of_person(session: Session, person_id: str) -> int:
    """The destination that is somebody's 1:1 space with the bot."""
    return _find(session, DestinationRow.person_id == person_id) or _make(
        session, DestinationRow.person_id == person_id, person_id=person_id, direct=True
    )


def of_email(session: Session, email: str) -> int:
    """The destination of somebody who was never met."""
    folded = address_key(email)
    return _find(session, DestinationRow.email_folded == folded) or _make(
        session, DestinationRow.email_folded == folded, email_folded=folded, direct=True
    )


def _find(session: Session, condition: ColumnElement[bool]) -> int | None:
    return session.scalar(select(DestinationRow.id).where(condition))


def _make(session: Session, condition: ColumnElement[bool], **values: str | bool | None) -> int:
    insert_unless_there(session, DestinationRow, last_number=0, **values)
    made: int = session.scalars(select(DestinationRow.id).where(condition)).one()
    return made


def next_number(session: Session, destination_id: int) -> int:
    """The next outbox number; until the transaction ends nobody else gets one for this destination."""
    return session.scalars(
        update(DestinationRow)
        .where(DestinationRow.id == destination_id)
        .values(last_number=DestinationRow.last_number + 1)
        .returning(DestinationRow.last_number)
        .execution_options(synchronize_session=False)
    ).one()


def get(session: Session, destination_id: int) -> Destination:
    """One destination."""
    row = session.get_one(DestinationRow, destination_id)
    return Destination(row.id, row.room_id, row.person_id, row.email_folded, row.direct)


def learn_room(session: Session, destination_id: int, room_id: str) -> None:
    """Remember the 1:1 space that Webex opened for a person or an e-mail."""
    taken = _find(session, DestinationRow.room_id == room_id)
    if taken is None:
        session.execute(
            update(DestinationRow)
            .where(DestinationRow.id == destination_id, DestinationRow.room_id.is_(None))
            .values(room_id=room_id)
        )
