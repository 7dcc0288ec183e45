"""The audit trail's vocabulary: a closed list of tags, and events with allow-listed fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Tag(StrEnum):
    """What can be recorded, as `source:subject:action`. Append-only: retire a tag in a comment, never reuse it."""

    ANNOUNCE_RESULT_DELIVERED = "announce:result:delivered"
    ANNOUNCE_RESULT_UNDELIVERABLE = "announce:result:undeliverable"
    BULK_FILE_ANSWERED = "bulk:file:answered"
    BULK_FILE_CHECKED = "bulk:file:checked"
    BULK_FILE_GIVEN = "bulk:file:given"
    BULK_JOB_FINISHED = "bulk:job:finished"
    BULK_JOB_HELD = "bulk:job:held"
    BULK_JOB_RESUMED = "bulk:job:resumed"
    BULK_JOB_STARTED = "bulk:job:started"
    BULK_JOB_STOPPED = "bulk:job:stopped"
    BULK_ROW_FINISHED = "bulk:row:finished"
    BULK_ROW_LEFT = "bulk:row:left"
    BULK_ROW_PUT_BACK = "bulk:row:put_back"
    BULK_ROW_STARTED = "bulk:row:started"
    CHAT_APPROVAL_CHANNEL_SET = "chat:approval_channel:set"
    CHAT_CALL_SUSPECTED = "chat:call:suspected"
    CHAT_CARD_REFUSED = "chat:card:refused"
    CHAT_CHANGES_PAUSED = "chat:changes:paused"
    CHAT_CHANGES_RESUMED = "chat:changes:resumed"
    CHAT_COMMAND_ASKED = "chat:command:asked"
    CHAT_COMMAND_REFUSED = "chat:command:refused"
    CHAT_FORM_OPENED = "chat:form:opened"
    CHAT_LIMITS_LIFTED = "chat:limits:lifted"
    CHAT_LOG_CHANNEL_SET = "chat:log_channel:set"
    CHAT_PERSON_FROZEN = "chat:person:frozen"
    CHAT_PERSON_UNFROZEN = "chat:person:unfrozen"
    CHAT_THREAT_LOWERED = "chat:threat:lowered"
    CHAT_THREAT_RAISED = "chat:threat:raised"
    CHAT_THREAT_WORDED = "chat:threat:worded"
    LOG_POST_DELIVERED = "log:post:delivered"
    NOTICE_DELIVERED = "notice:message:delivered"
    NOTICE_UNDELIVERABLE = "notice:message:undeliverable"
    NOT_ME_APPROVER_TOLD = "not_me:approver:told"
    NOT_ME_PRESSED = "not_me:notice:pressed"
    OPERATION_APPROVED = "operation:request:approved"
    OPERATION_CANCELLED = "operation:request:cancelled"
    OPERATION_CONFIRMED = "operation:request:confirmed"
    OPERATION_DENIED = "operation:request:denied"
    OPERATION_EXPIRED = "operation:request:expired"
    OPERATION_FINISHED = "operation:execution:finished"
    OPERATION_PUT_BACK = "operation:reveal:put_back"
    OPERATION_REVEALING = "operation:reveal:started"
    OPERATION_PROPOSED = "operation:request:proposed"
    OPERATION_STALE = "operation:request:outdated"
    OPERATION_STARTED = "operation:execution:started"
    OPERATION_WITHDRAWN = "operation:request:withdrawn"
    PROOF_ASKED = "proof:request:asked"
    PROOF_EXPIRED = "proof:request:expired"
    PROOF_FAILED = "proof:request:failed"
    PROOF_GIVEN = "proof:request:given"
    PROOF_WITHDRAWN = "proof:request:withdrawn"
    RECOVERY_CLOSED = "recovery:case:closed"
    REPORT_LIST_GIVEN = "report:list:given"
    REPORT_SHOWN = "report:counts:shown"
    TRAIL_CHECKPOINT = "trail:events:removed"
    TRAIL_DIFFERS = "trail:directory:differs"


#: The only facts an event may carry. Numbers in `changes` and `text` are masked before they get here.
FIELDS = frozenset(
    {
        "approvals", "changes", "code", "command", "conversation", "outcome", "reason", "request_ids", "results", "rules", "state",
        "target_upn", "text", "ticket", "until",
        "count", "days", "first", "last", "last_hash",  # of a checkpoint
        "answer", "answers", "counts", "file", "kind", "plan", "question", "sha256",  # of a bulk job and its rows
        "recipient", "way",  # of a notice
        "evidence", "tier",  # of a proof, whose kind is `kind`
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One line of the trail.

    Attributes:
        actor_id, actor_name: who acted; empty for the bot itself.
        operation_id, target_id: what it was about, or empty.
        facts: allow-listed fields only.

    Raises:
        ValueError: a fact is not on the allow-list.
    """

    tag: Tag
    at: datetime
    actor_id: str = ""
    actor_name: str = ""
    operation_id: str = ""
    target_id: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if unknown := set(self.facts) - FIELDS:
            raise ValueError(f"not allowed in the audit trail: {', '.join(sorted(unknown))}")
