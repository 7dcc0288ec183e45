"""“This was not me”: the press, from Teams or a mail, and what follows. Each step is on its own: one that fails stops no other.

First and in our own database, so that it holds whatever else answers: the freeze, whatever waits about the person withdrawn, the post in
the log channel (`ports.NotMe.press`). Then an operation that ends the sessions and removes what was added, carried out, read back and
logged like every other (`domain.not_me.stopping`). Then the approvers hear of it, and the message that was pressed says so.
"""

from __future__ import annotations

import asyncio
from collections.abc import Hashable, Mapping
from dataclasses import replace
from functools import partial

import structlog

from bot.domain.audit import AuditEvent, Tag
from bot.domain.incoming import CardAction
from bot.domain.methods import Dossier
from bot.domain.not_me import begun_event, freeze_after, pressed_event, red_post, stopping, who_said
from bot.domain.notice_rules import NotMeRules, Way
from bot.domain.notices import LINK_FOR, Notice
from bot.domain.operation import Approval, Operation
from bot.domain.outside import NoticeShown
from bot.domain.people import Actor, Person
from bot.domain.remarks import LogNote, Remark, Tone
from bot.domain.replies import Reply
from bot.domain.said import say
from bot.errors import DirectoryError, Throttled, Unavailable
from bot.ports import Announcer, Chats, Clock, Directory, NotMe, Operations, Sleep
from bot.retry import Post, pause_asking, until_all_taken
from bot.services.announce import undeliverable
from bot.services.notify import InTeams
from bot.services.view import unknown

log = structlog.get_logger()

#: While Entra ID does not answer it is asked again after so long.
ASK_AGAIN_SECONDS = 15.0


class NotMeDesk:
    """Takes presses, and carries on what they began.

    Args:
        contact: how the helpdesk is reached; empty where no setting says.
    """

    def __init__(
        self, operations: Operations, not_me: NotMe, directory: Directory, rules: NotMeRules, contact: str, clock: Clock, sleep: Sleep
    ) -> None:
        self._operations = operations
        self._not_me = not_me
        self._directory = directory
        self._rules = rules
        self._contact = contact
        self._clock = clock
        self._sleep = sleep

    async def press(self, action: CardAction) -> Reply:
        """The button of a notice in Teams, pressed by whoever the notice went to.

        Raises:
            Refusal: it is nobody's notice, or somebody else's; the same words for both.
        """
        notice = await self._not_me.notice(action.id)
        if notice is None or notice.way is not Way.TEAMS or notice.person_id.lower() != action.actor.id:
            raise unknown(action.verb)
        operation = await self._said(notice, action.actor)
        return NoticeShown(replace(notice, pressed_at=notice.pressed_at or self._clock()), operation, self._contact)

    async def by_mail(self, notice_id: str) -> Notice | None:
        """The page of a mail's link, when its button was pressed: None when there is no such link, or none any more."""
        notice = await self.linked(notice_id)
        if notice and not notice.pressed_at:
            await self._said(notice, None)
            notice = replace(notice, pressed_at=self._clock())
        return notice

    async def linked(self, notice_id: str) -> Notice | None:
        """What a link belongs to; None when there is no such link, or none any more. Changes nothing."""
        notice = await self._not_me.notice(notice_id)
        if notice is None or notice.way is not Way.MAIL or self._clock() > (notice.told_at or notice.at) + LINK_FOR:
            return None
        return notice

    async def _said(self, notice: Notice, actor: Actor | None) -> Operation:
        operation = await self._not_me.about(notice)
        if notice.pressed_at is None:
            now, target, rules = self._clock(), operation.target, self._rules

            def post(often: int) -> LogNote | None:
                return red_post(notice, operation, rules, now, often=often) if rules.log else None

            event = pressed_event(notice, operation, actor, now)
            if await self._not_me.press(notice, freeze_after(notice, operation, rules, now), event, post, who_said(notice, target)):
                log.warning("somebody says that a change was not theirs", action="not_me", operation=operation.id)
        return operation

    async def carry_on(self, announcer: Announcer, chats: Chats, in_teams: InTeams, notice_id: str) -> None:
        """What follows from a press, begun once and gone on with after a death of the process."""
        notice = await self._not_me.notice(notice_id)
        if notice:
            operation = await self._not_me.about(notice)
            await asyncio.gather(self._take_away(notice, operation), self._tell(announcer, chats, in_teams, notice, operation))

    async def _take_away(self, notice: Notice, operation: Operation) -> None:
        if notice.stop_id:
            return
        dossier = await self._dossier(operation.target)
        made = stopping(notice, operation, dossier, self._rules, self._clock())
        if made:
            await self._not_me.begin(notice, made, begun_event(made, self._clock()))

    async def _dossier(self, target: Person) -> Dossier | None:
        """The person as they are now, however long Entra ID takes; None where it never shows them to us."""
        while True:
            try:
                return await self._directory.dossier(target.id)
            except (Throttled, Unavailable) as error:
                await self._sleep(pause_asking(error, ASK_AGAIN_SECONDS))
            except DirectoryError as error:
                log.warning("cannot see what was added", action="not_me_unseen", status=error.status)
                return None

    async def _tell(self, announcer: Announcer, chats: Chats, in_teams: InTeams, notice: Notice, operation: Operation) -> None:
        """The message that was pressed says so, and those who agreed hear of it in their own chats."""
        posts: dict[Hashable, Post] = {}
        pressed = NoticeShown(notice, operation, self._contact)
        for chat in await chats.of([notice.person_id.lower()]) if notice.card_id else ():
            posts["card"] = partial(announcer.update, chat.where, notice.card_id, pressed, chat.reader)
        if self._rules.approvers:
            events = await self._operations.events(operation_id=operation.id)
            told = {event.actor_id for event in events if event.tag is Tag.NOT_ME_APPROVER_TOLD}
            untold = [approval for approval in operation.approvals if approval.approver_id not in told]
            posts |= {approval.approver_id: partial(self._approver, in_teams, approval, operation) for approval in untold}

        async def left() -> Mapping[Hashable, Post]:
            return posts

        await until_all_taken(left, self._sleep, partial(undeliverable, self._operations, self._clock, operation.id))

    async def _approver(self, in_teams: InTeams, approval: Approval, operation: Operation) -> None:
        await in_teams.send(approval.approver_id, approval.approver_name, "", _to_approver(operation))
        who = (approval.approver_id, approval.approver_name)
        await self._operations.record(AuditEvent(Tag.NOT_ME_APPROVER_TOLD, self._clock(), *who, operation.id, operation.target.id))


def _to_approver(operation: Operation) -> Remark:
    text = say(
        "{name} says that {id}, which {requester} asked for and you agreed to, was not wanted. The account is frozen.",
        name=operation.target.name,
        id=operation.id,
        requester=operation.requester.name,
    )
    return Remark(text, say("Say in the log channel what made you agree."), Tone.PROBLEM, say("“This was not me”"))
