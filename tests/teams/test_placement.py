"""Where each answer goes: one row for each kind of answer, way of asking and place."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.conversations import ConversationRef
from bot.domain.forms import FormShown
from bot.domain.incoming import CardAction, FileKind, Verb
from bot.domain.operation import Operation
from bot.domain.people import Actor, Person
from bot.domain.remarks import Remark, Tone
from bot.domain.replies import ApprovalShown, FileOffered, Help, OperationShown, Pending, Reply
from bot.domain.verbs import VERBS
from bot.teams.placement import Spot, placement

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
CHAT = ConversationRef("https://teams.example/", "a:1")
CHANNEL = ConversationRef("https://teams.example/", "19:x@thread.tacv2;messageid=7", "channel")
HANNA = Actor("id-hanna", "tenant", "Hanna")
OPERATION = Operation(
    id="7QXF", command="block", text="block for alice@x.nl", requester=HANNA, target=Person("id-alice", "Alice Jansen", "alice@x.nl"),
    changes=(), conversation=CHAT, created_at=NOW, expires_at=NOW + timedelta(minutes=10),
)  # fmt: skip

REFUSED = Remark("No.", tone=Tone.REFUSED)
DONE = Remark("Done.", tone=Tone.DONE)
FACTS = Remark("Found.", facts=(("Default", "push"),))
FROZEN = Remark("Frozen.", tone=Tone.DONE, take_back="7QXF")
CARD = OperationShown(OPERATION, NOW)
APPROVAL = ApprovalShown(OPERATION, NOW)
LIST = Pending((), (), NOW)
HELP = Help("Help")
FORM = FormShown("f", "Block", "", "block <who>", "block omar", ())
UNFIT = FormShown("f", "Block", "", "block <who>", "block omar", (), problem=REFUSED)
ROWS = FileOffered(FileKind.RESULT, "7QXF", "rows.csv", "Rows.", 1)
TEMPLATE = FileOffered(FileKind.TEMPLATE, "", "template.csv", "Columns.", 1)
BOTH = (CHAT, CHANNEL)


@pytest.mark.parametrize(
    ("reply", "chat", "channel"),
    [
        (REFUSED, Spot.BELOW, Spot.BELOW),
        (CARD, Spot.BELOW, Spot.BELOW),
        (LIST, Spot.BELOW, Spot.BELOW),
        (HELP, Spot.BELOW, Spot.BELOW),
        (ROWS, Spot.BELOW, Spot.OFFERED_IN_OWN_CHAT),
        (TEMPLATE, Spot.BELOW, Spot.NO_FILES),
    ],
)
def test_what_was_typed(reply: Reply, chat: Spot, channel: Spot) -> None:
    assert [placement(reply, where) for where in BOTH] == [chat, channel]


@pytest.mark.parametrize(
    ("verb", "reply", "executed", "submitted"),
    [
        # A sentence is the presser's alone.
        (Verb.CONFIRM, REFUSED, Spot.TOLD, Spot.OWN_CHAT),
        (Verb.TAKE_BACK, DONE, Spot.TOLD, Spot.OWN_CHAT),
        (Verb.SUSPECT, FROZEN, Spot.TOLD_AND_WRITTEN, Spot.OWN_CHAT),
        (Verb.CHOOSE, REFUSED, Spot.TOLD, Spot.OWN_CHAT),
        (Verb.OPEN, REFUSED, Spot.TOLD, Spot.OWN_CHAT),
        # But what a command comes to is for everybody, and what has facts needs a card.
        (Verb.OPEN, DONE, Spot.BELOW, Spot.BELOW),
        (Verb.FILL, DONE, Spot.INSTEAD, Spot.INSTEAD),
        (Verb.CHOOSE, FACTS, Spot.INSTEAD, Spot.INSTEAD),
        # The pressed card as it is now: with Action.Submit the only one there is.
        (Verb.CONFIRM, CARD, Spot.VIEW, Spot.INSTEAD),
        (Verb.REFRESH, CARD, Spot.VIEW, Spot.INSTEAD),
        (Verb.APPROVE, APPROVAL, Spot.VIEW, Spot.NOWHERE),
        (Verb.APPROVE, LIST, Spot.VIEW_INSTEAD, Spot.INSTEAD),
        # A new card, in place of what is spent or below what stays.
        (Verb.AGAIN, CARD, Spot.INSTEAD, Spot.INSTEAD),
        (Verb.CHOOSE, CARD, Spot.INSTEAD, Spot.INSTEAD),
        (Verb.REPLACE, CARD, Spot.BELOW, Spot.BELOW),
        (Verb.STRONGER, CARD, Spot.BELOW, Spot.BELOW),
        (Verb.OPEN, FORM, Spot.BELOW, Spot.BELOW),
        (Verb.OPEN, HELP, Spot.BELOW, Spot.BELOW),
    ],
)
def test_what_was_pressed(verb: Verb, reply: Reply, executed: Spot, submitted: Spot) -> None:
    for where in BOTH:
        assert [placement(reply, where, press(verb, where, universal=each)) for each in (True, False)] == [executed, submitted]


@pytest.mark.parametrize(
    ("where", "universal", "reply", "spot"),
    [
        (CHAT, True, UNFIT, Spot.VIEW),
        (CHANNEL, True, UNFIT, Spot.VIEW),
        (CHAT, False, UNFIT, Spot.INSTEAD),
        (CHANNEL, False, UNFIT, Spot.OWN_CHAT),  # what was filled in is not for everybody
        (CHAT, True, FORM, Spot.INSTEAD),
        (CHANNEL, False, FORM, Spot.INSTEAD),
    ],
)
def test_a_form_that_was_filled_in(where: ConversationRef, universal: bool, reply: Reply, spot: Spot) -> None:
    assert placement(reply, where, press(Verb.FILL, where, universal=universal)) is spot


@pytest.mark.parametrize("universal", [True, False])
@pytest.mark.parametrize("verb", [Verb.PREVIEW, Verb.RESULT, Verb.LIST, Verb.TEMPLATE])
def test_a_file_that_a_press_asks_for(verb: Verb, universal: bool) -> None:
    assert placement(ROWS, CHAT, press(verb, CHAT, universal=universal)) is Spot.BELOW
    assert placement(ROWS, CHANNEL, press(verb, CHANNEL, universal=universal)) is Spot.OFFERED_IN_OWN_CHAT
    assert placement(TEMPLATE, CHANNEL, press(verb, CHANNEL, universal=universal)) is Spot.NO_FILES


@pytest.mark.parametrize("verb", VERBS)
def test_no_verb_shows_a_refusal_to_others(verb: Verb) -> None:
    for where in BOTH:
        assert placement(REFUSED, where, press(verb, where, universal=True)) is Spot.TOLD
        assert placement(REFUSED, where, press(verb, where, universal=False)) is Spot.OWN_CHAT


def press(verb: Verb, where: ConversationRef, *, universal: bool) -> CardAction:
    return CardAction("key", HANNA, verb, "7QXF", where, universal=universal)
