"""The card of whoever is to say whether a caller is the person: the person themselves, or their manager, in a chat of their own."""

from __future__ import annotations

from bot.domain.difference import difference_text
from bot.domain.incoming import Verb
from bot.domain.notice_words import first_name, ring_helpdesk
from bot.domain.number_match import choices_of
from bot.domain.outside import ProofShown
from bot.domain.proof import ProofKind, ProofState
from bot.domain.proof_words import NEVER_A_CODE
from bot.domain.said import join, say
from cards.buttons import button, link
from cards.elements import Element, Style, band, box, card, line, moment, run
from cards.wording import identity, private, title

_ASKS: Style = "accent"
_NOT_YOU = say("You are not? Press “This is not me” at once.")
_SUBJECT = say("Somebody wants to change how you sign in")
_OF_TEAM = say("Somebody in your team needs you to say that it is them")


def render(shown: ProofShown) -> tuple[Element, str]:
    """The card and its summary, which names nobody."""
    proof, of_team = shown.proof, shown.proof.kind is ProofKind.MANAGER
    subject = _OF_TEAM if of_team else _SUBJECT
    open_ = proof.state is ProofState.ASKED
    word, style = (subject, _ASKS) if open_ else _ended(proof.state)
    body: list[Element] = [
        band("?" if open_ else "ℹ", word, style, shown.operation.id),
        line(run(_asked_for(shown), limit=400), spacing="Medium"),
    ]
    if of_team:
        asked = line(run(say("What is asked for: {what}", what=title(shown.operation)), limit=200))
        body.append(box([*identity(shown.operation.target), asked], style="emphasis", spacing="Small"))
    else:
        changes = [line(run(difference_text(change), limit=160)) for change in private(shown.operation).changes]
        body.append(box(changes, style="emphasis", spacing="Small"))
    if open_:
        body += [line(run(each, limit=400), spacing="Medium") for each in _what_to_do(shown)]
        body.append(moment(say("Until {at}", at=proof.expires_at)))
    elif proof.state is ProofState.FAILED:
        if not proof.denied:
            body.append(line(run(join(" ", (_on_the_telephone(shown), _NOT_YOU)), limit=400), spacing="Medium"))
        body.append(line(run(ring_helpdesk(shown.contact)), spacing="Medium"))
    body.append(line(run(NEVER_A_CODE, subtle=True), spacing="Medium"))
    return card(body, fallback=subject, actions=_actions(shown, open_=open_)), subject


def _asked_for(shown: ProofShown) -> str:
    by = first_name(shown.operation)
    if shown.proof.kind is ProofKind.MANAGER:
        name = shown.operation.target.name
        return say("Somebody who says they are {name} has rung {by} of the helpdesk, and wants to get back in.", name=name, by=by)
    return say("{by} of the helpdesk is about to change how you sign in, because somebody asked for it on the telephone:", by=by)


def _what_to_do(shown: ProofShown) -> tuple[str, ...]:
    match shown.proof.kind:
        case ProofKind.MANAGER:
            name = shown.operation.target.name
            return (
                say("Speak to {name} yourself before you press, face to face or at a number that you know.", name=name),
                say("A message or a mail from {name} is no proof: somebody else may be writing it.", name=name),
            )
        case ProofKind.NUMBER_MATCH:
            then = say("Then press the number that you are told.")
        case _:
            then = say("Then sign in, and say so there.")
    return join(" ", (_on_the_telephone(shown), then)), _NOT_YOU


def _on_the_telephone(shown: ProofShown) -> str:
    return say("Are you on the telephone with {by} right now?", by=first_name(shown.operation))


def _ended(state: ProofState) -> tuple[str, Style]:
    match state:
        case ProofState.GIVEN:
            return say("Thank you, that is answered"), "good"
        case ProofState.FAILED:
            return say("Answered: it was not proved"), "attention"
        case ProofState.EXPIRED:
            return say("The time for this is over"), "emphasis"
    return say("This is not needed any more"), "emphasis"


def _actions(shown: ProofShown, *, open_: bool) -> list[Element]:
    """Whoever has second thoughts is heard whatever they answered before."""
    proof, id = shown.proof, shown.proof.id
    not_me = button(say("This is not me"), Verb.NOT_ME, id, style="destructive")
    wrong = button(say("This is wrong"), Verb.VOUCH, id, pick=2, style="destructive")
    if not open_:
        stops = wrong if proof.kind is ProofKind.MANAGER else not_me
        return [] if proof.denied else [stops]
    match proof.kind:
        case ProofKind.NUMBER_MATCH:
            return [*(button(str(number), Verb.MATCH, id, pick=pick) for pick, number in enumerate(choices_of(proof.secret, id))), not_me]
        case ProofKind.MANAGER:
            words = (say("I spoke to them"), say("I could not"))
            return [*(button(word, Verb.VOUCH, id, pick=pick) for pick, word in enumerate(words)), wrong]
    return [link(say("Sign in"), shown.link), not_me]
