"""Tells requests to the sandbox's own address from those that a web page in the same browser makes.

A page of another host can have its name point to 127.0.0.1 (DNS rebinding). The browser then lets it send every request
and read the answers, because it takes the sandbox for the page's own server. Only the Host header still has the name.
"""

from urllib.parse import urlsplit
from wsgiref.types import WSGIEnvironment

_OWN_HOSTS = ("127.0.0.1", "localhost", "[::1]")


def is_from_elsewhere(environ: WSGIEnvironment, base_url: str) -> bool:
    """Return whether a request names another host than the sandbox, or comes from a page of another one."""
    port = urlsplit(base_url).port or 80
    own = {f"{host}:{port}" for host in _OWN_HOSTS} | {host for host in _OWN_HOSTS if port == 80}
    host, origin = str(environ.get("HTTP_HOST", "")).lower(), str(environ.get("HTTP_ORIGIN", "")).lower()
    return host not in own or origin not in {"", *(f"http://{address}" for address in own)}
