"""Where files may be read from and written to: listed hosts, read strictly."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from bot.settings.hosts import CLOUDS, file_url_allowed
from tests.teams.test_service_urls import TRICKS

LISTED = ("*.sharepoint.com", "files.example", "proxy.example:8443", "127.0.0.1:3979", "[::1]:3979")

GOOD = (
    "https://fabrikam-my.sharepoint.com/personal/hanna/_layouts/15/download.aspx?UniqueId=1150d938&Translate=false&tempauth=v1.eyJ0~a-b_c%3d",
    "https://fabrikam-my.sharepoint.com/personal/h/_api/v2.0/drives/b!1/items/01/uploadSession?guid='3f25'&overwrite=True&rename=False",
    "HTTPS://FABRIKAM.SharePoint.COM/f.csv",
    "https://a.b.sharepoint.com:443/f.csv",
    "https://files.example",
    "https://proxy.example:8443/f",
    "http://127.0.0.1:3979/_files/1/f.csv",
    "http://[::1]:3979/f",
)

BAD = (
    "",
    "f.csv",
    "https://sharepoint.com/f",
    "https://.sharepoint.com/f",
    "https://x..sharepoint.com/f",
    "https://-.sharepoint.com.evil.example/f",
    "https://evilsharepoint.com/f",
    "https://x.sharepoint.com.evil.example/f",
    "https://x.sharepoint.com:8443/f",
    "http://x.sharepoint.com/f",
    "http://x.sharepoint.com:443/f",
    "https://x.files.example/f",
    "http://proxy.example:8443/f",
    "http://127.0.0.1/f",
    "http://127.0.0.1:3980/f",
    "http://127.0.0.1.sharepoint.com:3979/f",
    "https://evil.example/?x.sharepoint.com",
    "https://evil.example/x.sharepoint.com",
    "https://user@x.sharepoint.com/f",
    "https://x.sharepoint.com@evil.example/f",
    "https://evil.example\\.sharepoint.com/f",
    "https://evil.example#.sharepoint.com/f",
    "https://x.sharepoint.com/f#g",
    "https://x.sharepoint.com/a b",
    "https://x.sharepoint.com/f\r\nX-Evil: 1",
    "https://x.sharepoint.com/\u00e9",
    "https://\u017fharepoint.sharepoint.com/f",
    "https://x.sharepoint\u3002com/f",
    "https://*.sharepoint.com/f",
    "file:///etc/passwd",
    "ftp://x.sharepoint.com/f",
    *TRICKS,
)


@pytest.mark.parametrize("url", GOOD)
def test_files_of_listed_hosts(url: str) -> None:
    assert file_url_allowed(url, LISTED)


@pytest.mark.parametrize("url", BAD)
def test_no_trick_gets_past(url: str) -> None:
    assert not file_url_allowed(url, LISTED)


@given(st.from_regex(r"https?://[-a-zA-Z0-9.:@\\#?/%\[\]]{0,40}(sharepoint\.com|evil\.example)[-a-zA-Z0-9.:@\\#?/%]{0,20}", fullmatch=True))
def test_what_is_allowed_is_read_alike_by_the_client(url: str) -> None:
    if file_url_allowed(url, LISTED):
        host = URL(url, encoded=True).host or ""
        assert host.endswith(".sharepoint.com") or host in ("files.example", "proxy.example", "127.0.0.1", "::1")
        assert URL(url, encoded=True).user is None


def test_each_cloud_reads_its_own_files() -> None:
    own = {
        "public": "https://contoso-my.sharepoint.com/f",
        "usgov": "https://contoso-my.sharepoint.us/f",
        "dod": "https://contoso-my.sharepoint-mil.us/f",
        "china": "https://contoso-my.sharepoint.cn/f",
    }
    for name, cloud in CLOUDS.items():
        assert [each for each, url in own.items() if file_url_allowed(url, cloud.files)] == [name]
