"""`python -m bot enterprise …`: the enterprises, from the shell."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from zoneinfo import ZoneInfo, available_timezones

import click
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot import start, wiring
from bot.nearest import nearest
from bot.settings import Need, Settings
from bot.tables.width import padded, width
from storage import admins, enterprises, rosters, syncs
from storage.records import Enterprise

_KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_HEADER = ("KEY", "ENTERPRISE ID", "CLUSTER", "TIME ZONE", "NAME", "ADMINS")
_ID_COLUMN = "sp_enterprise_id"
"""Both databases name the column whose value is taken."""

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


@click.group()
def enterprise() -> None:
    """The customer companies the bot works for."""


@enterprise.command("add")
@click.argument("key")
@click.option("--sp-enterprise-id", required=True, help='As in BroadWorks, such as "Reseller1+acme".')
@click.option("--cluster", default="default", show_default=True, help="The BroadWorks system behind it.")
@click.option("--timezone", help="For the times in messages; BOT_TIMEZONE if left out.")
@click.option("--name", help="For messages; the key if left out.")
@click.option("--admin", "emails", multiple=True, help="E-mail of somebody who may act for it; may be repeated.")
def add(
    key: str, sp_enterprise_id: str, cluster: str, timezone: str | None, name: str | None, emails: tuple[str, ...]
) -> None:
    """Add an enterprise; KEY is its short name: lower-case letters, digits and hyphens."""
    if not _KEY.fullmatch(key):
        raise click.BadParameter(f"{key!r} is not made of lower-case letters, digits and hyphens (63 at most)")
    _check(emails)
    with _writing() as (session, settings):
        try:
            made = enterprises.add(
                session,
                key=key,
                name=_given(key if name is None else name, "--name"),
                sp_enterprise_id=_given(sp_enterprise_id, "--sp-enterprise-id"),
                cluster=_given(cluster, "--cluster"),
                timezone=_zone(settings.bot_timezone if timezone is None else timezone),
                now=start.now(),
            )
        except IntegrityError as error:
            taken = f"enterprise id {sp_enterprise_id}" if _ID_COLUMN in str(error.orig) else f"key {key}"
            raise click.ClickException(f"The {taken} is or was in use.") from error
        for email in emails:
            admins.add(session, made.id, email, start.now())
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
    given = {"name": name, "sp_enterprise_id": sp_enterprise_id, "cluster": cluster}
    changes = {field: _given(text, f"--{field.replace('_', '-')}") for field, text in given.items() if text is not None}
    if timezone is not None:
        changes["timezone"] = _zone(timezone)
    if not changes and not emails:
        raise click.UsageError("There is nothing to change: name an option.")
    _check(emails)
    with _writing() as (session, _):
        found = enterprises.lock(session, _found(session, key).id)
        if syncs.active(session, found.id) and (cluster or sp_enterprise_id):
            raise click.ClickException(f"{key} has a sync under way: change its cluster or id when that has ended.")
        try:
            enterprises.change(session, found.id, **changes)
        except IntegrityError as error:
            raise click.ClickException("That enterprise id is or was in use by another enterprise.") from error
        if changes.get("sp_enterprise_id", found.sp_enterprise_id) != found.sp_enterprise_id:
            rosters.forget(session, found.id, start.now())
        for email in emails:
            admins.add(session, found.id, email, start.now())
    click.echo(f"Changed {key}.")


@enterprise.command("remove")
@click.argument("key")
def remove(key: str) -> None:
    """Take an enterprise out of use; its history stays."""
    with _writing() as (session, _):
        found = enterprises.lock(session, _found(session, key).id)
        if syncs.unfinished(session, found.id):
            raise click.ClickException(
                f"{key} has a sync under way: remove it when its admins have been told of its end."
            )
        enterprises.remove(session, found.id, start.now())
    click.echo(f"Removed {key}.")


@enterprise.command("list")
def list_all() -> None:
    """List the enterprises."""
    database = start.existing_database(wiring.settings_for(Need.ENTERPRISE))
    with database.read() as session:
        rows = [
            (
                *(each.key, each.sp_enterprise_id, each.cluster, each.timezone, each.name),
                ", ".join(admin.email for admin in admins.of(session, each.id)) or "none",
            )
            for each in enterprises.all_of(session)
        ]
    if not rows:
        click.echo("No enterprise yet: add one with `python -m bot enterprise add`.")
        return
    table = [_HEADER, *rows]
    widths = [max(map(width, column)) for column in zip(*table, strict=True)]
    for row in table:
        click.echo("  ".join(map(padded, row, widths)).rstrip())


@contextmanager
def _writing() -> Iterator[tuple[Session, Settings]]:
    settings = wiring.settings_for(Need.ENTERPRISE)
    database = start.open_database(settings)
    start.bring_up_to_date(database)
    with database.write() as session:
        yield session, settings


def _found(session: Session, key: str) -> Enterprise:
    found = enterprises.by_key(session, key)
    if found is None:
        known = [each.key for each in enterprises.all_of(session)]
        meant = nearest(key, known)
        raise click.ClickException(f"There is no enterprise {key}." + (f" Did you mean {meant}?" if meant else ""))
    return found


def _check(emails: Iterable[str]) -> None:
    for email in emails:
        if not _EMAIL.fullmatch(email):
            raise click.BadParameter(f"{email!r} is not an e-mail address", param_hint="--admin")


def _given(text: str, option: str) -> str:
    if not text.strip() or len(text) > 200 or "\0" in text:
        raise click.BadParameter("must have 1 to 200 characters", param_hint=option)
    return text.strip()


def _zone(name: str) -> str:
    if name not in available_timezones():
        meant = nearest(name, available_timezones())
        raise click.BadParameter(
            f"{name!r} is not a time zone" + (f"; did you mean {meant}?" if meant else ""), param_hint="--timezone"
        )
    return ZoneInfo(name).key
