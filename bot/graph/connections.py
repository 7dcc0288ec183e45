"""One set of connections to Graph, and what is the same of every call over them."""

from __future__ import annotations

import functools
import os
import random
import ssl
import uuid
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
import certifi

KEEP_ALIVE_SECONDS = 30.0
USER_AGENT = "Doorman"


class Connections:
    """The connections of one client.

    Args:
        base_url: whose.
        connect_seconds, read_seconds: time-outs of one attempt.
    """

    def __init__(self, base_url: str, connect_seconds: float, read_seconds: float) -> None:
        self._base_url = base_url
        self.seconds = aiohttp.ClientTimeout(sock_connect=connect_seconds, sock_read=read_seconds)
        self._session: aiohttp.ClientSession | None = None

    def session(self) -> aiohttp.ClientSession:
        """The connections, made at the first call because they belong to the running event loop."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=KEEP_ALIVE_SECONDS, ssl=certificates()),
                cookie_jar=aiohttp.DummyCookieJar(),
                proxy=_proxy(self._base_url),
            )
            self._session._retry_connection = False  # aiohttp would repeat a DELETE on a lost connection by itself
        return self._session

    async def close(self) -> None:
        """Closes them."""
        if self._session:
            await self._session.close()


@functools.cache
def certificates() -> ssl.SSLContext:
    """Whom we trust; loaded once in the life of the process, because it takes 50 ms. The environment may name others than certifi does.

    https://docs.openssl.org/master/man3/SSL_CTX_load_verify_locations/
    """
    file, folder = os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")
    if file or not folder:
        return ssl.create_default_context(cafile=file or certifi.where())
    return ssl.create_default_context(capath=folder)


def _proxy(url: str) -> str | None:
    """The proxy that the environment names for an address. Asked once: aiohttp would ask two threads of others at every call, one of them
    for the passwords in somebody's `.netrc`."""
    to = urlsplit(url)
    return None if to.scheme == "http" or proxy_bypass(to.hostname or "") else getproxies().get(to.scheme)


def fresh_request_id() -> str:
    """A client-request-id, by which Graph's support finds a call. It is no secret, so any randomness will do."""
    return str(uuid.UUID(int=random.getrandbits(128), version=4))
