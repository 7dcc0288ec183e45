"""What Teams clients send besides text: presses of both kinds, edits, repetitions, installations."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.domain.incoming import Verb
from bot.teams.activity import activity_from
from bot.teams.inbound import card_action, delivery_key
from simulator import cast
from tests.desk import ALICE, BRAM, HANNA, HELPDESK, Answer
from tests.teams.door import Door

pytestmark = pytest.mark.asyncio(loop_scope="module")

SET = "set mobile for alice +31 6 12345678"


@pytest.mark.parametrize("style", ["execute", "submit"])
async def test_both_kinds_of_button_do_the_same(door: Door, style: str) -> None:
    answer = await door.desk.say(HANNA, SET)
    await door.desk.press(HANNA, answer, "cancel", style=style)
    await door.desk.settled(answer, "Cancelled")
    assert door.desk.phones(ALICE) == {}


async def press(door: Door, answer: Answer, value: Any, who: cast.Member = HANNA, **other: Any) -> dict[str, Any]:
    """An invoke on this card with any value; the body of the answer."""
    activity = door.teams.compose(who, "") | {
        "type": "invoke",
        "name": "adaptiveCard/action",
        "replyToId": answer.message.id,
        "value": value,
    }
    got = await door.knock(activity | other)
    assert got.status == 200
    body: dict[str, Any] = json.loads(got.text)
    assert body["statusCode"] == 200
    return body


def action(verb: Any, **data: Any) -> dict[str, Any]:
    return {"type": "Action.Execute", "verb": verb, "data": data}


@pytest.mark.parametrize("trigger", [None, "manual", 7, "absent"])
async def test_a_press_counts_whatever_its_trigger_is_called(door: Door, trigger: Any) -> None:
    answer = await door.desk.say(HANNA, SET)
    value = {"action": action("cancel", id=answer.operation_id)} | ({"trigger": trigger} if trigger != "absent" else {})
    assert "Cancelled" in str(await press(door, answer, value))


@pytest.mark.parametrize(
    ("verb", "trigger"), [(verb, "automatic") for verb in ("confirm", "cancel", "again", "choose")] + [("confirm", "Automatic ")]
)
async def test_a_client_that_refreshes_by_itself_presses_nothing(door: Door, verb: str, trigger: str) -> None:
    answer = await door.desk.say(HANNA, SET)
    shown = await press(door, answer, {"action": action(verb, id=answer.operation_id), "trigger": trigger})
    assert "Confirm" in str(shown["value"])
    assert answer.verbs == ["confirm", "cancel", "suspect"]
    assert "waiting" in (await door.desk.say(HANNA, f"status {answer.operation_id}")).text.lower()


FORGED_VERBS = (
    "",
    "CONFIRM",
    "confirm ",
    "authorise",
    "delete",
    "__class__",
    "confirm\0",
    "c" * 100_000,
    None,
    1,
    True,
    ["confirm"],
    {"v": "confirm"},
)


@pytest.mark.parametrize("verb", FORGED_VERBS, ids=lambda verb: repr(verb)[:20])
async def test_forged_verbs_do_nothing(door: Door, verb: Any) -> None:
    answer = await door.desk.say(HANNA, SET)
    assert "do not know this button" in (await press(door, answer, {"action": action(verb, id=answer.operation_id)}))["value"]
    assert (await door.desk.settled(answer, "Confirm")).verbs == ["confirm", "cancel", "suspect"]


BAD_IDS: tuple[Any, ...] = (
    "",
    " ",
    "../x",
    "1' OR '1'='1",
    "%",
    "*",
    "7Q2F\n",
    "7Q2F;",
    "A" * 13,
    "A" * 100_000,
    "é",
    "\ud800",
    "a\0b",
    None,
    1,
    True,
    ["7Q2F"],
    {},
)
UNKNOWN_IDS = ("0000", "ZZZZZZZZZZZZ", "null", "7q2f")


@pytest.mark.parametrize("verb", ["confirm", "cancel", "again", "choose", "refresh"])
async def test_forged_ids_do_nothing(door: Door, verb: str) -> None:
    answer = await door.desk.say(HANNA, SET)
    for bad in BAD_IDS:
        assert "do not know this button" in (await press(door, answer, {"action": action(verb, id=bad)}))["value"]
    for unknown in UNKNOWN_IDS:
        told = (await press(door, answer, {"action": action(verb, id=unknown)}))["value"]
        assert "do not know this card" in told or "choice is not yours" in told


@pytest.mark.parametrize(
    "pick", [None, -1, 2, 999, 10**40, "2", "-1", "1e0", "٣", "0x0", " ", "", True, 0.0, [0], {"pick": 0}, "0" * 1000], ids=repr
)
async def test_forged_picks_pick_nobody_and_leave_the_choice_open(door: Door, pick: Any) -> None:
    answer = await door.desk.say(HANNA, "show Jan de Vries")
    told = (await press(door, answer, {"action": action("choose", id=answer.operation_id, pick=pick)}))["value"]
    assert "do not know which one" in told
    shown = await press(door, answer, {"action": action("choose", id=answer.operation_id, pick=1)})
    assert "jan.de.vries@" in str(shown) or "jan.devries2@" in str(shown)


async def test_a_choice_is_for_the_one_who_asked(door: Door) -> None:
    answer = await door.desk.say(HANNA, "show Jan de Vries")
    told = (await press(door, answer, {"action": action("choose", id=answer.operation_id, pick=0)}, BRAM))["value"]
    assert "not yours" in told


async def test_further_data_in_a_press_changes_nothing(door: Door) -> None:
    answer = await door.desk.say(HANNA, SET)
    data = {"id": answer.operation_id, "actor": BRAM.id, "state": "queued", "changes": [], "target": "x", "pick": 0, "x": "y" * 50_000}
    assert "Cancelled" in str(await press(door, answer, {"action": action("cancel", **data), "actor": {"id": BRAM.id}}))


async def test_a_card_id_that_is_not_the_cards_redirects_nothing(door: Door) -> None:
    answer, other = await door.desk.say(HANNA, SET), await door.desk.say(HANNA, "help")
    value = {"action": action("cancel", id=answer.operation_id)}
    assert "Cancelled" in str(await press(door, answer, value, replyToId=other.message.id))
    await door.desk.settled(answer, "Cancelled")
    assert "Cancelled" not in other.text


async def test_a_submit_that_names_another_card_leaves_that_card_alone(door: Door) -> None:
    answer, other = await door.desk.say(HANNA, SET), await door.desk.say(HANNA, "help")
    value = {"verb": "cancel", "id": answer.operation_id}
    assert (await door.knock(door.activity(value=value, replyToId=other.message.id))).status == 200
    await door.desk.settled(answer, "Cancelled")
    assert "Cancelled" not in other.text


async def test_an_edited_message_is_told_and_not_run(door: Door) -> None:
    answer = await door.desk.say(HANNA, "help")
    typed = next(m for m in reversed(door.teams.thread(HANNA)) if not m.by_bot)
    for _ in range(2):  # the second edit has the id of the first, like every redelivery: one answer is enough
        assert await door.teams.edit(HANNA, typed.id, SET) == 200
    said = [m for m in door.teams.thread(HANNA) if m.id > answer.message.id]
    assert len(said) == 1
    assert "edited" in door.last_words()


@pytest.mark.parametrize("event", ["undeleteMessage", "softDeleteMessage", None, 1])
async def test_other_updates_of_a_message_are_none_of_ours(door: Door, event: Any) -> None:
    good, said = door.activity(SET, type="messageUpdate"), door.said()
    assert (await door.knock({**good, "channelData": good["channelData"] | {"eventType": event}})).status == 200
    assert door.said() == said


async def test_the_same_activity_again_does_nothing(door: Door) -> None:
    activity, said = door.activity(SET), door.said()
    for _ in range(3):
        assert (await door.knock(activity)).status == 200
    assert door.said() == said + 1


async def test_the_same_press_again_shows_how_things_stand(door: Door) -> None:
    answer = await door.desk.say(HANNA, SET)
    activity: dict[str, Any] = {"id": "f:the-same-press"}
    value = {"action": action("cancel", id=answer.operation_id)}
    first, second = await press(door, answer, value, **activity), await press(door, answer, value, **activity)
    assert first["value"] == second["value"]
    assert "Cancelled" in str(second)


async def test_a_message_and_its_edit_are_two_things_and_so_are_two_conversations(door: Door) -> None:
    message = activity_from(door.activity(id="1"))
    keys = {
        delivery_key(message),
        delivery_key(activity_from(door.activity(id="1", type="messageUpdate"))),
        delivery_key(activity_from(door.activity(id="2"))),
    }
    elsewhere = door.activity(id="1")
    keys.add(delivery_key(activity_from({**elsewhere, "conversation": elsewhere["conversation"] | {"id": "a:elsewhere"}})))
    assert len(keys) == 4
    assert delivery_key(message) in keys


async def test_long_ids_are_told_apart_to_their_end(door: Door) -> None:
    one, other = (delivery_key(activity_from(door.activity(id="x" * 5000 + end))) for end in "ab")
    assert one != other
    assert len(one) <= 400


async def test_only_what_a_press_says_itself_counts(door: Door) -> None:
    """A message's `value` and an invoke's `action` are read; one is never taken for the other."""
    submit = activity_from(door.activity(value={"verb": "confirm", "id": "7Q2F", "action": {"verb": "cancel", "data": {"id": "ABCD"}}}))
    found = card_action(submit)
    assert found is not None
    assert (found.verb, found.id, found.universal) == (Verb.CONFIRM, "7Q2F", False)
    assert card_action(activity_from(door.activity(type="invoke", value={"verb": "confirm", "id": "7Q2F"}))) is None


async def install(door: Door, where: Any) -> int:
    """Installs the app; how often the bot welcomed because of that. How an operation of an earlier test ended may be told meanwhile."""
    await door.teams.uninstall(where, by=HANNA)
    before = len(door.teams.sent)
    assert await door.teams.install(where, by=HANNA) == [200, 200]
    return sum("I am Doorman" in str(one.activity.get("summary")) for one in door.teams.sent[before:] if one.method == "send")


@pytest.mark.parametrize("where", [None, HELPDESK], ids=["personal", "channel"])
async def test_an_installation_is_welcomed_exactly_once(door: Door, where: Any) -> None:
    for _ in range(2):  # whoever removes the app and adds it again is welcomed again
        assert await install(door, where) == 1


async def test_a_redelivered_installation_is_not_welcomed_again(door: Door) -> None:
    added, said = door.activity(type="conversationUpdate", membersAdded=[{"id": f"28:{cast.BOT_APP_ID}"}]), door.said()
    for _ in range(3):
        assert (await door.knock(added)).status == 200
    assert door.said() == said + 1


@pytest.mark.parametrize("added", [[], [{"id": "29:somebody"}], [{}], [{"id": ""}], [{"id": f"28:{cast.GRAPH_APP_ID}"}], None])
async def test_nobody_else_is_welcomed(door: Door, added: Any) -> None:
    said = door.said()
    assert (await door.knock({**door.activity(type="conversationUpdate"), "membersAdded": added})).status == 200
    assert door.said() == said
