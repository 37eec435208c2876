"""Who answers at the address of webhooks: this installation, another one, or nobody."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from bot.webex import other_installation
from bot.webex.own_webhooks import TURN_HEADER, UNKNOWN_TURN, Answer

pytestmark = pytest.mark.server

TURN = "the turn of this process"


@contextmanager
def program(status: int = 200, *, only: str = "/healthz", to: str = "", turn: str = "") -> Iterator[str]:
    """A program that answers GET at one path with this status, else with 404."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == only else 404)
            if to:
                self.send_header("Location", to)
            if turn:
                self.send_header(TURN_HEADER, turn)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/webhooks"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize(
    ("status", "only", "lives"),
    [
        (200, "/healthz", True),
        (405, "/webhooks", True),
        (403, "/webhooks", True),
        (404, "/webhooks", False),
        (503, "/healthz", False),
        (302, "/healthz", False),
    ],
)
def test_a_program_lives_if_it_answers_by_itself(status: int, only: str, lives: bool) -> None:
    with program() as living, program(status, only=only, to=living.replace("webhooks", "healthz")) as address:
        answer = other_installation.ask(address, TURN)
        assert answer is (Answer.ANOTHER if lives else Answer.NOBODY)


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:9/", "file:///etc/passwd", "gopher://127.0.0.1/webhooks", "http://[", "", "x"]
)
def test_what_cannot_answer_does_not_live(address: str) -> None:
    assert other_installation.ask(address, TURN) is Answer.NOBODY


@pytest.mark.parametrize("only", ["/webhooks", "/healthz"])
@pytest.mark.parametrize("status", [405, 503])
@pytest.mark.parametrize(
    ("turn", "answer"), [(TURN, Answer.OWN), ("another", Answer.ANOTHER), (UNKNOWN_TURN, Answer.UNKNOWN)]
)
def test_a_server_of_the_bot_is_known_by_its_turn(only: str, status: int, turn: str, answer: Answer) -> None:
    with program(status, only=only, turn=turn) as address:
        assert other_installation.ask(address, TURN) is answer


def test_an_answer_that_never_ends_holds_up_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(other_installation, "MAX_SECONDS", 0.2)
    gate = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.wfile.write(b"HTTP/1.1 200 ")
            while not gate.wait(0.02):
                self.wfile.write(b"x")

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    assert other_installation.ask(f"http://127.0.0.1:{server.server_port}/webhooks", TURN) is Answer.NOBODY
    with program() as living:
        assert other_installation.ask(living, TURN) is Answer.NOBODY  # one question at a time
        gate.set()
        server.shutdown()
        server.server_close()
