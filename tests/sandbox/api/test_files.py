import re

import pytest

from sandbox.server import Sandbox
from tests.sandbox.client import Caller


def upload(caller: Caller, room_id: str, name: str, content: bytes, kind: str = "text/csv") -> dict[str, object]:
    response = caller.call(
        "POST", "messages", data={"roomId": room_id, "text": "see"}, files={"files": (name, content, kind)}
    )
    assert response.status_code == 200, response.text
    said: dict[str, object] = response.json()
    return said


def url_of(message: dict[str, object]) -> str:
    files = message["files"]
    assert isinstance(files, list)
    return str(files[0])


def test_a_file_comes_back_as_it_was_sent(sandbox: Sandbox, space: str, ana: Caller) -> None:
    content = bytes(range(256)) * 1000
    response = ana.get(url_of(upload(ana, space, "licenses.csv", content)))
    assert response.content == content
    assert response.headers["Content-Type"].startswith("text/csv")
    assert response.headers["Content-Disposition"] == 'attachment; filename="licenses.csv"'
    assert sandbox.world.messages_in(space)[0].files[0].content == content


def test_head_tells_name_and_size_without_the_bytes(space: str, ana: Caller) -> None:
    response = ana.call("HEAD", url_of(upload(ana, space, "a.csv", b"12345")))
    assert (response.headers["Content-Length"], response.content) == ("5", b"")
    assert 'filename="a.csv"' in response.headers["Content-Disposition"]
    assert ana.get("people/me").status_code == 200


def test_a_file_name_beyond_ascii_is_encoded_in_the_header(space: str, ana: Caller) -> None:
    disposition = ana.get(url_of(upload(ana, space, 'Łódź "1".csv', b""))).headers["Content-Disposition"]
    assert disposition.isascii()
    assert re.search(r"filename\*=UTF-8''%C5%81%C3%B3d%C5%BA%20", disposition)


def test_only_those_who_see_the_message_can_read_its_file(space: str, ana: Caller, bot: Caller, sam: Caller) -> None:
    said = upload(ana, space, "a.csv", b"secret")
    assert sam.get(url_of(said)).status_code == 404
    assert bot.get(url_of(said)).status_code == 404
    sam.session.headers["Authorization"] = ""
    assert sam.get(url_of(said)).status_code == 401


def test_a_file_is_deleted_with_its_message(space: str, ana: Caller) -> None:
    said = upload(ana, space, "a.csv", b"secret")
    ana.delete(f"messages/{said['id']}")
    assert ana.get(url_of(said)).status_code == 404


def test_a_message_with_a_file_is_not_edited(space: str, ana: Caller) -> None:
    said = upload(ana, space, "a.csv", b"")
    assert ana.put(f"messages/{said['id']}", roomId=space, text="other").status_code == 400


def test_a_message_has_at_most_one_file(space: str, ana: Caller) -> None:
    two = [("files", ("a.csv", b"a")), ("files", ("b.csv", b"b"))]
    assert ana.call("POST", "messages", data={"roomId": space}, files=two).status_code == 400
    urls = ["https://a.example/1", "https://a.example/2"]
    assert ana.post("messages", roomId=space, files=urls).status_code == 400


def test_tiff_is_refused(space: str, ana: Caller) -> None:
    refused = ana.call("POST", "messages", data={"roomId": space}, files={"files": ("a.tiff", b"II*", "image/tiff")})
    assert refused.status_code == 415


@pytest.mark.parametrize("url", ["file:///etc/passwd", "a.csv", 5, None, "http://127.0.0.1:1/a.csv"])
def test_a_file_that_cannot_be_fetched_is_400(space: str, ana: Caller, url: object) -> None:
    assert ana.post("messages", roomId=space, text="see", files=[url]).status_code == 400


def test_a_file_is_fetched_from_its_url(sandbox: Sandbox, space: str, ana: Caller) -> None:
    sandbox.faults.add(path="/public/", status=200, headers={"Content-Type": "text/plain"}, body=b"news")
    said = ana.post("messages", roomId=space, files=[f"{sandbox.url}public/news%201.txt"]).json()
    response = ana.get(url_of(said))
    assert (response.content, response.headers["Content-Type"]) == (b"news", "text/plain")
    assert 'filename="news 1.txt"' in response.headers["Content-Disposition"]
