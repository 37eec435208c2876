"""What holds of every sentence: it fits into a message, and what others wrote in it stays harmless."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from bot import filters
from bot.commands import COMMANDS
from bot.failures import Rejected
from bot.message import Refusal
from bot.replies import access, help, licenses, outcome, status, sync
from bot.replies.sync import Standing
from bot.tables.limit import fits
from bot.transitions import from_asking
from storage.records import Enterprise, LicenseHolder, Roster, Sync, SyncState
from tests.bot.test_transitions import NOW, POLL
from tests.bot.test_transitions import sync as a_sync

ABSURD = [
    "x" * 2_000,
    "<" * 2_000,
    "*_`[]\\" * 2_000,
    "&lt;" * 1_000,
    "👩‍👩‍👧‍👦" * 1_000,
    "𝕏" * 2_000,
    "a\nb" * 1_000,
]
EVIL = (
    "**b** _i_ `c` [l](http://evil.example) <@all> <@personEmail:eve@evil.example|Ana> &lt;@all&gt;\n# h\n```\n> q\n- l"
)
LIVE = re.compile(
    r"(?<!\\)(?:\\\\)*(\*\*b\*\*|_i_|`c`|\[l\]\()|<@|(?<!&amp;)(?<!amp;)&lt;@all&gt;(?=\S)|\n# |\n> |\n- l"
)


def enterprise(name: str) -> Enterprise:
    return Enterprise(1, "acme", name, "R+a", "east", "America/Chicago", 1, None)


def ended(state: SyncState, text: str) -> Sync:
    return a_sync(
        state,
        asker_email=text,
        ended_at=NOW,
        started_at=NOW - timedelta(hours=1),
        tracking_id=text,
        reason=text if state is SyncState.FAILED else None,
        webex_status=text,
        counts={"usersAdded": 10**18, "usersDeleted": 0, text: 7},
        errors=tuple((10**12 + number, text) for number in range(60)),
    )


def replies(text: str) -> dict[str, str]:
    """Every reply there is, with this text wherever somebody else's may stand."""
    acme = enterprise(text)
    roster = Roster(1, 1, "current", NOW, NOW, 10**9, None)
    activation = {"Activated": 10**9, "Not begun": 0, "Begun": 1, "Error": 2}
    holder = LicenseHolder(*[text] * 9)
    said = {
        "stranger": access.stranger([text] * 60),
        "which": access.which([text] * 60),
        "unknown": access.unknown(text, None),
        "held": sync.held(NOW + timedelta(hours=19), timedelta(hours=24), NOW, acme),
        "no arguments": sync.no_arguments(text),
        "help": help.overview(COMMANDS),
        **{f"help {command.name}": help.explanation(command) for command in COMMANDS},
    }
    for state in (SyncState.QUEUED, SyncState.STARTING, SyncState.RUNNING):
        standing = Standing(a_sync(state, asker_email=text), acme, 10**6, 1e9, named=True)
        said[f"accepted {state}"] = sync.accepted(standing, NOW, {"Begun": 10**9})
        said[f"joined {state}"] = sync.joined(standing, NOW, new=True)
        said[f"status {state}"] = status.answer(
            enterprise=acme,
            standing=standing,
            last=ended(SyncState.FAILED, text),
            hold_until=NOW + timedelta(hours=9),
            roster=roster,
            activation=activation,
            now=NOW,
            named=True,
            failed=(10**9, 10**9),
        )
    for state in status.ENDS:
        over = ended(state, text)
        said[f"final {state}"] = outcome.final(over, acme, NOW)
        said[f"ended {state}"] = outcome.ended(over, acme, timedelta(hours=24), NOW, roster, fresh=False)
    for typed in ("", f'"{text[:300]}" sort=-last', "location=" + ",".join(f'"{text[:100]}{n}"' for n in range(50))):
        try:
            view = filters.parse(typed)
        except Refusal as refusal:
            said[f"refused {typed[:9]}"] = refusal.markdown
            continue
        for rows in ([], [holder] * 15):
            said[f"licenses {typed[:9]} {len(rows)}"] = licenses.answer(
                view, len(rows), roster, rows, activation, acme, NOW, fresh=False
            )
    return said


@pytest.mark.parametrize("text", [*ABSURD, EVIL, "", "Acme"], ids=lambda text: text[:6])
def test_every_reply_fits_into_a_message_however_long_names_are(text: str) -> None:
    said = replies(text)
    assert {name: len(markdown.encode()) for name, markdown in said.items() if not fits(markdown)} == {}
    assert [name for name, markdown in said.items() if not markdown.strip()] == []


