"""Where messages go: a space, a person or an e-mail, whose 1:1 space Webex's answer teaches."""

from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from storage.engine.inserts import insert_if_missing
from storage.models import DestinationRow
from storage.values.folding import address_key
from storage.values.messages import Address, Destination


def ensure(session: Session, address: Address) -> int:
    """The destination of an address."""
    column, value = _key(address)
    if column == "room_id":
        return ensure_room(session, value, direct=address.direct, person_id=address.person_id)
    return _find(session, column, value) or _make(session, column, value, direct=True)


def lock(session: Session, address: Address) -> None:
    """Have nobody else decide what is said to an address until the transaction ends."""
    session.execute(_LOCKING, {"destination": ensure(session, address)})


def change_room_id(session: Session, old: str, new: str) -> None:
    """Send what is for a space to another id, unless messages go there already."""
    if _find(session, "room_id", new) is None:
        session.execute(update(DestinationRow).where(DestinationRow.room_id == old).values(room_id=new))


def _key(address: Address) -> tuple[str, str]:
    """The column by which a destination is found, and what stands there."""
    if address.room_id is not None:
        return "room_id", address.room_id
    if address.person_id is not None:
        return "person_id", address.person_id
    if address.email is not None:
        return "email_folded", address_key(address.email)
    raise ValueError("an address that leads nowhere")


def ensure_room(session: Session, room_id: str, *, direct: bool, person_id: str | None = None) -> int:
    """The destination of a space; for a 1:1 space `person_id` says with whom."""
    found = _find(session, "room_id", room_id)
    if found is not None:
        return found
    if direct and person_id is not None:
        joined: int | None = session.scalar(
            update(DestinationRow)
            .where(DestinationRow.id == ensure(session, Address(person_id=person_id)), DestinationRow.room_id.is_(None))
            .values(room_id=room_id)
            .returning(DestinationRow.id)
        )
        if joined is not None:
            return joined
    return _make(session, "room_id", room_id, direct=direct)


def _find(session: Session, column: str, value: str) -> int | None:
    return session.scalar(_FINDING[column], {"value": value})


def _make(session: Session, column: str, value: str, *, direct: bool) -> int:
    made = insert_if_missing(session, DestinationRow, direct=direct, **{column: value})
    if made is None:
        made = session.scalars(_FINDING[column], {"value": value}).one()
    return made


def next_number_at(session: Session, address: Address) -> tuple[int, int]:
    """The destination of an address and its next outbox number, in one statement where it is known."""
    column, value = _key(address)
    known = session.execute(_COUNTING_AT[column], {"value": value}).one_or_none()
    if known is not None:
        return known.id, known.last_number
    destination_id = ensure(session, address)
    return destination_id, next_number(session, destination_id)


def next_number(session: Session, destination_id: int) -> int:
    """The next outbox number; until the transaction ends nobody else gets one for this destination."""
    number: int = session.scalars(_COUNTING, {"destination": destination_id}).one()
    return number


_ROWS: Any = DestinationRow.__table__
_FINDING = {
    name: select(_ROWS.c.id).where(_ROWS.c[name] == bindparam("value"))
    for name in ("room_id", "person_id", "email_folded")
}
_GETTING = select(_ROWS.c.id, _ROWS.c.room_id, _ROWS.c.person_id, _ROWS.c.email_folded, _ROWS.c.direct).where(
    _ROWS.c.id == bindparam("destination")
)
_LOCKING = select(_ROWS.c.id).where(_ROWS.c.id == bindparam("destination")).with_for_update()
_UP = update(_ROWS).values(last_number=_ROWS.c.last_number + 1)
_COUNTING = _UP.where(_ROWS.c.id == bindparam("destination")).returning(_ROWS.c.last_number)
_COUNTING_AT = {
    name: _UP.where(_ROWS.c[name] == bindparam("value")).returning(_ROWS.c.id, _ROWS.c.last_number)
    for name in ("room_id", "person_id", "email_folded")
}


def get(session: Session, destination_id: int) -> Destination:
    """One destination."""
    return Destination(*session.execute(_GETTING, {"destination": destination_id}).one())


def learn_room(session: Session, destination_id: int, room_id: str) -> None:
    """Remember the 1:1 space that Webex opened for a person or an e-mail."""
    taken = _find(session, "room_id", room_id)
    if taken is None:
        session.execute(
            update(DestinationRow)
            .where(DestinationRow.id == destination_id, DestinationRow.room_id.is_(None))
            .values(room_id=room_id)
        )
