"""Which hosts there are in each Microsoft cloud, and which addresses the bot may talk to."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

#: Nothing but scheme, host, port and a plain path: what two parsers could read in two ways is not an address of Teams.
_SERVICE_URL = re.compile(r"(https?)://([a-z0-9.-]+|\[[0-9a-f:]+\])(?::([0-9]{1,5}))?(?:/[a-z0-9._~-]*)*", re.IGNORECASE | re.ASCII)

#: The same, with a query: what is signed stands there.
_FILE_URL = re.compile(
    r"(https?)://([a-z0-9.-]+|\[[0-9a-f:]+\])(?::([0-9]{1,5}))?(?:/[a-z0-9._~:@!$&'()*+,;=%{}/-]*(?:\?[a-z0-9._~:@!$&'()*+,;=%{}/?-]*)?)?",
    re.IGNORECASE | re.ASCII,
)


@lru_cache(256)
def is_loopback(host: str) -> bool:
    """Whether a host name or address never leaves this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def service_url_allowed(service_url: str, allowed: Iterable[str]) -> bool:
    """Whether the bot may post (and so send its token) to this address.

    Args:
        allowed: hosts, in small letters; with `:port` for any port but that of https.
    """
    if (found := _SERVICE_URL.fullmatch(service_url)) is None:
        return False
    scheme, host, port = found[1].lower(), found[2].lower(), found[3]
    if scheme == "http" and not is_loopback(host.strip("[]")):
        return False
    return (f"{host}:{port}" if port and (scheme, port) != ("https", "443") else host) in set(allowed)


def file_url_allowed(url: str, allowed: Iterable[str]) -> bool:
    """Whether the bot may read a file from, or write one to, this address.

    Args:
        allowed: as above; `*.sharepoint.com` stands for every host below, with nothing but the port of https.
    """
    if (found := _FILE_URL.fullmatch(url)) is None:
        return False
    scheme, host, port = found[1].lower(), found[2].lower(), found[3]
    if scheme == "http" and not is_loopback(host.strip("[]")):
        return False
    if ".." in host or host[0] in ".-":
        return False
    plain = not port or (scheme, port) == ("https", "443")
    listed = set(allowed)
    parents = {f"*.{host.split('.', depth)[depth]}" for depth in range(1, host.count(".") + 1)} if plain and scheme == "https" else set()
    return (host if plain else f"{host}:{port}") in listed or bool(parents & listed)


@dataclass(frozen=True)
class Cloud:
    """Hosts of one Microsoft cloud.

    https://learn.microsoft.com/graph/deployments and
    https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/send-proactive-messages; those of SharePoint and
    OneDrive: https://learn.microsoft.com/microsoft-365/enterprise/microsoft-365-endpoints
    """

    login: str
    graph: str
    openid_metadata: str
    token_issuer: str
    connector_scope: str
    service_urls: tuple[str, ...]
    teams: str  # the Teams client, for links
    files: tuple[str, ...]  # where people's files are


_PUBLIC_OPENID = "https://login.botframework.com/v1/.well-known/openidconfiguration"
_GOV_OPENID = "https://login.botframework.azure.us/v1/.well-known/openidconfiguration"
_GOV_ISSUER = "https://api.botframework.us"

CLOUDS = {
    "public": Cloud(
        "https://login.microsoftonline.com",
        "https://graph.microsoft.com",
        _PUBLIC_OPENID,
        "https://api.botframework.com",
        "https://api.botframework.com/.default",
        ("smba.trafficmanager.net", "smba.infra.gcc.teams.microsoft.com"),
        "https://teams.microsoft.com",
        ("*.sharepoint.com",),
    ),
    "usgov": Cloud(
        "https://login.microsoftonline.us",
        "https://graph.microsoft.us",
        _GOV_OPENID,
        _GOV_ISSUER,
        "https://api.botframework.us/.default",
        ("smba.infra.gov.teams.microsoft.us",),
        "https://gov.teams.microsoft.us",
        ("*.sharepoint.us",),
    ),
    "dod": Cloud(
        "https://login.microsoftonline.us",
        "https://dod-graph.microsoft.us",
        _GOV_OPENID,
        _GOV_ISSUER,
        "https://api.botframework.us/.default",
        ("smba.infra.dod.teams.microsoft.us",),
        "https://dod.teams.microsoft.us",
        ("*.sharepoint-mil.us", "*.dps.mil"),
    ),
    "china": Cloud(
        "https://login.partner.microsoftonline.cn",
        "https://microsoftgraph.chinacloudapi.cn",
        "https://login.botframework.azure.cn/v1/.well-known/openidconfiguration",
        "https://api.botframework.azure.cn",
        "https://api.botframework.azure.cn/.default",
        ("msgapi.teams.microsoftonline.cn",),
        "https://teams.microsoftonline.cn",
        ("*.sharepoint.cn",),
    ),
}
