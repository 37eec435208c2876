from sandbox.server import Sandbox
from tests.sandbox.client import Caller


def test_nobody_joins_twice(space: str, ana: Caller) -> None:
    body = {"roomId": space, "personEmail": "sam@elsewhere.example"}
    assert ana.post("memberships", **body).status_code == 200
    assert ana.post("memberships", **body).status_code == 409


def test_a_member_is_added_by_id_or_address_but_not_by_both(sandbox: Sandbox, space: str, ana: Caller) -> None:
    sam = sandbox.world.person("sam@elsewhere.example")
    both = ana.post("memberships", roomId=space, personId=sam.id, personEmail=sam.email)
    assert both.status_code == 400
    added = ana.post("memberships", roomId=space, personId=sam.id).json()
    assert (added["personEmail"], added["personOrgId"]) == (sam.email, sam.org_id)


def test_a_person_without_an_account_cannot_be_added(space: str, ana: Caller) -> None:
    response = ana.post("memberships", roomId=space, personEmail="nobody@elsewhere.example")
    assert response.status_code == 404


def test_only_members_see_and_add_members(space: str, sam: Caller) -> None:
    assert sam.get("memberships", roomId=space).status_code == 404
    response = sam.post("memberships", roomId=space, personEmail="sam@elsewhere.example")
    assert response.status_code == 404


def test_a_member_is_found_by_address_only_within_a_space(space: str, bot: Caller) -> None:
    found = bot.get("memberships", roomId=space, personEmail="ana@acme.example").json()["items"]
    assert [one["personDisplayName"] for one in found] == ["Ana Ferreira"]
    assert bot.get("memberships", personEmail="ana@acme.example").status_code == 400


def test_without_a_space_the_callers_own_memberships_are_listed(space: str, ana: Caller) -> None:
    ana.post("messages", toPersonEmail="dirsync@webex.bot", text="hello")
    own = ana.get("memberships").json()["items"]
    assert {one["personEmail"] for one in own} == {"ana@acme.example"}
    assert sorted(one["roomType"] for one in own) == ["direct", "group"]


def test_memberships_come_in_pages(space: str, ana: Caller) -> None:
    pages = ana.pages("memberships", roomId=space, max=2)
    assert [len(page) for page in pages] == [2, 1]


def test_a_removed_member_no_longer_sees_the_space(space: str, ana: Caller, ben: Caller) -> None:
    membership = ana.get("memberships", roomId=space, personEmail="ben@acme.example").json()["items"][0]
    assert ben.get(f"memberships/{membership['id']}").status_code == 200
    assert ana.delete(f"memberships/{membership['id']}").status_code == 204
    assert ben.get(f"rooms/{space}").status_code == 404
    assert ana.get(f"memberships/{membership['id']}").status_code == 404


def test_nobody_can_be_added_to_or_taken_from_a_direct_space(ana: Caller) -> None:
    room_id = ana.post("messages", toPersonEmail="dirsync@webex.bot", text="hello").json()["roomId"]
    joined = ana.post("memberships", roomId=room_id, personEmail="ben@acme.example")
    own = ana.get("memberships", roomId=room_id).json()["items"][0]["id"]
    assert joined.status_code == 400
    assert ana.delete(f"memberships/{own}").status_code == 400
