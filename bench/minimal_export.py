"""A minimal export for comparison: a query to a CSV file, with the same protection against formulas. A program.

Prints the seconds it took. Without a file name it only runs the query, which counts rows.
"""

import csv
import re
import sqlite3
import sys
import time
from collections.abc import Iterable
from contextlib import closing
from typing import Any

import psycopg

COLUMNS = "location,license_type,service_id,ext,first_name,last_name,email,status,activation"
HEADER = "Location,License Type,Service ID,Ext,First Name,Last Name,Email,Email Validation Status,Self-Activation"
_FORMULA_STARTS = "=+\\-@\t\r＝＋－＠"
_NEEDS_QUOTE = re.compile(f"'*[{_FORMULA_STARTS}]")


def guarded(cell: str) -> str:
    """Return the cell, with a `'` in front if a spreadsheet would run it as a formula."""
    return "'" + cell if _NEEDS_QUOTE.match(cell) else cell


def main(address: str, query: str, file: str = "") -> None:
    """Run the query and write its rows to the file, or only fetch them."""
    started = time.perf_counter()
    connection: Any = psycopg.connect(address) if "://" in address else sqlite3.connect(address)
    with closing(connection):
        rows: Iterable[tuple[str, ...]] = connection.execute(query)
        if file:
            with open(file, "w", encoding="utf-8-sig", newline="") as out:
                writer = csv.writer(out, lineterminator="\r\n")
                writer.writerow(HEADER.split(","))
                for row in rows:
                    writer.writerow([guarded(cell) for cell in row])
        else:
            list(rows)
        print(time.perf_counter() - started)


if __name__ == "__main__":
    main(*sys.argv[1:])
