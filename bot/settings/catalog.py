"""The settings as a contract with whoever runs the bot: names, meanings, defaults, which process needs what."""

from dataclasses import dataclass
from enum import StrEnum


class Need(StrEnum):
    """A process, named as it is started, and with it the settings it cannot do without."""

    SERVE = "serve"
    WEB = "web"
    WORKER = "worker"
    UPGRADE = "db upgrade"
    ENTERPRISE = "enterprise"


SECRET_LENGTH = 16

_MOVERS = frozenset({Need.SERVE, Need.WORKER})
_DOORS = frozenset({Need.SERVE, Need.WEB})
_NONE: frozenset[Need] = frozenset()


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting; a default of "" means that there is none.

    The processes in `used_by` refuse a value they cannot read; those in `required_by` cannot go without one.
    """

    name: str
    meaning: str
    default: str = ""
    required_by: frozenset[Need] = _NONE
    used_by: frozenset[Need] = _MOVERS


SETTINGS = (
    Setting(
        "WEBEX_BOT_TOKEN",
        "The bot's access token, shown once when the bot is made on developer.webex.com.",
        required_by=_MOVERS,
    ),
    Setting(
        "WEBEX_WEBHOOK_SECRET",
        f"What Webex signs the bot's webhooks with, {SECRET_LENGTH} or more characters that nobody can guess.",
        required_by=_DOORS,
        used_by=_DOORS | _MOVERS,
    ),
    Setting("WEBEX_API_URL", "The base address of the Webex API.", "https://webexapis.com/v1/"),
    Setting(
        "WEBEX_ADMIN_TOKEN",
        "A partner admin's access token, with which enterprises are synced and their license holders read.",
        required_by=_MOVERS,
    ),
    Setting(
        "BOT_PUBLIC_URL",
        "The address at which Webex reaches the bot, such as https://dirsync.example.com, without /webhooks.",
        required_by=frozenset({Need.SERVE}),
    ),
    Setting(
        "BOT_OPERATORS",
        "The e-mail addresses of the operators, who may act for every enterprise, with commas between.",
        required_by=_MOVERS,
    ),
    Setting(
        "BOT_ENTERPRISE",
        "The BroadWorks enterprise id (spEnterpriseId) of the first enterprise, such as Reseller1+acme; "
        "it counts until there is one.",
    ),
    Setting(
        "BOT_ADMINS",
        "The e-mail addresses of the first enterprise's admins, with commas between; they count when it is made.",
    ),
    Setting(
        "BOT_TIMEZONE",
        "The first enterprise's time zone, such as America/Chicago; it counts when it is made.",
        "UTC",
        used_by=_MOVERS | {Need.ENTERPRISE},
    ),
    Setting(
        "DATABASE_URL",
        "The database: sqlite:///path/to/file.db, or postgres://… where many processes share the work.",
        "sqlite:///var/bot.db",
        used_by=frozenset(Need),
    ),
    Setting("PORT", "The port on which the bot listens.", "8080", used_by=_DOORS),
    Setting("SYNC_HOLD", "How long after a completed sync no new one may start.", "24h"),
    Setting("SYNC_POLL", "How often Webex is asked how a running sync is doing.", "15s"),
    Setting("SYNC_TIMEOUT", "How long a sync may take before the bot gives it up.", "12h"),
    Setting("ROSTER_MAX_AGE", "How old a list of license holders may be before it is read again.", "10m"),
    Setting("ANSWER_THREADS", "How many commands one process works on at once.", "8"),
)
