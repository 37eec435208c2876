import unicodedata
from collections import Counter

from sandbox.broadworks.subscribers import PACKAGES, STATUSES, Subscriber
from sandbox.seed import ACME, BOREALIS, CUMULUS
from sandbox.server import Sandbox
from sandbox.world import BOT


def holders(sp_enterprise_id: str) -> list[Subscriber]:
    return Sandbox().world.subscribers.of_enterprise(sp_enterprise_id)


def test_acme_has_410_license_holders_and_88_are_in_dallas() -> None:
    places = Counter(one.group_id for one in holders(ACME))
    assert set(places) == {"Dallas", "Austin", "Łódź", "München"}
    assert (places["Dallas"], places.total()) == (88, 410)


def test_borealis_is_small_and_cumulus_has_activated_nobody() -> None:
    assert len(holders(BOREALIS)) == 12
    assert len(holders(CUMULUS)) == 14
    assert all(one.status.startswith("pending") for one in holders(CUMULUS))


def test_acme_shows_every_package_and_status() -> None:
    assert {one.package for one in holders(ACME)} == set(PACKAGES)
    assert {one.status for one in holders(ACME)} == set(STATUSES)


def test_names_come_in_many_scripts() -> None:
    letters = {letter for one in holders(ACME) for letter in one.first_name + one.last_name if letter.isalpha()}
    scripts = {unicodedata.name(letter).split()[0] for letter in letters}
    assert scripts >= {"LATIN", "GREEK", "CYRILLIC", "HEBREW", "ARABIC", "CJK", "HANGUL", "HIRAGANA"}
    assert letters >= set("ŁŻéßİöñ")


def test_extensions_are_text_and_some_begin_with_a_zero() -> None:
    extensions = [one.extension or "" for one in holders(ACME)]
    assert all(extension.isdigit() for extension in extensions)
    assert any(extension.startswith("0") for extension in extensions)
    assert any(not extension.startswith("0") for extension in extensions)


def test_each_license_holder_has_a_unique_address_and_service_id() -> None:
    everybody = [one for key in (ACME, BOREALIS, CUMULUS) for one in holders(key)]
    for values in ([one.user_id for one in everybody], [one.email for one in everybody if one.email]):
        assert len(values) == len(set(values))
        assert all(value.isascii() and value.endswith(".example") for value in values)


def test_the_seed_is_the_same_every_time_except_for_ids() -> None:
    def tell() -> list[tuple[str, ...]]:
        return [(one.user_id, one.first_name, one.last_name, one.status, one.package) for one in holders(ACME)]

    assert tell() == tell()


def test_the_demo_space_has_ana_ben_and_the_bot_and_no_messages() -> None:
    world = Sandbox().world
    space = world.room("Acme telephony")
    members = [one.person.email for one in world.rooms.members(space.id)]
    assert members == ["ana@acme.example", "ben@acme.example", BOT]
    assert world.messages_in(space.id) == []
