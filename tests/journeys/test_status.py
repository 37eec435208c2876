from sandbox.seed import ACME, SPACE
from tests.journeys.house import ANA, House


def test_status_follows_a_sync_from_before_its_start_to_its_end(house: House) -> None:
    before = house.ask(ANA, "status").markdown or ""
    assert "no directory sync is under way" in before
    assert "No sync has been started here yet" in before
    assert "`sync` works now" in before
    house.world.broadworks.keep_running(ACME)
    shown = house.ask(ANA, "sync")
    house.wait_for(lambda: "running" in (house.heard(ANA)[1].markdown or ""))
    during = house.ask(ANA, "status").markdown or ""
    assert "running since" in during
    assert "so far" in during
    assert "Asked for by ana@acme.example" in during
    house.world.broadworks.let_finish(ACME)
    house.wait_for(lambda: [one for one in house.heard(ANA) if one.files])
    after = house.ask(ANA, "status").markdown or ""
    assert "no directory sync is under way" in after
    assert "Last attempt: ✅ completed" in after
    assert "asked for by ana@acme.example" in after
    assert "A sync usually takes" in after
    assert "`sync` will work again" in after
    assert "in 24 h" in after
    assert "410 license holders (248 Activated, 93 Begun, 40 Not begun, 29 Error), as of" in after
    assert shown.files == ()


def test_status_names_nobody_in_a_group(house: House) -> None:
    house.world.broadworks.keep_running(ACME)
    house.ask(ANA, "sync", SPACE, mention=True)
    during = house.ask(ANA, "status", SPACE, mention=True).markdown or ""
    assert "Asked for by an admin" in during
    house.world.broadworks.let_finish(ACME)
    house.wait_for(lambda: [one for one in house.heard(ANA) if one.files])
    after = house.ask(ANA, "status", SPACE, mention=True).markdown or ""
    assert "asked for by an admin" in after
    assert not [one for one in house.heard(SPACE) if ANA in (one.markdown or "")]
