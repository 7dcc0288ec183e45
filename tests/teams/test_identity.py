"""Who and where, as far as an activity is believed: object id, tenant, kind of conversation; never a name."""

from __future__ import annotations

from typing import Any

import pytest

from bot.teams.activity import activity_from
from bot.teams.identity import actor_of, tenant_of, where_of
from simulator import cast
from tests.desk import HANNA, OSCAR
from tests.teams.door import Door

pytestmark = pytest.mark.asyncio(loop_scope="module")

GUS = cast.person("Gus Taylor (Adatum)")


NO_MEMBERS: tuple[dict[str, Any], ...] = (
    *({"role": called} for called in ("bot", "skill", "Bot", "BOT", " bot ", "Skill", "agenticUser", "channel", "guest", "us\u0435r")),
    *({"userRole": called} for called in ("guest", "Guest", "GUEST ", "anonymous", "owner", 1, True, ["user"], {"user": "user"})),
    *({"id": id} for id in ("28:another-bot", " 28:another-bot", f"28:{cast.BOT_APP_ID}")),
    *({"aadObjectId": bad} for bad in (None, "", "not-an-id", HANNA.id + "x", f"{HANNA.id}/../x")),
)


@pytest.mark.parametrize("change", NO_MEMBERS, ids=str)
async def test_guests_bots_and_people_without_id_are_refused(door: Door, change: dict[str, Any]) -> None:
    asked = len(door.desk.entra.requests)
    good = door.activity("show alice")
    assert (await door.knock({**good, "from": good["from"] | change})).status == 200
    assert "not from guests or other apps" in door.last_words()
    assert len(door.desk.entra.requests) == asked


async def test_the_name_in_an_activity_gives_no_rights(door: Door) -> None:
    good = door.activity("show alice")
    assert (await door.knock({**good, "from": good["from"] | {"aadObjectId": OSCAR.id, "name": HANNA.name}})).status == 200
    assert "not in the helpdesk group" in door.last_words()


async def test_guests_of_the_tenant_are_refused_by_what_entra_says(door: Door) -> None:
    answer = await door.desk.say(GUS, "help")
    assert "Guests of this organisation cannot use me" in answer.text


async def test_names_too_long_or_broken_are_cut(door: Door) -> None:
    good = door.activity()
    assert len(actor_of(activity_from({**good, "from": good["from"] | {"name": "n" * 100_000}})).name) == 200
    assert actor_of(activity_from({**good, "from": good["from"] | {"name": "a\ud83d\0b"}})).name == "a\ufffd\ufffdb"
    assert actor_of(activity_from({**good, "from": good["from"] | {"aadObjectId": HANNA.id.upper()}})).id == HANNA.id


@pytest.mark.parametrize("change", [{"role": "user"}, {"role": "User"}, {"role": ""}, {"userRole": "user"}, {"userRole": None}], ids=str)
async def test_people_may_be_called_people(door: Door, change: dict[str, Any]) -> None:
    good = door.activity("whoami")
    assert (await door.knock({**good, "from": good["from"] | change})).status == 200
    assert "Hanna Visser" in door.last_words()


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("personal", "personal"),
        ("groupChat", "groupChat"),
        ("channel", "channel"),
        (None, "groupChat"),
        ("Personal", "groupChat"),
        ("x", "groupChat"),
    ],
)
async def test_a_conversation_of_unknown_kind_is_not_private(door: Door, said: str | None, kind: str) -> None:
    good = door.activity()
    assert where_of(activity_from({**good, "conversation": good["conversation"] | {"conversationType": said}})).kind == kind


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ({}, "personal"),
        ({"isGroup": False}, "personal"),
        ({"isGroup": True}, "groupChat"),
        ({"isGroup": "true"}, "groupChat"),
        ({"id": "19:meeting_x@thread.v2"}, "groupChat"),
        ({"id": "19:0123@thread.tacv2;messageid=1"}, "groupChat"),
    ],
)
async def test_a_personal_chat_that_contradicts_itself_is_not_private(door: Door, said: dict[str, Any], kind: str) -> None:
    good = door.activity()
    assert where_of(activity_from({**good, "conversation": good["conversation"] | {"conversationType": "personal"} | said})).kind == kind


@pytest.mark.parametrize(("kind", "team"), [("channel", "19:team"), ("groupChat", ""), ("personal", "")])
async def test_only_channels_belong_to_a_team(door: Door, kind: str, team: str) -> None:
    good = door.activity()
    place = good["conversation"] | {"conversationType": kind}
    assert where_of(activity_from({**good, "conversation": place, "channelData": {"team": {"id": "19:team"}}})).team_id == team


async def test_the_tenant_is_believed_once_and_only_when_told_alike(door: Door) -> None:
    def told(conversation: Any, channel: Any, sender: Any = None) -> str:
        good = door.activity()
        place, account = good["conversation"] | {"tenantId": conversation}, good["from"] | {"tenantId": sender}
        return tenant_of(activity_from({**good, "conversation": place, "from": account, "channelData": {"tenant": channel}}))

    assert told("T", {"id": "t"}) == told("t", None) == told(None, {"id": "T"}) == told("t", {"id": ""}) == "t"
    assert told("t", {"id": "u"}) == told(None, None) == told("t", {"id": 0}) == ""
    assert told("t", {"id": "t"}, "T") == told("t", None, "") == "t"
    assert told("t", {"id": "t"}, "u") == ""


async def test_somebody_of_another_organisation_in_a_shared_channel_is_turned_away(door: Door) -> None:
    good = door.activity("show alice")
    assert (await door.knock({**good, "from": good["from"] | {"tenantId": cast.OTHER_TENANT_ID}})).status == 403
    assert "people of another organisation" in door.last_words()
