"""What a sync has changed: deletions loud, a tenth of the directory gone warned of, nothing claimed of the unknown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.replies import sync_counts

KINDS = {
    "People": ("users", "totalExternalUsersInCI"),
    "Machines": ("machines", "totalExternalMachinesInCI"),
    "Personal contacts": ("userContacts", "totalUserContactsInContactService"),
    "Enterprise contacts": ("orgContacts", "totalOrgContactsInContactService"),
    "Group contacts": ("groupContacts", "totalGroupContactsInContactService"),
}
FIELDS = [f"{prefix}{word}" for prefix, _ in KINDS.values() for word in ("Added", "Updated", "Deleted")]
TOTALS = [total for _, total in KINDS.values()]
NUMBERS = st.integers(0, 2**63 - 1)


def users(added: int, deleted: int, total: int) -> dict[str, int]:
    return {"usersAdded": added, "usersUpdated": 0, "usersDeleted": deleted, "totalExternalUsersInCI": total}


def warning(told: dict[str, int]) -> str:
    return "".join(line for line in sync_counts.lines(told) if "⚠️" in line)


@pytest.mark.parametrize(("kind", "prefix", "total"), [(kind, *fields) for kind, fields in KINDS.items()])
def test_every_kind_of_entry_has_its_changes_and_its_total(kind: str, prefix: str, total: str) -> None:
    told = {f"{prefix}Added": 1234, f"{prefix}Updated": 5, f"{prefix}Deleted": 0, total: 20000}
    assert sync_counts.lines(told) == [f"- {kind}: 1,234 added, 5 updated, 0 deleted; 20,000 in total"]


def test_only_counts_that_webex_reports_are_shown() -> None:
    assert sync_counts.lines({}) == []
    assert sync_counts.lines({"usersAdded": 0}) == ["- People: 0 added"]
    assert sync_counts.lines({"totalExternalUsersInCI": 9, "somethingNew": 4}) == []


def test_deletions_are_bold_but_zero_is_not() -> None:
    assert "**1,000 deleted**" in sync_counts.lines(users(0, 1000, 10**6))[0]
    assert "**" not in sync_counts.lines(users(7, 0, 10**6))[0]


@pytest.mark.parametrize(
    ("told", "gone", "before"),
    [(users(0, 11, 89), "11", "100"), (users(50, 11, 139), "11", "100"), (users(0, 5000, 0), "5,000", "5,000")],
)
def test_deleting_more_than_a_tenth_causes_a_warning_with_numbers(told: dict[str, int], gone: str, before: str) -> None:
    said = warning(told)
    assert f"**Webex deleted {gone} of {before} entries, more than a tenth" in said
    assert "service provider" in said


@pytest.mark.parametrize("told", [users(0, 10, 90), users(90, 10, 180), users(0, 0, 0), users(9, 0, 9), {}])
def test_deleting_a_tenth_or_less_causes_no_warning(told: dict[str, int]) -> None:
    assert warning(told) == ""


@given(st.dictionaries(st.sampled_from(FIELDS), NUMBERS))
def test_deletions_without_a_known_total_cause_no_warning(told: dict[str, int]) -> None:
    assert warning(told) == ""


def test_the_warning_adds_up_all_kinds_with_a_known_total() -> None:
    many_machines = {"machinesDeleted": 0, "totalExternalMachinesInCI": 900}
    assert warning(users(0, 50, 50)) != ""
    assert warning(users(0, 50, 50) | many_machines) == ""
    assert "50 of 100" in warning(users(0, 50, 50) | {"machinesDeleted": 7000})


def test_group_contacts_count_for_the_warning_too() -> None:
    assert "30 of 100" in warning({"groupContactsDeleted": 30, "totalGroupContactsInContactService": 70})


def test_a_summary_adds_up_all_kinds_that_webex_reports() -> None:
    told = {"usersAdded": 1000, "groupContactsAdded": 234, "machinesDeleted": 0, "totalExternalUsersInCI": 9}
    assert sync_counts.summary(told) == "1,234 added, 0 deleted"
    assert sync_counts.summary({"totalExternalUsersInCI": 9}) == ""


def test_the_table_has_a_column_for_every_change_of_every_kind() -> None:
    columns = [f"{kind} {word}".title() for kind in KINDS for word in ("Added", "Updated", "Deleted")]
    assert list(sync_counts.CSV_HEADER) == columns
    assert sync_counts.csv_cells({field: number for number, field in enumerate(FIELDS)}) == [
        str(n) for n in range(len(FIELDS))
    ]
    assert sync_counts.csv_cells({"machinesUpdated": 0}) == [*[""] * 4, "0", *[""] * 10]


@given(st.dictionaries(st.sampled_from(FIELDS + TOTALS) | st.text(), st.integers(-(2**63), 2**63 - 1)))
def test_any_counts_give_at_most_a_line_per_kind_and_one_warning(told: dict[str, int]) -> None:
    lines = sync_counts.lines(told)
    kinds = [line for line in lines if "⚠️" not in line]
    assert len(lines) - len(kinds) <= 1
    shown = [line.removeprefix("- ").partition(":")[0] for line in kinds]
    assert shown == [kind for kind in KINDS if kind in shown]
    assert len(sync_counts.csv_cells(told)) == len(sync_counts.CSV_HEADER)
