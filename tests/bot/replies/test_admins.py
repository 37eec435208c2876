"""What `admins` says about people that it cannot add or remove."""

from bot.jobs.message_reader import MAX_PEOPLE
from bot.replies import admins


def test_the_reply_to_missing_people_has_the_number_that_can_be_mentioned() -> None:
    assert f"more than {MAX_PEOPLE} people" in admins.NOT_FOUND
