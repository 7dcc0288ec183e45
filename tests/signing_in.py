"""Signing in on the page of the simulated login host, as a browser does it."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlsplit

from aiohttp import ClientSession

from simulator.entra.authorize import DONE


async def sign_in(browser: ClientSession, address: str, who: str = "", mfa: str = DONE) -> str:
    """Signs somebody in.

    Args:
        address: of the sign-in page, as an app sends people to it.
        who: user principal name; whoever the page proposes when empty.
        mfa: what becomes of it: a word of `simulator.entra.authorize`.

    Returns:
        Where the browser is sent from there.
    """
    async with browser.get(address, allow_redirects=False) as page:
        text = await page.text()
        assert page.status == 200, (page.status, page.headers.get("Location"), text)
    form = dict(re.findall(r"<input (?:type='hidden' )?name='(\w+)' value='([^']*)'", text))
    parts = urlsplit(address)
    [action] = re.findall(r"action='([^']+)'", text)
    where = f"{parts.scheme}://{parts.netloc}{action}"
    async with browser.post(where, data=form | {"mfa": mfa} | ({"login": who} if who else {}), allow_redirects=False) as sent:
        assert sent.status == 302, (sent.status, await sent.text())
        return sent.headers["Location"]


def query_of(address: str) -> dict[str, str]:
    """The query of an address."""
    return dict(parse_qsl(urlsplit(address).query))
