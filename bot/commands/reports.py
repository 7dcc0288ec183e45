"""Reports about everybody: who has nothing but a phone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.commands.grammar.arguments import FOR, MAX_NAME, MAX_NAME_WORDS
from bot.commands.grammar.kinds import Match, Optional, Token, Word
from bot.commands.spec import Audience, Command, Context, Invocation, ReportAsked
from bot.domain.said import say


@dataclass(frozen=True, slots=True)
class GroupOrDepartment:
    """The rest of the line: the name of a department or group, or the object id of a group, in quotation marks or not."""

    name: str = "about"

    @property
    def syntax(self) -> str:
        return "<group or department>"

    @property
    def label(self) -> str:
        return say("The group or department")

    def match(self, tokens: Sequence[Token], at: int, near: bool) -> Iterator[Match]:
        rest = tokens[at:]
        said = " ".join(token.text for token in rest).strip(",;:")
        if not said or len(rest) > MAX_NAME_WORDS or len(said) > MAX_NAME or any(token.mention for token in rest):
            return
        typed = " ".join(f'"{token.text}"' if token.quoted else token.text for token in rest)
        yield Match(len(tokens), ((self.name, said),), (typed,))

    def wrong(self, found: str) -> str:
        return say("I expected the name of a group or department before “{found}”.", found=found)


async def phone_only(invocation: Invocation, context: Context) -> ReportAsked:
    """Who has nothing but a phone: of everybody, or of a group or department."""
    return ReportAsked(str(invocation.args.get("about", "")))


PHONE_ONLY = Command(
    name="report-phone-only",
    topic="Many people",
    pattern=(
        Word("report phone-only", also=("report phone only",), near=("report", "phone-only", "phone only", "report phones")),
        Optional((FOR, GroupOrDepartment())),
    ),
    summary="Who has only a phone when texts and calls end: counts, trend, and everybody as a file",
    example="report phone-only for Logistics",
    run=phone_only,
    audience=Audience.REPORTERS,
    reads=(("GroupMember.Read.All", "see who is in a group that a report is about"),),
)
