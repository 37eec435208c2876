"""What is said of Webex's errors: each explained once, whoever can mend it named, within its room, and harmless."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.formatting.limits import size
from bot.replies.sync_errors import explained
from bot.webex.sync_error_codes import MEANINGS, UNKNOWN_ADVICE, WhoCanFix

CODES = st.sampled_from([*MEANINGS, 6003]) | st.integers()
ERRORS = st.lists(
    st.tuples(CODES, st.text() | st.text(alphabet="<>@&lt;#*_`[]\\\n 𝕏\ud800", max_size=500)), max_size=30
)
ROOMY = 10**6


def test_without_errors_nothing_is_said() -> None:
    assert explained([], ROOMY) == ""
    assert explained((), 0) == ""


@pytest.mark.parametrize("code", sorted(MEANINGS))
def test_a_known_error_is_told_with_what_it_means_who_can_mend_it_and_what_to_do(code: int) -> None:
    known = MEANINGS[code]
    said = explained([(code, "no way")], ROOMY)
    assert said == (
        f"- **{code}**: {known.explanation} Who can fix it: {known.who_can_fix.value}. {known.advice} "
        "Webex says: “no way”"
    )


@pytest.mark.parametrize(
    ("who", "words"),
    [
        (WhoCanFix.ADMIN, "Who can fix it: you."),
        (WhoCanFix.OPERATOR, "Who can fix it: your service provider."),
        (WhoCanFix.CISCO, "Who can fix it: Cisco, through your service provider."),
    ],
)
def test_every_mender_is_named_in_plain_words(who: WhoCanFix, words: str) -> None:
    code = next(code for code, known in MEANINGS.items() if known.who_can_fix is who)
    assert words in explained([(code, "")], ROOMY)


def test_an_unknown_code_is_shown_as_webex_sent_it_with_whom_to_send_it_to() -> None:
    said = explained([(6003, "Connection refused")], ROOMY)
    assert said == f"- **6003**: I do not know this code. {UNKNOWN_ADVICE} Webex says: “Connection refused”"


def test_an_error_without_words_of_webex_claims_none() -> None:
    assert "Webex says" not in explained([(6003, ""), (600014, " \u200b\n")], ROOMY)


def test_an_error_that_repeats_is_told_once_with_how_often_it_came() -> None:
    said = explained([(600025, "x"), (6003, "y"), *[(600025, "x")] * 1233], ROOMY)
    assert said.count("\n") == 1
    assert said.startswith(f"- **600025** ×1,234: {MEANINGS[600025].explanation}")
    assert "- **6003**: " in said


def test_what_a_code_means_is_said_once_and_then_only_webexs_words() -> None:
    said = explained([(600014, "timeout"), (600011, ""), (600014, "refused")], ROOMY)
    assert said.count(MEANINGS[600014].explanation) == 1
    assert said.endswith("\n- **600014**: as above. Webex says: “refused”")


@pytest.mark.parametrize("code", [600014, 6003])
def test_nothing_that_webex_says_turns_into_markup_or_a_mention(code: int) -> None:
    said = explained([(code, "**b** `c` [l](http://evil.example) <@all>\n# h\n- l")], ROOMY)
    assert said.endswith(r"Webex says: “\*\*b\*\* \`c\` \[l\](http://evil.example) &lt;@all&gt; \# h - l”")


def test_what_does_not_fit_is_counted_in_an_item_of_its_own() -> None:
    errors = [(code, "x") for code in range(14)]
    first, second = explained(errors, ROOMY).split("\n")[:2]
    said = explained(errors, size(f"{first}\n{second}\n- and 12 more"))
    assert said == f"{first}\n{second}\n- and 12 more"


@pytest.mark.parametrize("code", [*sorted(MEANINGS), 6003])
@pytest.mark.parametrize("words", ["𝕏" * 2000, "<" * 2000, "&lt;" * 2000, "\\" * 2000])
def test_the_first_error_is_told_in_1500_bytes_whatever_webex_says(code: int, words: str) -> None:
    assert explained([(code, words), *[(number, words) for number in range(99)]], 1500).startswith(f"- **{code}**: ")


@given(ERRORS, st.integers(-10, 8000))
def test_any_errors_stay_within_their_room(errors: list[tuple[int, str]], room: int) -> None:
    said = explained(errors, room)
    assert size(said) <= max(room, 0)
    assert all(re.match(r"- (\*\*-?\d+\*\*( ×[\d,]+)?: |and [\d,]+ more$)", line) for line in said.split("\n") if said)
