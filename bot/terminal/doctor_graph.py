"""What the doctor says of Graph: permissions, groups, and whether there are people who could agree."""

from __future__ import annotations

from contextlib import aclosing, closing
from dataclasses import dataclass

from bot.commands.needs import OPTIONAL_PERMISSIONS, needed_permissions
from bot.domain.rules import Policy
from bot.errors import DirectoryError, NotAuthorised, NotFound, Rejected
from bot.graph import permissions
from bot.graph.client import GraphClient
from bot.graph.directory import GraphDirectory
from bot.graph.throttle import INTERACTIVE
from bot.ports import MEMBERS_LIMIT
from bot.settings.environment import Settings
from bot.terminal.doctor_notices import notices
from bot.terminal.doctor_proof import proof
from bot.terminal.doctor_protection import protection
from bot.terminal.doctor_report import Report
from bot.terminal.doctor_signs import signs
from bot.terminal.doctor_tokens import granted
from bot.token_sources import make_graph_tokens

_ADD_PERMISSION = (
    "Entra admin centre, App registrations, the app that calls Graph, API permissions: add {} for Microsoft Graph "
    "as an application permission, then grant admin consent; it works with the next token, after a restart at the latest."
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
    """What may be read and written, and whether the groups of settings and policy are there."""
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
        roles = permissions.roles_in(token)
        needed = needed_permissions(_switched_on(settings))
        absent = permissions.missing(roles, needed)
        for name, reasons in needed.items():
            if name in absent:
                report.problem(f"permission {name}: not in the token; needed to {', '.join(reasons)}", _ADD_PERMISSION.format(name))
            else:
                report.well(f"permission {name}: to {', '.join(reasons)}")
        absent = permissions.missing(roles, OPTIONAL_PERMISSIONS)
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
                await signs(report, opened.client)
            if policy:
                await _approvers(report, opened.client, policy, there)
                await notices(report, settings, policy.notices, roles, opened.client)
            await proof(report, settings, opened.client)


def _switched_on(settings: Settings) -> list[str]:
    """The settings that need a permission of their own."""
    on = {"PER_USER_MFA": settings.per_user_mfa, "TEAMS_CATALOG_APP_ID": settings.teams_catalog_app_id}
    return [name for name, value in on.items() if value]


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
