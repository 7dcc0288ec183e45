"""`show`: everything an agent has to know before doing anything, whatever part of it cannot be read."""

from __future__ import annotations

from typing import Any

import pytest

from bot.services import look
from simulator import cast
from simulator.entra import Fault
from tests.desk import ALICE, BRAM, HANNA, HELPDESK, OMAR, Answer, Desk, as_json

LOTTE, WOUT, RINA = (cast.person(name) for name in ("Lotte Smit", "Wout Wiersma", "Rina Patel"))
BREAK = "\u200b"  # where a long word may be broken
REPORT, PREFERENCES = "userRegistrationDetails", "signInPreferences"


def kinds(desk: Desk, who: cast.Member, *wanted: dict[str, object]) -> None:
    """Gives somebody these methods and no others."""
    state = desk.entra.person(who.upn)
    state.sign_in.methods = ()
    state.strong.clear()
    for method in wanted:
        from simulator.entra.control_sign_in import method_described

        state.sign_in.add(who.upn, method_described(dict(method)))


@pytest.mark.parametrize(
    ("who", "says"),
    [
        ("alice", ("iPhone 14", "app version 6.2407.5108", "since 18 November 2024", "Default", "notification in Microsoft Authenticator")),
        ("omar", ("SMS sign-in off", "text message to the mobile phone")),
        ("priya raman", ("passkey", "Authenticator on Galaxy S24", "FAB-LT-0231", "System-preferred", "whatever the default is")),
        ("mei lin", ("macOS", "MacBook Air", "passwordless")),
        ("rina patel", ("resourceKey", "· I do not touch this", "since 1 December 2025", "Fabrikam ID", "rina@mail.example")),
        ("gert brandt", ("hardware token", "QR code")),
        ("wout wiersma", ("Temporary Access Pass", "Valid until", "reusable", "none chosen")),
        ("dirk bakker", ("Account disabled",)),
        ("sofia rossi", ("synced from on-premises",)),
        ("gus.taylor@adatum.example", ("guest",)),
    ],
)
async def test_every_method_with_its_own_facts(desk: Desk, who: str, says: tuple[str, ...]) -> None:
    text = (await desk.say(HANNA, f"show {who}")).text.replace(BREAK, "")
    assert [word for word in says if word not in text] == []
    assert text.count("I do not touch this") == (who == "rina patel")


@pytest.mark.parametrize(
    ("state", "says"),
    [
        ({"startsInMinutes": 90, "isUsableOnce": True}, ("Valid from", "for one sign-in")),
        ({"lifetimeInMinutes": 60, "startsInMinutes": -90}, ("Expired",)),
    ],
)
async def test_a_pass_with_its_validity_and_never_its_code(desk: Desk, state: dict[str, object], says: tuple[str, ...]) -> None:
    from simulator.entra.control_sign_in import steps

    for step in steps(desk.entra.tenant, desk.entra.person(WOUT.upn), {"pass": {"lifetimeInMinutes": 60, **state}}):
        step()
    answer = await desk.say(HANNA, "show wout wiersma")
    assert [word for word in says if word not in answer.text] == []
    assert "temporaryAccessPass" not in as_json(answer.card)


async def test_a_pass_that_policy_makes_useless(desk: Desk) -> None:
    desk.entra.person(WOUT.upn).sign_in.unusable_because = "DisabledByPolicy"
    answer = await desk.say(HANNA, "show wout wiersma")
    assert "policy does not let this person use it" in answer.text


@pytest.mark.parametrize(
    ("methods", "says"),
    [
        ((), "Phone only. Microsoft's own texts and calls"),
        (({"kind": "email"},), "Phone only"),
        (({"kind": "otp"},), "Fair"),
        (({"kind": "fido2"}, {"kind": "otp"}), "Strong: a passkey"),
        (({"kind": "hello"},), "Strong on the device itself (Windows Hello for Business)"),
        (({"kind": "unknown"},), "Phone, and a method that I cannot judge"),
    ],
)
async def test_an_honest_line_on_strength(desk: Desk, methods: tuple[dict[str, object], ...], says: str) -> None:
    kinds(desk, OMAR, *methods)
    answer = await desk.say(HANNA, "show omar")
    assert says in answer.text
    assert "next" in answer.verbs


async def test_the_dates_are_others_for_guests_and_administrators_and_nothing_is_offered_about_them(desk: Desk) -> None:
    gus = await desk.say(HANNA, "show gus.taylor@adatum.example")
    assert "No second method" in gus.text
    assert gus.verbs.count("next") == steps(gus).count("sign-out")
    kinds(desk, cast.person("Ada Admin"))
    from simulator.entra.state import PhoneState

    desk.entra.person("Ada Admin").phones["mobile"] = PhoneState("+31 612345099")
    ada = await desk.say(HANNA, "show ada admin")
    assert "Phone only. Microsoft's own texts and calls for Global Administrators" in ada.text
    assert steps(ada) == []


