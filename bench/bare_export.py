"""What anybody would write in a few lines: a query to a CSV file, with the same guard; run as a program.

Prints how many seconds that took. Without a file name it only counts the rows in SQL.
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
_RUNS = "=+\\-@\t\r＝＋－＠"
_GUARD = re.compile(f"'*[{_RUNS}]")


def guarded(cell: str) -> str:
    """The cell with a `'` before it if a spreadsheet would run it."""
    return "'" + cell if _GUARD.match(cell) else cell


def main(address: str, query: str, file: str = "") -> None:
    """Run the query; write its rows, or fetch the one it gives."""
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
