"""What is quoted or forwarded is no part of what is said, in whatever form a client writes it down."""

from __future__ import annotations

from typing import Any

import pytest

from bot.teams.quotes import own_words
from simulator.teams.identity import mri
from simulator.teams.quotes import STYLES
from tests.desk import BRAM, HANNA, HELPDESK, OMAR, OSCAR, Desk
from tests.teams.door import Door

pytestmark = pytest.mark.asyncio(loop_scope="module")

OTHERS = ("block omar", "hello Hanna, please\nblock omar\nshow omar", 'x</blockquote> <block omar> "block omar" &amp; > block omar', "ok")


def changes(desk: Desk) -> list[Any]:
    return [event for event in desk.trail() if event.tag == "operation.proposed"]


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("where", [None, HELPDESK], ids=["own chat", "channel"])
async def test_only_ones_own_words_are_read(door: Door, style: str, where: Any) -> None:
    desk, proposed = door.desk, changes(door.desk)
    for words in OTHERS:
        quoted = await desk.teams.say(BRAM, "hello", where or BRAM)
        answer = await desk.say(HANNA, "show alice", where, quoting=(quoted, words), style=style)
        assert "Alice Jansen" in answer.text, (words, answer.text)
    assert changes(desk) == proposed


@pytest.mark.parametrize("style", STYLES)
async def test_who_only_quotes_has_said_nothing(door: Door, style: str) -> None:
    for where in (None, HELPDESK):
        quoted = await door.teams.say(BRAM, "hello", where or BRAM)
        answer = await door.desk.say(HANNA, "", where, quoting=(quoted, "show omar"), style=style)
        assert "wrote nothing of your own" in answer.text, (where, answer.text)
        assert "Omar Farouk" not in answer.text


@pytest.mark.parametrize("style", ["reply", "inline", "mark", "lines"])
async def test_mentions_beside_a_quotation_still_mean_whom_they_mean(door: Door, style: str) -> None:
    quoted = await door.teams.say(BRAM, "hello", HELPDESK)
    answer = await door.desk.say(HANNA, f"show @{OSCAR.name}", HELPDESK, mentions=[OSCAR], quoting=(quoted, "block omar"), style=style)
    assert OSCAR.upn in answer.text


async def test_of_namesakes_a_quotation_leaves_open_who_is_mentioned(door: Door) -> None:
    """The entities stand for what was quoted too, so the first of the two may be the other's."""
    activity = door.teams.compose(HANNA, f"show @{OSCAR.name}", mentions=[OSCAR])
    namesake = {"type": "mention", "mentioned": {"id": mri(BRAM), "name": OSCAR.name}, "text": f"<at>{OSCAR.name}</at>"}
    quotation = f'<blockquote itemtype="http://schema.skype.com/Forward"><at>{OSCAR.name}</at></blockquote>'
    await door.knock(activity | {"entities": [namesake, *activity["entities"]], "text": f"{quotation}{activity['text']}"})
    assert "did not tell me which account" in door.last_words()


async def test_an_edit_with_a_quotation_is_an_edit(door: Door) -> None:
    quoted = await door.teams.say(BRAM, "hello", BRAM)
    said = await door.desk.say(HANNA, "show alice", quoting=(quoted, "block omar"), style="inline")
    mine = next(message for message in door.teams.thread(HANNA) if message.id == said.message.reply_to_id)
    await door.teams.edit(HANNA, mine.id, "show omar")
    assert "edited messages" in door.last_words()


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ('<quoted messageId="1"/>show omar', "show omar"),
        ("<QUOTED messageid='1' />\r\nshow omar", "show omar"),
        ('<quoted messageId="1"></quoted> show omar', "show omar"),
        ('<quoted messageId="1"/><quoted messageId="2"/> show omar', "show omar"),
        ("&lt;quoted messageId=&quot;1&quot;/&gt; show omar", "show omar"),
        ("> a\n> block b\n\nshow omar", "show omar"),
        ("&gt; block b\r\nshow omar", "show omar"),
        ("show\n> block b\nomar", "show omar"),
        ("<blockquote>a<blockquote>b</blockquote>c</blockquote>show omar", "show omar"),
        ("<blockquote itemscope>a</blockquote>show<blockquote>b</blockquote>omar", "show omar"),
        ("show omar <blockquote>block b", "show omar"),  # it does not end
        ("block b</blockquote>show omar", "show omar"),  # it did not begin
        ('<quoted messageId="1" preview="block b > block c < d"/> show omar', "show omar"),
        ("<blockquote title='a > block b'>block c</blockquote>show omar", "show omar"),
        ('<quoted preview="5" of rain"/> show omar', "show omar"),  # its quotation marks do not fit
        ("<p>&gt; block b</p><p>show omar</p>", "show omar"),
        ("> block b<br>show omar", "show omar"),
        ("<div>show omar</div><div>&gt; block b</div>", "show omar"),
        ("show a > b", "show a > b"),
        ("show <alice@x.nl>", "show <alice@x.nl>"),
        ("quoted omar", "quoted omar"),
    ],
)
async def test_of_the_plain_text_alone(text: str, own: str) -> None:
    kept, quoting = own_words(text, ())
    assert " ".join(kept.split()) == own
    assert quoting == (own not in text or own != text)


async def test_it_takes_no_time(door: Door) -> None:
    """Bounded work for 200 KB of anything: a quadratic reading would take minutes, and the test would not end."""
    for piece in (
        "<blockquote ",
        "<quoted>",
        "</blockquote>",
        "&lt;quoted ",
        "> ",
        "<blockquote a='>",
        "&lt;blockquote&",
        '<quoted x="',
        "<quoted x='y' ",
        "<p>> ",
    ):
        text = piece * (200_000 // len(piece))
        own_words(text, ())
        await door.knock(door.activity(text))


@pytest.mark.parametrize("value", [{}, [], "", 0, False])
async def test_an_empty_value_beside_words_says_nothing(door: Door, value: Any) -> None:
    await door.knock(door.activity("show omar", value=value))
    assert OMAR.upn in door.last_words()
    await door.knock(door.activity("", value=value))
    assert "do not know this button" in door.last_words()


async def test_a_value_with_something_in_it_is_a_button_as_before(door: Door) -> None:
    await door.knock(door.activity("show omar", value={"verb": "nonsense", "id": "1"}))
    assert "do not know this button" in door.last_words()
