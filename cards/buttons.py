"""What can be pressed on a card: a verb and an id each, and the few buttons that several cards share."""

from __future__ import annotations

from typing import Literal

from bot.domain.incoming import Verb
from bot.domain.life import State
from bot.domain.operation import Operation
from bot.domain.said import say, say_each, spoken
from cards.elements import Element, Spacing
from cards.untrusted import plain


def button(
    title: str,
    verb: Verb,
    id: str,
    *,
    pick: int | None = None,
    plan: str = "",
    kind: str = "",
    style: Literal["default", "positive", "destructive"] = "default",
    tooltip: str = "",
) -> Element:
    """A press that carries a verb, an id and perhaps a pick, a kind, or what it was shown of a plan, and nothing else.

    Clients that cannot execute submit the same: https://learn.microsoft.com/adaptive-cards/authoring-cards/universal-action-model
    """
    data: Element = {"id": id} | ({} if pick is None else {"pick": pick})
    data |= {name: word for name, word in (("plan", plan), ("kind", kind)) if word}
    looks: Element = {"title": spoken(title)}
    if style != "default":
        looks["style"] = style
    if tooltip:
        looks["tooltip"] = plain(spoken(tooltip), 160)
    submit = {"type": "Action.Submit", **looks, "data": {"verb": verb.value, **data}}
    return {"type": "Action.Execute", **looks, "verb": verb.value, "data": data, "fallback": submit}


def without_inputs(press: Element) -> Element:
    """A press for which nothing has to be filled in, on a card where something has to be for another one."""
    return {**press, "associatedInputs": "none", "fallback": {**press["fallback"], "associatedInputs": "none"}}


def opener(title: str, verb: Verb, id: str) -> Element:
    """A press that is answered with a message of its own, so that this card stays as it is."""
    return {"type": "Action.Submit", "title": spoken(title), "data": {"verb": verb.value, "id": id}}


def send(title: str) -> Element:
    """The press that sends a dialog: what was filled in and nothing else."""
    return {"type": "Action.Submit", "title": spoken(title)}


def link(title: str, url: str) -> Element:
    """A press that opens a page: one of Teams' own, made by us from ids."""
    return {"type": "Action.OpenUrl", "title": spoken(title), "url": url}


def ask_then(title: str, question: Element, then: Element, *, tooltip: str = "") -> Element:
    """A press that opens a small card with a question, whose own button does it."""
    inner = {"type": "AdaptiveCard", "body": [question], "actions": [then]}
    return {"type": "Action.ShowCard", "title": spoken(title), "card": inner} | ({"tooltip": spoken(tooltip)} if tooltip else {})


_AGAIN = say_each(
    {
        State.STALE: "Show a new card",
        State.FAILED: "Try again",
        State.EXPIRED: "Send again",
        State.PARTIAL: "Plan what is left",
        State.CANCELLED: "Ask again",
    }
)


def again(operation: Operation) -> Element:
    """Asks for the same once more, where that makes sense."""
    style: Literal["default", "positive"] = "positive" if operation.state is State.STALE else "default"
    return button(_AGAIN[operation.state], Verb.AGAIN, operation.id, style=style)


def unfold(title: str, *ids: str) -> Element:
    """A press that shows and hides elements of this card, of which each has one of these ids; nobody is asked for it."""
    return {"type": "Action.ToggleVisibility", "title": spoken(title), "targetElements": list(ids)}


def suspicious_call(id: str) -> Element:
    """The button that stops everything about a person at once."""
    return button(
        say("Suspicious call"),
        Verb.SUSPECT,
        id,
        style="destructive",
        tooltip=say("The caller may not be this person: nobody can change the account for 24 hours, and the log channel is told at once"),
    )


def take_back(id: str) -> Element:
    """The button that takes away what an operation gave."""
    return button(
        say("Take back"),
        Verb.TAKE_BACK,
        id,
        style="destructive",
        tooltip=say("What {id} gave is removed, any pass is revoked and every session ends, at once", id=id),
    )


def buttons(*made: Element, spacing: Spacing = "Default") -> Element:
    """Buttons within the body."""
    return {"type": "ActionSet", "actions": list(made), "spacing": spacing}
