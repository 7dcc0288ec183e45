"""Both simulators together, and the environment a bot needs to live between them."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from simulator import cast
from simulator.entra import Entra
from simulator.teams import Teams


class World:
    """Entra ID and Teams on loopback. `entra` and `teams` are free to be used once started.

    Args:
        clock: seconds since the epoch, as the tenant sees it; tokens age in real time, as the bot's SDKs do.
        teams_options: keywords for `Teams`, such as `limits=False`.
    """

    def __init__(self, clock: Callable[[], float] = time.time, **teams_options: Any) -> None:
        self.entra = Entra(clock=clock, token_clock=time.time)
        # For resetting a password an app needs a directory role beside its permission, and for nothing else.
        self.entra.assign_roles(cast.GRAPH_APP_ID, "User Administrator")
        self.teams = Teams(verify_bot_token=self._verify, **teams_options)

    def _verify(self, token: str) -> Any:
        return self.entra.verify_token(token, "https://api.botframework.com")

    async def start(self) -> None:
        """Both listen, on free ports."""
        await self.entra.start()
        await self.teams.start()

    async def stop(self) -> None:
        """Closes both."""
        await self.teams.stop()
        await self.entra.stop()

    def environment(self, database_url: str, **overrides: str) -> dict[str, str]:
        """The bot's environment variables: production authentication, pointed at the simulators."""
        return {
            "MicrosoftAppId": cast.BOT_APP_ID,
            "MicrosoftAppPassword": cast.BOT_SECRET,
            "MicrosoftAppTenantId": cast.TENANT_ID,
            "AZURE_CLIENT_ID": cast.GRAPH_APP_ID,
            "AZURE_CLIENT_SECRET": cast.GRAPH_SECRET,
            "AZURE_AUTHORITY_HOST": self.entra.url,
            "GRAPH_ENDPOINT": self.entra.url,
            "BOT_OPENID_METADATA": self.teams.openid_url,
            "ALLOWED_SERVICE_URLS": urlsplit(self.teams.url).netloc,
            "ALLOWED_FILE_HOSTS": urlsplit(self.teams.url).netloc,
            "HELPDESK_GROUP_ID": cast.group("Helpdesk").id,
            "ADMIN_GROUP_ID": cast.group("Doorman administrators").id,
            "LOG_CHANNEL_ID": cast.channel("Doorman log").id,
            "APPROVAL_CHANNEL_ID": cast.channel("Approvals").id,
            "LOG_SERVICE_URL": self.teams.service_url,
            "DEFAULT_REGION": "NL",
            "DATABASE_URL": database_url,
            "PORT": "0",
            **overrides,
        }
