"""The key that is made of an id."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.services import enterprise_fields
from bot.services.enterprise_fields import slug


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Reseller1+acme", "reseller1-acme"),
        ("  Acme, Inc. ", "acme-inc"),
        ("Łódź", "d"),
        ("成功", "enterprise"),
        ("", "enterprise"),
        ("x" * 200, "x" * 63),
    ],
)
def test_the_key_is_the_slug_of_the_id(text: str, key: str) -> None:
    assert slug(text) == key


@given(st.text())
def test_every_slug_is_a_key_that_could_have_been_typed(text: str) -> None:
    assert enterprise_fields.key(slug(text))
