"""`health`: says in a line each why the bot cannot work, also beside a worker, which answers no web address."""

from sqlalchemy.exc import SQLAlchemyError

from bot.entrypoints import startup
from bot.formatting.escape import unformatted
from bot.replies.provider_access import unhealthy
from bot.settings.load import Settings
from storage import access_refusals
from storage.engine.database import Database
from storage.engine.upgrade import up_to_date
from storage.values.records import AccessSubject


def problems(settings: Settings) -> list[str]:
    """Return why the bot cannot work, as far as the database tells."""
    if fault := startup.missing_database(settings):
        return [fault]
    database = Database(settings.database_url.reveal(), connections=1, single_writes=1)
    try:
        if not up_to_date(database):
            return ["The database is not up to date: run `python -m bot db upgrade`."]
        with database.quick_read() as session:
            refusals = access_refusals.current(session, (AccessSubject.BOT,))
        return [unformatted(unhealthy(refusal)) for refusal in refusals]
    except SQLAlchemyError as error:
        return [f"The database cannot be used, see DATABASE_URL: {type(error).__name__}"]
    finally:
        database.close()
