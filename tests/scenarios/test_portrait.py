"""By what an agent may know somebody on the `show` card: manager, last sign-in, photo. None of them is ever in anybody's way."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

import pytest

from bot.errors import Unavailable
from bot.graph import portraits
from simulator import cast
from simulator.entra import Fault
from tests.cards.card_schema import elements
from tests.desk import HANNA, HELPDESK, OMAR, Answer, Desk, as_json

MANAGER, LAST, PHOTO = "Manager: Priya Raman", "Last sign-in: ", "photo"
#: What each part is read by.
READ: dict[str, dict[str, Any]] = {
    MANAGER: {"path": "/manager"},
    LAST: {"path": f"/users/{OMAR.id}", "query": "signInActivity"},
    PHOTO: {"path": "/photos/"},
}
FAULTS: tuple[dict[str, Any], ...] = (
    {"effect": "forbidden"},
    {"effect": "empty", "status": 404},
    {"effect": "throttle", "retry_after": 100},
    {"effect": "unavailable"},
    {"effect": "drop"},
    {"effect": "garbage"},
    {"effect": "deep"},
    {"effect": "odd", "body": {"signInActivity": "never", "displayName": None}},
    {"effect": "odd", "body": [1]},
)


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a machine with much to do even a blink may be too short."""
    monkeypatch.setattr(portraits, "BLINK_SECONDS", 10.0)


def photo(answer: Answer) -> str:
    """The address of the picture on a card; empty for none."""
    return next((str(each["url"]) for each in elements(answer.card) if each.get("type") == "Image"), "")


def parts(answer: Answer) -> set[str]:
    """Which of them a card has."""
    return {each for each in (MANAGER, LAST) if each in answer.text} | ({PHOTO} if photo(answer) else set())


def asked(desk: Desk) -> list[str]:
    wanted = ("/manager", "/photos/", "signInActivity")
    return [request.path for request in desk.entra.requests if any(each in request.path + str(request.query) for each in wanted)]


async def test_they_stand_at_the_head_of_the_card(desk: Desk) -> None:
    answer = await desk.say(HANNA, "show omar")
    assert parts(answer) == {MANAGER, LAST, PHOTO}
    assert photo(answer) == f"data:image/jpeg;base64,{base64.b64encode(desk.entra.person(OMAR.upn).photo or b'').decode()}"
    [picture] = [each for each in elements(answer.card) if each.get("type") == "Image"]
    assert (picture["altText"], picture["style"]) == ("Photo of Omar Farouk", "Person")
    noor = await desk.say(HANNA, "show noor")  # who starts today
    assert parts(noor) == {MANAGER}
    assert "Not shown" not in noor.text


async def test_where_others_read_along_nobody_learns_when_somebody_was_at_work(desk: Desk) -> None:
    assert parts(await desk.say(HANNA, "show omar", HELPDESK)) == {MANAGER, PHOTO}


@pytest.mark.parametrize("lost", READ)
async def test_whatever_is_wrong_with_one_leaves_it_out_and_nothing_else(desk: Desk, lost: str) -> None:
    for fault in FAULTS:
        await desk.restart_bot()  # which remembers for some minutes what it was told
        desk.entra.faults.add(Fault(**fault, **READ[lost]))
        answer = await desk.say(HANNA, "show omar")
        assert parts(answer) == {MANAGER, LAST, PHOTO} - {lost}, fault
        assert "text message to the mobile phone" in answer.text, "the default method is read from the same tenant"
        assert "+31 6 1234 5001" in answer.text
        assert "Not shown" not in answer.text
        desk.entra.faults.clear()


