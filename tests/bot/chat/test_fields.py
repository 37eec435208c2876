"""Words and fields as they are typed after a command."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.command_line import plain_line
from bot.chat.fields import Fields, line_of, parse_fields
from bot.services.enterprise_fields import InvalidField, emails, key, text, zone

_NAMES = st.sampled_from(["name", "cluster", "sp-enterprise-id", "admin"])
_VALUES = st.text("abcXYZ019+@.,-' éŁ", min_size=1).map(lambda typed: " ".join(typed.split())).filter(bool)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("", Fields((), ())),
        ("add acme", Fields(("add", "acme"), ())),
        ('name="Acme, Inc." cluster=east', Fields((), (("name", "Acme, Inc."), ("cluster", "east")))),
        ("SP_Enterprise_ID = Reseller1+acme", Fields((), (("sp-enterprise-id", "Reseller1+acme"),))),
        ("name=“Acme”\nadd", Fields(("add",), (("name", "Acme"),))),
        ("name=O'Brien", Fields((), (("name", "O'Brien"),))),
        ('name=""', Fields((), (("name", ""),))),
        ('"acme"', Fields(("acme",), ())),
    ],
)
def test_words_and_fields_are_separated(typed: str, expected: Fields) -> None:
    assert parse_fields(typed) == expected


@given(st.lists(st.tuples(_NAMES, _VALUES)))
def test_quoted_fields_come_back_unchanged(given_fields: list[tuple[str, str]]) -> None:
    typed = " ".join(f'{name}="{value}"' for name, value in given_fields)
    assert parse_fields(typed) == Fields((), tuple(given_fields))


@given(st.lists(_VALUES), st.lists(st.tuples(_NAMES, _VALUES)))
def test_the_line_of_fields_is_read_back_unchanged(words: list[str], values: list[tuple[str, str]]) -> None:
    fields = Fields(tuple(words), tuple(values))
    assert parse_fields(line_of(fields)) == fields


@given(st.lists(st.text() | st.text('"“ =`\n')))
def test_any_value_is_read_back_with_apostrophes_for_its_quotes(values: list[str]) -> None:
    fields = Fields(("add", *values), tuple(("name", value) for value in values))
    read = [plain_line(value).replace('"', "'") for value in values]
    assert parse_fields(line_of(fields)) == Fields(("add", *read), tuple(("name", value) for value in read))


@given(st.text())
def test_any_typed_fields_are_accepted_or_refused_as_invalid(typed: str) -> None:
    for name, value in parse_fields(typed).values:
        assert name == name.lower()
        for check in (key, zone, emails, lambda given: text("name", given)):
            with suppress(InvalidField):
                assert check(value)
