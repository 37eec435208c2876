"""`python -m bot enterprise …`: the command `enterprise` at a shell."""

from collections.abc import Mapping

import click

from bot.chat.addresses import find_addresses
from bot.chat.fields import Fields
from bot.chat.message import Refusal
from bot.entrypoints import shell, startup
from bot.formatting.escape import unformatted
from bot.formatting.times import iso
from bot.formatting.width import padded, width
from bot.services.enterprise_fields import DEFAULT_CLUSTER, FIELDS, InvalidField
from bot.services.enterprises import UnknownEnterprise
from bot.settings.catalog import Process
from storage import overviews
from storage.values.records import Overview

_HEADER = ("KEY", "ENTERPRISE ID", "CLUSTER", "TIME ZONE", "NAME", "SPACES", "LAST SYNC", "ADMINS")


@click.group()
def enterprise() -> None:
    """Add, change, remove or list enterprises."""


@enterprise.command("add")
@click.argument("key")
@click.option("--sp-enterprise-id", required=True, help='As in BroadWorks, such as "Reseller1+acme".')
@click.option("--cluster", default=DEFAULT_CLUSTER, show_default=True, help="Your own label for its BroadWorks system.")
@click.option("--timezone", help="The time zone of its messages. Without it, BOT_TIMEZONE.")
@click.option("--name", help="Its name in messages. Without it, the key.")
@click.option("--admin", "emails", multiple=True, help="E-mail address of an admin. Can be repeated.")
def add(key: str, emails: tuple[str, ...], **options: str | None) -> None:
    """Add an enterprise. KEY is its short name: lower-case letters, digits and hyphens."""
    click.echo(f"Added {_ask('add', key, options, emails)}.")


@enterprise.command("set")
@click.argument("key")
@click.option("--sp-enterprise-id")
@click.option("--cluster")
@click.option("--timezone")
@click.option("--name")
@click.option("--admin", "emails", multiple=True, help="E-mail address of one more admin. Can be repeated.")
def change(key: str, emails: tuple[str, ...], **options: str | None) -> None:
    """Change an enterprise: only the options that you give."""
    if not emails and all(value is None for value in options.values()):
        raise click.UsageError("There is nothing to change: name an option.")
    click.echo(f"Changed {_ask('set', key, options, emails)}.")


@enterprise.command("remove")
@click.argument("key")
@click.option("--yes", is_flag=True, help="Do not ask for the key again.")
def remove(key: str, *, yes: bool) -> None:
    """Remove an enterprise for good. Its history stays."""
    if not yes and click.prompt("This cannot be undone. Type the key once more", default="", show_default=False) != key:
        raise click.ClickException("That is not the same key, so nothing was removed.")
    click.echo(f"Removed {_ask('remove', key, {})}.")


@enterprise.command("list")
def list_all() -> None:
    """List the enterprises."""
    database = startup.open_existing_database(startup.load_settings(Process.ENTERPRISE))
    with database.read() as session:
        rows = [_cells(overview) for overview in overviews.find_all(session)]
    if not rows:
        click.echo("No enterprise yet: add one with `python -m bot enterprise add`.")
        return
    table = [_HEADER, *rows]
    widths = [max(map(width, column)) for column in zip(*table, strict=True)]
    for row in table:
        click.echo("  ".join(map(padded, row, widths)).rstrip())


def _cells(overview: Overview) -> tuple[str, ...]:
    enterprise = overview.enterprise
    last_sync = f"{overview.last_state} {iso(overview.last_at)}" if overview.last_at else "none"
    return (
        *(enterprise.key, enterprise.sp_enterprise_id, enterprise.cluster, enterprise.timezone, enterprise.name),
        *(str(overview.spaces), last_sync, ", ".join(overview.admins) or "none"),
    )


def _ask(action: str, key: str, options: Mapping[str, str | None], emails: tuple[str, ...] = ()) -> str:
    """Have the command `enterprise` do this, and return the enterprise's key.

    End the process with one sentence if it is refused.
    """
    if any(len(find_addresses(email)[0]) > 1 for email in emails):
        raise click.BadParameter("takes one e-mail address; repeat the option for each.", param_hint="--admin")
    settings = startup.load_settings(Process.ENTERPRISE)
    given = [(name, value) for name in FIELDS if (value := options.get(name.replace("-", "_"))) is not None]
    fields = Fields((action, key), (*given, *(("admin", email) for email in emails)))
    database = startup.open_database(settings)
    startup.ensure_up_to_date(database)
    try:
        return shell.ask(database, settings.command_settings, "enterprise", fields, startup.now()).audit_detail
    except UnknownEnterprise as unknown:
        guess = f" Did you mean {unknown.suggestion}?" if unknown.suggestion else ""
        raise click.ClickException(f"There is no enterprise {unknown.key}.{guess}") from unknown
    except Refusal as refusal:
        invalid = refusal.__cause__
        if isinstance(invalid, InvalidField):
            raise click.BadParameter(invalid.problem, param_hint=invalid.field and f"--{invalid.field}") from refusal
        raise click.ClickException(unformatted(refusal.markdown)) from refusal
