""" "Her", "him" and "them": the last person whose card was shown here, and nobody else."""

from __future__ import annotations

import pytest

from tests.desk import ALICE, BRAM, HANNA, HELPDESK, OMAR, Desk


async def test_her_is_whoever_was_shown_last(desk: Desk) -> None:
    await desk.say(HANNA, "show alice")
    answer = await desk.say(HANNA, "set mobile for her +31 6 12345678")
    assert "Alice Jansen" in answer.text
    await desk.press(HANNA, answer, "confirm")
    await desk.settled(answer, "Done")
    assert desk.phones(ALICE) == {"mobile": "+31 612345678"}
    assert "Alice Jansen" in (await desk.say(HANNA, "sign out them")).text
    await desk.say(HANNA, "show omar")
    assert "Omar Farouk" in (await desk.say(HANNA, "mobile the same +31 6 12345679")).text


@pytest.mark.parametrize("word", ["her", "him", "Them", "the same"])
async def test_nobody_was_spoken_about(desk: Desk, word: str) -> None:
    answer = await desk.say(HANNA, f"block {word}")
    assert "I do not know who" in answer.text
    assert "Say who" in answer.text
    assert answer.verbs == []


async def test_it_is_ones_own_and_of_this_conversation_and_of_this_hour(desk: Desk) -> None:
    await desk.say(HANNA, "show alice")
    assert "I do not know who" in (await desk.say(BRAM, "show her")).text
    assert "I do not know who" in (await desk.say(HANNA, "show her", HELPDESK)).text
    assert "Alice Jansen" in (await desk.say(HANNA, "show her")).text
    desk.clock.forward(minutes=61)
    assert "I do not know who" in (await desk.say(HANNA, "show her")).text


@pytest.mark.parametrize(
    "line",
    [
        "show jan de vries",  # several, to choose from
        "show nobody at all",
        "set mobile for ada +31 6 12345678",  # protected
        "pending",
        "history",
    ],
)
async def test_what_leaves_a_doubt_makes_it_nobody(desk: Desk, line: str) -> None:
    await desk.say(HANNA, "show alice")
    await desk.say(HANNA, line)
    assert "I do not know who" in (await desk.say(HANNA, "block her")).text


@pytest.mark.parametrize("line", ["help", "whoami", "shwo alice", "set mobile for her +31 6 12", "freeze her", "set"])
async def test_what_is_about_nobody_else_leaves_it_as_it_is(desk: Desk, line: str) -> None:
    await desk.say(HANNA, "show alice")
    await desk.say(HANNA, line)
    assert "Alice Jansen" in (await desk.say(HANNA, "show her")).text


async def test_a_pick_is_a_person_shown_by_name(desk: Desk) -> None:
    answer = await desk.say(HANNA, "show jan de vries")
    await desk.press(HANNA, answer, "choose")
    assert "Jan de Vries" in (await desk.say(HANNA, "show him")).text


async def test_a_quoted_name_is_a_name(desk: Desk) -> None:
    await desk.say(HANNA, "show omar")
    assert "nobody called “her”" in (await desk.say(HANNA, 'show "her"')).text
    assert OMAR.name not in (await desk.say(HANNA, "show her")).text