async def test_nobody_waits_and_what_was_late_is_there_for_the_next(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(portraits, "BLINK_SECONDS", 0.0)
    held = [desk.entra.faults.add(Fault(effect="hold", **read)) for read in READ.values()]
    answer = await desk.say(HANNA, "show omar")
    assert parts(answer) == set()
    assert "+31 6 1234 5001" in answer.text
    assert all(fault.fired for fault in held), "they are asked beside the account"
    desk.entra.faults.clear()
    monkeypatch.setattr(portraits, "BLINK_SECONDS", 10.0)
    assert parts(await desk.say(HANNA, "show omar")) == {MANAGER, LAST, PHOTO}


async def test_each_is_asked_once_in_a_while(desk: Desk) -> None:
    for _ in range(3):
        assert parts(await desk.say(HANNA, "show omar")) == {MANAGER, LAST, PHOTO}
    assert len(asked(desk)) == 3


async def test_without_its_permission_or_licence_the_last_sign_in_is_not_asked_for(desk: Desk) -> None:
    desk.entra.tenant.licence = "Free"
    assert parts(await desk.say(HANNA, "show omar")) == {MANAGER, PHOTO}
    desk.entra.revoke(cast.GRAPH_APP_ID, "AuditLog.Read.All")
    await desk.restart_bot()
    desk.entra.requests.clear()
    assert parts(await desk.say(HANNA, "show omar")) == {MANAGER, PHOTO}
    assert len(asked(desk)) == 2


PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 60


@pytest.mark.parametrize(
    ("content", "shown"),
    [
        (PNG, "data:image/png;base64,"),
        (b"\xff\xd8\xff" + b"\0" * 5_997, "data:image/jpeg;base64,"),
        (b"\xff\xd8\xff" + b"\0" * 5_998, ""),
        (b"GIF89a" + b"\0" * 60, ""),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", ""),
        (b"\xff\xd8", ""),
        (b"", ""),
    ],
)
async def test_only_a_small_picture_by_its_own_bytes_is_shown(desk: Desk, content: bytes, shown: str) -> None:
    """Whatever Graph says that it is."""
    desk.entra.person(OMAR.upn).photo = content
    found = photo(await desk.say(HANNA, "show omar"))
    assert found.startswith(shown)
    assert bool(found) is bool(shown)


@pytest.mark.parametrize("body", ["not base64 !", {"a": 1}, None, "https://evil.example/x.png", 'data:image/png;base64,"', "iVBO\u0660"])
def test_what_is_no_base64_is_no_picture(body: Any) -> None:
    with pytest.raises(Unavailable, match=r"picture|base64"):
        portraits.photo_in(body)


async def test_a_managers_name_cannot_pretend_to_be_more(desk: Desk) -> None:
    desk.entra.person("Priya Raman").display_name = "**[click](https://evil.example)** {{DATE(2026-01-01T00:00:00Z)}} <at>Sam</at>"
    answer = await desk.say(HANNA, "show omar")
    said = next(str(each["text"]) for each in elements(answer.card) if "Manager: " in str(each.get("text", "")))
    assert not any(piece in said for piece in ("**", "](", "{{DATE(2026-01-01", "<at>", "https://evil"))
    assert "Last sign-in" in said
    assert "evil" not in as_json(answer.card).partition('"body"')[0]


async def test_when_it_was_is_said_in_the_readers_own_days(desk: Desk) -> None:
    desk.teams.equip(HANNA, timezone="Asia/Kolkata")
    now = desk.clock()
    desk.clock.ahead += now.replace(hour=12, minute=0) + timedelta(days=1) - now  # half past five in the afternoon
    noon = desk.clock()
    for hours, said in (
        (1, f"today {noon + timedelta(hours=4.5):%H:%M}"),
        (20, "yesterday "),
        (60, f"{(noon - timedelta(hours=60)).day} "),
    ):
        desk.entra.person(OMAR.upn).last_sign_in = (noon - timedelta(hours=hours)).timestamp()
        await desk.restart_bot()
        assert f"Last sign-in: {said}" in (await desk.say(HANNA, "show omar")).text


async def test_while_the_level_is_high_what_a_caller_may_have_read_folds_away(built_in_desk: Desk) -> None:
    desk = built_in_desk
    await desk.say(cast.person("Sam Okafor"), "threat high because somebody rings and says that they are us")
    answer = await desk.say(HANNA, "show omar")
    [folded] = [each for each in elements(answer.card) if each.get("isVisible") is False and each.get("id") == "details"]
    assert MANAGER in as_json(folded)
    assert as_json(answer.card).count(MANAGER) == 1
    assert photo(answer)
