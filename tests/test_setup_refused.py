"""Setup where something is in its way: roles that are missing, sign-ins that fail, a service that is slow, or not there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.terminal.setup.steps import _CHANGE, _CONSENTS
from simulator import cast
from simulator.entra.faults import Fault
from simulator.entra.refused import LoginError
from tests.setting_up import ADMINISTRATORS, ANSWERS, HELPDESK, Shell, shell_in
from tests.test_setup import NEEDED

NEW_GROUPS = ("--helpdesk-group", "Agents", "--admin-group", "Holders", *ANSWERS[4:])


@pytest.fixture
async def shell(tmp_path: Path, database_url: str) -> AsyncIterator[Shell]:
    async with shell_in(tmp_path, database_url) as opened:
        opened.world.entra.login.devices.consented |= set(_CHANGE)
        yield opened


def _roles(shell: Shell, *roles: str) -> None:
    shell.world.entra.person(shell.person.upn).roles = list(roles)


@pytest.mark.parametrize(
    ("roles", "left"),
    [
        (("Application Administrator",), ("the admin consent", "the helpdesk's group", "the administrators' group", "the Teams app")),
        (("Cloud Application Administrator", "Teams Administrator", "User Administrator"), ("the admin consent",)),
        (("Application Administrator", "Privileged Role Administrator", "Groups Administrator"), ("the Teams app",)),
        (("Privileged Role Administrator", "Groups Administrator", "Teams Administrator"), ("the app registration",)),
        ((), ("the app registration", "the helpdesk's group", "the administrators' group")),
    ],
    ids=lambda value: "+".join(value) or "nobody",
)
async def test_what_somebody_may_not_do_is_named_with_who_may(shell: Shell, roles: tuple[str, ...], left: tuple[str, ...]) -> None:
    _roles(shell, *roles)
    assert await shell.setup(answers=NEW_GROUPS) == 1
    found = [line.removeprefix("left     ") for line in shell.lines if line.startswith("left ")]
    said = {line.partition(": you may not do that. It takes the role ")[0] for line in found}
    assert said == set(left), shell.said
    who = {
        "the app registration": "Application Administrator or Cloud Application Administrator",
        "the admin consent": _CONSENTS,
        "the helpdesk's group": "Groups Administrator or User Administrator",
        "the administrators' group": "Groups Administrator or User Administrator",
        "the Teams app": "Teams Administrator",
    }
    assert all(f"left     {what}: you may not do that. It takes the role {who[what]}." in shell.said for what in left)

    _roles(shell, "Global Administrator")  # whoever may runs it again, with the same file
    assert await shell.setup(answers=NEW_GROUPS) == 0, shell.said
    assert (shell.app().permissions, len(shell.app().passwords)) == (NEEDED, 1)


async def test_each_step_that_is_refused_leaves_the_others(shell: Shell) -> None:
    steps = (
        ("/servicePrincipals", "POST", "the service principal"),
        ("/applications/", "PATCH", "the permissions in the registration"),
        ("addPassword", "POST", "the client secret"),
    )
    for path, method, _ in steps:
        shell.world.entra.faults.add(Fault(effect="forbidden", path=path, method=method, times=1))
    assert await shell.setup() == 1
    assert all(f"left     {left}: you may not do that." in shell.said for *_, left in steps)
    assert shell.values()["HELPDESK_GROUP_ID"] == HELPDESK.id
    assert await shell.setup() == 0, shell.said
    assert len(shell.app().passwords) == 1


async def test_a_policy_against_secrets_leads_to_a_certificate(shell: Shell) -> None:
    shell.world.entra.tenant.secrets_allowed = False
    assert await shell.setup() == 1
    assert "left     a client secret: a policy of this tenant allows none, or none that is good for 180 days." in shell.said
    assert await shell.setup("--certificate") == 0, shell.said
    assert shell.app().passwords == []


@pytest.mark.parametrize(
    ("number", "error", "said"),
    [
        (53003, "invalid_grant", "A Conditional Access policy refuses this sign-in"),
        (50034, "invalid_grant", "There is no such account in this tenant."),
        (65004, "authorization_declined", "The sign-in was declined on the page."),
        (90033, "temporarily_unavailable", "the login host asks to come back later (AADSTS90033)"),
        (1, "odd", "The login host refuses the sign-in; its number stands in Microsoft's list. (AADSTS1)"),
    ],
)
async def test_a_sign_in_that_fails_says_what_to_do(shell: Shell, number: int, error: str, said: str) -> None:
    refused = LoginError(number, "Words of somebody \x1b[2J else.", error, 400)
    shell.enter = lambda code: shell.world.entra.login.devices.refuse(code, refused)
    assert await shell.setup() == 2
    assert said in shell.lines[-1]
    assert "\x1b" not in shell.said
    assert shell.calls() == []


async def test_a_code_that_nobody_enters_expires(shell: Shell) -> None:
    shell.enter = lambda code: None
    shell.world.entra.login.devices.seconds = 20
    assert await shell.setup() == 2
    assert "Nobody entered the code in time. Run setup again" in shell.said
    assert shell.naps[:3] == [5, 10, 15]  # asked more often than it likes, the login host says so


async def test_whose_account_and_which_tenant(shell: Shell) -> None:
    devices = shell.world.entra.login.devices
    shell.enter = lambda code: devices.sign_in(code, None)
    assert await shell.setup() == 2
    assert "That account is of another tenant." in shell.said
    shell.enter = None
    assert await shell.setup("--tenant", cast.OTHER_TENANT_ID) == 2
    assert "There is no such tenant. Give its id or one of its domains with --tenant. (AADSTS90002)" in shell.said
    assert await shell.setup("--client-id", "11111111-2222-4333-8444-555555555555") == 2
    assert "Give another public client with --client-id." in shell.said
    devices.consented.clear()
    _roles(shell, "Teams Administrator")
    assert await shell.setup() == 2
    assert "A Cloud Application Administrator, Privileged Role Administrator or Global Administrator has to run setup once" in shell.said

    _roles(shell, "Global Administrator")
    assert await shell.setup("--tenant", shell.world.entra.tenant.domain) == 0, shell.said
    shell.env.write_text(shell.env.read_text().replace(shell.world.entra.tenant.id, cast.OTHER_TENANT_ID), encoding="utf-8")
    assert await shell.setup() == 2
    assert await shell.setup("--tenant", shell.world.entra.tenant.id) == 2
    assert f"The file is of the tenant {cast.OTHER_TENANT_ID}." in shell.said


async def test_what_was_made_a_moment_ago_is_waited_for(shell: Shell) -> None:
    shell.world.entra.tenant.unseen_calls = 3
    assert await shell.setup() == 0, shell.said
    assert [nap for nap in shell.naps if nap in (2.0, 4.0, 8.0)][:3] == [2.0, 4.0, 8.0]
    assert len(shell.apps()) == 1


async def test_what_is_there_and_not_shown_yet_is_not_made_twice(shell: Shell) -> None:
    assert await shell.setup() == 0
    gone = {"error": {"code": "Request_ResourceNotFound", "message": "It does not exist."}}
    path = f"/servicePrincipals(appId='{shell.app().app_id}')"
    shell.world.entra.faults.add(Fault(effect="odd", path=path, status=404, body=gone, times=2))
    assert await shell.setup() == 0, shell.said
    assert [call for call in shell.calls("POST")[-2:] if "servicePrincipals" in call] == ["POST /servicePrincipals"]
    assert shell.naps[-1] == 2.0


async def test_a_busy_service_is_given_the_time_it_asks_for(shell: Shell) -> None:
    shell.world.entra.faults.add(Fault(effect="throttle", path="/applications", method="POST", retry_after=17, times=2))
    shell.world.entra.faults.add(Fault(effect="unavailable", path="/groups", times=1))
    assert await shell.setup() == 0, shell.said
    assert shell.lines.count("wait     Microsoft Graph asks for 17 seconds of patience.") == 2
    assert all(17 <= nap <= 17 * 1.25 for nap in shell.naps[:2])
    assert len(shell.apps()) == 1


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_without_a_network_it_stops_with_a_sentence(shell: Shell, method: str) -> None:
    shell.world.entra.faults.add(Fault(effect="drop", path="/applications", method=method))
    assert await shell.setup() == 2
    assert shell.lines[-1].startswith(f"stopped  Microsoft Graph does not answer to {method} /applications. Is there a network?")
    shell.world.entra.faults.clear()
    shell.world.entra.faults.add(Fault(effect="drop", path="devicecode"))
    assert await shell.setup() == 2
    assert shell.lines == ["stopped  the login host cannot be reached (ConnectionError)"]


@pytest.mark.parametrize("effect", ["garbage", "empty", "deep", "odd"])
@pytest.mark.parametrize("path", ["/v1.0/applications", "/v1.0/groups", "/v1.0/appCatalogs", "devicecode", "oauth2/v2.0/token"])
async def test_answers_that_make_no_sense_stop_it(shell: Shell, effect: str, path: str) -> None:
    shell.world.entra.faults.add(Fault(effect=effect, path=path, body=["what"]))
    assert await shell.setup() == 2
    assert shell.lines[-1].startswith("stopped  ")
    shell.world.entra.faults.clear()
    assert await shell.setup() == 0, shell.said
    assert len(shell.apps()) == 1


async def test_a_sign_in_that_ends_on_the_way(shell: Shell) -> None:
    shell.world.entra.faults.add(Fault(effect="unauthorized", path="addPassword"))
    assert await shell.setup() == 2
    assert "Microsoft Graph no longer takes the sign-in. Run setup again" in shell.said
    shell.world.entra.faults.clear()
    assert await shell.setup() == 0


async def test_ctrl_c_leaves_what_was_made(shell: Shell) -> None:
    hear = shell.lines.append

    class Interrupted(list[str]):
        def append(self, line: str) -> None:
            hear(line)
            if line.startswith("made     consent"):
                raise KeyboardInterrupt

    shell.lines = Interrupted()
    assert await shell.setup() == 2
    shell.lines = []
    assert await shell.setup() == 0
    assert len(shell.apps()) == 1


async def test_apps_of_the_same_name_are_told_apart(shell: Shell) -> None:
    entra = shell.world.entra
    other = entra.register_app("aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee", secret="theirs")
    other.name = "Doorman"
    assert await shell.setup() == 2
    assert f"An app registration is called 'Doorman': {other.app_id} (not made by setup). Say which with --app" in shell.said
    assert await shell.setup("--name", "Doorman two", "--dry-run") == 0
    assert await shell.setup("--app", "new") == 0, shell.said
    assert (len(shell.apps()), shell.values()["MicrosoftAppId"] != other.app_id) == (2, True)

    (shell.folder / ".env").rename(shell.folder / "first")
    assert await shell.setup() == 0  # setup's own is the one with its tag
    assert len(shell.apps()) == 2
    (shell.folder / ".env").rename(shell.folder / "second")
    assert await shell.setup("--app", other.app_id) == 0
    assert (shell.values()["MicrosoftAppId"], other.permissions) == (other.app_id, NEEDED)


async def test_groups_of_the_same_name_are_told_apart(shell: Shell) -> None:
    tenant = shell.world.entra.tenant
    answers = ("--helpdesk-group", "Twins", "--admin-group", ADMINISTRATORS.id, *ANSWERS[4:])
    assert await shell.setup(answers=answers) == 0
    one = shell.world.entra.group("Twins")
    tenant.form([cast.Group(name="Twins")])
    shell.env.write_text(shell.env.read_text().replace(f"HELPDESK_GROUP_ID={one.id}\n", ""), encoding="utf-8")
    assert await shell.setup(answers=answers) == 2
    assert f"There are 2 groups called 'Twins': {one.id} (Who may use Doorman); " in shell.said
    assert await shell.setup(answers=answers, ask=lambda question, usual: one.id.upper()) == 0
    assert shell.values()["HELPDESK_GROUP_ID"] == one.id
    assert await shell.setup("--helpdesk-group", "11111111-2222-4333-8444-555555555555") == 2
    assert "There is no group 11111111-2222-4333-8444-555555555555 in this tenant. Give another with --helpdesk-group." in shell.said


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("MicrosoftAppId=11111111-2222-4333-8444-555555555555", "There is no app registration 11111111-2222-4333-8444-555555555555"),
        ("CLOUD=mars", "CLOUD is none of public, usgov, dod and china."),
        ("GRAPH_ENDPOINT=http://graph.example", "GRAPH_ENDPOINT uses http://"),
        ("AZURE_AUTHORITY_HOST=login.example", "AZURE_AUTHORITY_HOST is not a web address"),
        ("MicrosoftAppType=UserAssignedMSI", "The file is of a managed identity"),
        (
            "MicrosoftAppId=11111111-2222-4333-8444-555555555555\nAZURE_CLIENT_ID=22222222-2222-4333-8444-555555555555",
            "The file has one app",
        ),
    ],
)
async def test_a_file_that_setup_would_spoil_is_left_alone(shell: Shell, file: str, said: str) -> None:
    shell.env.write_text(file, encoding="utf-8")
    assert await shell.setup() == 2
    assert said in shell.lines[-1]
    assert shell.env.read_text(encoding="utf-8") == file


async def test_a_file_that_cannot_be_written_stops_it_before_a_secret_is_made(shell: Shell) -> None:
    shell.env.mkdir()
    assert await shell.setup() == 2
    assert f"stopped  {shell.env} cannot be read or written" in shell.said
    assert shell.apps() == []


async def test_a_package_that_cannot_be_made_leaves_the_rest(shell: Shell) -> None:
    assert await shell.setup("--website", "http://help.fabrikam.example") == 1
    assert "left     the Teams app: The Teams app package needs your attention: - TEAMS_WEBSITE_URL has to begin" in shell.said
    assert shell.values()["HELPDESK_GROUP_ID"] == HELPDESK.id
    assert await shell.setup() == 0
