"""A command as a form: made from its declaration, and no card of its own for any command.

People are picked from the directory where the client can do that, and typed where it cannot; the bot reads either.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from bot.domain.forms import AskWords, Field, FieldKind, FormShown
from bot.domain.incoming import INPUT, PICKED, Verb
from bot.domain.said import join, say, spoken
from cards import remark
from cards.buttons import button, without_inputs
from cards.elements import (
    Element,
    card,
    heading,
    line,
    run,
    woven,
)
from cards.inputs import people_picker, switch, text_input, words_to_choose
from cards.wording import identity, named

#: Characters, as they are read from a press.
TICKET_LIMIT, REASON_LIMIT = 200, 200


def render(form: FormShown) -> tuple[Element, str]:
    """The card and its summary."""
    told = run(spoken(form.summary).replace("`", ""), limit=160, subtle=True)
    body: list[Element] = [heading(form.title, size="Medium"), line(told, spacing="None")]
    if form.problem:
        body = [*remark.sentences(form.problem), *body]
    for field in form.fields:
        body += _inputs(field)
    body.append(line(run(say("Or type it: "), subtle=True), run(form.syntax, limit=160, mono=True), spacing="Medium"))
    if form.example != form.syntax:
        body.append(line(run(say("For example "), subtle=True), run(form.example, limit=160, mono=True), spacing="None"))
    body += _only_for(form.only_for)
    how = say("{title}: {summary}. Fill in the card, or type: {example}", title=form.title, summary=form.summary, example=form.example)
    summary = join(" ", (form.problem.text if form.problem else "", how))
    actions = [button(say("Continue"), Verb.FILL, form.id, style="positive")]
    if form.problem:
        actions += map(without_inputs, remark.offered(form.problem))
    return card(body, fallback=summary, actions=actions), summary


def words(asked: AskWords) -> tuple[Element, str]:
    """The ticket, the reason or both for what was typed: the card and its summary."""
    head = say("{title} for {name}", title=asked.title, name=named(asked.person)[:60])
    body: list[Element] = [
        heading(head, size="Medium"),
        *identity(asked.person, name=False),
        line(run(asked.text, limit=500), spacing="Medium"),
    ]
    missing = say("Fill this in first.")
    if "ticket" in asked.wants:
        body.append(text_input("answer", say("Ticket"), limit=TICKET_LIMIT, missing=missing, value=asked.ticket))
    if "reason" in asked.wants:
        body.append(text_input("reason", say("Reason"), limit=REASON_LIMIT, missing=missing, value=asked.reason))
    body += _only_for(asked.only_for)
    actions = [button(say("Continue"), Verb.CHOOSE, asked.id, pick=0, style="positive")]
    return card(body, fallback=join(" ", (head, asked.text)), actions=actions), join(": ", (head, asked.text))


def _only_for(name: str) -> list[Element]:
    """Who may send it, where others read it too."""
    only = say("Only {name} can send this form, once.", name=name)
    return [line(*woven(only, subtle=True, name={"limit": 60, "bold": True}))] if name else []


def _inputs(field: Field) -> Iterable[Element]:
    name = INPUT + field.name
    match field.kind:
        case FieldKind.PERSON:
            yield people_picker(name + PICKED, say("{label}: pick from the directory", label=field.label), field.picked, field.picked_name)
            yield text_input(name, say("or type a name or an address"), limit=field.limit, value=field.value)
        case FieldKind.CHOICE:
            missing = say("Choose one.") if field.required else ""
            yield words_to_choose(name, field.label, field.options, missing=missing, value=field.value)
        case FieldKind.SWITCH:
            yield switch(name, field.label, on=field.value == "true", label=say("Options"))
        case FieldKind.NUMBER | FieldKind.WORDS:
            missing = say("Fill this in first.") if field.required else ""
            telephone = field.kind is FieldKind.NUMBER
            yield text_input(name, field.label, limit=field.limit, missing=missing, telephone=telephone, value=field.value)
        case _:
            assert_never(field.kind)
