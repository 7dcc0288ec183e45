"""The tables, one schema for SQLite and PostgreSQL; a change of them is a migration (`bot.store.migrations`). DBOS keeps its own beside."""

from bot.store.tables.bulk import bulk_files, bulk_jobs, bulk_numbers, bulk_rows, turns
from bot.store.tables.chat import (
    approval_cards,
    choices,
    deliveries,
    log_notices,
    log_posts,
    personal_chats,
    posted_cards,
    references,
    retirement_told,
    settings,
    spoken,
)
from bot.store.tables.columns import metadata
from bot.store.tables.life import alarms, freezes, lifts, numbers, operations
from bot.store.tables.notices import notices
from bot.store.tables.proof import proofs
from bot.store.tables.report import readings, registered, registrations
from bot.store.tables.sign_ins import sign_in_flows, sign_in_sessions
from bot.store.tables.trail import audit_events, audit_head, discrepancies

__all__ = [
    "alarms",
    "approval_cards",
    "audit_events",
    "audit_head",
    "bulk_files",
    "bulk_jobs",
    "bulk_numbers",
    "bulk_rows",
    "choices",
    "deliveries",
    "discrepancies",
    "freezes",
    "lifts",
    "log_notices",
    "log_posts",
    "metadata",
    "notices",
    "numbers",
    "operations",
    "personal_chats",
    "posted_cards",
    "proofs",
    "readings",
    "references",
    "registered",
    "registrations",
    "retirement_told",
    "settings",
    "sign_in_flows",
    "sign_in_sessions",
    "spoken",
    "turns",
]
