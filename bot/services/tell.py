"""Short messages beside the cards, because a card that changes in place notifies nobody: to the requester, and to those who decide."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import replace
from functools import partial

from bot.domain.bulk import ASKS, CHECKED, OVER
from bot.domain.consequences import ASKING, VOUCHED
from bot.domain.conversations import ConversationRef
from bot.domain.life import State
from bot.domain.operation import Operation
from bot.domain.people import Actor
from bot.domain.phone import mask_text
from bot.domain.remarks import Remark, Tone
from bot.domain.replies import OperationShown
from bot.domain.said import join, say, say_count
from bot.ports import Announcer, BulkJobs, Chats, Clock, Operations, Sleep
from bot.retry import Post, until_all_taken, until_taken
from bot.services.announce import undeliverable
from bot.services.bulk.asks import asks_no_more, told_of


async def tell(operations: Operations, jobs: BulkJobs, announcer: Announcer, clock: Clock, sleep: Sleep, subject: str) -> None:
    """Tells the requester of an approval, or how it ended without being carried out.

    Args:
        subject: the operation's id, a colon, and the number of the approval or any other word for the end.
    """
    operation_id, _, occasion = subject.partition(":")
    operation = await operations.get(operation_id)
    if operation is None:
        return
    if not operation.conversation.conversation_id:
        return  # asked in a terminal
    if occasion.isdigit():
        remark = approved(operation, int(occasion))
    elif occasion.startswith(VOUCHED):
        text = say("The manager of {name} has answered: the card of {id} says what.", name=operation.target.name, id=operation.id)
        remark = Remark(text, title=say("Is it really them?"))
    else:
        remark = job_news(operation, occasion) or ended(operation)
    if _in_their_own_chat(operation):
        remark = replace(remark, about=operation)
    asks = operation.bulk is not None and occasion.startswith(ASKS)
    comes = occasion.isdigit() and _card_comes(operation)

    async def post() -> None:
        if comes:
            shown = OperationShown(operation, clock(), own=True)
            await operations.set_card(operation.id, await announcer.send(operation.conversation, shown, operation.requester))
            return
        if asks and (await jobs.progress(operation.id, clock())).hold not in ASKING:
            return  # it was answered before anybody was told
        message_id = await announcer.send(operation.conversation, remark, operation.requester)
        if asks:
            await told_of(operations, operation, message_id, clock)
            hold = (await jobs.progress(operation.id, clock())).hold
            await asks_no_more(operations, announcer, operation, hold, clock)

    if refused := await until_taken(post, sleep):
        await undeliverable(operations, clock, operation.id, refused)
    elif comes and operation.card_id:  # if Teams refuses this, two cards show it, and either will do
        await until_taken(partial(_says_below, announcer, operation), sleep)


def _in_their_own_chat(operation: Operation) -> bool:
    """Whether its requester alone reads what is said of it, so that there may be a button of the next step; a file has its own card."""
    return operation.bulk is None and operation.conversation.kind == "personal"


def _card_comes(operation: Operation) -> bool:
    """Whether its requester has to press something on the card now, where they alone can."""
    return operation.state is State.READY and not operation.handed_over and _in_their_own_chat(operation)


async def _says_below(announcer: Announcer, operation: Operation) -> None:
    """Where the card stood that came to its requester: they would have had to look for it, so it is the last in the chat."""
    text = say("{who} approved {id}. Its card is below.", who=operation.approvers, id=operation.id)
    await announcer.update(operation.conversation, operation.card_id, Remark(text), operation.requester)


def approved(operation: Operation, number: int) -> Remark:
    """What the requester hears of the approval with this number, from 1."""
    name, needed = operation.approvals[number - 1].approver_name, operation.need.approvals
    if number < needed:
        return Remark(
            say_count(
                needed - number,
                "{name} approved {id} ({number} of {needed}); one more person has to agree.",
                "{name} approved {id} ({number} of {needed}); {count} more people have to agree.",
                name=name,
                id=operation.id,
                number=number,
                needed=needed,
            )
        )
    if operation.handed_over:
        text = say("{name} approved {id}: {manager}, the manager, gets a card and reveals it there.", name=name, id=operation.id,
                   manager=operation.revealer.name)  # fmt: skip
        return Remark(text, "", Tone.DONE, say("Approved"))
    if operation.once_only:
        if operation.conversation.kind == "personal":  # revealed before this could be said, else its card would have come
            return Remark(say("{name} approved {id}.", name=name, id=operation.id), "", Tone.DONE, say("Approved"))
        text = say(
            "{name} approved {id}: press Reveal on the card you get for `status {id}` in a personal chat.", name=name, id=operation.id
        )
        return Remark(text, "", Tone.DONE, say("Approved"))
    return Remark(
        say("{name} approved {id}; it is being carried out, and its card shows the result.", name=name, id=operation.id),
        "",
        Tone.DONE,
        say("Approved"),
    )


#: How the end of a bulk job sounds; anything else is a problem.
_OVER = {
    State.SUCCEEDED: (Tone.DONE, ""),
    State.PARTIAL: (Tone.PROBLEM, say("Partly done")),
    State.CANCELLED: (Tone.INFO, say("Stopped before the end")),
}


def job_news(operation: Operation, occasion: str) -> Remark | None:
    """What the requester of a bulk job hears beside its card; None of anything else."""
    if operation.bulk is None:
        return None
    who, what = operation.id, operation.bulk.file
    if occasion == CHECKED:
        return Remark(say("{id}: every row of {file} is checked. Its card shows what would happen.", id=who, file=what))
    if occasion.startswith(ASKS):
        text = say("{id} stands still, and its card asks how to go on with {file}.", id=who, file=what)
        hint = say("Press a button there, or type `bulk resume {id}` or `bulk cancel {id}`.", id=who)
        return Remark(text, hint, Tone.INFO, say("Your answer is needed"))
    if occasion == OVER:
        tone, title = _OVER.get(operation.state, (Tone.PROBLEM, ""))
        return Remark(say("{id}, {file}: {outcome}", id=who, file=what, outcome=operation.outcome), "", tone, title)
    return None


def ended(operation: Operation) -> Remark:
    """What the requester hears of an operation that ended without being carried out."""
    outcome = mask_text(operation.outcome)
    text = outcome if operation.id in outcome else say("{id}: {outcome}", id=operation.id, outcome=outcome)
    if operation.state is State.PARTIAL and not operation.once_only:
        return Remark(text, "", Tone.PROBLEM, say("Partly done"))
    if operation.state is State.PARTIAL:
        return Remark(text, say("Its card offers to replace it."), Tone.PROBLEM, say("Nobody saw it"))
    own = _in_their_own_chat(operation)
    again = say("Still needed? Press “Send again”.") if own else say("Still needed? Press “Send again” on its card.")
    hint = again if operation.state is State.EXPIRED else ""
    return Remark(text, hint, Tone.REFUSED, say("Suspicious call") if operation.state is State.CANCELLED else say("Not carried out"))


async def remind(operations: Operations, chats: Chats, announcer: Announcer, clock: Clock, sleep: Sleep, operation_id: str) -> None:
    """Says beside every approvers' card that it still waits; nothing when it does not, or where the card never got to."""

    async def reminders() -> Mapping[Hashable, Post]:
        operation = await operations.get(operation_id)
        left = (operation.expires_at - clock()).total_seconds() if operation and operation.state is State.AWAITING_APPROVAL else 0.0
        if operation is None or left <= 0:
            return {}
        return {
            where.conversation_id: partial(announcer.send, where, reminder(operation, left, in_person=reader is not None), reader)
            for where, reader in await _beside_cards(chats, operation)
        }

    await until_all_taken(reminders, sleep)


