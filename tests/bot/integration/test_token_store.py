"""The tokens in the database: which refresh token a process begins with, and what is kept of an answer."""

import logging
from datetime import timedelta

import pytest

from bot.integration.opened_tokens import OpenedTokens
from bot.integration.seal import Unreadable
from bot.integration.token_store import NoRefreshToken, TokenStore
from storage import provider_tokens
from storage.engine.database import Database
from storage.values.provider_access import KeptTokens
from tests.bot.integration.imagined import CLIENT_ID, KEY, LIFE, NOW, OTHER_KEY, THIRD_KEY, answer, store

DAY = timedelta(days=1)


def row(database: Database) -> KeptTokens:
    with database.read() as session:
        found = provider_tokens.find(session, CLIENT_ID)
    assert found is not None
    return found


def begin(database: Database, *keys: str, given: str | None = None) -> OpenedTokens:
    """Begin a process with these settings, and return the tokens that it finds."""
    begun = store(database, *keys, given=given)
    begun.prepare()
    return found(begun)


def found(kept: TokenStore) -> OpenedTokens:
    tokens = kept.read()
    assert tokens is not None
    return tokens


def renew(database: Database, access_token: str, refresh_token: str | None = None) -> OpenedTokens:
    """Keep an answer to a renewal of the tokens that are in the database."""
    kept = store(database)
    tokens = found(kept)
    renewed = kept.keep_renewed(tokens.version, tokens.refresh_token, answer(access_token, refresh_token), NOW)
    assert renewed is not None
    assert found(kept) == renewed
    return renewed


def tell(database: Database, days: int) -> None:
    with database.write() as session:
        assert provider_tokens.mark_told(session, CLIENT_ID, row(database).version, days)


def test_a_process_without_any_refresh_token_is_told_what_to_do(database: Database) -> None:
    with pytest.raises(NoRefreshToken, match=r"python -m bot authorize.*WEBEX_ADMIN_REFRESH_TOKEN"):
        store(database).prepare()
    assert store(database).read() is None


def test_the_first_refresh_token_comes_from_the_environment(database: Database) -> None:
    assert begin(database, given="given-1").refresh_token == "given-1"
    kept = row(database)
    assert "given-1" not in repr(kept) + kept.refresh_token + (kept.environment_digest or "")


def test_a_kept_refresh_token_needs_none_in_the_environment(database: Database) -> None:
    begin(database, given="given-1")
    assert begin(database).refresh_token == "given-1"


def test_the_same_refresh_token_in_the_environment_changes_nothing(database: Database) -> None:
    begin(database, given="given-1")
    renewed = renew(database, "access-1", "from-webex")
    assert begin(database, given="given-1") == renewed


def test_a_changed_refresh_token_in_the_environment_wins(database: Database) -> None:
    begin(database, given="given-1")
    renewed = renew(database, "access-1", "from-webex")
    tell(database, 14)
    taken = begin(database, given="given-2")
    assert (taken.refresh_token, taken.access_token, taken.access_ends_at) == ("given-2", None, None)
    assert taken.version > renewed.version
    assert (row(database).refresh_ends_at, row(database).told_days) == (None, None)
    assert begin(database, given="given-2") == taken


def test_a_replaced_refresh_token_stays_until_webex_accepts_the_new_one(database: Database) -> None:
    begin(database, given="good")
    renew(database, "access-1")
    assert begin(database, given="mistyped").replaced_token == "good"
    assert begin(database, given="mistyped again").replaced_token == "good"
    assert begin(database).replaced_token == "good"
    renew(database, "access-2", "accepted")
    assert row(database).replaced_token is None


def test_a_wrong_key_loses_no_tokens_that_the_right_key_opens(database: Database) -> None:
    begin(database, KEY, given="good")
    assert begin(database, OTHER_KEY, given="mistyped").refresh_token == "mistyped"
    assert begin(database, KEY).refresh_token == "good"


def test_a_new_first_key_seals_the_replaced_token_too(database: Database) -> None:
    begin(database, KEY, given="good")
    begin(database, KEY, given="mistyped")
    begin(database, OTHER_KEY, KEY)
    assert begin(database, OTHER_KEY).replaced_token == "good"


def test_authorized_tokens_win_over_those_of_the_environment(database: Database) -> None:
    begin(database, given="given-1")
    store(database, given="given-1").keep_authorized(answer("access-1", "authorized", refresh_life=90 * DAY), NOW)
    assert begin(database, given="given-1").refresh_token == "authorized"
    assert begin(database, given="given-1").access_token == "access-1"
    assert begin(database, given="given-2").refresh_token == "given-2"


def test_authorized_tokens_may_be_the_first(database: Database) -> None:
    store(database, given="given-1").keep_authorized(answer("access-1", "authorized", refresh_life=90 * DAY), NOW)
    assert begin(database, given="given-1") == OpenedTokens("authorized", "access-1", NOW + LIFE, NOW, 1)
    assert row(database).refresh_ends_at == NOW + 90 * DAY


