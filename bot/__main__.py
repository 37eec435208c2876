"""The command line: python -m bot serve | worker | db upgrade | enterprise …"""

import click

from bot.entrypoints import startup, wiring
from bot.entrypoints.enterprise_cli import enterprise
from bot.entrypoints.serve import serve
from bot.entrypoints.worker import work
from bot.settings.catalog import Process
from storage.engine.upgrade import upgrade


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """The Directory Sync bot. Its settings come from the environment: docs/settings.md lists them."""


@main.command("serve")
def serve_command() -> None:
    """Run everything in one process: the door for Webex, and the clock."""
    serve(wiring.settings_for(Process.SERVE))


@main.command("worker")
def worker_command() -> None:
    """Run the clock alone, beside web processes that gunicorn runs."""
    work(wiring.settings_for(Process.WORKER))


@main.group("db")
def db() -> None:
    """The database."""


@db.command("upgrade")
def upgrade_command() -> None:
    """Bring the database up to date."""
    upgrade(startup.open_database(wiring.settings_for(Process.UPGRADE)))
    click.echo("The database is up to date.")


main.add_command(enterprise)

if __name__ == "__main__":
    with startup.telling_database_faults():
        main(prog_name="python -m bot")
