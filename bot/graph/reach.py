"""People reached through the tenant: mails from the mailbox of notices, the app installed for them. Implements `ports.Reach`."""

from __future__ import annotations

from bot.errors import Conflict
from bot.graph import reads
from bot.graph.client import GraphClient
from bot.graph.permissions import INSTALL_APP, SEND_MAIL
from bot.graph.throttle import BACKGROUND


class GraphReach:
    """`ports.Reach` on one `GraphClient`.

    Args:
        mailbox: user principal name or address of the mailbox that writes; empty for none.
        app_id: Teams' id of the app in the organisation's catalogue; empty where nobody said.
    """

    def __init__(self, client: GraphClient, mailbox: str, app_id: str) -> None:
        self._client = client
        self._mailbox = mailbox
        self._app_id = app_id

    async def install(self, object_id: str) -> None:
        """See `bot.ports.Reach`."""
        writing = self._client.writing
        request = writing.installation(reads.object_id(object_id), self._app_id)
        try:
            await writing.send(request, BACKGROUND, permission=INSTALL_APP)
        except Conflict:
            return  # it is installed: https://learn.microsoft.com/graph/api/userteamwork-post-installedapps

    async def mail(self, address: str, subject: str, text: str) -> None:
        """See `bot.ports.Reach`."""
        writing = self._client.writing
        await writing.send(writing.mail(self._mailbox, address, subject, text), BACKGROUND, permission=SEND_MAIL)
