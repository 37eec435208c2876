"""procrastinate from PyPI with a task that does nothing, for comparison. It runs in its own virtual environment."""

import os

from procrastinate import App, PsycopgConnector  # type: ignore[import-not-found]

app = App(connector=PsycopgConnector(conninfo=os.environ["BENCH_DATABASE"]))


@app.task(name="nothing")  # type: ignore[untyped-decorator]
async def nothing() -> None:
    """Do nothing."""
