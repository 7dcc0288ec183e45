"""Replies as Adaptive Cards: pure functions, a domain object in, JSON out. No I/O, no clock, no framework.

One module per family of cards. To add a card: a reply type in bot/domain/replies.py, a function here, a golden file
(`UPDATE_GOLDEN=1 pytest tests/cards`). Teams takes Adaptive Cards up to version 1.5 from bots:
https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-reference
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, assert_never

from bot.domain.choosing import Choose, ChooseMethod, ChooseSituation
from bot.domain.forms import AskWords, FormShown
from bot.domain.outside import NoticeShown, ProofShown
from bot.domain.phone import mask_text
from bot.domain.remarks import LogNote, Remark
from bot.domain.replies import (
    ApprovalShown,
    BulkExplained,
    BulkShown,
    FileOffered,
    FileStored,
    HandedOver,
    Help,
    History,
    LogEntry,
    OperationShown,
    Pending,
    PersonShown,
    Reply,
    ReportShown,
    Revealed,
    Whoami,
)
from bot.domain.said import NOBODY, Reader, speaking, spoken
from bot.domain.stop import GO, Stop
from cards import (
    approval,
    bulk,
    bulk_explained,
    choose,
    form,
    handed_over,
    help,
    history,
    log,
    operation,
    pending,
    person,
    remark,
    report,
    revealed,
    told,
    witness,
)
from cards.size import fit
from cards.untrusted import inert

__all__ = ["Rendered", "render"]


@dataclass(frozen=True, slots=True)
class Rendered:
    """What to send.

    Attributes:
        card: an Adaptive Card, below 25 KB.
        summary: one plain line for notifications and for clients without cards; numbers masked, no Markdown in it.
    """

    card: dict[str, Any]
    summary: str


def render(reply: Reply, *, refresh_for: tuple[str, ...] = (), stop: Stop = GO, reader: Reader = NOBODY) -> Rendered:
    """Any reply as a card.

    Args:
        refresh_for: Teams user ids whose clients should ask for the card's newest state by themselves; used while an
            operation is under way.
        stop: what its reader is to know holds now, so the card says so on top: a pause, a high threat level.
        reader: whose language it speaks.

    Raises:
        TypeError: a file, which is no Adaptive Card.
    """
    with speaking(reader):
        card, summary = _made(reply, refresh_for)
        if not isinstance(reply, NoticeShown | HandedOver | ProofShown):  # whose readers do not work here
            card["body"] = [*remark.banners(stop), *card["body"]]
        summary = inert(mask_text(spoken(summary)), 300)
    # Old clients show this text in place of the card, to everybody who is there.
    return Rendered(fit(card | {"fallbackText": inert(mask_text(card["fallbackText"]), 400)}), summary)


def _made(reply: Reply, refresh_for: tuple[str, ...]) -> tuple[dict[str, Any], str]:  # noqa: PLR0912 - one branch for each
    match reply:
        case OperationShown():
            made = operation.render(reply, refresh_for)
        case BulkShown():
            made = bulk.render(reply, refresh_for)
        case BulkExplained():
            made = bulk_explained.render(reply)
        case FileOffered() | FileStored():
            raise TypeError("files are offered and shown by Teams' own cards, which bot.teams makes")
        case ApprovalShown():
            made = approval.render(reply)
        case Pending():
            made = pending.render(reply)
        case ReportShown():
            made = report.render(reply)
        case PersonShown():
            made = person.render(reply)
        case Whoami():
            made = person.whoami(reply)
        case Choose() | ChooseMethod() | ChooseSituation():
            made = choose.render(reply)
        case AskWords():
            made = form.words(reply)
        case Help() | FormShown():
            made = help.render(reply) if isinstance(reply, Help) else form.render(reply)
        case LogEntry():
            made = log.render(reply)
        case LogNote():
            made = log.announce(reply)
        case History():
            made = history.render(reply)
        case Revealed():
            made = revealed.render(reply)
        case NoticeShown():
            made = told.render(reply)
        case ProofShown():
            made = witness.render(reply)
        case HandedOver():
            made = handed_over.render(reply)
        case Remark():
            made = remark.render(reply)
        case _:
            assert_never(reply)
    return made
