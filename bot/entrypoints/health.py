"""`health`: says at a shell whether the bot can work, also beside a worker, which answers no web address."""

from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError

from bot.entrypoints import startup
from bot.formatting.escape import unformatted
from bot.replies.provider_access import unhealthy
from bot.replies.webhooks import resting
from bot.settings.load import Settings
from bot.webex.own_webhooks import shown
from storage import access_refusals, webhooks
from storage.engine.database import Database
from storage.engine.upgrade import up_to_date
from storage.values.provider_access import AccessSubject

_HEALTHY = "healthy: the database can be used, and Webex is not known to refuse the bot's token"


@dataclass(frozen=True, slots=True)
class Health:
    """What to print, a line each. `can_work` is False if a process of the bot cannot do its work."""

    lines: list[str]
    can_work: bool


def look(settings: Settings) -> Health:
    """Return whether the bot can work, as far as the database tells.

    What a restart or another machine would not cure does not make it unhealthy: a refused access of the provider, and
    that this installation rests.
    """
    if fault := startup.missing_database(settings):
        return Health([fault], can_work=False)
    database = Database(settings.database_url.reveal(), connections=1, single_writes=1)
    try:
        if not up_to_date(database):
            return Health(["The database is not up to date: run `python -m bot db upgrade`."], can_work=False)
        with database.quick_read() as session:
            refusals = access_refusals.current(session)
            taken_by = webhooks.taken_by(session)
    except SQLAlchemyError as error:
        fault = f"The database cannot be used, see DATABASE_URL: {type(error).__name__}"
        return Health([fault], can_work=False)
    finally:
        database.close()
    can_work = not any(refusal.subject is AccessSubject.BOT for refusal in refusals)
    lines = [_HEALTHY] if can_work else []
    lines += [unformatted(unhealthy(refusal)) for refusal in refusals]
    if taken_by is not None:
        lines.append(unformatted(resting(shown(taken_by))))
    return Health(lines, can_work)
