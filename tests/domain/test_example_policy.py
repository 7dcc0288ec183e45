"""The example policy, cell by cell: every action, class of target, asker and approver, with verdict, reason and rule.

The tables are written by hand from what policy.example.toml says in its comments, not from the code that reads it.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from itertools import product
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.domain.change import ChangeKind
from bot.domain.need import Need
from bot.domain.proof import Proof, ProofKind, ProofState, enough
from bot.domain.review import CONTAINMENT
from bot.domain.rules import Policy
from tests.domain.cells import (
    EXAMPLE,
    NOTHING,
    NOW,
    PEOPLE,
    RESET,
    TARGETS,
    Cell,
    asked,
    cells,
    judged,
    lines,
    missing,
    policy_in,
    verdict,
    wrong,
)

RULES = {
    "A": "A first method is one agent's work",
    "B": "A senior or a proof for how somebody registered gets in",
    "C": "A senior or a proof for what lets somebody in",
    "D": "A second person or a proof for the removal of a method",
    "E": "Removing a phone needs a reason",
    "F": "The helpdesk removes addresses",
    "G": "A senior agrees to a block",
    "H": "A senior agrees to what a file changes",
    "I": "VIPs need a ticket and a senior",
    "J": "No SMS sign-in for VIPs",
    "K": "Seniors help colleagues, and another senior agrees",
    "L": "Guests have a helpdesk of their own",
    "N": "At night a call back, and an administrator on call agrees",
    "P": "The caller is proved for a pass, a reset and a recovery",
    "Z": CONTAINMENT.name,
}
#: `person`: a newcomer has no method, `registered` is everybody else, `last` loses the last strong method by it.
TABLE = """
action       person      target       rules  agent              senior             administrator      outsider
way_in       newcomer    ordinary     A      yes                yes                not_in_an_asking_group not_in_an_asking_group
way_in       registered  ordinary     B|N    1-lead/proof       1-lead/proof       not_in_an_asking_group not_in_an_asking_group
set_default  newcomer    ordinary     -      no_rule_allows     no_rule_allows     no_rule_allows     no_rule_allows
set_default  registered  ordinary     B      1-lead/proof       1-lead/proof       not_in_an_asking_group not_in_an_asking_group
proved       newcomer    ordinary     C      1-lead/proof       1-lead/proof       not_in_an_asking_group not_in_an_asking_group
proved       registered  ordinary     C+P|N  proof2+1-lead/proof proof2+1-lead/proof not_in_an_asking_group not_in_an_asking_group
opens        newcomer    ordinary     C      1-lead/proof       1-lead/proof       not_in_an_asking_group not_in_an_asking_group
require_mfa  either      ordinary     C    1-lead/proof       1-lead/proof       not_in_an_asking_group not_in_an_asking_group
opens        registered  ordinary     C|N    1-lead/proof       1-lead/proof       not_in_an_asking_group not_in_an_asking_group
reset_mfa    newcomer    ordinary     C      1-lead/proof       1-lead/proof       not_in_an_asking_group not_in_an_asking_group
reset_mfa    registered  ordinary     B+C+P|N proof2+1-lead/proof proof2+1-lead/proof not_in_an_asking_group not_in_an_asking_group
removal      either      ordinary     D      1-anybody/proof    1-anybody/proof    not_in_an_asking_group not_in_an_asking_group
remove_phone either      ordinary     E      yes                yes                not_in_an_asking_group not_in_an_asking_group
remove_email either      ordinary     F      yes                yes                not_in_an_asking_group not_in_an_asking_group
removal      last        ordinary     D,B+P  proof2+1-lead/proof proof2+1-lead/proof not_in_an_asking_group not_in_an_asking_group
remove_phone last        ordinary     E,B+P  proof2+1-lead/proof proof2+1-lead/proof not_in_an_asking_group not_in_an_asking_group
remove_email last        ordinary     F,B+P  proof2+1-lead/proof proof2+1-lead/proof not_in_an_asking_group not_in_an_asking_group
reset_mfa    last        ordinary     B+C+P|N proof2+1-lead/proof proof2+1-lead/proof not_in_an_asking_group not_in_an_asking_group
bundle       last        ordinary     C+P|N,B proof2+1-lead/proof proof2+1-lead/proof not_in_an_asking_group not_in_an_asking_group
block        either      ordinary     G      1-senior           1-senior           not_in_an_asking_group not_in_an_asking_group
ending       either      ordinary     Z      yes                yes                yes                not_in_an_asking_group
bulk         either      ordinary     H      1-senior           1-senior           not_in_an_asking_group not_in_an_asking_group
phone        either      vip          I      1-senior           1-senior           vip_target         vip_target
remove_phone last        vip          I      1-senior           1-senior           vip_target         vip_target
sms_sign_in  either      vip          J      denied_by_rule     denied_by_rule     denied_by_rule     denied_by_rule
beyond_phone either      vip          -      vip_target         vip_target         vip_target         vip_target
containing   either      vip          Z      yes                yes                yes                vip_target
any          either      role,eligible,assignable - privileged_target privileged_target privileged_target privileged_target
any          either      restricted   -      restricted_target  restricted_target  restricted_target  restricted_target
any          either      emergency    -      break_glass_target break_glass_target break_glass_target break_glass_target
exposing     either      guest        L      denied_by_rule     denied_by_rule     denied_by_rule     denied_by_rule
containing   either      guest        -      guest_target       guest_target       guest_target       guest_target
exposing     either      colleague    K      helpdesk_target    1-senior           helpdesk_target    helpdesk_target
removal      last        colleague    K      helpdesk_target    1-senior           helpdesk_target    helpdesk_target
containing   either      colleague    K      helpdesk_target    yes                helpdesk_target    helpdesk_target
phone        either      colleague-vip K,I   helpdesk_target    1-senior           helpdesk_target    helpdesk_target
sms_sign_in  either      colleague-vip J     denied_by_rule     denied_by_rule     denied_by_rule     denied_by_rule
beyond_phone either      colleague-vip -     vip_target         vip_target         vip_target         vip_target
containing   either      colleague-vip K,Z   helpdesk_target    yes                helpdesk_target    helpdesk_target
phone        either      vip-role     -      privileged_target  privileged_target  privileged_target  privileged_target
sms_sign_in  either      vip-role     J      denied_by_rule     denied_by_rule     denied_by_rule     denied_by_rule
beyond_phone either      vip-role     -      privileged_target  privileged_target  privileged_target  privileged_target
containing   either      vip-role     -      privileged_target  privileged_target  privileged_target  privileged_target
phone        either      vip-guest    L      denied_by_rule     denied_by_rule     denied_by_rule     denied_by_rule
sms_sign_in  either      vip-guest    J+L    denied_by_rule     denied_by_rule     denied_by_rule     denied_by_rule
beyond_phone either      vip-guest    L      denied_by_rule     denied_by_rule     denied_by_rule     denied_by_rule
containing   either      vip-guest    -      guest_target       guest_target       guest_target       guest_target
any          either      themselves   -      own_account        own_account        own_account        own_account
"""
BUNDLE, WAY_IN, PHONE = {"reset_everything", "recover"}, {"set_phone", "set_email"}, {"set_phone", "remove_phone"}
PROVED, OPENS = BUNDLE | {"create_pass", "reset_password"}, {"unblock", "sms_sign_in"}
REMOVAL = {
    *("remove_authenticator", "remove_passwordless", "remove_passkey", "remove_codes", "remove_windows_hello"),
    *("remove_platform_credential", "remove_external", "remove_qr_code", "remove_token", "deactivate_token"),
}
ENDING = {"sign_out", "revoke_pass"}
CONTAINING = ENDING | {"block"}
EXPOSING = WAY_IN | PHONE | PROVED | OPENS | REMOVAL | {"set_default", "require_mfa", "reset_mfa", "remove_email", "bulk"}
#: Actions that one line of the table is about.
ALIKE = {
    "way_in": WAY_IN, "phone": PHONE, "proved": PROVED, "opens": OPENS,
    "bundle": BUNDLE, "removal": REMOVAL, "ending": ENDING, "containing": CONTAINING,
    "exposing": EXPOSING, "beyond_phone": EXPOSING - PHONE - {"sms_sign_in"}, "any": EXPOSING | CONTAINING,
}  # fmt: skip
CELLS = cells(TABLE, ALIKE, RULES)
#: Each line's person: whether registered, and what the request amounts to.
PERSONS = {
    "newcomer": [(False, NOTHING)],
    "registered": [(True, NOTHING)],
    "either": [(False, NOTHING), (True, NOTHING)],
    "last": [(True, RESET)],
}
#: What is said when words are missing, while they are: (action, target) -> with neither, with a reason alone, with another kind of ticket.
WORDS = {
    ("remove_phone", "ordinary"): ["needs_reason"],
    **{(action, target): ["needs_ticket"] * 3 for action in PHONE for target in ("vip", "colleague-vip")},
}
#: Whose agreement counts, by who has to agree.
APPROVERS = {
    "1-senior": """
