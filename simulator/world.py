"""Both simulators together."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from simulator import cast
from simulator.entra import Entra
from simulator.entra.teamwork import Presence
from simulator.teams import Teams


class _PersonalChats:
    """Where Graph installs the app: in the chats of Teams. Whom Teams does not know has never used it."""

    def __init__(self, teams: Teams) -> None:
        self._teams = teams

    def presence(self, user_id: str) -> Presence:
        try:
            return Presence(self._teams.presence(user_id))
        except KeyError:
            return Presence.UNOPENED

    def install(self, user_id: str) -> None:
        self._teams.install_for(user_id)

    def uninstall(self, user_id: str) -> None:
        self._teams.install_for(user_id, added=False)


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
        self._teams_options = teams_options
        self.teams = Teams(verify_bot_token=self._verify, **teams_options)
        self.entra.teamwork.places = _PersonalChats(self.teams)

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

    async def bot_becomes(self, app_id: str) -> None:
        """Teams knows the bot by another app registration from now on: it starts anew, with nothing said yet."""
        await self.teams.stop()
        self.teams = Teams(verify_bot_token=self._verify, bot_app_id=app_id, **self._teams_options)
        self.entra.teamwork.places = _PersonalChats(self.teams)
        await self.teams.start()
