"""The doctor: looks at an installation piece by piece and says what is well, and what to do about the rest."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from bot.domain.looser import looser
from bot.domain.retirement import Channel, Retiring, channels_in_words
from bot.domain.rules import Policy, default_policy
from bot.settings.environment import ConfigurationError, Settings
from bot.settings.policy_file import policy_of
from bot.terminal.doctor_database import database
from bot.terminal.doctor_graph import graph
from bot.terminal.doctor_report import Report
from bot.terminal.doctor_tokens import bot_connector


async def examine(environ: Mapping[str, str], say: Callable[[str], None]) -> int:
    """Examines the installation these environment variables describe.

    Args:
        say: takes one line at a time.

    Returns:
        The exit status: 0 when Doorman can work, 1 when there is a problem.
    """
    report = Report(say)
    try:
        settings = Settings.from_env(environ)
    except ConfigurationError as error:
        for line in str(error).splitlines()[1:]:
            report.problem(f"settings: {line.strip(' -')}")
        say("Nothing else can be examined before the settings are right.")
        return 1
    report.well("settings: complete")
    for outdated in settings.outdated:
        report.note(f"settings: {outdated}")
    _retirement(report, settings)
    policy = _policy(report, settings)
    await database(report, settings)
    await graph(report, settings, policy)
    await bot_connector(report, settings)
    say("Doorman can work." if not report.problems else f"Problems found: {report.problems}.")
    return 1 if report.problems else 0


def _retirement(report: Report, settings: Settings) -> None:
    """Until when texts and calls come, as Doorman says it: whether a telephony provider is set up, Graph does not tell."""
    retiring = Retiring(settings.retirement, datetime.now(UTC).date())
    if retiring.day is None:
        report.well(f"texts and calls: no day is set on which they end in the cloud `{settings.cloud}`, so nothing is said of it.")
        return
    provider = "carries on " + channels_in_words(settings.retirement.provider) if settings.retirement.provider else "none"
    says = " ".join(retiring.of(frozenset(Channel), sms_sign_in=True, counted=True))
    report.well(f"texts and calls: telephony provider of your own (TELEPHONY_PROVIDER): {provider}. {says}")


def _policy(report: Report, settings: Settings) -> Policy | None:
    """The policy, if it can be read."""
    try:
        policy = policy_of(settings)
    except ConfigurationError as error:
        first, *lines = str(error).splitlines()
        for line in lines or [first]:
            report.problem(f"policy: {line.strip(' -')}")
        return None
    count = len(policy.rules) + len(policy.reports)
    rules = f"{count} rule{'s' if count > 1 else ''}"
    report.well(f"policy: {rules} in {policy.source}" if policy.source else "policy: the built-in one, because POLICY_FILE is not set")
    if policy.source:
        built_in = default_policy(settings.helpdesk_group_id, settings.admin_group_id, policy.confirm_for)
        for sentence in looser(policy, built_in):
            report.note(f"policy: looser than the built-in one: {sentence}.")
    if demanding := [rule.name for rule in policy.rules if (rule.proof or rule.if_risk) and not rule.or_proof]:
        report.well(f"policy: a proof of the caller is demanded by {'; '.join(demanding)}")
    if instead := [rule.name for rule in policy.rules if rule.or_proof]:
        report.well(f"policy: a proof of the caller may stand in for approvals in {'; '.join(instead)}")
    if groups := policy.reporting():
        report.well(f"policy: reports about everybody are open to administrators and to members of {policy.group_names(groups)}")
    if policy.first_day_to_manager or any(rule.to_manager for rule in policy.rules):
        report.well("policy: some codes are revealed by the manager of the person, who needs no right here")
        if not settings.teams_catalog_app_id:
            report.note(
                "policy: without TEAMS_CATALOG_APP_ID only a manager who has a chat with Doorman gets the card for that; what is asked for "
                "somebody with another manager ends at once. Copy the App ID of Doorman from the Teams admin centre, under Manage apps."
            )
    return policy