async def _beside_cards(chats: Chats, operation: Operation) -> list[tuple[ConversationRef, Actor | None]]:
    """Where those are who have not agreed yet, and who reads it where that is one person."""
    if operation.approval_where:
        return [(_thread(operation.approval_where, operation.approval_card_id), None)] if operation.approval_card_id else []
    cards = await chats.asked(operation.id)
    return [(card.where, card.reader) for card in cards if card.card_id and not card.refused and card.reader.id not in operation.agreed]


def reminder(operation: Operation, seconds: float, *, in_person: bool = False) -> Remark:
    """What approvers are reminded of, in a channel or each in their own chat."""
    need, minutes = operation.need, max(1, round(seconds / 60))
    agreed = (
        say(
            "{approvers} agreed ({count} of {approvals}).",
            approvers=operation.approvers,
            count=len(operation.approvals),
            approvals=need.approvals,
        )
        if operation.approvals
        else ""
    )
    waits = say(
        "{id} still waits for {groups}: asked by {requester} for {name}.",
        id=operation.id,
        groups=need.group_names,
        requester=operation.requester.name,
        name=operation.target.name,
    )
    return Remark(
        join(" ", (waits, agreed, say_count(minutes, "It expires in {count} minute.", "It expires in {count} minutes."))),
        say("Decide on its card in this chat, or type `pending`.") if in_person else "",
    )


def _thread(where: ConversationRef, message_id: str) -> ConversationRef:
    """The thread of a message in a channel; where it is in one already, that one."""
    if ";messageid=" in where.conversation_id:
        return where
    return ConversationRef(
        where.service_url,
        f"{where.conversation_id};messageid={message_id}",
        where.kind,
        where.team_id,
    )
