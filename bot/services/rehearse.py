"""`policy test`: a line taken as far as it would go if somebody else typed it here and now. Nothing is stored."""

from __future__ import annotations

from bot.commands.parser import parse
from bot.commands.spec import Rehearsal, Rehearse, Several, WhatHappened
from bot.domain.conversations import ConversationRef
from bot.domain.people import Actor
from bot.domain.said import join, say
from bot.errors import Refusal
from bot.services.gate import Gate
from bot.services.prepare import Preparation
from bot.services.propose import Proposal


async def rehearse(gate: Gate, preparation: Preparation, wanted: Rehearse, where: ConversationRef) -> Rehearsal:
    """What would happen if this person typed this line here and now.

    Raises:
        DirectoryError: Graph cannot say.
    """
    line, person = wanted.line, wanted.person
    actor = Actor(person.id, "", person.name)
    try:
        invocation = parse(line.text, line.mentions)
        standing = await gate.standing(actor)
        decision = preparation.permit(invocation.command, standing, where)
        if not invocation.command.changes:
            return Rehearsal(allowed=True, rules=decision.rules)
        if invocation.who is None:
            return _rehearsed(await preparation.file(invocation, actor, standing, where))
        found = await preparation.find(invocation, standing)
        if found.doubt or len(found.people) > 1:
            names = ", ".join(one.upn for one in found.people)
            raise Refusal(
                found.doubt or say("Several people are meant: {names}.", names=names),
                say("Say the address instead of the name."),
                code="several_people",
            )
        dossier = await preparation.dossier(invocation, standing, found.people[0])
        proposal = await preparation.run(invocation, actor, standing, where, dossier)
        if isinstance(proposal, Several):
            names = join("; ", (method.facts for method in proposal.methods))
            raise Refusal(say("Several are registered, and one has to be picked on a card: {names}.", names=names), code="several_methods")
        if isinstance(proposal, WhatHappened):
            raise Refusal(say("It depends on what happened."), say("Say it too, such as `lost`."), code="what_happened")
    except Refusal as refusal:
        return Rehearsal(allowed=False, code=refusal.code, text=refusal.text, hint=refusal.hint, rules=refusal.rules)
    assert isinstance(proposal, Proposal), "a changing command makes a plan"
    return _rehearsed(proposal)


def _rehearsed(proposal: Proposal) -> Rehearsal:
    changes = tuple(change.masked() for change in proposal.plan.changes)
    decision = proposal.decision
    return Rehearsal(
        allowed=True,
        rules=decision.rules,
        changes=changes,
        need=decision.need,
        approvers=proposal.approvers,
        manager=proposal.manager,
    )
