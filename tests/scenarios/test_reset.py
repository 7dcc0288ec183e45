"""`reset mfa`: several changes in a safe order, a result for each, and the truth about what is left."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.domain.change import ChangeKind
from bot.domain.rules import Policy, Rule
from simulator import cast
from simulator.entra import Fault
from simulator.entra.control_sign_in import take_away
from simulator.entra.state import PhoneState
from simulator.registered import registered
from tests.desk import ALICE, HANNA, OMAR, Desk
from tests.scenarios.several import agreed, approved, kinds, results, writes

LOTTE, RINA, GERT, PRIYA, SOFIA, WOUT = (
    cast.person(name) for name in ("Lotte Smit", "Rina Patel", "Gert Brandt", "Priya Raman", "Sofia Rossi", "Wout Wiersma")
)
AGENTS = cast.group("Helpdesk").id


async def test_it_takes_what_the_portal_takes_after_a_second_persons_yes(desk: Desk) -> None:
    desk.entra.person(LOTTE.upn).strong += ["fido2", "otp"]
    answer = await desk.say(HANNA, "reset mfa for lotte")
    for named in ("+31 6 1234 5010", "iPhone 15, registered 2 June 2025", "Stays as it is: passkey Blue security key", "needs 1 approval"):
        assert named in answer.text
    await desk.press(HANNA, answer, "confirm")
    assert writes(desk) == []
    await agreed(desk, answer.operation_id)
    await desk.settled(answer, "Done, and read back")
    assert answer.text.count("✓ removed") == 3
    assert writes(desk) == ["phone.delete mobile", "otp.delete", "authenticator.delete"]
    assert kinds(desk, LOTTE) == ["fido2"]
    assert results(desk) == ["done", "done", "done"]
    log = await desk.logged("Reset MFA for Lotte Smit")
    assert "612345010" not in str(log.card())


async def test_everything_leaves_the_password_and_what_nobody_knows(desk: Desk) -> None:
    answer = await desk.say(HANNA, "reset mfa for rina everything")
    assert "resourceKey (unknown to me, so I never touch it)" in answer.text
    assert f"type “pass for {RINA.upn}”" in answer.text
    await desk.press(HANNA, answer, "confirm")
    await agreed(desk, answer.operation_id)
    await desk.settled(answer, "Done, and read back")
    assert writes(desk) == ["email.delete", "external.delete", "otp.delete"]
    assert kinds(desk, RINA) == ["unknown"]


async def test_passkeys_and_windows_hello_go_with_everything_alone(desk: Desk) -> None:
    await desk.settled(await approved(desk, "reset mfa for priya everything"), "Done, and read back")
    assert writes(desk) == ["fido2.delete", "hello.delete", "authenticator.delete"]


async def test_a_hardware_token_is_deactivated_and_stays(desk: Desk) -> None:
    answer = await approved(desk, "reset mfa for gert")
    await desk.settled(answer, "Done, and read back")
    assert "Feitian c200 2601234567890, registered 20 March 2025  →  deactivated" in answer.text
    assert "QR code" in (await desk.say(HANNA, "show gert")).text
    assert sorted(kinds(desk, GERT)) == ["hardware", "qr"]
    again = await desk.say(HANNA, "reset mfa for gert")
    assert "no phone, authenticator or codes to reset" in again.text
    assert "hardware token Feitian c200 2601234567890 (deactivated)" in again.text


async def test_nothing_to_reset_is_said(desk: Desk) -> None:
    answer = await desk.say(HANNA, "reset mfa for oscar everything")
    assert "nothing to reset" in answer.text
    assert "Nothing is registered besides the password" in answer.text
    assert "reset mfa for wout.wiersma@fabrikam.example everything" in (await desk.say(HANNA, "reset mfa for wout")).text


async def test_an_office_phone_kept_on_premises_stays(desk: Desk) -> None:
    desk.entra.person(SOFIA.upn).phones["office"] = PhoneState("+39 0212345678")
    answer = await approved(desk, "reset mfa for sofia")
    await desk.settled(answer, "Done, and read back")
    assert desk.phones(SOFIA) == {"office": "+39 0212345678"}


@pytest.mark.parametrize("older", [False, True])
async def test_the_default_goes_in_a_second_pass_once_the_others_are_seen_gone(desk: Desk, older: bool) -> None:
    desk.naps_last = True
    desk.entra.tenant.sign_in.delete_delay = 5.0
    desk.entra.tenant.sign_in.older_wording = older
    answer = await approved(desk, "reset mfa for lotte")
    await desk.settled(answer, "Done, and read back")
    assert writes(desk) == ["phone.delete mobile", "authenticator.delete"]
    assert max(desk.naps) >= 10
    assert results(desk) == ["done", "done"]


async def test_the_mobile_waits_for_the_alternate_mobile(desk: Desk) -> None:
    answer = await approved(desk, "reset mfa for omar")
    await desk.settled(answer, "Done, and read back")
    assert writes(desk) == ["phone.delete alternateMobile", "phone.delete office", "phone.delete mobile"]


async def test_a_default_that_rests_beside_what_stays_is_left_and_the_card_says_what_to_do(desk: Desk) -> None:
    person = desk.entra.person(LOTTE.upn)
    person.strong.append("hardware")  # is deactivated, stays, and could be the default
    answer = await approved(desk, "reset mfa for lotte")
    await desk.settled(answer, "Partly done", "2 of 3 done", "Not done: Microsoft Authenticator (iPhone 15, registered 2 June 2025)")
    assert "✗ still there: This is the default sign-in method" in answer.text
    assert f"“set default for {LOTTE.upn} to otp”" in answer.text
    assert sorted(kinds(desk, LOTTE)) == ["authenticator", "hardware"]
    deletes = [request for request in desk.entra.requests if request.method == "DELETE" and "microsoftAuth" in request.path]
    assert [request.status for request in deletes] == [400, 400, 400]


async def test_a_missing_permission_for_one_sort_leaves_the_others_done(desk: Desk) -> None:
    desk.entra.faults.add(Fault(effect="forbidden", method="DELETE", path="/softwareOathMethods/", times=1))
    person = desk.entra.person(LOTTE.upn)
    person.strong.append("otp")
    person.sign_in.default = None
    answer = await approved(desk, "reset mfa for lotte")
    await desk.settled(answer, "Partly done", "2 of 3 done", "Not done: Authenticator app with codes")
    assert "UserAuthMethod-SoftwareOATH.ReadWrite.All" in answer.text
    assert kinds(desk, LOTTE) == ["otp"]
    assert results(desk) == ["done", "refused", "done"]
    await desk.logged("Partly done", "Authenticator app with codes", "UserAuthMethod-SoftwareOATH.ReadWrite.All")

    await desk.press(HANNA, answer, "again")  # plans what is left, and needs an approval as before
    assert "iPhone 15" not in answer.text
    await desk.press(HANNA, answer, "confirm")
    await agreed(desk, answer.operation_id)
    await desk.settled(answer, "Done, and read back")
    assert kinds(desk, LOTTE) == []


async def test_nothing_done_at_all_is_a_failure(desk: Desk) -> None:
    desk.entra.faults.add(Fault(effect="forbidden", method="DELETE"))
    answer = await approved(desk, "reset mfa for lotte")
    await desk.settled(answer, "Failed", "0 of 2 done", "Nothing was changed")
    assert answer.verbs == ["again"]


async def test_what_somebody_else_did_meanwhile_does_not_stop_the_rest(desk: Desk) -> None:
    person = desk.entra.person(LOTTE.upn)
    person.strong.append("otp")
    person.sign_in.default = None

    def meddle() -> None:
        person.phones["mobile"] = PhoneState("+31 699999999")
        take_away(person, next(method.id for method in person.holding().methods if method.kind == "otp"))

    answer = await approved(desk, "reset mfa for lotte", before_the_yes=meddle)
    await desk.settled(answer, "Partly done", "Not done: Mobile phone")
    assert "⚠ left alone: Somebody else changed it" in answer.text
    assert "✓ was gone already" in answer.text
    assert desk.phones(LOTTE) == {"mobile": "+31 699999999"}
    assert results(desk) == ["changed", "already", "done"]


async def test_what_is_registered_meanwhile_is_named_and_not_touched(desk: Desk) -> None:
    person = desk.entra.person(ALICE.upn)
    fault = desk.entra.faults.add(Fault(effect="hold", method="DELETE", path="/microsoftAuthenticatorMethods/"))
    answer = await approved(desk, "reset mfa for alice")
    await fault.met.wait()
    person.sign_in.default = None
    person.sign_in.add(person.upn, registered("authenticator", "2026-01-05T10:00:00Z", displayName="Stranger's phone"))
    desk.entra.faults.clear()
    await desk.settled(answer, "Partly done", "Registered meanwhile, and not touched", "Stranger's phone")
    assert [method.method.facts["displayName"] for method in person.holding().methods] == ["Stranger's phone"]


async def test_it_counts_as_one_change_of_the_person(desk: Desk, database_url: str) -> None:
    for _ in range(5):  # the limit of a day
        desk.entra.person(OMAR.upn).phones.update({kind: PhoneState("+31 612345001") for kind in ("mobile", "alternateMobile", "office")})
        await desk.settled(await approved(desk, "reset mfa for omar"), "Done, and read back")
    desk.entra.person(OMAR.upn).phones["mobile"] = PhoneState("+31 612345001")
    assert "5 changes of Omar Farouk within 24 hours is the limit" in (await desk.say(HANNA, "reset mfa for omar")).text


@pytest.mark.parametrize(
    ("effect", "more"),
    [("drop", {"after": True}), ("drop", {}), ("throttle", {"retry_after": 0.2}), ("collision", {"after": True}),
     ("unavailable", {"after": True})],
)  # fmt: skip
async def test_trouble_inside_ends_with_each_method_removed_once(desk: Desk, effect: str, more: dict[str, Any]) -> None:
    desk.entra.person(LOTTE.upn).strong.append("otp")
    desk.entra.faults.add(Fault(effect=effect, method="DELETE", path="/softwareOathMethods/", times=1, **more))
    await desk.settled(await approved(desk, "reset mfa for lotte"), "Done, and read back")
    assert sorted(writes(desk)) == ["authenticator.delete", "otp.delete", "phone.delete mobile"]


async def test_policy_has_to_allow_the_reset_and_each_sort_in_it(database_url: str) -> None:
    usual = frozenset(ChangeKind) - {ChangeKind.RESET_MFA, ChangeKind.RESET_EVERYTHING}
    rules = (
        Rule(name="Single changes", actions=usual, ask=frozenset({AGENTS})),
        Rule(name="Resets", actions=frozenset({ChangeKind.RESET_MFA}), ask=frozenset({AGENTS})),
        Rule(name="Codes stay", deny=True, actions=frozenset({ChangeKind.REMOVE_CODES})),
    )
    async with Desk(database_url, Policy(rules=rules, names={AGENTS: "Helpdesk"}, confirm_for=timedelta(minutes=10))) as desk:
        assert "confirm" in (await desk.say(HANNA, "reset mfa for lotte")).verbs
        refused = await desk.say(HANNA, "reset mfa for lotte everything")
        assert "No rule of the policy lets anybody reset every sign-in method but the password" in refused.text
        assert "Codes stay" in (await desk.say(HANNA, "reset mfa for rina")).text


async def test_a_restart_in_the_middle_finishes_what_is_left(desk: Desk) -> None:
    fault = desk.entra.faults.add(Fault(effect="latency", method="DELETE", path="/microsoftAuthenticatorMethods/", seconds=5))
    answer = await approved(desk, "reset mfa for lotte")
    await fault.met.wait()
    await desk.stop_bot()
    desk.entra.faults.clear()
    await desk.start_bot()
    await desk.settled(answer, "Done, and read back")
    assert sorted(writes(desk)) == ["authenticator.delete", "phone.delete mobile"]


async def test_a_freeze_before_the_restart_leaves_the_rest_and_says_so(desk: Desk) -> None:
    fault = desk.entra.faults.add(Fault(effect="hold", method="DELETE", path="/microsoftAuthenticatorMethods/"))
    answer = await approved(desk, "reset mfa for lotte")
    await fault.met.wait()
    await desk.say(HANNA, "freeze lotte because odd call")
    await desk.stop_bot()
    await desk.start_bot()
    await desk.settled(answer, "Partly done", "1 of 2 done", "Not done: Microsoft Authenticator", "frozen")
    assert writes(desk) == ["phone.delete mobile"]
    assert results(desk) == ["done", "unknown"]
