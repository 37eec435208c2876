"""The bot's webhooks: where this installation wants them, when they were right, and what operators were told."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from storage.engine.inserts import insert_if_missing
from storage.models import WebhookRow
from storage.values.webhook_news import Happening, WebhookNews, read

SECRET = "webhook_secret"  # noqa: S105  the name of a chore
"""The chore that sends Webex the secret of the webhooks. The web process nudges it when signatures are wrong."""

TURN = "webhooks"
"""The lease of the process that looks at the webhooks. The webhook server tells its holder to anybody who asks."""

TELL_AGAIN_AFTER = timedelta(hours=1)
"""How long operators are not told of the same fault of a webhook again."""

_ROWS: Any = WebhookRow.__table__


def by_name(session: Session) -> dict[str, WebhookRow]:
    """Return what is known of each webhook, by its name."""
    return {row.name: row for row in session.scalars(select(WebhookRow))}


def place(session: Session, name: str, target_url: str) -> None:
    """Store where this installation wants a webhook."""
    if insert_if_missing(session, WebhookRow, name=name, target_url=target_url) is None:
        _change(session, name, target_url=target_url)


def note(session: Session, news: WebhookNews, target_url: str, now: datetime) -> bool:
    """Store what happened to a webhook, for the operators. Return False if they were told of the same lately."""
    insert_if_missing(session, WebhookRow, name=news.name, target_url=target_url)
    row = session.scalars(select(WebhookRow).where(WebhookRow.name == news.name)).one()
    if row.told and row.told_at and _is_same(row.told, news.stored) and _lasts(news, row.told_at, now):
        return False
    _change(session, news.name, told=news.stored, told_at=None)
    return True


def untold(session: Session) -> list[WebhookNews]:
    """Return what operators have not been told yet, in the order of the webhooks."""
    rows = session.scalars(
        select(WebhookRow).where(WebhookRow.told.is_not(None), WebhookRow.told_at.is_(None)).order_by(WebhookRow.id)
    )
    return [read(row.name, row.told or "", row.right_at) for row in rows]


def mark_told(session: Session, news: Collection[WebhookNews], now: datetime) -> None:
    """Store that operators know of these."""
    for one in news:
        is_over = one.happening is Happening.RESTORED
        _change(session, one.name, told=None if is_over else one.stored, told_at=None if is_over else now)


def forget_news(session: Session, name: str) -> None:
    """Forget a fault that operators were not told of."""
    _change(session, name, told=None, told_at=None)


def mark_right(session: Session, names: Collection[str], now: datetime) -> None:
    """Store that these webhooks are right now."""
    session.execute(update(_ROWS).where(_ROWS.c.name.in_(names)).values(right_at=now))


def taken_by(session: Session) -> str | None:
    """Return the address of another installation that has the webhooks; None if they are this installation's."""
    return session.scalars(select(WebhookRow.taken_by).where(WebhookRow.taken_by.is_not(None))).first()


def set_taken_by(session: Session, names: Collection[str], address: str) -> None:
    """Store which other installation has the webhooks."""
    for name in names:
        insert_if_missing(session, WebhookRow, name=name, target_url="")
    session.execute(update(_ROWS).values(taken_by=address, silent_looks=0))


def take_back(session: Session, silent: str | None) -> None:
    """Store that this installation has the webhooks again; `silent` is the address that gave no answer, if so."""
    session.execute(update(_ROWS).values(taken_by=None, silent_looks=0, taken_back_from=silent))


def set_silent_looks(session: Session, count: int) -> None:
    """Store how often in a row the other installation gave no answer."""
    session.execute(update(_ROWS).values(silent_looks=count))


def _is_same(told: str, stored: str) -> bool:
    """Return whether two are of one fault. Webex may word the same refusal differently each time."""
    if stored.startswith(Happening.REFUSED):
        return told.startswith(Happening.REFUSED)
    return told == stored


def _lasts(news: WebhookNews, told_at: datetime, now: datetime) -> bool:
    """Return whether that the operators were told still counts: of a refusal until it ends, else for an hour."""
    return news.happening is Happening.REFUSED or now - told_at < TELL_AGAIN_AFTER


def _change(session: Session, name: str, **values: Any) -> None:
    session.execute(update(_ROWS).where(_ROWS.c.name == name).values(**values))
