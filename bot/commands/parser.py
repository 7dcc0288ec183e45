"""Step 2: what was typed becomes an invocation, or a usage error that says what to type instead.

Only an exact reading is ever carried out. A near one becomes "Did you mean …?".
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.commands import COMMANDS
from bot.commands.grammar.arguments import Number, Somebody, Who
from bot.commands.grammar.cleaning import normalise
from bot.commands.grammar.kinds import Choice, Match, Optional, Part, Token, Trace, Word, match_all
from bot.commands.grammar.lengths import Duration
from bot.commands.grammar.pasted import is_table, no_table
from bot.commands.grammar.times import TimeOfDay
from bot.commands.grammar.tokens import BECAUSE, TAIL, split, tokens_of
from bot.commands.meant import FIGURES, meant
from bot.commands.opening import begun, mended
from bot.commands.spec import Command, Invocation
from bot.domain.conversations import MENTION_CLOSE, MENTION_OPEN, Mention
from bot.domain.incoming import PICKED
from bot.domain.said import alternatives, join, say
from bot.errors import Begun, Incomplete, Meant, UsageError

MAX_TEXT = 2_000
MAX_RAW = 16_000  # the same with the markup of Teams around it
MAX_TICKET = 64
MAX_ADDRESS = 300  # of one, where the address is given instead of its number
MAX_REASON = 300
#: As many figures in one word may still be part of a name, such as that of a room.
MOST_OF_A_NAME = 6

#: Where a reading went wrong: at which token, which part did not fit there, and of which command.
_Stop = tuple[int, Part | None, Command]
_MENTION = re.compile(f"{MENTION_OPEN}([0-9]+){MENTION_CLOSE}")


def parse(message_text: str, mentions: Sequence[Mention] = (), commands: Sequence[Command] = COMMANDS) -> Invocation:
    """Reads one message.

    Args:
        message_text: as typed, mentions of people standing as MENTION_OPEN n MENTION_CLOSE.
        mentions: the people mentioned, by that n.

    Raises:
        UsageError: it is no exact command; the hint says what to type. `Incomplete` when it is the beginning of one, `Meant` when it
            may mean one. Nothing else is ever raised.
    """
    text = normalise(message_text) if len(message_text) <= MAX_RAW else message_text
    if len(text) > MAX_TEXT:
        if is_table(message_text):
            raise no_table()
        raise UsageError(
            say("That is too long for me: {count} characters.", count=f"{len(text):,}"),
            say("Use one short line, {most} characters at most.", most=f"{MAX_TEXT:,}"),
        )
    tokens = tokens_of(text, mentions)
    if not tokens:
        raise UsageError(
            say("You did not type anything I can read."),
            _for_example(commands),
        )
    body, tail = split(tokens)
    for command in commands:
        line, rest = (tokens, []) if command.nested else (body, tail)
        for pattern in (command.pattern, *command.short):
            for found in match_all(pattern, line, 0, near=False):
                if found.end == len(line):
                    try:
                        return _invocation(command, found, text, mentions, rest)
                    except UsageError as error:
                        if command.takes_reason:
                            error.begun = Begun((command.name,), begun(line, (command,))[1] | _as_given(text, rest, mentions))
                        raise
    if is_table(message_text):
        raise no_table()
    raise _no_command(text, tokens, mentions, commands)


def _no_command(text: str, tokens: list[Token], mentions: Sequence[Mention], commands: Sequence[Command]) -> UsageError:
    """What to say of a line that is no command, and what helps on: a form, or what was probably meant."""
    body, tail = split(tokens)
    names, typed = begun(body, [command for command in commands if not tail or command.takes_reason])
    if names:
        complaint = _complaint(text, body, tail, commands, _stops(body, [command for command in commands if command.name in names]))
        return Incomplete(complaint.text, complaint.hint, Begun(names, typed | _words(text, tail, mentions)))
    stops = _stops(body, commands)
    complaint = _complaint(text, body, tail, commands, stops)
    probably = meant(tokens, commands, begins=any(stop for stop, _, _ in stops))
    if probably and probably.if_known:  # until somebody of that name is found
        return Meant(complaint.text, complaint.hint, line=probably.line, if_known=True)
    if not probably and (found := mended(body, *_furthest(body, stops))):
        complaint.begun = Begun((found[0].name,), found[1] | _words(text, tail, mentions))
    if not probably and (begins := _number_alone(body, commands)):
        return Incomplete(
            say("Whose number is that?"),
            say("I have done nothing yet."),
            replace(begins, typed={**begins.typed, **_words(text, tail, mentions)}),
        )
    return probably or complaint


def _number_alone(body: Sequence[Token], commands: Sequence[Command]) -> Begun | None:
    """The form for a telephone number that was typed without a word; None for anything else."""
    if all(found.end != len(body) for found in Number().match(body, 0, near=False)) or sum(map(_figures, body)) < FIGURES:
        return None
    for command in commands:
        if any(isinstance(part, Number) for part in command.pattern):
            names, usual = begun(tokens_of(command.example), (command,))
            number = " ".join(token.text for token in body)
            return Begun(names, {name: said for name, said in usual.items() if name != "who"} | {"number": number})
    return None


def typed_in(invocation: Invocation) -> Begun | None:
    """A line that was understood, as its form would be filled in; None where the command has none."""
    body, _ = split(tokens_of(invocation.text))
    names, typed = begun(body, (invocation.command,))
    words = {"ticket": invocation.ticket, "reason": invocation.reason}
    return Begun(names, typed | {name: said for name, said in words.items() if said}) if typed else None


def form_of(line: str, person_id: str = "") -> Begun | None:
    """A line as its form would be filled in, whole or only begun; with this account picked for whom it is about."""
    try:
        begins = typed_in(parse(line))
    except UsageError as error:
        begins = error.begun
    return about(begins, person_id) if begins else None


def about(begins: Begun, person_id: str) -> Begun:
    """The same with this account picked for whom it is about, where it is about anybody."""
    if not person_id or "who" not in begins.typed:
        return begins
    rest = {name: said for name, said in begins.typed.items() if name != "who"}
    return Begun(begins.commands, rest | {"who" + PICKED: person_id})


def _words(text: str, tail: list[Token], mentions: Sequence[Mention]) -> dict[str, str]:
    """The ticket and the reason of a line, as a form is filled in with them."""
    ticket, reason = _read_tail(text, tail, mentions)
    return {name: said for name, said in (("ticket", ticket), ("reason", reason)) if said}


def _invocation(command: Command, found: Match, text: str, mentions: Sequence[Mention], tail: list[Token]) -> Invocation:
    if tail and not command.takes_reason:
        raise UsageError(
            say("`{syntax}` changes nothing, so it takes no ticket and no reason.", syntax=command.syntax),
            say("Leave out everything from “{text}” on. If it is part of a name, put the name in quotation marks.", text=tail[0].text),
            line=_unless_mentioned(text[: tail[0].start]),
        )
    args = dict(found.values)
    _refuse_two_numbers(args)
    ticket, reason = _read_tail(text, tail, mentions)
    return Invocation(command, args, _shown(text, mentions), ticket, reason)


def _refuse_two_numbers(args: Mapping[str, object]) -> None:
    """Figures before a number are part of the name, or a number of their own."""
    number, who = str(args.get("number", "")), args.get("who")
    first, *others = number.split() or [""]
    if first[:1] in ("+", "(") or len(first) > MOST_OF_A_NAME or not isinstance(who, Who):
        return
    long = [other for other in others if sum(map(str.isdigit, other)) >= MOST_OF_A_NAME]
    if any(other[0] == "+" for other in others) or (first[:1] != "0" and any(other[0] == "0" for other in long)):
        raise UsageError(
            say("“{number}” looks like more than one number.", number=_clip(number)),
            say('If “{first}” is part of the name, put the name in quotation marks: `"{name}"`.', first=first, name=f"{who.text} {first}")
            if not who.exact
            else say("Give one number at a time."),
        )


def _read_tail(text: str, tail: list[Token], mentions: Sequence[Mention]) -> tuple[str, str]:
    ticket = reason = ""
    rest = tail
    while rest:
        if rest[0].word == "ticket" and not ticket:
            size = 2 if len(rest) > 2 and not _has_digit(rest[1]) and _has_digit(rest[2]) and rest[1].word not in TAIL else 1
            ticket = " ".join(token.text for token in rest[1 : 1 + size] if token.word not in TAIL).strip(",;:")
            if not ticket:
                raise UsageError(
                    say("The number of the ticket is missing after `ticket`."), say("For example `ticket INC0012345`."), missing=True
                )
            rest = rest[1 + size :]
        elif rest[0].word in BECAUSE:
            inside = rest[1:]
            if not ticket and len(inside) > 2 and inside[-2].word == "ticket" and _has_digit(inside[-1]):
                ticket, inside = inside[-1].text, inside[:-2]
            reason = _shown(_raw(text, inside, to_the_end=inside == rest[1:]), mentions)
            if not reason:
                raise UsageError(
                    say("The reason is missing after `because`."), say("For example `because her phone was stolen`."), missing=True
                )
            rest = []
        else:
            left = " ".join(token.text for token in rest)
            raise UsageError(
                say("I do not know what to do with “{left}”.", left=_clip(left)), say("A ticket is one word, such as `ticket INC0012345`.")
            )
    if len(ticket) > (MAX_ADDRESS if "://" in ticket else MAX_TICKET):
        raise UsageError(
            say("That ticket is too long: {count} characters.", count=len(ticket)), say("Use {most} at most.", most=MAX_TICKET)
        )
    if len(reason) > MAX_REASON:
        raise UsageError(
            say("That reason is too long: {count} characters.", count=len(reason)), say("Use {most} at most.", most=MAX_REASON)
        )
    return ticket, reason


def with_words(text: str, ticket: str, reason: str) -> str:
    """A line, with this ticket and this reason behind it where there are any, instead of those that it had."""
    if not (ticket or reason):
        return text
    body, tail = split(tokens_of(text))
    try:
        said = parse(text)
        own = {"ticket": said.ticket, "reason": said.reason}
    except UsageError:  # it is only begun
        own = _as_given(text, tail, ())
    words = (("ticket", ticket or own.get("ticket")), ("because", reason or own.get("reason")))
    return " ".join((text[: body[-1].end], *(f"{word} {value}" for word, value in words if value)))


def _as_given(text: str, tail: list[Token], mentions: Sequence[Mention]) -> dict[str, str]:
    """What stands in a tail that cannot be read, so that nobody writes it again."""
    cut = next((index for index, token in enumerate(tail) if token.word in BECAUSE), len(tail))
    ticket = " ".join(token.text for token in tail[:cut] if token.word != "ticket")
    reason = _shown(_raw(text, tail[cut + 1 :], to_the_end=True), mentions)
    return {name: said for name, said in (("ticket", ticket), ("reason", reason)) if said}


def _unless_mentioned(line: str) -> str:
    """A line that can be typed: not where somebody is mentioned in it."""
    return "" if MENTION_OPEN in line else line.strip()


def _has_digit(token: Token) -> bool:
    return _figures(token) > 0


def _figures(token: Token) -> int:
    return sum(map(str.isdigit, token.text))


def _raw(text: str, run: list[Token], *, to_the_end: bool) -> str:
    """What was typed from the first of these tokens on, in its own case and with its own full stop."""
    if not run:
        return ""
    return text[run[0].start :] if to_the_end else text[run[0].start : run[-1].end].rstrip(" ,;:-")


def _shown(text: str, mentions: Sequence[Mention]) -> str:
    """The line as a person reads it: mentions by name."""
    if MENTION_OPEN not in text:
        return text
    named = _MENTION.sub(lambda mark: f"@{mentions[int(mark[1])].name}" if int(mark[1]) < len(mentions) else "", text)
    return " ".join(named.split())


def _complaint(text: str, body: list[Token], tail: list[Token], commands: Sequence[Command], stops: Sequence[_Stop]) -> UsageError:
    """Says where the reading that got furthest went wrong."""
    at, stuck = _furthest(body, stops)
    if at == 0:
        return UsageError(
            say("I do not understand “{text}”.", text=_clip(text)),
            _for_example(commands),
        )
    part, command = stuck[0]
    quotes = say("A name that contains the word ticket or because goes in quotation marks.") if tail else ""
    if isinstance(part, Duration | TimeOfDay):
        quotes = say("If it is part of a name, put the name in quotation marks.")
    elif not quotes and (isinstance(part, Somebody) or (part is None and any(isinstance(each, Somebody) for each in command.pattern))):
        quotes = say("A name with figures or words such as for, to or at in it goes in quotation marks.")
    how = say("Say just `{syntax}`.", syntax=command.syntax)
    if command.syntax != command.example:
        how = say("Say `{syntax}`, for example `{example}`.", syntax=command.syntax, example=command.example)
    if part is None:
        left = " ".join(token.text for token in body[at:])
        return UsageError(say("I do not know what to do with “{left}”.", left=_clip(left)), join(" ", (how, quotes)))
    others = [(other, its) for other, its in stuck if its is not command]
    if isinstance(part, Choice | Word) and (all_of_them := _together([part, *(other for other, _ in others)])) != part:
        part = all_of_them  # several commands begin like this line, and any of them may be meant
        examples = dict.fromkeys((command.example, *(its.example for other, its in others if isinstance(other, Choice | Word))))
        how = say("For example {lines}.", lines=alternatives(say("`{line}`", line=line) for line in examples))
    text = part.wrong(_clip(body[at].text)) if at < len(body) else say("{label} is missing.", label=part.label)
    return UsageError(text, join(" ", (how, quotes)), missing=at == len(body))


def _furthest(body: list[Token], stops: Sequence[_Stop]) -> tuple[int, list[tuple[Part | None, Command]]]:
    """How far the readings get that get furthest, and what does not fit there; a time that could be left out is begun with its word."""
    at = max((at for at, _, _ in stops), default=0)
    stuck = [(part, command) for stop, part, command in stops if stop == at]
    if at and stuck[0][0] is None and (begun_time := _time_within(stuck[0][1], body, at)):
        return begun_time[0], [(begun_time[1], stuck[0][1])]
    return at, stuck


def _time_within(command: Command, body: list[Token], at: int) -> tuple[int, Part] | None:
    """Where a time that could be left out goes wrong once it has begun: at which token, and what it should be."""
    trace: Trace = []
    for part in command.pattern:
        if isinstance(part, Optional):
            list(match_all(part.parts, body, at, near=False, trace=trace))
    return next(((stop, part) for stop, part in trace if isinstance(part, Duration | TimeOfDay)), None)


def _stops(body: list[Token], commands: Sequence[Command]) -> list[_Stop]:
    """Where each reading went wrong: at which token, and which part did not fit there; None where the command ended."""
    stops: list[_Stop] = []
    for command in commands:
        trace: Trace = []
        for pattern in (command.pattern, *command.short):
            stops += [(found.end, None, command) for found in match_all(pattern, body, 0, near=False, trace=trace)]
        stops += [(at, part, command) for at, part in trace]
    return stops


def _together(parts: Sequence[Part | None]) -> Choice | Word:
    """One choice between all the words that could stand at a place; the part itself when there is but one."""
    options: dict[str, tuple[Word, object]] = {}
    for part in parts:
        for word, value in part.options if isinstance(part, Choice) else ((part, True),) if isinstance(part, Word) else ():
            options.setdefault(word.text, (word, value))
    first = parts[0]
    assert isinstance(first, Choice | Word), "a place where words stand"
    alone = len(first.options) if isinstance(first, Choice) else 1
    return first if len(options) == alone else Choice("", tuple(options.values()))


def _for_example(commands: Sequence[Command]) -> str:
    """Lines for some of what a helpdesk does all day."""
    lines = [say("`{line}`", line=command.example) for command in commands if command.job][:3]
    return say("Say for example {lines}, or `help` to see what I can do.", lines=join(", ", lines)) if lines else say("Type `help`.")


def _clip(text: str) -> str:
    text = re.sub(f"[{MENTION_OPEN}{MENTION_CLOSE}]", "", text)
    return text if len(text) <= 60 else text[:59] + "…"
