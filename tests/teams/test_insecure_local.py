"""INSECURE_LOCAL: no tokens are asked for, and so nobody but this machine is served."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from simulator import cast
from tests.desk import Desk
from tests.teams.door import Door

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared_desk(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    file = tmp_path_factory.mktemp("local") / "doorman.db"
    shutil.copy(sqlite_template, file)
    desk = Desk(f"sqlite:///{file}", INSECURE_LOCAL="true")
    await desk.open()
    yield desk
    await desk.close()


@pytest.mark.parametrize("authorization", [None, "Bearer garbage", "Basic x"])
async def test_no_token_is_needed(door: Door, authorization: str | None) -> None:
    said = door.said()
    assert (await door.knock(door.activity(), authorization=authorization)).status == 200
    assert door.said() == said + 1


@pytest.mark.parametrize(
    "headers",
    [
        {"X_Forwarded_For": "203.0.113.7"},
        {"X_Forwarded_Host": "doorman.example"},
        {"Forwarded": "for=203.0.113.7"},
        {"Host": "doorman.example"},
        {"Host": "doorman.example:3978"},
        {"Host": "127.0.0.1.evil.example"},
        {"Host": "localhost@evil.example"},
        {"Host": "192.168.1.7:3978"},
    ],
    ids=str,
)
async def test_what_came_through_a_tunnel_is_401(door: Door, headers: dict[str, str]) -> None:
    await door.refuses(door.activity(), 401, authorization=None, **headers)


@pytest.mark.parametrize("host", ["localhost", "localhost:3978", "127.0.0.1:1", "[::1]:3978", "[::1]"])
async def test_this_machine_has_several_names(door: Door, host: str) -> None:
    assert (await door.knock(door.activity(), authorization=None, Host=host)).status == 200


async def test_everything_else_is_checked_as_always(door: Door) -> None:
    await door.refuses(door.activity(serviceUrl="https://evil.example/"), 403)
    for channel in ("webchat", "emulator", "directline", "MSTeams", "msteams ", "sms"):
        await door.refuses(door.activity(channelId=channel), 403)
    good = door.activity(type="conversationUpdate")
    await door.refuses({**good, "conversation": good["conversation"] | {"tenantId": cast.OTHER_TENANT_ID}}, 403)
    await door.refuses(b"[]", 400)
