"""The worker of the webhook server over real sockets: slow clients hold no thread and keep nobody out."""

import errno
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any

import pytest
from gunicorn.config import Config

from bot.entrypoints import door_worker
from bot.entrypoints.door_arrival import MAX_BODY_BYTES, MAX_HEAD_BYTES
from bot.entrypoints.door_connection import Connection
from bot.entrypoints.door_worker import DoorWorker
from tests.bot.entrypoints.running_door import PATIENCE, THREADS, Door, door, echo, heard, rest

pytestmark = pytest.mark.server

GET = b"GET /fine HTTP/1.1\r\nHost: bot\r\n\r\n"
POST = b"POST /post HTTP/1.1\r\nHost: bot\r\n"
CLOSE = b"Connection: close\r\n"
SOON = 0.3
"""A deadline for tests."""


@pytest.fixture
def running() -> Iterator[Door]:
    """Run a worker with two threads."""
    with door() as started:
        yield started


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> Iterator[Door]:
    """Run a worker whose deadlines come soon."""
    for name in ("REQUEST_SECONDS", "ANSWER_SECONDS", "_CLOSE_SECONDS"):
        monkeypatch.setattr(door_worker, name, SOON)
    with door() as started:
        yield started


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


UNFINISHED = [
    b"",
    b"P",
    POST,
    POST + b"Content-Length: 2\r\n\r\n",
    POST + b"Content-Length: 2\r\n\r\nx",
    POST + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n",
    POST + b"Transfer-Encoding: chunked\r\n\r\n",
    POST + b"Transfer-Encoding: chunked\r\n\r\n5\r\nx",
    POST + b"Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nX: y",
    GET + POST,
    GET + POST + b"Content-Length: 2\r\n\r\nx",
]


def test_unfinished_requests_hold_no_thread(running: Door) -> None:
    slow = [running.connect(sent) for sent in UNFINISHED for _ in range(3 * THREADS)]
    with running.connect(GET) as client:
        assert heard(client, b"/fine ")
    for client in slow:
        client.close()
    running.wait_until(lambda: running.worker.nr_conns == 0)


