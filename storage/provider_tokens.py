"""The tokens of each integration, as they are kept: sealed."""

from dataclasses import fields
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from storage.engine.inserts import insert_if_missing
from storage.models import ProviderTokenRow
from storage.values.provider_access import KeptTokens

_ROWS: Any = ProviderTokenRow.__table__
_COLUMNS = tuple(_ROWS.c[field.name] for field in fields(KeptTokens))


def find(session: Session, client_id: str) -> KeptTokens | None:
    """Return the tokens of an integration; None if none are kept."""
    return _kept(session, select(*_COLUMNS).where(_ROWS.c.client_id == client_id))


def lock(session: Session, client_id: str) -> KeptTokens | None:
    """Return the tokens of an integration, which nobody else can change until the transaction ends."""
    return _kept(session, select(*_COLUMNS).where(_ROWS.c.client_id == client_id).with_for_update())


def add(session: Session, client_id: str, refresh_token: str) -> None:
    """Keep the first refresh token of an integration. Change nothing if there is one already."""
    insert_if_missing(session, ProviderTokenRow, client_id=client_id, refresh_token=refresh_token, version=0)


def replace(session: Session, client_id: str, **values: Any) -> None:
    """Keep other tokens, with the next version. The caller must have locked the row."""
    session.execute(_update(client_id).values(version=_ROWS.c.version + 1, **values))


def seal_again(session: Session, client_id: str, **sealed: str | None) -> None:
    """Keep the same tokens, sealed with another key. The caller must have locked the row."""
    session.execute(_update(client_id).values(**sealed))


def mark_told(session: Session, client_id: str, version: int, days: int) -> bool:
    """Note that operators are told this many days before the end. Return False if they were, or if the end moved."""
    is_untold = or_(_ROWS.c.told_days.is_(None), _ROWS.c.told_days > days)
    told = _update(client_id).where(_ROWS.c.version == version, is_untold).values(told_days=days)
    return session.scalar(told.returning(_ROWS.c.id)) is not None


def _update(client_id: str) -> Any:
    return update(_ROWS).where(_ROWS.c.client_id == client_id)


def _kept(session: Session, query: Any) -> KeptTokens | None:
    row = session.execute(query).one_or_none()
    return None if row is None else KeptTokens(**row._mapping)
