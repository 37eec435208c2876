"""What an answer that is no success means, however it is written."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.webex.error_responses import error_for, redacted, retry_after
from bot.webex.errors import MAX_PAUSE, MIN_RETRY_AFTER, RateLimited, Rejected, TokenRefused, Unavailable, WebexFailure

NOW = datetime(2021, 3, 23, 16, 9, 6, tzinfo=UTC)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["message", "errors", "errorCode"]), inner),
)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("120", 120),
        (" 2.5 ", 2.5),
        ("-1", None),
        ("nan", None),
        ("301", 300),
        ("9" * 5000, 300),
        ("Tue, 23 Mar 2021 16:09:36 GMT", 30),
        ("Tue, 23 Mar 2021 16:09:36 -0000", 30),
        ("Tue, 23 Mar 2021 17:09:36 GMT", 300),
        ("Tue, 23 Mar 2021 16:00:00 GMT", 1),
        ("0", 1),
        ("Tue, 23 Mar 99999999999999999999 16:00:00 GMT", None),
        ("Tue, 99 Mar 2021 16:00:00 GMT", None),
    ],
)
def test_retry_after_is_a_number_or_a_date_up_to_the_maximum(header: str | None, seconds: float | None) -> None:
    expected = None if seconds is None else timedelta(seconds=seconds)
    assert RateLimited("busy", retry_after=retry_after(header, NOW)).retry_after == expected


@settings(deadline=None)
@given(st.text())
def test_any_retry_after_text_is_parsed_or_ignored(header: str) -> None:
    pause = RateLimited("busy", retry_after=retry_after(header, NOW)).retry_after
    assert pause is None or MIN_RETRY_AFTER <= pause <= MAX_PAUSE


@settings(deadline=None)
@given(st.integers(300, 599), st.binary())
def test_every_status_has_its_error_for_any_body(status: int, body: bytes) -> None:
    found = error_for("GET x", status, {}, body, token="token", now=NOW)
    named: dict[int, type[WebexFailure]] = {401: TokenRefused, 423: RateLimited, 429: RateLimited}
    expected = named.get(status, Unavailable if status >= 500 else Rejected)
    assert type(found) is expected


@settings(deadline=None)
@given(JSON)
def test_any_json_body_gives_a_short_error(content: object) -> None:
    found = error_for("GET x", 400, {}, json.dumps(content).encode(), token="token", now=NOW)
    assert isinstance(found, Rejected)
    assert "\n" not in str(found)
    assert len(str(found)) < 400


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        (b'{"errorCode": 600011}', (600011,)),
        (b'{"message": "BW EDUS is in-progress (600005)"}', (600005,)),
        (
            b'{"message": "600005", "errors": [{"errorCode": 600005, "description": "600009!"}]}',
            (600005, 600009),
        ),
        (b'{"message": "1600005 6000051 60000"}', ()),
    ],
)
def test_codes_are_found_in_their_fields_and_in_sentences(body: bytes, codes: tuple[int, ...]) -> None:
    found = error_for("GET x", 409, {}, body, token="token", now=NOW)
    assert isinstance(found, Rejected)
    assert found.codes == codes


@pytest.mark.parametrize("status", [429, 423, 503])
def test_an_answer_that_asks_to_wait_keeps_its_codes(status: int) -> None:
    found = error_for("GET x", status, {"Retry-After": "7"}, b'{"errorCode": 600005}', token="token", now=NOW)
    assert isinstance(found, RateLimited)
    assert (found.codes, found.retry_after) == ((600005,), timedelta(seconds=7))


@settings(deadline=None)
@given(st.text(), st.text("abc.-_~+/=", min_size=8), st.text())
def test_a_token_is_hidden_wherever_it_stands(before: str, token: str, after: str) -> None:
    assert token not in redacted(f"{before}{token}{after}", token)


@pytest.mark.parametrize(
    ("said", "seen"),
    [
        ("Max retries exceeded", "Max retries exceeded"),
        ("Bearer x: refused", "Bearer [token]: refused"),
        ('{"token":"x"}', '{"token":"[token]"}'),
    ],
)
def test_a_very_short_token_is_hidden_only_as_a_whole_word(said: str, seen: str) -> None:
    assert redacted(said, "x") == seen
