"""Setup: from a tenant that knows nothing of Doorman to a first change, and what becomes of it when it is stopped on the way."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot import VERSION
from bot.commands.needs import needed_permissions
from bot.settings.environment import Settings
from bot.terminal import doctor
from simulator import cast
from simulator.entra.faults import Fault
from tests.desk import HANNA, Desk
from tests.setting_up import ADMINISTRATORS, ANSWERS, HELPDESK, SITE, URL, Shell, shell_in

ROOT = Path(__file__).parent.parent
NEEDED = set(needed_permissions(["TEAMS_CATALOG_APP_ID"]))


@pytest.fixture
async def shell(tmp_path: Path, database_url: str) -> AsyncIterator[Shell]:
    async with shell_in(tmp_path, database_url) as opened:
        yield opened


async def test_all_of_it_is_made_and_the_doctor_is_content(shell: Shell) -> None:
    assert await shell.setup() == 0, shell.said
    app, values = shell.app(), shell.values()
    assert (app.name, app.tags, app.principal, len(app.passwords)) == ("Doorman", ["DoormanSetup"], True, 1)
    assert app.permissions == NEEDED
    assert len(app.required_access[0]["resourceAccess"]) == len(NEEDED)
    assert values == {
        "MicrosoftAppId": app.app_id,
        "MicrosoftAppTenantId": shell.world.entra.tenant.id,
        "MicrosoftAppPassword": app.passwords[0].value,
        "HELPDESK_GROUP_ID": HELPDESK.id,
        "ADMIN_GROUP_ID": ADMINISTRATORS.id,
        "PUBLIC_URL": URL,
        "TEAMS_DEVELOPER_NAME": "Fabrikam IT",
        "TEAMS_WEBSITE_URL": SITE,
        "TEAMS_CATALOG_APP_ID": shell.world.entra.teamwork.apps()[0].id,
    }
    assert shell.mode(shell.env) == 0o600
    assert shell.world.entra.teamwork.apps()[0].external_id == app.app_id
    assert "Doorman can work." in shell.said
    assert f"--appid {app.app_id} --tenant-id {shell.world.entra.tenant.id} --endpoint {URL}/api/messages" in shell.said
    assert "made     consent to User.RevokeSessions.All, to sign a person out everywhere" in shell.lines
    assert "written  MicrosoftAppId, MicrosoftAppTenantId to .env" in shell.lines
    assert app.passwords[0].value not in shell.said  # nobody sits there, so what is said goes into a log


async def test_the_first_change_works_with_that_very_file(tmp_path: Path, database_url: str) -> None:
    desk = Desk(database_url, built_in=True)
    await desk.world.start()
    desk.entra.teamwork.app = None
    shell = Shell(desk.world, tmp_path, database_url)
    assert await shell.setup() == 0, shell.said
    values = shell.values()
    assert await doctor.examine(shell.environ | values, shell.lines.append) == 0
    await desk.world.bot_becomes(values["MicrosoftAppId"])
    desk.teams = desk.world.teams
    desk.entra.assign_roles(values["MicrosoftAppId"], "User Administrator")
    desk.use(**{"AZURE_CLIENT_ID": "", "AZURE_CLIENT_SECRET": "", **values})
    await desk.start_bot()
    try:
        await desk.change(HANNA, "set mobile for noor +31 6 12345678")
        assert desk.phones(cast.person("Noor Dekker")) == {"mobile": "+31 612345678"}
        desk.check_conduct()
    finally:
        await desk.close()


async def test_a_second_run_changes_nothing_and_says_so(shell: Shell) -> None:
    assert await shell.setup() == 0
    before, changes, content = shell.values(), len(_changes(shell)), shell.env.read_bytes()
    assert await shell.setup(answers=()) == 0
    assert "Nothing was changed: all of it was there already." in shell.said
    assert (shell.values(), len(_changes(shell)), shell.env.read_bytes()) == (before, changes, content)
    assert not [line for line in shell.lines if line.startswith(("made", "written"))]


async def test_a_dry_run_says_every_call_and_changes_nothing(shell: Shell) -> None:
    assert await shell.setup("--dry-run") == 0
    assert _changes(shell) == []
    assert shell.apps() == []
    assert not shell.files()
    told = shell.said
    for call in (
        "would    POST  /applications  (register the app, for this tenant alone)",
        "would    POST  /servicePrincipals  (make the app known in this tenant)",
        "would    POST  /applications/<object id of the app>/addPassword  (make a client secret that is good for 180 days)",
        "<object id of the service principal>/appRoleAssignments  (grant User.Read.All, to find people and read their accounts;",
        "would    POST  /appCatalogs/teamsApps  (publish the Teams app to the organisation)",
        "would    MicrosoftAppId, MicrosoftAppTenantId to .env",
        "call     GET   /groups?$filter=displayName eq 'Helpdesk'",
    ):
        assert call in told, told
    assert all(not any("Write" in scope for scope in request.scopes) for request in shell.requests())

    assert await shell.setup() == 0
    changes = len(_changes(shell))
    assert await shell.setup("--dry-run") == 0
    assert len(_changes(shell)) == changes
    assert not [line for line in shell.lines if line.startswith("would")]
    assert "Nothing would be changed: all of it is there already." in shell.lines


async def test_a_newer_package_goes_over_an_older_one_and_keeps_its_id(shell: Shell) -> None:
    assert await shell.setup() == 0
    teamwork = shell.world.entra.teamwork
    found = teamwork.apps()[0]
    teamwork.put(replace(found, version="0.0.9"))
    call = f"/appCatalogs/teamsApps/{found.id}/appDefinitions"
    changes = len(_changes(shell))
    assert await shell.setup("--dry-run") == 0
    assert f"would    POST  {call}  (bring the Teams app from 0.0.9 to {VERSION})" in shell.lines
    assert (len(_changes(shell)), teamwork.apps()[0].version) == (changes, "0.0.9")

    shell.world.entra.person(shell.person.upn).roles = ["Application Administrator"]
    assert await shell.setup() == 1
    assert "left     the Teams app: you may not do that. It takes the role Teams Administrator." in shell.said
    shell.world.entra.person(shell.person.upn).roles = ["Global Administrator"]
    assert await shell.setup() == 0
    assert f"made     Doorman {VERSION} in place of 0.0.9 in the app catalogue, {found.id}" in shell.lines
    assert teamwork.apps() == [found]
    assert await shell.setup() == 0
    assert "Nothing was changed" in shell.said

    teamwork.put(replace(found, version="99.0.0"))  # of a copy that is ahead of this one
    assert await shell.setup() == 0
    assert f"there    Doorman 99.0.0 in the app catalogue, {found.id}" in shell.lines
    assert "Nothing was changed" in shell.said


async def test_a_certificate_takes_the_place_of_every_secret(shell: Shell) -> None:
    assert await shell.setup("--certificate") == 0, shell.said
    app, values = shell.app(), shell.values()
    key = Path(values["AZURE_CLIENT_CERTIFICATE_PATH"])
    assert (len(app.keys), app.passwords, "MicrosoftAppPassword" in values) == (1, [], False)
    assert (key.parent, shell.mode(key)) == (shell.folder, 0o600)
    assert Settings.from_env(shell.environ | values).bot_certificate_path == str(key)
    assert "ok       Bot Connector token: granted" in shell.said

    assert await shell.setup(answers=()) == 0
    assert "Nothing was changed" in shell.said
    shell.drop(key)
    assert await shell.setup() == 0
    assert len(shell.app().keys) == 2  # the one that was there stays: somebody may use it


async def test_groups_are_made_where_there_are_none(shell: Shell) -> None:
    answers = ("--helpdesk-group", "Doorman helpdesk", "--admin-group", "Key holders", *ANSWERS[4:])
    assert await shell.setup(answers=answers) == 0, shell.said
    helpdesk, holders = (shell.world.entra.group(shell.values()[name]) for name in ("HELPDESK_GROUP_ID", "ADMIN_GROUP_ID"))
    assert (helpdesk.name, helpdesk.members, holders.name, holders.members) == ("Doorman helpdesk", set(), "Key holders", {shell.person.id})
    assert "made     the group 'Doorman helpdesk'; nobody is in it yet" in shell.lines
    assert await shell.setup(answers=answers) == 0
    assert "Nothing was changed" in shell.said


async def test_whoever_sits_there_is_asked_and_sees_the_secret_once(shell: Shell) -> None:
    asked: list[str] = []

    def ask(question: str, usual: str) -> str:
        asked.append(question)
        return {1: usual, 2: ADMINISTRATORS.id, 3: f"{URL}/", 4: "Fabrikam IT"}[len(asked)]

    assert await shell.setup("--website", SITE, answers=(), ask=ask) == 0, shell.said
    assert len(asked) == 4
    assert shell.world.entra.group(shell.values()["HELPDESK_GROUP_ID"]).name == "Doorman helpdesk"
    assert shell.values()["PUBLIC_URL"] == URL
    value = shell.app().passwords[0].value
    assert [line for line in shell.lines if value in line] == [f"secret   {value}  (shown this once; it stands in .env)"]
    assert await shell.setup(answers=(), ask=ask) == 0
    assert value not in shell.said


async def test_without_anybody_there_it_names_the_options(shell: Shell) -> None:
    assert await shell.setup("--helpdesk-group", "Helpdesk", answers=()) == 2
    assert shell.lines == ["stopped  Nobody is here to be asked, so give --admin-group, --public-url, --developer as well."]
    assert await shell.setup("--public-url", "http://doorman.contoso.com") == 2
    assert "PUBLIC_URL uses http://" in shell.said
    assert await shell.setup("--days", "0") == 2
    assert shell.calls() == []


async def test_a_file_that_is_there_keeps_its_lines(shell: Shell) -> None:
    ours = ["# ours", "LOG_LEVEL=info # loud", 'export DEFAULT_REGION="NL"']
    shell.env.write_text("\n".join([*ours, "MicrosoftAppId=", "export TEAMS_DEVELOPER_NAME=Old"]), encoding="utf-8")
    shell.env.chmod(0o644)
    assert await shell.setup() == 0, shell.said
    lines = shell.env.read_text(encoding="utf-8").splitlines()
    assert lines[:5] == [*ours, f"MicrosoftAppId={shell.app().app_id}", "export TEAMS_DEVELOPER_NAME='Fabrikam IT'"]
    assert "written  TEAMS_DEVELOPER_NAME to .env, in place of 'Old'" in shell.lines
    assert (shell.values()["LOG_LEVEL"], shell.values()["DEFAULT_REGION"]) == ("info", "NL")
    assert shell.mode(shell.env) == 0o600
    assert shell.files() == [".env"]


async def test_another_secret_is_made_when_it_is_asked_for(shell: Shell) -> None:
    assert await shell.setup() == 0
    first = shell.values()["MicrosoftAppPassword"]
    assert await shell.setup("--new-secret") == 0
    assert shell.values()["MicrosoftAppPassword"] != first
    assert "written  MicrosoftAppPassword to .env, in place of another" in shell.lines
    assert first not in shell.said
    assert len(shell.app().passwords) == 2  # the old one may be in use until the restart


async def test_optional_permissions_are_granted_when_they_are_asked_for(shell: Shell) -> None:
    assert await shell.setup() == 0
    assert await shell.setup("--optional", "AuditLog.Read.All") == 0
    assert shell.app().permissions == NEEDED | {"AuditLog.Read.All"}
    assert await shell.setup(answers=()) == 0
    assert shell.app().permissions == NEEDED | {"AuditLog.Read.All"}  # nothing is ever taken away


def test_at_a_shell_without_a_terminal(tmp_path: Path) -> None:
    arguments = [sys.executable, "app.py", "setup", "--env-file", str(tmp_path / ".env")]
    done = subprocess.run(arguments, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False)
    said = "stopped  Nobody is here to be asked, so give --helpdesk-group, --admin-group, --public-url, --developer as well.\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", said)


class AtCall(Fault):
    """One that hits the call of this number, and that call alone."""

    number = 0
    seen = 0

    def concerns(self, method: str, path: str, query: str = "") -> bool:
        if not path.startswith("/v1.0/") or self.fired:
            return False
        self.seen += 1
        return self.seen == self.number


#: Every call but the grants between the first and the last, which are alike.
CALLS = 16


@pytest.mark.parametrize(
    ("number", "certificate", "after"),
    [
        *((number, False, True) for number in range(1, CALLS + 1)),  # done, and nobody knows
        (2, False, False),  # a connection that ends before anything is done
        (10, True, True),
    ],
)
async def test_stopped_anywhere_it_goes_on_and_makes_nothing_twice(shell: Shell, number: int, certificate: bool, after: bool) -> None:
    options = ("--certificate",) if certificate else ()
    answers = ("--helpdesk-group", "Agents", "--admin-group", "Holders", *ANSWERS[4:], *options)
    groups = len(shell.world.entra.tenant.groups)
    fault = AtCall(effect="drop", after=after)
    fault.number = number if number <= 8 else number + len(NEEDED) - 2
    shell.world.entra.faults.add(fault)
    status = await shell.setup(answers=answers)
    assert fault.fired, shell.said
    if status:
        assert "goes on where it stopped" in shell.said
    assert await shell.setup(answers=answers) == 0, shell.said
    app = shell.app()
    assert (len(app.passwords), len(app.keys)) == ((0, 1) if certificate else (1, 0))
    assert (app.permissions, len(shell.world.entra.tenant.groups)) == (NEEDED, groups + 2)
    assert len(shell.world.entra.teamwork.apps()) == 1
    assert "# setup asked" not in shell.env.read_text(encoding="utf-8")
    assert await shell.setup(answers=answers) == 0
    assert "Nothing was changed" in shell.said


async def test_the_calls_that_are_stopped_at_are_all_there_are(shell: Shell) -> None:
    assert await shell.setup("--helpdesk-group", "Agents", "--admin-group", "Holders") == 0
    assert len(shell.calls()) == CALLS + len(NEEDED) - 2


def _changes(shell: Shell) -> list[str]:
    return [call for call in shell.calls() if not call.startswith("GET")]
