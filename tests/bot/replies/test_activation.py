"""The table of who must activate: the nine columns, and what each person has to do."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.filters import columns
from bot.jobs.license_rows import license_holder
from bot.replies.activation import HEADER, rows
from bot.webex.models import Subscriber
from storage.values.license_table import LicenseHolder

ANA = Subscriber("s1", "ana@acme", "R+acme", "Dallas", "Ana", "Ruiz", "ana@acme.example", "0042", "premium", "")


def test_the_header_is_the_license_table_plus_what_to_do() -> None:
    assert ",".join(HEADER) == (
        "Location,License Type,Service ID,Ext,First Name,Last Name,Email,Email Validation Status,Self-Activation,"
        "What to do"
    )


@pytest.mark.parametrize(
    ("status", "email", "advice"),
    [
        ("pending_email_input", "", "Webex needs this person's e-mail address"),
        ("provisioned", " ", "Webex needs this person's e-mail address"),
        ("error", "", "Webex needs this person's e-mail address"),
        ("pending_email_input", "ana@acme.example", "enter their e-mail address"),
        ("pending_email_validation", "ana@acme.example", "confirm the e-mail from Webex and to sign in"),
        ("provisioning", "ana@acme.example", "confirm the e-mail from Webex and to sign in"),
        ("something_new", "ana@acme.example", "confirm the e-mail from Webex and to sign in"),
        ("error", "ana@acme.example", "Ask your service provider to look at this person's account"),
    ],
)
def test_each_person_gets_advice_that_fits_their_activation(status: str, email: str, advice: str) -> None:
    holder = license_holder(replace(ANA, status=status, email=email))
    ((*cells, what_to_do),) = rows([holder])
    assert tuple(cells) == columns.cells(holder)
    assert advice in what_to_do
    assert what_to_do.endswith(".")


def test_activated_people_are_left_out() -> None:
    activated = license_holder(replace(ANA, status="provisioned"))
    waiting = license_holder(replace(ANA, status="error"))
    assert [row[8] for row in rows([activated, waiting, activated, waiting])] == ["Error", "Error"]
    assert list(rows([activated])) == []


ACTIVATIONS = st.sampled_from([columns.NOT_BEGUN, columns.BEGUN, columns.ACTIVATED, columns.ERROR]) | st.text()


@given(st.lists(st.builds(LicenseHolder, st.text(), email=st.text(), activation=ACTIVATIONS)))
def test_all_others_are_listed_in_order_with_something_to_do(holders: list[LicenseHolder]) -> None:
    table = list(rows(holders))
    assert [row[:9] for row in table] == [columns.cells(one) for one in holders if one.activation != "Activated"]
    assert all(len(row) == len(HEADER) and row[9] for row in table)