DRIPS = [
    (b"", b""),
    (b"G", b"E"),
    (POST, b"X"),
    (POST + b"X: ", b"x"),
    (POST + b"Content-Length: 60000\r\n\r\n", b"x"),
    (POST + b"Transfer-Encoding: chunked\r\n\r\nffff\r\n", b"x"),
    (POST + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
    (POST + b"Transfer-Encoding: chunked\r\n\r\n1;", b"x"),
    (POST + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"X: y\r\n"),
]
"""How each request begins, and what comes then again and again."""


def test_requests_sent_byte_by_byte_are_closed_at_their_deadline(hasty: Door) -> None:
    began = time.monotonic()
    open_ones = {hasty.connect(sent): (drip, bool(sent)) for sent, drip in DRIPS}
    while open_ones:
        assert time.monotonic() - began < SOON + 2, f"still open: {list(open_ones.values())}"
        for client, (drip, is_told) in list(open_ones.items()):
            client.setblocking(False)
            try:
                said = client.recv(4096)
            except BlockingIOError:
                client.send(drip)
                continue
            assert said[:12] == (b"HTTP/1.1 408" if is_told else b"")
            assert time.monotonic() - began >= SOON
            client.close()
            del open_ones[client]
        time.sleep(0.02)


def test_an_idle_connection_has_no_deadline_of_a_request(hasty: Door) -> None:
    with hasty.connect(GET) as client:
        heard(client, b"/fine ")
        ends = time.monotonic() + 2 * SOON
        hasty.wait_until(lambda: time.monotonic() > ends)
        client.sendall(GET)
        heard(client, b"/fine ")


def test_a_slow_request_on_an_idle_connection_has_a_deadline(hasty: Door) -> None:
    with hasty.connect(GET) as client:
        heard(client, b"/fine ")
        client.sendall(GET[:5])
        hasty.wait_until(lambda: hasty.worker.nr_conns == 0)
        assert status(rest(client)) == 408


def test_a_client_that_reads_no_answer_holds_no_thread() -> None:
    long = b"x" * 20_000_000

    def verbose(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        said = long if environ["PATH_INFO"] == "/long" else b"short"
        start_response("200 OK", [("Content-Length", str(len(said)))])
        return [said]

    with door(verbose) as running:
        deaf = [running.connect(GET.replace(b"/fine", b"/long")) for _ in range(2 * THREADS)]
        with running.connect(GET) as client:
            heard(client, b"short")
        with deaf[0]:
            assert heard(deaf[0], long).endswith(long)
        for client in deaf:
            client.close()


def test_a_client_that_never_reads_its_answer_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door_worker, "ANSWER_SECONDS", SOON)

    def verbose(_: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        start_response("200 OK", [("Content-Length", "20000000")])
        return [b"x" * 20_000_000]

    with door(verbose) as running, running.connect(GET):
        running.wait_until(lambda: running.worker.nr_conns == 1)
        running.wait_until(lambda: running.worker.nr_conns == 0)


def test_a_client_that_reads_its_answer_slowly_has_the_same_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door_worker, "ANSWER_SECONDS", SOON)
    size = 20_000_000

    def verbose(_: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        start_response("200 OK", [("Content-Length", str(size))])
        return [b"x" * size]

    with door(verbose) as running, running.connect(GET) as client:
        read = len(client.recv(65536))
        while running.worker.nr_conns and read < size:
            read += len(client.recv(65536))
            running.worker.method_queue.defer(lambda: None)
            time.sleep(0.01)
        assert read < size


def test_a_client_that_does_not_close_delays_nobody(hasty: Door) -> None:
    answered = [hasty.connect(GET.replace(b"\r\n\r\n", b"\r\n" + CLOSE + b"\r\n")) for _ in range(10)]
    began = time.monotonic()
    for client in answered:
        assert status(rest(client)) == 200
    with hasty.connect(GET) as client:
        heard(client, b"/fine ")
    assert time.monotonic() - began < 2
    hasty.wait_until(lambda: hasty.worker.nr_conns == 0)
    for client in answered:
        client.close()


def test_the_oldest_slow_connection_makes_room_for_a_new_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door_worker, "MAX_CONNECTIONS", 20)
    monkeypatch.setattr(door_worker, "_YOUNG_SECONDS", 0)
    with door() as running:
        idle = running.connect(GET)
        heard(idle, b"/fine ")
        slow = [running.connect(b"GET") for _ in range(19)]
        running.wait_until(lambda: running.worker.nr_conns == 20)
        for number in range(5):
            with running.connect(GET) as client:
                heard(client, b"/fine ")
                assert slow[number].recv(1) == b""
            running.wait_until(lambda: running.worker.nr_conns < 20)
            slow.append(running.connect(b"GET"))
        running.wait_until(lambda: running.worker.nr_conns == 20)
        idle.sendall(GET)
        heard(idle, b"/fine ")
        for client in (idle, *slow):
            client.close()


def test_a_request_on_its_way_outlives_many_idle_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door_worker, "MAX_CONNECTIONS", 20)
    with door() as running:
        idle = [running.connect(GET) for _ in range(20)]
        for client in idle:
            heard(client, b"/fine ")
        arriving = [running.connect(GET[:9]) for _ in range(5)]
        for client in arriving:
            client.sendall(GET[9:])
            heard(client, b"/fine ")
        for client in (*idle, *arriving):
            client.close()


