"""What becomes of a call whose token Webex refuses, or whose token was renewed since the last call."""

import logging
import traceback
from io import BytesIO

import pytest

from bot.webex.client import WebexClient
from bot.webex.errors import Rejected, TokenRefused, Unavailable
from bot.webex.models import FileUpload
from tests.bot.webex.renewing import Renewing
from tests.bot.webex.scripted import OK, Answer, Scripted

OLD, NEW = "the-old-secret-token", "the-new-secret-token"
REFUSED = Answer(401, {"message": "no such token"})


def sent_tokens(server: Scripted) -> list[str]:
    return [heard.headers["Authorization"].removeprefix("Bearer ") for heard in server.heard]


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_a_refused_call_is_repeated_once_with_the_renewed_token(server: Scripted, method: str) -> None:
    token = Renewing(OLD, NEW)
    server.script(REFUSED, OK)
    assert WebexClient(token, server.url).call(method, "messages", json={"markdown": "hi"}) == {"id": "1"}
    assert sent_tokens(server) == [OLD, NEW]
    assert [heard.json for heard in server.heard] == [{"markdown": "hi"}] * 2
    assert [heard.connection for heard in server.heard] == [1, 1]
    assert token.refused == [OLD]


def test_a_call_whose_renewed_token_is_refused_too_ends(server: Scripted) -> None:
    token = Renewing(OLD, NEW, "a-third-secret-token")
    server.script(REFUSED, Answer(401, {"message": f"no such token: {NEW}", "trackingId": "T_2"}), OK)
    with pytest.raises(TokenRefused) as raised:
        WebexClient(token, server.url).call("GET", "people/me")
    assert sent_tokens(server) == [OLD, NEW]
    assert raised.value.tracking_id == "T_2"
    assert NEW not in str(raised.value)


def test_a_refused_call_without_another_token_ends(server: Scripted) -> None:
    token = Renewing(OLD)
    server.script(REFUSED, OK)
    with pytest.raises(TokenRefused, match="no such token"):
        WebexClient(token, server.url).call("POST", "messages")
    assert (sent_tokens(server), token.refused) == ([OLD], [OLD])


@pytest.mark.parametrize("status", [400, 403, 404, 429, 500, 503])
def test_only_a_401_renews_the_token(server: Scripted, status: int) -> None:
    token = Renewing(OLD, NEW)
    server.script(Answer(status), OK)
    with pytest.raises(Exception, match=f"Webex answered {status}"):
        WebexClient(token, server.url).call("GET", "people/me")
    assert (sent_tokens(server), token.refused) == ([OLD], [])


def test_a_refused_upload_renews_the_token_and_is_not_repeated(server: Scripted) -> None:
    client = WebexClient(Renewing(OLD, NEW), server.url)
    file = FileUpload("a.csv", lambda: BytesIO(b"content"))
    server.script(REFUSED, OK)
    with pytest.raises(TokenRefused):
        client.upload("messages", {}, file)
    assert sent_tokens(server) == [OLD]
    assert client.upload("messages", {}, file) == {"id": "1"}
    assert sent_tokens(server) == [OLD, NEW]


def test_a_refused_download_is_repeated_with_the_renewed_token(server: Scripted) -> None:
    server.script(REFUSED, Answer(content=b"the file"))
    client = WebexClient(Renewing(OLD, NEW), server.url)
    assert client.download(f"{server.url}contents/1", 100) == b"the file"
    assert sent_tokens(server) == [OLD, NEW]


def test_a_renewed_token_is_used_at_the_next_call(server: Scripted, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    token = Renewing(OLD, NEW)
    client = WebexClient(token, server.url)
    server.script(*[Answer(400, {"message": f"no such token: {each}"}) for each in (OLD, NEW)])
    for _ in range(2):
        with pytest.raises(Rejected) as raised:
            client.call("GET", "people/me")
        shown = "".join(traceback.format_exception(raised.value)) + repr(vars(raised.value)) + caplog.text
        assert "no such token: [token]" in str(raised.value)
        assert not any(secret in shown for secret in (OLD, NEW))
        token.next()
    assert sent_tokens(server) == [OLD, NEW]
    assert [heard.connection for heard in server.heard] == [1, 1]


def test_an_error_hides_the_token_that_its_own_call_sent(server: Scripted) -> None:
    token = Renewing(OLD, NEW)
    pages = WebexClient(token, server.url).pages("webhooks", {})
    next_page = {"Link": '<?cursor=2>; rel="next"'}
    server.script(Answer(content={"items": []}, headers=next_page), Answer(500, {"message": NEW}))
    assert next(pages) == []
    token.next()
    with pytest.raises(Unavailable) as raised:
        next(pages)
    assert str(raised.value).endswith(": [token]")
