import re
from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

import pytest

from sandbox.seed import ACME, BOREALIS, CUMULUS
from sandbox.server import Sandbox
from tests.sandbox.client import Caller, wait_until

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")


def path_of(sandbox: Sandbox, sp_enterprise_id: str) -> str:
    return f"broadworks/enterprises/{sandbox.world.enterprise(sp_enterprise_id).id}/broadworksDirectorySync"


@pytest.fixture
def acme(sandbox: Sandbox) -> str:
    return path_of(sandbox, ACME)


@pytest.fixture
def borealis(sandbox: Sandbox) -> str:
    return path_of(sandbox, BOREALIS)


def status(partner: Caller, path: str) -> dict[str, Any]:
    reading: dict[str, Any] = partner.get(path).json()["directorySyncStatus"]
    return reading


def ended(partner: Caller, path: str) -> Callable[[], bool]:
    return lambda: status(partner, path)["syncStatus"] != "IN_PROGRESS"


def codes(response: Any) -> list[int]:
    return [error.get("errorCode") for error in response.json()["errors"]]


def test_only_the_partner_admin_can_use_broadworks(ana: Caller, bot: Caller, partner: Caller, acme: str) -> None:
    for caller in (ana, bot):
        assert caller.get("broadworks/enterprises").status_code == 403
        assert caller.get("broadworks/subscribers").status_code == 403
        assert caller.get(acme).status_code == 403
    assert partner.get("broadworks/enterprises").status_code == 200


def test_a_sync_runs_and_completes_with_all_its_counts(sandbox: Sandbox, partner: Caller, acme: str) -> None:
    before = status(partner, acme)
    sandbox.world.broadworks.keep_running(ACME)
    started = partner.post(acme, syncStatus="SYNC_NOW")
    assert started.status_code == 200
    assert started.json() == {"enableDirSync": True, "directorySyncStatus": {"syncStatus": "IN_PROGRESS"}}
    running = status(partner, acme)
    assert running["lastSyncTrackingId"] != before["lastSyncTrackingId"]
    assert running["lastSyncStartTime"] > before["lastSyncStartTime"]
    assert running["lastSyncEndTime"] == before["lastSyncEndTime"]
    sandbox.world.broadworks.let_finish(ACME)
    after = status(partner, acme)
    assert after["syncStatus"] == "COMPLETE"
    assert after["lastSyncTrackingId"] == running["lastSyncTrackingId"]
    assert after["lastSyncStartTime"] == running["lastSyncStartTime"] < after["lastSyncEndTime"]
    assert after["lastSuccessfulSyncTime"] == after["lastSyncEndTime"]
    for name in ("lastSyncStartTime", "lastSyncEndTime", "lastSuccessfulSyncTime"):
        assert MOMENT.fullmatch(after[name])
    assert sum(isinstance(value, int) for value in after.values()) == 16
    assert "errors" not in after


def test_a_sync_takes_the_configured_time(sandbox: Sandbox, partner: Caller, acme: str) -> None:
    sandbox.world.broadworks.sync_seconds = 0.15
    partner.post(acme, syncStatus="SYNC_NOW")
    assert status(partner, acme)["syncStatus"] == "IN_PROGRESS"
    wait_until(ended(partner, acme))
    assert status(partner, acme)["syncStatus"] == "COMPLETE"


def test_an_enterprise_that_never_synced_says_only_that(partner: Caller, borealis: str) -> None:
    assert status(partner, borealis) == {"syncStatus": "NOT_SYNCED"}


def test_a_cluster_runs_one_sync_at_a_time(sandbox: Sandbox, partner: Caller, acme: str, borealis: str) -> None:
    sandbox.world.broadworks.keep_running(ACME)
    partner.post(acme, syncStatus="SYNC_NOW")
    busy = partner.post(borealis, syncStatus="SYNC_NOW")
    assert (busy.status_code, codes(busy)) == (429, [600009])
    assert int(busy.headers["Retry-After"]) > 0
    sandbox.world.broadworks.let_finish(ACME)
    assert partner.post(borealis, syncStatus="SYNC_NOW").status_code == 200