def test_an_authorization_without_a_refresh_token_is_not_kept(database: Database) -> None:
    with pytest.raises(ValueError, match="no refresh token"):
        store(database).keep_authorized(answer("access-1"), NOW)
    assert store(database).read() is None


def test_another_client_has_tokens_of_its_own(database: Database) -> None:
    begin(database, given="given-1")
    other = TokenStore(database, "another-client", (KEY,), environment_token="given-2")
    other.prepare()
    assert found(other).refresh_token == "given-2"
    assert begin(database).refresh_token == "given-1"


@pytest.mark.parametrize(("sent", "kept"), [("from-webex", "from-webex"), (None, "given-1")])
def test_the_refresh_token_of_an_answer_is_kept_or_else_the_old(
    database: Database, sent: str | None, kept: str
) -> None:
    begin(database, given="given-1")
    assert renew(database, "access-1", sent).refresh_token == kept
    assert found(store(database)).access_token == "access-1"


def test_what_an_answer_does_not_tell_stays_as_it_is_known(database: Database) -> None:
    begin(database, given="given-1")
    kept = store(database)
    kept.keep_renewed(1, "given-1", answer("access-1", refresh_life=80 * DAY), NOW)
    kept.keep_renewed(2, "given-1", answer("access-2", at=NOW + DAY), NOW + DAY)
    assert row(database).refresh_ends_at == NOW + 80 * DAY
    assert row(database).access_ends_at == NOW + DAY + LIFE
    assert row(database).scopes == "spark:people_read"


def test_an_answer_to_tokens_that_were_replaced_is_not_kept(database: Database) -> None:
    begin(database, given="given-1")
    begin(database, given="given-2")
    assert store(database).keep_renewed(1, "given-1", answer("access-1"), NOW) is None
    assert found(store(database)).refresh_token == "given-2"


@pytest.mark.parametrize(
    ("later_end", "told_days"),
    [(timedelta(), 7), (timedelta(minutes=-1), 7), (timedelta(minutes=1), 7), (30 * DAY, None)],
)
def test_reminders_begin_again_once_a_renewal_brings_more_time(
    database: Database, later_end: timedelta, told_days: int | None
) -> None:
    begin(database, given="given-1")
    kept = store(database)
    kept.keep_renewed(1, "given-1", answer("access-1", refresh_life=7 * DAY), NOW)
    tell(database, 7)
    kept.keep_renewed(2, "given-1", answer("access-2", refresh_life=7 * DAY + later_end), NOW)
    assert row(database).told_days == told_days


def test_tokens_are_sealed_with_the_first_key_at_the_next_start(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    begin(database, OTHER_KEY, given="given-1")
    kept = store(database, OTHER_KEY)
    kept.keep_renewed(1, "given-1", answer("access-1"), NOW)
    before = found(kept)
    with caplog.at_level(logging.INFO):
        assert begin(database, KEY, OTHER_KEY) == before
    assert "encrypted the integration's tokens with the first key of BOT_SECRET_KEY" in caplog.text
    assert begin(database, KEY) == before
    with pytest.raises(Unreadable):
        store(database, OTHER_KEY).read()


def test_a_new_key_is_taken_by_one_process_after_the_other(database: Database) -> None:
    """As the docs say for several workers: `old,new`, then `new,old`, then `new`."""
    old, new = OTHER_KEY, KEY
    before = begin(database, old, given="given-1")
    for running, restarted in [((old,), (old, new)), ((old, new), (new, old)), ((new, old), (new,))]:
        assert begin(database, *restarted) == before
        for keys in (running, restarted):
            assert store(database, *keys).read() == before


def test_tokens_that_no_key_opens_need_a_refresh_token(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    begin(database, OTHER_KEY, given="given-1")
    sealed = row(database)
    with pytest.raises(NoRefreshToken, match="BOT_SECRET_KEY"):
        store(database, KEY).prepare()
    assert row(database) == sealed
    assert begin(database, KEY, given="given-1").refresh_token == "given-1"
    assert begin(database, THIRD_KEY, given="given-2").refresh_token == "given-2"
    errors = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert len(errors) == 2
    assert all("BOT_SECRET_KEY" in error and "WEBEX_ADMIN_REFRESH_TOKEN" in error for error in errors)


def test_only_one_process_has_the_lease_until_it_is_over(database: Database) -> None:
    others = Database(database.url.render_as_string(hide_password=False))
    first, second = store(database), store(others)
    assert first.lease(NOW)
    assert first.lease(NOW + timedelta(seconds=5))
    assert not second.lease(NOW + timedelta(seconds=16))
    assert second.lease(NOW + timedelta(seconds=18))
    second.end_lease(NOW + timedelta(seconds=19))
    assert first.lease(NOW + timedelta(seconds=19))
    others.close()
