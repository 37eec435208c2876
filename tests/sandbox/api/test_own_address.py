"""A web page in the same browser cannot act as a person in the sandbox."""

import http.client

import pytest

from sandbox.server import Sandbox

AS_ANA = {"Authorization": "Bearer ana@acme.example"}


def status(sandbox: Sandbox, **headers: str) -> int:
    """The status of a request with exactly these headers besides Ana's token; `{port}` is the sandbox's port."""
    connection = http.client.HTTPConnection("127.0.0.1", sandbox.port, timeout=5)
    connection.putrequest("GET", "/v1/people/me", skip_host=True)
    for name, value in (AS_ANA | headers).items():
        connection.putheader(name, value.format(port=sandbox.port))
    connection.endheaders()
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status


@pytest.mark.parametrize("host", ["127.0.0.1:{port}", "localhost:{port}", "LOCALHOST:{port}", "[::1]:{port}"])
def test_a_request_to_the_sandboxs_own_address_is_answered(sandbox: Sandbox, host: str) -> None:
    assert status(sandbox, Host=host) == 200
    assert status(sandbox, Host=host, Origin="http://127.0.0.1:{port}") == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example:{port}",
        "evil.example",
        "127.0.0.1",
        "localhost:1",
        "127.0.0.1.evil.example:{port}",
        "",
        "0:{port}",
    ],
)
def test_a_request_to_another_name_is_refused(sandbox: Sandbox, host: str) -> None:
    assert status(sandbox, Host=host) == 403
    assert not sandbox.world.requests


def test_a_request_without_a_host_is_refused(sandbox: Sandbox) -> None:
    assert status(sandbox) == 403


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "https://127.0.0.1:{port}", "http://localhost:1"])
def test_a_request_from_a_foreign_page_is_refused(sandbox: Sandbox, origin: str) -> None:
    assert status(sandbox, Host="127.0.0.1:{port}", Origin=origin) == 403
