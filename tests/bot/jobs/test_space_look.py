"""One look back at all spaces: each message is recorded once and in order, whatever Webex's lists are like."""

import shutil
import tempfile
import threading
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from bot.jobs import space_look
from bot.jobs.engine.context import Context
from bot.jobs.engine.turn import Turn
from bot.jobs.pace import Pace
from bot.jobs.space_look import Looked, SpaceLooks
from bot.jobs.space_messages import MAX_AGE, MAX_MESSAGE_PAGES, OVERLAP
from bot.settings.load import Settings
from bot.webex.errors import RateLimited, Rejected, Unavailable, WebexFailure
from storage import inbox, space_looks
from storage.engine.database import Database
from storage.models import InboxRow
from storage.values.messages import Event
from tests.bot.jobs.listed_webex import START, ListedWebex, Written

MISSED_SINCE = START - timedelta(days=1)


class Looks:
    """Looks at an imagined Webex, and what they put into the inbox."""

    def __init__(self, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
        self.webex = ListedWebex()
        self.database = database
        monkeypatch.setattr(space_look, "time", SimpleNamespace(monotonic=lambda: self.webex.now_at.timestamp()))
        self.restart()

    def restart(self) -> None:
        """Forget what the process remembers."""
        self.context = Context(
            Settings(), self.database, cast(Any, self.webex), cast(Any, None), lambda: self.webex.now_at
        )
        self._looks = SpaceLooks(self.context, _AtOnce(1, threading.Event()))

    def look(self, max_seconds: float = 60.0) -> Looked:
        """Look once."""
        with Turn(self.context, "look back") as turn:
            return self._looks.look(turn, missed_since=MISSED_SINCE, max_seconds=max_seconds)

    def calls_of_a_look(self) -> list[str]:
        """Look once, and return for which spaces Webex was asked; empty for the list of spaces."""
        self.webex.calls.clear()
        self.look()
        return list(self.webex.calls)

    def tell(self, message: Written) -> None:
        """Record a message as a webhook does."""
        event = Event("messages", "created", message.id, message.at.isoformat(), message.room_id, message.author)
        with self.database.single_write() as connection:
            inbox.record(connection, [event], self.webex.now_at)

    @property
    def recorded(self) -> list[InboxRow]:
        """The inbox, oldest first."""
        with self.database.read() as session:
            return list(session.scalars(select(InboxRow).order_by(InboxRow.id)))

    @property
    def ids(self) -> list[str]:
        """The messages in the inbox, oldest first."""
        return [row.data_id for row in self.recorded]


class _AtOnce(Pace):
    def wait(self) -> None:
        """Do not wait."""


@pytest.fixture
def looks(database: Database, monkeypatch: pytest.MonkeyPatch) -> Looks:
    """Return looks that have begun with two quiet spaces."""
    made = Looks(database, monkeypatch)
    made.webex.write("quiet")
    made.webex.write("busy")
    made.look()
    return made


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


@pytest.mark.parametrize(
    "failure",
    [
        RateLimited("429", retry_after=40),
        Unavailable("503"),
        Rejected("404", status=404),
        Rejected("403", status=403),
        Rejected("not understood", status=200),
    ],
)
def test_a_space_that_fails_holds_up_no_other_and_loses_nothing(looks: Looks, failure: WebexFailure) -> None:
    looks.webex.failures["quiet"] = [failure]
    first = looks.webex.write("quiet")
    others = [looks.webex.write("busy"), looks.webex.write("new")]
    looks.look()
    assert looks.ids == [message.id for message in others]
    looks.webex.pass_by(20)
    asked = "quiet" in looks.calls_of_a_look()
    assert asked == (type(failure) is Unavailable)
    looks.webex.pass_by(3600)
    looks.restart()
    last = looks.webex.write("quiet")
    looks.look()
    assert sorted(looks.ids) == sorted([first.id, *(message.id for message in others), last.id])
    assert looks.ids.index(first.id) < looks.ids.index(last.id)


def test_a_space_that_fails_is_found_again_although_others_are_newer(looks: Looks) -> None:
    looks.webex.failures["quiet"] = [Unavailable("503")] * 3
    first = looks.webex.write("quiet")
    for number in range(20):
        looks.webex.pass_by(60)
        looks.webex.write(f"space{number}")
        looks.look()
    assert first.id in looks.ids


def test_three_spaces_in_a_row_that_fail_end_the_look(looks: Looks) -> None:
    for number in range(6):
        looks.webex.write(f"space{number}")
        looks.webex.failures[f"space{number}"] = [Unavailable("503")]
    assert looks.calls_of_a_look().count("") + 3 == len(looks.webex.calls)
    looks.webex.pass_by(10)
    assert looks.look().has_failed
    looks.webex.pass_by(10)
    assert not looks.look().has_failed
    assert len(looks.ids) == 6


def test_spaces_that_always_fail_keep_no_other_from_being_read(looks: Looks) -> None:
    for number in range(8):
        looks.webex.write(f"space{number}")
        looks.webex.failures[f"space{number}"] = [Unavailable("500")] * 100
    neighbor = looks.webex.write("neighbor")
    for _ in range(4):
        looks.look()
        looks.webex.pass_by(10)
    assert looks.ids == [neighbor.id]
    for _ in range(20):
        newer = looks.webex.write("neighbor")
        looks.look()
        assert looks.ids[-1] == newer.id


def test_a_space_that_always_fails_is_asked_for_ever_less_often(looks: Looks) -> None:
    looks.webex.write("quiet")
    looks.webex.failures["quiet"] = [Unavailable("500")] * 100
    asked = 0
    for _ in range(60):
        asked += looks.calls_of_a_look().count("quiet")
        looks.webex.pass_by(10)
    assert 8 <= asked <= 14


def test_an_undated_space_that_fails_for_minutes_loses_nothing(looks: Looks) -> None:
    looks.webex.activity["odd"], looks.webex.page_size = None, 50
    first = looks.webex.write("odd")
    looks.webex.failures["odd"] = [Unavailable("503")] * 2
    for _ in range(8):
        looks.look()
        looks.webex.pass_by(60)
        looks.webex.write("busy")
    assert first.id in looks.ids


def test_an_undated_space_that_is_refused_is_asked_for_again(looks: Looks) -> None:
    looks.webex.activity["odd"], looks.webex.page_size = None, 50
    first = looks.webex.write("odd")
    looks.webex.failures["odd"] = [Rejected("404", status=404)]
    looks.look()
    looks.webex.pass_by(130)
    assert looks.calls_of_a_look().count("odd") == 1
    assert not looks.look().has_failed
    assert looks.calls_of_a_look().count("odd") == 0
    looks.webex.pass_by(130)
    looks.look()
    assert first.id in looks.ids


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


STEPS = st.one_of(
    st.tuples(st.just("write"), st.sampled_from(["a", "b", "c", "d"]), st.sampled_from([0.0, 0.0, 15.0])),
    st.tuples(st.just("webhook"), st.integers(0, 3), st.just(0)),
    st.tuples(st.just("look"), st.just(0), st.just(0)),
    st.tuples(st.just("pass"), st.sampled_from([5, 40, 200]), st.just(0)),
    st.tuples(st.just("fail"), st.sampled_from(["", "a", "b"]), st.sampled_from(["lost", "limited"])),
    st.tuples(st.just("restart"), st.just(0), st.just(0)),
)


@given(st.lists(STEPS, max_size=25))
@settings(max_examples=60, deadline=None)
def test_each_message_comes_once_and_in_order_by_whatever_way(migrated_sqlite: Path, steps: list[Any]) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        shutil.copy(migrated_sqlite, f"{folder}/bot.db")
        database = Database(f"sqlite:///{folder}/bot.db")
        try:
            _check_once_and_in_order(Looks(database, patch), steps)
        finally:
            database.close()


def _check_once_and_in_order(looks: Looks, steps: list[Any]) -> None:
    webex, untold = looks.webex, list[Written]()
    webex.write("a")
    looks.look()
    webex.written.clear()
    for what, one, other in steps:
        match what:
            case "write":
                untold.append(webex.write(one, late=other))
            case "webhook" if one < len(untold):
                looks.tell(untold.pop(one))
            case "look":
                _look_in_order(looks)
            case "pass":
                webex.pass_by(one)
            case "fail":
                failure = Unavailable("lost") if other == "lost" else RateLimited("limited", retry_after=30)
                webex.failures.setdefault(one, []).append(failure)
            case "restart":
                looks.restart()
    webex.failures.clear()
    for _ in range(3):
        webex.pass_by(60)
        _look_in_order(looks)
    assert sorted(looks.ids) == sorted(message.id for message in webex.written)


def _look_in_order(looks: Looks) -> None:
    before = len(looks.recorded)
    try:
        looks.look()
    except WebexFailure:
        return
    found = looks.recorded[before:]
    at = {message.id: message.at for message in looks.webex.written}
    for room in {row.room_id for row in found}:
        times = [at[row.data_id] for row in found if row.room_id == room]
        assert times == sorted(times)


def test_positions_only_move_forward_and_quiet_spaces_are_forgotten(database: Database) -> None:
    with database.write() as session:
        space_looks.begin(session, START, {"a": START, "b": START})
        space_looks.advance(session, "a", START + timedelta(days=3))
        space_looks.advance(session, "a", START)
        space_looks.advance_cursor(session, START + timedelta(days=3))
        assert space_looks.positions(session, ["a", "b"]) == {"a": START + timedelta(days=3)}
        assert space_looks.cursor(session) == space_looks.Cursor(START + timedelta(days=3), START)


def test_all_processes_know_when_a_look_is_due_and_was_asked_for(database: Database) -> None:
    due, asked = START + timedelta(minutes=2), START + timedelta(minutes=1)
    with database.write() as session:
        space_looks.request(session, START)
        assert space_looks.times(session) == space_looks.LookTimes()
        space_looks.begin(session, START, {"a": START})
        space_looks.set_next(session, due)
        space_looks.request(session, asked)
        space_looks.advance_cursor(session, START + timedelta(days=3))
    with database.read() as session:
        assert space_looks.times(session) == space_looks.LookTimes(due, asked)
