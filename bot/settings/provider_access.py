"""The two ways in which the provider gives the bot access to Webex: an integration, or a token to try the bot."""

from collections.abc import Set

TOKEN = "WEBEX_ADMIN_TOKEN"  # noqa: S105  the setting's name
CLIENT_ID = "WEBEX_ADMIN_CLIENT_ID"
CLIENT_SECRET = "WEBEX_ADMIN_CLIENT_SECRET"  # noqa: S105  the setting's name
REFRESH_TOKEN = "WEBEX_ADMIN_REFRESH_TOKEN"  # noqa: S105  the setting's name
SECRET_KEY = "BOT_SECRET_KEY"  # noqa: S105  the setting's name

_NEEDED = (CLIENT_ID, CLIENT_SECRET, SECRET_KEY)
"""What an integration needs. The refresh token may be in the database instead."""


def faults(process: str, given: Set[str]) -> dict[str, str]:
    """Return one sentence for each setting to correct, by its name, if not exactly one of the two ways is set.

    `given` are the names of the settings that the environment has.
    """
    integration = [name for name in (CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN) if name in given]
    names = _listed(integration)
    if TOKEN in given and integration:
        verb = "are" if len(integration) > 1 else "is"
        return {
            TOKEN: f"{TOKEN} is set and {names} {verb} set, but the bot takes either the token or an integration: "
            f"unset {TOKEN} to use the integration, or unset {names} to use the token."
        }
    if TOKEN in given:
        return {}
    if not integration:
        return {
            TOKEN: f"{TOKEN} is not set, and `{process}` needs it or an integration: set {_listed(_NEEDED)} for an "
            f"integration, or {TOKEN} to try the bot."
        }
    return {name: _missing(name, names) for name in _NEEDED if name not in given}


def _missing(name: str, given: str) -> str:
    if name == SECRET_KEY:
        return f"{name} is not set, and an integration needs it to encrypt its tokens: {HOW_TO_MAKE_A_KEY}."
    return f"{name} is not set, and the integration of {given} needs it: set it, or unset {given}."


HOW_TO_MAKE_A_KEY = "set what `openssl rand -base64 32` prints"


def _listed(names: list[str] | tuple[str, ...]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1]))) if names else ""
