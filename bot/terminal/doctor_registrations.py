"""What the doctor says of the nightly reading of Entra's registration report."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.ports import Registrations
from bot.settings.environment import Settings
from bot.terminal.doctor_report import Report

#: A night may be missed.
OLD = timedelta(hours=48)


async def registrations(report: Report, settings: Settings, kept: Registrations, now: datetime) -> None:
    """How old the last reading is, and why the last one failed; raises StoreUnavailable."""
    if settings.report_hour is None:
        report.note("REPORT_HOUR: none, so Entra's registration report is read only when somebody asks for it.")
    read_at, trouble = await kept.read_at(), await kept.trouble()
    if trouble:
        report.note(f"registration report: the last reading failed. {trouble}")
    if read_at is None:
        if settings.report_hour is not None and not trouble:
            report.well("registration report: not read yet; a running Doorman does it at once, and then every night")
        return
    age = f"registration report: read {_hours(now - read_at)} ago"
    if now - read_at > OLD and settings.report_hour is not None:
        report.note(f"{age}, though it is to be read every night: does Doorman run, and what does its log say?")
    else:
        report.well(age)


def _hours(age: timedelta) -> str:
    hours = int(age.total_seconds() // 3600)
    return f"{hours or 'less than one'} hour{'s' if hours > 1 else ''}"
