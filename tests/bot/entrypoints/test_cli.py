"""The command line: what somebody at a shell reads, and that no fault of theirs is a traceback."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.__main__ import main
from bot.chat.fields import Fields, parse_fields
from bot.webex.own_webhooks import NAMES
from storage import access_refusals, admins, audit, enterprises, rosters, syncs, webhooks
from storage.audit import MAX_ARGUMENTS
from storage.engine.database import Database
from storage.engine.upgrade import up_to_date
from storage.values.provider_access import AccessSubject
from storage.values.records import AuditEntry, Cause, Claim, Enterprise, RosterState
from tests.bot.samples import NOW

ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def no_logging(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process sets its logging up once; here many commands run in the process of the tests."""
    monkeypatch.setattr("bot.entrypoints.startup.log_to_stderr", lambda: None)


@pytest.fixture
def shell(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """A shell whose environment names a database with all tables."""
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    return CliRunner()


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    opened = Database(sqlite_url)
    yield opened
    opened.close()


def run(shell: CliRunner, line: str, *more: str) -> Result:
    result = shell.invoke(main, [*line.split(), *more])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    return result


def program(line: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """The program as a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "bot", *line.split()],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environ},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def all_of(database: Database) -> list[Enterprise]:
    with database.read() as session:
        return enterprises.in_use(session)


def admins_of(database: Database, enterprise: Enterprise) -> list[str]:
    with database.read() as session:
        return [admin.email for admin in admins.of_enterprise(session, enterprise.id)]


def audited(database: Database) -> list[AuditEntry]:
    """Return the audit, oldest first."""
    with database.read() as session:
        return list(audit.entries(session, NOW - timedelta(days=400), None))[::-1]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("--help", ["serve", "worker", "db", "enterprise"]),
        ("-h", ["serve"]),
        ("db -h", ["upgrade"]),
        ("enterprise --help", ["add", "list", "remove", "set"]),
        ("enterprise add --help", ["KEY", "--sp-enterprise-id", "--cluster", "--timezone", "--name", "--admin"]),
        ("enterprise set --help", ["KEY", "--sp-enterprise-id", "--cluster", "--timezone", "--name", "--admin"]),
    ],
)
def test_help_lists_the_subcommands(shell: CliRunner, line: str, words: list[str]) -> None:
    result = run(shell, line)
    assert result.exit_code == 0
    assert not [word for word in words if word not in result.stdout]


@pytest.mark.parametrize(
    ("line", "missing"),
    [
        (
            "serve",
            ["WEBEX_BOT_TOKEN", "WEBEX_ADMIN_TOKEN", "BOT_OPERATORS"],
        ),
        ("worker", ["WEBEX_BOT_TOKEN", "WEBEX_ADMIN_TOKEN", "BOT_OPERATORS"]),
    ],
)
@pytest.mark.server
def test_all_missing_settings_are_reported_at_once(line: str, missing: list[str], tmp_path: Path) -> None:
    ended = program(line, DATABASE_URL=f"sqlite:///{tmp_path}/bot.db", ANSWER_THREADS="0")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "Traceback" not in ended.stderr
    assert "- ANSWER_THREADS is “0”" in ended.stderr
    assert not [name for name in missing if f"- {name} is not set" not in ended.stderr]
    assert not (tmp_path / "bot.db").exists()


@pytest.mark.parametrize("line", ["serve", "worker", "db upgrade", "enterprise list"])
def test_no_process_accepts_sqlite_on_heroku(shell: CliRunner, monkeypatch: pytest.MonkeyPatch, line: str) -> None:
    monkeypatch.setenv("DYNO", "web.1")
    result = run(shell, line)
    assert result.exit_code == 2
    assert "DATABASE_URL must name a PostgreSQL database on Heroku" in result.stderr


@pytest.mark.parametrize(
    ("line", "url"),
    [
        ("db upgrade", "postgres://nobody:topsecret@127.0.0.1:1/none"),
        ("worker", "postgres://nobody:topsecret@127.0.0.1:1/none"),
        ("enterprise list", "postgres://nobody:topsecret@host.invalid/none"),
        ("worker", "sqlite:////proc/none/bot.db"),
        ("enterprise list", "sqlite:////etc/hostname/bot.db"),
    ],
)
@pytest.mark.server
def test_an_unreachable_database_is_reported_in_one_sentence(line: str, url: str) -> None:
    ended = program(
        line, DATABASE_URL=url, WEBEX_BOT_TOKEN="t", WEBEX_ADMIN_TOKEN="t", BOT_OPERATORS="olga@provider.example"
    )
    assert (ended.returncode, ended.stdout) == (1, "")
    (said,) = ended.stderr.splitlines()
    assert said.startswith("The database cannot be used, see DATABASE_URL: ")
    assert "topsecret" not in said


@pytest.mark.server
def test_a_file_that_is_not_sqlite_is_reported_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "bot.db").write_bytes(b"this is no database" * 100)
    ended = program("db upgrade", DATABASE_URL=f"sqlite:///{tmp_path}/bot.db")
    assert ended.returncode == 1
    (said,) = ended.stderr.splitlines()
    assert said.startswith("The database cannot be used, see DATABASE_URL: ")


def test_db_upgrade_creates_the_database_and_can_be_repeated(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/new/folder/bot.db")
    for _ in range(2):
        result = run(CliRunner(), "db upgrade")
        assert (result.exit_code, result.stdout) == (0, "The database is up to date.\n")
    database = Database(f"sqlite:///{tmp_path}/new/folder/bot.db")
    assert up_to_date(database)
    database.close()


def test_an_enterprise_is_added_with_all_given_options(shell: CliRunner, database: Database) -> None:
    result = run(
        shell,
        "enterprise add acme --sp-enterprise-id Reseller1+acme --cluster east --timezone America/Chicago "
        "--admin ana@acme.example --admin Ana@Acme.example --admin ben@acme.example --name",
        "Acme, Inc.",
    )
    assert (result.exit_code, result.stdout) == (0, "Added acme.\n")
    (acme,) = all_of(database)
    assert (acme.key, acme.name, acme.sp_enterprise_id) == ("acme", "Acme, Inc.", "Reseller1+acme")
    assert (acme.cluster, acme.timezone) == ("east", "America/Chicago")
    assert admins_of(database, acme) == ["ana@acme.example", "ben@acme.example"]


def test_an_enterprise_gets_defaults_for_options_not_given(
    shell: CliRunner, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOT_TIMEZONE", "Europe/Berlin")
    assert run(shell, "enterprise add acme --sp-enterprise-id Reseller1+acme").exit_code == 0
    (acme,) = all_of(database)
    assert (acme.name, acme.cluster, acme.timezone) == ("acme", "default", "Europe/Berlin")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["Acme", "--sp-enterprise-id", "R+a"], "'Acme' is not made of lower-case letters, digits and hyphens"),
        (["x" * 64, "--sp-enterprise-id", "R+a"], "63 at most"),
        (["acme"], "Missing option '--sp-enterprise-id'"),
        (["acme", "--sp-enterprise-id", "  "], "--sp-enterprise-id: must have 1 to 200 characters"),
        (["acme", "--sp-enterprise-id", "x" * 201], "--sp-enterprise-id: must have 1 to 200 characters"),
        (["acme", "--sp-enterprise-id", "R+a", "--cluster", ""], "--cluster: must have 1 to 200 characters"),
        (["acme", "--sp-enterprise-id", "R+a", "--name", "x" * 201], "--name: must have 1 to 200 characters"),
        (["acme", "--sp-enterprise-id", "R+a", "--timezone", "America/Chicgo"], "did you mean America/Chicago?"),
        (["acme", "--sp-enterprise-id", "R+a", "--timezone", "../etc/passwd"], "is not a time zone"),
        (["acme", "--sp-enterprise-id", "R+a", "--admin", "ana.acme.example"], "is not an e-mail address"),
    ],
)
def test_a_wrong_enterprise_is_refused_with_the_reason_and_not_added(
    shell: CliRunner, database: Database, arguments: list[str], said: str
) -> None:
    result = run(shell, "enterprise add", *arguments)
    assert result.exit_code == 2
    assert said in result.stderr
    assert all_of(database) == []


@pytest.mark.parametrize(
    ("line", "taken"),
    [
        ("add acme --sp-enterprise-id R+other", "The key acme is or was in use."),
        ("add other --sp-enterprise-id R+acme", "The enterprise id R+acme is or was in use."),
    ],
)
def test_a_key_or_an_id_can_never_be_reused(shell: CliRunner, database: Database, line: str, taken: str) -> None:
    assert run(shell, "enterprise add acme --sp-enterprise-id R+acme").exit_code == 0
    for _ in range(2):
        result = run(shell, f"enterprise {line} --admin eve@other.example")
        assert result.exit_code == 1
        assert taken in result.stderr
        run(shell, "enterprise remove acme --yes")
    assert all_of(database) == []


def test_enterprises_are_listed_by_key_with_their_admins_under_a_header(shell: CliRunner) -> None:
    assert "No enterprise yet" in run(shell, "enterprise list").stdout
    run(shell, "enterprise add borealis --sp-enterprise-id R+b --cluster east --timezone Europe/Stockholm")
    run(shell, "enterprise add acme --sp-enterprise-id R+a --admin ana@acme.example --name", "Acme, Inc.")
    assert run(shell, "enterprise list").stdout.splitlines() == [
        "KEY       ENTERPRISE ID  CLUSTER  TIME ZONE         NAME        SPACES  LAST SYNC  ADMINS",
        "acme      R+a            default  UTC               Acme, Inc.  0       none       ana@acme.example",
        "borealis  R+b            east     Europe/Stockholm  borealis    0       none       none",
    ]


@pytest.mark.server
def test_enterprise_list_neither_creates_nor_changes_a_database(tmp_path: Path) -> None:
    file = tmp_path / "wrong" / "bot.db"
    ended = program("enterprise list", DATABASE_URL=f"sqlite:///{file}")
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith(f"The database cannot be used, see DATABASE_URL: there is no file {file}.")
    assert not file.parent.exists()
    file.parent.mkdir()
    file.touch()
    ended = program("enterprise list", DATABASE_URL=f"sqlite:///{file}")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "run `python -m bot db upgrade` first" in ended.stderr
    other = Database(f"sqlite:///{file}")
    assert not up_to_date(other)
    other.close()


def test_enterprise_set_changes_only_the_given_options(shell: CliRunner, database: Database) -> None:
    run(shell, "enterprise add acme --sp-enterprise-id R+a --cluster east --admin ana@acme.example")
    assert run(shell, "enterprise set acme --timezone Asia/Tokyo --admin ben@acme.example").stdout == "Changed acme.\n"
    (acme,) = all_of(database)
    assert (acme.sp_enterprise_id, acme.cluster, acme.timezone) == ("R+a", "east", "Asia/Tokyo")
    assert admins_of(database, acme) == ["ana@acme.example", "ben@acme.example"]
    assert run(shell, "enterprise set acme --sp-enterprise-id R+b --cluster west --name", "Acme").exit_code == 0
    (acme,) = all_of(database)
    assert (acme.sp_enterprise_id, acme.cluster, acme.timezone, acme.name) == ("R+b", "west", "Asia/Tokyo", "Acme")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--timezone", "Asia/Tokio"], "did you mean Asia/Tokyo?"),
        (["--timezone", ""], "is not a time zone"),
        (["--sp-enterprise-id", ""], "--sp-enterprise-id: must have 1 to 200 characters"),
        (["--sp-enterprise-id", "x" * 201], "--sp-enterprise-id: must have 1 to 200 characters"),
        (["--cluster", " "], "--cluster: must have 1 to 200 characters"),
        (["--name", ""], "--name: must have 1 to 200 characters"),
        (["--name", "New", "--admin", "nobody"], "is not an e-mail address"),
        ([], "There is nothing to change"),
    ],
)
def test_a_wrong_option_of_enterprise_set_changes_nothing(
    shell: CliRunner, database: Database, arguments: list[str], said: str
) -> None:
    run(shell, "enterprise add acme --sp-enterprise-id R+a --admin ana@acme.example")
    before = all_of(database)
    result = run(shell, "enterprise set acme", *arguments)
    assert result.exit_code == 2
    assert said in result.stderr
    assert all_of(database) == before


def test_a_new_enterprise_id_hides_the_roster_and_requests_a_new_one(shell: CliRunner, database: Database) -> None:
    run(shell, "enterprise add acme --sp-enterprise-id R+a")
    (acme,) = all_of(database)
    with database.write() as session:
        rosters.request(session, acme.id, NOW)
    with database.write() as session:
        row = rosters.claim(session.connection(), NOW)
        assert row is not None
    with database.write() as session:
        rosters.make_current(session, Claim(row.id, row.attempt), acme.id, NOW, 0)
    run(shell, "enterprise set acme --cluster west")
    with database.read() as session:
        assert rosters.current(session, acme.id) is not None
    run(shell, "enterprise set acme --sp-enterprise-id R+b")
    with database.read() as session:
        assert rosters.current(session, acme.id) is None
        newest = rosters.last(session, acme.id)
    assert newest is not None
    assert newest.state == RosterState.WANTED


def test_an_id_that_is_in_use_cannot_be_set(shell: CliRunner, database: Database) -> None:
    run(shell, "enterprise add acme --sp-enterprise-id R+a")
    run(shell, "enterprise add borealis --sp-enterprise-id R+b")
    result = run(shell, "enterprise set borealis --sp-enterprise-id R+a")
    assert result.exit_code == 1
    assert "Another enterprise uses or used that enterprise id" in result.stderr
    assert [each.sp_enterprise_id for each in all_of(database)] == ["R+a", "R+b"]


@pytest.mark.parametrize("line", ["set acne --name x", "remove acne --yes"])
def test_an_unknown_key_is_refused_with_a_suggestion(shell: CliRunner, line: str) -> None:
    run(shell, "enterprise add acme --sp-enterprise-id R+a")
    result = run(shell, f"enterprise {line}")
    assert result.exit_code == 1
    assert "There is no enterprise acne. Did you mean acme?" in result.stderr


def test_a_removed_enterprise_is_gone_from_the_list(shell: CliRunner, database: Database) -> None:
    run(shell, "enterprise add acme --sp-enterprise-id R+a")
    assert run(shell, "enterprise remove acme --yes").stdout == "Removed acme.\n"
    assert all_of(database) == []
    assert run(shell, "enterprise remove acme --yes").exit_code == 1


@pytest.mark.parametrize("line", ["remove acme --yes", "set acme --cluster west", "set acme --sp-enterprise-id R+b"])
def test_an_enterprise_with_a_sync_under_way_is_not_removed_or_moved(
    shell: CliRunner, database: Database, line: str
) -> None:
    run(shell, "enterprise add acme --sp-enterprise-id R+a")
    with database.write() as session:
        (acme,) = enterprises.in_use(session)
        syncs.accept(session, acme, "ana@acme.example", NOW)
    result = run(shell, f"enterprise {line}")
    assert result.exit_code == 1
    assert "has a sync under way" in result.stderr
    assert all_of(database) == [acme]
    assert run(shell, "enterprise set acme --timezone Asia/Tokyo").exit_code == 0


def test_an_enterprise_is_removed_only_after_its_admins_were_told(shell: CliRunner, database: Database) -> None:
    run(shell, "enterprise add acme --sp-enterprise-id R+a")
    with database.write() as session:
        (acme,) = enterprises.in_use(session)
        sync = syncs.accept(session, acme, "ana@acme.example", NOW)
        syncs.cancel(session, sync, Cause.WITHDRAWN, NOW)
    assert "after its admins have been told" in run(shell, "enterprise remove acme --yes").stderr
    with database.write() as session:
        row = syncs.claim(session.connection(), NOW)
        assert row is not None
        syncs.mark_told(session, Claim(row.id, row.attempt), NOW)
    assert run(shell, "enterprise remove acme --yes").exit_code == 0


def test_a_refusal_at_the_shell_is_plain_text(shell: CliRunner) -> None:
    run(shell, "enterprise add acme --sp-enterprise-id Reseller_1+acme")
    result = run(shell, "enterprise add other --sp-enterprise-id Reseller_1+acme")
    assert "The enterprise id Reseller_1+acme is" in result.stderr
    assert "\\" not in result.stderr


def test_commands_at_the_shell_are_audited(shell: CliRunner, database: Database) -> None:
    run(shell, "enterprise add acme --sp-enterprise-id R+a --name", "Acme, Inc.")
    run(shell, "enterprise set acme --sp-enterprise-id R+b")
    run(shell, "enterprise add acme --sp-enterprise-id R+c")
    run(shell, "enterprise remove acme --yes")
    rows = audited(database)
    assert {(row.email, row.person_id, row.room_id, row.command) for row in rows} == {
        ("somebody at a shell", "", "", "enterprise")
    }
    assert [(row.arguments.partition(" sp-")[0], row.outcome, row.detail) for row in rows] == [
        ("add acme", "answered", "acme"),
        ("set acme", "answered", "acme"),
        ("add acme", "refused", ""),
        ("remove acme", "answered", "acme"),
    ]
    assert rows[0].arguments == 'add acme sp-enterprise-id="R+a" cluster="default" name="Acme, Inc."'


@pytest.mark.parametrize(
    "arguments",
    [
        ["caf\udce9", "--sp-enterprise-id", "R+a"],
        ["acme", "--sp-enterprise-id", "R\udce9"],
        ["acme", "--sp-enterprise-id", "R+a", "--name", "caf\udce9"],
        ["acme", "--sp-enterprise-id", "R+a", "--admin", "caf\udce9@acme.example"],
    ],
)
def test_an_argument_that_is_not_utf8_is_refused_and_audited(
    shell: CliRunner, database: Database, arguments: list[str]
) -> None:
    assert run(shell, "enterprise add", *arguments).exit_code == 2
    assert all_of(database) == []
    (row,) = audited(database)
    assert row.outcome == "refused"
    assert "\ufffd" in row.arguments


def test_the_shell_names_an_enterprise_by_its_own_key(shell: CliRunner) -> None:
    run(shell, "enterprise add acme --sp-enterprise-id R+a")
    assert run(shell, "enterprise set ACME --cluster west").stdout == "Changed acme.\n"
    assert run(shell, "enterprise remove ACME --yes").stdout == "Removed acme.\n"


def test_the_audit_of_the_shell_is_read_back_as_it_was_typed(shell: CliRunner, database: Database) -> None:
    run(shell, "enterprise add acme --sp-enterprise-id R+a --name", 'Acme "Q" cluster=x')
    (row,) = audited(database)
    assert parse_fields(row.arguments) == Fields(
        ("add", "acme"), (("sp-enterprise-id", "R+a"), ("cluster", "default"), ("name", "Acme 'Q' cluster=x"))
    )
    (acme,) = all_of(database)
    assert acme.name == 'Acme "Q" cluster=x'


def test_the_audit_cuts_the_arguments_of_a_shell_with_a_digest(shell: CliRunner, database: Database) -> None:
    admins = [f"--admin={number:060}@acme.example" for number in range(20)]
    run(shell, "enterprise add acme --sp-enterprise-id R+a", "--name", "x" * 100_000)
    run(shell, "enterprise add acme --sp-enterprise-id R+a", *admins)
    refused, added = audited(database)
    assert refused.outcome == "refused"
    assert len(refused.arguments) < MAX_ARGUMENTS + 200
    assert "SHA-256" in refused.arguments
    assert (added.outcome, added.arguments.count("@")) == ("answered", 20)


@pytest.mark.parametrize("line", ["add other --sp-enterprise-id R+o", "set acme"])
def test_each_admin_option_takes_one_address(shell: CliRunner, database: Database, line: str) -> None:
    run(shell, "enterprise add acme --sp-enterprise-id R+a")
    result = run(shell, f"enterprise {line} --admin a@x.example,b@x.example")
    assert result.exit_code == 2
    assert "--admin: takes one e-mail address; repeat the option for each." in result.stderr
    (acme,) = all_of(database)
    assert admins_of(database, acme) == []


@pytest.mark.server
def test_on_postgresql_only_db_upgrade_creates_the_tables(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    with request.getfixturevalue("postgres_server").empty() as url:
        monkeypatch.setenv("DATABASE_URL", url)
        monkeypatch.setenv("DYNO", "run.1")
        shell = CliRunner()
        result = run(shell, "enterprise list")
        assert result.exit_code == 2
        assert "run `python -m bot db upgrade` first" in result.stderr
        assert run(shell, "db upgrade").exit_code == 0
        assert run(shell, "enterprise add acme --sp-enterprise-id R+a").exit_code == 0
        assert "acme" in run(shell, "enterprise list").stdout
        assert "The key acme is" in run(shell, "enterprise add acme --sp-enterprise-id R+b").stderr
        assert "The enterprise id R+a is" in run(shell, "enterprise add other --sp-enterprise-id R+a").stderr


HEALTHY = "healthy: the database can be used, and Webex is not known to refuse the bot's token"


def test_health_says_what_the_bot_cannot_do_though_it_works(shell: CliRunner, database: Database) -> None:
    assert run(shell, "health").output.splitlines() == [HEALTHY]
    with database.write() as session:
        access_refusals.mark_refused(session, AccessSubject.ADMIN, NOW, "401", None)
        access_refusals.mark_refused(session, AccessSubject.LICENSE_HOLDERS, NOW, "403", "NA_2")
        webhooks.set_taken_by(session, NAMES, "https://u:hush@other.example/webhooks")
    result = run(shell, "health")
    assert result.exit_code == 0
    first, token, license_holders, resting = result.output.splitlines()
    assert first == HEALTHY
    assert "Webex refuses the provider's access token. This began at 2026-11-22T10:14:00Z." in token
    assert "read license holders" in license_holders
    assert "NA_2" in license_holders
    assert "rests and answers nobody" in resting
    assert "https://other.example/webhooks" in resting
    with database.write() as session:
        access_refusals.mark_working(session, tuple(AccessSubject), NOW)
        webhooks.take_back(session, None)
    assert run(shell, "health").output.splitlines() == [HEALTHY]


def test_health_says_in_one_line_why_the_bot_cannot_work(
    shell: CliRunner, database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with database.write() as session:
        access_refusals.mark_refused(session, AccessSubject.BOT, NOW, "Webex answered 401", "NA_1")
    refused = run(shell, "health")
    assert (refused.exit_code, refused.output.count("\n")) == (1, 1)
    assert "began at 2026-11-22T10:14:00Z" in refused.output
    assert "WEBEX_BOT_TOKEN" in refused.output
    assert "tracking id NA_1" in refused.output
    missing = tmp_path / "none.db"
    urls = {f"sqlite:///{missing}": "there is no file", "postgresql://u:hush@127.0.0.1:1/d": "cannot be used"}
    for url, said in urls.items():
        monkeypatch.setenv("DATABASE_URL", url)
        broken = run(shell, "health")
        assert (broken.exit_code, broken.output.count("\n")) == (1, 1)
        assert said in broken.output
        assert "hush" not in broken.output
    assert not missing.exists()
    (tmp_path / "empty.db").touch()
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/empty.db")
    assert "not up to date" in run(shell, "health").output
