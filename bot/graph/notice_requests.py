"""The requests by which people hear of a change: a mail, and the app installed for somebody."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from kiota_abstractions.method import Method as Http
from kiota_abstractions.request_information import RequestInformation


def mail_request(base_url: str, mailbox: str, address: str, subject: str, text: str) -> RequestInformation:
    """Sends a mail of plain text, of which the mailbox keeps no copy: https://learn.microsoft.com/graph/api/user-sendmail"""
    message = {
        "subject": subject,
        "body": {"contentType": "text", "content": text},
        "toRecipients": [{"emailAddress": {"address": address}}],
    }
    return _post(f"{base_url}/users/{quote(mailbox, safe='@')}/sendMail", {"Message": message, "SaveToSentItems": False})


def installation_request(base_url: str, user_id: str, app_id: str) -> RequestInformation:
    """Installs an app of the catalogue for somebody: https://learn.microsoft.com/graph/api/userteamwork-post-installedapps"""
    return _post(
        f"{base_url}/users/{user_id}/teamwork/installedApps",
        {"teamsApp@odata.bind": f"https://graph.microsoft.com/v1.0/appCatalogs/teamsApps/{app_id}"},
    )


def _post(url: str, body: dict[str, Any]) -> RequestInformation:
    request = RequestInformation(Http.POST)
    request.url = url
    request.headers.add("Content-Type", "application/json")
    request.content = json.dumps(body).encode()
    return request
