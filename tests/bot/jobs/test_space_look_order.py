"""Messages that are written, told of by webhooks, and looked for, in any sequence: each comes once and in order."""

import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.webex.errors import RateLimited, Unavailable, WebexFailure
from storage.engine.database import Database
from tests.bot.jobs.listed_webex import Written
from tests.bot.jobs.space_looks import Looks

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
