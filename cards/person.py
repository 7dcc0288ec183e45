"""One person: who they are, how they sign in and what can be done next (`show`), and whom the bot takes the reader for (`whoami`)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from bot.domain import read_back
from bot.domain.incoming import Verb
from bot.domain.methods import Dossier, Method, Phone, PhoneType, SmsSignIn
from bot.domain.phone import mask
from bot.domain.replies import PersonShown, Whoami
from bot.domain.retirement import Channel
from bot.domain.said import join, said_day, say, say_count, say_each
from bot.domain.stop import Freeze
from bot.domain.waiting import waiting_in_words
from cards import history, portrait, remark, signing_in
from cards.buttons import button, suspicious_call, take_back
from cards.elements import (
    Element,
    box,
    card,
    columns,
    details,
    facts,
    heading,
    line,
    moment,
    run,
    woven,
)
from cards.size import LIMIT, at_most
from cards.wording import bullets, identity, named

#: More methods than this are counted, not listed.
MOST_METHODS = 15
#: Bytes left for what every card may have above it: a pause, a high threat level.
ROOM_ABOVE = 3_000
#: What stands on the button of each next step.
_TITLES = say_each(
    {
        "set-phone": "New number",
        "recover": "Recover",
        "pass": "Pass",
        "reset-password": "Reset password",
        "sign-out": "Sign out",
        "unfreeze": "Unfreeze",
    }
)


def render(shown: PersonShown) -> tuple[Element, str]:
    """The card and its summary. The numbers stand as the dossier has them; in the summary they are masked.

    Where there is much to say, the photo goes first.
    """
    made, summary = _made(shown)
    if shown.dossier.portrait.photo and at_most(made) > LIMIT - ROOM_ABOVE:
        bare = replace(shown.dossier.portrait, photo="")
        return _made(replace(shown, dossier=replace(shown.dossier, portrait=bare)))
    return made, summary


def _made(shown: PersonShown) -> tuple[Element, str]:
    dossier = shown.dossier
    person = dossier.person
    who = [heading(named(person)), *identity(person, name=False), *([] if shown.high else portrait.words(shown.known_by))]
    body = portrait.head(who, dossier.portrait, named(person))
    if shown.alert:
        body = [*remark.sentences(shown.alert), *body]
    elif shown.freeze:
        body.append(box(_frozen(shown.freeze), style="attention", spacing="Medium"))
    if shown.protected:
        body.append(box([line(run("⚠ ", bold=True), run(shown.protected))], style="warning", spacing="Medium"))
    body += [line(run(said, subtle=True), spacing="Small") for said in shown.unseen]
    body += [line(run("◔ ", bold=True), run(waiting_in_words(each), limit=300)) for each in shown.waiting]
    body.append(box([*_phones(dossier), *_others(dossier.others, judged=bool(shown.strength))], spacing="Small"))
    if shown.strength:
        body.append(line(run(shown.strength, limit=500)))
    body += bullets(shown.phone_notes)
    if shown.past:
        latest = [heading(say("Latest changes"), size="Default", spacing="None"), *map(history.past_change, shown.past)]
        body.append(box(latest, spacing="Medium"))
    body += details(_folded(shown))
    summary = join(" ", (say("⚠ Frozen.") if shown.freeze else "", _summary(dossier)))
    return card(body, fallback=summary, actions=_actions(shown)), summary


def _actions(shown: PersonShown) -> list[Element]:
    """The next steps, about this person. Whoever has just reported a call is not asked for it again; a colleague may get one too."""
    if not shown.reference:
        return []
    made = [button(_TITLES[step], Verb.NEXT, shown.reference, kind=step) for step in shown.next_steps]
    if shown.alert and shown.alert.take_back:
        made.insert(0, take_back(shown.alert.take_back))
    return made if shown.alert else [*made, suspicious_call(shown.reference)]


def _folded(shown: PersonShown) -> Iterable[Element]:
    dossier = shown.dossier
    if shown.high:
        yield from portrait.words(shown.known_by)
    for type in PhoneType:
        if phone := dossier.phones.get(type):
            yield line(run(say("{kind}: {what}", kind=type.alone, what=_phone_facts(phone, shown.serving)), subtle=True))
    for method in dossier.others[:MOST_METHODS]:
        if facts_of := _method_facts(method):
            yield line(run(say("{kind}: {what}", kind=_called(method), what=facts_of), limit=400, subtle=True))
    yield from bullets(shown.details)
    yield from signing_in.elements(shown)


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
        themselves = freeze.by_id.lower() == freeze.target_id.lower()
        reported = say("{name} says that it was somebody else.", name=by)
        if not themselves:
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


def _phones(dossier: Dossier) -> Iterable[Element]:
    for type in PhoneType:
        if phone := dossier.phones.get(type):
            yield _phone(phone)
    if not dossier.phones:
        yield line(say("No phone is registered yet."))


def _phone(phone: Phone) -> Element:
    """The number; that a texted code takes the place of the password is no detail."""
    signs_in = run(say(" · SMS sign-in {state}", state=phone.sms_sign_in.in_words), subtle=True)
    number = [run(read_back.number(phone.number), limit=60, bold=True), *([signs_in] if phone.sms_sign_in is SmsSignIn.READY else [])]
    return columns(("130px", [line(phone.type.alone)]), ("stretch", [line(*number)]))


def _phone_facts(phone: Phone, serving: frozenset[Channel]) -> str:
    state = say("SMS sign-in {state}", state=phone.sms_sign_in.in_words) if _worth_saying(phone) else ""
    return join(" · ", (_GOOD_FOR.get(phone.type.channels & serving, ""), state, _since(phone.created)))


def _worth_saying(phone: Phone) -> bool:
    """SMS sign-in exists on mobile phones alone; on the others its state is noise."""
    return phone.type is PhoneType.MOBILE and phone.sms_sign_in is not SmsSignIn.UNKNOWN


def _others(methods: tuple[Method, ...], *, judged: bool) -> Iterable[Element]:
    """The other methods; of none a line, unless it is `judged` below how strong all of it is."""
    if not methods and not judged:
        yield line(run(say("No other way to sign in."), subtle=True))
    for method in methods[:MOST_METHODS]:
        known = say("I do not touch this") if not method.known else say("deactivated") if method.active is False else ""
        details = join(" · ", (method.name[:80], known))
        yield line(run(_called(method), limit=80), run(f" · {details}" if details else "", subtle=True))
        if method.pass_facts:
            yield signing_in.pass_line(method.pass_facts)
    if len(methods) > MOST_METHODS:
        yield line(run(say("and {count} more", count=len(methods) - MOST_METHODS), subtle=True))


def _called(method: Method) -> str:
    return method.kind or say("Unknown method")


def _method_facts(method: Method) -> str:
    # Of a pass the day it was made says nothing beside its own times.
    return join(" · ", (*method.details, "" if method.pass_facts else _since(method.created)))


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
