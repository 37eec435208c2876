from pathlib import Path

import pytest
from webexteamssdk import ApiError, WebexTeamsAPI

from sandbox.seed import ACME
from sandbox.server import Sandbox


@pytest.fixture
def webex(sandbox: Sandbox) -> WebexTeamsAPI:
    return WebexTeamsAPI(access_token="dirsync@webex.bot", base_url=sandbox.url)


def test_the_official_library_posts_lists_edits_and_deletes(sandbox: Sandbox, webex: WebexTeamsAPI) -> None:
    posted = webex.messages.create(toPersonEmail="ana@acme.example", markdown="**hello**")
    webex.messages.edit(posted.id, posted.roomId, markdown="*good bye*")
    assert [message.text for message in webex.messages.list(posted.roomId)] == ["good bye"]
    webex.messages.delete(posted.id)
    assert sandbox.world.messages_in(posted.roomId) == []


def test_the_official_library_follows_the_pages(webex: WebexTeamsAPI) -> None:
    room_id = webex.messages.create(toPersonEmail="ana@acme.example", text="0").roomId
    for number in range(1, 5):
        webex.messages.create(roomId=room_id, text=str(number))
    assert [message.text for message in webex.messages.list(room_id, max=2)] == ["4", "3", "2", "1", "0"]


def test_the_official_library_uploads_a_file_that_can_be_downloaded(webex: WebexTeamsAPI, tmp_path: Path) -> None:
    path = tmp_path / "licenses.csv"
    path.write_bytes(b"Location,Ext\r\nDallas,0042\r\n")
    posted = webex.messages.create(toPersonEmail="ana@acme.example", text="see", files=[str(path)])
    response = webex._session.request("GET", posted.files[0], 200)
    assert response.content == path.read_bytes()
    assert "licenses.csv" in response.headers["Content-Disposition"]


def test_the_official_library_manages_webhooks_and_lists_members(sandbox: Sandbox, webex: WebexTeamsAPI) -> None:
    hook = webex.webhooks.create("x", "http://127.0.0.1:1/", "messages", "created", secret="s")
    webex.webhooks.update(hook.id, name="y", targetUrl="http://127.0.0.1:1/", status="active")
    assert [one.name for one in webex.webhooks.list()] == ["y"]
    webex.webhooks.delete(hook.id)
    space = sandbox.world.room("Acme telephony")
    assert len(list(webex.memberships.list(roomId=space.id))) == 3


def test_the_official_library_understands_a_refusal(webex: WebexTeamsAPI) -> None:
    with pytest.raises(ApiError) as refused:
        webex.rooms.get("nowhere")
    assert refused.value.status_code == 404
    assert refused.value.details["trackingId"]


def test_the_official_library_reads_a_roster_with_its_session(sandbox: Sandbox) -> None:
    webex = WebexTeamsAPI(access_token="partner@provider.example", base_url=sandbox.url)
    items = webex._session.get_items("broadworks/subscribers", params={"spEnterpriseId": ACME, "max": 100})
    assert len(list(items)) == 410
