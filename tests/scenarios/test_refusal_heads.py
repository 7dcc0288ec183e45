"""What stands above a no: it fits what was said, and is chosen by the kind of the no."""

from __future__ import annotations

import pytest

from simulator import cast
from tests.desk import HANNA, OSCAR, SAM, Answer, Desk

pytestmark = pytest.mark.asyncio(loop_scope="module")

DUTCH = cast.person("Bram Peeters")


def said(answer: Answer) -> str:
    """Its words with one blank between them."""
    return " ".join(answer.text.split())


@pytest.mark.parametrize(
    ("who", "line", "head"),
    [
        (HANNA, "make coffee", "? Not understood"),
        (HANNA, "set mobile for alice +31 6 12", "? Please check"),
        (HANNA, "set mobile for alice +31 6 12345678 ticket", "… Something is missing"),
        (HANNA, "show niemendal", "? Not found"),
        (HANNA, "status 7QXF", "? Not found"),
        (HANNA, "unblock noor", "– Nothing to do"),
        (HANNA, "remove mobile for noor", "– Nothing to do"),
        (SAM, "resume", "– Nothing to do"),
        (HANNA, "set mobile for hanna +31 6 12345678", "✗ Not allowed"),
        (HANNA, "pause because of a drill", "✗ Not allowed"),
        (OSCAR, "show alice", "✗ Not allowed"),
        (HANNA, "history for alice", "✗ Not allowed"),
        (SAM, "log here", "✗ Not here"),
        (SAM, "approvals here", "✗ Not here"),
        (HANNA, "add alternate mobile for noor +31 6 12345678", "✗ Not possible"),
    ],
)
async def test_the_head_fits(asked: Desk, who: cast.Member, line: str, head: str) -> None:
    assert said(await asked.say(who, line)).startswith(head)


async def test_what_is_held_back_is_not_now(asked: Desk) -> None:
    await asked.say(SAM, "pause because of a drill")
    try:
        assert "◔ Not now" in said(await asked.say(HANNA, "set mobile for noor +31 6 12345678"))
        assert "– Nothing to do" in said(await asked.say(SAM, "pause"))
    finally:
        await asked.say(SAM, "resume")


async def test_a_form_says_what_is_wrong_with_it_in_the_same_words(asked: Desk) -> None:
    form = await asked.say(HANNA, "freeze")
    await asked.press(HANNA, form, "fill", data={})
    assert "… Something is missing" in said(form)


async def test_in_dutch_too(asked: Desk) -> None:
    asked.teams.speak(DUTCH, "nl-NL")
    assert said(await asked.say(DUTCH, "maak koffie")).startswith("? Niet begrepen")
    assert said(await asked.say(DUTCH, "deblokkeer noor")).startswith("– Niets te doen")
