"""The command line: python -m bot serve | worker | health | db upgrade | enterprise … | authorize"""

import os

import click

from bot.entrypoints import startup
from bot.entrypoints.authorize_cli import authorize
from bot.entrypoints.enterprise_cli import enterprise
from bot.entrypoints.health import look
from bot.entrypoints.serve import serve
from bot.entrypoints.worker import run_worker
from bot.settings.catalog import Process
from storage.engine.upgrade import upgrade


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """The Directory Sync bot. Its settings come from the environment: docs/settings.md lists them."""


@main.command("serve")
def serve_command() -> None:
    """Run the webhook server and the jobs in one process."""
    serve(startup.load_settings(Process.SERVE))


@main.command("worker")
def worker_command() -> None:
    """Run only the jobs. The Procfile has the webhook server."""
    run_worker(startup.load_settings(Process.WORKER))


@main.command("health")
def health_command() -> None:
    """Say what the database tells about the bot. Exit with code 1 if the bot cannot work."""
    health = look(startup.load_settings(Process.HEALTH))
    for line in health.lines:
        click.echo(line)
    if not health.can_work:
        raise SystemExit(1)


@main.group("db")
def db() -> None:
    """Update the database."""


@db.command("upgrade")
def upgrade_command() -> None:
    """Create the tables, or change them to what this release needs."""
    upgrade(startup.open_database(startup.load_settings(Process.UPGRADE)))
    click.echo("The database is up to date.")


main.add_command(enterprise)
main.add_command(authorize)

if __name__ == "__main__":
    os.umask(0o077)  # the files and folders that a process makes are for its owner alone
    with startup.exit_on_database_error():
        main(prog_name="python -m bot")
