"""The columns of the license table and their filter keys."""

from bot.filters.columns import ATTRIBUTES_OF_KEY, COLUMNS, HEADER, key_of
from storage.values.license_table import LICENSE_COLUMNS


def test_the_header_and_the_columns_do_not_change() -> None:
    assert ",".join(HEADER) == (
        "Location,License Type,Service ID,Ext,First Name,Last Name,Email,Email Validation Status,Self-Activation"
    )
    assert tuple(column.attribute for column in COLUMNS) == LICENSE_COLUMNS


def test_every_key_finds_its_columns() -> None:
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
