"""The answer comes over real HTTP, among requests that are not the answer."""

import socket
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from http import HTTPStatus

import pytest
import requests

from bot.entrypoints import authorize_receiver
from bot.entrypoints.authorize_receiver import Receiver
from bot.webex.consent import ConsentRefused
from tests.journeys.processes import free_port

pytestmark = pytest.mark.server

STATE = "the-state-of-this-run"


class Waiting:
    """A receiver that waits in a thread."""

    def __init__(self, host: str, threads: ThreadPoolExecutor) -> None:
        self.port = free_port()
        self.base = f"http://{host}:{self.port}"
        self.receiver = Receiver(f"{self.base}/callback", STATE)
        self.code: Future[str] = threads.submit(self.receiver.wait, 20)

    def get(self, target: str) -> tuple[int, str]:
        response = requests.get(self.base + target, timeout=10)
        return response.status_code, response.text


Wait = Callable[..., Waiting]


@pytest.fixture
def wait() -> Iterator[Wait]:
    made: list[Waiting] = []
    with ThreadPoolExecutor() as threads:

        def start(host: str = "127.0.0.1") -> Waiting:
            made.append(Waiting(host, threads))
            return made[-1]

        yield start
        for each in made:
            if not each.code.done():
                each.get(f"/callback?code=end&state={STATE}")
            each.receiver.__exit__()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_the_browser_brings_the_code(wait: Wait, host: str) -> None:
    waiting = wait(host)
    status, text = waiting.get(f"/callback?code=c1&state={STATE}")
    assert (status, waiting.code.result(5)) == (HTTPStatus.OK, "c1")
    assert "go back to the shell" in text


@pytest.mark.parametrize(
    ("target", "status", "words"),
    [
        ("/favicon.ico", 404, "nothing at this address"),
        (f"/?code=c0&state={STATE}", 404, "nothing at this address"),
        (f"/callback/?code=c0&state={STATE}", 404, "nothing at this address"),
        ("/callback?code=c0&state=wrong", 400, "does not belong to the address"),
        ("/callback?code=c0", 400, "has no state"),
        ("/callback?error=access_denied&state=wrong", 400, "It says: access_denied."),
        (f"/callback?state={STATE}", 400, "has no code"),
    ],
)
def test_what_is_no_answer_does_not_end_the_wait(wait: Wait, target: str, status: int, words: str) -> None:
    waiting = wait()
    got, text = waiting.get(target)
    assert (got, words in text) == (status, True)
    assert not waiting.code.done()
    waiting.get(f"/callback?code=c1&state={STATE}")
    assert waiting.code.result(5) == "c1"


def test_only_get_is_taken(wait: Wait) -> None:
    waiting = wait()
    assert requests.post(f"{waiting.base}/callback?code=c0&state={STATE}", timeout=10).status_code == 501
    assert not waiting.code.done()


def test_an_error_ends_the_wait(wait: Wait) -> None:
    waiting = wait()
    assert "access_denied" in waiting.get(f"/callback?error=access_denied&state={STATE}")[1]
    with pytest.raises(ConsentRefused, match="access_denied"):
        waiting.code.result(5)


def test_a_silent_connection_does_not_keep_the_answer_waiting(wait: Wait, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(authorize_receiver, "MAX_REQUEST_SECONDS", 0.2)
    waiting = wait()
    with (
        socket.create_connection(("127.0.0.1", waiting.port)) as silent,
        socket.create_connection(("127.0.0.1", waiting.port)) as slow,
    ):
        slow.sendall(b"GET /callback")
        waiting.get(f"/callback?code=c1&state={STATE}")
        assert silent.recv(1) == b""
    assert waiting.code.result(5) == "c1"


def test_the_wait_ends_at_its_deadline() -> None:
    with Receiver(f"http://127.0.0.1:{free_port()}/callback", STATE) as receiver, pytest.raises(TimeoutError):
        receiver.wait(0.05)


def test_a_taken_port_is_an_error_at_once(wait: Wait) -> None:
    taken = wait()
    with pytest.raises(OSError, match="in use"):
        Receiver(f"{taken.base}/callback", STATE)
