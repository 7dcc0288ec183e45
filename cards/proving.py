"""“Is it really them?” on the requester's card: what has to be proved, what stands, what can be asked for, and how to go about it."""

from __future__ import annotations

from collections.abc import Iterable

from bot.domain.incoming import Verb
from bot.domain.operation import Operation
from bot.domain.proof import Proof, ProofKind, ProofState
from bot.domain.proving import DOCUMENT_WORDS, Proving
from bot.domain.said import alternatives, join, say, say_count, say_each, spoken
from cards.buttons import button, buttons, without_inputs
from cards.elements import Element, box, heading, line, moment, question, run

#: The colleague in a video call, and why no proof is possible.
ANSWER, REASON = "answer", "reason"
#: The container that tells why the other kinds are not to be had.
OTHERS = "other_proofs"

_TITLES = say_each(
    {
        ProofKind.NUMBER_MATCH: "Number match",
        ProofKind.SIGN_IN: "Sign in",
        ProofKind.MANAGER: "Ask the manager",
        ProofKind.CALL_BACK: "Call back",
        ProofKind.VIDEO: "Video call",
        ProofKind.IN_PERSON: "In person",
        ProofKind.FACE_CHECK: "Face check",
    }
)
_MEANS = say_each(
    {
        ProofKind.NUMBER_MATCH: "They pick in Teams the number that you read out",
        ProofKind.SIGN_IN: "They sign in on a page of ours, with a second factor",
        ProofKind.MANAGER: "Their manager speaks to them, and says so in Teams",
        ProofKind.CALL_BACK: "You ring the number that the directory has had for long",
        ProofKind.VIDEO: "You see them, and a colleague does too",
        ProofKind.IN_PERSON: "They stand before you with a document",
        ProofKind.FACE_CHECK: "They show their face",
    }
)


def proving_section(operation: Operation, proving: Proving) -> list[Element]:
    """Everything about proofs that belongs above the buttons of the card; nothing where nobody wants one."""
    asked = proving.asked
    over = [proof for proof in proving.proofs if proof.state in (ProofState.GIVEN, ProofState.FAILED, ProofState.EXPIRED)]
    if not (operation.need.proof or over or asked):
        return []
    asks = join(" ", (say("Is it really them?"), _first(operation, proving)))
    parts = [heading(asks, size="Default", spacing="None"), *_demanded(operation, proving)]
    parts += [part for proof in over for part in _ended(proof)]
    parts += [*_under_way(operation, asked, proving), _another(asked)] if asked else _offers(operation, proving)
    return [box(parts, spacing="Small", line_above=True)]


def proving_button(operation: Operation, proving: Proving | None) -> list[Element]:
    """Where nobody wants a proof: the offers, folded away behind one button."""
    if proving is None or not proving.offers or proving_section(operation, proving):
        return []
    inner = {"type": "AdaptiveCard", "body": [*_spares(operation, proving), *_why_not(proving)], "actions": _offered(operation, proving)}
    return [{"type": "Action.ShowCard", "title": spoken(say("Really them?")), "card": inner}]


def may_confirm(proving: Proving | None) -> bool:
    """Whether there is a Confirm on the card."""
    return proving is None or not proving.missing or proving.stands_in


def proof_facts(proofs: Iterable[Proof]) -> list[tuple[str, str]]:
    """What was proved, and what was not, for a list of facts; both are empty for nothing."""
    told: dict[bool, list[str]] = {True: [], False: []}
    for proof in proofs:
        unanswered = proof.state is ProofState.EXPIRED and not proof.by_id
        words = say("{kind}, {evidence}", kind=_TITLES[proof.kind], evidence=say("nobody answered") if unanswered else _evidence(proof))
        told[proof.state is ProofState.GIVEN].append(words)
    return [(say("Proved by"), join("; ", told[True])), (say("Not proved"), join("; ", told[False]))]


def _demanded(operation: Operation, proving: Proving) -> Iterable[Element]:
    need, name = operation.need, operation.target.name
    if proving.stands_in and need.instead:
        text = say_count(
            need.instead.approvals,
            "No proof is possible here, so {count} other person has to agree, who reads why.",
            "No proof is possible here, so {count} other people have to agree, who read why.",
        )
        yield line(text)
        if not operation.reason:
            yield question(REASON, say("Why you believe that it is {name}", name=name), limit=200)
    if not proving.asked:
        yield from _spares(operation, proving)


def _first(operation: Operation, proving: Proving) -> str:
    """That something has to be proved before there is a Confirm; what would do stands on the buttons below."""
    if not proving.missing or proving.stands_in or proving.asked or not proving.offers:
        return ""
    return say_count(operation.need.proof.count, "First one of these:", "First {count} of these, each from another side:")


def _spares(operation: Operation, proving: Proving) -> Iterable[Element]:
    """By which of the kinds that are offered others need not agree."""
    if not operation.need.eased or proving.approvals != operation.need.approvals:
        return
    least = operation.need.eased[0]
    taken = [_TITLES[kind] for kind in proving.offers if least.proof.takes(kind, capped=operation.capped)]
    if least.proof.count == 1 and not least.approvals and taken:
        yield line(run(say("{Kinds}: no second person.", kinds=alternatives(taken)), limit=300))


