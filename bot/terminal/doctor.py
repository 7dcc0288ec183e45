"""The doctor: looks at an installation piece by piece and says what is well, and what to do about the rest."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Mapping
from contextlib import aclosing, closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import aiohttp

from bot.bootstrap import make_connector_tokens, make_graph_tokens, utc_now
from bot.commands.needs import OPTIONAL_PERMISSIONS, needed_permissions
from bot.domain.looser import looser
from bot.domain.retirement import Channel, Retiring, spoken
from bot.domain.rules import Policy, default_policy
from bot.errors import DirectoryError, NotAuthorised, NotFound, Rejected, StoreUnavailable
from bot.graph import permissions
from bot.graph.client import GraphClient
from bot.graph.directory import GraphDirectory
from bot.graph.throttle import INTERACTIVE
from bot.ports import MEMBERS_LIMIT
from bot.services.log_channel import log_channel
from bot.settings.environment import ConfigurationError, Settings
from bot.settings.policy_file import policy_of
from bot.store import schema
from bot.store.operations import StoredOperations
from bot.store.registrations import StoredRegistrations
from bot.store.transactions import Transactions, open_engine
from bot.teams.authentication import InboundTokens, KeysUnavailable
from bot.terminal.doctor_protection import protection
from bot.terminal.doctor_registrations import registrations
from bot.tokens import Tokens

DATABASE_SECONDS = 15

_ADD_PERMISSION = (
    "Entra admin centre, App registrations, the app that calls Graph, API permissions: add {} for Microsoft Graph "
    "as an application permission, then grant admin consent; it works with the next token, after a restart at the latest."
)


@dataclass
class Report:
    """What is found, said line by line as it is found."""

    say: Callable[[str], None]
    problems: int = 0

    def well(self, text: str) -> None:
        """Nothing to do."""
        self.say(f"ok       {text}")

    def note(self, text: str) -> None:
        """Doorman works, but somebody should know this."""
        self.say(f"note     {text}")

    def problem(self, text: str, what_to_do: str = "") -> None:
        """Doorman does not work, or not for everything."""
        self.problems += 1
        self.say(f"problem  {text.rstrip('.')}. {what_to_do}".rstrip())


async def examine(environ: Mapping[str, str], say: Callable[[str], None]) -> int:
    """Examines the installation these environment variables describe.

    Args:
        say: takes one line at a time.

    Returns:
        The exit status: 0 when Doorman can work, 1 when there is a problem.
    """
    report = Report(say)
    try:
        settings = Settings.from_env(environ)
    except ConfigurationError as error:
        for line in str(error).splitlines()[1:]:
            report.problem(f"settings: {line.strip(' -')}")
        say("Nothing else can be examined before the settings are right.")
        return 1
    report.well("settings: complete")
    for outdated in settings.outdated:
        report.note(f"settings: {outdated}")
    _retirement(report, settings)
    policy = _policy(report, settings)
    await database(report, settings)
    _approval_channel(report, settings)
    await graph(report, settings, policy)
    await bot_connector(report, settings)
    say("Doorman can work." if not report.problems else f"Problems found: {report.problems}.")
    return 1 if report.problems else 0


def _retirement(report: Report, settings: Settings) -> None:
    """Until when texts and calls come, as Doorman says it: whether a telephony provider is set up, Graph does not tell."""
    retiring = Retiring(settings.retirement, datetime.now(UTC).date())
    if retiring.day is None:
        report.well(f"texts and calls: no day is set on which they end in the cloud `{settings.cloud}`, so nothing is said of it.")
        return
    provider = "carries on " + spoken(settings.retirement.provider) if settings.retirement.provider else "none"
    says = " ".join(retiring.of(frozenset(Channel), sms_sign_in=True, counted=True))
    report.well(f"texts and calls: telephony provider of your own (TELEPHONY_PROVIDER): {provider}. {says}")


def _policy(report: Report, settings: Settings) -> Policy | None:
    """The policy, if it can be read."""
    try:
        policy = policy_of(settings)
    except ConfigurationError as error:
        first, *lines = str(error).splitlines()
        for line in lines or [first]:
            report.problem(f"policy: {line.strip(' -')}")
        return None
    count = len(policy.rules) + len(policy.reports)
    rules = f"{count} rule{'s' if count > 1 else ''}"
    report.well(f"policy: {rules} in {policy.source}" if policy.source else "policy: the built-in one, because POLICY_FILE is not set")
    if policy.source:
        built_in = default_policy(settings.helpdesk_group_id, settings.admin_group_id, policy.confirm_for)
        for sentence in looser(policy, built_in):
            report.note(f"policy: looser than the built-in one: {sentence}.")
    if groups := policy.reporting():
        report.well(f"policy: reports about everybody are open to administrators and to members of {policy.group_names(groups)}")
    return policy


async def database(report: Report, settings: Settings) -> None:
    """What is due in our tables, and whether they can be written; then where the log goes, because that may be stored there."""
    what_to_do = "DATABASE_URL has to be sqlite:///file in a folder that can be written, or postgresql://user:password@host/name."
    try:
        engine = open_engine(settings.database_url)
    except Exception as error:  # SQLAlchemy's own, and the database driver's
        report.problem(f"database: {type(error).__name__}: {str(error).splitlines()[0]}", what_to_do)
        return
    shown = engine.url.render_as_string(hide_password=True)
    transactions = Transactions(engine)
    operations = StoredOperations(transactions, _starts_nothing)
    try:
        async with asyncio.timeout(DATABASE_SECONDS):
            found = await asyncio.to_thread(schema.standing, engine)
            if found.there:
                await operations.first_delivery(f"doctor:{uuid.uuid4()}", datetime.now(UTC))  # purged within a day like any other
                report.well(f"database: {shown} can be read and written")
                _due(report, found)
                await _log_channel(report, settings, operations)
                if not found.due:
                    await registrations(report, settings, StoredRegistrations(transactions, _starts_nothing, utc_now), utc_now())
            else:
                report.well(f"database: {shown} is new; the first start makes its tables")
                await _log_channel(report, settings, None)
    except TimeoutError:
        report.problem(f"database: no answer from {shown} within {DATABASE_SECONDS} seconds", "Is the server up, and reachable from here?")
        return  # closing would wait for the connection too
    except StoreUnavailable as error:
        report.problem(f"database: {shown}: {error}", what_to_do)
    transactions.close()
    engine.dispose()


def _due(report: Report, found: schema.Standing) -> None:
    if found.newer:
        report.note(f"database: it is at {found.revision}, of a newer version of Doorman; this one knows {schema.known()[-1]}, and works.")
    elif found.due:
        report.note(
            f"database: changes of the tables are due ({', '.join(found.due)}). Back it up; the next start makes them, and so does "
            "`python app.py database upgrade` (docs/storage.md)."
        )


def _starts_nothing(*_: Any, **__: Any) -> None:
    raise AssertionError("the doctor only looks")


async def _log_channel(report: Report, settings: Settings, operations: StoredOperations | None) -> None:
    if where := await log_channel(operations, settings.log_channel) if operations else settings.log_channel:
        report.well(f"log channel: {where.channel_id}")
    elif settings.admin_group_id:
        report.note("log channel: none yet. Posts are kept until an administrator types `@Doorman log here` in a channel.")
    else:
        report.problem(
            "log channel: none, and nobody may choose one",
            "Set ADMIN_GROUP_ID and type `@Doorman log here` in a channel, or set LOG_CHANNEL_ID.",
        )


def _approval_channel(report: Report, settings: Settings) -> None:
    if where := settings.approval_channel:
        report.well(f"approval channel: {where.channel_id}")
    else:
        report.note(
            "APPROVAL_CHANNEL_ID: not set, so approvers are asked in the channel where a request was typed; what was typed in a chat goes "
            "to the log channel, and without one into the personal chats of those approvers who have written to Doorman."
        )


async def _approvers(report: Report, client: GraphClient, policy: Policy, there: set[str]) -> None:
    """Whether there are people who could agree: nobody agrees to what they asked for themselves, so one more than needed is the least.

    Args:
        there: the groups that could be read; of the others enough is said.
    """
    directory = GraphDirectory(client, patience=INTERACTIVE)
    needed: dict[frozenset[str], int] = {}
    for rule in policy.rules:
        if rule.approvals and not rule.deny and rule.approve <= there:
            needed[rule.approve] = max(rule.approvals, needed.get(rule.approve, 0))
    for groups, approvals in sorted(needed.items(), key=lambda one: policy.group_names(one[0])):
        names = policy.group_names(groups)
        try:
            people = [person for person in await directory.members(groups) if person.enabled and not person.guest]
        except DirectoryError:
            report.note(f"approvers: not counted, because Graph does not say who is in {names}.")
            continue
        could, demanded = f"approvers: {_counted(len(people))} in {names} could agree", f"and a request needs {approvals}"
        what_to_do = f"Add people to {names} in Entra ID: nobody may agree to what they asked for or what is about them."
        if len(people) < approvals:
            report.problem(f"{could}, {demanded}", what_to_do)
        elif len(people) == approvals:
            report.note(f"{could}, {demanded}, so nobody could agree to what one of them asks for. {what_to_do}")
        else:
            report.well(could)


def _counted(people: int) -> str:
    if people >= MEMBERS_LIMIT:
        return f"{MEMBERS_LIMIT} people or more"
    return f"{people or 'no'} {'person' if people == 1 else 'people'}"


async def graph(report: Report, settings: Settings, policy: Policy | None) -> None:
    with closing(make_graph_tokens(settings)) as tokens:
        token = await granted(
            report,
            "Graph token",
            tokens,
            "Compare AZURE_TENANT_ID, AZURE_CLIENT_ID and the secret or certificate (the bot's own where they are empty) "
            "with the app registration.",
        )
        if not token:
            return
        needed = needed_permissions(["PER_USER_MFA"] if settings.per_user_mfa else [])
        absent = permissions.missing(permissions.roles_in(token), needed)
        for name, reasons in needed.items():
            if name in absent:
                report.problem(f"permission {name}: not in the token; needed to {', '.join(reasons)}", _ADD_PERMISSION.format(name))
            else:
                report.well(f"permission {name}: to {', '.join(reasons)}")
        absent = permissions.missing(permissions.roles_in(token), OPTIONAL_PERMISSIONS)
        for name, extra in OPTIONAL_PERMISSIONS.items():
            if name in absent:
                what_to_do = f"{extra.without} {_ADD_PERMISSION.format(name)}"
                report.note(f"permission {name}: not in the token; optional, to {extra.why}. {what_to_do}")
            else:
                report.well(f"permission {name}: optional; to {extra.why}")
        async with aclosing(_Closing(GraphClient(settings.graph_endpoint, tokens))) as opened:
            asked = {settings.helpdesk_group_id: "HELPDESK_GROUP_ID"}
            if settings.admin_group_id:
                asked[settings.admin_group_id] = "ADMIN_GROUP_ID"
            else:
                report.note("ADMIN_GROUP_ID: not set, so nobody may type `log here`.")
            if policy:
                others = sorted((policy.groups() | policy.vip) - {settings.helpdesk_group_id, settings.admin_group_id})
                asked |= {group_id: f"policy: “{policy.names[group_id]}”" for group_id in others}
            there = {group_id for group_id, variable in asked.items() if await _group(report, opened.client, variable, group_id)}
            if there:
                await protection(report, opened.client, min(there))
            if policy:
                await _approvers(report, opened.client, policy, there)


@dataclass
class _Closing:
    """Gives a `GraphClient` the method that `aclosing` looks for."""

    client: GraphClient

    async def aclose(self) -> None:
        await self.client.close()


async def _group(report: Report, client: GraphClient, variable: str, group_id: str) -> bool:
    """Whether the group is there and can be read."""
    url = f"{client.base_url}/groups/{group_id}?$select=id,displayName,visibility"
    try:
        group = (await client.read(url, INTERACTIVE, permission=permissions.READ_GROUPS)).fields
    except (NotFound, Rejected):
        report.problem(
            f"{variable}: there is no group {group_id} in this tenant",
            "Entra admin centre, Groups: open the group and copy its object id (not the id of a person or an app).",
        )
    except NotAuthorised as error:
        report.problem(f"{variable}: Graph does not let Doorman read groups", f"Add {error.permission} as said above.")
    except DirectoryError as error:
        report.problem(
            f"{variable}: Graph does not answer at {client.base_url} ({error})",
            "Is GRAPH_ENDPOINT right and reachable from here? Try again later.",
        )
    else:
        report.well(f"{variable}: the group {group.get('displayName')!r}")
        if group.get("visibility") == "HiddenMembership":
            report.note(f"{variable}: its members are hidden, so Graph may need Member.Read.Hidden to see who is in it.")
        return True
    return False


async def bot_connector(report: Report, settings: Settings) -> None:
    if settings.insecure_local:
        report.note("INSECURE_LOCAL: messages are taken without a token, so the signing keys are not looked at.")
    else:
        await _signing_keys(report, settings)
    if settings.insecure_local and not settings.bot_password:
        return
    with closing(make_connector_tokens(settings)) as tokens:
        what_to_do = "Compare MicrosoftAppId, MicrosoftAppPassword, MicrosoftAppTenantId and MicrosoftAppType with the bot registration."
        await granted(report, "Bot Connector token", tokens, what_to_do)


async def granted(report: Report, name: str, tokens: Tokens, what_to_do: str) -> str:
    """A token, or empty after saying why there is none."""
    try:
        token = await tokens.get()
    except NotAuthorised as error:
        report.problem(f"{name}: {error.detail}", what_to_do)
        return ""
    except DirectoryError as error:
        report.problem(f"{name}: {error.detail}", "Is AZURE_AUTHORITY_HOST right and reachable from here?")
        return ""
    report.well(f"{name}: granted")
    return token


async def _signing_keys(report: Report, settings: Settings) -> None:
    async with aiohttp.ClientSession() as session:
        keys = InboundTokens(
            session,
            metadata_url=settings.openid_metadata,
            issuer=settings.hosts.token_issuer,
            app_id=settings.bot_app_id,
            tenant_id=settings.bot_tenant_id,
        )
        try:
            await keys.ready()
        except KeysUnavailable as error:
            report.problem(
                f"signing keys of Teams: {error}",
                "Without them every message is refused. Is BOT_OPENID_METADATA right and reachable from here?",
            )
        else:
            report.well(f"signing keys of Teams: at {settings.openid_metadata}")