async def test_the_latest_changes_are_told_in_masked_words(desk: Desk) -> None:
    await desk.change(HANNA, "set mobile for alice +31 6 12345678")
    await desk.change(HANNA, "update mobile for alice +31 6 87654321")
    cancelled = await desk.say(HANNA, "remove mobile for alice")
    await desk.press(HANNA, cancelled, "cancel")
    await desk.change(HANNA, "update mobile for alice +31 6 12121212")
    await desk.change(HANNA, "remove mobile for alice")
    answer = await desk.say(HANNA, "show alice")
    latest = answer.text.partition("Latest changes")[2]
    assert latest.count("Hanna Visser") == 4  # all of this hour, beyond the usual three
    assert latest.index("+31 •••••••12 → removed") < latest.index("+31 •••••••21 → +31 •••••••12")
    assert "12121212" not in as_json(answer.card)
    assert cancelled.operation_id not in latest if cancelled.verbs else True
    assert "Latest changes" not in (await desk.say(HANNA, "show omar")).text


async def test_in_a_channel_every_number_is_masked(desk: Desk) -> None:
    await desk.change(HANNA, "update mobile for omar +31 6 87654321")
    card = as_json((await desk.say(HANNA, "show omar", HELPDESK)).message.card() or {})
    assert not any(number in card for number in ("612345001", "87654321", "612345002", "201234567"))
    assert "Phone only" in card


@pytest.mark.parametrize(
    ("path", "fault", "says"),
    [
        (PREFERENCES, {"effect": "forbidden"}, "the default method (Entra ID did not answer)"),
        (PREFERENCES, {"effect": "drop"}, "the default method (Entra ID did not answer)"),
        (PREFERENCES, {"effect": "garbage"}, "the default method (Entra ID did not answer)"),
        (PREFERENCES, {"effect": "throttle", "retry_after": 100}, "the default method (Entra ID allows few looks"),
        (REPORT, {"effect": "forbidden"}, "registration report (Entra ID did not answer)"),
        (REPORT, {"effect": "throttle", "retry_after": 9}, "registration report (Entra ID allows few looks at it"),
        (REPORT, {"effect": "unavailable"}, "registration report (Entra ID did not answer)"),
        (REPORT, {"effect": "empty", "status": 404}, "registration report (no entry for this account"),
    ],
)
async def test_what_cannot_be_read_is_named_and_the_rest_is_shown(desk: Desk, path: str, fault: dict[str, Any], says: str) -> None:
    desk.entra.faults.add(Fault(method="GET", path=path, **fault))
    answer = await desk.say(HANNA, "show lotte smit")
    assert says in answer.text.replace(BREAK, "")
    assert "+31 6 1234 5010" in answer.text
    assert "iPhone 15" in answer.text


async def test_a_report_that_we_are_not_let_read_is_said_to_need_its_permission(desk: Desk) -> None:
    desk.entra.revoke(cast.GRAPH_APP_ID, "AuditLog.Read.All")
    await desk.restart_bot()
    assert "registration report (needs the permission AuditLog.Read.All)" in (await desk.say(HANNA, "show lotte smit")).text


async def test_a_throttled_report_holds_nobody_up(desk: Desk) -> None:
    fault = desk.entra.faults.add(Fault(effect="throttle", method="GET", path=REPORT, retry_after=9))
    for who in ("lotte smit", "omar", "alice"):
        assert "Not shown: Entra's registration report" in (await desk.say(HANNA, f"show {who}")).text
    await desk.change(HANNA, "set mobile for alice +31 6 12345678")
    assert fault.fired == 1, "after the first refusal the report is left alone for as long as Entra asked"


async def test_a_free_tenant_has_no_report(desk: Desk) -> None:
    desk.entra.tenant.licence = "Free"
    for _ in range(2):
        answer = await desk.say(HANNA, "show lotte smit")
        assert "Entra's registration report (needs Entra ID P1 or P2)" in answer.text
        assert "Registered for" not in answer.text
    assert len([request for request in desk.entra.requests if REPORT in request.path]) == 1


async def test_the_report_is_read_once_in_a_while(desk: Desk) -> None:
    for _ in range(3):
        assert "MFA yes, sign-in without password no, password reset yes" in (await desk.say(HANNA, "show lotte smit")).text
    assert len([request for request in desk.entra.requests if REPORT in request.path]) == 1