def demanded(operation: Operation, proving: Proving) -> Iterable[Element]:
    """What policy says of it, in its own words, for the details."""
    need = operation.need
    if proving.missing and need.proof:
        yield line(run(say("Before you can confirm, it needs {proof}.", proof=need.proof.in_words), limit=300))
    if need.eased and proving.approvals == need.approvals:
        least = need.eased[0]
        fewer = say("nobody else has to agree")
        if least.approvals:
            fewer = say_count(least.approvals, "{count} other person has to agree", "{count} other people have to agree")
        yield line(run(say("With {proof} {fewer}.", proof=least.proof.in_words, fewer=fewer), limit=300))


def _ended(proof: Proof) -> list[Element]:
    title = _TITLES[proof.kind]
    told = say("{kind}: {evidence}", kind=title, evidence=_evidence(proof))
    match proof.state:
        case ProofState.GIVEN:
            return [line(run("✓ ", bold=True, colour="Good"), run(told, bold=True)), moment(say("Counts until {at}", at=proof.expires_at))]
        case ProofState.FAILED:
            return [line(run("✗ ", bold=True, colour="Attention"), run(told, bold=True))]
    if proof.by_id:
        return [line(run(told, subtle=True))]
    return [line(run(say("{kind}: nobody answered in time", kind=title), subtle=True))]


def _evidence(proof: Proof) -> str:
    by_agent = not proof.asked_id or not proof.by_name
    return proof.evidence if by_agent else say("{name}, {evidence}", name=proof.by_name, evidence=proof.evidence)


def _offers(operation: Operation, proving: Proving) -> list[Element]:
    """A button for each kind that is to be had; why the others are not, folded away."""
    made, whys = _offered(operation, proving), _why_not(proving)
    shown = [] if made else [line(say("No other proof is to be had for this request."))]
    if not whys:
        return [*shown, buttons(*made, spacing="Small")]
    toggle = {"type": "Action.ToggleVisibility", "title": spoken(say("Why not another?")), "targetElements": [OTHERS]}
    return [*shown, buttons(*made, toggle, spacing="Small"), {**box(whys, spacing="Small"), "id": OTHERS, "isVisible": False}]


def _offered(operation: Operation, proving: Proving) -> list[Element]:
    """For which nothing has to be filled in."""
    return [
        without_inputs(button(_TITLES[kind], Verb.PROVE, operation.id, kind=kind.value, tooltip=_MEANS[kind])) for kind in proving.offers
    ]


def _why_not(proving: Proving) -> list[Element]:
    return [line(run(say("{kind}: {why}", kind=_TITLES[each.kind], why=each.why), subtle=True)) for each in proving.not_offered]


def _under_way(operation: Operation, asked: Proof, proving: Proving) -> list[Element]:
    """How to go about the one that is asked for; what the agent alone can say is said here."""
    name, until = operation.target.name, say("until {at}", at=asked.expires_at)
    match asked.kind:
        case ProofKind.NUMBER_MATCH if proving.number:
            told = say("Read this number out to {name}, who picks it on a card in Teams:", name=name)
            return [line(run(told)), line(run(proving.number, bold=True, size="Large")), moment(until)]
        case ProofKind.NUMBER_MATCH:
            return [line(say("{name} has a card in Teams with three numbers.", name=name)), moment(until)]
        case ProofKind.SIGN_IN:
            told = say("{name} has a card in Teams with a link to sign in, and then says whether they want this.", name=name)
            return [line(told), moment(until)]
        case ProofKind.MANAGER:
            told = say("{manager}, the manager, has a card in Teams and is to speak to {name}.", manager=asked.asked_name, name=name)
            return [line(told), moment(until)]
        case ProofKind.CALL_BACK:
            ring = say("Hang up, and ring {name} at {number}.", name=name, number=proving.call)
            if not proving.call:
                ring = say(
                    "Hang up, and ring {name}. The number was shown once; to see it again, take another proof and ask anew.", name=name
                )
            came = (say("They asked for this"), say("Nobody answered"), say("It is somebody else"))
            return [line(run(ring, bold=True)), line(run(asked.evidence, subtle=True)), _attest(asked, came), moment(until)]
        case ProofKind.VIDEO:
            told = say("See {name} in a video call together with a colleague of the helpdesk.", name=name)
            # Nothing keeps from Cancel: who presses yes without it is told.
            named = {**question(ANSWER, say("The colleague in the call"), limit=200), "isMultiline": False}
            return [line(told), named, _attest(asked, (say("It is them"), say("It is somebody else"))), moment(until)]
    told = say("{name} stands before you. Which document did you see? No number of it is wanted.", name=name)
    return [line(told), _attest(asked, (*DOCUMENT_WORDS, say("It is somebody else"))), moment(until)]


def _another(asked: Proof) -> Element:
    """Whoever pressed the wrong kind, or reaches nobody, need not wait until its time is over."""
    return buttons(without_inputs(button(say("Take another proof"), Verb.WITHDRAW, asked.id)), spacing="Small")


def _attest(asked: Proof, words: Iterable[str]) -> Element:
    """A button for each answer; of these only a yes about a video call needs what was filled in."""
    made = [button(word, Verb.ATTEST, asked.id, pick=pick) for pick, word in enumerate(words)]
    filled = 1 if asked.kind is ProofKind.VIDEO else 0
    return buttons(*made[:filled], *map(without_inputs, made[filled:]), spacing="Small")
