"""One person: how they can sign in (`show`), and whom the bot takes the reader for (`whoami`)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from bot.domain.exchange import PersonShown, Whoami
from bot.domain.methods import Dossier, Method, Phone, PhoneType, SmsSignIn
from bot.domain.phone import mask
from bot.domain.stop import Freeze
from cards import history, signing_in
from cards.elements import Element, box, card, columns, facts, heading, line, moment, run, stronger, suspicious_call
from cards.wording import bullets, identity, many, named

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
    body.append(box(_phones(dossier, shown.phone_notes, changeable=not shown.protected), spacing="Medium", line_above=True))
    body.append(box(_others(dossier.others), spacing="Medium", line_above=True))
    if at_sign_in := signing_in.elements(shown):
        body.append(box(at_sign_in, spacing="Medium", line_above=True))
    if shown.past:
        latest = [heading("Latest changes", size="Medium", spacing="None"), *map(history.past_change, shown.past)]
        body.append(box(latest, spacing="Medium", line_above=True))
    summary = f"{'⚠ Frozen. ' if shown.freeze else ''}{_summary(dossier)}"
    actions = [suspicious_call(shown.reference)] if shown.reference else []
    if shown.stronger and shown.reference:
        actions.insert(0, stronger(shown.reference))
    return card(body, fallback=summary, actions=actions), summary


def whoami(who: Whoami) -> tuple[Element, str]:
    """The card and its summary of whom the bot takes the reader for."""
    rights = {
        (True, True): "You can use every helpdesk command, and set Doorman up.",
        (True, False): "You are in the helpdesk group: you can use every helpdesk command.",
        (False, True): "You can set Doorman up. You are not in the helpdesk group, so you cannot change accounts.",
        (False, False): "You are not in the helpdesk group, so you can ask for help and little else.",
    }[who.helpdesk, who.admin]
    body: list[Element] = [
        heading(f"You are {named(who.person)[:80]}", size="Medium"),
        *identity(who.person, name=False),
        line(rights, spacing="Medium"),
        *facts(
            (
                ("Helpdesk", "✓ yes" if who.helpdesk else "✗ no"),
                ("Administrator", "✓ yes" if who.admin else "✗ no"),
                ("Object id", line(run(who.person.id, limit=40, mono=True))),
                ("Tenant id", line(run(who.tenant_id, limit=40, mono=True))),
            )
        ),
    ]
    summary = f"You are {named(who.person)} ({who.person.upn}). {rights}"
    return card(body, fallback=summary), summary


def _frozen(freeze: Freeze) -> Iterable[Element]:
    by = freeze.by_name or "somebody without a name"
    if freeze.suspicious:
        yield line(run("⚠ Suspicious call: ", bold=True), run(by, limit=80), run(" reported that a caller may not be this person."))
    else:
        yield line(run("⚠ Frozen by ", bold=True), run(by, limit=80, bold=True))
    yield moment("Nobody can change this person until ", freeze.until, date=True)
    if freeze.reason:
        yield line(run("Reason ", subtle=True), run(freeze.reason))


def _phones(dossier: Dossier, notes: tuple[str, ...], *, changeable: bool) -> Iterable[Element]:
    yield heading("Phones", size="Medium", spacing="None")
    for type in PhoneType:
        if phone := dossier.phones.get(type):
            yield from _phone(phone)
    if not dossier.phones:
        yield line("No phone is registered yet.")
        if dossier.person.enabled and changeable:
            yield line(
                run("To add one, send: ", subtle=True), run(f"set mobile for {dossier.person.upn} +31 6 12345678", limit=160, mono=True)
            )
    yield from bullets(notes)


def _phone(phone: Phone) -> Iterable[Element]:
    good = f"Good for {' and '.join(phone.type.good_for)}"
    state = f" · SMS sign-in {phone.sms_sign_in.spoken}" if _worth_saying(phone) else ""
    state += f" · {since}" if (since := _since(phone.created)) else ""
    yield columns(
        ("130px", [line(phone.type.spoken.capitalize())]),
        ("stretch", [line(run(phone.number, limit=60, bold=True)), line(run(good + state, subtle=True), spacing="None")]),
    )


def _worth_saying(phone: Phone) -> bool:
    """SMS sign-in exists on mobile phones alone; on the others its state is noise."""
    return phone.type is PhoneType.MOBILE and phone.sms_sign_in is not SmsSignIn.UNKNOWN


def _others(methods: tuple[Method, ...]) -> Iterable[Element]:
    yield heading("Other ways to sign in", size="Medium", spacing="None")
    if not methods:
        yield line("None is registered.")
    for method in methods[:MOST_METHODS]:
        known = "" if method.known else "I do not touch this"
        # Of a pass the day it was made says nothing beside its own times.
        since = "" if method.pass_facts else _since(method.created)
        details = " · ".join(filter(None, (method.name[:80], *(detail[:60] for detail in method.details), since, known)))
        yield line(run(method.kind or "Unknown method", limit=80), run(f" · {details}" if details else "", subtle=True))
        if method.pass_facts:
            yield signing_in.pass_line(method.pass_facts)
    if len(methods) > MOST_METHODS:
        yield line(run(f"and {len(methods) - MOST_METHODS} more", subtle=True))


def _since(created: str) -> str:
    """ "since 3 March 2025"; empty when Graph gave no date that we can read."""
    try:
        at = datetime.fromisoformat(created)
    except ValueError:
        return ""
    return f"since {at.day} {at:%B %Y}"


def _summary(dossier: Dossier) -> str:
    phones = [f"{type.spoken} {mask(phone.number)}" for type, phone in dossier.phones.items()]
    ways = "; ".join(filter(None, (", ".join(phones) or "no phone", many(len(dossier.others), "other way") + " to sign in")))
    return f"{named(dossier.person)} ({dossier.person.upn}): {ways}"
