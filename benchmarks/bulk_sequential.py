"""The way of the original script: for one person after the other it reads, writes and reads again, each over HTTP on a kept connection."""

from __future__ import annotations

import itertools
import time

import aiohttp

from simulator import cast, crowd
from simulator.world import World

_MOBILE = "3179e48a-750b-4051-897c-87b9720928f7"  # https://learn.microsoft.com/graph/api/resources/phoneauthenticationmethod


async def one_by_one(world: World, first: int, people: int) -> float:
    """Gives so many people of the crowd a new mobile number; people a second.

    Raises:
        RuntimeError: a request was refused, or a number is not there afterwards.
    """
    bearer = {"Authorization": f"Bearer {world.entra.issue_token(cast.GRAPH_APP_ID, 'https://graph.microsoft.com')}"}
    began = time.perf_counter()
    async with aiohttp.ClientSession(headers=bearer) as session:
        for line in itertools.islice(crowd.lines(first + people, mixed=False), first, None):
            assert line.member is not None, "no line is empty"
            url = f"{world.entra.url}/v1.0/users/{line.member.upn}/authentication/phoneMethods"
            wanted = {"phoneNumber": f"+31 63{first:07}", "phoneType": "mobile"}
            first += 1
            async with session.get(url) as answer:
                held = {method["id"] for method in (await answer.json())["value"]}
            write = session.patch(f"{url}/{_MOBILE}", json=wanted) if _MOBILE in held else session.post(url, json=wanted)
            async with write as answer:
                if not answer.ok:
                    raise RuntimeError(f"{answer.status} {await answer.text()}")
            async with session.get(url) as answer:
                if wanted["phoneNumber"] not in {method["phoneNumber"] for method in (await answer.json())["value"]}:
                    raise RuntimeError(f"{line.member.upn} has no new number")
    return people / (time.perf_counter() - began)
