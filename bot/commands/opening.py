"""Lines that end before the first argument: which commands begin so, and what was said already.

Here runs the border between a form and a usage error: whoever typed nothing but words of commands is asked for the rest on a
form; as soon as one argument was typed (a person, a number), the line is answered with what is wrong in it and an example.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.commands.grammar.kinds import Choice, Optional, Part, Token, Word, match_all
from bot.commands.spec import Command


def begun(tokens: Sequence[Token], commands: Sequence[Command]) -> tuple[tuple[str, ...], dict[str, str]]:
    """The names of the commands that begin with just these words, and the words chosen so far, by the name of their field.

    Where several commands begin so, only what the first one was told is returned.
    """
    names: list[str] = []
    typed: dict[str, str] = {}
    for command in commands:
        said = _said(tokens, command)
        if said is not None:
            typed = typed if names else said
            names.append(command.name)
    return tuple(names), typed


def _said(tokens: Sequence[Token], command: Command) -> dict[str, str] | None:
    for pattern in (command.pattern, *command.short):
        for head in _heads(pattern):
            for found in match_all(head, tokens, 0, near=False):
                if found.end == len(tokens):
                    words = zip(head, found.said, strict=True)
                    return {part.name: word for part, word in words if isinstance(part, Choice) and part.name}
    return None


def _heads(pattern: Sequence[Part]) -> Iterator[tuple[Part, ...]]:
    """Each beginning of the pattern that is made of words alone."""
    head: tuple[Part, ...] = ()
    for part in pattern:
        if isinstance(part, Optional):
            yield from ((*head, *inner) for inner in _heads(part.parts))
        elif isinstance(part, (Word, Choice)):
            head = (*head, part)
            yield head
        else:
            return
