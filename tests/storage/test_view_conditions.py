"""The databases find what plain Python finds, for all kinds of letters."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, event, example, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from storage import views
from storage.engine.database import Database
from storage.values.license_table import LICENSE_COLUMNS, LicenseHolder, Pattern, SortKey, Term, View
from tests.bot.filters.reference import matches, ordered
from tests.postgres import Server
from tests.storage import sample_rows

_PIECES = [
    *("a", "A", "á", "b", "ab", "AB", "ß", "ss", "ł", "Ø", "ı", "İ", "i", "ﬁ", "σ", "ς"),
    *(" ", "  ", "\u00a0", "\t", "%", "_", "\\", "*", "?", "[a]", "'", "’", '"', "-", "–", ",", "="),
    *("0", "00", "7", "07", "10", "９", "1000000000000"),
    *("京", "ぱ", "は", "رضا", "रवि", "रव", "한", "각", "e\u0301", "\u200b", "🙂", "\U00010400"),
]
_CELLS = st.just("") | st.lists(st.sampled_from(_PIECES), max_size=4).map("".join)


@st.composite
def _patterns(draw: st.DrawFn, cells: list[str]) -> Pattern:
    """Patterns that mostly match a cell of the roster, or nearly match one."""
    cell = draw(st.sampled_from(cells) | _CELLS)
    cell = draw(st.sampled_from([cell, cell.upper(), cell.lower()]))
    cuts = sorted(draw(st.lists(st.integers(0, len(cell)), max_size=4)))
    pieces = [cell[start:end] for start, end in zip([0, *cuts], [*cuts, len(cell)], strict=True)]
    kept = pieces[::2] if len(pieces) % 2 else pieces
    return tuple(["", *kept, ""] if draw(st.booleans()) else kept)


@st.composite
def _cases(draw: st.DrawFn) -> tuple[list[LicenseHolder], View]:
    rows = st.lists(st.lists(_CELLS, min_size=9, max_size=9).map(lambda cells: LicenseHolder(*cells)), max_size=8)
    roster = draw(rows)
    cells = [getattr(holder, column) for holder in roster for column in LICENSE_COLUMNS] or [""]
    columns = st.sampled_from(
        [*((column,) for column in LICENSE_COLUMNS), ("first_name", "last_name"), LICENSE_COLUMNS]
    )
    terms = st.builds(Term, columns, st.lists(_patterns(cells), min_size=1, max_size=3).map(tuple), st.booleans())
    keys = st.builds(SortKey, st.sampled_from(LICENSE_COLUMNS), st.booleans())
    sort = st.lists(keys, max_size=3, unique_by=lambda key: key.column)
    return roster, View(tuple(draw(st.lists(terms, max_size=2))), tuple(draw(sort)))


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def one_database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A database for all examples."""
    if request.param == "sqlite":
        migrated: Path = request.getfixturevalue("migrated_sqlite")
        path = tmp_path_factory.mktemp("filtering") / "bot.db"
        path.write_bytes(migrated.read_bytes())
        opened = Database(f"sqlite:///{path}")
        yield opened
        opened.close()
        return
    server: Server = request.getfixturevalue("postgres_server")
    with server.migrated() as url:
        opened = Database(url)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def enterprise_id(one_database: Database) -> int:
    """The enterprise of the rosters."""
    return sample_rows.enterprise(one_database).id


def _found(session: Session, enterprise_id: int, roster: list[LicenseHolder], view: View) -> None:
    roster_id = sample_rows.write_roster(session, enterprise_id, roster)
    expected = ordered(view, [holder for holder in roster if matches(view.terms, holder)])
    event(f"{min(len(expected), 2)} found")
    assert list(views.holders(session, roster_id, view)) == expected
    assert views.count(session, roster_id, view) == len(expected)
    for column in ("location", "activation"):
        cells = [getattr(holder, column) for holder in expected]
        assert views.facets(session, roster_id, column, view) == {cell: cells.count(cell) for cell in cells}
    if view.terms:
        misses = [[term for term in view.terms if not matches([term], holder)] for holder in roster]
        assert views.excluded_by_each(session, roster_id, view.terms) == [
            sum(missed == [term] for missed in misses) for term in view.terms
        ]


@given(case=_cases())
@example(
    case=(
        [LicenseHolder(first_name="a%b"), LicenseHolder(first_name="axb")],
        View((Term(("first_name",), (("a%", ""),)),)),
    )
)
@example(
    case=(
        [LicenseHolder(first_name="a_b"), LicenseHolder(first_name="axb")],
        View((Term(("first_name",), (("a_", ""),)),)),
    )
)
@example(
    case=(
        [LicenseHolder(first_name="a\\"), LicenseHolder(first_name="a")],
        View((Term(("first_name",), (("", "\\"),)),)),
    )
)
@example(case=([LicenseHolder(), LicenseHolder(ext="1")], View((Term(("ext",), (("",),), negated=True),))))
@example(
    case=(
        [LicenseHolder(last_name=name) for name in ("Z", "Ångström", "a", "", "京")],
        View(sort=(SortKey("last_name", True),)),
    )
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_database_finds_the_same_rows_as_the_reference_in_python(
    one_database: Database, enterprise_id: int, case: tuple[list[LicenseHolder], View]
) -> None:
    roster, view = case
    with one_database.write() as session, session.begin_nested() as examined:
        _found(session, enterprise_id, roster, view)
        examined.rollback()
