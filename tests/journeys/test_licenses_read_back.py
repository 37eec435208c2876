"""The CSV of `licenses`, opened by what people open CSVs with: the cells of the database, but for the guard's quote."""

import csv
import io
import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pandas as pd  # type: ignore[import-untyped]
import pytest

from bot.filters.columns import HEADER
from bot.formatting.csv_file import unguarded
from sandbox.seed import ACME
from storage import enterprises, rosters, views
from tests.journeys.house import ANA, House
from tests.journeys.tables import file_of

_ODD = (
    *(
        "=1+1",
        "+49 30",
        "-5",
        "@home",
        "＝1",
        "'=quoted",
        "\tindented",
        "007",
        "1e5",
        "12/24",
        "TRUE",
        "NA",
        "null",
        "nan",
    ),
    *('say "hi"', "a,b", "a;b", "two\nlines", "two\r\nlines", "a\rb", " spaced ", "Łódź", "秀英", "رضا", "\u00a0", "'"),
)

_OUT = "csv:Text - txt - csv (StarCalc):44,34,76,1"


@pytest.fixture
def file(house: House) -> bytes:
    """The export of a roster with odd cells."""
    like = house.world.subscribers.of_enterprise(ACME)[0]
    for index, odd in enumerate(_ODD):
        person = replace(like, first_name=odd, last_name=_ODD[index - 1], extension=_ODD[index - 2])
        house.world.subscribers.add(person)
    return file_of(house, house.ask(ANA, "licenses sort=-last,first"))


def _cells(house: House) -> list[list[str]]:
    """What the database has, whatever the order."""
    with house.database.read() as session:
        roster = rosters.current(session, enterprises.in_use(session)[0].id)
        assert roster is not None
        return sorted(list(row) for row in views.cells(session, roster.id))


def _without_guard(rows: list[list[str]]) -> list[list[str]]:
    return sorted([unguarded(cell) for cell in row] for row in rows)


def test_the_csv_reads_back_unchanged_with_pythons_strict_reader(house: House, file: bytes) -> None:
    header, *rows = csv.reader(io.StringIO(file.decode("utf-8-sig"), newline=""), strict=True)
    assert tuple(header) == HEADER
    assert len(rows) > len(_ODD)
    assert _without_guard(rows) == _cells(house)


def test_the_csv_reads_back_unchanged_with_pandas(house: House, file: bytes) -> None:
    frame = pd.read_csv(io.BytesIO(file), dtype=str, keep_default_na=False)
    assert tuple(frame.columns) == HEADER
    assert _without_guard(frame.to_numpy().tolist()) == _cells(house)


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_the_csv_reads_back_unchanged_with_libreoffice(house: House, file: bytes, tmp_path: Path) -> None:
    (tmp_path / "licenses.csv").write_bytes(file)
    text_columns = "/".join(f"{column}/2" for column in range(1, len(HEADER) + 1))
    subprocess.run(
        [
            *("soffice", "--headless", f"-env:UserInstallation=file://{tmp_path}/profile"),
            *(
                "--infilter=CSV:44,34,76,1," + text_columns,
                "--convert-to",
                "csv:Text - txt - csv (StarCalc):44,34,76,1",
            ),
            *("--outdir", str(tmp_path / "out"), str(tmp_path / "licenses.csv")),
        ],
        env={**os.environ, "HOME": str(tmp_path)},
        check=True,
        timeout=120,
    )
    content = (tmp_path / "out" / "licenses.csv").read_text("utf-8-sig")
    _, *rows = csv.reader(io.StringIO(content, newline=""))
    with_plain_breaks = [[cell.replace("\r\n", "\n").replace("\r", "\n") for cell in row] for row in _cells(house)]
    assert _without_guard(rows) == sorted(with_plain_breaks)
