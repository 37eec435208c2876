"""What operators and people with several enterprises are told about access."""

import pytest

from bot.replies import access
from tests.bot.samples import enterprise


@pytest.mark.parametrize(
    ("keys", "operator", "words"),
    [
        (["acme", "borealis"], False, "the address of an admin of `acme` and `borealis`"),
        ([], True, "the address of an operator"),
        (["acme"], True, "the address of an admin of `acme` and an operator"),
    ],
)
def test_an_alert_has_who_wrote_why_not_and_only_remedies_that_fit(keys: list[str], operator: bool, words: str) -> None:
    lines = access.kept_out("ana@acme.example", keys, operator=operator).splitlines()
    assert [line.split(":")[0] for line in lines[2:]] == ["- Who wrote", "- Why I refused", "- What to do"]
    assert lines[2] == f"- Who wrote: ana@acme.example, {words}"
    assert ("`admins remove`" in lines[4]) is bool(keys)
    assert ("`BOT_OPERATORS`" in lines[4]) is operator


def test_enterprises_to_choose_from_have_their_names() -> None:
    said = access.which([enterprise(), enterprise("Borealis_1", key="borealis")])
    assert "- `acme` – Acme\n- `borealis` – Borealis\\_1\n" in said
