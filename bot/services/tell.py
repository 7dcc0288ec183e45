"""Short messages beside the cards, because a card that changes in place notifies nobody: to the requester, and to those who decide."""

from __future__ import annotations

from bot.domain.exchange import ConversationRef, Notice, Tone
from bot.domain.operation import Operation, State
from bot.domain.phone import mask_text
from bot.errors import ChatError
from bot.ports import Announcer, Clock, Operations, Sleep
from bot.services.announce import pause_after, undeliverable


async def tell(operations: Operations, announcer: Announcer, clock: Clock, sleep: Sleep, subject: str) -> None:
    """Tells the requester of an approval, or how it ended without being carried out.

    Args:
        subject: the operation's id, a colon, and the number of the approval or any other word for the end.
    """
    operation_id, _, occasion = subject.partition(":")
    operation = await operations.get(operation_id)
    if operation is None:
        return
    notice = approved(operation, int(occasion)) if occasion.isdigit() else ended(operation)
    attempt = 0
    while True:
        try:
            await announcer.send(operation.conversation, notice)
            return
        except ChatError as error:
            attempt += 1
            if (pause := pause_after(error, attempt)) is None:
                await undeliverable(operations, clock, operation, error)
                return
            await sleep(pause)


def approved(operation: Operation, number: int) -> Notice:
    """What the requester hears of the approval with this number, from 1."""
    name, needed = operation.approvals[number - 1].approver_name, operation.need.approvals
    if number < needed:
        more = "one more person has" if needed - number == 1 else f"{needed - number} more people have"
        return Notice(f"{name} approved {operation.id} ({number} of {needed}); {more} to agree.")
    if operation.once_only:
        here = operation.conversation.kind == "personal"
        where = "its card" if here else f"the card you get for `status {operation.id}` in a personal chat"
        return Notice(f"{name} approved {operation.id}: press Reveal on {where}.", "", Tone.DONE, "Approved")
    return Notice(f"{name} approved {operation.id}; it is being carried out, and its card shows the result.", "", Tone.DONE, "Approved")


def ended(operation: Operation) -> Notice:
    """What the requester hears of an operation that ended without being carried out."""
    outcome = mask_text(operation.outcome)
    text = outcome if operation.id in outcome else f"{operation.id}: {outcome}"
    hint = "Still needed? Send the command again." if operation.state is State.EXPIRED else ""
    return Notice(text, hint, Tone.REFUSED, "Suspicious call" if operation.state is State.CANCELLED else "Not carried out")


async def remind(operations: Operations, announcer: Announcer, clock: Clock, sleep: Sleep, operation_id: str) -> None:
    """Says in the thread of the approvers' card that it still waits; nothing when it does not, or when its card never got there."""
    attempt = 0
    while True:
        operation = await operations.get(operation_id)
        left = (operation.expires_at - clock()).total_seconds() if operation and operation.state is State.AWAITING_APPROVAL else 0.0
        if operation is None or left <= 0 or not operation.approval_where or not operation.approval_card_id:
            return
        try:
            await announcer.send(_thread(operation.approval_where, operation.approval_card_id), reminder(operation, left))
            return
        except ChatError as error:
            attempt += 1
            if (pause := pause_after(error, attempt)) is None:
                return
            await sleep(pause)


def reminder(operation: Operation, seconds: float) -> Notice:
    """What approvers are reminded of."""
    need, minutes = operation.need, max(1, round(seconds / 60))
    agreed = f" {operation.approvers} agreed ({len(operation.approvals)} of {need.approvals})." if operation.approvals else ""
    return Notice(
        f"{operation.id} still waits for {need.group_names}: asked by {operation.requester.name} for {operation.target.name}.{agreed} "
        f"It expires in {minutes} {'minute' if minutes == 1 else 'minutes'}."
    )


def _thread(where: ConversationRef, message_id: str) -> ConversationRef:
    """The thread of a message in a channel; where it is in one already, that one."""
    if ";messageid=" in where.conversation_id:
        return where
    return ConversationRef(where.service_url, f"{where.conversation_id};messageid={message_id}", where.kind, where.team_id)
