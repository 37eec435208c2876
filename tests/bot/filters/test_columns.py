from dataclasses import replace

import pytest

from bot.filters.columns import ATTRIBUTES_OF_KEY, COLUMNS, HEADER, cells, key_of, license_holder
from bot.webex.models import Subscriber
from storage.license_table import LICENSE_COLUMNS, LicenseHolder

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


def test_the_header_is_the_one_that_was_agreed() -> None:
    assert ",".join(HEADER) == (
        "Location,License Type,Service ID,Ext,First Name,Last Name,Email,Email Validation Status,Self-Activation"
    )
    assert tuple(column.attribute for column in COLUMNS) == LICENSE_COLUMNS


def test_every_agreed_key_finds_its_columns() -> None:
    assert {key: ",".join(columns) for key, columns in ATTRIBUTES_OF_KEY.items()} == {
        "location": "location",
        "type": "license_type",
        "license": "license_type",
        "license-type": "license_type",
        "service-id": "service_id",
        "service": "service_id",
        "serviceid": "service_id",
        "ext": "ext",
        "extension": "ext",
        "first": "first_name",
        "first-name": "first_name",
        "firstname": "first_name",
        "last": "last_name",
        "last-name": "last_name",
        "lastname": "last_name",
        "email": "email",
        "status": "status",
        "validation": "status",
        "email-validation-status": "status",
        "activation": "activation",
        "self-activation": "activation",
        "name": "first_name,last_name",
    }


def test_every_header_of_the_table_is_a_key() -> None:
    typed = [header.replace(" ", joint) for header in HEADER for joint in "-_"]
    assert {key_of(header) for header in typed} <= set(ATTRIBUTES_OF_KEY)


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


def test_what_no_database_takes_is_left_out_of_the_cells() -> None:
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
