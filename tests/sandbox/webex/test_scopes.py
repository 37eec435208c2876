"""What an access token may be used for."""

import pytest

from sandbox.seed import ACME
from sandbox.server import Sandbox
from sandbox.webex import scopes
from sandbox.world import BOT, PARTNER_ADMIN
from tests.sandbox.client import Caller

ANA = "ana@acme.example"


def caller_with(sandbox: Sandbox, email: str, *names: str) -> Caller:
    world = sandbox.world
    return Caller(sandbox, world.tokens.issue(world.person(email), names, 60))


@pytest.fixture
def paths(sandbox: Sandbox, space: str) -> dict[str, str]:
    world = sandbox.world
    acme, member = world.enterprise(ACME).id, world.rooms.members(space)[0].id
    return {"acme": acme, "space": space, "member": member}


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("GET", "people/me", "spark:people_read"),
        ("GET", "people?displayName=ana", "spark:people_read"),
        ("GET", "rooms", "spark:rooms_read"),
        ("PUT", "rooms/{space}", "spark:rooms_write"),
        ("GET", "memberships/{member}", "spark:memberships_read"),
        ("POST", "memberships", "spark:memberships_write"),
        ("GET", "messages?roomId={space}", "spark:messages_read"),
        ("POST", "messages", "spark:messages_write"),
        ("GET", "contents/x", "spark:messages_read"),
        ("POST", "attachment/actions", "spark:messages_write"),
        ("GET", "broadworks/enterprises?max=1", scopes.ENTERPRISES_READ),
        ("GET", "broadworks/enterprises/{acme}/broadworksDirectorySync", scopes.ENTERPRISES_READ),
        ("POST", "broadworks/enterprises/{acme}/broadworksDirectorySync", scopes.ENTERPRISES_WRITE),
        ("GET", "broadworks/subscribers", scopes.SUBSCRIBERS_READ),
    ],
)
def test_a_call_needs_its_scope(sandbox: Sandbox, paths: dict[str, str], method: str, path: str, scope: str) -> None:
    email = PARTNER_ADMIN if "broadworks" in path else ANA
    every = {scope, "spark:rooms_read", scopes.ENTERPRISES_READ, "spark:messages_read"}

    def status(*names: str) -> int:
        return caller_with(sandbox, email, *names).call(method, path.format_map(paths)).status_code

    assert status(*(every - {scope})) == 403
    assert status(scope) != 403


def test_one_scope_stands_for_all_of_users_and_none_of_admins(sandbox: Sandbox) -> None:
    partner = caller_with(sandbox, PARTNER_ADMIN, scopes.ALL)
    assert [partner.get(path).status_code for path in ("people/me", "rooms", "broadworks/enterprises")] == [
        *(200, 200, 403)
    ]


def test_admin_scopes_give_nothing_to_a_person_without_the_role(sandbox: Sandbox) -> None:
    path = "broadworks/enterprises"
    assert caller_with(sandbox, ANA, scopes.ENTERPRISES_READ).get(path).status_code == 403
    partner = caller_with(sandbox, PARTNER_ADMIN, scopes.ENTERPRISES_READ)
    assert partner.get(path).status_code == 200
    sandbox.world.partner_admins.clear()
    assert partner.get(path).status_code == 403


def test_a_static_token_can_lose_a_scope_and_have_it_back(
    sandbox: Sandbox, paths: dict[str, str], partner: Caller
) -> None:
    path = f"broadworks/enterprises/{paths['acme']}/broadworksDirectorySync"
    sandbox.world.tokens.withhold(PARTNER_ADMIN, scopes.ENTERPRISES_WRITE)
    assert partner.get(path).status_code == 200
    assert partner.post(path, syncStatus="SYNC_NOW").status_code == 403
    sandbox.world.tokens.give_back(PARTNER_ADMIN)
    assert partner.post(path, syncStatus="SYNC_NOW").status_code == 200


def test_a_static_token_can_be_refused_and_accepted_again(sandbox: Sandbox, bot: Caller, ana: Caller) -> None:
    sandbox.world.tokens.refuse(BOT)
    assert (bot.get("people/me").status_code, ana.get("people/me").status_code) == (401, 200)
    sandbox.world.tokens.accept(BOT)
    assert bot.get("people/me").status_code == 200


@pytest.mark.parametrize(
    ("resource", "scope"),
    [
        ("messages", "spark:messages_read"),
        ("attachmentActions", "spark:messages_read"),
        ("memberships", "spark:memberships_read"),
        ("rooms", "spark:rooms_read"),
        ("all", "spark:all"),
    ],
)
def test_a_webhook_needs_the_scope_to_read_what_it_reports(sandbox: Sandbox, resource: str, scope: str) -> None:
    body = {"name": "x", "targetUrl": "http://127.0.0.1:1/", "resource": resource, "event": "created"}
    assert caller_with(sandbox, ANA, "spark:people_read").post("webhooks", **body).status_code == 403
    assert caller_with(sandbox, ANA, scope).post("webhooks", **body).status_code == 200
