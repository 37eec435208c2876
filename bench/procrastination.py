"""PyPI's procrastinate with a task that does nothing, in its own environment; moves are measured beside it."""

import os

from procrastinate import App, PsycopgConnector  # type: ignore[import-not-found]

app = App(connector=PsycopgConnector(conninfo=os.environ["BENCH_DATABASE"]))


@app.task(name="nothing")  # type: ignore[untyped-decorator]
async def nothing() -> None:
    """An empty job."""
