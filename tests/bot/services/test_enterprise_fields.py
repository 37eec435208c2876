"""The fields of an enterprise: what is accepted, and what is suggested."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.services import enterprise_fields
from bot.services.enterprise_fields import InvalidField, slug


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
def test_every_slug_is_a_valid_key(text: str) -> None:
    assert enterprise_fields.key(slug(text))


@pytest.mark.parametrize(
    ("check", "given", "meant"),
    [
        (enterprise_fields.zone, "chicago", "America/Chicago"),
        (enterprise_fields.zone, "Asia/Tokio", "Asia/Tokyo"),
        (enterprise_fields.emails, "ana@acme.example/x", "ana@acme.example"),
    ],
)
def test_a_wrong_field_gets_a_suggestion(check: Callable[[str], object], given: str, meant: str) -> None:
    with pytest.raises(InvalidField) as caught:
        check(given)
    assert caught.value.problem.endswith(f"(did you mean {meant}?)")


@pytest.mark.parametrize("given", ["", "ana", "ana@acme", "a b@acme.example", f"{'a' * 200}@acme.example"])
def test_an_email_has_a_name_and_a_domain(given: str) -> None:
    with pytest.raises(InvalidField, match="is not an e-mail address"):
        enterprise_fields.emails(given)
