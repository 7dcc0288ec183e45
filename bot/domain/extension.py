"""Doorman where people write to each other: what Teams' message extension asks, and what may be asked for there. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain.remarks import Remark
from bot.domain.said import Said, say

#: The two commands of the extension, and the parameter of the first, as the manifest declares them.
FIND, ABOUT, NAME = "find", "about", "name"
#: The inputs of the dialog.
WHO, PICKED, JOB = "who", "picked", "job"
#: Fewer characters mean half the directory.
FEWEST = 2
#: Characters of a message that are shown again above the questions.
EXCERPT = 300


@dataclass(frozen=True, slots=True)
class AboutMessage:
    """The dialog that is opened on somebody's message.

    Attributes:
        author: who wrote it, as Teams says: untrusted text, as `text` is. Neither is ever taken for whom it is about.
        who: as it was filled in before.
        problem: why it is asked again; None the first time.
    """

    author: str
    text: str
    who: str = ""
    job: str = "show"
    problem: Remark | None = None


#: What may be begun there: the value of the choice, its words, and the line that is typed for it.
JOBS: Mapping[str, tuple[Said, str]] = {
    "show": (say("Show the account"), "show {who}"),
    "number": (say("New number"), "set mobile for {who}"),
    "recover": (say("Recover"), "recover {who}"),
    "pass": (say("Pass"), "pass for {who}"),
    "password": (say("Reset password"), "reset password for {who}"),
    "sign-out": (say("Sign out"), "sign out {who}"),
}


#: Whatever a client or a cleaning may take for one.
_QUOTATION_MARKS = dict.fromkeys(map(ord, '"“”„‟«»″＂'), " ")


def line_for(job: str, who: str) -> str:
    """What is typed for somebody who filled the dialog in: a name in quotation marks, so that no word of it is anything else."""
    marked = " ".join(who.translate(_QUOTATION_MARKS).split())
    return JOBS[job][1].format(who=marked if "@" in marked and " " not in marked else f'"{marked}"')
