"""The example policy, cell by cell: every action, class of target, asker and approver, with verdict, reason and rule.

The tables are written by hand from what policy.example.toml says in its comments, not from the code that reads it.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path

import pytest

from bot.domain.change import ChangeKind
from bot.domain.exchange import ConversationRef
from bot.domain.people import Person, Privileges
from bot.domain.policy import Decision
from bot.domain.review import may_approve, review
from bot.domain.rules import Ask, Need, Policy
from bot.domain.stop import GO
from bot.policy_file import load
from simulator import cast

NOW = datetime(2026, 9, 14, 9, 30, tzinfo=UTC)
HELPDESK, SENIORS, ADMINS, EXECUTIVES = (
    cast.group(name).id for name in ("Helpdesk", "Helpdesk seniors", "Doorman administrators", "Executives")
)
EMERGENCY = cast.person("Emergency Access").id

#: Who asks, or approves: object id and groups.
PEOPLE = {
    "agent": ("hanna", {HELPDESK}),
    "senior": ("ingrid", {HELPDESK, SENIORS}),
    "administrator": ("adam", {ADMINS}),
    "outsider": ("oscar", set()),
}
#: Who is meant: object id, privileges, groups, guest.
TARGETS = {
    "ordinary": ("alice", Privileges(), set(), False),
    "vip": ("victoria", Privileges(), {EXECUTIVES}, False),
    "role": ("ada", Privileges(roles=("Global Administrator",)), set(), False),
    "eligible": ("pia", Privileges(eligible=("Exchange Administrator",)), set(), False),
    "assignable": ("theo", Privileges(groups=("Tier 0 operators",)), set(), False),
    "restricted": ("rosa", Privileges(restricted=True), set(), False),
    "emergency": (EMERGENCY, Privileges(), set(), False),
    "guest": ("gus", Privileges(), set(), True),
    "colleague": ("bram", Privileges(), {HELPDESK}, False),
    "colleague-vip": ("bea", Privileges(), {HELPDESK, EXECUTIVES}, False),
    "vip-role": ("vera", Privileges(roles=("User Administrator",)), {EXECUTIVES}, False),
    "vip-guest": ("vik", Privileges(), {EXECUTIVES}, True),
    "themselves": ("", Privileges(), {HELPDESK}, False),
}
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
}

#: With a reason and a good ticket. `yes`: nobody else has to agree. `1-senior`: one member of Helpdesk seniors has to.
#: Otherwise the reason of the refusal. The rules are those that decide for everybody who gets beyond the group.
COMPLETE = """
action       target         rules  agent              senior             administrator      outsider
set_phone    ordinary       A      yes                yes                not_in_an_asking_group not_in_an_asking_group
sms_sign_in  ordinary       A      yes                yes                not_in_an_asking_group not_in_an_asking_group
remove_phone ordinary       B      yes                yes                not_in_an_asking_group not_in_an_asking_group
set_phone    vip            C      1-senior           1-senior           vip_target         vip_target
remove_phone vip            C      1-senior           1-senior           vip_target         vip_target
sms_sign_in  vip            D      denied_by_rule     denied_by_rule     denied_by_rule     denied_by_rule
set_phone    role           -      privileged_target  privileged_target  privileged_target  privileged_target
remove_phone role           -      privileged_target  privileged_target  privileged_target  privileged_target
sms_sign_in  role           -      privileged_target  privileged_target  privileged_target  privileged_target
set_phone    eligible       -      privileged_target  privileged_target  privileged_target  privileged_target
remove_phone eligible       -      privileged_target  privileged_target  privileged_target  privileged_target
sms_sign_in  eligible       -      privileged_target  privileged_target  privileged_target  privileged_target
set_phone    assignable     -      privileged_target  privileged_target  privileged_target  privileged_target
remove_phone assignable     -      privileged_target  privileged_target  privileged_target  privileged_target
sms_sign_in  assignable     -      privileged_target  privileged_target  privileged_target  privileged_target
set_phone    restricted     -      restricted_target  restricted_target  restricted_target  restricted_target
remove_phone restricted     -      restricted_target  restricted_target  restricted_target  restricted_target
sms_sign_in  restricted     -      restricted_target  restricted_target  restricted_target  restricted_target
set_phone    emergency      -      break_glass_target break_glass_target break_glass_target break_glass_target
remove_phone emergency      -      break_glass_target break_glass_target break_glass_target break_glass_target
sms_sign_in  emergency      -      break_glass_target break_glass_target break_glass_target break_glass_target
set_phone    guest          F      denied_by_rule     denied_by_rule     denied_by_rule     denied_by_rule
remove_phone guest          F      denied_by_rule     denied_by_rule     denied_by_rule     denied_by_rule
sms_sign_in  guest          F      denied_by_rule     denied_by_rule     denied_by_rule     denied_by_rule
set_phone    colleague      E      helpdesk_target    1-senior           helpdesk_target    helpdesk_target
remove_phone colleague      E      helpdesk_target    1-senior           helpdesk_target    helpdesk_target
sms_sign_in  colleague      E      helpdesk_target    1-senior           helpdesk_target    helpdesk_target
set_phone    colleague-vip  E+C    helpdesk_target    1-senior           helpdesk_target    helpdesk_target
remove_phone colleague-vip  E+C    helpdesk_target    1-senior           helpdesk_target    helpdesk_target
sms_sign_in  colleague-vip  D      denied_by_rule     denied_by_rule     denied_by_rule     denied_by_rule
set_phone    vip-role       -      privileged_target  privileged_target  privileged_target  privileged_target
remove_phone vip-role       -      privileged_target  privileged_target  privileged_target  privileged_target
sms_sign_in  vip-role       D      denied_by_rule     denied_by_rule     denied_by_rule     denied_by_rule
set_phone    vip-guest      F      denied_by_rule     denied_by_rule     denied_by_rule     denied_by_rule
remove_phone vip-guest      F      denied_by_rule     denied_by_rule     denied_by_rule     denied_by_rule
sms_sign_in  vip-guest      D+F    denied_by_rule     denied_by_rule     denied_by_rule     denied_by_rule
set_phone    themselves     -      own_account        own_account        own_account        own_account
remove_phone themselves     -      own_account        own_account        own_account        own_account
sms_sign_in  themselves     -      own_account        own_account        own_account        own_account
grave        ordinary       G      1-senior           1-senior           not_in_an_asking_group not_in_an_asking_group
others       ordinary       H      yes                yes                not_in_an_asking_group not_in_an_asking_group
grave        vip            -      vip_target         vip_target         vip_target         vip_target
others       vip            -      vip_target         vip_target         vip_target         vip_target
grave        role           -      privileged_target  privileged_target  privileged_target  privileged_target
others       role           -      privileged_target  privileged_target  privileged_target  privileged_target
grave        eligible       -      privileged_target  privileged_target  privileged_target  privileged_target
others       eligible       -      privileged_target  privileged_target  privileged_target  privileged_target
grave        assignable     -      privileged_target  privileged_target  privileged_target  privileged_target
others       assignable     -      privileged_target  privileged_target  privileged_target  privileged_target
grave        restricted     -      restricted_target  restricted_target  restricted_target  restricted_target
others       restricted     -      restricted_target  restricted_target  restricted_target  restricted_target
grave        emergency      -      break_glass_target break_glass_target break_glass_target break_glass_target
others       emergency      -      break_glass_target break_glass_target break_glass_target break_glass_target
grave        guest          F      denied_by_rule     denied_by_rule     denied_by_rule     denied_by_rule
others       guest          F      denied_by_rule     denied_by_rule     denied_by_rule     denied_by_rule
grave        colleague      E      helpdesk_target    1-senior           helpdesk_target    helpdesk_target
others       colleague      E      helpdesk_target    1-senior           helpdesk_target    helpdesk_target
grave        colleague-vip  -      vip_target         vip_target         vip_target         vip_target
others       colleague-vip  -      vip_target         vip_target         vip_target         vip_target
grave        vip-role       -      privileged_target  privileged_target  privileged_target  privileged_target
others       vip-role       -      privileged_target  privileged_target  privileged_target  privileged_target
grave        vip-guest      F      denied_by_rule     denied_by_rule     denied_by_rule     denied_by_rule
others       vip-guest      F      denied_by_rule     denied_by_rule     denied_by_rule     denied_by_rule
grave        themselves     -      own_account        own_account        own_account        own_account
others       themselves     -      own_account        own_account        own_account        own_account
bulk         ordinary       I      1-senior           1-senior           not_in_an_asking_group not_in_an_asking_group
bulk         vip            -      vip_target         vip_target         vip_target         vip_target
bulk         role           -      privileged_target  privileged_target  privileged_target  privileged_target
bulk         eligible       -      privileged_target  privileged_target  privileged_target  privileged_target
bulk         assignable     -      privileged_target  privileged_target  privileged_target  privileged_target
bulk         restricted     -      restricted_target  restricted_target  restricted_target  restricted_target
bulk         emergency      -      break_glass_target break_glass_target break_glass_target break_glass_target
bulk         guest          F      denied_by_rule     denied_by_rule     denied_by_rule     denied_by_rule
bulk         colleague      E      helpdesk_target    1-senior           helpdesk_target    helpdesk_target
bulk         colleague-vip  -      vip_target         vip_target         vip_target         vip_target
bulk         vip-role       -      privileged_target  privileged_target  privileged_target  privileged_target
bulk         vip-guest      F      denied_by_rule     denied_by_rule     denied_by_rule     denied_by_rule
bulk         themselves     -      own_account        own_account        own_account        own_account
"""
#: Actions that one line of the table is about.
ALIKE = {
    "grave": {"create_pass", "reset_password", "reset_mfa", "reset_everything", "recover", "block", "unblock", "require_mfa"},
    "others": {
        *("remove_authenticator", "remove_passwordless", "remove_passkey", "remove_codes", "remove_windows_hello"),
        *("remove_platform_credential", "remove_external", "remove_qr_code", "remove_token", "deactivate_token"),
        *("set_email", "remove_email", "set_default", "revoke_pass", "sign_out"),
    },
}
#: What changes when the words are missing: (action, target) -> with neither, with a reason alone, with a ticket of another kind.
WORDS = {
    ("remove_phone", "ordinary"): ("needs_reason", "yes", "yes"),
    ("set_phone", "vip"): ("needs_ticket", "needs_ticket", "needs_ticket"),
    ("remove_phone", "vip"): ("needs_ticket", "needs_ticket", "needs_ticket"),
    ("set_phone", "colleague-vip"): ("needs_ticket", "needs_ticket", "needs_ticket"),
    ("remove_phone", "colleague-vip"): ("needs_ticket", "needs_ticket", "needs_ticket"),
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
    known = {"helpdesk": HELPDESK, "administrators": ADMINS}
    return load(Path(__file__).parents[2] / "policy.example.toml", known, timedelta(minutes=10))


def rows(table: str) -> list[dict[str, str]]:
    heads, *lines = (line.split() for line in table.strip().splitlines())
    assert all(len(line) == len(heads) for line in lines)
    return [dict(zip(heads, line, strict=True)) for line in lines]


def complete() -> list[dict[str, str]]:
    """The table with a line for every action."""
    return [row | {"action": action} for row in rows(COMPLETE) for action in sorted(ALIKE.get(row["action"], {row["action"]}))]


def asked(policy: Policy, action: str, target: str, asker: str, *, reason: str = "lost phone", ticket: str = "INC-12345") -> Decision:
    object_id, groups = PEOPLE[asker]
    target_id, privileges, target_groups, guest = TARGETS[target]
    ask = Ask(
        kinds=frozenset({ChangeKind(action)}),
        requester_id=object_id,
        requester_groups=frozenset(groups),
        target=Person(target_id or object_id, target.title(), f"{target}@fabrikam.example", guest=guest),
        privileges=privileges,
        target_groups=frozenset(target_groups),
        where=ConversationRef("https://teams.example/", "a:1"),
        at=NOW,
        reason=reason,
        ticket=ticket,
    )
    return review(policy, ask, GO, NOW)


def verdict(decision: Decision) -> str:
    """As the tables write it; on the way every decision shows that it is fit for a person."""
    if decision.allowed:
        need = decision.need
        assert need is not None
        assert need.groups == ({SENIORS} if need.approvals else set())
        return f"{need.approvals}-senior" if need.approvals else "yes"
    assert decision.text.endswith(".")
    assert decision.hint.endswith(".")
    assert decision.need is None
    return decision.reason.value


def test_the_tables_are_complete() -> None:
    said = [(row["action"], row["target"]) for row in complete()]
    assert sorted(said) == sorted(product((kind.value for kind in ChangeKind), TARGETS))
    assert set(rows(COMPLETE)[0]) == {"action", "target", "rules", *PEOPLE}
    assert {row["approver"] for row in rows(APPROVERS)} == set(PEOPLE)
    assert set(WORDS) <= set(said)


@pytest.mark.parametrize("asker", PEOPLE)
@pytest.mark.parametrize("row", complete(), ids=lambda row: f"{row['action']}-{row['target']}")
def test_every_action_on_every_target_by_every_asker(policy: Policy, row: dict[str, str], asker: str) -> None:
    decision = asked(policy, row["action"], row["target"], asker)
    assert verdict(decision) == row[asker]
    expected = sorted(RULES[letter] for letter in row["rules"].split("+") if letter != "-")
    # A refusal for want of a group names the rule that others may use: of a VIP colleague, the graver ground is named first.
    assert list(decision.rules) == ([RULES["E"]] if row["rules"] == "E+C" and not decision.allowed else expected)


@pytest.mark.parametrize("asker", PEOPLE)
@pytest.mark.parametrize("row", complete(), ids=lambda row: f"{row['action']}-{row['target']}")
def test_what_a_missing_reason_or_ticket_changes(policy: Policy, row: dict[str, str], asker: str) -> None:
    for number, words in enumerate(({"reason": "", "ticket": ""}, {"ticket": ""}, {"ticket": "REQ-7"})):
        decision = asked(policy, row["action"], row["target"], asker, **words)
        full = row[asker]
        expected = WORDS.get((row["action"], row["target"]), (full,) * 3)[number] if full in ("yes", "1-senior") else full
        assert verdict(decision) == expected
        if expected == "needs_ticket":
            assert "INC-12345" in decision.text
            assert ("a reason" in decision.text) == (number == 0)


WAITING = [(row["action"], row["target"], asker) for row in complete() for asker in PEOPLE if row[asker] == "1-senior"]


@pytest.mark.parametrize("row", rows(APPROVERS), ids=lambda row: row["approver"])
@pytest.mark.parametrize(("action", "target", "asker"), WAITING)
def test_who_may_agree_to_what_waits_for_a_senior(policy: Policy, asker: str, target: str, action: str, row: dict[str, str]) -> None:
    need, approver = asked(policy, action, target, asker).need, row["approver"]
    assert need
    object_id, groups = PEOPLE[approver]

    def judged(requester_id: str, target_id: str, already: frozenset[str] = frozenset()) -> str:
        return may_approve(need, object_id, frozenset(groups), requester_id=requester_id, target_id=target_id, already=already).reason.value

    assert judged("somebody", "alice") == row["somebody-else-asked"]
    assert judged(object_id.upper(), "alice") == row["asked-it-themselves"]
    assert judged("somebody", object_id.upper()) == row["it-is-about-them"]
    assert judged("somebody", "alice", frozenset({object_id})) == row["agreed-already"]


@pytest.mark.parametrize(
    ("action", "target", "asker", "text", "hint"),
    [
        ("set_phone", "role", "agent", "Role is protected: Global Administrator.", "Privileged Authentication Administrator"),
        ("set_phone", "eligible", "agent", "Eligible is protected: may activate Exchange Administrator.", "Entra admin centre"),
        ("set_phone", "assignable", "agent", "protected: in the role-assignable group Tier 0 operators.", "Entra admin centre"),
        ("set_phone", "restricted", "agent", "protected: in a restricted-management administrative unit.", "administrator of that unit"),
        ("set_phone", "emergency", "agent", "protected: an emergency (break-glass) account.", "procedure"),
        ("set_phone", "guest", "agent", "a guest account or an external member.", "their own organisation"),
        ("set_phone", "colleague", "agent", "Colleague is protected: a colleague of the helpdesk.", "Members of Helpdesk seniors may ask"),
        ("set_phone", "vip", "outsider", "Vip is a VIP. None of your groups may register", "Members of the helpdesk group may ask"),
        ("sms_sign_in", "vip", "senior", "Vip is a VIP. The policy forbids this: “No SMS sign-in for VIPs”.", "seems wrong"),
        ("set_phone", "ordinary", "administrator", "None of your groups may register or change a phone for Ordinary.", "the helpdesk"),
        ("set_phone", "themselves", "senior", "your own account", "Ask a colleague"),
    ],
)
def test_refusals_say_what_is_special_and_what_to_do(policy: Policy, action: str, target: str, asker: str, text: str, hint: str) -> None:
    decision = asked(policy, action, target, asker)
    assert text in decision.text
    assert hint in decision.hint


def test_words_that_are_missing_are_asked_for_as_they_should_be_typed(policy: Policy) -> None:
    bare = asked(policy, "set_phone", "vip", "agent", reason="", ticket="")
    assert bare.text == "This needs a reason and a ticket such as INC-12345. The policy says so: “VIPs need a ticket and a senior”."
    assert bare.hint == "Type it again with `ticket INC-12345 because …` at the end."
    wrong = asked(policy, "set_phone", "vip", "agent", ticket="REQ-7")
    assert wrong.text.startswith("This needs a ticket such as INC-12345, and “REQ-7” is none.")


def test_times_of_the_example(policy: Policy) -> None:
    own = asked(policy, "set_phone", "ordinary", "agent")
    file = asked(policy, "bulk", "ordinary", "agent")
    colleague = asked(policy, "set_phone", "colleague", "senior")
    both = asked(policy, "set_phone", "colleague-vip", "senior")
    assert own.confirm_for == timedelta(minutes=10)
    assert own.need == Need()
    assert file.confirm_for == timedelta(hours=2)
    assert file.need
    assert file.need.valid_for == timedelta(hours=8)
    assert colleague.need
    assert colleague.need.valid_for == timedelta(hours=4)
    assert both.need
    assert both.need.valid_for == timedelta(hours=1)  # the shorter of both counts
