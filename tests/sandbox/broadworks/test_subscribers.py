from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from sandbox.seed import ACME, BOREALIS
from sandbox.server import Sandbox
from tests.sandbox.client import Caller


def found(partner: Caller, **params: object) -> list[dict[str, str]]:
    return [item for page in partner.pages("broadworks/subscribers", **params) for item in page]


def test_following_the_links_reads_exactly_one_enterprise(sandbox: Sandbox, partner: Caller) -> None:
    items = found(partner, spEnterpriseId=ACME, max=100)
    assert [item["id"] for item in items] == [one.id for one in sandbox.world.subscribers.of_enterprise(ACME)]
    assert len(items) == 410


def test_a_page_has_50_and_never_more_than_100(partner: Caller) -> None:
    def size(**params: int) -> int:
        return len(partner.get("broadworks/subscribers", spEnterpriseId=ACME, **params).json()["items"])

    assert (size(), size(max=7), size(max=1000)) == (50, 7, 100)
    for nonsense in ("0", "-1", "many", "1e9"):
        assert partner.get("broadworks/subscribers", max=nonsense).status_code == 400


def test_the_next_link_keeps_the_filters_encoded(partner: Caller) -> None:
    response = partner.get("broadworks/subscribers", spEnterpriseId=ACME, status="provisioned,error", max=9)
    url = response.links["next"]["url"]
    assert "Reseller1%2Bacme" in url
    query = parse_qs(urlsplit(url).query)
    assert query["spEnterpriseId"] == [ACME]
    assert (query["status"], query["max"]) == (["provisioned,error"], ["9"])


def test_the_next_link_can_be_made_to_drop_the_filters(sandbox: Sandbox, partner: Caller) -> None:
    sandbox.world.links_drop_filters = True
    items = found(partner, spEnterpriseId=ACME, max=100)
    assert {item["spEnterpriseId"] for item in items[:100]} == {ACME}
    assert {item["spEnterpriseId"] for item in items[100:]} > {ACME}


def test_a_plus_that_is_not_encoded_is_a_space(sandbox: Sandbox, partner: Caller) -> None:
    url = f"{sandbox.url}broadworks/subscribers?spEnterpriseId=Reseller1+acme"
    assert partner.get(url).json()["items"] == []


def test_changes_between_pages_do_not_repeat_or_skip_people(sandbox: Sandbox, partner: Caller) -> None:
    first = partner.get("broadworks/subscribers", spEnterpriseId=BOREALIS, max=5)
    gone = sandbox.world.subscribers.of_enterprise(BOREALIS)[0]
    sandbox.world.subscribers.remove(gone.id)
    added = sandbox.world.subscribers.add(gone)
    second = partner.get(first.links["next"]["url"]).json()["items"]
    third = partner.get(partner.get(first.links["next"]["url"]).links["next"]["url"]).json()["items"]
    ids = [item["id"] for item in [*first.json()["items"], *second, *third]]
    assert len(ids) == len(set(ids)) == 13
    assert ids[-1] == added.id


@pytest.mark.parametrize("cursor", ["x", "!!", "YWZ0ZXI6eA", "é"])
def test_an_unknown_cursor_is_400(partner: Caller, cursor: str) -> None:
    assert partner.get("broadworks/subscribers", cursor=cursor).status_code == 400


def test_filters_are_combined(sandbox: Sandbox, partner: Caller) -> None:
    everybody = sandbox.world.subscribers.of_enterprise(ACME)
    one = next(holder for holder in everybody if holder.status == "provisioned" and holder.email)
    assert [item["id"] for item in found(partner, userId=one.user_id)] == [one.id]
    assert [item["id"] for item in found(partner, email=str(one.email).upper())] == [one.id]
    assert [item["id"] for item in found(partner, personId=one.person_id)] == [one.id]
    assert found(partner, userId=one.user_id, spEnterpriseId=BOREALIS) == []
    assert len(found(partner, provisioningId=one.provisioning_id)) == 410
    by_status = found(partner, spEnterpriseId=ACME, status="error,updating")
    assert len(by_status) == sum(holder.status in ("error", "updating") for holder in everybody)
    own = [holder.id for holder in everybody if holder.self_activated]
    assert [item["id"] for item in found(partner, spEnterpriseId=ACME, selfActivated="true")] == own


def test_changed_and_new_people_are_found_by_time(sandbox: Sandbox, partner: Caller) -> None:
    one = sandbox.world.subscribers.of_enterprise(BOREALIS)[3]
    hour_ago = datetime.now(UTC) - timedelta(hours=1)
    sandbox.world.subscribers.set_status(one.id, "updating")
    for moment in (str(int(hour_ago.timestamp() * 1000)), hour_ago.isoformat()):
        assert [item["id"] for item in found(partner, lastStatusChange=moment)] == [one.id]
        assert found(partner, after=moment) == []


@pytest.mark.parametrize(
    "params",
    [
        {"status": "pending_user_input"},
        {"selfActivated": "maybe"},
        {"lastStatusChange": "yesterday"},
        {"after": "9" * 30},
    ],
)
def test_a_filter_that_makes_no_sense_is_400(partner: Caller, params: dict[str, str]) -> None:
    assert partner.get("broadworks/subscribers", **params).status_code == 400


def test_the_fields_of_a_subscriber_depend_on_its_status(partner: Caller) -> None:
    for item in found(partner, spEnterpriseId=ACME, max=100):
        assert ("personId" in item) is (item["status"] == "provisioned")
        assert ("errors" in item) is (item["status"] == "error")
        assert ("email" in item) is (item["status"] != "pending_email_input")


def test_one_subscriber_is_read_by_id(sandbox: Sandbox, partner: Caller) -> None:
    one = sandbox.world.subscribers.of_enterprise(ACME)[0]
    assert partner.get(f"broadworks/subscribers/{one.id}").json()["userId"] == one.user_id
    assert partner.get("broadworks/subscribers/nobody").status_code == 404
