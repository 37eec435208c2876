"""Lists that Webex gives page by page."""

import pytest

from bot.webex import client as room
from bot.webex.client import WebexClient
from bot.webex.errors import Rejected
from tests.bot.webex.scripted import Answer, Scripted


def pages(server: Scripted, line: WebexClient, link: str, **params: str) -> list[list[object]]:
    """The ids of both pages of a list whose first page has this link to the next."""
    server.script(
        Answer(content={"items": [{"id": 1}]}, headers={"Link": f'<{link}>; rel="next"'}),
        Answer(content={"items": [{"id": 2}, {"id": 3}]}),
    )
    return [[item["id"] for item in page] for page in line.pages("webhooks", params)]


def test_pages_are_followed_to_their_end(server: Scripted, line: WebexClient) -> None:
    assert pages(server, line, f"{server.url}webhooks?cursor=a%2Fb") == [[1], [2, 3]]
    assert server.heard[1].target == "/v1/webhooks?cursor=a%2Fb"


def test_a_relative_next_link_is_followed(server: Scripted, line: WebexClient) -> None:
    assert pages(server, line, "/v1/webhooks?cursor=2") == [[1], [2, 3]]
    assert server.heard[1].target == "/v1/webhooks?cursor=2"


def test_a_plus_sign_is_encoded_on_every_page(server: Scripted, line: WebexClient) -> None:
    for link in (
        "?cursor=2",
        "?spEnterpriseId=Reseller1+acme&cursor=2",
        "?spEnterpriseId=Reseller1%2Bacme&cursor=2",
    ):
        pages(server, line, link, spEnterpriseId="Reseller1+acme")
    for heard in server.heard:
        assert heard.raw_query.count("spEnterpriseId=Reseller1%2Bacme") == 1
        assert heard.query["spEnterpriseId"] == ["Reseller1+acme"]


def test_parameters_that_the_next_link_dropped_are_put_back(server: Scripted, line: WebexClient) -> None:
    pages(server, line, "?max=50&cursor=a+b%2F%3D&status=null", max="100", status="error", mentionedPeople="me")
    assert server.heard[1].raw_query == "max=50&cursor=a+b%2F%3D&status=error&mentionedPeople=me"


@pytest.mark.parametrize(
    "link",
    [
        "http://127.0.0.2:{port}/v1/webhooks?cursor=2",
        "http://127.0.0.1:1/v1/webhooks?cursor=2",
        "https://127.0.0.1:{port}/v1/webhooks?cursor=2",
        "//evil.example/v1/webhooks?cursor=2",
        "http://127.0.0.1:{port}@evil.example/v1/webhooks",
        "http://somebody:else@127.0.0.1:{port}/v1/webhooks",
        "http://evil.example\\@127.0.0.1:{port}/v1/webhooks",
        "http://127.0.0.1:{port}/v2/webhooks?cursor=2",
        "http://127.0.0.1:{port}/v1/../v2/webhooks",
        "http://127.0.0.1:{port}/v1/%2e%2e/v2/webhooks",
        "/webhooks?cursor=2",
        "http://127.0.0.1:port/v1/webhooks",
        "http://[/v1/webhooks",
        "file:///etc/passwd",
    ],
)
def test_a_next_link_that_leads_elsewhere_is_refused(server: Scripted, line: WebexClient, link: str) -> None:
    with pytest.raises(Rejected):
        pages(server, line, link.replace("{port}", server.origin.rpartition(":")[2]))
    assert len(server.heard) == 1


@pytest.mark.parametrize("links", [["?max=2"], [""], ["?cursor=2", "?cursor=3", "?cursor=2"], ["?cursor=2"] * 2])
def test_pages_that_go_in_a_circle_are_refused(server: Scripted, line: WebexClient, links: list[str]) -> None:
    for link in links:
        server.script(Answer(content={"items": []}, headers={"Link": f'<{link}>; rel="next"'}))
    server.script(*[Answer(content={"items": []}, headers={"Link": f'<{links[0]}>; rel="next"'})] * 3)
    with pytest.raises(Rejected, match="do not end"):
        list(line.pages("webhooks", {"max": "2"}))
    assert len(server.heard) <= len(links) + 1


def test_pages_without_end_are_refused(server: Scripted, line: WebexClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "MAX_PAGES", 5)
    for number in range(10):
        server.script(Answer(content={"items": []}, headers={"Link": f'<?cursor={number}>; rel="next"'}))
    with pytest.raises(Rejected, match="do not end"):
        list(line.pages("webhooks", {}))


@pytest.mark.parametrize(
    "content",
    [None, {}, [], {"items": None}, {"items": {}}, {"items": "ab"}, {"items": [{}, "x"]}, [{"id": 1}]],
)
def test_a_list_of_an_unexpected_shape_is_refused(server: Scripted, line: WebexClient, content: object) -> None:
    server.script(Answer(content=content))
    with pytest.raises(Rejected):
        list(line.pages("webhooks", {}))
