"""A subscriber becomes a row of the license table."""

from dataclasses import replace

import pytest

from bot.filters.columns import cells
from bot.jobs.license_rows import license_holder
from bot.webex.models import Subscriber
from storage.values.license_table import LicenseHolder

ANA = Subscriber(
    id="s1",
    user_id="ana@acme",
    sp_enterprise_id="Reseller1+acme",
    group_id="Dallas",
    first_name="Ana",
    last_name="Ruiz",
    email="ana@acme.example",
    extension="0042",
    package="premium",
    status="provisioned",
)


def test_a_subscriber_becomes_a_row() -> None:
    assert cells(license_holder(ANA)) == (
        "Dallas", "Premium", "ana@acme", "0042", "Ana", "Ruiz", "ana@acme.example", "Provisioned", "Activated"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("status", "email", "words", "activation"),
    [
        ("pending_email_input", "", "Pending Email Input", "Not begun"),
        ("pending_email_input", "a@b.example", "Pending Email Input", "Not begun"),
        ("pending_email_validation", "a@b.example", "Pending Email Validation", "Begun"),
        ("pending_user_migration", "a@b.example", "Pending User Migration", "Begun"),
        ("provisioning", "a@b.example", "Provisioning", "Begun"),
        ("provisioned", "a@b.example", "Provisioned", "Activated"),
        ("PROVISIONED", "a@b.example", "Provisioned", "Activated"),
        ("provisioned", " ", "Provisioned", "Not begun"),
        ("updating", "a@b.example", "Updating", "Begun"),
        ("error", "a@b.example", "Error", "Error"),
        ("something_new", "a@b.example", "Something New", "Begun"),
        ("", "a@b.example", "", "Begun"),
    ],
)
def test_the_activation_follows_from_status_and_email(status: str, email: str, words: str, activation: str) -> None:
    holder = license_holder(replace(ANA, status=status, email=email))
    assert (holder.status, holder.activation) == (words, activation)


def test_characters_that_databases_refuse_are_removed_or_replaced() -> None:
    holder = license_holder(replace(ANA, first_name="A\0na\ud800", package="pre\0mium"))
    assert holder == LicenseHolder(
        "Dallas",
        "Premium",
        "ana@acme",
        "0042",
        "Ana?",
        "Ruiz",
        "ana@acme.example",
        "Provisioned",
        "Activated",
    )
