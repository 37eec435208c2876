"""What is said of Webex's errors: each explained once, who can fix it named, within its room, and harmless."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.formatting.limits import size
from bot.replies.sync_errors import explained
from bot.webex.sync_error_codes import MEANINGS, UNKNOWN_ADVICE, ErrorKind, WhoCanFix

CODES = st.sampled_from([*MEANINGS, 6003]) | st.integers()
ERRORS = st.lists(
    st.tuples(CODES, st.text() | st.text(alphabet="<>@&lt;#*_`[]\\\n 𝕏\ud800", max_size=500)), max_size=30
)
ROOMY = 10**6
HARMLESS = (ErrorKind.BUSY, ErrorKind.IN_PROGRESS)


def test_without_errors_there_is_no_text() -> None:
    assert explained([], ROOMY) == ""
    assert explained((), 0) == ""


@pytest.mark.parametrize("code", sorted(code for code, known in MEANINGS.items() if known.kind not in HARMLESS))
def test_a_known_error_has_its_meaning_who_can_fix_it_and_advice(code: int) -> None:
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
def test_the_person_who_can_fix_an_error_is_named_in_plain_words(who: WhoCanFix, words: str) -> None:
    code = next(code for code, known in MEANINGS.items() if known.who_can_fix is who and known.kind not in HARMLESS)
    assert words in explained([(code, "")], ROOMY)


@pytest.mark.parametrize("code", sorted(code for code, known in MEANINGS.items() if known.kind in HARMLESS))
def test_a_busy_error_names_nobody_because_nothing_is_broken(code: int) -> None:
    known = MEANINGS[code]
    assert explained([(code, "")], ROOMY) == f"- **{code}**: {known.explanation} {known.advice}"


def test_an_unknown_code_is_shown_with_where_to_send_it() -> None:
    said = explained([(6003, "Connection refused")], ROOMY)
    assert said == f"- **6003**: I do not know this code. {UNKNOWN_ADVICE} Webex says: “Connection refused”"


def test_an_error_without_a_description_quotes_nothing() -> None:
    assert "Webex says" not in explained([(6003, ""), (600014, " \u200b\n")], ROOMY)


def test_a_repeated_error_is_shown_once_with_its_count() -> None:
    said = explained([(600025, "x"), (6003, "y"), *[(600025, "x")] * 1233], ROOMY)
    assert said.count("\n") == 1
    assert said.startswith(f"- **600025** ×1,234: {MEANINGS[600025].explanation}")
    assert "- **6003**: " in said


def test_the_meaning_of_a_code_is_given_once() -> None:
    said = explained([(600014, "timeout"), (600011, ""), (600014, "refused")], ROOMY)
    assert said.count(MEANINGS[600014].explanation) == 1
    assert said.endswith("\n- **600014**: as above. Webex says: “refused”")


@pytest.mark.parametrize("code", [600014, 6003])
def test_webexs_words_never_become_markup_or_a_mention(code: int) -> None:
    said = explained([(code, "**b** `c` [l](http://evil.example) <@all>\n# h\n- l")], ROOMY)
    assert said.endswith(r"Webex says: “\*\*b\*\* \`c\` \[l\](http:／／evil.example) ＜@all&gt; \# h - l”")


def test_errors_that_do_not_fit_are_counted_in_a_last_item() -> None:
    errors = [(code, "x") for code in range(14)]
    first, second = explained(errors, ROOMY).split("\n")[:2]
    said = explained(errors, size(f"{first}\n{second}\n- and 12 more"))
    assert said == f"{first}\n{second}\n- and 12 more"


@pytest.mark.parametrize("code", [*sorted(MEANINGS), 6003])
@pytest.mark.parametrize("words", ["𝕏" * 2000, "<" * 2000, "&lt;" * 2000, "\\" * 2000])
def test_the_first_error_always_fits_into_1500_bytes(code: int, words: str) -> None:
    assert explained([(code, words), *[(number, words) for number in range(99)]], 1500).startswith(f"- **{code}**: ")


@given(ERRORS, st.integers(-10, 8000))
def test_errors_never_exceed_the_given_size(errors: list[tuple[int, str]], room: int) -> None:
    said = explained(errors, room)
    assert size(said) <= max(room, 0)
    assert all(re.match(r"- (\*\*-?\d+\*\*( ×[\d,]+)?: |and [\d,]+ more$)", line) for line in said.split("\n") if said)
