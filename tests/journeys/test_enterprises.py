"""`enterprise`: operators keep the enterprises in chat."""

from bot.replies.admin_changes import INVITATION
from sandbox.seed import BOREALIS
from storage import enterprises
from storage.values.records import Enterprise
from tests.journeys.house import ANA, OLGA, House
from tests.journeys.syncs import BO, ON_SQLITE, let_webex_run_one, shown, text
from tests.journeys.tables import csv_of

HEADER = ["Key", "Enterprise ID", "Name", "Cluster", "Time Zone", "Admins", "Spaces", "Last Sync", "Last Sync At"]
ACME_KEY = "reseller1-acme"

pytestmark = ON_SQLITE


def _known(house: House) -> dict[str, Enterprise]:
    with house.database.read() as session:
        return {one.key: one for one in enterprises.in_use(session)}


def test_the_admin_of_an_added_enterprise_can_use_the_bot_at_once(house: House) -> None:
    typed = f'enterprise add borealis sp-enterprise-id="{BOREALIS}" cluster=east timezone=Europe/Stockholm'
    said = text(house.ask(OLGA, f'{typed} name="Borealis AB" admin={BO}'))
    assert "**Added `borealis`**: Borealis AB" in said
    assert "no other enterprise uses it" in said
    assert [text(message) for message in house.wait_for(lambda: house.heard(BO))] == [INVITATION]
    assert "**Borealis AB**" in text(house.ask(BO, "status"))
    made = _known(house)["borealis"]
    assert (made.sp_enterprise_id, made.cluster, made.timezone) == (BOREALIS, "east", "Europe/Stockholm")


def test_typographic_quotes_are_quotes(house: House) -> None:
    house.ask(OLGA, f"enterprise add borealis name=“Borealis AB” sp-enterprise-id=“{BOREALIS}”")
    assert _known(house)["borealis"].name == "Borealis AB"


def test_an_enterprise_command_that_is_wrong_is_refused_with_the_reason(house: House) -> None:
    for typed, expected in (
        ("enterprise add borealis", "The id in BroadWorks is missing"),
        ("enterprise add Boréalis sp-enterprise-id=x", "lower-case letters"),
        ("enterprise add borealis sp-enterprise-id=x timezone=Europe/Stokholm", "did you mean Europe/Stockholm?"),
        ("enterprise add borealis sp-enterprise-id=x clustr=east", "Did you mean `cluster`?"),
        ("enterprise add borealis sp-enterprise-id=x name=A name=B", "`name` is there twice"),
        ("enterprise add borealis sp-enterprise-id=x admin=ana", "is not an e-mail address"),
        (f"enterprise add {ACME_KEY} sp-enterprise-id=x", "is or was in use"),
        ("enterprise add other sp-enterprise-id=Reseller1+acme", "is or was in use"),
        ("enterprise add", "`help enterprise`"),
        (f'enterprise set {ACME_KEY} name="Acme', "quotation mark is not closed"),
        ("enterprise set nowhere name=A", "You have no enterprise `nowhere`"),
        (f"enterprise set {ACME_KEY}", "There is nothing to change"),
        (f"enterprise remove {ACME_KEY} name=x", "`help enterprise`"),
    ):
        assert expected in text(house.ask(OLGA, typed)), typed
    assert list(_known(house)) == [ACME_KEY]


def test_a_changed_field_takes_effect_at_once(house: House) -> None:
    assert "Changed" in text(house.ask(OLGA, f'enterprise set {ACME_KEY} name="Acme, Inc." timezone=Asia/Tokyo'))
    assert "**Acme, Inc.**" in text(house.ask(ANA, "status"))
    assert (_known(house)[ACME_KEY].timezone, _known(house)[ACME_KEY].cluster) == ("Asia/Tokyo", "default")


def test_a_new_id_must_be_typed_twice(house: House) -> None:
    typed = f"enterprise set {ACME_KEY} sp-enterprise-id=Reseller1+another"
    assert "see **its** license holders" in text(house.ask(OLGA, typed))
    assert _known(house)[ACME_KEY].sp_enterprise_id == "Reseller1+acme"
    assert "Changed" in text(house.ask(OLGA, typed))
    assert _known(house)[ACME_KEY].sp_enterprise_id == "Reseller1+another"


def test_enterprises_are_listed_with_their_last_syncs(house: House) -> None:
    house.ask(ANA, "sync")
    house.wait_for(lambda: "completed" in shown(house))
    answer = house.ask(OLGA, "enterprise list")
    assert f"`{ACME_KEY}` – Reseller1+acme, cluster default, 1 admin, 0 spaces, last sync ✅" in text(answer)
    ((key, _, _, _, _, team, spaces, last, at),) = csv_of(house, answer, OLGA, HEADER)
    assert (key, team, spaces, last) == (ACME_KEY, ANA, "0", "completed")
    assert at.endswith("Z")


def test_removing_an_enterprise_must_be_typed_twice(house: House) -> None:
    typed = f"enterprise remove {ACME_KEY}"
    assert "type the same command again here within 5 minutes" in text(house.ask(OLGA, typed))
    assert list(_known(house)) == [ACME_KEY]
    assert "Removed" in text(house.ask(OLGA, typed))
    assert _known(house) == {}
    assert "not on my list" in text(house.ask(ANA, "status"))
    assert "is or was in use" in text(house.ask(OLGA, f"enterprise add {ACME_KEY} sp-enterprise-id=x"))


def test_a_confirmation_is_typed_there_within_five_minutes(house: House) -> None:
    typed = f"enterprise remove {ACME_KEY}"
    house.ask(OLGA, typed)
    house.shift(minutes=6)
    assert text(house.ask(OLGA, typed)).startswith("More than 5 minutes have passed")
    house.make_room("Operators", OLGA)
    assert "type the same command again here within 5 minutes" in text(
        house.ask(OLGA, typed, "Operators", mention=True)
    )
    assert list(_known(house)) == [ACME_KEY]


def test_an_enterprise_with_a_sync_under_way_is_not_removed_or_moved(house: House) -> None:
    let_webex_run_one(house)
    house.ask(ANA, "sync")
    assert "has a sync under way" in text(house.ask(OLGA, f"enterprise remove {ACME_KEY}"))
    assert "has a sync under way" in text(house.ask(OLGA, f"enterprise set {ACME_KEY} cluster=west"))
    assert "Changed" in text(house.ask(OLGA, f"enterprise set {ACME_KEY} name=Acme"))


def test_admins_cannot_manage_enterprises(house: House) -> None:
    for typed in ("enterprise", f"enterprise set {ACME_KEY} name=Mine", f"enterprise remove {ACME_KEY}"):
        assert "Only operators can use `enterprise`" in text(house.ask(ANA, typed))
    assert _known(house)[ACME_KEY].name == "Reseller1+acme"