def test_more_connections_than_the_limit_are_never_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door_worker, "MAX_CONNECTIONS", 20)
    most = 0

    def counting(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        nonlocal most
        most = max(most, opened.worker.nr_conns)
        return echo(environ, start_response)

    with door(counting) as opened:
        clients = [opened.connect(sent) for sent in (GET, b"G") * 40]
        with opened.connect(GET) as client:
            heard(client, b"/fine ")
        assert 1 < most <= 21
        for client in clients:
            client.close()


def test_the_door_opens_again_after_all_connections_had_a_request_in_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door_worker, "MAX_CONNECTIONS", THREADS)
    begun, goes_on = threading.Semaphore(0), threading.Event()

    def slow(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        begun.release()
        goes_on.wait(PATIENCE)
        return echo(environ, start_response)

    with door(slow) as opened:
        clients = [opened.connect(GET) for _ in range(THREADS)]
        assert all(begun.acquire(timeout=PATIENCE) for _ in clients)
        clients.append(opened.connect(GET))
        opened.wait_until(lambda: opened.worker.nr_conns > THREADS)
        goes_on.set()
        with opened.connect(GET) as client:
            heard(client, b"/fine ")
        for each in clients:
            each.close()


def test_a_request_on_its_way_outlives_many_requests_in_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door_worker, "MAX_CONNECTIONS", THREADS + 1)
    begun, goes_on = threading.Semaphore(0), threading.Event()

    def slow(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        begun.release()
        goes_on.wait(PATIENCE)
        return echo(environ, start_response)

    with door(slow) as opened:
        clients = [opened.connect(GET) for _ in range(THREADS)]
        assert all(begun.acquire(timeout=PATIENCE) for _ in clients)
        with opened.connect(GET[:9]) as arriving:
            opened.wait_until(lambda: opened.worker.nr_conns > THREADS)
            clients.append(opened.connect(GET))
            opened.wait_until(lambda: opened.worker.nr_conns > THREADS + 1)
            arriving.sendall(GET[9:])
            goes_on.set()
            heard(arriving, b"/fine ")
        for client in clients:
            client.close()


def test_clients_that_always_have_a_next_request_keep_nobody_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door_worker, "MAX_CONNECTIONS", 2 * THREADS)

    heard_of: set[str] = set()

    def slow(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        heard_of.add(environ["REMOTE_PORT"])
        time.sleep(0.005)
        return echo(environ, start_response)

    with door(slow) as opened:
        greedy = []
        for number in range(1, 2 * THREADS + 2):
            greedy.append(opened.connect(GET * 1500))
            opened.wait_until(lambda number=number: len(heard_of) == number)  # type: ignore[misc]
        for _ in range(10):
            with opened.connect(GET) as client:
                heard(client, b"/fine ")
        for client in greedy:
            client.close()


def test_a_connection_closed_for_another_one_is_closed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door_worker, "MAX_CONNECTIONS", 1)
    with door() as opened:
        slow = opened.connect(b"G")
        opened.wait_until(lambda: opened.worker.nr_conns == 1)
        begun, goes_on = threading.Event(), threading.Event()
        opened.worker.method_queue.defer(begun.set)
        opened.worker.method_queue.defer(goes_on.wait, PATIENCE)
        begun.wait(PATIENCE)
        with opened.connect(b"G"):
            slow.sendall(b"E")  # the loop hears of both at once
            goes_on.set()
            with pytest.raises(ConnectionResetError):
                slow.recv(1)
            opened.worker.method_queue.defer(begun.clear)
            opened.wait_until(lambda: not begun.is_set())
            assert opened.worker.nr_conns == 1


def test_no_file_left_closes_a_slow_connection_and_not_the_worker(running: Door) -> None:
    class Full:
        """A listener whose process has no file left, once."""

        def accept(self) -> Any:
            raise OSError(errno.EMFILE, "too many open files")

    with running.connect(b"GET") as slow:
        running.wait_until(lambda: running.worker.nr_conns == 1)
        running.worker.method_queue.defer(running.worker.accept, Full())
        assert slow.recv(1) == b""
    with running.connect(GET) as client:
        heard(client, b"/fine ")


def test_pipelined_requests_are_answered_in_order(running: Door) -> None:
    requests = [b"POST /%d HTTP/1.1\r\nHost: bot\r\nContent-Length: 1\r\n\r\nx" % number for number in range(500)]
    last = GET.replace(b"\r\n\r\n", b"\r\n" + CLOSE + b"\r\n")
    answer = running.answer(b"".join(requests) + last)
    assert [part.split(b" ")[0] for part in answer.split(b"\r\n\r\n/")[1:]] == [
        *(b"%d" % number for number in range(500)),
        b"fine",
    ]


