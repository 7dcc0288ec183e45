"""What the services need from outside, as protocols. Adapters implement them; tests run the same contract on each."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from bot.ports.chat import Announcer, Chats, Download, Files, Sheets
from bot.ports.jobs import BulkFiles, BulkJobs, JobAtWork
from bot.ports.notices import Notices, NotMe, PersonalDoor, Reach
from bot.ports.operations import Deliveries, Memory, Operations, Outbox, Past, Trail
from bot.ports.pace import Budget, Hindrances, Turns
from bot.ports.proof import Proofs, SignedIn, SignInRefused, SignIns, Signs
from bot.ports.report import Readings, RegistrationReports, Registrations, RegistrationSource
from bot.ports.stops import Discrepancies, Stops, TrailHeads, Usages
from bot.ports.tenant import FIND_LIMIT, MEMBERS_LIMIT, MOST_IN_A_GROUP, NEAR_LIMIT, BulkDirectory, Directory, People

__all__ = [
    "FIND_LIMIT",
    "MEMBERS_LIMIT",
    "MOST_IN_A_GROUP",
    "NEAR_LIMIT",
    "Announcer",
    "Budget",
    "BulkDirectory",
    "BulkFiles",
    "BulkJobs",
    "Chats",
    "Clock",
    "Deliveries",
    "Directory",
    "Discrepancies",
    "Download",
    "Files",
    "Hindrances",
    "JobAtWork",
    "Memory",
    "NotMe",
    "Notices",
    "Operations",
    "Outbox",
    "Past",
    "People",
    "PersonalDoor",
    "Proofs",
    "Reach",
    "Readings",
    "RegistrationReports",
    "RegistrationSource",
    "Registrations",
    "Sheets",
    "SignInRefused",
    "SignIns",
    "SignedIn",
    "Signs",
    "Sleep",
    "Stops",
    "Trail",
    "TrailHeads",
    "Turns",
    "Usages",
]

#: The current time, in UTC.
Clock = Callable[[], datetime]
Sleep = Callable[[float], Awaitable[None]]
