"""Where the bot may post, and so send its token: listed hosts, read strictly, and no trick gets past."""

from __future__ import annotations

import pytest

from bot.settings.hosts import CLOUDS, service_url_allowed
from tests.teams.door import Door

pytestmark = pytest.mark.asyncio(loop_scope="module")

LISTED = ("smba.trafficmanager.net", "kiosk.example", "proxy.example:8443", "127.0.0.1:3979", "[::1]:3979")

GOOD = (
    "https://smba.trafficmanager.net/teams/",
    "https://smba.trafficmanager.net/emea/3f2504e0-4f89-11d3-9a0c-0305e82c3301/",
    "https://smba.trafficmanager.net",
    "https://smba.trafficmanager.net:443/teams",
    "HTTPS://SMBA.TrafficManager.NET/teams/",
    "https://proxy.example:8443/",
    "http://127.0.0.1:3979/emea/",
    "https://127.0.0.1:3979/",
    "http://[::1]:3979/",
)

TRICKS = (
    "http://smba.trafficmanager.net/teams/",
    "http://smba.trafficmanager.net:443/teams/",
    "https://smba.trafficmanager.net:8443/",
    "https://smba.trafficmanager.net:0/",
    "https://smba.trafficmanager.net:99999/",
    "https://smba.trafficmanager.net:/",
    "https://smba.trafficmanager.net:x/",
    "https://proxy.example/",
    "https://proxy.example:443/",
    "http://proxy.example:8443/",
    "https://smba.trafficmanager.net@evil.example/",
    "https://user@smba.trafficmanager.net/",
    "https://user:word@smba.trafficmanager.net/",
    "https://evil.example\\@smba.trafficmanager.net/",
    "https://smba.trafficmanager.net\\@evil.example/",
    "https://evil.example#@smba.trafficmanager.net/",
    "https://evil.example?@smba.trafficmanager.net/",
    "https://smba.trafficmanager.net.evil.example/",
    "https://evilsmba.trafficmanager.net/",
    "https://x.smba.trafficmanager.net/",
    "https://trafficmanager.net/",
    "https://SMBA.TRAFFICMANAGER.NET.EVIL.EXAMPLE/",
    "https://smba.trafficmanager.net./",
    "https://smba\uff0etrafficmanager\uff0enet/",
    "https://smba\u3002trafficmanager\u3002net/",
    "https://\u212aiosk.example/",
    "https://\u017fmba.trafficmanager.net/",
    "https://smba.trafficmanager.net\u2024evil.example/",
    "https://sm\u2100ba.trafficmanager.net/",
    "https://smba.trafficmanager.net%2eevil.example/",
    "https://smba.trafficmanager.net%00.evil.example/",
    "https://smba.trafficmanager.net /",
    " https://smba.trafficmanager.net/",
    "https://smba.trafficmanager.net/\n",
    "https://smba.traffic\tmanager.net/",
    "https://smba.trafficmanager.net/\r\nX: y",
    "https://smba.trafficmanager.net/?x=",
    "https://smba.trafficmanager.net/#",
    "https:/smba.trafficmanager.net/",
    "https:smba.trafficmanager.net/",
    "//smba.trafficmanager.net/",
    "smba.trafficmanager.net",
    "ftp://smba.trafficmanager.net/",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "https://",
    "https:///teams",
    "https://[smba.trafficmanager.net]/",
    "https://[::1/",
    "https://127.0.0.1/",
    "http://127.0.0.1/",
    "http://127.0.0.1:80/",
    "http://127.0.0.2:3979/",
    "http://localhost:3979/",
    "http://2130706433:3979/",
    "https://169.254.169.254/",
)


@pytest.mark.parametrize("url", GOOD)
async def test_listed_hosts_are_posted_to(url: str) -> None:
    assert service_url_allowed(url, LISTED)


@pytest.mark.parametrize("url", TRICKS)
async def test_tricks_are_not(url: str) -> None:
    assert not service_url_allowed(url, LISTED)


@pytest.mark.parametrize("url", TRICKS)
async def test_an_activity_from_there_is_403_even_when_its_token_names_it(door: Door, url: str) -> None:
    token = door.teams.token(serviceurl=url)
    answer = await door.refuses(door.activity(serviceUrl=url), 403, authorization=f"Bearer {token}")
    assert "allow-list" in answer.error


async def test_plain_http_reaches_loopback_only_even_when_listed() -> None:
    assert not service_url_allowed("http://proxy.example:8443/", ["proxy.example:8443"])
    assert not service_url_allowed("http://10.0.0.1:80/", ["10.0.0.1:80"])


async def test_nothing_is_allowed_by_an_empty_list() -> None:
    assert not any(service_url_allowed(url, ()) for url in GOOD)


@pytest.mark.parametrize("cloud", CLOUDS)
async def test_each_cloud_allows_its_own_hosts_alone(cloud: str) -> None:
    for other, facts in CLOUDS.items():
        for host in facts.service_urls:
            assert service_url_allowed(f"https://{host}/teams/", CLOUDS[cloud].service_urls) == (other == cloud)
