"""What a process does before its work begins: log, read settings, open the database, apply the settings to it."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.orm import Session

from bot.entrypoints.log_format import OneLineFormatter
from bot.services.enterprise_fields import DEFAULT_CLUSTER, slug
from bot.settings.catalog import Process
from bot.settings.load import Settings, SettingsFault, load
from storage import admins, enterprises
from storage.engine.database import Database
from storage.engine.upgrade import up_to_date, upgrade
from storage.values.folding import address_key

log = logging.getLogger(__name__)

_CHATTY_LIBRARIES = ("apscheduler", "webexteamssdk", "urllib3", "alembic", "werkzeug")


def now() -> datetime:
    """Return the time, in UTC."""
    return datetime.now(UTC)


def log_to_stderr() -> None:
    """Log to standard error, and of the libraries only warnings."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(OneLineFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(handlers=[handler], level=logging.INFO)
    for name in _CHATTY_LIBRARIES:
        logging.getLogger(name).setLevel(logging.WARNING)
    # Its warning about a retry shows the whole URL, ids of people and spaces included.
    logging.getLogger("urllib3.connectionpool").setLevel(logging.ERROR)


_THREAD_SWITCH_SECONDS = 0.0005
"""How long a thread may compute while others wait. Python's 5 ms add up to seconds for an answer that waits many times,
for Webex and for the database, while other threads compute files for another enterprise."""


def load_settings(process: Process) -> Settings:
    """Start logging and return the settings of a process. Exit with code 2 and all faults if there are any."""
    log_to_stderr()
    sys.setswitchinterval(_THREAD_SWITCH_SECONDS)
    try:
        settings = load(process)
    except SettingsFault as fault:
        sys.stderr.write(f"{fault}\n")
        raise SystemExit(2) from None
    for warning in settings.warnings:
        log.warning(warning)
    return settings


def open_database(settings: Settings, *, connections: int = 0, single_writes: int = 0) -> Database:
    """Open the database. Create the folder of an SQLite file; exit with the reason if that fails."""
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


def open_existing_database(settings: Settings) -> Database:
    """Open the database to read it. Exit with the reason if it is missing or not up to date."""
    if fault := missing_database(settings):
        sys.exit(fault)
    database = open_database(settings)
    _exit_unless_up_to_date(database)
    return database


def missing_database(settings: Settings) -> str | None:
    """Return what is wrong if the file of an SQLite database is missing."""
    url = make_url(settings.database_url.reveal())
    if url.get_backend_name() != "sqlite" or Path(url.database or "").exists():
        return None
    return _database_fault(f"there is no file {url.database}. `python -m bot serve` or `db upgrade` creates it.")


def ensure_up_to_date(database: Database) -> None:
    """Upgrade an SQLite database. Exit if a PostgreSQL database is not up to date: `db upgrade` does that."""
    if database.is_sqlite:
        upgrade(database)
    else:
        _exit_unless_up_to_date(database)


def _exit_unless_up_to_date(database: Database) -> None:
    if not up_to_date(database):
        sys.stderr.write("The database is not up to date: run `python -m bot db upgrade` first.\n")
        raise SystemExit(2)


@contextmanager
def exit_on_database_error() -> Iterator[None]:
    """Exit with one sentence if the database cannot be used."""
    try:
        yield
    except DatabaseError as error:
        if type(error) not in (DatabaseError, OperationalError):
            raise
        sys.exit(_database_fault(error.orig))


def _database_fault(reason: BaseException | str | None) -> str:
    return f"The database cannot be used, see DATABASE_URL: {' '.join(str(reason).split())}"


def apply_settings(database: Database, settings: Settings) -> None:
    """Replace the operators by those of the settings; add the settings' enterprise if there never was one."""
    with database.write() as session:
        admins.set_operators(session, settings.bot_operators)
        if not settings.bot_enterprise:
            return
        if enterprises.any_was_added(session):
            if warning := _settings_without_effect(session, settings):
                log.warning(warning)
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
        log.info("added the first enterprise: %s", first.key)


def _settings_without_effect(session: Session, settings: Settings) -> str | None:
    in_use = enterprises.in_use(session)
    first = next((each for each in in_use if each.sp_enterprise_id == settings.bot_enterprise), None)
    if first is None:
        return "BOT_ENTERPRISE had no effect: it adds only the first enterprise. See `enterprise list`"
    stored = {address_key(admin.email) for admin in admins.of_enterprise(session, first.id)}
    differing = []
    if not stored.issuperset(map(address_key, settings.bot_admins)):
        differing.append("BOT_ADMINS")
    if settings.bot_timezone != first.timezone and "bot_timezone" in settings.set_fields:
        differing.append("BOT_TIMEZONE")
    if not differing:
        return None
    names = " and ".join(differing)
    return f"{names} had no effect, because {first.key} already exists: `enterprise set {first.key}` changes it"
