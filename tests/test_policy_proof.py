"""What a policy file says of proofs of the caller, and every mistake in it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.proof import ProofKind, ProofNeed, ProofRules
from bot.settings.environment import ConfigurationError, Settings
from bot.settings.policy_file import policy_of
from tests.test_config import GOOD
from tests.test_policy_file import REPORT_RULE, RULE, Finding, Reading, problems, read

__all__ = ["problems", "read"]

KINDS = "sign_in, face_check, in_person, number_match, manager, video or call_back"
AGREED = "approvals = 1\napprove = ['helpdesk']\n"


def test_what_a_rule_may_demand(read: Reading) -> None:
    policy = read(
        "[proof]\nminutes = 20\nfails = 5\nrecent_days = 30\n"
        + RULE
        + "proof = { tier = 2, count = 2, kinds = ['manager', 'sign_in', 'video'], minutes = 5, or_approvals = 1 }\n"
        + "if_risk = { tier = 3 }\n"
        + RULE.replace("One", "Two")
        + AGREED
        + "or_proof = true\nproof = { kinds = ['face_check', 'in_person'] }"
    )
    assert policy.proof == ProofRules(valid_for=timedelta(minutes=20), fails=5, recent_days=30)
    one, two = policy.rules
    by_any = frozenset({ProofKind.MANAGER, ProofKind.SIGN_IN, ProofKind.VIDEO})
    assert one.proof == ProofNeed(tier=2, count=2, kinds=by_any, valid_for=timedelta(minutes=5), or_approvals=1)
    assert (one.if_risk, one.or_proof) == (ProofNeed(tier=3, count=1, valid_for=timedelta(minutes=20)), False)
    assert two.proof == ProofNeed(count=1, kinds=frozenset({ProofKind.FACE_CHECK, ProofKind.IN_PERSON}), valid_for=timedelta(minutes=20))
    assert (two.or_proof, two.if_risk) == (True, ProofNeed())


def test_without_a_word_nothing_is_demanded(read: Reading) -> None:
    policy = read(RULE)
    assert policy.proof == ProofRules(valid_for=timedelta(minutes=15), fails=3, recent_days=14)
    assert (policy.rules[0].proof, policy.rules[0].or_proof, policy.rules[0].if_risk) == (ProofNeed(), False, ProofNeed())


def test_what_only_takes_access_away_may_need_a_proof_where_a_rule_names_it(read: Reading) -> None:
    assert read(RULE.replace('"*"', '"block", "sign_out"') + "proof = { tier = 1 }").rules[0].proof.tier == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[proof]\nminute = 5\n" + RULE, ":2: [proof], minute: there is no such key (did you mean minutes?)."),
        ("[proof]\nminutes = 61\n" + RULE, ":2: [proof], minutes: 61 is no number from 1 to 60."),
        ("[proof]\nfails = 0\n" + RULE, ":2: [proof], fails: 0 is no number from 1 to 100."),
        ("[proof]\nrecent_days = '14'\n" + RULE, ":2: [proof], recent_days: '14' is no number from 0 to 3,650."),
        ("proof = true\n" + RULE, ":1: [proof]: this has to be a table: write [proof] on a line of its own."),
        (RULE + "proof = 2", ":7: rule 1 (“One”), proof: say what has to be proved, such as proof = { tier = 2 }."),
        (RULE + "if_risk = {}", ":7: rule 1 (“One”), if_risk: say what has to be proved, such as if_risk = { tier = 2 }."),
        (RULE + "proof = { minutes = 5 }", ":7: rule 1 (“One”), proof: say what has to be proved, such as proof = { tier = 2 }."),
        (RULE + "proof = { tier = 2, kind = ['video'] }", ":7: rule 1 (“One”), proof: kind: there is no such key (did you mean kinds?)."),
        (RULE + "proof = { tier = 0 }", ":7: rule 1 (“One”), proof: tier: 0 is no number from 1 to 3."),
        (RULE + "if_risk = { tier = 4 }", ":7: rule 1 (“One”), if_risk: tier: 4 is no number from 1 to 3."),
        (RULE + "proof = { count = 5 }", ":7: rule 1 (“One”), proof: count: 5 is no number from 1 to 4."),
        (RULE + "proof = { tier = 2, minutes = 90 }", ":7: rule 1 (“One”), proof: minutes: 90 is no number from 1 to 60."),
        (RULE + "proof = { tier = 2, or_approvals = 6 }", ":7: rule 1 (“One”), proof: or_approvals: 6 is no number from 1 to 5."),
        (RULE + "proof = { kinds = [] }",
         f":7: rule 1 (“One”), proof: kinds: write a list of some of {KINDS}, such as kinds = [\"sign_in\"]."),
        (RULE + "proof = { kinds = 'video' }",
         f":7: rule 1 (“One”), proof: kinds: write a list of some of {KINDS}, such as kinds = [\"sign_in\"]."),
        (RULE + "proof = { kinds = ['callback'] }",
         f":7: rule 1 (“One”), proof: kinds: 'callback' is none of {KINDS} (did you mean call_back?)."),
        (RULE + "proof = { tier = 3, kinds = ['call_back'] }",
         ":7: rule 1 (“One”), proof: nothing can meet this: none of these kinds is of tier 3."),
        (RULE + "proof = { tier = 2, count = 4 }",
         ":7: rule 1 (“One”), proof: nothing can meet this: of the kinds it accepts, no 4 of tier 2 or higher are independent of one "
         "another."),
        (RULE + "proof = { count = 2, kinds = ['sign_in', 'number_match'] }",
         ":7: rule 1 (“One”), proof: nothing can meet this: of the kinds it accepts, no 2 are independent of one another."),
        (RULE + "proof = { kinds = ['face_check'] }",
         ":7: rule 1 (“One”), proof: face_check is not built yet: name another kind that is enough without it."),
        (RULE + "proof = { count = 2, kinds = ['face_check', 'manager'] }",
         ":7: rule 1 (“One”), proof: face_check is not built yet: name another kind that is enough without it."),
        (RULE + "or_proof = 1\nproof = { tier = 2 }\n" + AGREED, ":7: rule 1 (“One”), or_proof: 1 is neither true nor false."),
        (RULE + "or_proof = true\nproof = { tier = 2 }",
         ":7: rule 1 (“One”), or_proof: the proof of this rule is to stand in for its approvals, so it needs both: add proof = { tier = 2 "
         "} and approvals = 1."),
        (RULE + AGREED + "or_proof = true",
         ":9: rule 1 (“One”), or_proof: the proof of this rule is to stand in for its approvals, so it needs both: add proof = { tier = 2 "
         "} and approvals = 1."),
        (RULE + AGREED + "or_proof = true\nproof = { tier = 2, or_approvals = 1 }",
         ":10: rule 1 (“One”), proof: or_approvals: with or_proof the approvals of the rule stand in for its proof already: remove one of "
         "the two."),
        (RULE + AGREED + "or_proof = true\nproof = { tier = 2 }\nif_risk = { tier = 3, or_approvals = 1 }",
         ":11: rule 1 (“One”), if_risk: or_approvals: with or_proof the approvals of the rule stand in for its proof already: remove one "
         "of the two."),
        (RULE.replace('"*"', '"bulk"') + AGREED + "proof = { tier = 2 }",
         ":9: rule 1 (“One”), proof: nobody is on the telephone for the rows of a file: they need the agreement to the file instead, so "
         "add approvals and remove this."),
        *(
            (RULE.replace('"allow"', '"deny"') + line,
             f":7: rule 1 (“One”), {line.split()[0]}: this counts in rules that allow, and this one denies: remove it.")
            for line in ("proof = { tier = 2 }", "or_proof = true", "if_risk = { tier = 9 }")
        ),
        *(
            (RULE + REPORT_RULE + line,
             f":12: rule 2 (“Two”), {line.split()[0]}: this counts for changes, and “report” makes none: remove it.")
            for line in ("proof = { tier = 2 }", "or_proof = true", "if_risk = { tier = 9 }")
        ),
    ],
)  # fmt: skip
def test_each_problem_says_where_it_is_and_what_to_do(problems: Finding, text: str, said: str) -> None:
    assert problems(text) == [said]


@pytest.mark.parametrize("value", ["5", "true", "1.5", "2026-01-01", "[[1]]", "{ a = 1 }", "[{}]", "''", "nan", "[1, 'a']"])
@pytest.mark.parametrize("key", ["proof", "or_proof", "if_risk", "tier", "count", "kinds", "minutes", "or_approvals"])
def test_no_value_of_a_wrong_kind_gets_through_or_crashes(read: Reading, key: str, value: str) -> None:
    more = "" if key in ("tier", "count", "kinds") else "tier = 1, "
    line = f"{key} = {value}" if key in ("proof", "or_proof", "if_risk") else f"proof = {{ {more}{key} = {value} }}"
    if (key, value) in (("minutes", "5"), ("or_approvals", "5")):
        read(RULE + line)
        return
    with pytest.raises(ConfigurationError, match=key):
        read(RULE + line)


@pytest.mark.parametrize(("proof", "needs_pages"), [
    ("kinds = ['sign_in']", True), ("tier = 3, kinds = ['sign_in', 'number_match', 'face_check']", True), ("tier = 3", False),
    ("kinds = ['sign_in', 'video']", False), ("count = 2, kinds = ['sign_in', 'video']", True),
])  # fmt: skip
def test_what_only_a_page_can_prove_needs_its_address(read: Reading, proof: str, needs_pages: bool) -> None:
    policy = read(RULE + f"proof = {{ {proof} }}")
    settings = GOOD | {"POLICY_FILE": policy.source}
    assert policy_of(Settings.from_env({**settings, "PUBLIC_URL": "https://doorman.contoso.com", "PROOF_CONTEXT": "c21"})).rules[0].proof
    if not needs_pages:
        assert policy_of(Settings.from_env(settings)).rules[0].proof
        return
    with pytest.raises(ConfigurationError) as caught:
        policy_of(Settings.from_env(settings))
    assert (
        "policy.toml:7: rule 1 (“One”), proof: sign_in needs a page of Doorman's: set PUBLIC_URL and PROOF_CONTEXT, or name other kinds "
        "that are enough without it."
    ) in str(caught.value)