def test_other_clusters_are_not_kept_waiting(sandbox: Sandbox, partner: Caller, acme: str) -> None:
    sandbox.world.subscribers.set_status(sandbox.world.subscribers.of_enterprise(CUMULUS)[0].id, "provisioned")
    sandbox.world.broadworks.keep_running(ACME)
    partner.post(acme, syncStatus="SYNC_NOW")
    assert partner.post(path_of(sandbox, CUMULUS), syncStatus="SYNC_NOW").status_code == 200


def test_only_one_of_many_starts_at_once_on_a_cluster_succeeds(sandbox: Sandbox, acme: str, borealis: str) -> None:
    sandbox.world.broadworks.keep_running(ACME)
    sandbox.world.broadworks.keep_running(BOREALIS)
    answers: list[int] = []
    barrier = Barrier(8)

    def ask(path: str) -> None:
        caller = Caller(sandbox, "partner@provider.example")
        barrier.wait()
        answers.append(caller.post(path, syncStatus="SYNC_NOW").status_code)

    threads = [Thread(target=ask, args=(path,)) for path in (acme, borealis) * 4]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers.count(200) == 1


def test_the_same_enterprise_does_not_sync_twice_at_once(sandbox: Sandbox, partner: Caller, acme: str) -> None:
    sandbox.world.broadworks.keep_running(ACME)
    partner.post(acme, syncStatus="SYNC_NOW")
    again = partner.post(acme, syncStatus="SYNC_NOW")
    assert (again.status_code, codes(again)) == (409, [600005])
    sandbox.world.broadworks.already_running_status = 429
    assert partner.post(acme, syncStatus="SYNC_NOW").status_code == 429


def test_webexs_own_sync_blocks_its_enterprise_but_not_the_cluster(
    sandbox: Sandbox, partner: Caller, acme: str, borealis: str
) -> None:
    sandbox.world.broadworks.keep_running(ACME)
    sandbox.world.broadworks.start_scheduled_sync(ACME)
    assert status(partner, acme)["syncStatus"] == "IN_PROGRESS"
    assert partner.post(acme, syncStatus="SYNC_NOW").status_code == 409
    assert partner.post(borealis, syncStatus="SYNC_NOW").status_code == 200


def test_a_test_can_make_only_the_next_sync_fail(sandbox: Sandbox, partner: Caller, acme: str) -> None:
    before = status(partner, acme)
    sandbox.world.broadworks.fail_next_sync(ACME, [(600014, "no connection")])
    partner.post(acme, syncStatus="SYNC_NOW")
    wait_until(ended(partner, acme))
    failed = status(partner, acme)
    assert failed["syncStatus"] == "FAILED"
    assert failed["errors"] == [{"errorCode": 600014, "description": "no connection"}]
    assert failed["lastSuccessfulSyncTime"] == before["lastSuccessfulSyncTime"] < failed["lastSyncEndTime"]
    partner.post(acme, syncStatus="SYNC_NOW")
    assert "errors" not in status(partner, acme)
    wait_until(ended(partner, acme))
    assert status(partner, acme)["syncStatus"] == "COMPLETE"


def test_a_test_can_choose_the_status_and_errors_of_the_next_sync(sandbox: Sandbox, partner: Caller, acme: str) -> None:
    for word in ("COMPLETE", "PARTIAL"):
        sandbox.world.broadworks.end_next_sync(ACME, word, [(600025, "one user left out")])
        partner.post(acme, syncStatus="SYNC_NOW")
        wait_until(ended(partner, acme))
        assert (status(partner, acme)["syncStatus"], len(status(partner, acme)["errors"])) == (word, 1)


