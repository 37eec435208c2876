from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import StatementError

from storage.engine.database import Database
from storage.models import LeaseRow

_LOCAL = datetime(2030, 3, 31, 2, 30, 0, 123456, tzinfo=timezone(timedelta(hours=-5)))


def _keep(database: Database, moment: datetime) -> datetime:
    with database.write() as session:
        session.add(LeaseRow(name=str(moment), holder="", until=moment))
    with database.read() as session:
        return session.scalars(select(LeaseRow.until).where(LeaseRow.name == str(moment))).one()


def test_a_time_without_a_time_zone_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="without a time zone"):
        _keep(database, datetime(2030, 1, 1))
    with database.read() as session, pytest.raises(StatementError, match="without a time zone"):
        session.scalar(select(LeaseRow.id).where(LeaseRow.until < datetime(2030, 1, 1)))


def test_a_time_comes_back_in_utc(database: Database) -> None:
    kept = _keep(database, _LOCAL)
    assert kept == _LOCAL
    assert kept.utcoffset() == timedelta(0)


def test_times_of_different_zones_are_compared_correctly(database: Database) -> None:
    _keep(database, _LOCAL)
    with database.read() as session:
        later = select(func.count()).where(LeaseRow.until < _LOCAL.astimezone(UTC) + timedelta(microseconds=1))
        same = select(func.count()).where(LeaseRow.until == _LOCAL.astimezone(UTC))
        earlier = select(func.count()).where(LeaseRow.until < _LOCAL.astimezone(UTC))
        assert [session.scalar(query) for query in (later, same, earlier)] == [1, 1, 0]
