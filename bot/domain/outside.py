"""Replies to people outside the helpdesk, in chats of their own: what was changed, and whether a caller is them."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.notices import Notice
from bot.domain.operation import Operation
from bot.domain.proof import Proof


@dataclass(frozen=True, slots=True)
class NoticeShown:
    """A notice in the recipient's own chat.

    Attributes:
        operation: what it tells of.
        contact: how the helpdesk is reached; empty where no setting says.
    """

    notice: Notice
    operation: Operation
    contact: str = ""


@dataclass(frozen=True, slots=True)
class ProofShown:
    """A proof as whoever is asked for it sees it, in a chat of their own.

    Attributes:
        link: the page to sign in on; empty for every other kind.
        contact: how the helpdesk is reached; empty where no setting says.
    """

    proof: Proof
    operation: Operation
    link: str = ""
    contact: str = ""
