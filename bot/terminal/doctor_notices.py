"""What the doctor says of notices: who is told of a change by which way, who is not, and what to do about that."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import quote

import aiohttp

from bot.domain.notice_rules import NoticeRules, Way
from bot.errors import DirectoryError, NotFound, Rejected
from bot.graph import permissions
from bot.graph.client import GraphClient
from bot.graph.directory import GraphDirectory
from bot.graph.throttle import INTERACTIVE
from bot.settings.environment import Settings
from bot.terminal.doctor_report import Report

PAGE_SECONDS = 5
#: So many of the helpdesk are looked at for whether they have Doorman.
AGENTS_ASKED = 5
#: What `/healthz` answers.
_ALIVE = "alive"


async def notices(report: Report, settings: Settings, rules: NoticeRules, roles: Collection[str], client: GraphClient) -> None:
    """Each way by which people are told, the link in mails, and the manager's notices.

    Args:
        roles: the application permissions in our own token.
    """
    ways = rules.person | rules.manager
    if not rules.person:
        report.note(
            "notices: nobody is told that their own sign-in was changed, because `[notices]` of the policy says `person = []`: take that "
            "line out."
        )
    if Way.TEAMS in ways:
        await _in_teams(report, settings, client)
    elif ways:
        report.well("notices in Teams: off, because `[notices]` of the policy names no `teams`")
    mails = (Way.MAIL in ways or rules.old_address) and settings.notice_mailbox
    if mails:
        await _by_mail(report, settings, rules, roles, client)
    elif Way.MAIL in ways:
        report.note(
            "notices by mail: off, because NOTICE_MAILBOX is not set, so nobody hears of it whom Teams does not reach: make a "
            "shared mailbox (docs/install-by-hand.md, step 9) and set it."
        )
    else:
        report.well("notices by mail: off, because `[notices]` of the policy names no `mail`")
    if mails:
        await _link(report, settings)
    _manager(report, rules)
    if ways and not settings.helpdesk_contact:
        report.note("HELPDESK_CONTACT: not set, so notices say to ring the helpdesk and not at which number.")


async def _in_teams(report: Report, settings: Settings, client: GraphClient) -> None:
    wanted = settings.teams_catalog_app_id
    if not wanted:
        report.note(
            "notices in Teams: only for whoever has a chat with Doorman, because TEAMS_CATALOG_APP_ID is not set: copy the App ID of "
            "Doorman from the Teams admin centre, Manage apps."
        )
        return
    on = "notices in Teams: on; Doorman is installed for whoever has no chat with it"
    found = await _in_catalogue(settings, client)
    if found == wanted:
        report.well(on)
    elif found:
        report.problem(
            f"TEAMS_CATALOG_APP_ID: {wanted} is not Doorman, which is {found} in the app catalogue",
            "Set it to that; it is the App ID of the Teams admin centre, not the external one.",
        )
    else:
        report.well(
            f"{on}. Graph tells at the first installation whether {wanted} is Doorman's and whether its manifest names "
            f"{settings.graph_client_id} (`webApplicationInfo`, as `make package` writes it): nobody in the helpdesk is seen to have it"
        )


async def _in_catalogue(settings: Settings, client: GraphClient) -> str:
    """Doorman's id in the catalogue, as those of the helpdesk have it who use it; empty when that cannot be seen.

    The catalogue itself would be read with a permission of its own, which nothing else needs:
    https://learn.microsoft.com/graph/api/userteamwork-list-installedapps
    """
    try:
        agents = await GraphDirectory(client, patience=INTERACTIVE).members(frozenset({settings.helpdesk_group_id}))
    except DirectoryError:
        return ""  # said already
    ours = quote(f"teamsApp/externalId eq '{settings.bot_app_id}'", safe="/'")
    for agent in agents[:AGENTS_ASKED]:
        url = f"{client.base_url}/users/{agent.id}/teamwork/installedApps?$expand=teamsApp&$filter={ours}"
        try:
            rows = (await client.read(url, INTERACTIVE, permission=permissions.INSTALL_APP)).rows
        except DirectoryError:
            continue  # no licence for Teams, or no permission, which is said already
        for row in rows:
            if isinstance(app := row.get("teamsApp"), dict):
                return str(app.get("id", "")).lower()
    return ""


async def _by_mail(report: Report, settings: Settings, rules: NoticeRules, roles: Collection[str], client: GraphClient) -> None:
    mailbox = settings.notice_mailbox
    url = f"{client.base_url}/users/{quote(mailbox, safe='@')}?$select=id,displayName,mail"
    try:
        account = (await client.read(url, INTERACTIVE, permission=permissions.READ_USERS)).fields
    except (NotFound, Rejected):
        report.problem(
            f"NOTICE_MAILBOX: there is no {mailbox} in this tenant",
            "Give the user principal name of the mailbox (Entra admin centre, Users), which may differ from its address.",
        )
        return
    except DirectoryError as error:
        report.problem(f"NOTICE_MAILBOX: Graph does not show {mailbox} ({error})", "Look at the permissions above, or try again later.")
        return
    if account.get("mail"):
        of_files = "the people of a file too" if rules.bulk else 'not to the people of a file (`bulk = "none"`)'
        report.well(f"notices by mail: on, from {account.get('displayName')!r} <{account['mail']}>; {of_files}")
    else:
        report.note(f"notices by mail: {mailbox} has no mail address in Entra ID: does it have a mailbox?")
    how = f"`Test-ServicePrincipalAuthorization -Identity {settings.graph_client_id} -Resource {mailbox}`"
    if permissions.missing(roles, [permissions.SEND_MAIL]):
        report.well(
            f"Mail.Send: not in the token, as it should be. Whether Exchange lets Doorman write from {mailbox} and no other Graph does not "
            f"tell: {how} in Exchange Online PowerShell has to say InScope True, and False for any other mailbox"
        )
    else:
        report.note(
            f"Mail.Send: in the token, so Doorman may write from every mailbox of the organisation, unless Exchange narrows it. Assign the "
            f"role in Exchange for {mailbox} alone (docs/install-by-hand.md, step 9), then take the consent away in Entra ID."
        )


async def _link(report: Report, settings: Settings) -> None:
    """The page is for people outside, so that it does not answer from here is a hint and no more."""
    if not settings.public_url:
        report.note(
            "link in mails: none, because PUBLIC_URL is not set, so whoever reads a mail has to ring the helpdesk: set it to the "
            "address under which the proxy passes on `/n/`."
        )
        return
    where = f"{settings.public_url}/healthz"
    timeout = aiohttp.ClientTimeout(total=PAGE_SECONDS)
    try:
        async with aiohttp.ClientSession(timeout=timeout) as session, session.get(where, allow_redirects=False) as answer:
            said = f"status {answer.status}"
            alive = answer.status == 200 and (await answer.content.read(len(_ALIVE))).decode("latin-1") == _ALIVE
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        said, alive = type(error).__name__, False
    if alive:
        report.well(f"link in mails: to {settings.public_url}/n/, where a Doorman answers")
    else:
        report.note(
            f"link in mails: to {settings.public_url}/n/; no Doorman answers at {where} from here ({said}). That may be well: see "
            "from outside, on a telephone, whether the proxy passes on `/n/`."
        )


def _manager(report: Report, rules: NoticeRules) -> None:
    if rules.manager:
        ways = " and ".join({Way.TEAMS: "in Teams", Way.MAIL: "by mail"}[way] for way in sorted(rules.manager, reverse=True))
        report.well(f"notices to the manager: on, {ways}, for {', '.join(sorted(rules.manager_for)) or 'no action at all'}")
    else:
        report.well('notices to the manager: off; `manager = ["teams"]` under `[notices]` of the policy switches them on')
