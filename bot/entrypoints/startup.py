"""What a process does before its work begins: logging, the database, who the operators are, the first enterprise."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.orm import Session

from bot.services.enterprise_fields import DEFAULT_CLUSTER, slug
from bot.settings.load import Settings
from storage import admins, enterprises
from storage.engine.database import Database
from storage.engine.upgrade import up_to_date, upgrade
from storage.values.folding import address_key

log = logging.getLogger(__name__)

_QUIET = ("apscheduler", "webexteamssdk", "urllib3", "alembic", "werkzeug")


def now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


def log_to_stderr() -> None:
    """Log what happens, one line each, without the chatter of the libraries."""
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    # Its warning about a retry shows the whole URL, ids of people and spaces included.
    logging.getLogger("urllib3.connectionpool").setLevel(logging.ERROR)


def open_database(settings: Settings, *, connections: int = 0, single_writes: int = 0) -> Database:
    """The database of the settings; the folder of an SQLite file is made, or the process ends saying why not."""
    threads = settings.answer_threads
    database = Database(
        settings.database_url.reveal(),
        connections=connections or threads // 2 + 1,
        single_writes=single_writes or threads // 2,
    )
    if database.is_sqlite and database.url.database:
        try:
            Path(database.url.database).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            sys.exit(_database_fault(error))
    return database


def existing_database(settings: Settings) -> Database:
    """The database of the settings for who only reads: where it is missing or not up to date the process ends."""
    url = make_url(settings.database_url.reveal())
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        sys.exit(
            _database_fault(f"there is no file {url.database}. `python -m bot serve` or `db upgrade` would make it.")
        )
    database = open_database(settings)
    _demand_up_to_date(database)
    return database


def bring_up_to_date(database: Database) -> None:
    """Upgrade an SQLite database; one that is shared is upgraded by whoever deploys, or the process ends saying so."""
    if database.is_sqlite:
        upgrade(database)
    else:
        _demand_up_to_date(database)


def _demand_up_to_date(database: Database) -> None:
    if not up_to_date(database):
        sys.stderr.write("The database is not up to date: run `python -m bot db upgrade` first.\n")
        raise SystemExit(2)


@contextmanager
def telling_database_faults() -> Iterator[None]:
    """End the process with one sentence where the database cannot be used."""
    try:
        yield
    except DatabaseError as error:
        if type(error) not in (DatabaseError, OperationalError):
            raise
        sys.exit(_database_fault(error.orig))


def _database_fault(reason: BaseException | str | None) -> str:
    return f"The database cannot be used, see DATABASE_URL: {' '.join(str(reason).split())}"


def seed(database: Database, settings: Settings) -> None:
    """Make the settings' operators the operators, and their enterprise the first if there never was one."""
    with database.write() as session:
        admins.set_operators(session, settings.bot_operators)
        if not settings.bot_enterprise:
            return
        if enterprises.any_was_added(session):
            if ignored := _ignored(session, settings):
                log.warning(ignored)
            return
        first = enterprises.add(
            session,
            key=slug(settings.bot_enterprise),
            name=settings.bot_enterprise,
            sp_enterprise_id=settings.bot_enterprise,
            cluster=DEFAULT_CLUSTER,
            timezone=settings.bot_timezone,
            now=now(),
        )
        for email in settings.bot_admins:
            admins.add(session, first.id, email, now())
        log.info("made the first enterprise: %s", first.key)


def _ignored(session: Session, settings: Settings) -> str | None:
    """Which settings say of the first enterprise what the database does not, where the database counts."""
    kept = next((one for one in enterprises.in_use(session) if one.sp_enterprise_id == settings.bot_enterprise), None)
    if kept is None:
        return "BOT_ENTERPRISE had no effect: it makes the first enterprise, and there was one: see `enterprise list`"
    known = {address_key(admin.email) for admin in admins.of_enterprise(session, kept.id)}
    differing = []
    if not known.issuperset(map(address_key, settings.bot_admins)):
        differing.append("BOT_ADMINS")
    if settings.bot_timezone != kept.timezone and "bot_timezone" in settings.set_fields:
        differing.append("BOT_TIMEZONE")
    if not differing:
        return None
    names = " and ".join(differing)
    return f"{names} had no effect: settings make the first enterprise; `enterprise set {kept.key}` changes it"
