"""Bulk jobs in words: how to begin one, and what can be said about one that runs. The file itself comes by `services.bulk`."""

from __future__ import annotations

from bot.commands.grammar.arguments import OperationId
from bot.commands.grammar.kinds import Choice, Optional, Word
from bot.commands.people import READS
from bot.commands.spec import Audience, Command, Context, Invocation, Steer
from bot.domain.change import ChangeKind
from bot.domain.incoming import Verb
from bot.domain.replies import BulkExplained, Reply
from bot.domain.said import say

_BULK = Word("bulk", near=("batch", "import", "csv"))
#: What may stand behind it: only look at the file that comes with it, or have one to fill in.
DRY_RUN, TEMPLATE = "dry_run", "template"
_HOW = (
    (Word("dry run", near=("dryrun", "test", "check", "simulate")), DRY_RUN),
    (Word("template", near=("example", "sample")), TEMPLATE),
)


async def explain(invocation: Invocation, context: Context) -> Reply | Steer:
    """How a bulk job is begun, with a button for a template; or the template itself."""
    if context.where.kind != "personal":
        return BulkExplained(say("Drop the file in a personal chat with me: Teams gives me files nowhere else."), template=False)
    if invocation.args.get("how") == TEMPLATE:
        return Steer(Verb.TEMPLATE)
    return BulkExplained(say("Drop a CSV or Excel file here; I check every row first and change nothing before you confirm."))


async def steer(invocation: Invocation, context: Context) -> Steer:
    """What was said about a job."""
    verb = invocation.args["what"]
    assert isinstance(verb, Verb), "the declaration says so"
    return Steer(verb, str(invocation.args["id"]))


BULK = Command(
    name="bulk",
    topic="Many people",
    pattern=(_BULK, Optional((Choice("how", _HOW),))),
    summary="Change many people from a file that you drop in our chat; `dry run` only looks, `template` is a file to fill in",
    example="bulk",
    run=explain,
    changes=frozenset({ChangeKind.BULK}),  # by the file that comes with it
    reads=READS,
)

BULK_JOB = Command(
    name="bulk-job",
    topic="Many people",
    pattern=(
        _BULK,
        Choice(
            "what",
            (
                (Word("pause", near=("hold", "wait")), Verb.HOLD),
                (Word("resume", also=("go on", "continue"), near=("start", "unpause")), Verb.GO_ON),
                (Word("cancel", also=("stop",), near=("abort", "end")), Verb.STOP),
                (Word("retry", near=("again", "repeat")), Verb.RETRY),
                (Word("preview"), Verb.PREVIEW),
                (Word("result", near=("results", "report", "outcome")), Verb.RESULT),
            ),
        ),
        OperationId(),
    ),
    summary="Pause a bulk job, let it go on, stop what is left, retry its failures, or have its rows as a file",
    example="bulk pause 7Q2F",
    run=steer,
    audience=Audience.STAFF,
    acts=True,
)
