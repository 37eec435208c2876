"""A partner admin's consent to an integration: the scopes that the bot asks for, and the answer that Webex sends back.

Webex sends the browser to the integration's redirect address and adds a code, or an error, to it.
"""

import hmac
from urllib.parse import SplitResult, parse_qs, urlsplit

from bot.webex.urls import DEFAULT_PORTS
from storage.values.provider_access import AccessSubject

PEOPLE_READ = "spark:people_read"
"""The scope that shows whose token it is."""

SCOPE_OF = {
    AccessSubject.ENTERPRISES: "spark-admin:broadworks_enterprises_read",
    AccessSubject.SYNCS: "spark-admin:broadworks_enterprises_write",
    AccessSubject.LICENSE_HOLDERS: "spark-admin:broadworks_subscribers_read",
}
"""The scope that each part of the provider's access needs (Webex's BroadWorks API)."""

SCOPES = (PEOPLE_READ, *SCOPE_OF.values())
"""All that the bot asks for."""

DEFAULT_REDIRECT_URI = "http://127.0.0.1:8765/callback"

MAX_ADDRESS_LENGTH = 8000
"""Characters of an answer. Webex's are a few hundred long."""

_LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "::1")
_MAX_SHOWN_LENGTH = 200
"""Characters of Webex's words, and of a wrong address, in a sentence."""
_AROUND_AN_ADDRESS = " \t\r\n\"'`<>“”‘’«»"


class NotTheAnswer(Exception):
    """An address is not the answer to this question. The message says what is wrong with it, and has no code."""


class ConsentRefused(Exception):
    """Webex answered with an error instead of a code."""


def check_redirect_uri(text: str) -> str:
    """Return a redirect address. Raise ValueError if a browser cannot be sent there."""
    parts = _split(text)
    if parts is None or parts.fragment or parts.query or "@" in parts.netloc:
        raise ValueError(f"is not an address such as {DEFAULT_REDIRECT_URI}")
    return text


def receiving_place(redirect_uri: str) -> tuple[str, int]:
    """Return the host and port to listen on. Raise ValueError if this computer cannot receive the answer there."""
    parts = urlsplit(redirect_uri)
    if parts.scheme != "http" or parts.hostname not in _LOOPBACK_HOSTS:
        raise ValueError(
            "is not on this computer. `authorize` can wait only at http://127.0.0.1, http://localhost or http://[::1]. "
            "For another address, add --paste"
        )
    return "127.0.0.1" if parts.hostname == "localhost" else parts.hostname, parts.port or DEFAULT_PORTS["http"]


def code_in(address: str, redirect_uri: str, state: str) -> str:
    """Return the code in an answer.

    Raise NotTheAnswer for another address, or for the answer to another question: who sent it does not know the state.
    Raise ConsentRefused for an error.
    """
    fields = _fields(address, redirect_uri)
    error = plain(_only(fields, "error"))
    sent_state = _only(fields, "state")
    if not hmac.compare_digest(sent_state.encode("utf-8", "replace"), state.encode()):
        said = f" It says: {error}." if error else ""
        fault = "does not belong to the address that was printed last" if sent_state else "has no state"
        raise NotTheAnswer(f"This answer {fault}.{said} Open that address, and use the answer that comes then.")
    if error:
        description = plain(_only(fields, "error_description")).rstrip(".")
        raise ConsentRefused(f"{error} ({description})" if description else error)
    code = _only(fields, "code")
    if not code:
        raise NotTheAnswer("This answer has no code. Open the address that was printed last once more.")
    return code


def without_wrapping(pasted: str) -> str:
    """Return a pasted address without the spaces and quotation marks around it."""
    return pasted.strip(_AROUND_AN_ADDRESS)


def _fields(address: str, redirect_uri: str) -> dict[str, list[str]]:
    expected = urlsplit(redirect_uri)
    if address.startswith(expected.netloc):  # some browsers hide the scheme
        address = f"{expected.scheme}://{address}"
    parts = _split(address)
    if parts is None:
        raise NotTheAnswer(f"This is not an address. The answer is an address that begins with {redirect_uri}")
    if _place(parts) != _place(expected):
        if "client_id=" in parts.query:
            raise NotTheAnswer(
                f"This is the address to open. The answer is the address where the browser ends: {redirect_uri}?…"
            )
        shown = plain(f"{parts.scheme}://{parts.netloc}{parts.path}")
        raise NotTheAnswer(f"This is another address: “{shown}”. The answer begins with {redirect_uri}")
    try:
        return parse_qs(parts.query, max_num_fields=50)
    except ValueError:
        raise NotTheAnswer("This answer has too many parts.") from None


def _split(address: str) -> SplitResult | None:
    """Return the parts of an address of the web, None if it is none."""
    if len(address) > MAX_ADDRESS_LENGTH or not address.isprintable() or " " in address:
        return None
    try:
        parts = urlsplit(address)
        return parts if parts.scheme in DEFAULT_PORTS and parts.hostname and parts.port != 0 else None
    except ValueError:
        return None


def _place(parts: SplitResult) -> tuple[str | None, int, str]:
    """Return where an address leads. A browser may have put https before it, so the scheme does not count."""
    return parts.hostname, parts.port or DEFAULT_PORTS[parts.scheme], parts.path or "/"


def _only(fields: dict[str, list[str]], name: str) -> str:
    values = fields.get(name, [])
    if len(values) > 1:
        raise NotTheAnswer(f"This answer has {name} more than once.")
    return values[0] if values else ""


def plain(text: str, max_length: int | None = _MAX_SHOWN_LENGTH) -> str:
    """Return a text from outside on one line without control characters, for a terminal."""
    words = "".join(character if character.isprintable() else " " for character in text).split()
    return " ".join(words)[:max_length]
