"""The environment: read once, here alone, and every fault named in one go."""

import os
from collections.abc import Callable, Mapping
from datetime import timedelta
from difflib import get_close_matches
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from bot.settings import parsers as read
from bot.settings.catalog import SETTINGS, Need, Setting

__all__ = ["SETTINGS", "Need", "Setting", "Settings", "SettingsFault", "load"]

_BY_NAME = {setting.name: setting for setting in SETTINGS}
_FAMILIES = ("BOT_", "WEBEX_", "SYNC_", "ROSTER_", "ANSWER_")


class SettingsFault(Exception):
    """The environment is not fit for the process; `faults` has one sentence for each thing to mend."""

    def __init__(self, need: Need, faults: list[str]) -> None:
        self.faults = faults
        super().__init__(f"`{need}` cannot start:\n" + "\n".join(f"- {fault}" for fault in faults))


def _by(reader: Callable[[str], object]) -> BeforeValidator:
    return BeforeValidator(lambda value: reader(value) if isinstance(value, str) and value else value)


def _default(name: str) -> Any:
    return Field(_BY_NAME[name].default, validate_default=True)


Token = Annotated[SecretStr, _by(read.token)]
Secrets = Annotated[SecretStr, _by(read.secrets)]
Emails = Annotated[tuple[str, ...], BeforeValidator(lambda value: value or ()), _by(read.emails)]
Length = Annotated[timedelta, _by(read.duration)]
Span = Annotated[timedelta, _by(read.span)]


class Settings(BaseSettings):
    """What the environment says; what is neither set nor needed is empty. Made directly, it reads nothing."""

    model_config = SettingsConfigDict(
        frozen=True,
        alias_generator=str.upper,
        populate_by_name=True,
        case_sensitive=True,
        enable_decoding=False,
        hide_input_in_errors=True,
    )

    webex_bot_token: Token = _default("WEBEX_BOT_TOKEN")
    webex_webhook_secret: Secrets = _default("WEBEX_WEBHOOK_SECRET")
    webex_api_url: Annotated[str, _by(read.api_url)] = _default("WEBEX_API_URL")
    webex_admin_token: Token = _default("WEBEX_ADMIN_TOKEN")
    bot_public_url: Annotated[str, _by(read.public_url)] = _default("BOT_PUBLIC_URL")
    bot_operators: Emails = _default("BOT_OPERATORS")
    bot_enterprise: str = _default("BOT_ENTERPRISE")
    bot_admins: Emails = _default("BOT_ADMINS")
    bot_timezone: Annotated[str, _by(read.timezone)] = _default("BOT_TIMEZONE")
    database_url: Annotated[str, Field(repr=False), _by(read.database_url)] = _default("DATABASE_URL")
    port: Annotated[int, _by(read.port)] = _default("PORT")
    sync_hold: Length = _default("SYNC_HOLD")
    sync_poll: Span = _default("SYNC_POLL")
    sync_timeout: Span = _default("SYNC_TIMEOUT")
    roster_max_age: Length = _default("ROSTER_MAX_AGE")
    answer_threads: Annotated[int, _by(read.threads)] = _default("ANSWER_THREADS")
    warnings: tuple[str, ...] = ()

    @property
    def webhook_secrets(self) -> tuple[str, ...]:
        """The secrets a webhook may be signed with; webhooks are made with the first."""
        return read.split(self.webex_webhook_secret.get_secret_value())

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings,)


class _Environment(EnvSettingsSource):
    """The settings as they stand in `environ`, what is blank left out."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        super().__init__(Settings)
        self.env_vars = {name: text for name in _BY_NAME if (text := environ.get(name, "").strip())}


def load(need: Need, environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of a process, from `environ` or else from the process's own environment.

    A value that cannot be read, and that this process does not use, is warned of and its default stands.
    Raises SettingsFault with all faults together.
    """
    environ = os.environ if environ is None else environ
    values = {name.upper(): value for name, value in _Environment(environ)().items()}
    settings, bad = _read(values)
    faults = []
    for setting in SETTINGS:
        if setting.name in bad and need in setting.used_by:
            faults.append(f"{setting.name} {bad[setting.name]}.")
        elif setting.name not in bad and _lacks(settings, setting, need, makes_webhooks="BOT_PUBLIC_URL" in values):
            meaning = setting.meaning[0].lower() + setting.meaning[1:]
            faults.append(f"{setting.name} is not set, and `{need}` needs it: {meaning}")
    if environ.get("DYNO") and "DATABASE_URL" not in bad and settings.database_url.startswith("sqlite:"):
        faults.append(
            "DATABASE_URL must name a PostgreSQL database on Heroku, because dynos share no disk and lose their own"
            " at every restart, and an SQLite file with it: add Heroku Postgres, which sets it."
        )
    if faults:
        raise SettingsFault(need, faults)
    unused = [f"{name} {reason}; `{need}` does not use it and goes on." for name, reason in bad.items()]
    return settings.model_copy(update={"warnings": (*unused, *_doubts(settings, environ))})


def _read(values: Mapping[str, Any]) -> tuple[Settings, dict[str, str]]:
    """The settings that can be read, and by name what is wrong with the others."""
    try:
        return Settings(**values), {}
    except ValidationError as refused:
        bad = {str(error["loc"][0]): str(error["ctx"]["error"]) for error in refused.errors()}
    return Settings(**{name: value for name, value in values.items() if name not in bad}), bad


def _lacks(settings: Settings, setting: Setting, need: Need, *, makes_webhooks: bool) -> bool:
    """Whether a setting is empty that must not be; a worker signs webhooks only where it knows their address."""
    signs = setting.name == "WEBEX_WEBHOOK_SECRET" and need is Need.WORKER and makes_webhooks
    return (need in setting.required_by or signs) and not getattr(settings, setting.name.lower())


def _doubts(settings: Settings, environ: Mapping[str, str]) -> list[str]:
    """What is set and has no effect."""
    doubts = []
    for name in sorted(environ):
        if name.upper().startswith(_FAMILIES) and name not in _BY_NAME:
            near = get_close_matches(name.upper(), _BY_NAME, n=1)
            hint = f"perhaps {near[0]} is meant" if near else "the bot has no such setting"
            doubts.append(f"{name} is set and has no effect: {hint}.")
    if settings.bot_admins and not settings.bot_enterprise:
        doubts.append("BOT_ADMINS has no effect without BOT_ENTERPRISE, which says whose admins they are.")
    return doubts
