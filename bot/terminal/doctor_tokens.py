"""What the doctor says of the tokens that are asked for, and of the keys that those of Teams are checked with."""

from __future__ import annotations

from contextlib import closing

import aiohttp

from bot.errors import DirectoryError, NotAuthorised
from bot.settings.environment import Settings
from bot.teams.authentication import InboundTokens, KeysUnavailable
from bot.terminal.doctor_report import Report
from bot.token_sources import make_connector_tokens
from bot.tokens import Tokens


async def bot_connector(report: Report, settings: Settings) -> None:
    """Whether messages of Teams can be checked, and answered."""
    if settings.insecure_local:
        report.note("INSECURE_LOCAL: messages are taken without a token, so the signing keys are not looked at.")
    else:
        await _signing_keys(report, settings)
    if settings.insecure_local and not (settings.bot_password or settings.bot_certificate_path):
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
