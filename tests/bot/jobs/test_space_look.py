"""One look back at all spaces: each message is recorded once and in order, whatever Webex's lists are like."""

from datetime import timedelta
from typing import Any

import pytest

from bot.jobs.space_look import Looked
from bot.jobs.space_messages import MAX_AGE, MAX_MESSAGE_PAGES, OVERLAP
from storage.engine.database import Database
from tests.bot.jobs.listed_webex import START
from tests.bot.jobs.space_looks import Looks


def test_what_was_written_before_the_first_look_is_never_recorded(looks: Looks) -> None:
    late = looks.webex.write("busy")
    looks.look()
    assert looks.ids == [late.id]


def test_without_spaces_the_first_message_ever_is_recorded(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    looks = Looks(database, monkeypatch)
    looks.look()
    first = looks.webex.write("new")
    looks.look()
    assert looks.ids == [first.id]


def test_messages_of_a_space_are_recorded_oldest_first_from_all_pages(looks: Looks) -> None:
    written = [looks.webex.write("busy") for _ in range(8)]
    looks.look()
    assert looks.ids == [message.id for message in written]


def test_the_bots_own_messages_are_not_recorded(looks: Looks) -> None:
    looks.webex.write("busy", author="bot")
    looks.look()
    assert looks.ids == []


def test_of_a_group_only_mentions_are_asked_for(looks: Looks) -> None:
    looks.webex.groups.add("group")
    looks.webex.write("group")
    assert [room for room in looks.calls_of_a_look() if room] == ["group"]


def test_a_quiet_bot_costs_one_call(looks: Looks) -> None:
    for number in range(10):
        looks.webex.write(f"space{number}")
    looks.look()
    looks.webex.pass_by(1)
    looks.look()
    looks.webex.pass_by(OVERLAP.total_seconds() + 1)
    assert looks.calls_of_a_look() == [""]


def test_a_message_that_webex_lists_late_is_found(looks: Looks) -> None:
    late = looks.webex.write("quiet", late=20)
    on_time = looks.webex.write("busy")
    looks.look()
    looks.webex.pass_by(25)
    looks.look()
    assert looks.ids == [on_time.id, late.id]


def test_a_message_listed_later_than_its_activity_is_found(looks: Looks) -> None:
    looks.webex.messages_late = 8
    late = looks.webex.write("busy")
    looks.look()
    assert looks.ids == []
    for _ in range(3):
        looks.webex.pass_by(3)
        looks.look()
    assert looks.ids == [late.id]
    looks.webex.pass_by(3)
    assert looks.calls_of_a_look() == [""]


def test_activity_without_a_message_is_looked_for_no_longer_than_10_s(looks: Looks) -> None:
    looks.webex.activity["busy"] = looks.webex.now_at + timedelta(seconds=2)
    asked = 0
    for _ in range(10):
        looks.webex.pass_by(3)
        asked += looks.calls_of_a_look().count("busy")
    assert 2 <= asked <= 5


def test_a_message_of_a_webhook_is_not_recorded_again(looks: Looks) -> None:
    told, found = looks.webex.write("busy"), looks.webex.write("busy")
    looks.tell(told)
    looks.webex.pass_by(60)
    assert looks.look().missed == 1
    assert [(row.data_id, row.missed) for row in looks.recorded] == [(told.id, False), (found.id, True)]


def test_a_message_that_a_webhook_may_still_tell_of_was_not_missed(looks: Looks) -> None:
    looks.webex.write("busy")
    looks.webex.pass_by(20)
    assert looks.look().missed == 0


def test_a_look_that_takes_long_leaves_the_rest_to_the_next(looks: Looks) -> None:
    written = [looks.webex.write(f"space{number}") for number in range(6)]
    assert looks.look(max_seconds=-1.0).was_cut
    assert looks.ids == [written[0].id]
    looks.context.look_requested.set()
    assert looks.look().was_cut
    assert looks.ids == [written[0].id, written[1].id]
    looks.context.look_requested.clear()
    assert looks.look() == Looked()
    assert looks.ids == [message.id for message in written]


def test_one_to_one_spaces_are_looked_at_first(looks: Looks) -> None:
    looks.webex.groups.update({"group1", "group2"})
    for room in ("group1", "group2", "direct"):
        looks.webex.write(room)
    assert [room for room in looks.calls_of_a_look() if room] == ["direct", "group1", "group2"]


@pytest.mark.parametrize("odd", [None, START + timedelta(days=3650)])
def test_a_space_without_a_usable_last_activity_is_read_now_and_then(looks: Looks, odd: Any) -> None:
    looks.webex.activity["quiet"], looks.webex.page_size = odd, 50
    for _ in range(3):
        looks.webex.pass_by(130)
        looks.webex.write("quiet")
        assert looks.calls_of_a_look().count("quiet") == 1
        assert looks.calls_of_a_look().count("quiet") == 0
    assert len(looks.ids) == 3


def test_an_odd_time_in_a_list_hides_nothing(looks: Looks) -> None:
    written = [looks.webex.write("busy") for _ in range(9)]
    written[6].at = START - timedelta(days=300)
    looks.look()
    assert looks.ids == [message.id for message in written]


def test_lists_that_repeat_themselves_end(looks: Looks) -> None:
    looks.webex.lists_repeat = True
    written = [looks.webex.write("busy") for _ in range(3)]
    looks.webex.write("new")
    looks.webex.write("newer")
    looks.look()
    assert {message.id for message in written} <= set(looks.ids)


def test_a_space_with_endless_messages_is_read_to_a_limit(looks: Looks) -> None:
    written = [looks.webex.write("busy") for _ in range(looks.webex.page_size * MAX_MESSAGE_PAGES + 5)]
    assert looks.calls_of_a_look().count("busy") == MAX_MESSAGE_PAGES
    assert looks.ids == [message.id for message in written[5:]]


def test_a_space_that_gets_other_ids_has_only_its_new_messages_recorded(looks: Looks) -> None:
    looks.webex.write("busy")
    looks.look()
    looks.webex.pass_by(600)
    looks.webex.write("another")
    looks.look()
    for message in looks.webex.written[:-1]:
        message.id, message.room_id = f"moved {message.id}", f"moved {message.room_id}"
    new = looks.webex.write("moved busy")
    looks.look()
    assert [found for found in looks.ids if "moved" in found] == []
    assert looks.ids[-1] == new.id


def test_messages_of_more_than_a_day_ago_are_left(looks: Looks) -> None:
    looks.webex.write("busy")
    looks.webex.pass_by(MAX_AGE.total_seconds())
    late = looks.webex.write("busy")
    looks.look()
    assert looks.ids == [late.id]
