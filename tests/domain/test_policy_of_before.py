"""A policy file of before `registered`, cell by cell: it means what it meant, to whoever has a method and to whoever has none.

The file is the example as it was shipped then. The tables are written by hand from its comments. Two things are new: what only takes access
away is one person's work where no rule names it, and a pass is a one-time one. "*" no more forbids the former than it demands anything.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest

from bot.domain.change import ChangeKind
from bot.domain.need import Need
from bot.domain.review import CONTAINMENT
from bot.domain.rules import Policy
from tests.domain.cells import BEFORE, NOTHING, PEOPLE, RESET, TARGETS, asked, cells, judged, lines, missing, policy_in, verdict, wrong

RULES = {
    "A": "The helpdesk changes phones of ordinary people",
    "B": "Removing a phone needs a reason",
    "C": "VIPs need a ticket and a senior",
    "D": "No SMS sign-in for VIPs",
    "E": "Seniors help colleagues, and another senior agrees",
    "F": "Guests have a helpdesk of their own",
    "G": "A senior agrees to what lets somebody in or out",
    "H": "The helpdesk looks after the other methods",
    "I": "A senior agrees to what a file changes",
    "K": CONTAINMENT.name,
}
TABLE = """
action       target                   rules  agent              senior             administrator      outsider
set_phone    ordinary                 A      yes                yes                not_in_an_asking_group not_in_an_asking_group
sms_sign_in  ordinary                 A      yes                yes                not_in_an_asking_group not_in_an_asking_group
remove_phone ordinary                 B      yes                yes                not_in_an_asking_group not_in_an_asking_group
grave        ordinary                 G      1-senior           1-senior           not_in_an_asking_group not_in_an_asking_group
block        ordinary                 G      1-senior           1-senior           not_in_an_asking_group not_in_an_asking_group
others       ordinary                 H      yes                yes                not_in_an_asking_group not_in_an_asking_group
ending       ordinary                 H      yes                yes                not_in_an_asking_group not_in_an_asking_group
bulk         ordinary                 I      1-senior           1-senior           not_in_an_asking_group not_in_an_asking_group
phone        vip                      C      1-senior           1-senior           vip_target         vip_target
sms_sign_in  vip                      D      denied_by_rule     denied_by_rule     denied_by_rule     denied_by_rule
beyond_phone vip                      -      vip_target         vip_target         vip_target         vip_target
containing   vip                      K      yes                yes                yes                vip_target
any          role,eligible,assignable -      privileged_target  privileged_target  privileged_target  privileged_target
any          restricted               -      restricted_target  restricted_target  restricted_target  restricted_target
any          emergency                -      break_glass_target break_glass_target break_glass_target break_glass_target
exposing     guest                    F      denied_by_rule     denied_by_rule     denied_by_rule     denied_by_rule
containing   guest                    -      guest_target       guest_target       guest_target       guest_target
exposing     colleague                E      helpdesk_target    1-senior           helpdesk_target    helpdesk_target
containing   colleague                E      helpdesk_target    yes                helpdesk_target    helpdesk_target
phone        colleague-vip            E,C    helpdesk_target    1-senior           helpdesk_target    helpdesk_target
sms_sign_in  colleague-vip            D      denied_by_rule     denied_by_rule     denied_by_rule     denied_by_rule
beyond_phone colleague-vip            -      vip_target         vip_target         vip_target         vip_target
containing   colleague-vip            E,K    helpdesk_target    yes                helpdesk_target    helpdesk_target
phone        vip-role                 -      privileged_target  privileged_target  privileged_target  privileged_target
sms_sign_in  vip-role                 D      denied_by_rule     denied_by_rule     denied_by_rule     denied_by_rule
beyond_phone vip-role                 -      privileged_target  privileged_target  privileged_target  privileged_target
containing   vip-role                 -      privileged_target  privileged_target  privileged_target  privileged_target
phone        vip-guest                F      denied_by_rule     denied_by_rule     denied_by_rule     denied_by_rule
sms_sign_in  vip-guest                D+F    denied_by_rule     denied_by_rule     denied_by_rule     denied_by_rule
beyond_phone vip-guest                F      denied_by_rule     denied_by_rule     denied_by_rule     denied_by_rule
containing   vip-guest                -      guest_target       guest_target       guest_target       guest_target
any          themselves               -      own_account        own_account        own_account        own_account
"""
GRAVE = {"create_pass", "reset_password", "reset_mfa", "reset_everything", "recover", "unblock", "require_mfa"}
OTHERS = {
    *("remove_authenticator", "remove_passwordless", "remove_passkey", "remove_codes", "remove_windows_hello"),
    *("remove_platform_credential", "remove_external", "remove_qr_code", "remove_token", "deactivate_token"),
    *("set_email", "remove_email", "set_default"),
}
PHONE, ENDING = {"set_phone", "remove_phone"}, {"sign_out", "revoke_pass"}
BEYOND_PHONE = GRAVE | OTHERS | {"bulk"}
EXPOSING = PHONE | BEYOND_PHONE | {"sms_sign_in"}
CONTAINING = ENDING | {"block"}
#: Actions that one line of the table is about.
ALIKE = {
    "grave": GRAVE, "others": OTHERS, "phone": PHONE, "ending": ENDING, "beyond_phone": BEYOND_PHONE, "exposing": EXPOSING,
    "containing": CONTAINING, "any": EXPOSING | CONTAINING,
}  # fmt: skip
CELLS = cells(TABLE, ALIKE, RULES)
#: What is said when words are missing, while they are: (action, target) -> with neither, with a reason alone, with another kind of ticket.
WORDS = {
    ("remove_phone", "ordinary"): ["needs_reason"],
    **{(action, target): ["needs_ticket"] * 3 for action in PHONE for target in ("vip", "colleague-vip")},
}
#: Whose agreement counts wherever one senior has to agree.
APPROVERS = """
approver      somebody-else-asked    asked-it-themselves  it-is-about-them     agreed-already
agent         not_an_approver        own_request          about_the_approver   not_an_approver
senior        allowed                own_request          about_the_approver   already_counted
administrator not_an_approver        own_request          about_the_approver   not_an_approver
outsider      not_an_approver        own_request          about_the_approver   not_an_approver
"""


@pytest.fixture(scope="module")
def policy() -> Policy:
    return policy_in(BEFORE)


def test_the_table_is_complete() -> None:
    said = [(cell.action, cell.target, cell.asker) for cell in CELLS]
    assert sorted(said) == sorted(product((kind.value for kind in ChangeKind), TARGETS, PEOPLE))


def test_every_action_on_every_target_by_every_asker(policy: Policy) -> None:
    assert [each for cell in CELLS for each in wrong(cell, asked(policy, cell.action, cell.target, cell.asker))] == []


@pytest.mark.parametrize(("registered", "implied"), [(False, NOTHING), (True, RESET)], ids=["a newcomer", "the last strong method"])
def test_it_knows_neither_newcomers_nor_resets_in_steps(policy: Policy, registered: bool, implied: frozenset[ChangeKind]) -> None:
    told_apart = [
        cell
        for cell in CELLS
        if asked(policy, cell.action, cell.target, cell.asker, registered=registered, implied=implied)
        != asked(policy, cell.action, cell.target, cell.asker)
    ]
    assert told_apart == []


def test_what_a_missing_reason_or_ticket_changes(policy: Policy) -> None:
    found = []
    for cell in CELLS:
        for words, says in missing(cell, WORDS):
            decision = asked(policy, cell.action, cell.target, cell.asker, **words)
            reason_said = ("a reason" in decision.text) is ("reason" in words)
            if verdict(decision) != says or (says == "needs_ticket" and not (reason_said and "INC-12345" in decision.text)):
                found.append((cell, words, decision.text))
    assert found == []


def test_who_may_agree_to_what_waits_for_a_senior(policy: Policy) -> None:
    needs = {asked(policy, cell.action, cell.target, cell.asker).need for cell in CELLS if cell.says == "1-senior"}
    assert len(needs) > 3
    for need in needs:
        assert need
        assert [judged(need, approver) for approver in PEOPLE] == lines(APPROVERS)


def test_no_pass_is_reusable(policy: Policy) -> None:
    assert not any(asked(policy, "create_pass", target, "senior").reusable for target in TARGETS)


@pytest.mark.parametrize(
    ("action", "target", "asker", "text", "hint"),
    [
        ("set_phone", "role", "agent", "Role is protected: Global Administrator.", "Privileged Authentication Administrator"),
        ("set_phone", "colleague", "agent", "Colleague is protected: a colleague of the helpdesk.", "Members of Helpdesk seniors may ask"),
        ("set_phone", "vip", "outsider", "Vip is a VIP. None of your groups may register", "Members of the helpdesk group may ask"),
        ("sms_sign_in", "vip", "senior", "Vip is a VIP. The policy forbids this: “No SMS sign-in for VIPs”.", "seems wrong"),
        ("block", "vip", "outsider", "Vip is a VIP. None of your groups may block", "or the helpdesk group may ask"),
        ("sign_out", "guest", "agent", "Guest is protected: invited from another organisation", "their own organisation"),
    ],
)
def test_refusals_say_what_is_special_and_what_to_do(policy: Policy, action: str, target: str, asker: str, text: str, hint: str) -> None:
    decision = asked(policy, action, target, asker)
    assert text in decision.text
    assert hint in decision.hint


def test_times(policy: Policy) -> None:
    alone, file = asked(policy, "set_phone"), asked(policy, "bulk")
    assert (alone.confirm_for, alone.need) == (timedelta(minutes=10), Need())
    assert file.confirm_for == timedelta(hours=2)
    needs = [file.need, *(asked(policy, "set_phone", target, "senior").need for target in ("colleague", "colleague-vip"))]
    assert [need and need.valid_for for need in needs] == [timedelta(hours=hours) for hours in (8, 4, 1)]  # of two, the shorter counts
