"""History of people who have left, of operations with a long life, and tickets of stops."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any

import pytest

from bot.domain.audit import Tag
from simulator import cast
from tests.desk import ALICE, BRAM, HANNA, HELPDESK, OSCAR, SAM, Desk, as_json
from tests.scenarios.proving import DIEGO
from tests.scenarios.telling import TELLING, notice
from tests.scenarios.test_stop_and_freeze import events, press_of

SET = "set mobile for alice +31 6 12345678"


def leave(desk: Desk, who: cast.Member) -> None:
    """Deletes the account in Entra."""
    person = desk.entra.tenant.people.pop(who.id)
    desk.entra.tenant._by_upn.pop(person.upn.lower())


async def test_a_request_is_one_sentence_and_its_details_are_folded_away(desk: Desk) -> None:
    await desk.change(HANNA, "set mobile for noor +31 6 12345678")
    dropped = await desk.say(HANNA, "set mobile for omar +31 6 12345678")
    await desk.press(HANNA, dropped, "cancel")
    for who, line in ((HANNA, "history"), (SAM, "history by hanna")):
        shown = await desk.say(who, line)
        told = [block["items"] for block in shown.card["body"] if block["type"] == "Container" and len(block["items"]) == 2]
        assert "Change mobile phone for Omar Farouk: cancelled, asked for by Hanna Visser" in told[0][0]["text"]
        assert "Set mobile phone for Noor Dekker: done, asked for by Hanna Visser" in told[1][0]["text"]
        assert len(told) == 2
        assert not any(details["isVisible"] for _, details in told)
        assert shown.card["actions"][0]["targetElements"] == [details["id"] for _, details in told]
        assert "confirmed the change" in as_json(told[1][1])
        assert "12345678" not in as_json(shown.card)


async def test_after_not_me_the_request_keeps_its_time_and_show_names_what_was_taken_back(database_url: str) -> None:
    async with Desk(database_url, **TELLING) as desk:
        await desk.change(HANNA, "set mobile for diego vega +31 6 12345678")
        told = await notice(desk, DIEGO)
        ended = re.search(r"DATE\(([^,]*),", (await desk.say(SAM, "history for diego vega")).text)
        assert ended
        desk.clock.forward(minutes=20)
        await desk.press(DIEGO, told, "not_me")
        await desk.logged("Take back what", "Done")
        history = await desk.say(SAM, "history for diego vega")
        rows = [each["items"][0]["text"] for each in history.card["body"] if each["type"] == "Container"]
        changed = next(row for row in rows if "Change mobile phone for Diego Vega: done" in row)
        assert "asked for by Hanna Visser; Diego Vega said later that it was not wanted" in changed
        assert ended[1] in changed
        assert rows.index(changed) == len(rows) - 1
        shown = (await desk.say(HANNA, "show diego vega")).text
        assert "says that it was somebody else." in shown
        past = shown.split("Latest changes")[1]
        assert past.index("· Diego Vega ·") < past.index("· Hanna Visser ·")


async def test_refusals_share_a_row_and_a_button_leads_to_what_is_older(desk: Desk) -> None:
    await desk.change(HANNA, "set mobile for noor +31 6 12345678")
    for number in range(17):
        await desk.say(HANNA, "show omar" if number < 11 else "set mobile for hanna visser +31 6 12345678")
    shown = await desk.say(SAM, "history by hanna")
    assert shown.text.count("was refused: ") == 0
    assert "and 6 lines that were refused" in shown.text
    assert "own account" in shown.text
    assert "of-refused" in shown.card["actions"][0]["targetElements"]
    assert [each["title"] for each in shown.card["actions"]] == ["Details", "Older"]
    older = await desk.press(SAM, shown, "choose")
    assert "Set mobile phone for Noor Dekker: done" in shown.text, older
    assert "Older" not in [each["title"] for each in shown.card["actions"]]
    mine = await desk.say(HANNA, "history")
    await desk.press(HANNA, mine, "choose")
    assert "Set mobile phone for Noor Dekker: done" in mine.text


@pytest.mark.storage
async def test_an_administrator_reads_the_history_of_somebody_who_has_left(desk: Desk) -> None:
    await desk.change(HANNA, SET)
    leave(desk, ALICE)
    for name in (ALICE.upn, ALICE.upn.upper(), ALICE.id, "Alice Jansen", '"alice jansen"'):
        shown = await desk.say(SAM, f"history for {name}")
        assert "History of Alice Jansen" in shown.text, name
        assert "finished the change" in shown.text
        assert "12345678" not in as_json(shown.card)
    assert "I find nobody called" in (await desk.say(SAM, "history for alice.jansen.example")).text
    for line in (f"show {ALICE.upn}", f"freeze {ALICE.upn}", f"set mobile for {ALICE.upn} +31 6 12345678"):
        assert "I find nobody called" in (await desk.say(SAM, line)).text, line


@pytest.mark.parametrize("who", [HANNA, OSCAR])
async def test_nobody_else_learns_who_was_here(desk: Desk, who: cast.Member) -> None:
    await desk.change(HANNA, SET)
    leave(desk, ALICE)
    answer = await desk.say(who, f"history for {ALICE.upn}")
    assert "Alice Jansen" not in answer.text
    assert "finished the change" not in answer.text


@pytest.mark.storage
async def test_somebody_who_was_only_frozen_and_an_agent_who_left_are_found_too(desk: Desk) -> None:
    await desk.say(BRAM, "freeze kenji tanaka")
    await desk.change(BRAM, SET)
    kenji = cast.person("Kenji Tanaka")
    leave(desk, kenji)
    leave(desk, BRAM)
    assert "froze this person" in (await desk.say(SAM, f"history for {kenji.upn}")).text
    for name in ("Bram Peeters", BRAM.id):
        assert "confirmed the change" in (await desk.say(SAM, f"history by {name}")).text


@pytest.mark.storage
async def test_of_two_who_left_with_one_name_an_administrator_picks(desk: Desk) -> None:
    for person in [person for person in cast.EVERYONE if person.name == "Jan de Vries"]:
        await desk.change(HANNA, f"set mobile for {person.upn} +31 6 1234567{len(person.upn) % 10}")
        leave(desk, person)
    choice = await desk.say(SAM, "history for jan de vries")
    assert choice.verbs == ["choose", "choose"]
    told = await desk.press(SAM, choice, "choose", data={"pick": "0"})
    assert "History of Jan de Vries" in as_json(told.card).replace("\\u00a0", " ")


@pytest.mark.storage
async def test_the_history_of_an_operation_shows_everything_or_says_how_much_is_missing(desk: Desk) -> None:
    answer = await desk.say(HANNA, SET, HELPDESK)
    for _ in range(30):
        await desk.press(BRAM, answer, "confirm")
    shown = await desk.say(SAM, f"history id {answer.operation_id}")
    assert shown.text.count("pressed a button and was refused") == 30
    assert "asked for a change" in shown.text  # the oldest event
    assert "not shown" not in shown.text

    await asyncio.gather(*(desk.press(BRAM, answer, "confirm", action=press_of("confirm", answer.operation_id)) for _ in range(90)))
    shown = await desk.say(SAM, f"history id {answer.operation_id}")
    listed = shown.text.count("pressed a button and was refused")
    assert listed >= 40
    assert f"{121 - listed} older events not shown" in shown.text
    assert len(json.dumps(shown.card)) < 25_000


@pytest.mark.parametrize(
    ("line", "tag", "words"),
    [
        ("freeze alice for 2 hours ticket 1234567890 because odd caller", Tag.CHAT_PERSON_FROZEN, "froze Alice Jansen"),
        ("unfreeze alice ticket 1234567890", Tag.CHAT_PERSON_UNFROZEN, "unfroze Alice Jansen"),
        ("pause ticket 1234567890", Tag.CHAT_CHANGES_PAUSED, "paused Doorman"),
        ("resume ticket 1234567890 because it is over", Tag.CHAT_CHANGES_RESUMED, "ended the pause"),
    ],
)
@pytest.mark.storage
async def test_the_ticket_of_a_stop_is_recorded_and_posted(desk: Desk, database_url: str, line: str, tag: Tag, words: str) -> None:
    if line.startswith(("unfreeze", "resume")):
        await desk.say(SAM, "freeze alice")
        await desk.say(SAM, "pause")
    await desk.say(SAM, line)
    post = await desk.logged(words)
    assert "Ticket 1234567890" in " ".join(texts(post.card() or {}))
    recorded = next(row for row in events(database_url) if row.tag == tag)
    assert json.loads(recorded.facts)["ticket"] == "1234567890"


def texts(card: dict[str, Any]) -> list[str]:
    """Each line of a card, its runs put together."""
    return ["".join(run["text"] for run in item["inlines"]) for item in card["body"] if item["type"] == "RichTextBlock"]


async def test_a_line_that_was_put_right_is_no_part_of_what_one_did(desk: Desk) -> None:
    await desk.say(HANNA, "set mobile for omar +31 6 123")
    await desk.say(HANNA, "set mobile for omar")
    await desk.say(HANNA, "swt mobbile fr omar")
    await desk.say(HANNA, "history by bram")  # what may not be said stays
    shown = (await desk.say(HANNA, "history")).text
    assert "Not allowed" in shown
    assert not any(word in shown for word in ("Please check", "Not understood", "opened a form"))
    for_administrators = (await desk.say(SAM, "history by hanna")).text
    assert "Please check" in for_administrators
