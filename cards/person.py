"""One person: how they can sign in (`show`), and whom the bot takes the reader for (`whoami`)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from bot.domain.methods import Dossier, Method, Phone, PhoneType, SmsSignIn
from bot.domain.phone import mask
from bot.domain.replies import PersonShown, Whoami
from bot.domain.retirement import Channel
from bot.domain.said import join, said_day, say, say_count, say_each
from bot.domain.stop import Freeze
from cards import history, signing_in
from cards.buttons import stronger, suspicious_call
from cards.elements import (
    Element,
    box,
    card,
    columns,
    facts,
    heading,
    line,
    moment,
    run,
    woven,
)
from cards.wording import bullets, identity, named

#: More methods than this are counted, not listed.
MOST_METHODS = 15


def render(shown: PersonShown) -> tuple[Element, str]:
    """The card and its summary. The numbers stand as the dossier has them; in the summary they are masked."""
    dossier = shown.dossier
    person = dossier.person
    body: list[Element] = [heading(named(person)), *identity(person, name=False)]
    if shown.freeze:
        body.append(box(_frozen(shown.freeze), style="attention", spacing="Medium"))
    if shown.protected:
        body.append(box([line(run("⚠ ", bold=True), run(shown.protected))], style="warning", spacing="Medium"))
    body += [line(run(said, subtle=True), spacing="Small") for said in shown.unseen]
    body.append(box(_phones(dossier, shown.phone_notes, shown.serving, changeable=not shown.protected), spacing="Medium", line_above=True))
    body.append(box(_others(dossier.others), spacing="Medium", line_above=True))
    if at_sign_in := signing_in.elements(shown):
        body.append(box(at_sign_in, spacing="Medium", line_above=True))
    if shown.past:
        latest = [heading(say("Latest changes"), size="Medium", spacing="None"), *map(history.past_change, shown.past)]
        body.append(box(latest, spacing="Medium", line_above=True))
    summary = join(" ", (say("⚠ Frozen.") if shown.freeze else "", _summary(dossier)))
    actions = [suspicious_call(shown.reference)] if shown.reference else []
    if shown.stronger and shown.reference:
        actions.insert(0, stronger(shown.reference))
    return card(body, fallback=summary, actions=actions), summary


def whoami(who: Whoami) -> tuple[Element, str]:
    """The card and its summary of whom the bot takes the reader for."""
    rights = {
        (True, True): say("You can use every helpdesk command, and set Doorman up."),
        (True, False): say("You are in the helpdesk group: you can use every helpdesk command."),
        (False, True): say("You can set Doorman up. You are not in the helpdesk group, so you cannot change accounts."),
        (False, False): say("You are not in the helpdesk group, so you can ask for help and little else."),
    }[who.helpdesk, who.admin]
    body: list[Element] = [
        heading(say("You are {name}", name=named(who.person)[:80]), size="Medium"),
        *identity(who.person, name=False),
        line(rights, spacing="Medium"),
        *facts(
            (
                (say("Helpdesk"), say("✓ yes") if who.helpdesk else say("✗ no")),
                (say("Administrator"), say("✓ yes") if who.admin else say("✗ no")),
                (say("Object id"), line(run(who.person.id, limit=40, mono=True))),
                (say("Tenant id"), line(run(who.tenant_id, limit=40, mono=True))),
            )
        ),
    ]
    summary = join(" ", (say("You are {name} ({upn}).", name=named(who.person), upn=who.person.upn), rights))
    return card(body, fallback=summary), summary


def _frozen(freeze: Freeze) -> Iterable[Element]:
    by = freeze.by_name or say("somebody without a name")
    if freeze.suspicious:
        reported = say("{name} reported that a caller may not be this person.", name=by)
        yield line(run(say("⚠ Suspicious call: "), bold=True), *woven(reported, name={"limit": 80}))
    else:
        yield line(run(say("⚠ Frozen by {name}", name=by[:80]), bold=True))
    yield moment(say("Nobody can change this person until {at}", at=freeze.until), date=True)
    if freeze.reason:
        yield line(*woven(say("Reason {reason}", reason=freeze.reason), subtle=True, reason={}))


_GOOD_FOR = say_each(
    {
        frozenset(Channel): "Good for SMS and voice",
        frozenset({Channel.SMS}): "Good for SMS",
        frozenset({Channel.VOICE}): "Good for voice",
    }
)


def _phones(dossier: Dossier, notes: tuple[str, ...], serving: frozenset[Channel], *, changeable: bool) -> Iterable[Element]:
    yield heading(say("Phones"), size="Medium", spacing="None")
    for type in PhoneType:
        if phone := dossier.phones.get(type):
            yield from _phone(phone, serving)
    if not dossier.phones:
        yield line(say("No phone is registered yet."))
        if dossier.person.enabled and changeable:
            example = run(f"set mobile for {dossier.person.upn} +31 6 12345678", limit=160, mono=True)
            yield line(run(say("To add one, send: "), subtle=True), example)
    yield from bullets(notes)


def _phone(phone: Phone, serving: frozenset[Channel]) -> Iterable[Element]:
    state = say("SMS sign-in {state}", state=phone.sms_sign_in.in_words) if _worth_saying(phone) else ""
    known = join(" · ", (_GOOD_FOR.get(phone.type.channels & serving, ""), state, _since(phone.created)))
    yield columns(
        ("130px", [line(phone.type.alone)]),
        ("stretch", [line(run(phone.number, limit=60, bold=True)), line(run(known, subtle=True), spacing="None")]),
    )


def _worth_saying(phone: Phone) -> bool:
    """SMS sign-in exists on mobile phones alone; on the others its state is noise."""
    return phone.type is PhoneType.MOBILE and phone.sms_sign_in is not SmsSignIn.UNKNOWN


def _others(methods: tuple[Method, ...]) -> Iterable[Element]:
    yield heading(say("Other ways to sign in"), size="Medium", spacing="None")
    if not methods:
        yield line(say("None is registered."))
    for method in methods[:MOST_METHODS]:
        known = say("I do not touch this") if not method.known else say("deactivated") if method.active is False else ""
        # Of a pass the day it was made says nothing beside its own times.
        since = "" if method.pass_facts else _since(method.created)
        details = join(" · ", (method.name[:80], *method.details, since, known))
        yield line(run(method.kind or say("Unknown method"), limit=80), run(f" · {details}" if details else "", subtle=True))
        if method.pass_facts:
            yield signing_in.pass_line(method.pass_facts)
    if len(methods) > MOST_METHODS:
        yield line(run(say("and {count} more", count=len(methods) - MOST_METHODS), subtle=True))


def _since(created: str) -> str:
    """ "since 3 March 2025"; empty when Graph gave no date that we can read."""
    try:
        at = datetime.fromisoformat(created)
    except ValueError:
        return ""
    return say("since {day}", day=said_day(at))


def _summary(dossier: Dossier) -> str:
    phones = join(", ", (join(" ", (type.in_words, mask(phone.number))) for type, phone in dossier.phones.items()))
    others = say_count(len(dossier.others), "{count} other way to sign in", "{count} other ways to sign in")
    ways = join("; ", (phones or say("no phone"), others))
    return say("{name} ({upn}): {ways}", name=named(dossier.person), upn=dossier.person.upn, ways=ways)
