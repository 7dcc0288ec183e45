"""How Doorman is told of the two worlds: the one module here that knows a setting of the bot, and none of the simulators needs it."""

from __future__ import annotations

from urllib.parse import urlsplit

from simulator import cast
from simulator.world import World


def telling(public_url: str) -> dict[str, str]:
    """The settings by which people are told of a change to their sign-in."""
    return {
        "NOTICE_MAILBOX": cast.NOTICES.upn,
        "TEAMS_CATALOG_APP_ID": cast.CATALOGUE_APP_ID,
        "PUBLIC_URL": public_url,
        "HELPDESK_CONTACT": "+31 20 555 0100",
    }


def signing_in(world: World, public_url: str) -> dict[str, str]:
    """The setting by which callers prove themselves by a sign-in; the tenant lets them come back to this address."""
    world.entra.register_app(cast.GRAPH_APP_ID).redirect_uris = [f"{public_url}/signed-in"]
    return {"PROOF_CONTEXT": "c21"}


def environment(world: World, database_url: str, **overrides: str) -> dict[str, str]:
    """The bot's environment variables: production authentication, pointed at the simulators.

    Args:
        world: started, so that its addresses are known.
        overrides: settings that take the place of these, or come beside them.
    """
    return {
        "MicrosoftAppId": cast.BOT_APP_ID,
        "MicrosoftAppPassword": cast.BOT_SECRET,
        "MicrosoftAppTenantId": cast.TENANT_ID,
        "AZURE_CLIENT_ID": cast.GRAPH_APP_ID,
        "AZURE_CLIENT_SECRET": cast.GRAPH_SECRET,
        "AZURE_AUTHORITY_HOST": world.entra.url,
        "GRAPH_ENDPOINT": world.entra.url,
        "BOT_OPENID_METADATA": world.teams.openid_url,
        "ALLOWED_SERVICE_URLS": urlsplit(world.teams.url).netloc,
        "ALLOWED_FILE_HOSTS": urlsplit(world.teams.url).netloc,
        "HELPDESK_GROUP_ID": cast.group("Helpdesk").id,
        "ADMIN_GROUP_ID": cast.group("Doorman administrators").id,
        "LOG_CHANNEL_ID": cast.channel("Doorman log").id,
        "APPROVAL_CHANNEL_ID": cast.channel("Approvals").id,
        "LOG_SERVICE_URL": world.teams.service_url,
        "DEFAULT_REGION": "NL",
        "DATABASE_URL": database_url,
        "PORT": "0",
        **overrides,
    }
