from sandbox.server import Sandbox
from tests.sandbox.client import Caller


def test_a_token_is_an_email_address_in_any_case(sandbox: Sandbox) -> None:
    me = Caller(sandbox, "ANA@acme.example").get("people/me").json()
    assert me["emails"] == ["ana@acme.example"]
    assert me["type"] == "person"


def test_the_bot_is_a_bot_called_dirsync(bot: Caller) -> None:
    me = bot.get("people/me").json()
    assert (me["displayName"], me["type"]) == ("DirSync", "bot")


def test_an_address_without_an_account_is_not_a_token(sandbox: Sandbox) -> None:
    assert Caller(sandbox, "nobody@acme.example").get("people/me").status_code == 401
    sandbox.world.add_person("nobody@acme.example")
    assert Caller(sandbox, "nobody@acme.example").get("people/me").status_code == 200


def test_a_token_without_the_word_bearer_is_refused(sandbox: Sandbox, ana: Caller) -> None:
    ana.session.headers["Authorization"] = "ana@acme.example"
    assert ana.get("people/me").status_code == 401


def test_a_person_is_found_by_id(sandbox: Sandbox, sam: Caller) -> None:
    ana = sandbox.world.person("ana@acme.example")
    assert sam.get(f"people/{ana.id}").json()["displayName"] == "Ana Ferreira"
    assert sam.get("people/nobody").status_code == 404


def test_addresses_are_found_only_within_the_organization(ana: Caller, sam: Caller, partner: Caller) -> None:
    def found(caller: Caller) -> list[str]:
        items = caller.get("people", email="BEN@acme.example").json()["items"]
        return [item["emails"][0] for item in items]

    assert found(ana) == ["ben@acme.example"]
    assert found(sam) == []
    assert found(partner) == ["ben@acme.example"]


def test_people_are_found_by_the_beginning_of_their_name(ana: Caller) -> None:
    items = ana.get("people", displayName="ana f").json()["items"]
    assert [item["displayName"] for item in items] == ["Ana Ferreira"]


def test_several_people_are_found_by_their_ids(sandbox: Sandbox, sam: Caller) -> None:
    ids = [sandbox.world.person(email).id for email in ("ana@acme.example", "bo@borealis.example")]
    items = sam.get("people", id=",".join(ids)).json()["items"]
    assert {item["id"] for item in items} == set(ids)


def test_a_person_cannot_list_everybody(ana: Caller) -> None:
    assert ana.get("people").status_code == 400
