"""Where messages go: a space, a person, or an e-mail. For the last two, Webex's answer tells the 1:1 space."""

from typing import Any

from sqlalchemy import Select, bindparam, select, update
from sqlalchemy.orm import Session

from storage.engine.inserts import insert_if_missing
from storage.models import DestinationRow, OutboxRow
from storage.values.folding import address_key
from storage.values.messages import Address, Destination

_ROWS: Any = DestinationRow.__table__
_OUTBOX: Any = OutboxRow.__table__
_KEYS = ("room_id", "person_id", "email_folded")
_FIND = {name: select(_ROWS.c.id).where(_ROWS.c[name] == bindparam("value")) for name in _KEYS}
_GET: Select[Any] = select(_ROWS.c.id, *(_ROWS.c[name] for name in _KEYS), _ROWS.c.direct).where(
    _ROWS.c.id == bindparam("destination")
)
_LOCK = select(_ROWS.c.id).where(_ROWS.c.id == bindparam("destination")).with_for_update()
_COUNT_UP = update(_ROWS).values(last_number=_ROWS.c.last_number + 1)
_NEXT_NUMBER = _COUNT_UP.where(_ROWS.c.id == bindparam("destination")).returning(_ROWS.c.last_number)
_NEXT_NUMBER_AT = {
    name: _COUNT_UP.where(_ROWS.c[name] == bindparam("value")).returning(_ROWS.c.id, _ROWS.c.last_number)
    for name in _KEYS
}
_NEXT_NUMBER_OF = _COUNT_UP.where(
    _ROWS.c.id == select(_OUTBOX.c.destination_id).where(_OUTBOX.c.id == bindparam("outbox")).scalar_subquery()
).returning(_ROWS.c.id, _ROWS.c.last_number)


def ensure(session: Session, address: Address) -> int:
    """Return the id of the destination of an address; add it if it is new."""
    column, value = _key(address)
    if column == "room_id":
        return ensure_room(session, value, direct=address.direct, person_id=address.person_id)
    return _find(session, column, value) or _add(session, column, value, direct=True)


def lock(session: Session, address: Address) -> None:
    """Lock the destination of an address, so that until the transaction ends nobody else decides what is sent there."""
    session.execute(_LOCK, {"destination": ensure(session, address)})


def change_room_id(session: Session, old: str, new: str) -> None:
    """Change the id of a space, unless the new id is a destination already."""
    if _find(session, "room_id", new) is None:
        session.execute(update(DestinationRow).where(DestinationRow.room_id == old).values(room_id=new))


def _key(address: Address) -> tuple[str, str]:
    if address.room_id is not None:
        return "room_id", address.room_id
    if address.person_id is not None:
        return "person_id", address.person_id
    if address.email is not None:
        return "email_folded", address_key(address.email)
    raise ValueError("an address without a space, a person and an e-mail")


def ensure_room(session: Session, room_id: str, *, direct: bool, person_id: str | None = None) -> int:
    """Return the id of the destination of a space; add it if it is new. `person_id` is the person of a 1:1 space."""
    found = _find(session, "room_id", room_id)
    if found is not None:
        return found
    if direct and person_id is not None:
        known_by_person: int | None = session.scalar(
            update(DestinationRow)
            .where(DestinationRow.id == ensure(session, Address(person_id=person_id)), DestinationRow.room_id.is_(None))
            .values(room_id=room_id)
            .returning(DestinationRow.id)
        )
        if known_by_person is not None:
            return known_by_person
    return _add(session, "room_id", room_id, direct=direct)


def _find(session: Session, column: str, value: str) -> int | None:
    return session.scalar(_FIND[column], {"value": value})


def _add(session: Session, column: str, value: str, *, direct: bool) -> int:
    added = insert_if_missing(session, DestinationRow, direct=direct, **{column: value})
    return session.scalars(_FIND[column], {"value": value}).one() if added is None else added


def next_number_at(session: Session, address: Address) -> tuple[int, int]:
    """Return the destination of an address and its next outbox number; one statement if the destination is known."""
    column, value = _key(address)
    known = session.execute(_NEXT_NUMBER_AT[column], {"value": value}).one_or_none()
    if known is not None:
        return known.id, known.last_number
    destination_id = ensure(session, address)
    return destination_id, next_number(session, destination_id)


def next_number(session: Session, destination_id: int) -> int:
    """Return the next outbox number. Until the transaction ends, nobody else gets a number for this destination."""
    number: int = session.scalars(_NEXT_NUMBER, {"destination": destination_id}).one()
    return number


def next_number_of(session: Session, outbox_id: int) -> tuple[int, int]:
    """Return the destination of an outbox row and its next outbox number."""
    found = session.execute(_NEXT_NUMBER_OF, {"outbox": outbox_id}).one()
    return found.id, found.last_number


def get(session: Session, destination_id: int) -> Destination:
    """Return a destination."""
    return Destination(*session.execute(_GET, {"destination": destination_id}).one())


def learn_room(session: Session, destination_id: int, room_id: str) -> None:
    """Store the 1:1 space that Webex opened for a person or an e-mail."""
    if _find(session, "room_id", room_id) is None:
        session.execute(
            update(DestinationRow)
            .where(DestinationRow.id == destination_id, DestinationRow.room_id.is_(None))
            .values(room_id=room_id)
        )
