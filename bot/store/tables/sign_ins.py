"""Fresh sign-ins of people on our pages: on the way there, and back. No token is in it, and of what a browser keeps only digests."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, String, Table, Text

from bot.store.tables.columns import UtcTime, metadata

#: Somebody was sent to sign in (`ports.proof.SignInFlow`). `flow` is emptied when they come back; the row stays until it expires, so that
#: whoever comes back a second time is told so.
sign_in_flows = Table(
    "sign_in_flows",
    metadata,
    Column("state_hash", String(64), primary_key=True),
    Column("proof_id", String(32), nullable=False),
    Column("cookie_hash", String(64), nullable=False),
    Column("flow", Text, nullable=False),
    Column("again", Boolean, nullable=False, default=False),
    Column("taken", Boolean, nullable=False, default=False),
    Column("expires_at", UtcTime, nullable=False),
    Index("sign_in_flows_of", "proof_id"),
)

#: The person has come back, and is asked about one proof in the browser that has the cookie.
sign_in_sessions = Table(
    "sign_in_sessions",
    metadata,
    Column("cookie_hash", String(64), primary_key=True),
    Column("proof_id", String(32), nullable=False),
    Column("object_id", String(64), nullable=False),
    Column("name", Text, nullable=False),
    Column("session", String(16), nullable=False),
    Column("expires_at", UtcTime, nullable=False),
)
