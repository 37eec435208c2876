from sandbox.server import Sandbox
from tests.sandbox.client import Caller


def test_the_creator_of_a_space_is_its_first_member(ana: Caller) -> None:
    room = ana.post("rooms", title="Plans").json()
    members = ana.get("memberships", roomId=room["id"]).json()["items"]
    assert room["type"] == "group"
    assert [one["personEmail"] for one in members] == ["ana@acme.example"]


def test_a_space_needs_a_title(ana: Caller) -> None:
    assert ana.post("rooms").status_code == 400
    assert ana.post("rooms", title=" ").status_code == 400


def test_a_space_looks_nonexistent_to_non_members(space: str, sam: Caller) -> None:
    assert sam.get(f"rooms/{space}").status_code == 404
    assert sam.put(f"rooms/{space}", title="Mine").status_code == 404
    assert sam.delete(f"rooms/{space}").status_code == 404
    assert sam.get("rooms").json()["items"] == []


def test_a_direct_space_has_the_name_of_the_other_person(sandbox: Sandbox, ana: Caller, bot: Caller) -> None:
    ana.post("messages", toPersonEmail="dirsync@webex.bot", text="hello")
    assert ana.get("rooms", type="direct").json()["items"][0]["title"] == "DirSync"
    assert bot.get("rooms", type="direct").json()["items"][0]["title"] == "Ana Ferreira"


def test_a_group_can_be_renamed_and_a_direct_space_cannot(space: str, ana: Caller) -> None:
    assert ana.put(f"rooms/{space}", title="Phones").json()["title"] == "Phones"
    direct = ana.post("messages", toPersonEmail="dirsync@webex.bot", text="hello").json()["roomId"]
    assert ana.put(f"rooms/{direct}", title="Phones").status_code == 400


def test_the_last_active_space_comes_first(space: str, ana: Caller) -> None:
    ana.post("rooms", title="Plans")
    ana.say(space, "hello")
    assert [room["title"] for room in ana.get("rooms").json()["items"]] == ["Acme telephony", "Plans"]


def test_rooms_by_activity_come_in_order_over_all_pages(space: str, ana: Caller) -> None:
    rooms = [space, *(ana.post("rooms", title=f"Plans {number}").json()["id"] for number in range(4))]
    spoken = [rooms[number] for number in (2, 0, 4, 1, 3)]
    for room_id in spoken:
        ana.say(room_id, "hello")
    listed = [room for page in ana.pages("rooms", sortBy="lastactivity", max=2) for room in page]
    assert [room["id"] for room in listed] == spoken[::-1]
    assert [room["lastActivity"] for room in listed] == sorted((room["lastActivity"] for room in listed), reverse=True)


def test_rooms_come_in_pages(ana: Caller) -> None:
    for number in range(4):
        ana.post("rooms", title=f"Plans {number}")
    pages = ana.pages("rooms", max=2)
    assert [len(page) for page in pages] == [2, 2, 1]
    assert len({room["id"] for page in pages for room in page}) == 5


def test_a_member_who_deletes_a_space_of_another_only_leaves_it(space: str, ana: Caller, ben: Caller) -> None:
    assert ben.delete(f"rooms/{space}").status_code == 204
    assert ben.get(f"rooms/{space}").status_code == 404
    assert ana.get(f"rooms/{space}").status_code == 200


def test_a_deleted_space_is_gone_for_everybody(space: str, ana: Caller, ben: Caller) -> None:
    ben.say(space, "hello")
    assert ana.delete(f"rooms/{space}").status_code == 204
    assert ben.get(f"rooms/{space}").status_code == 404
    assert ben.get("messages", roomId=space).status_code == 404
