"""`report phone-only` through the front door: who may see it, of whom it tells, and the list of all of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.domain.audit import Tag
from bot.domain.incoming import FileKind
from bot.domain.rules import Rule
from simulator import cast
from simulator.entra import Fault
from tests.desk import ALICE, HANNA, HELPDESK, OMAR, OSCAR, SAM, Answer, Desk, as_json
from tests.scenarios.bulking import said_to, told
from tests.scenarios.forging import button
from tests.scenarios.reporting import (
    EXECUTIVES,
    LINE,
    desk,
    headline,
    listed,
    new_group,
    people,
    phone_only,
    policy,
    read,
    read_at,
    read_since,
    recorded,
)
from tests.scenarios.test_bulk_files import forged

__all__ = ["desk"]

PRIYA, GUS, NADIA = (cast.person(name) for name in ("Priya Raman", "Gus Taylor (Adatum)", "Nadia Haddad"))
NOT_OPEN = "Reports about everybody's sign-in methods are not open to you."
SEE = Rule(name="Executives see reports", ask=frozenset({EXECUTIVES.id}))


async def test_nothing_read_yet_begins_a_reading(database_url: str) -> None:
    async with Desk(database_url) as desk:
        first = await desk.say(SAM, f"{LINE} for Nowhere at all")
        assert "Nothing was read from Entra ID yet" in first.text
        assert "takes about a minute for 12,000 people" in first.text
        await read_since(desk, None)
        assert headline(people(desk)) in (await desk.say(SAM, LINE)).text


async def test_counts_departments_and_age(desk: Desk) -> None:
    answer = await desk.say(SAM, LINE)
    assert headline(people(desk)) in answer.text
    assert "Kind of account" in answer.text
    assert "What people have registered" in answer.text
    assert "Read from Entra ID at" in answer.text
    assert "as soon as Entra ID was read in two different weeks" in answer.text
    assert answer.verbs == ["list"]
    shown = as_json(answer.card)
    assert "Chart.HorizontalBar.Stacked" in shown
    most = max({person.department for person in people(desk)} - {""}, key=lambda name: len(phone_only(people(desk, name))))
    assert most in shown
    assert recorded(desk, Tag.REPORT_SHOWN) == [(SAM.name, "", len(phone_only(people(desk))))]


async def test_who_may_and_what_the_others_are_told(desk: Desk) -> None:
    """The same words whether what is named is there or not, and nothing is asked of Entra ID for them but who they are."""
    for who in (HANNA, OSCAR, PRIYA):
        told_of = set()
        for about in ("", " for Logistics", " for Executives", " for Nothing as such", f" for {EXECUTIVES.id}"):
            since = len(desk.entra.requests)
            answer = await desk.say(who, LINE + about)
            told_of.add(answer.text.partition("why")[0])
            assert answer.verbs == []
            assert not [one for one in list(desk.entra.requests)[since:] if "eq '" in one.query or "/transitiveMembers" in one.path]
        assert len(told_of) == 1, told_of
        assert NOT_OPEN in (await desk.say(who, LINE)).text
    desk.entra.tenant.join(desk.entra.group("Doorman administrators"), GUS.id)
    assert "only a phone" not in (await desk.say(GUS, LINE)).text
    assert "phone-only" not in (await desk.say(HANNA, "help many people")).text
    assert "phone-only" in (await desk.say(SAM, "help report")).text
    refused = await desk.say(HANNA, LINE)
    reference = refused.text.partition("why ")[2].split()[0]
    assert "Not allowed" in (await desk.say(SAM, f"why {reference}")).text


async def test_a_rule_opens_reports_and_nothing_else(database_url: str) -> None:
    async with Desk(database_url, policy(SEE)) as desk:
        await read(desk)
        answer = await desk.say(PRIYA, LINE)
        assert headline(people(desk)) in answer.text
        assert await listed(desk, PRIYA, answer)
        assert "not in the helpdesk group" in (await desk.say(PRIYA, "show alice")).text
        listing = (await desk.say(PRIYA, "help")).text
        assert "Report phone only" in listing
        assert "set|add|update" not in listing
        assert NOT_OPEN in (refusal := (await desk.say(HANNA, LINE)).text)
        assert "members of Executives" in refusal
        assert "confirm" in (await desk.say(HANNA, "set office for priya raman +31 20 7654321")).verbs, "no colleague by that"
        tried = (await desk.say(SAM, f"policy test {LINE} for Sales as priya raman")).text.replace("\u00a0", " ")
        assert "Priya Raman may say this" in tried
        assert "“Executives see reports”" in tried
        assert NOT_OPEN in (await desk.say(SAM, f"policy test {LINE} as hanna visser")).text.replace("\u00a0", " ")


async def test_who_approves_sees_none_by_that(database_url: str) -> None:
    usual = policy()
    agreeing = replace(usual.rules[1], approve=frozenset({EXECUTIVES.id}))
    async with Desk(database_url, replace(usual, rules=(usual.rules[0], agreeing))) as desk:
        assert NOT_OPEN in (await desk.say(PRIYA, LINE)).text


async def test_by_the_form_of_the_help_card(desk: Desk) -> None:
    card = (await desk.say(SAM, "help")).message
    await desk.teams.press(SAM, card.id, "open", style="submit", action=button("submit", "open", "report-phone-only"))
    form = Answer(desk, said_to(desk, SAM)[-1], SAM)
    assert "Group or department (optional)" in form.text
    await desk.teams.press(SAM, form.message.id, "fill", {"input_about": "Logistics"})
    assert headline(people(desk, "Logistics")) in form.text


async def test_old_rows_of_entra(desk: Desk) -> None:
    assert "makes its own report late" not in (await desk.say(SAM, LINE)).text
    desk.entra.tenant.sign_in.report.age = 30 * 86_400.0
    desk.clock.forward(days=3)
    await read(desk)
    assert "makes its own report late" in (await desk.say(SAM, LINE)).text


async def test_an_old_reading_is_not_blamed_on_entra(desk: Desk) -> None:
    desk.clock.forward(days=30)
    answer = await desk.say(SAM, LINE)
    assert "makes its own report late" not in answer.text
    assert "read_again" in answer.verbs


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "America/Los_Angeles"])
async def test_days_are_those_of_the_wall_clock(database_url: str, zone: str) -> None:
    """There it is the day after, or the day before, that of UTC: a reading of today is the last point all the same."""
    noon = datetime(2027, 1, 31, 12 if zone.startswith("Pacific") else 6, tzinfo=UTC)
    async with Desk(database_url, TIME_ZONE=zone) as desk:
        for days in (14, 7, 0):
            desk.clock.ahead = noon - timedelta(days=days) - datetime.now(UTC)
            for person in phone_only(people(desk))[:3]:
                person.strong = ["fido2"]
            desk.entra.tenant.sign_in.report.forget()
            await read(desk)
        answer = await desk.say(SAM, LINE)
        count = len(phone_only(people(desk)))
        assert headline(people(desk)) in answer.text
        assert f"{count + 6} " in answer.text
        assert f" {count} At 3 fewer a week, nobody is left on" in answer.text.replace("\u00a0", " ")
        left = "ended on" if zone.startswith("Pacific") else "end on 1 February 2027, in 2 days"
        assert left in answer.text.replace("\u00a0", " ")


async def test_a_rule_keeps_them_even_from_administrators(database_url: str) -> None:
    async with Desk(database_url, policy(SEE, Rule(name="Not for now", deny=True))) as desk:
        for who in (SAM, PRIYA):
            assert "The policy forbids this: “Not for now”." in (await desk.say(who, LINE)).text


async def test_of_a_department_and_of_a_group(desk: Desk) -> None:
    helpdesk = desk.entra.group("Helpdesk")
    for typed, found in (
        ("Logistics", people(desk, "Logistics")),
        ("logistics", people(desk, "Logistics")),
        ("department LOGISTICS.", people(desk, "Logistics")),
        ("afdeling Logistics", people(desk, "Logistics")),
        ("IT Service Desk", people(desk, "IT Service Desk")),
        ("Helpdesk", people(desk, of=helpdesk)),
        ("hELPDESK", people(desk, of=helpdesk)),
        ("group Helpdesk", people(desk, of=helpdesk)),
        (helpdesk.id.upper(), people(desk, of=helpdesk)),
        ('"Helpdesk"', people(desk, of=helpdesk)),
    ):
        answer = await desk.say(SAM, f"{LINE} for {typed}")
        expected = headline(found) if phone_only(found) else f"Nobody of {len(found)} people has only a phone"
        assert expected in answer.text, typed
    assert NADIA.id in {person.id for person in people(desk, of=helpdesk)}, "she is in a group inside it"
    assert headline(people(desk, "Logistics")) in (await desk.say(SAM, "rapport alleen telefoon voor Logistics")).text
    assert [of for _, of, _ in recorded(desk, Tag.REPORT_SHOWN)][:6] == ["Logistics"] * 4 + ["IT Service Desk", "Helpdesk"]


async def test_both_neither_several_and_nobody(desk: Desk) -> None:
    group = new_group(desk, "logistics", ALICE.id, OMAR.id)
    both = (await desk.say(SAM, f"{LINE} for Logistics")).text
    assert "“Logistics” is a department and a group." in both
    assert "report phone-only for group …" in both
    assert headline(people(desk, "Logistics")) in (await desk.say(SAM, f"{LINE} for department logistics")).text
    assert headline(people(desk, of=group)) in (await desk.say(SAM, f"{LINE} for group logistics")).text
    neither = (await desk.say(SAM, f"{LINE} for Logistcs")).text
    assert "I find no department and no group called “Logistcs”." in neither
    assert "Departments that read like it: “Logistics”." in neither
    assert "give the object id of the group" in (await desk.say(SAM, f"{LINE} for zzzzzz")).text
    other = new_group(desk, "Night shift")
    twin = new_group(desk, "Night shift ")
    twin.name = "Night shift"
    several = (await desk.say(SAM, f"{LINE} for Night shift")).text
    assert "2 groups are called “Night shift”." in several
    assert other.id in several
    assert "Nobody to report on" in (await desk.say(SAM, f"{LINE} for {other.id}")).text
    assert "I find no department" in (await desk.say(SAM, f"{LINE} for {ALICE.id}")).text


#: The last ones cannot be typed: what is typed is read as Markdown.
NASTY = ('R&D "Lab" O\'Neil', "=HYPERLINK(1)", "' or 1 eq 1 or '", "*Sales* {{DATE(2026-01-01T00:00:00Z)}}", "[x](https://evil.example)")


async def test_names_are_other_peoples_words(desk: Desk) -> None:
    desk.clock.forward(minutes=20)
    for name, member in zip(NASTY, phone_only(people(desk, "Facilities") + people(desk, "Retail")), strict=False):
        member.department = member.name = name
        new_group(desk, f"The {name}".replace('"', ""), member.id)
    for member in people(desk, "Health"):
        member.department = NASTY[-1]
    await read(desk)
    whole = await desk.say(SAM, LINE)
    for name in NASTY[:3]:
        for typed in (f'"{name}"' if '"' not in name else name, f'"The {name}"' if '"' not in name else f"The {name}"):
            answer = await desk.say(SAM, f"{LINE} for {typed}")
            assert "1 of 1 people has only a phone" in answer.text, typed
            assert "{{DATE(2026-01" not in as_json(answer.card)
            (row,) = await listed(desk, SAM, answer)
            assert not row["Name"].startswith("=")
    shown = as_json(whole.card)
    assert "https://evil" not in shown
    assert "evil.example" in shown
    rows = await listed(desk, SAM, whole)
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@"))]
    assert {row["Department"] for row in rows} >= {"'=HYPERLINK(1)", NASTY[0], NASTY[3]}


async def test_departments_that_differ_in_case_alone(desk: Desk) -> None:
    desk.clock.forward(minutes=20)
    desk.entra.person(OMAR.upn).department = "LOGISTICS"
    await read(desk)
    assert headline(people(desk, "LOGISTICS")) in (await desk.say(SAM, f"{LINE} for LOGISTICS")).text
    assert headline(people(desk, "Logistics")) in (await desk.say(SAM, f"{LINE} for Logistics")).text
    assert "“LOGISTICS” and “Logistics”" in (await desk.say(SAM, f"{LINE} for logistics")).text


async def test_the_list_is_everybody_with_only_a_phone_and_no_number(desk: Desk) -> None:
    executives = people(desk, of=desk.entra.group("Executives"))
    for about, found in (("", people(desk)), (" for Logistics", people(desk, "Logistics")), (" for group Executives", executives)):
        desk.clock.forward(minutes=2)
        answer = await desk.say(SAM, LINE + about)
        rows = await listed(desk, SAM, answer)
        assert {row["User principal name"] for row in rows} == {person.upn for person in phone_only(found)}
        assert len(rows) == len(phone_only(found))
    rows = await listed(desk, SAM, await desk.say(SAM, f"{LINE} for Logistics"))
    omar = next(row for row in rows if row["User principal name"] == OMAR.upn)
    assert omar | {"As of (UTC)": ""} == {
        "User principal name": OMAR.upn, "Name": OMAR.name, "Department": "Logistics", "Kind of account": "member",
        "The phones are for": "texts and calls", "Registered methods": omar["Registered methods"], "Ends on": "2027-02-01",
        "As of (UTC)": "",
    }  # fmt: skip
    assert "mobilePhone" in omar["Registered methods"]
    assert omar["As of (UTC)"]
    text = " ".join(cell for row in rows for cell in row.values())
    assert "612345001" not in text.replace(" ", "")
    assert recorded(desk, Tag.REPORT_LIST_GIVEN)[:2] == [
        (SAM.name, "", len(phone_only(people(desk)))), (SAM.name, "Logistics", len(phone_only(people(desk, "Logistics")))),
    ]  # fmt: skip


async def test_a_press_and_a_consent_count_for_whoever_may_at_that_moment(desk: Desk) -> None:
    answer = await desk.say(SAM, LINE)
    reference = next(action for action in answer.card["actions"] if action["verb"] == "list")["data"]["id"]
    for style in ("execute", "submit"):
        theirs = (await desk.say(HANNA, "help")).message
        since = len(said_to(desk, HANNA))
        pressed = await desk.teams.press(HANNA, theirs.id, "list", style=style, action=button(style, "list", reference))
        heard = pressed.message if style == "execute" else as_json(said_to(desk, HANNA)[-1].card())
        assert "not open to you" in str(heard)
        assert not [each for message in said_to(desk, HANNA)[since:] for each in message.attachments if "consent" in each["contentType"]]
    consent = forged(reference, FileKind.LIST, owner=HANNA, desk=desk)
    assert (await desk.teams.consent(HANNA, said_to(desk, HANNA)[-1].id, value=consent)).status == 200
    await told(desk, HANNA, "not open to you")
    admins = desk.entra.group("Doorman administrators")
    since = len(said_to(desk, SAM))
    await desk.press(SAM, answer, "list")
    offer = said_to(desk, SAM)[since]
    desk.entra.tenant.leave(admins, SAM.id)
    await desk.teams.consent(SAM, offer.id, accept=True)
    await told(desk, SAM, "not open to you")
    assert "not open" in (await desk.press(SAM, answer, "read_again", action=button("execute", "read_again", reference))).message
    assert desk.teams.files.stored == []
    assert Tag.REPORT_LIST_GIVEN not in [row.tag for row in desk.trail()]


@pytest.mark.parametrize("bent", ["d" + "0" * 24, "g" + "0" * 32, "ZZZZ", "d", "all; DROP TABLE", "a" * 4000])
async def test_a_bent_reference_opens_nothing(desk: Desk, bent: str) -> None:
    answer = await desk.say(SAM, LINE)
    pressed = await desk.press(SAM, answer, "list", action=button("execute", "list", bent))
    assert "no longer there" in pressed.message or "do not know this button" in pressed.message
    consent = forged(bent, FileKind.LIST, owner=SAM, desk=desk)
    assert (await desk.teams.consent(SAM, answer.message.id, value=consent)).status == 200
    assert desk.teams.files.stored == []


async def test_in_a_channel_counts_are_shown_and_no_file(desk: Desk) -> None:
    answer = await desk.say(SAM, LINE, HELPDESK)
    assert headline(people(desk)) in answer.text
    assert answer.verbs == []
    pressed = await desk.press(SAM, answer, "list", action=button("execute", "list", "all"))
    assert "personal chat" in pressed.message


async def test_the_trend_the_forecast_and_reading_again(desk: Desk) -> None:
    start = len(phone_only(people(desk)))
    for week in range(1, 4):
        desk.later(days=7)
        for person in phone_only(people(desk))[:3]:
            person.strong = ["fido2"]
        stale = await desk.say(SAM, LINE)
        assert "read_again" in stale.verbs
        before = await read_at(desk)
        pressed = await desk.press(SAM, stale, "read_again")
        assert "I read Entra ID anew" in pressed.message
        await read_since(desk, before)
        answer = await desk.say(SAM, LINE)
        assert headline(people(desk)) in answer.text, week
    said = answer.text.replace("\u00a0", " ")
    assert f"{start} " in said
    assert f" {start - 9}" in said
    assert "At 3 fewer a week, nobody is left on" in said
    assert answer.card["body"]
    shown = as_json(answer.card)
    assert "Chart.Line" in shown
    assert "read_again" not in answer.verbs
    too_soon = await desk.press(SAM, answer, "read_again", action=button("execute", "read_again", "all"))
    assert "I read Entra ID a moment ago" in too_soon.message


FAULTS: dict[str, dict[str, Any]] = {
    "401": {"effect": "empty", "status": 401},
    "403": {"effect": "forbidden"},
    "404": {"effect": "empty", "status": 404},
    "500": {"effect": "empty", "status": 500},
    "time-out": {"effect": "gateway_timeout"},
    "garbage": {"effect": "garbage"},
    "rows of nothing": {"effect": "odd", "body": {"value": [{}]}},
}


@pytest.mark.parametrize("path", ["/groups$", "/transitiveMembers/"])
async def test_a_group_that_cannot_be_read_has_no_report(desk: Desk, path: str) -> None:
    for name, fault in FAULTS.items():
        desk.entra.faults.add(Fault(path=path, regex=True, **fault))
        answer = await desk.say(SAM, f"{LINE} for Executives")
        assert "only a phone" not in answer.text, name
        assert len(answer.text) > 20
        desk.entra.faults.clear()
    assert "only a phone" in (await desk.say(SAM, f"{LINE} for Executives")).text


async def test_without_the_permission_the_sentence_of_the_reading(database_url: str) -> None:
    async with Desk(database_url) as desk:
        desk.entra.revoke(cast.GRAPH_APP_ID, "AuditLog.Read.All")
        for _ in range(200):
            answer = await desk.say(SAM, LINE)
            if "AuditLog.Read.All" in answer.text.replace("\u200b", ""):
                break
        said = answer.text.replace("\u200b", "")
        assert "Entra's registration report needs the application permission AuditLog.Read.All" in said
        assert "people have only a phone" not in said


async def test_an_own_provider_of_texts(database_url: str) -> None:
    async with Desk(database_url, TELEPHONY_PROVIDER="sms") as desk:
        await read(desk)
        answer = await desk.say(SAM, LINE)
        assert "carries on with texts, not with calls" in answer.text
        assert "can only be called" not in answer.text, "nobody has such numbers alone"
        rows = await listed(desk, SAM, answer)
        assert {row["Ends on"] for row in rows if row["The phones are for"] == "texts and calls"} == {"not: your own provider carries on"}
        assert not [row for row in rows if row["The phones are for"] == "calls only" and not row["Ends on"].startswith("2027-")]


async def test_what_a_line_loses_is_not_missed_in_a_name(desk: Desk) -> None:
    """Typographic quotes, blanks and what Teams takes for markup: a name on the card can be typed, or copied, as it stands there."""
    desk.clock.forward(minutes=20)
    names = ("Women’s  Health", "Cafe\u0301", "\u202eOffice", "**Night**", "<at>Sam Okafor</at>", "“Workplace”")
    found = phone_only(people(desk))[: len(names)]
    for name, member in zip(names, found, strict=True):
        member.department = name
    await read(desk)
    for name, member in zip(names, found, strict=True):
        for typed in (name, f"department {name}"):
            (row,) = await listed(desk, SAM, await desk.say(SAM, f"{LINE} for {typed}"))
            assert row["User principal name"] == member.upn, typed
    assert await listed(desk, SAM, await desk.say(SAM, f"{LINE} for Women's Health"))
    assert await listed(desk, SAM, await desk.say(SAM, f"{LINE} for Café"))
