"""Setup from beginning to end: asks, signs in, goes through the steps, and lets the doctor look at what came of it."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

from bot.device_code import ANY_TENANT, GRAPH_COMMAND_LINE_TOOLS, Administrator, DeviceSignIn
from bot.errors import DirectoryError
from bot.graph import permissions
from bot.settings.declared import Declared
from bot.settings.environment import ConfigurationError, Settings
from bot.terminal.doctor import examine
from bot.terminal.setup import credentials
from bot.terminal.setup.answers import Ask, Wanted, collect, hosts_of
from bot.terminal.setup.calls import Calls, Outlet, Stopped, printable
from bot.terminal.setup.catalogue import publish
from bot.terminal.setup.env_file import EnvFile
from bot.terminal.setup.groups import find_or_make
from bot.terminal.setup.progress import Progress
from bot.terminal.setup.registration import App, Permissions, principal, register, wanted_permissions
from bot.token_sources import make_graph_tokens

#: What the sign-in asks for; of a dry run what reads alone, so that nothing could be changed by mistake either.
_CHANGE = (
    "Application.ReadWrite.All",
    "Application.Read.All",  # beside the next, which opens nothing alone
    "AppRoleAssignment.ReadWrite.All",
    "Group.ReadWrite.All",
    "AppCatalog.ReadWrite.All",
)
_LOOK = ("Application.Read.All", "GroupMember.Read.All", "AppCatalog.Read.All")

#: https://learn.microsoft.com/entra/identity/role-based-access-control/permissions-reference; a Global Administrator may do all of it.
_REGISTERS = "Application Administrator or Cloud Application Administrator"
_CONSENTS = "Privileged Role Administrator (an Application Administrator may not consent to permissions of Microsoft Graph)"
_MAKES_GROUPS = "Groups Administrator or User Administrator"
_PUBLISHES = "Teams Administrator"

MOST_DAYS = 730  # what Entra ID lets a client secret live
#: The contract of Graph that setup keeps to reads role assignments and makes none, so that this is printed.
_PASSWORDS = (
    "a Privileged Role Administrator assigns the Entra role User Administrator to the app (Entra admin centre, Roles and administrators)."
)
#: What was made a moment ago takes this long at most until tokens know it.
_TOKEN_TRIES, _TOKEN_PAUSE = 12, 5.0


class Run:
    """One run of setup.

    Args:
        say: takes one line at a time.
        ask: puts a question to whoever sits there; None without a terminal.
    """

    def __init__(
        self,
        given: argparse.Namespace,
        environ: Mapping[str, str],
        say: Callable[[str], None],
        *,
        ask: Ask = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._given = given
        self._environ = environ
        self._say = say
        self._ask = ask or (_asked if sys.stdin.isatty() else None)
        self._sleep = sleep

    def go(self) -> int:
        """Does all of it; returns the exit status."""
        file = Path(self._given.env_file)
        try:
            progress = Progress(EnvFile(file), self._say, dry_run=self._given.dry_run)
            return self._go(progress)
        except Stopped as stopped:
            self._say(f"stopped  {stopped}")
        except DirectoryError as error:
            self._say(f"stopped  {printable(error.detail)}")
        except (OSError, UnicodeDecodeError) as error:
            self._say(f"stopped  {file} cannot be read or written: {error}. What was made so far stays; run setup again.")
        except KeyboardInterrupt:
            self._say("stopped  By you. What was made so far stays; run setup again, and it goes on from here.")
        return 2

    def _go(self, progress: Progress) -> int:
        given = self._given
        if not 1 <= given.days <= MOST_DAYS:
            raise Stopped(f"--days is not between 1 and {MOST_DAYS}.")
        hosts = hosts_of(dict(self._environ) | progress.values)
        _check_kind(progress.values)
        wanted = collect(given, progress.values, self._ask)
        administrator = self._sign_in(hosts, progress.values)
        outlet = Outlet(
            token=administrator.token, graph=hosts.graph_endpoint, say=self._say, sleep=self._sleep, dry_run=given.dry_run
        )  # fmt: skip
        calls = Calls(outlet)
        app = self._registered(calls, progress, administrator)
        self._grouped(calls, progress, wanted, administrator)
        answers = {"PUBLIC_URL": wanted.public_url, "TEAMS_DEVELOPER_NAME": wanted.developer, "TEAMS_WEBSITE_URL": wanted.website}
        progress.keep(answers)
        if app:
            progress.attempt("the Teams app", _PUBLISHES, lambda: publish(calls, progress, app.client_id))
        if not given.dry_run and not calls.made and not progress.written:
            self._say("Nothing was changed: all of it was there already.")
        return self._ended(calls, progress, app)

    def _sign_in(self, hosts: Declared, values: Mapping[str, str]) -> Administrator:
        """Raises Stopped or DirectoryError."""
        known = values.get("MicrosoftAppTenantId", "")
        scopes = _LOOK if self._given.dry_run else _CHANGE
        sign_in = DeviceSignIn(
            hosts.authority_host,
            self._given.tenant or known or ANY_TENANT,
            self._given.client_id or GRAPH_COMMAND_LINE_TOOLS,
            [f"{hosts.graph_endpoint}/{scope}" for scope in scopes],
        )
        code = sign_in.begin()
        self._say(
            f"sign in  Open {printable(code.page)} and enter the code {printable(code.code)}, as an administrator of the tenant. It is "
            f"good for {code.minutes} minutes, and for what you started here alone: give it to nobody."
        )
        found = sign_in.finish(self._sleep)
        self._say(f"welcome  {printable(found.name)} ({printable(found.upn)}), tenant {found.tenant_id}")
        if known and known.lower() != found.tenant_id:
            raise Stopped(f"The file is of the tenant {known}. Sign in there, or give another file with --env-file.")
        return found

    def _registered(self, calls: Calls, progress: Progress, administrator: Administrator) -> App | None:
        """The app with everything that hangs on it; None when it could not be registered."""
        given = self._given
        app = progress.attempt(
            "the app registration", _REGISTERS,
            lambda: register(calls, progress, wanted=given.app, name=given.name, ask=self._ask),
        )  # fmt: skip
        if app is None:
            return None
        progress.keep({"MicrosoftAppId": app.client_id, "MicrosoftAppTenantId": administrator.tenant_id})
        principal_id = progress.attempt("the service principal", _REGISTERS, lambda: principal(calls, progress, app))
        wanted = wanted_permissions(progress.values, given.optional)
        permitted = progress.attempt("the permissions", _REGISTERS, lambda: Permissions(calls, progress, wanted))
        if permitted:
            progress.attempt("the permissions in the registration", _REGISTERS, lambda: permitted.ask(app))
        if permitted and principal_id:
            progress.attempt("the admin consent", _CONSENTS, lambda: permitted.consent(principal_id))
        if given.certificate or progress.values.get(credentials.CERTIFICATE):
            file = progress.env.path.with_name("doorman.pem")
            step = lambda: credentials.certificate(calls, progress, app, path=file, days=given.days)  # noqa: E731
            progress.attempt("the certificate", _REGISTERS, step)
        else:
            self._secret(calls, progress, app)
        return app

    def _secret(self, calls: Calls, progress: Progress, app: App) -> None:
        given = self._given
        value = progress.attempt(
            "the client secret", _REGISTERS,
            lambda: credentials.secret(calls, progress, app, days=given.days, anew=given.new_secret),
        )  # fmt: skip
        if value and self._ask is not None:  # of a run that nobody sits at, this goes into some log
            self._say(f"secret   {value}  (shown this once; it stands in {progress.env.path.name})")

    def _grouped(self, calls: Calls, progress: Progress, wanted: Wanted, administrator: Administrator) -> None:
        helpdesk = progress.attempt(
            "the helpdesk's group", _MAKES_GROUPS,
            lambda: find_or_make(
                calls, progress, wanted.helpdesk, about="Who may use Doorman", option="--helpdesk-group", ask=self._ask
            ),
        )  # fmt: skip
        administrators = progress.attempt(
            "the administrators' group", _MAKES_GROUPS,
            lambda: find_or_make(
                calls, progress, wanted.administrators, about="Who sets Doorman up, stops it, and may agree to changes",
                option="--admin-group", first=administrator.object_id, ask=self._ask,
            ),
        )  # fmt: skip
        progress.keep({"HELPDESK_GROUP_ID": helpdesk or "", "ADMIN_GROUP_ID": administrators or ""})

    def _ended(self, calls: Calls, progress: Progress, app: App | None) -> int:
        if app:
            self._say("next     Make the Azure Bot, in a subscription of this tenant and a resource group that is there:")
            self._say(_azure(app.client_id, progress.values, self._given.resource_group))
            self._say(f"next     For `reset password` alone: {_PASSWORDS}")
        if self._given.dry_run:
            changes = (
                f"Nothing was changed. Without --dry-run it takes {calls.made} calls that change something, and the doctor looks at it all."
            )
            self._say(changes if calls.made else "Nothing would be changed: all of it is there already.")
            return 0
        environ = dict(self._environ) | progress.values
        self._await_token(environ, progress)
        self._say(f"next     Start it: set -a; . ./{progress.env.path.name}; set +a; python app.py")
        self._say("doctor   looks at what came of it:")
        status = asyncio.run(examine(environ, self._say))
        if progress.left:
            self._say("Left for somebody else:")
        for text in progress.left:
            self._say(f"  - {text}")
        return 1 if progress.left else status

    def _await_token(self, environ: Mapping[str, str], progress: Progress) -> None:
        """Waits until a token has what was granted; whatever is wrong after that the doctor says."""
        try:
            settings = Settings.from_env(environ)
        except ConfigurationError:
            return
        wanted = wanted_permissions(progress.values, self._given.optional)
        for attempt in range(_TOKEN_TRIES):
            if _granted(settings, wanted) or progress.left:
                return
            if attempt == 0:
                self._say("wait     Until tokens know what was granted: a minute at most.")
            self._sleep(_TOKEN_PAUSE)


def _granted(settings: Settings, wanted: Mapping[str, tuple[str, ...]]) -> bool:
    with closing(make_graph_tokens(settings)) as tokens:
        try:
            return not permissions.missing(permissions.roles_in(asyncio.run(tokens.get())), wanted)
        except DirectoryError:
            return False


def _check_kind(values: Mapping[str, str]) -> None:
    """Raises Stopped for an installation that setup did not make and would spoil."""
    if values.get("MicrosoftAppType") == "UserAssignedMSI":
        raise Stopped("The file is of a managed identity, which takes no app registration. That goes by hand: docs/install.md.")
    if values.get("AZURE_CLIENT_ID", values.get("MicrosoftAppId", "")).lower() != values.get("MicrosoftAppId", "").lower():
        raise Stopped("The file has one app for the bot and another for Graph; setup makes one for both. Two go by hand: docs/install.md.")


def _azure(client_id: str, values: Mapping[str, str], resource_group: str) -> str:
    """One command: https://learn.microsoft.com/cli/azure/bot"""
    name = f"doorman-{client_id[:8]}" if "<" not in client_id else "doorman"
    return (
        f"az bot create --resource-group {resource_group} --name {name} --app-type SingleTenant --appid {client_id} "
        f"--tenant-id {values.get('MicrosoftAppTenantId', '')} --endpoint {values.get('PUBLIC_URL', '')}/api/messages --sku F0 "
        f"&& az bot msteams create --resource-group {resource_group} --name {name}"
    )


def _asked(question: str, usual: str) -> str:
    sys.stderr.write(f"{question}{f' [{usual}]' if usual else ''}: ")
    sys.stderr.flush()
    return sys.stdin.readline().strip() or usual
