"""`python -m bot enterprise …`: the enterprises, from the shell."""

from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy.orm import Session

from bot.chat.did_you_mean import nearest
from bot.chat.message import Refusal
from bot.entrypoints import startup, wiring
from bot.formatting.times import iso
from bot.formatting.width import padded, width
from bot.services import enterprise_fields as fields
from bot.services import enterprises as founding
from bot.settings.catalog import Process
from bot.settings.load import Settings
from storage import audit, enterprises, overviews
from storage.values.records import AuditEntry, Enterprise, Overview

_HEADER = ("KEY", "ENTERPRISE ID", "CLUSTER", "TIME ZONE", "NAME", "SPACES", "LAST SYNC", "ADMINS")


@click.group()
def enterprise() -> None:
    """The customer companies the bot works for."""


@enterprise.command("add")
@click.argument("key")
@click.option("--sp-enterprise-id", required=True, help='As in BroadWorks, such as "Reseller1+acme".')
@click.option("--cluster", default=fields.DEFAULT_CLUSTER, show_default=True, help="The BroadWorks system behind it.")
@click.option("--timezone", help="For the times in messages; BOT_TIMEZONE if left out.")
@click.option("--name", help="For messages; the key if left out.")
@click.option("--admin", "emails", multiple=True, help="E-mail of somebody who may act for it; may be repeated.")
def add(
    key: str, sp_enterprise_id: str, cluster: str, timezone: str | None, name: str | None, emails: tuple[str, ...]
) -> None:
    """Add an enterprise; KEY is its short name: lower-case letters, digits and hyphens."""
    with _told(), _writing() as (session, settings):
        values = {
            "name": fields.text("name", key if name is None else name),
            "sp_enterprise_id": fields.text("sp-enterprise-id", sp_enterprise_id),
            "cluster": fields.text("cluster", cluster),
            "timezone": fields.zone(settings.bot_timezone if timezone is None else timezone),
        }
        made = founding.add(session, fields.key(key), values, [fields.email(email) for email in emails], startup.now())
        _audit(session, made, "add")
    click.echo(f"Added {key}.")


@enterprise.command("set")
@click.argument("key")
@click.option("--sp-enterprise-id")
@click.option("--cluster")
@click.option("--timezone")
@click.option("--name")
@click.option("--admin", "emails", multiple=True, help="E-mail of one more admin; may be repeated.")
def change(
    key: str,
    sp_enterprise_id: str | None,
    cluster: str | None,
    timezone: str | None,
    name: str | None,
    emails: tuple[str, ...],
) -> None:
    """Change what is given of an enterprise."""
    given = {"name": name, "sp-enterprise-id": sp_enterprise_id, "cluster": cluster}
    with _told():
        changes = {
            field.replace("-", "_"): fields.text(field, text) for field, text in given.items() if text is not None
        }
        if timezone is not None:
            changes["timezone"] = fields.zone(timezone)
        if not changes and not emails:
            raise click.UsageError("There is nothing to change: name an option.")
        added = [fields.email(email) for email in emails]
        with _writing() as (session, _):
            _audit(session, founding.change(session, _found(session, key).id, changes, added, startup.now()), "set")
    click.echo(f"Changed {key}.")


@enterprise.command("remove")
@click.argument("key")
@click.option("--yes", is_flag=True, help="Do not ask for the key once more.")
def remove(key: str, *, yes: bool) -> None:
    """Take an enterprise out of use for good; its history stays."""
    if not yes and click.prompt("This cannot be undone. Type the key once more", default="", show_default=False) != key:
        raise click.ClickException("That is not the same key, so nothing was removed.")
    with _told(), _writing() as (session, _):
        found = founding.remove(session, _found(session, key).id, startup.now())
        _audit(session, found, "remove")
    click.echo(f"Removed {key}.")


@enterprise.command("list")
def list_all() -> None:
    """List the enterprises."""
    database = startup.existing_database(wiring.settings_for(Process.ENTERPRISE))
    with database.read() as session:
        rows = [_listed(each) for each in overviews.find_all(session)]
    if not rows:
        click.echo("No enterprise yet: add one with `python -m bot enterprise add`.")
        return
    table = [_HEADER, *rows]
    widths = [max(map(width, column)) for column in zip(*table, strict=True)]
    for row in table:
        click.echo("  ".join(map(padded, row, widths)).rstrip())


def _audit(session: Session, enterprise: Enterprise, what: str) -> None:
    """Keep that somebody at a shell has done something; who that was the bot cannot tell."""
    audit.add(
        session,
        AuditEntry(
            at=startup.now(),
            enterprise_id=enterprise.id,
            email="somebody at a shell",
            command="enterprise",
            arguments=f"{what} {enterprise.key}",
            outcome="answered",
        ),
    )


def _listed(one: Overview) -> tuple[str, ...]:
    enterprise = one.enterprise
    last = f"{one.last_state} {iso(one.last_at)}" if one.last_at else "none"
    return (
        *(enterprise.key, enterprise.sp_enterprise_id, enterprise.cluster, enterprise.timezone, enterprise.name),
        *(str(one.spaces), last, ", ".join(one.admins) or "none"),
    )


@contextmanager
def _told() -> Iterator[None]:
    """End with one sentence where something given is wrong, or cannot be done."""
    try:
        yield
    except fields.InvalidField as wrong:
        raise click.BadParameter(wrong.problem, param_hint=wrong.field and f"--{wrong.field}") from wrong
    except Refusal as refusal:
        raise click.ClickException(refusal.markdown) from refusal


@contextmanager
def _writing() -> Iterator[tuple[Session, Settings]]:
    settings = wiring.settings_for(Process.ENTERPRISE)
    database = startup.open_database(settings)
    startup.bring_up_to_date(database)
    with database.write() as session:
        yield session, settings


def _found(session: Session, key: str) -> Enterprise:
    found = enterprises.by_key(session, key)
    if found is None:
        known = [each.key for each in enterprises.in_use(session)]
        meant = nearest(key, known)
        raise click.ClickException(f"There is no enterprise {key}." + (f" Did you mean {meant}?" if meant else ""))
    return found