def outside_code(markdown: str) -> str:
    """The part of a reply in which markdown has signs."""
    assert markdown.count("```") % 2 == 0
    return re.sub(r"(?<!\\)`[^`\n]*`", "", re.sub(r"```.*?```", "", markdown, flags=re.S))


def test_no_name_turns_into_markup_or_a_mention() -> None:
    said = replies(EVIL)
    assert {name: LIVE.findall(outside_code(markdown)) for name, markdown in said.items()} == {
        name: [] for name in said
    }
    assert [name for name, markdown in said.items() if "<@" in outside_code(markdown)] == []


def test_a_rejection_with_many_codes_still_fits() -> None:
    move = from_asking(Rejected("no", status=400, codes=tuple(range(10**5)), tracking_id="x" * 300), 0, POLL)
    failed = replace(ended(SyncState.FAILED, "x"), reason=move.learned["reason"])
    assert fits(outcome.ended(failed, enterprise("𝕏" * 999), timedelta(hours=24), NOW, None, fresh=True))


COMPLETED = replace(ended(SyncState.COMPLETED, "x"), errors=(), counts={"usersAdded": 4, "usersDeleted": 0})


@pytest.mark.parametrize(
    ("typed", "said"),
    [("", "**0 of 9 licence holders of Acme**\n"), ("last=O_Brien*", "Acme**: Last Name begins with O\\_Brien\n")],
)
def test_a_filter_is_said_back_as_it_was_understood(typed: str, said: str) -> None:
    roster = Roster(1, 1, "current", NOW, NOW, 9, None)
    answer = licenses.answer(filters.parse(typed), 0, roster, [], {}, enterprise("Acme"), NOW, fresh=True)
    assert said in answer


@pytest.mark.parametrize(
    ("over", "words"),
    [
        (COMPLETED, ["✅ completed", "4 added, 0 deleted", "will work again Mon 23 Nov 04:14 CST, in 24 h"]),
        (replace(COMPLETED, errors=((600018, "some"),)), ["⚠️ completed with warnings", "600018: some"]),
        (ended(SyncState.FAILED, "no way"), ["❌ failed", "no way", "works again at once"]),
        (ended(SyncState.CANCELLED, "x"), ["cancelled"]),
    ],
)
def test_the_end_of_a_sync_says_how_it_went_and_when_the_next_is_possible(over: Sync, words: list[str]) -> None:
    said = outcome.ended(over, enterprise("Acme"), timedelta(hours=24), NOW, None, fresh=True)
    assert [word for word in words if word not in said] == []
    assert ("will work again" in said) == (over.state is SyncState.COMPLETED)


@pytest.mark.parametrize("named", [True, False])
def test_only_where_people_may_be_named_is_the_asker_named(named: bool) -> None:
    standing = Standing(a_sync(asker_email="ana@acme.example"), enterprise("Acme"), 1, None, named=named)
    joined: Callable[..., str] = sync.joined
    said = [
        joined(standing, NOW, new=False),
        status.answer(
            enterprise=enterprise("Acme"),
            standing=standing,
            last=replace(COMPLETED, asker_email="ana@acme.example"),
            hold_until=None,
            roster=None,
            activation={},
            now=NOW,
            named=named,
            failed=(0, 0),
        ),
    ]
    assert ["ana@acme.example" in markdown for markdown in said] == [named] * 2
    assert ["an admin" in markdown for markdown in said] == [not named] * 2


@pytest.mark.parametrize(
    ("activation", "warned"),
    [({}, False), ({"Activated": 1, "Begun": 9}, False), ({"Begun": 9, "Not begun": 1}, True)],
)
def test_an_accepted_sync_warns_where_nobody_has_activated(activation: dict[str, int], warned: bool) -> None:
    standing = Standing(a_sync(), enterprise("Acme"), 1, 3600.0, named=True)
    said = sync.accepted(standing, NOW, activation)
    assert ("None of your 10 licence holders has activated yet" in said) is warned
    assert "next in the queue (usually takes 1 h)" in said


def test_a_hold_says_why_when_and_what_to_do_now() -> None:
    said = sync.held(NOW + timedelta(hours=19), timedelta(hours=24), NOW, enterprise("Acme"))
    assert "less than 24 h ago" in said
    assert "will work again Sun 22 Nov 23:14 CST, in 19 h" in said
    assert "`status`" in said
