"""Who may speak to the bot: identity, then membership through the directory. Fails closed."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain import policy
from bot.domain.conversations import ConversationRef
from bot.domain.notice_words import ring_helpdesk
from bot.domain.people import Actor, Standing
from bot.domain.policy import Audience, Decision, Groups, Reason
from bot.domain.reporting import may_report
from bot.domain.rules import Policy
from bot.domain.said import say
from bot.errors import NotFound, Refusal, TooOften
from bot.ports import Clock, Directory
from bot.services.allowance import Allowance

#: A removal from the group takes effect at the latest after this long.
CACHED_FOR = timedelta(seconds=60)
_CACHE_LIMIT = 5_000
#: What anybody without rights may ask of me within a minute. Nobody types or presses as fast as that for a minute.
TURNS_A_MINUTE = 120
#: So often they are looked up for it, whatever they press; what comes then is answered from what was seen within the last minute.
LOOKS_A_MINUTE = 10
#: Reports are for administrators alone.
_NO_RULES = Policy(rules=())


class Gate:
    """Answers whether an actor may say a command.

    Args:
        tenant_id: the one tenant whose people are served.
        groups: the groups that give rights.
        rules: the policy, whose rules say who may see reports.
        contact: how the helpdesk is reached, for whoever is not of it.
    """

    def __init__(
        self, directory: Directory, groups: Groups, tenant_id: str, clock: Clock, rules: Policy = _NO_RULES, contact: str = ""
    ) -> None:
        self._directory = directory
        self._groups = groups
        self._tenant_id = tenant_id
        self._clock = clock
        self._rules = rules
        self._contact = contact
        self._known: dict[str, tuple[datetime, Standing]] = {}
        self._asking: dict[str, asyncio.Future[Standing]] = {}
        self._expected: dict[str, Standing] = {}  # who had rights when last looked at
        self._turns = Allowance(TURNS_A_MINUTE, clock)
        self._looks = Allowance(LOOKS_A_MINUTE, clock)

    def admit(self, actor: Actor) -> None:
        """Before anything is done for somebody, even looking up who they are: raises TooOften when they ask for too much."""
        if not self.expects(actor) and (over := self._turns.take(actor.id or actor.chat_id)):
            raise TooOften(
                say("You have asked me for something more than {most} times within a minute.", most=self._turns.most),
                say("Wait a minute, then try again."),
                again=over > 1,
            )

    def identify(self, actor: Actor, *, guest_or_bot: bool) -> Decision:
        """Whether the actor can be anybody to us, from the validated activity alone."""
        return policy.identify(actor, self._tenant_id, guest_or_bot=guest_or_bot)

    def expects(self, actor: Actor) -> bool:
        """Whether somebody had rights when last looked at: for whom more may be asked before it is known that they still have them."""
        return actor.id in self._expected

    def is_staff(self, actor: Actor) -> bool:
        """Whether somebody was of the helpdesk, an administrator or an approver when last looked at: who may read why everybody waits."""
        standing = self._expected.get(actor.id)
        return standing is not None and self.permit(standing, Audience.STAFF).allowed

    async def standing(self, actor: Actor, *, fresh: bool = False, since: datetime | None = None) -> Standing:
        """The actor's account and groups.

        Args:
            fresh: read them again whatever is cached. Rights never come from the cache then; that somebody has none may.
            since: what was read after this is fresh.

        Raises:
            Refusal: Graph does not know the account.
            DirectoryError: Graph cannot say; then nobody gets in.
        """
        known = self._known.get(actor.id)
        if known and since and known[0] >= since:
            return known[1]
        if not fresh:
            return await self._recent(actor.id)
        if not self.expects(actor) and self._looks.take(actor.id):
            standing = await self._recent(actor.id)
            if not self._has_rights(standing):
                return standing
        # Joining a question already under way could bring an answer from before the press.
        return await self._ask(actor.id)

    async def _recent(self, object_id: str) -> Standing:
        """As it was within the last minute, or is now; one question at a time."""
        known = self._known.get(object_id)
        if known and self._clock() - known[0] < CACHED_FOR:
            return known[1]
        asking = self._asking.get(object_id)
        if asking is None:
            asking = self._asking[object_id] = asyncio.ensure_future(self._ask(object_id))
            asking.add_done_callback(lambda done: self._asked(object_id, done))
        return await asyncio.shield(asking)

    def _asked(self, object_id: str, done: asyncio.Future[Standing]) -> None:
        self._asking.pop(object_id, None)
        if not done.cancelled():
            done.exception()  # seen, also when everybody who waited for it has given up

    async def _ask(self, object_id: str) -> Standing:
        asked_at = self._clock()
        self._known.pop(object_id, None)
        try:
            standing = await self._directory.standing(object_id, self._groups.all())
        except NotFound as error:
            text = say("Entra ID does not know the account that asks, so I can do nothing for it.")
            raise Refusal(text, say("Ask whoever runs your directory."), code="unknown_account") from error
        self._note_rights(object_id, standing)
        newer = self._known.get(object_id)
        if newer is None or newer[0] <= asked_at:
            if len(self._known) >= _CACHE_LIMIT:
                self._known.clear()
            self._known[object_id] = (asked_at, standing)
        return standing

    def _note_rights(self, object_id: str, standing: Standing) -> None:
        if not self._has_rights(standing):
            self._expected.pop(object_id, None)
            return
        if len(self._expected) >= _CACHE_LIMIT:
            self._expected.clear()
        self._expected[object_id] = standing

    def _has_rights(self, standing: Standing) -> bool:
        return self.permit(standing, Audience.STAFF).allowed or bool(self._groups.reporting & standing.groups)

    def permit(self, standing: Standing, audience: Audience = Audience.HELPDESK, where: ConversationRef | None = None) -> Decision:
        """Whether someone with this standing may say what is for this audience.

        Args:
            where: it is said; without it nobody sees a report by a rule of the policy.
        """
        if audience is Audience.REPORTERS and where:
            return may_report(self._rules, standing, where, self._clock(), admin=self.is_admin(standing))
        decision = policy.permit(standing, self._groups, audience)
        return replace(decision, hint=ring_helpdesk(self._contact)) if decision.reason is Reason.NOT_HELPDESK else decision

    def audiences(self, standing: Standing, where: ConversationRef) -> frozenset[Audience]:
        """All that someone with this standing belongs to here and now."""
        return frozenset(audience for audience in Audience if self.permit(standing, audience, where).allowed)

    def is_helpdesk(self, standing: Standing) -> bool:
        """Whether helpdesk commands are open."""
        return self.permit(standing).allowed

    def is_admin(self, standing: Standing) -> bool:
        """Whether administrators' commands are open."""
        return self.permit(standing, Audience.ADMINISTRATORS).allowed


def as_known(actor: Actor, standing: Standing) -> Actor:
    """The actor with the user principal name that Entra has."""
    return replace(actor, upn=standing.person.upn)