approver      somebody-else-asked    asked-it-themselves  it-is-about-them     agreed-already
agent         not_an_approver        own_request          about_the_approver   not_an_approver
senior        allowed                own_request          about_the_approver   already_counted
administrator not_an_approver        own_request          about_the_approver   not_an_approver
outsider      not_an_approver        own_request          about_the_approver   not_an_approver
""",
    "1-lead": """
approver      somebody-else-asked    asked-it-themselves  it-is-about-them     agreed-already
agent         not_an_approver        own_request          about_the_approver   not_an_approver
senior        allowed                own_request          about_the_approver   already_counted
administrator allowed                own_request          about_the_approver   already_counted
outsider      not_an_approver        own_request          about_the_approver   not_an_approver
""",
    "1-anybody": """
approver      somebody-else-asked    asked-it-themselves  it-is-about-them     agreed-already
agent         allowed                own_request          about_the_approver   already_counted
senior        allowed                own_request          about_the_approver   already_counted
administrator allowed                own_request          about_the_approver   already_counted
outsider      not_an_approver        own_request          about_the_approver   not_an_approver
""",
}


@pytest.fixture(scope="module")
def policy() -> Policy:
    return policy_in(EXAMPLE)


def persons(cell: Cell) -> list[tuple[bool, frozenset[ChangeKind]]]:
    return PERSONS[cell.line["person"]]


def test_the_table_is_complete() -> None:
    said = [(cell.action, cell.target, cell.asker, registered) for cell in CELLS for registered, implied in persons(cell) if not implied]
    assert sorted(said) == sorted(product((kind.value for kind in ChangeKind), TARGETS, PEOPLE, (False, True)))


def test_every_action_on_every_target_by_every_asker(policy: Policy) -> None:
    found = [
        each
        for cell in CELLS
        for registered, implied in persons(cell)
        for each in wrong(cell, asked(policy, cell.action, cell.target, cell.asker, registered=registered, implied=implied))
    ]
    assert found == []


def test_what_a_missing_reason_or_ticket_changes(policy: Policy) -> None:
    found = []
    for cell in CELLS:
        for words, says in missing(cell, WORDS):
            for registered, implied in persons(cell):
                decision = asked(policy, cell.action, cell.target, cell.asker, registered=registered, implied=implied, **words)
                if verdict(decision) != says:
                    found.append((cell, words, decision.text))
    assert found == []


@pytest.mark.parametrize("who", APPROVERS)
def test_whose_agreement_counts(policy: Policy, who: str) -> None:
    needs = {
        asked(policy, cell.action, cell.target, cell.asker, registered=registered, implied=implied).need
        for cell in CELLS
        if cell.says.removeprefix("proof2+").removesuffix("/proof") == who
        for registered, implied in persons(cell)
    }
    assert needs
    for need in needs:
        assert need
        assert [judged(need, approver) for approver in PEOPLE] == lines(APPROVERS[who])


@pytest.mark.parametrize(
    ("actions", "person", "says", "rules"),
    [
        (["remove_phone", "set_phone"], "registered", "1-lead/proof", "BE"),
        (["set_phone", "sms_sign_in"], "newcomer", "1-lead/proof", "AC"),
        (["set_phone", "set_email"], "newcomer", "yes", "A"),
        (["remove_phone", "remove_passkey"], "registered", "1-anybody/proof", "DE"),
        (["recover", "create_pass", "remove_authenticator", "remove_phone", "sign_out"], "registered", "proof2+1-lead/proof", "CDEPZ"),
        (["reset_mfa", "remove_authenticator", "remove_phone"], "last", "proof2+1-lead/proof", "BCDEP"),
        (["sign_out", "block"], "registered", "1-senior", "GZ"),
        (["bulk", "remove_phone"], "registered", "1-senior", "EH"),
    ],
)
def test_what_several_actions_demand_adds_up(policy: Policy, actions: list[str], person: str, says: str, rules: str) -> None:
    for registered, implied in PERSONS[person]:
        decision = asked(policy, actions, registered=registered, implied=implied)
        assert (verdict(decision), decision.rules) == (says, tuple(sorted(RULES[letter] for letter in rules)))


@pytest.mark.parametrize(
    ("action", "target", "asker", "text", "hint"),
    [
        ("set_phone", "role", "agent", "Role is protected: Global Administrator.", "Privileged Authentication Administrator"),
        ("set_phone", "eligible", "agent", "Eligible is protected: may activate Exchange Administrator.", "Entra admin centre"),
        ("set_phone", "assignable", "agent", "protected: in the role-assignable group Tier 0 operators.", "Entra admin centre"),
        ("set_phone", "restricted", "agent", "protected: in a restricted-management administrative unit.", "administrator of that unit"),
        ("set_phone", "emergency", "agent", "protected: an emergency (break-glass) account.", "procedure"),
        ("set_phone", "guest", "agent", "a guest account or an external member.", "their own organisation"),
        ("sign_out", "guest", "agent", "I can show this account but not change it.", "their own organisation"),
        ("set_phone", "colleague", "agent", "Colleague is protected: a colleague of the helpdesk.", "Members of Helpdesk seniors may ask"),
        ("set_phone", "vip", "outsider", "Vip is a VIP. None of your groups may register", "Members of the helpdesk group may ask"),
        ("sms_sign_in", "vip", "senior", "Vip is a VIP. The policy forbids this: “No SMS sign-in for VIPs”.", "seems wrong"),
        ("set_phone", "ordinary", "administrator", "None of your groups may register or change a phone for Ordinary.", "the helpdesk"),
        ("sign_out", "ordinary", "outsider", "None of your groups may", "seniors or the administrators' group or the helpdesk group may"),
        ("set_phone", "themselves", "senior", "your own account", "Ask a colleague"),
    ],
)
def test_refusals_say_what_is_special_and_what_to_do(policy: Policy, action: str, target: str, asker: str, text: str, hint: str) -> None:
    decision = asked(policy, action, target, asker)
    assert text in decision.text
    assert hint in decision.hint


def test_a_refusal_says_that_it_is_for_want_of_a_method(policy: Policy) -> None:
    decision = asked(policy, "set_default", registered=False)
    assert decision.text == "No rule of the policy lets anybody set the default method for somebody who has no sign-in method yet."
    assert decision.hint == "Whoever runs Doorman can allow it in the policy."


def test_words_that_are_missing_are_asked_for_as_they_should_be_typed(policy: Policy) -> None:
    bare = asked(policy, "set_phone", "vip", reason="", ticket="")
    assert bare.text == "This needs a reason and a ticket such as INC-12345. The policy says so: “VIPs need a ticket and a senior”."
    assert bare.hint == "Type it again with `ticket INC-12345 because …` at the end."
    wrong_ticket = asked(policy, "set_phone", "vip", ticket="REQ-7")
    assert wrong_ticket.text.startswith("This needs a ticket such as INC-12345, and “REQ-7” is none.")


def test_times(policy: Policy) -> None:
    first, contained, file = asked(policy, "set_phone", registered=False), asked(policy, "sign_out"), asked(policy, "bulk")
    assert (first.confirm_for, first.need) == (contained.confirm_for, contained.need) == (timedelta(minutes=10), Need())
    assert file.confirm_for == timedelta(hours=2)
    places = (("set_phone", "ordinary"), ("bulk", "ordinary"), ("set_phone", "colleague"), ("set_phone", "colleague-vip"))
    needs = [asked(policy, action, target, "senior").need for action, target in places]
    assert [need and need.valid_for for need in needs] == [timedelta(hours=hours) for hours in (1, 8, 4, 1)]  # of two, the shorter counts


def without_marks(tmp_path: Path, *blocks: str) -> Policy:
    """The example with the marks taken away from what these patterns find."""
    text = EXAMPLE.read_text(encoding="utf-8")
    for block in blocks:
        text, found = re.subn(block, lambda match: re.sub("(?m)^# ", "", match[0]), text)
        assert found
    (tmp_path / "policy.toml").write_text(text, encoding="utf-8")
    return policy_in(tmp_path / "policy.toml")


REUSABLE = r"(?m)^# reusable = true$"
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
AT_NIGHT = ("create_pass", "reset_password", "reset_mfa", "reset_everything", "recover")


@pytest.mark.parametrize(
    ("hour", "night"), [(12, False), (19, False), (20, True), (22, True), (23, True), (0, True), (5, True), (6, False)]
)
def test_at_night_a_call_back_a_reason_and_an_administrator_on_call(policy: Policy, hour: int, night: bool) -> None:
    at = datetime(2026, 9, 14, hour, tzinfo=AMSTERDAM)
    for action in AT_NIGHT:
        usual = "proof2+1-lead/proof"
        assert verdict(asked(policy, action, at=at, reason="")) == ("needs_reason" if night else usual)
        assert verdict(asked(policy, action, at=at)) == ("proof1+1-administrator" if night else usual)
    assert verdict(asked(policy, "set_phone", at=at)) == ("proof1+1-administrator" if night else "1-lead/proof")
    lost = ["recover", "create_pass", "remove_authenticator", "remove_phone", "sign_out"]
    need = asked(policy, lost, at=at).need
    assert need
    assert (need.approvals, need.instead is None) == (1, night)
    proof = Proof(
        id="1", operation_id="7QXF", target_id="alice", kind=ProofKind.CALL_BACK if night else ProofKind.MANAGER, state=ProofState.GIVEN,
        agent_id="hanna", asked_at=at, answered_at=at, expires_at=at + timedelta(minutes=15),
    )  # fmt: skip
    assert enough(need.proof, [proof], at)
    assert need.with_proofs([proof], at).approvals == (1 if night else 0)  # by day one agent and a proof


@pytest.mark.parametrize(
    ("kind", "seniors"),
    [(ProofKind.SIGN_IN, 0), (ProofKind.NUMBER_MATCH, 0), (ProofKind.MANAGER, 0), (ProofKind.IN_PERSON, 1), (ProofKind.VIDEO, 1)],
)
def test_what_rests_on_the_agents_word_needs_somebody_else_too(policy: Policy, kind: ProofKind, seniors: int) -> None:
    need = asked(policy, "create_pass").need
    assert need
    proof = Proof(
        id="1", operation_id="7QXF", target_id="alice", kind=kind, state=ProofState.GIVEN, agent_id="hanna", asked_at=NOW, answered_at=NOW,
        expires_at=NOW + timedelta(minutes=15),
    )  # fmt: skip
    assert enough(need.proof, [proof], NOW)
    assert need.with_proofs([proof], NOW).approvals == seniors
    assert need.without_proof.approvals == 2


def test_a_reusable_pass_needs_the_word_in_every_rule(tmp_path: Path, policy: Policy) -> None:
    noon, night = (datetime(2026, 9, 14, hour, tzinfo=AMSTERDAM) for hour in (12, 22))
    assert not asked(policy, "create_pass", at=noon).reusable
    with_word = without_marks(tmp_path, REUSABLE)
    assert asked(with_word, "create_pass", at=noon).reusable
    assert not asked(with_word, "create_pass", "colleague", "senior", at=noon).reusable
    assert not asked(with_word, "create_pass", at=night).reusable
