"""Where a policy file demands less agreement than the built-in policy, said to whoever examines the installation."""

from __future__ import annotations

from dataclasses import replace
from datetime import time
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.domain.change import ChangeKind
from bot.domain.looser import looser
from bot.domain.rules import Hours, Policy, Rule, default_policy
from tests.domain.cells import ADMINS, BEFORE, EXAMPLE, HELPDESK, SENIORS, TEN, policy_in

BUILT_IN = default_policy(HELPDESK, ADMINS, TEN)
DAYTIME = Hours(frozenset(range(7)), time(7), time(19), ZoneInfo("Europe/Amsterdam"))
IN_STEPS = (
    "removing method after method until none is left that is strong: no rule with registered = true is about reset_mfa, so the "
    "last step is as free as the first; built in, it amounts to a reset"
)
FREE = "nobody else has to agree; built in, 1 must"


def rule(name: str = "One", *kinds: ChangeKind, **more: Any) -> Rule:
    return Rule(**{"name": name, "actions": frozenset(kinds), "ask": frozenset({HELPDESK}), **more})


def seniors(name: str, *kinds: ChangeKind, **more: object) -> Rule:
    return rule(name, *kinds, approvals=1, approve=frozenset({SENIORS}), **more)


@pytest.mark.parametrize("policy", [BUILT_IN, policy_in(EXAMPLE)], ids=["built-in", "example"])
def test_neither_the_built_in_policy_nor_the_example_is_looser(policy: Policy) -> None:
    assert looser(policy, BUILT_IN) == ()


def test_what_is_looser_in_a_file_of_before() -> None:
    assert looser(policy_in(BEFORE), BUILT_IN) == (
        "sms_sign_in, remove_authenticator, remove_passkey, remove_codes, remove_windows_hello, remove_platform_credential, "
        "remove_external, remove_passwordless, remove_qr_code, remove_token, deactivate_token, set_default whoever it is about: " + FREE,
        "set_phone, set_email for somebody registered: " + FREE,
        IN_STEPS,
    )


PASS, PHONE, SIGN_OUT = ChangeKind.CREATE_PASS, ChangeKind.REMOVE_PHONE, ChangeKind.SIGN_OUT
SAID = f"create_pass whoever it is about: {FREE}"


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ([rule("One", SIGN_OUT)], []),
        ([seniors("One", PASS)], []),
        ([rule("One", PASS)], [SAID]),
        ([rule("One", PASS, registered=False)], [f"create_pass for somebody without any sign-in method: {FREE}"]),
        ([rule("One", PASS), seniors("Two", PASS)], []),
        # Whoever finds the gap goes through it by day, in that conversation, or from that group.
        ([rule("One", PASS), seniors("By day", PASS, hours=DAYTIME)], [SAID]),
        ([rule("By day", PASS, hours=DAYTIME), seniors("Two", PASS)], []),
        ([rule("By day", PASS, hours=DAYTIME), seniors("There", PASS, conversations=frozenset({"19:a@thread.v2"}))], [SAID]),
        ([rule("One", PASS), seniors("There", PASS, conversations=frozenset({"19:a@thread.v2"}))], [SAID]),
        ([seniors("One", PASS), rule("Others", PASS, ask=frozenset({ADMINS}))], [SAID]),
        # Step by step matters only where a step is one person's.
        ([rule("One", PHONE)], [IN_STEPS]),
        ([seniors("One", PHONE)], []),
        ([rule("One", PHONE), seniors("Two", ChangeKind.RESET_MFA)], [IN_STEPS]),
        ([rule("One", PHONE), seniors("Two", ChangeKind.RESET_MFA, registered=True)], []),
        ([rule("One", PHONE), rule("Two", ChangeKind.RESET_MFA, registered=True)],
         [f"reset_mfa for somebody registered: {FREE}", IN_STEPS]),
    ],
)  # fmt: skip
def test_what_counts_as_looser(rules: list[Rule], said: list[str]) -> None:
    assert looser(replace(BUILT_IN, rules=tuple(rules)), BUILT_IN) == tuple(said)
