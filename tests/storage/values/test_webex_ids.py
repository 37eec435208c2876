"""Webex's ids of the same thing, as its APIs write them."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.values.webex_ids import bare, same

NUMBER = "95ed5c0f-2d61-4e2b-9e2b-1a3a7ae8b2d1"


def _id(address: str, *, padded: bool = False) -> str:
    made = base64.urlsafe_b64encode(address.encode()).decode()
    return made if padded else made.rstrip("=")


@pytest.mark.parametrize(
    "other",
    [
        _id(f"ciscospark://us/ORGANIZATION/{NUMBER}", padded=True),
        _id(f"ciscospark://urn:TEAM:eu-central-1_k/ORGANIZATION/{NUMBER}"),
        _id(f"ciscospark://us/ORGANIZATION/{NUMBER}") + "==",
        f"ciscospark://us/ORGANIZATION/{NUMBER.upper()}",
        NUMBER,
        NUMBER.upper(),
    ],
)
def test_two_ids_with_the_same_number_are_the_same(other: str) -> None:
    assert same(_id(f"ciscospark://us/ORGANIZATION/{NUMBER}"), other)


def test_ids_with_different_numbers_are_different() -> None:
    assert not same(_id(f"ciscospark://us/ORGANIZATION/{NUMBER}"), _id(f"ciscospark://us/ORGANIZATION/{NUMBER[::-1]}"))


@given(st.text(), st.text())
def test_any_text_is_an_id_and_the_same_as_itself(one: str, other: str) -> None:
    assert same(one, one)
    assert same(one, other) == (bare(one) == bare(other))