def test_a_test_can_choose_the_counts_of_the_next_sync(sandbox: Sandbox, partner: Caller, acme: str) -> None:
    sandbox.world.broadworks.end_next_sync(ACME, "COMPLETE", usersDeleted=400)
    partner.post(acme, syncStatus="SYNC_NOW")
    wait_until(ended(partner, acme))
    assert (status(partner, acme)["usersDeleted"], status(partner, acme)["usersAdded"]) == (400, 4)


def test_no_sync_starts_while_directory_sync_is_off(partner: Caller, acme: str) -> None:
    off = partner.put(acme, enableDirSync=False)
    assert off.json() == {"enableDirSync": False, "directorySyncStatus": {"syncStatus": "NOT_SYNCED"}}
    refused = partner.post(acme, syncStatus="SYNC_NOW")
    assert (refused.status_code, codes(refused)) == (400, [600011])
    assert partner.put(acme, enableDirSync=True).status_code == 200
    assert partner.post(acme, syncStatus="SYNC_NOW").status_code == 200


def test_directory_sync_cannot_be_turned_off_during_a_sync(sandbox: Sandbox, partner: Caller, acme: str) -> None:
    sandbox.world.broadworks.keep_running(ACME)
    partner.post(acme, syncStatus="SYNC_NOW")
    refused = partner.put(acme, enableDirSync=False)
    assert (refused.status_code, codes(refused)) == (409, [600020])


@pytest.mark.parametrize("body", [{}, {"syncStatus": "SYNC_LATER"}, {"syncStatus": 1}])
def test_only_sync_now_starts_a_sync(partner: Caller, acme: str, body: dict[str, object]) -> None:
    assert partner.post(acme, **body).status_code == 400
    assert status(partner, acme)["syncStatus"] == "COMPLETE"


def test_an_enterprise_is_listed_after_its_first_user_activates(sandbox: Sandbox, partner: Caller) -> None:
    def listed() -> list[str]:
        items = partner.get("broadworks/enterprises").json()["items"]
        return [item["spEnterpriseId"] for item in items]

    assert listed() == [ACME, BOREALIS]
    assert partner.get(path_of(sandbox, CUMULUS)).status_code == 404
    assert partner.post(path_of(sandbox, CUMULUS), syncStatus="SYNC_NOW").status_code == 404
    first = sandbox.world.subscribers.of_enterprise(CUMULUS)[0]
    sandbox.world.subscribers.set_status(first.id, "provisioned")
    assert listed() == [ACME, BOREALIS, CUMULUS]
    assert partner.post(path_of(sandbox, CUMULUS), syncStatus="SYNC_NOW").status_code == 200


def test_an_enterprise_without_activated_users_cannot_sync(sandbox: Sandbox, partner: Caller) -> None:
    first = sandbox.world.subscribers.of_enterprise(CUMULUS)[0]
    sandbox.world.subscribers.set_status(first.id, "provisioned")
    assert partner.get(path_of(sandbox, CUMULUS)).status_code == 200
    sandbox.world.subscribers.remove(first.id)
    refused = partner.post(path_of(sandbox, CUMULUS), syncStatus="SYNC_NOW")
    assert (refused.status_code, codes(refused)) == (400, [600029])


def test_enterprises_are_found_by_id_or_prefix_and_in_pages(partner: Caller) -> None:
    def found(**params: str) -> list[str]:
        return [one["spEnterpriseId"] for one in partner.get("broadworks/enterprises", **params).json()["items"]]

    assert found(spEnterpriseId=ACME) == [ACME]
    assert found(spEnterpriseId="Reseller1") == []
    assert found(startsWith="Reseller1+b") == [BOREALIS]
    assert [len(page) for page in partner.pages("broadworks/enterprises", max=1)] == [1, 1]


def test_an_enterprises_organization_is_that_of_its_people(sandbox: Sandbox, partner: Caller) -> None:
    acme = partner.get("broadworks/enterprises", spEnterpriseId=ACME).json()["items"][0]
    assert acme["orgId"] == sandbox.world.person("ana@acme.example").org_id