async def test_a_read_that_is_late_is_left_out(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(look, "GRACE_SECONDS", 0.01)
    desk.entra.faults.add(Fault(effect="hold", method="GET", path=PREFERENCES))
    answer = await desk.say(HANNA, "show lotte smit")
    assert "the default method (Entra ID did not answer)" in answer.text
    assert "iPhone 15" in answer.text


async def test_with_the_permission_for_phones_alone_nothing_is_judged(desk: Desk) -> None:
    desk.entra.revoke(cast.GRAPH_APP_ID, "UserAuthenticationMethod.Read.All")
    answer = await desk.say(HANNA, "show omar")
    assert "not shown, because the permission" in answer.text
    assert "Phone only" not in answer.text


async def test_a_name_cannot_pretend_to_be_more(desk: Desk) -> None:
    kinds(desk, ALICE, {"kind": "fido2", "displayName": "**[click](https://evil.example)** {{DATE(2026-01-01T00:00:00Z)}}"})
    answer = await desk.say(HANNA, "show alice")
    markdown = [item for item in as_json(answer.card).split('"type": "TextBlock"') if "evil.example" in item.split("}")[0]]
    assert "click" in answer.text
    assert markdown == []


def steps(answer: Answer) -> list[str]:
    """The next steps that a card offers, by the names of their commands."""
    return [item["data"]["kind"] for item in answer.card.get("actions", []) if item.get("verb") == "next"]


async def next_step(desk: Desk, shown: Answer, kind: str, who: cast.Member = HANNA) -> Answer:
    """Presses one, and returns the last card of the chat."""
    reference = next(item["data"]["id"] for item in shown.card["actions"] if item["verb"] == "next")
    await desk.press(who, shown, "next", data={"id": reference, "kind": kind})
    return Answer(desk, desk.teams.thread(who)[-1], who)


async def test_what_comes_next_is_the_pressers_own_request(desk: Desk) -> None:
    answer = await desk.say(HANNA, "show omar", HELPDESK)
    assert steps(answer) == ["set-phone", "recover", "pass", "reset-password", "sign-out"]
    data = next(item for item in answer.card["actions"] if item["verb"] == "next")["data"]
    assert set(data) == {"id", "kind"}
    assert OMAR.id not in data["id"]
    told = await desk.press(cast.person("Oscar Outsider"), answer, "next", data=data)
    assert "helpdesk" in told.message
    for forged in ({"id": "NOBODY", "kind": "pass"}, {"id": data["id"], "kind": "pause"}, {"id": data["id"], "kind": ""}):
        assert "do not know this card" in (await desk.press(HANNA, answer, "next", data=forged)).message


async def test_every_step_is_about_the_person_and_the_shown_card_stays(desk: Desk) -> None:
    shown = await desk.say(HANNA, "show omar")
    before = shown.text
    for kind, said in (("pass", "Temporary Access Pass"), ("reset-password", "Reset the password"), ("sign-out", "Sign out everywhere")):
        proposed = await next_step(desk, shown, kind)
        assert said in proposed.text
        assert OMAR.upn in proposed.text
        assert "confirm" in proposed.verbs
    assert "Omar Farouk" in (await next_step(desk, shown, "recover")).text
    form = as_json((await next_step(desk, shown, "set-phone")).card)
    assert OMAR.id in form
    assert "Set phone" in form
    assert shown.text == before
    assert desk.entra.writes == []


async def test_what_policy_refuses_is_not_offered_and_a_suspicious_call_changes_the_card(desk: Desk) -> None:
    shown = await desk.say(HANNA, "show omar")
    told = await desk.press(HANNA, shown, "suspect")
    assert [item["title"] for item in told.card["actions"]] == ["Sign out", "Unfreeze"]
    assert "Suspicious call reported" in as_json(told.card)
    frozen = await desk.say(BRAM, "show omar")
    assert steps(frozen) == ["sign-out"]
    assert frozen.verbs == ["next", "suspect"], "a colleague may get such a call too"
    assert "Hanna Visser  reported that a caller may not be this person" in frozen.text


@pytest.mark.parametrize("style", ["execute", "submit"])
async def test_after_a_suspicious_call_everybody_sees_the_card_as_it_is_now(desk: Desk, style: str) -> None:
    shown = await desk.say(HANNA, "show omar", HELPDESK)
    other = await desk.say(HANNA, "show alice", HELPDESK)
    await desk.press(BRAM, shown, "suspect", **({} if style == "execute" else {"style": style}))
    await desk.settled(shown, "Suspicious call reported", "is frozen until")
    assert shown.verbs == ["next"]
    for answer in (shown, await desk.say(HANNA, "show omar", HELPDESK)):
        assert steps(answer) == ["sign-out"]
    assert "suspect" in other.verbs, "whoever else was shown there stays"
    assert not any(number in as_json(shown.card) for number in ("612345001", "612345002", "201234567"))


async def test_what_waits_about_the_person_stands_there_and_on_every_new_card(desk: Desk) -> None:
    first = await desk.say(HANNA, "set office for omar +31 20 765 4321")
    second = await desk.say(HANNA, "sign out omar")
    for answer in (second, await desk.say(HANNA, "show omar")):
        assert f"{first.operation_id} waits already: Office phone: +31 •••••••67 → +31 •••••••21, asked by Hanna Visser." in answer.text
    assert "waits already" not in (await desk.say(HANNA, "show alice")).text


async def test_it_reads_nothing_that_it_does_not_show(desk: Desk) -> None:
    await desk.say(HANNA, "show omar")  # the report and Hanna's groups are remembered from here on
    before = len(desk.entra.requests)
    await desk.say(HANNA, "show omar")
    templates = [request.template or "" for request in list(desk.entra.requests)[before:]]
    posted = [template for template in templates if not template.startswith("/users/{user-id}")]
    assert sorted(posted) == [
        "/$batch",
        "/$batch",
        "/identityGovernance/privilegedAccess/group/eligibilityScheduleInstances",
        "/roleManagement/directory/roleAssignments",
        "/roleManagement/directory/roleEligibilityScheduleInstances",
        "/users",
        "/users",
    ]
