"""What stands above a refusal: decided once, by its code.

"Not possible" above a typing error sends its reader looking for a way round something that is one letter away; above what is so already it
sounds like a failure. Every code of a refusal stands in one of these rows, and a test holds that.
"""

from __future__ import annotations

from bot.domain.policy import Reason
from bot.domain.remarks import Refused
from bot.domain.said import Said, say_each

_CODES: dict[Refused, tuple[str, ...]] = {
    Refused.NOT_UNDERSTOOD: ("usage", "only_quoted", "edited", "bad_pick", "file_and_command"),
    Refused.CHECK: (
        "several_readings", "invalid_number", "invalid_address", "freeze_length", "threat_length", "past", "clocks_change", "too_far_ahead",
        "no_start", "phone_exists", "phone_missing",
    ),
    Refused.MISSING: (
        "missing", "who", "what_happened", "which_device", "nothing_ticked", "several_people", "several_methods", "several_meant",
        "several_groups", Reason.NEEDS_REASON, Reason.NEEDS_TICKET, Reason.NEEDS_PROOF, "unanswered",
    ),
    Refused.NOTHING_TO_DO: (
        "nothing_to_do", "no_need", "already_paused", "already_frozen", "not_paused", "not_frozen", "not_high", "answered_already",
        "nothing_asked", "nothing_to_take_back", Reason.COUNTED,
    ),
    Refused.NOT_FOUND: (
        "no_such_person", "no_such_scope", "no_such_sheet", "unknown_operation", "unknown_method", "unknown_account", "method_gone",
        "file_gone",
    ),
    Refused.NOT_ALLOWED: (
        Reason.OTHER_TENANT, Reason.NOT_A_MEMBER, Reason.DISABLED, Reason.NOT_HELPDESK, Reason.NOT_ADMIN, Reason.OWN_ACCOUNT,
        Reason.GUEST_TARGET, Reason.PRIVILEGED_TARGET, Reason.NOT_FREEZER, Reason.NO_RULE, Reason.DENIED_BY_RULE, Reason.NOT_APPROVER,
        Reason.OWN_REQUEST, Reason.ABOUT_APPROVER, Reason.RESTRICTED_TARGET, Reason.BREAK_GLASS_TARGET, Reason.HELPDESK_TARGET,
        Reason.VIP_TARGET, Reason.NOT_ASKER, Reason.SAME_PERSON, Reason.ONE_TIME_ONLY, Reason.REVEALS_IT, Reason.VOUCHED,
        Reason.NO_MANAGER, Reason.NOBODY_CAN_APPROVE, Reason.NOBODY_CAN_PROVE, Reason.NEEDS_MORE_AGREEMENT, Reason.AGREEMENT_LOST,
        "not_ones_own", "not_requester", "not_the_manager", "proof_not_offered", "switched_off", "file_secrets",
    ),
    Refused.NOT_HERE: (Reason.NOT_HERE, "not_a_channel", "not_private", "file_elsewhere"),
    Refused.NOT_NOW: (
        Reason.PAUSED, Reason.FROZEN, Reason.LIMIT, Reason.CONTAIN_LIMIT, Reason.FREEZE_LIMIT, Reason.NOT_NOW, Reason.THREAT_HIGH,
        "too_often", "too_early", "still_under_way", "proof_asked", "not_read", "no_room",
    ),
    Refused.TOO_LATE: (
        "too_late", "expired", "old_card", "unknown_card", "unknown_form", "unknown_choice", "target_changed", "freeze_changed",
    ),
    Refused.FILE: (
        "file_bomb", "file_column_missing", "file_column_twice", "file_column_unclear", "file_damaged", "file_empty", "file_encrypted",
        "file_host", "file_macros", "file_merged", "file_no_header", "file_no_sheet", "file_quotes", "file_row_too_long",
        "file_too_heavy", "file_too_large", "file_too_slow", "file_too_wide", "file_two_tables", "file_unknown", "file_unreadable",
        "empty_file", "several_files", "too_many_files", "too_large", "unreadable", "group_too_large", "download_page", "download_slow",
        "download_failed", "download_expired", "download_refused", "download_packed", "onedrive_full", "upload_expired",
        "upload_refused", "upload_failed",
    ),
    Refused.NOT_POSSIBLE: (
        "refused", "alternate_exists", "external_password", "methods_hidden", "mobile_missing", "no_approval_channel",
        "not_mobile", "not_registered", "number_not_unique", "old_client", "passes_not_for_person", "passes_off",
        "sms_not_supported", "sms_policy", "synced_office_phone", "synced_password", "unknown_state",
    ),
}  # fmt: skip
WORDS: dict[Refused, Said] = say_each({
    Refused.NOT_UNDERSTOOD: "Not understood",
    Refused.CHECK: "Please check",
    Refused.MISSING: "Something is missing",
    Refused.NOTHING_TO_DO: "Nothing to do",
    Refused.NOT_FOUND: "Not found",
    Refused.NOT_ALLOWED: "Not allowed",
    Refused.NOT_HERE: "Not here",
    Refused.NOT_NOW: "Not now",
    Refused.TOO_LATE: "Too late",
    Refused.FILE: "This file does not work",
    Refused.NOT_POSSIBLE: "Not possible",
})  # fmt: skip
_HEADS = {str(code): head for head, codes in _CODES.items() for code in codes}


def kind_of_refusal(code: str) -> Refused:
    """What stands above a refusal with this code."""
    return _HEADS.get(code, Refused.NOT_POSSIBLE)


def in_words(code: str) -> Said:
    """What stands above a refusal with this code, in words."""
    return WORDS[kind_of_refusal(code)]


#: Every code that has a head of its own.
CODES = frozenset(_HEADS)
