"""The policy without a file: every action, by whom it is done to, and how many people it takes. The table is written by hand.

The principle: a first method for somebody who has none is one person's work, and so is what only takes access away; whatever else lets
somebody in is two people's.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.change import CONTAINING, ChangeKind
from bot.domain.need import Need
from bot.domain.people import Actor, Person
from bot.domain.policy import Reason
from bot.domain.rules import Ground, Rule, default_policy
from bot.domain.stop import FREEZE_FOR, Pause, Stop, freeze_of
from tests.domain.cells import ADMINS, BEFORE, EXAMPLE, HELPDESK, NOTHING, NOW, PEOPLE, RESET, TARGETS, TEN, asked, judged, lines, policy_in

BUILT_IN = default_policy(HELPDESK, ADMINS, TEN)
POLICIES = {"built-in": BUILT_IN, "example": policy_in(EXAMPLE), "of before": policy_in(BEFORE)}
#: How many people it takes, for a newcomer, for somebody registered, and where no strong method stays. A dash: it removes nothing.
PEOPLE_NEEDED = """
action                      newcomer  registered  last
set_phone                   1         2           -
set_email                   1         2           -
remove_phone                1         1           2
remove_email                1         1           2
sms_sign_in                 2         2           -
set_default                 2         2           -
require_mfa                 2         2           -
remove_authenticator        2         2           2
remove_passwordless         2         2           2
remove_passkey              2         2           2
remove_codes                2         2           2
remove_windows_hello        2         2           2
remove_platform_credential  2         2           2
remove_external             2         2           2
remove_qr_code              2         2           2
remove_token                2         2           2
deactivate_token            2         2           2
reset_mfa                   2         2           2
reset_everything            2         2           2
recover                     2         2           2
create_pass                 2         2           -
reset_password              2         2           -
unblock                     2         2           -
bulk                        2         2           -
sign_out                    1         1           -
block                       1         1           -
revoke_pass                 1         1           -
"""
PERSONS = {"newcomer": (False, NOTHING), "registered": (True, NOTHING), "last": (True, RESET)}
#: Whose agreement counts.
APPROVERS = """
approver      somebody-else-asked    asked-it-themselves  it-is-about-them     agreed-already
agent         allowed                own_request          about_the_approver   already_counted
senior        allowed                own_request          about_the_approver   already_counted
administrator allowed                own_request          about_the_approver   already_counted
outsider      not_an_approver        own_request          about_the_approver   not_an_approver
"""
#: Why nobody changes them, whatever it is.
SPECIAL = {
    **dict.fromkeys(("role", "eligible", "assignable", "vip-role"), Reason.PRIVILEGED_TARGET),
    **dict.fromkeys(("guest", "vip-guest"), Reason.GUEST_TARGET),
    **dict.fromkeys(("colleague", "colleague-vip"), Reason.HELPDESK_TARGET),
    "restricted": Reason.RESTRICTED_TARGET,
    "themselves": Reason.OWN_ACCOUNT,
}
ALICE, OSCAR = Person("alice", "Alice", "alice@x.nl"), Actor("oscar", "Oscar", "tenant")
HALTS = (
    Stop(pause=Pause("oscar", "Oscar", NOW)),
    Stop(freeze=freeze_of(ALICE, OSCAR, NOW, NOW + FREEZE_FOR, suspicious=True)),
    Stop(Pause("oscar", "Oscar", NOW), freeze_of(ALICE, OSCAR, NOW, NOW + FREEZE_FOR)),
)
kinds = st.frozensets(st.sampled_from(ChangeKind), min_size=1)
contained = st.frozensets(st.sampled_from(sorted(CONTAINING | {ChangeKind.SMS_SIGN_IN})), min_size=1)
askers, targets, persons, halts = (st.sampled_from(list(some)) for some in (PEOPLE, TARGETS, PERSONS.values(), HALTS))
policies = st.sampled_from(sorted(POLICIES))


def cases(number: int) -> settings:
    return settings(max_examples=number, derandomize=True, deadline=None, database=None)


@pytest.mark.parametrize("asker", ["agent", "senior"])
def test_how_many_people_it_takes(asker: str) -> None:
    table = lines(PEOPLE_NEEDED)
    assert sorted(line["action"] for line in table) == sorted(ChangeKind)
    found = {}
    for line, person in product(table, PERSONS):
        registered, implied = PERSONS[person]
        decision = asked(BUILT_IN, line["action"], asker=asker, registered=registered, implied=implied)
        need = decision.need
        assert need
        assert need.groups == ({HELPDESK, ADMINS} if need.approvals else set())
        if line[person] not in ("-", f"{1 + need.approvals}"):
            found[line["action"], person] = need.approvals
    assert found == {}


def test_whose_agreement_counts() -> None:
    needs = {asked(BUILT_IN, action).need for action in ChangeKind} - {Need()}
    assert needs
    for need in needs:
        assert need
        assert [judged(need, approver) for approver in PEOPLE] == lines(APPROVERS)


def test_without_administrators_the_helpdesk_agrees() -> None:
    need = asked(default_policy(HELPDESK, "", TEN), "create_pass").need
    assert need
    assert need.groups == {HELPDESK}


@pytest.mark.parametrize("registered", [False, True])
def test_only_the_helpdesk_asks_and_nobody_special_is_changed(registered: bool) -> None:
    for action in ChangeKind:
        for asker in ("administrator", "outsider"):
            assert asked(BUILT_IN, action, asker=asker, registered=registered).reason is Reason.NOT_ASKER
        for target, reason in SPECIAL.items():
            assert asked(BUILT_IN, action, target, registered=registered).reason is reason
        # Without a file nobody is a VIP, and no account is for emergencies.
        assert asked(BUILT_IN, action, "vip", registered=registered) == asked(BUILT_IN, action, registered=registered)


@cases(500)
@given(kinds, kinds, persons)
def test_more_actions_never_need_less(
    some: frozenset[ChangeKind], more: frozenset[ChangeKind], person: tuple[bool, frozenset[ChangeKind]]
) -> None:
    registered, implied = person
    few, many = (asked(BUILT_IN, each, registered=registered, implied=implied).need for each in (some, some | more))
    assert few
    assert many
    assert few.approvals <= many.approvals
    assert not few.approvals or many.groups <= few.groups


@cases(300)
@given(kinds)
def test_who_has_more_to_lose_never_needs_less(some: frozenset[ChangeKind]) -> None:
    newcomer, registered, last = (
        asked(BUILT_IN, some, registered=registered, implied=implied).need for registered, implied in PERSONS.values()
    )
    assert newcomer
    assert registered
    assert last
    assert newcomer.approvals <= registered.approvals <= last.approvals


@cases(500)
@given(policies, kinds, targets, askers, halts)
def test_a_pause_and_a_freeze_stop_all_but_what_only_takes_access_away(
    policy: str, some: frozenset[ChangeKind], target: str, asker: str, halt: Stop
) -> None:
    decision = asked(POLICIES[policy], some, target, asker, stop=halt)
    assert (decision.reason in (Reason.PAUSED, Reason.FROZEN)) is not (some <= CONTAINING)


@cases(500)
@given(policies, contained, targets, askers, halts, persons)
def test_what_only_takes_access_away_is_answered_as_if_nothing_were_stopped(
    policy: str, some: frozenset[ChangeKind], target: str, asker: str, halt: Stop, person: tuple[bool, frozenset[ChangeKind]]
) -> None:
    stopped, free = (
        asked(POLICIES[policy], some, target, asker, containing=some, registered=person[0], stop=stop) for stop in (halt, Stop())
    )
    assert stopped == free
    assert stopped.reason not in (Reason.PAUSED, Reason.FROZEN)


@cases(300)
@given(
    policies,
    st.sampled_from(("ordinary", "vip")),
    st.sampled_from((None, False, True)),
    st.booleans(),
    st.frozensets(st.sampled_from(ChangeKind)) | st.just(frozenset()),
)
def test_no_rule_against_sms_sign_in_refuses_switching_it_off(
    policy: str, target: str, about: bool | None, registered: bool, more: frozenset[ChangeKind]
) -> None:
    """The more there is in the rule, the "*" included, makes no difference."""
    actions = more and more | {ChangeKind.SMS_SIGN_IN}
    deny = Rule(name="No", deny=True, actions=actions, targets=frozenset(Ground), registered=about)
    forbidding = replace(POLICIES[policy], rules=(*POLICIES[policy].rules, deny))
    off = asked(forbidding, "sms_sign_in", target, registered=registered, containing=frozenset({ChangeKind.SMS_SIGN_IN}))
    on = asked(forbidding, "sms_sign_in", target, registered=registered)
    assert off.allowed
    assert off.need == Need()
    assert not (on.allowed and about in (None, registered))
