"""Cisco's directory sync errors in our words: all of them, readable by an admin, and what may be asked again."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.webex.sync_error_codes import (
    MEANINGS,
    NOBODY_ACTIVATED,
    UNKNOWN_ADVICE,
    ErrorKind,
    WhoCanFix,
    error_kind,
    meaning,
)

PUBLISHED = {
    *(600000, 600001, 600002, 600003, 600004, 600005, 600006, 600007, 600008, 600009),
    *(600010, 600011, 600012, 600013, 600014, 600015, 600017, 600018, 600019),
    *(600020, 600022, 600023, 600024, 600025, 600026, 600027, 600028, 600029),
}
BUSY = {600006, 600009}
IN_PROGRESS = {600005}
PASSING = {600000, 600001, 600002, 600003, 600014}
JARGON = re.compile(
    r"\b(EDUS|ConfigSet|CustomerConfig|CI|identity|Identity|External Directory|machine|subscriber|provision\w*|"
    r"thread\w*|org|orgs|customer organization\w*)\b"
)
NAMES = {
    WhoCanFix.ADMIN: re.compile(r"^(?!.*(service provider|Cisco))"),
    WhoCanFix.OPERATOR: re.compile(r"service provider"),
    WhoCanFix.CISCO: re.compile(r"service provider open a support case with Cisco and quote the tracking id"),
}
CODES = st.sampled_from(sorted(PUBLISHED)) | st.integers()


def sentences() -> dict[str, str]:
    """Every sentence an error is explained with."""
    said = {"unknown": UNKNOWN_ADVICE}
    for code, known in MEANINGS.items():
        said |= {f"{code} means": known.explanation, f"{code} advice": known.advice}
    return said


def test_every_code_of_ciscos_table_has_a_meaning() -> None:
    assert set(MEANINGS) == PUBLISHED
    assert all(meaning(code) is MEANINGS[code] for code in PUBLISHED)


@pytest.mark.parametrize("code", [6003, 600016, 600021, 600030, 0, -600000])
def test_a_code_that_cisco_has_not_published_has_no_meaning(code: int) -> None:
    assert meaning(code) is None


def test_every_code_has_a_different_explanation() -> None:
    assert len({known.explanation for known in MEANINGS.values()}) == len(MEANINGS)


def test_no_sentence_uses_ciscos_jargon() -> None:
    assert {name: JARGON.findall(said) for name, said in sentences().items() if JARGON.search(said)} == {}


def test_every_explanation_is_one_short_sentence() -> None:
    for name, said in sentences().items():
        assert re.fullmatch(r"[A-Z][^.!?\n]*\.", said), name
        assert len(said) <= (160 if name.endswith("means") else 200), name


@pytest.mark.parametrize("who", WhoCanFix)
def test_every_advice_fits_the_person_who_can_fix_the_error(who: WhoCanFix) -> None:
    advices = {code: known.advice for code, known in MEANINGS.items() if known.who_can_fix is who}
    assert advices
    assert {code: advice for code, advice in advices.items() if not NAMES[who].search(advice)} == {}


def test_the_admin_is_told_to_get_a_person_to_activate() -> None:
    assert NOBODY_ACTIVATED == 600029
    known = MEANINGS[NOBODY_ACTIVATED]
    assert (known.who_can_fix, known.kind) == (WhoCanFix.ADMIN, ErrorKind.PERMANENT)
    assert "activate" in known.advice


def test_every_code_is_busy_temporary_or_permanent_as_listed() -> None:
    found = {each: {code for code, known in MEANINGS.items() if known.kind is each} for each in ErrorKind}
    assert found == {
        ErrorKind.BUSY: BUSY,
        ErrorKind.TEMPORARY: PASSING,
        ErrorKind.IN_PROGRESS: IN_PROGRESS,
        ErrorKind.PERMANENT: PUBLISHED - BUSY - IN_PROGRESS - PASSING,
    }


@pytest.mark.parametrize("code", sorted(PUBLISHED))
def test_a_single_code_has_its_own_kind(code: int) -> None:
    assert error_kind([code]) is MEANINGS[code].kind


@pytest.mark.parametrize(
    ("codes", "together"),
    [
        ([600001, 600011], ErrorKind.PERMANENT),
        ([600009, 600029], ErrorKind.PERMANENT),
        ([600014, 600009], ErrorKind.BUSY),
        ([600005, 600009], ErrorKind.BUSY),
        ([600005, 600014], ErrorKind.IN_PROGRESS),
        ([600005, 600029], ErrorKind.PERMANENT),
        ([600001, 600014], ErrorKind.TEMPORARY),
        ([600009, 6003], ErrorKind.BUSY),
        ([6003, 600014], ErrorKind.TEMPORARY),
        ([6003], ErrorKind.PERMANENT),
        ([], ErrorKind.PERMANENT),
    ],
)
def test_permanent_beats_busy_and_busy_beats_temporary(codes: list[int], together: ErrorKind) -> None:
    assert error_kind(codes) is together
    assert error_kind(iter(reversed(codes))) is together


@given(st.lists(CODES), CODES)
def test_another_code_never_makes_a_permanent_error_temporary(codes: list[int], one_more: int) -> None:
    if any(MEANINGS[code].kind is ErrorKind.PERMANENT for code in codes if code in MEANINGS):
        assert error_kind([*codes, one_more]) is ErrorKind.PERMANENT
