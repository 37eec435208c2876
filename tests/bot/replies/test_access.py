"""What operators, the admins who added others, and people with several enterprises are told about access."""

import pytest

from bot.replies import access
from tests.bot.samples import enterprise

_KIM = "kim@partner.example"


@pytest.mark.parametrize(
    ("elsewhere", "others", "operator", "words"),
    [
        (["acme", "borealis"], [], False, "the address of an admin of `acme` and `borealis`"),
        ([], ["acme"], False, "the address of an admin of `acme`"),
        ([], [], True, "the address of an operator"),
        (["acme"], ["core"], True, "the address of an admin of `acme` and an admin of `core` and an operator"),
    ],
)
def test_an_alert_has_who_it_is_why_not_and_only_remedies_that_fit(
    elsewhere: list[str], others: list[str], operator: bool, words: str
) -> None:
    lines = access.kept_out(_KIM, elsewhere, others, operator=operator).splitlines()
    assert [line.split(":")[0] for line in lines[2:]] == ["- Who", "- Why", "- What to do"]
    assert lines[2] == f"- Who: {_KIM}, {words}"
    assert ("another organization" in lines[3]) is bool(elsewhere)
    assert ("another person" in lines[3]) is bool(others or operator)
    assert (f"`admins add {_KIM} any-organization`" in lines[4]) is bool(elsewhere)
    assert ("`admins add`" in lines[4]) is bool(others)
    assert ("`BOT_OPERATORS`" in lines[4]) is operator


def test_an_admin_hears_why_a_person_was_kept_out_and_what_to_type() -> None:
    said = access.your_admin_kept_out(_KIM, enterprise(), ["olga@provider.example"], to_operator=False)
    assert "- olga@provider.example" in said
    assert "another organization" in said
    assert f"`admins add {_KIM} any-organization`" in said
    assert f"`admins remove {_KIM}`" in said


def test_enterprises_to_choose_from_have_their_names() -> None:
    said = access.which([enterprise(), enterprise("Borealis_1", key="borealis")])
    assert "- `acme` – Acme\n- `borealis` – Borealis\\_1\n" in said
