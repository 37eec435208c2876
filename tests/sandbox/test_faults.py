import time
from threading import Thread

import pytest
import requests

from sandbox.server import Sandbox
from sandbox.world import Request
from tests.sandbox.client import Caller, wait_until


def test_a_fault_happens_the_given_number_of_times_and_does_no_work(sandbox: Sandbox, space: str, ana: Caller) -> None:
    sandbox.faults.add(method="POST", path="/messages", status=429, times=2, headers={"Retry-After": "1"})
    answers = [ana.post("messages", roomId=space, text=str(n)) for n in range(3)]
    assert [answer.status_code for answer in answers] == [429, 429, 200]
    assert answers[0].headers["Retry-After"] == "1"
    assert answers[0].json()["errors"][0]["description"]
    assert answers[0].headers["TrackingID"] == answers[0].json()["trackingId"]
    assert [one.text for one in sandbox.world.messages_in(space)] == ["2"]


def test_a_fault_happens_only_if_method_path_and_caller_match(sandbox: Sandbox, ana: Caller, ben: Caller) -> None:
    sandbox.faults.add(method="GET", path="/people/me", token="ana@acme.example", status=503)
    assert ben.get("people/me").status_code == 200
    assert ana.get("rooms").status_code == 200
    assert ana.get("people/me").status_code == 503


def test_the_first_matching_fault_happens_first(sandbox: Sandbox, ana: Caller) -> None:
    sandbox.faults.add(
        path="/people", status=502, body="<html>bad gateway</html>", headers={"Content-Type": "text/html"}
    )
    sandbox.faults.add(path="/people", status=500, times=None)
    first, second, third = (ana.get("people/me") for _ in range(3))
    assert (first.status_code, second.status_code, third.status_code) == (502, 500, 500)
    assert (first.text, first.headers["Content-Type"]) == ("<html>bad gateway</html>", "text/html")
    sandbox.faults.clear()
    assert ana.get("people/me").status_code == 200


@pytest.mark.parametrize(("drop", "said"), [("before", 0), ("after", 1)])
def test_a_connection_is_lost_before_or_after_the_work(
    sandbox: Sandbox, space: str, ana: Caller, drop: str, said: int
) -> None:
    sandbox.faults.add(method="POST", path="/messages", drop="before" if drop == "before" else "after")
    with pytest.raises(requests.ConnectionError):
        ana.post("messages", roomId=space, text="hello")
    assert len(sandbox.world.messages_in(space)) == said
    assert ana.post("messages", roomId=space, text="again").status_code == 200


def test_a_delayed_request_is_served_late(sandbox: Sandbox, ana: Caller) -> None:
    sandbox.faults.add(path="/people/me", delay=0.1)
    began = time.monotonic()
    assert ana.get("people/me").status_code == 200
    assert time.monotonic() - began >= 0.1


def test_clearing_the_faults_ends_a_delay_under_way(sandbox: Sandbox, ana: Caller) -> None:
    sandbox.faults.add(path="/people/me", delay=30)
    answered: list[int] = []
    waiting = Thread(target=lambda: answered.append(ana.get("people/me").status_code))
    waiting.start()
    wait_until(lambda: sandbox.faults.is_clear)
    sandbox.faults.clear()
    waiting.join(5)
    assert answered == [200]


def test_the_log_has_caller_request_and_status(sandbox: Sandbox, ana: Caller) -> None:
    ana.get("people", displayName="Ana")
    sandbox.faults.add(path="/rooms", drop="before")
    with pytest.raises(requests.ConnectionError):
        ana.get("rooms")
    assert list(sandbox.world.requests) == [
        Request("GET", "/people", "displayName=Ana", "ana@acme.example", 200),
        Request("GET", "/rooms", "", "ana@acme.example", None),
    ]
