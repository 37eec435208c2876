import http.client
import socket
import threading
import time

import pytest
import requests

from sandbox.server import Sandbox
from tests.sandbox.client import Caller, Receiver

AS_ANA = {"Authorization": "Bearer ana@acme.example"}


def test_a_connection_serves_many_requests(sandbox: Sandbox) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", sandbox.port, timeout=5)
    ports = set()
    for method in ("GET", "HEAD", "DELETE", "GET"):
        connection.request(method, "/v1/people/me", headers=AS_ANA)
        connection.getresponse().read()
        ports.add(connection.sock.getsockname()[1])
    connection.close()
    assert len(ports) == 1


def test_responses_are_sent_without_delay(sandbox: Sandbox, space: str, ana: Caller) -> None:
    ana.get("people/me")
    times = []
    for number in range(30):
        began = time.perf_counter()
        ana.post("messages", roomId=space, text=str(number))
        times.append(time.perf_counter() - began)
    assert sorted(times)[15] < 0.02  # with Nagle, a response would be 40 ms late


def test_a_body_in_chunks_is_read(sandbox: Sandbox, space: str) -> None:
    body = iter([b'{"roomId": "', space.encode(), b'", "text": "in pieces"}'])
    headers = {**AS_ANA, "Content-Type": "application/json"}
    response = requests.post(f"{sandbox.url}messages", data=body, headers=headers, timeout=5)
    assert response.json()["text"] == "in pieces"


def test_a_client_that_expects_100_continue_gets_it(sandbox: Sandbox) -> None:
    with socket.create_connection(("127.0.0.1", sandbox.port), timeout=5) as raw:
        raw.sendall(
            b"POST /v1/rooms HTTP/1.1\r\nHost: localhost:%d\r\nAuthorization: Bearer ana@acme.example\r\n"
            b"Content-Type: application/json\r\nContent-Length: 14\r\nExpect: 100-continue\r\n\r\n" % sandbox.port
        )
        assert raw.recv(100).startswith(b"HTTP/1.1 100")
        raw.sendall(b'{"title": "a"}')
        assert raw.recv(100).startswith(b"HTTP/1.1 200")


def test_stopping_is_quick_and_leaves_no_threads(receiver: Receiver) -> None:
    before = set(threading.enumerate())
    sandbox = Sandbox().start()
    ana = Caller(sandbox, "ana@acme.example")
    ana.get("people/me")
    ana.post("webhooks", name="x", targetUrl=receiver.url, resource="messages", event="created")
    ana.post("messages", toPersonEmail="dirsync@webex.bot", text="hello")
    receiver.wait_for(1)
    began = time.monotonic()
    sandbox.stop()
    assert time.monotonic() - began < 1
    assert [thread for thread in set(threading.enumerate()) - before if "sandbox" in thread.name] == []
    assert [thread for thread in set(threading.enumerate()) - before if "webhook-sender" in thread.name] == []
    with pytest.raises(requests.ConnectionError):
        ana.get("people/me")


def test_stopping_ends_delayed_requests_and_hanging_deliveries(sandbox: Sandbox, ana: Caller) -> None:
    def be_refused() -> None:
        with pytest.raises(requests.ConnectionError):
            ana.get("people/me")

    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen()
        url = f"http://127.0.0.1:{deaf.getsockname()[1]}/"
        ana.post("webhooks", name="x", targetUrl=url, resource="messages", event="created")
        ana.post("messages", toPersonEmail="dirsync@webex.bot", text="hello")
        deaf.settimeout(5)
        connection, _ = deaf.accept()
        sandbox.faults.add(path="/people/me", delay=30)
        waiting = threading.Thread(target=be_refused)
        waiting.start()
        while not sandbox.faults.is_clear:
            time.sleep(0.002)
        began = time.monotonic()
        sandbox.stop()
        assert time.monotonic() - began < 1
        waiting.join()
        connection.close()


def test_a_world_outlives_a_restart_on_the_same_port(sandbox: Sandbox, space: str, ana: Caller) -> None:
    ana.say(space, "before")
    port = sandbox.port
    sandbox.stop()
    sandbox.start()
    assert sandbox.port == port
    assert ana.get("messages", roomId=space).json()["items"][0]["text"] == "before"


def test_events_not_delivered_before_a_restart_are_delivered_after_it(
    sandbox: Sandbox, ana: Caller, receiver: Receiver
) -> None:
    ana.post("webhooks", name="x", targetUrl=receiver.url, resource="messages", event="created")
    sandbox.world.webhook_sender.stop()
    ana.post("messages", toPersonEmail="dirsync@webex.bot", text="hello")
    sandbox.stop()
    sandbox.start()
    assert receiver.wait_for(1)[0]["resource"] == "messages"


def test_a_taken_port_is_an_error_not_an_exit(sandbox: Sandbox) -> None:
    with pytest.raises(OSError, match="in use"):
        Sandbox(sandbox.port).start()
