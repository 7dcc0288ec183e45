"""What was probably meant by a line that is no command: the cheapest correction that makes one of it, or what a mere name may ask for.

Nothing of this is carried out: it is offered, and somebody presses or types it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.commands.grammar.arguments import FOR, LAST, ME, Number, Somebody, Who, meant_for_tail, starts_number
from bot.commands.grammar.dutch import ways
from bot.commands.grammar.kinds import COSTLIEST, THE_SAME, Choice, Match, Token, Word, match_all
from bot.commands.grammar.tokens import TAIL, split
from bot.commands.spec import Command
from bot.domain.said import say
from bot.errors import Meant

#: Whoever types more words than these without a command has said no name.
MOST_WORDS = 4
#: As many digits make a phone number, and no room or account.
FIGURES = 6
_SAID = (
    "please pls plz kindly can could would you i we want need like to must let's lets hey hi hello doorman thanks thank thx now just ok "
    "okay graag alsjeblieft alstublieft svp aub kun kunt kan wil moet ik je u hoi hallo bedankt even"
)
_POLITE = frozenset(_SAID.split())
#: Whose something is, in a word: what stands behind it belongs to them.
_WHOSE = {"my": "me", "mijn": "me", "her": "her", "haar": "her", "his": "him", "zijn": "him", "their": "them", "hun": "them"}
_APOSTROPHE = re.compile(r"(.+?)(?:'s|(?<=s)')", re.IGNORECASE)
#: What may stand apart from its verb, with the person between.
_APART = frozenset(["out", "off", "on", "up", "in", "away", "af", "aan", "uit", "op", "toe", "bij"])
#: Before whom something is for.
_OF = ways(FOR.text) | set(FOR.near) - {"to", "on"}
#: What is everybody's, so whoever blocks it means the person.
_ACCOUNT = "account"
#: Between a person and what happened.
_HAPPENED = frozenset(("is", "has", "heeft"))
_ADDRESS = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")


def meant(tokens: Sequence[Token], commands: Sequence[Command], *, begins: bool) -> Meant | None:
    """What this line, which is no command, comes nearest to; None when that is nothing.

    Args:
        begins: it begins as a command does, so it is more than a name.
    """
    line, corrections = _without_politeness(tokens)
    for index, token in enumerate(line):
        if index > 1 and (word := meant_for_tail(token.word)):
            line[index] = replace(token, text=word, word=word)
            corrections += 1
            break
    body, tail = split(line)
    best: Match | None = None
    reordered = False
    for variant in _orders(body):
        found = _nearest(variant, [command for command in commands if command.takes_reason or not tail], begins=begins)
        if found and (best is None or found.cost < best.cost):
            best, reordered = found, variant is not body
    if best and best.cost + corrections + reordered:
        said = " ".join((*best.said, *(f'"{token.text}"' if token.quoted else token.text for token in tail)))
        whom = dict(best.values).get("who")
        return _offered(said, body, whom if isinstance(whom, Who) else None)
    if tail or begins:
        return None
    return _bare_person(body, commands) or _guess(body, commands)


def did_you_mean(said: str) -> tuple[str, str]:
    """The question, and what to do about it."""
    return (
        say("Did you mean `{said}`?", said=said),
        say("I have done nothing yet: type it like that if you did, or `help` to see what I can do."),
    )


def _offered(said: str, body: Sequence[Token], whom: Who | None) -> Meant:
    """A line that a button could say: not where several people are mentioned, of whom it knows the names alone, or "her" may change."""
    mentions = [token.mention for token in body if token.mention]
    sure = not mentions or (len(mentions) == 1 and whom is not None and mentions[0].object_id == whom.object_id != "")
    line = said if sure and not (whom and whom.last) else ""
    return Meant(*did_you_mean(said), line=line, person_id=whom.object_id if whom else "")


def _nearest(body: Sequence[Token], commands: Sequence[Command], *, begins: bool) -> Match | None:
    """The cheapest reading; of a line that begins as a command only one that begins so, or with a word for it: no slip for another."""
    best: Match | None = None
    for command in commands:
        for pattern in (command.pattern, *command.short):
            if begins and not any(found.cost <= THE_SAME for found in match_all(pattern[:1], body, 0, near=True)):
                continue
            for found in match_all(pattern, body, 0, near=True):
                if found.end == len(body) and found.cost <= COSTLIEST and (best is None or found.cost < best.cost):
                    best = found
    return best


def _without_politeness(tokens: Sequence[Token]) -> tuple[list[Token], int]:
    line = list(tokens)
    while len(line) > 1 and line[0].word in _POLITE:
        line.pop(0)
    while len(line) > 1 and line[-1].word in _POLITE:
        line.pop()
    return line, int(len(line) < len(tokens))


def _whose(body: Sequence[Token]) -> Iterator[list[Token]]:
    """ "set omar's mobile to …" as "set mobile for omar to …", in every way in which that can be read."""
    for at in range(1, min(len(body), 1 + MOST_WORDS)):
        token = body[at]
        owner = _WHOSE.get(token.word, "")
        found = _APOSTROPHE.fullmatch(token.text) if not owner and not token.quoted and not token.mention else None
        if not owner and not found:
            continue
        name = owner or (found[1] if found else "")
        own = replace(token, text=name, word=name.lower())
        for first in range(1, at + 1 if found else 2):  # where the name begins
            names = [*body[first:at], own] if found else [own]
            if at + 1 < len(body) and body[at + 1].word == _ACCOUNT:
                yield [*body[: first if found else at], *names, *body[at + 2 :]]
            verb = body[: first if found else at]
            for end in range(min(len(body), at + MOST_WORDS), at + 1, -1):
                yield [*verb, *body[at + 1 : end], _word(FOR.text), *names, *body[end:]]
        return


def _orders(body: list[Token]) -> Iterator[list[Token]]:
    """The words in every order in which they may be meant, as they were typed last."""
    short = len(body) <= 3 * MOST_WORDS  # a number may be written in many pieces
    for verb_first in (*(_together(body) if short else ()), body):
        yield from _whose(verb_first)
        if verb_first is not body:
            yield verb_first
    if short:
        yield from _before_what(body)
    yield body


def _together(body: Sequence[Token]) -> Iterator[list[Token]]:
    """ "sign omar out" as "sign out omar": the parts of a verb that stand around a name."""
    for at in range(2, min(len(body), 2 + MOST_WORDS)):
        if body[at].word in _APART:
            yield [body[0], body[at], *body[1:at], *body[at + 1 :]]


def _before_what(body: Sequence[Token]) -> Iterator[list[Token]]:
    """ "set omar mobile to …" as "set mobile for omar to …", however many words the name has, and what is asked for."""
    if any(token.word in _OF for token in body):
        return
    for name in range(2, min(len(body), 1 + MOST_WORDS)):
        for end in range(min(len(body), name + MOST_WORDS), name, -1):
            yield [body[0], *body[name:end], _word(FOR.text), *body[1:name], *body[end:]]


def _bare_person(body: Sequence[Token], commands: Sequence[Command]) -> Meant | None:
    only = body[0]
    if len(body) > 1 or (only.mention is None and not _ADDRESS.fullmatch(only.text)) or not _named("show", commands):
        return None
    person = f"@{only.text}" if only.mention else only.text
    text = say("Did you mean `show {person}`?", person=person)
    hint = say("Say what you want to know or do about this person; `help` lists what I can.")
    object_id = only.mention.object_id if only.mention else ""
    return Meant(text, hint, line=f"show {person}" if object_id or not only.mention else "", person_id=object_id)


def _guess(body: Sequence[Token], commands: Sequence[Command]) -> Meant | None:
    """What may be asked for somebody where hardly more than a name was typed; it counts only where there is somebody of that name."""
    for line in _guesses(body, commands):
        return Meant("", line=line, if_known=True)
    return None


def _guesses(body: Sequence[Token], commands: Sequence[Command]) -> Iterator[str]:
    if len(body) > 3 * MOST_WORDS or all(token.word in _POLITE for token in body):  # a number may be written in many pieces
        return
    for cut in range(1, min(len(body), MOST_WORDS + 1)):  # "omar password"
        if _name(body[:cut]) and (found := _nearest([*body[cut:], *body[:cut]], commands, begins=False)) and "who" in dict(found.values):
            yield " ".join(found.said)
    if _named("set-phone", commands):
        for name, number in _with_number(body):
            yield f"set mobile for {name} {number}"
    if recover := _named("recover", commands):
        situations = next(part for inner in recover.pattern for part in getattr(inner, "parts", ()) if isinstance(part, Choice))
        told = list(_with_situation(body, [word for word, _ in situations.options]))
        if told:
            yield "recover {} {}".format(*min(told, key=lambda one: len(one[0])))
    if _named("show", commands) and (name := _name(_behind_for(body)) or _name(body)):
        yield f"show {name}"


def _behind_for(body: Sequence[Token]) -> Sequence[Token]:
    """Whom something is for that is no command of ours, as in "new number for omar": on their card are buttons for what there is."""
    return next((body[at + 1 :] for at, token in enumerate(body) if at and token.word in ways(FOR.text)), ())


def _with_number(body: Sequence[Token]) -> Iterator[tuple[str, str]]:
    for at, token in enumerate(body):
        if not starts_number(token):
            continue
        for found in Number().match(body, at, near=False):
            number = str(dict(found.values)["number"])
            rest = body[found.end :]
            before, behind = _name(body[:at]), _name(rest[1:] if rest and rest[0].word in ways(FOR.text) else rest)
            name = before if found.end == len(body) else behind if at == 0 else ""
            if name and sum(map(str.isdigit, number)) >= FIGURES:
                yield name, number


def _with_situation(body: Sequence[Token], words: Sequence[Word]) -> Iterator[tuple[str, str]]:
    for word in words:
        for at in range(len(body)):
            for found in word.match(body, at, near=True):
                before = body[: at - 1] if at and body[at - 1].word in _HAPPENED else body[:at]
                name = _name(before) if found.end == len(body) else _name(body[found.end :]) if at == 0 else ""
                if name:
                    yield name, word.text


def _name(tokens: Sequence[Token]) -> str:
    """These words as the name of somebody, in quotation marks where it could be taken for more; empty when they are none."""
    if not tokens or len(tokens) > MOST_WORDS or any(token.mention or token.word in TAIL for token in tokens):
        return ""
    text = " ".join(token.text for token in tokens).strip(",;:")
    if not any(map(str.isalpha, text)) or '"' in text or text.lower() in LAST | ME:
        return ""
    plain = not any(token.quoted for token in tokens) and not any(map(str.isdigit, text))
    whole = plain and any(found.end == len(tokens) for found in Somebody(before_number=True).match(tokens, 0, near=False))
    return text if whole else f'"{text}"'


def _named(name: str, commands: Sequence[Command]) -> Command | None:
    return next((command for command in commands if command.name == name), None)


def _word(text: str) -> Token:
    return Token(text, text, 0, 0)
