"""What holds for every line: an answer, never an action on a near miss, and the same reading twice."""

from __future__ import annotations

import string

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from bot.commands import COMMANDS
from bot.commands.grammar.dutch import ways
from bot.commands.parser import parse
from bot.commands.spec import Command, Invocation
from bot.domain.conversations import MENTION_CLOSE, MENTION_OPEN, Mention
from bot.errors import UsageError

MENTIONS = (Mention('Al "because" <b>ice', "id-0"), Mention("", ""))

WORDS = [
    *sorted({word for command in COMMANDS for word in command.example.split()}),
    *("to", "because", "ticket", "INC1", "alternate", "phone", "Jan", "de Vries", '"', "'", "“", "+", "x12", "(0)", ".", "?", "*"),
    *("<b>", "</b>", "&nbsp;", "\u00a0", "\u200b"),
    *(f"{MENTION_OPEN}{n}{MENTION_CLOSE}" for n in (0, 1, 9)),
    MENTION_OPEN,
]
lines = st.one_of(
    st.text(),
    st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join),
    st.lists(st.sampled_from(WORDS), max_size=9).map("".join),
)


def read(line: str) -> Invocation | UsageError:
    """The invocation, or the help that came instead."""
    try:
        return parse(line, MENTIONS)
    except UsageError as refused:
        return refused


@given(lines)
@settings(max_examples=400)
def test_every_line_is_a_command_or_gets_help(line: str) -> None:
    answer = read(line)
    if isinstance(answer, UsageError):
        assert answer.text
        assert answer.hint
    else:
        assert answer.command in COMMANDS
        assert answer == parse(line, MENTIONS)


#: The words of each example that are the command's own, not the person's name, number or id.
FIXED = {
    "show": ["show"],
    "set-phone": ["set", "mobile", "for"],
    "remove-phone": ["remove", "office", "for"],
    "remove-method": ["remove", "authenticator", "for"],
    "reset-mfa": ["reset", "mfa", "for"],
    "sms-sign-in": ["enable", "sms", "sign-in", "for"],
    "status": ["status"],
    "history": ["history"],
    "history-id": ["history", "id"],
    "help": ["help"],
    "whoami": ["whoami"],
    "log-here": ["log", "here"],
    "approvals-here": ["approvals", "here"],
}


@st.composite
def slips(draw: st.DrawFn) -> tuple[str, str]:
    """The example of a command, and the same with one slip of the finger in one of its own words."""
    command = draw(st.sampled_from([command for command in COMMANDS if command.name in FIXED]))
    word = draw(st.sampled_from(FIXED[command.name]))
    at = draw(st.integers(0, len(word) - 1))
    letter = draw(st.sampled_from(string.ascii_lowercase))
    kind = draw(st.sampled_from(["drop", "double", "swap", "replace"]))
    slip = {
        "drop": word[:at] + word[at + 1 :],
        "double": word[: at + 1] + word[at:],
        "swap": word[:at] + word[at : at + 2][::-1] + word[at + 2 :],
        "replace": word[:at] + letter + word[at + 1 :],
    }[kind]
    assume(slip != word)
    typed = [slip if part == word else part for part in command.example.split()]
    return command.example, " ".join(typed)


@given(slips())
@settings(max_examples=400)
@example(("set mobile for alice +31 6 12345678", "se mobile for alice +31 6 12345678"))
def test_a_slip_of_the_finger_is_never_carried_out(slip: tuple[str, str]) -> None:
    meant, typed = slip
    if typed.replace("sms signin", "sms sign-in") == meant:
        return  # that spelling is fine
    if any(one != other and other in ways(one) for one, other in zip(meant.split(), typed.split(), strict=False)):
        assert (parse(typed).command, parse(typed).args) == (parse(meant).command, parse(meant).args)  # mobile, mobiel: the same in Dutch
        return
    with pytest.raises(UsageError):
        parse(typed)


@given(slips(), st.sampled_from(["", " because he asked", ' ticket INC1 because "so"', " becuase lost", " please"]))
@settings(max_examples=400)
def test_a_suggestion_can_be_typed(slip: tuple[str, str], tail: str) -> None:
    answer = read(slip[1] + tail)
    if isinstance(answer, UsageError) and answer.text.startswith("Did you mean `"):
        assert isinstance(parse(answer.text.removeprefix("Did you mean `").removesuffix("`?")), Invocation)
    else:
        assert read(slip[0]) != answer


names = st.text(alphabet=string.ascii_letters + "éøß'-.@", min_size=1, max_size=20).filter(lambda name: any(map(str.isalpha, name)))


@given(names, st.sampled_from(["+31 6 12345678", "0031612345678", "(+31) 6-1234-5678", "06.12345678"]), st.booleans())
def test_a_quoted_name_arrives_as_it_was_typed(name: str, number: str, to: bool) -> None:
    invocation = parse(f'set mobile for "{name}" {"to " if to else ""}{number}')
    assert invocation.who is not None
    assert (invocation.who.text, invocation.args["number"]) == (name, number)


@given(st.text(alphabet=string.ascii_letters + string.digits + " ,.!?()éß€#/", min_size=1, max_size=200))
def test_a_reason_is_kept_letter_by_letter(reason: str) -> None:
    reason = " ".join(reason.split())
    assume(any(map(str.isalnum, reason)))
    assume(" ticket " not in f" {reason.lower()} ")
    assert parse(f"remove mobile for alice because {reason}").reason == reason


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_an_example_reads_as_itself_in_any_case(command: Command) -> None:
    invocation = parse(command.example)
    assert invocation.command is command
    assert invocation.text == command.example
    assert parse(invocation.text) == invocation
    assert parse(f"  {command.example.replace(' ', chr(0xA0))}. ").args == invocation.args
    assert parse(command.example.upper()).command is command
