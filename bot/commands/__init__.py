"""What can be said. One tuple: parser, usage errors, help, the manifest's command lists and docs/commands.md derive from it."""

from __future__ import annotations

from bot.commands import (
    about,
    accounts,
    approvals,
    bulk,
    deciding,
    help,
    lift_limits,
    methods,
    operations,
    passes,
    people,
    phones,
    recover,
    reports,
    reset,
    sign_in,
    stopping,
    threat,
)
from bot.commands.spec import Command

COMMANDS: tuple[Command, ...] = (
    people.SHOW,
    phones.SET_PHONE,
    phones.REMOVE_PHONE,
    phones.SMS_SIGN_IN,
    recover.RECOVER,
    passes.PASS,
    passes.REVOKE_PASS,
    passes.RESET_PASSWORD,
    sign_in.DEFAULT,
    sign_in.SET_DEFAULT,
    sign_in.REQUIRE_MFA,
    methods.REMOVE_METHOD,
    methods.SET_EMAIL,
    reset.RESET_MFA,
    accounts.SIGN_OUT,
    accounts.BLOCK,
    accounts.UNBLOCK,
    stopping.FREEZE,
    stopping.UNFREEZE_ALL,  # before the one whose person could be called “all by …”
    stopping.UNFREEZE,
    threat.THREAT,
    bulk.BULK,
    bulk.BULK_JOB,
    reports.PHONE_ONLY,
    approvals.PENDING,
    approvals.APPROVE,
    operations.STATUS,
    deciding.WHY,
    operations.HISTORY,
    operations.HISTORY_ID,
    help.HELP,
    help.HELLO,
    about.WHOAMI,
    about.LOG_HERE,
    about.APPROVALS_HERE,
    deciding.POLICY_TEST,
    stopping.PAUSE,
    stopping.RESUME,
    threat.THREAT_HIGH,
    threat.THREAT_NORMAL,
    lift_limits.LIFT_LIMITS,
)


def _refuse_duplicates(commands: tuple[Command, ...]) -> None:
    names = [command.name for command in commands]
    if twice := {name for name in names if names.count(name) > 1}:
        raise ValueError(f"two commands are called {', '.join(sorted(twice))}")


_refuse_duplicates(COMMANDS)