def test_a_client_is_told_to_continue_once(running: Door) -> None:
    with running.connect(POST + CLOSE + b"Expect: 100-continue\r\nContent-Length: 4\r\n\r\n") as client:
        assert heard(client, b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.sendall(b"body")
        assert (said := rest(client)).endswith(b"/post body")
    assert status(said) == 200


def test_a_body_that_came_at_once_needs_no_word_to_continue(running: Door) -> None:
    assert status(running.answer(POST + CLOSE + b"Expect: 100-continue\r\nContent-Length: 4\r\n\r\nbody")) == 200


def test_chunks_arrive_as_one_body(running: Door) -> None:
    with running.connect(POST + CLOSE + b"Transfer-Encoding: chunked\r\n\r\n3\r\nbod") as client:
        client.sendall(b"\r\n1\r\ny\r\n0\r\n")
        client.sendall(b"\r\n")
        assert rest(client).endswith(b"/post body")


def test_many_chunks_are_not_copied_again_for_each_chunk() -> None:
    ours, theirs = socket.socketpair()
    with theirs:
        connection = Connection(Config(), ours, ("127.0.0.1", 1), ("127.0.0.1", 2))
        for _ in range(2):
            theirs.sendall(b"x" * 60_000)
            connection.receive(60_000)
        connection.hand_over()
        assert 0 < len(connection.parser.unreader.read()) <= 8192
        connection.take_back()
        assert len(connection.arrival) == 2 * 60_000 - 8192
        connection.close()


def test_nothing_after_a_cut_body_is_taken_for_a_request(running: Door) -> None:
    long = b"Content-Length: %d\r\n\r\n" % (MAX_BODY_BYTES + 1)
    answer = running.answer(POST + long + GET)
    assert answer.count(b"Server: gunicorn") == 1


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (b"X" * (MAX_HEAD_BYTES + 1), 431),
        (GET[:-2] + b"X: " + b"x" * MAX_HEAD_BYTES, 431),
        (b"GET\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nno colon\r\n\r\n", 400),
        (POST + b"Content-Length: 1\r\nContent-Length: 1\r\n\r\nx", 400),
        (POST + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n", 400),
        (POST + b"Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n0\r\n\r\n", 400),
        (POST + b"Transfer-Encoding: nothing\r\n\r\n0\r\n\r\n", 501),
        (GET[:-2] + b"Expect: more\r\n\r\n", 417),
        (POST + b"Transfer-Encoding: chunked\r\n\r\nnone\r\n", 400),
        (POST + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabcXX0\r\n\r\n", 400),
        (POST + b"Transfer-Encoding: chunked\r\n\r\n0\r\nno colon\r\n\r\n", 400),
        (POST + b"Transfer-Encoding: chunked\r\n\r\n" + b"1\r\nx\r\n" * 100_000, 413),
    ],
)
def test_a_malformed_request_is_refused_before_the_app(sent: bytes, expected: int) -> None:
    def never(environ: dict[str, Any], _: Callable[..., Any]) -> list[bytes]:
        raise AssertionError(environ["PATH_INFO"])

    with door(never) as opened:
        assert status(opened.answer(sent)) == expected


@pytest.mark.parametrize("name", ["SCRIPT_NAME", "PATH_INFO", "REMOTE_USER"])
def test_no_header_changes_the_path_of_a_request(running: Door, name: str) -> None:
    answer = running.answer(f"GET /path HTTP/1.1\r\nHost: x\r\n{name}: /other\r\nConnection: close\r\n\r\n".encode())
    assert (status(answer), answer.split()[-1]) == (200, b"/path")


def test_malformed_requests_are_logged_once_a_minute(running: Door) -> None:
    said = StringIO()
    handler = logging.StreamHandler(said)
    running.worker.log.error_log.addHandler(handler)
    for _ in range(20):
        assert status(running.answer(b"get" + b"\x1b\x85" * 10 + b"x" * 4000 + b" / HTTP/1.1\r\n\r\n")) == 400
    running.worker.log.error_log.removeHandler(handler)
    assert said.getvalue().startswith("malformed requests since the last such line: 1. ")
    assert len(said.getvalue()) < 500
    assert said.getvalue().count("\n") == 1
    assert said.getvalue().replace("\n", "").isprintable()


def test_an_entry_of_the_workers_log_is_one_line(running: Door) -> None:
    said = StringIO()
    handler = running.worker.log.error_log.handlers[0]
    before = handler.setStream(said)
    running.worker.log.warning("an id: %s", "a\n[2026-11-28 00:00:00 +0000] [1] [INFO] all is well\x85")
    handler.setStream(before)
    assert said.getvalue().splitlines() == [said.getvalue().rstrip("\n")]
    assert said.getvalue().endswith("\\x85\n")


def test_an_answer_reaches_a_client_that_is_still_sending(running: Door) -> None:
    with running.connect(b"X" * (MAX_HEAD_BYTES + 1)) as client:
        for _ in range(100):
            client.sendall(b"X" * 10_000)
        assert status(rest(client)) == 431


def test_a_client_that_closes_its_side_gets_nothing_and_leaves_nothing(running: Door) -> None:
    for sent in UNFINISHED:
        with running.connect(sent) as client:
            client.shutdown(socket.SHUT_WR)
            rest(client)
    running.wait_until(lambda: running.worker.nr_conns == 0)


def test_requests_in_hand_are_answered_when_the_worker_stops() -> None:
    begun, ends = threading.Event(), threading.Event()

    def slow(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        begun.set()
        ends.wait(PATIENCE)
        return echo(environ, start_response)

    with door(slow) as running, running.connect(GET) as client:
        begun.wait(PATIENCE)
        running.worker.handle_exit(None, None)
        ends.set()
        assert rest(client).endswith(b"/fine ")


def test_tls_is_refused_at_the_start() -> None:
    config = Config()
    config.set("certfile", "a certificate")
    with pytest.raises(RuntimeError, match="proxy"):
        DoorWorker.check_config(config, None)
