"""Every read that decides, with every way in which it can fail: whatever rests on it is refused, and nothing is written.

The table is made from the list of reads, so that a new one cannot be forgotten: it has to be entered here, with what rests on it.
"""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.domain.methods import Dossier
from bot.errors import DirectoryError
from bot.graph import permissions, reads, sign_reads
from bot.graph.reads import Read
from simulator import cast
from simulator.entra import Fault
from tests.desk import ALICE, HANNA, OMAR, SAM, Desk
from tests.graph.bulk_bench import BulkBench
from tests.scenarios.approving import approvers_card

TIER = "Tier 0 operators"
PROTECTED = "is protected"
OFFICE = "set office for alice +31 20 7654321"


def nobody(desk: Desk | BulkBench) -> None:
    """Alice is who she seems to be."""


@dataclass(frozen=True)
class Rests:
    """What rests on a read.

    Attributes:
        line: what is typed about it; refused without the read.
        else_by: other reads that say the same, so that they have to fail too.
        makes: makes Alice somebody whom this read alone shows to be more than she seems.
    """

    line: str = OFFICE
    else_by: tuple[str, ...] = ()
    makes: Callable[[Desk | BulkBench], object] = nobody


def _role(desk: Desk | BulkBench) -> None:
    desk.entra.person(ALICE.upn).roles.append("User Administrator")


def _eligible(desk: Desk | BulkBench) -> None:
    desk.entra.person(ALICE.upn).eligible_roles.append("User Administrator")


def _member(desk: Desk | BulkBench) -> None:
    desk.entra.tenant.join(desk.entra.group(TIER), ALICE.id)


def _owner(desk: Desk | BulkBench) -> None:
    desk.entra.group(TIER).owners.add(ALICE.id)


def _may_join(desk: Desk | BulkBench) -> None:
    desk.entra.group(TIER).eligible.add((ALICE.id, "member"))


def _may_join_through_a_group(desk: Desk | BulkBench) -> None:
    executives = desk.entra.group("Executives")
    desk.entra.tenant.join(executives, ALICE.id)
    desk.entra.group(TIER).eligible.add((executives.id, "owner"))


def _may_join_through_a_nested_group(desk: Desk | BulkBench) -> None:
    """Executives may join, the helpdesk's evening shift is among them, and Alice owns it."""
    executives, evening = desk.entra.group("Executives"), desk.entra.group("Helpdesk evening")
    desk.entra.group(TIER).eligible.add((executives.id, "member"))
    desk.entra.tenant.join(executives, evening.id)
    evening.owners.add(ALICE.id)


def _restricted(desk: Desk | BulkBench) -> None:
    desk.entra.person(ALICE.upn).management_restricted = True


#: Read -> what rests on it.
DECIDING = {
    "account": Rests(makes=_restricted),
    "roles_held": Rests(makes=_role),
    "assignments": Rests(makes=_role),
    "groups_held": Rests(makes=_member),
    "eligibilities": Rests(makes=_eligible),
    "owned": Rests(else_by=("owners",), makes=_owner),
    "owners": Rests(else_by=("owned",), makes=_owner),
    "group_eligibilities": Rests(else_by=("eligible_for",), makes=_may_join),
    "eligible_for": Rests(else_by=("group_eligibilities",), makes=_may_join_through_a_group),
    "ROLE_GROUPS": Rests(else_by=("group_eligibilities",), makes=_may_join_through_a_group),
    "contents": Rests(makes=_may_join_through_a_nested_group),
    "methods": Rests("reset mfa for omar"),
    "phones": Rests(else_by=("methods",)),
    "passes": Rests("pass for omar"),
    "PASS_POLICY": Rests("pass for omar"),
    "preferences": Rests("set default for omar to sms"),
    "members": Rests("reset mfa for omar"),
    "check_groups": Rests(),
    "person": Rests(),
}
#: Read -> why nobody is refused without it, or where else it is tried.
NOT_DECIDING = {
    "manager": "names who is told; and who reveals a code, which is refused without it: test_reveal_to_manager",
    "last_sign_in": "shown: test_portrait",
    "photo": "the same",
    "tokens": "active or not is unknown then, and taken for the graver: test_unread",
    "registration": "shown",
    "requirements": "shown; PER_USER_MFA alone compares with it: test_require_mfa",
    "created": "asked after a 404 alone, which is a refusal whatever it says",
    "audits": "compared afterwards: test_reconcile",
    "EVERYBODY": "for the report of who has only a phone, which stays as it was: test_registrations",
    "REGISTRATIONS": "the same",
    "holders_of": "the same",
    "filtered": "who is meant: nobody is found",
    "searched": "who is meant, or who may be: nobody is found",
    "groups": "whom a report is about: no report",
    "people_in": "whom a report is about: no report",
    "marks": "an approver: below",
    "holders": "an approver: below",
    "risk": "shown, and taken for the graver where a policy asks for it: tests/graph/test_graph_signs.py",
    "sign_ins": "shown: the same",
    "steps_of_sign_ins": "shown: the same",
    "audits_about": "of no number can be said that it is an old one: the same",
    "profile_phones": "the same",
    "SMS_POLICY": "below: unknown is taken for the graver where our token may not read it or the cloud has none",
}
#: What tells reads of the same address apart.
QUERIES = {"group_eligibilities": "principalId eq", "eligible_for": "groupId eq"}
FAULTS: dict[str, dict[str, Any]] = {
    "403": {"effect": "forbidden"},
    "404": {"effect": "empty", "status": 404},
    "500": {"effect": "empty", "status": 500},
    "time-out": {"effect": "gateway_timeout"},
    "garbage": {"effect": "garbage"},
    "rows of nothing": {"effect": "odd", "body": {"value": [{}]}},
}
SAMPLE: dict[str, Any] = {
    "user_id": ALICE.id, "principal_id": ALICE.id, "group_id": ALICE.id, "group_ids": [ALICE.id], "app_id": ALICE.id, "expression": "x",
    "role_id": ALICE.id, "most": 1,
    "since": datetime(2026, 1, 1, tzinfo=UTC),
}  # fmt: skip


def every_read() -> dict[str, Read]:
    """All that can be read, each for a sample."""
    found: dict[str, Read] = {}
    for name, made in (*vars(reads).items(), *vars(sign_reads).items()):
        if isinstance(made, Read):
            found[name] = made
        elif inspect.isfunction(made) and not name.startswith("_") and made.__annotations__.get("return") in ("Read", "list[Read]"):
            read = made(**{parameter: SAMPLE[parameter] for parameter in inspect.signature(made).parameters})
            found[name] = read[0] if isinstance(read, list) else read
    return found


READS = every_read()


def path_of(name: str) -> str:
    """As a regular expression, for whomever it is about."""
    path = READS[name].url.partition("?")[0].replace("microsoft.graph.", "graph.")
    return path.replace(ALICE.id, "[^/]+") + "$"


def test_every_read_is_in_the_table() -> None:
    assert READS.keys() == DECIDING.keys() | NOT_DECIDING.keys()
    assert not DECIDING.keys() & NOT_DECIDING.keys()


@pytest.fixture
def desk(built_in_desk: Desk) -> Desk:
    return built_in_desk


def fails(desk: Desk | BulkBench, fault: str, *names: str) -> None:
    for name in names:
        by = QUERIES.get(name, "")
        desk.entra.faults.add(Fault(path=path_of(name), regex=True, query=by, **FAULTS[fault]))


PROTECTING = [name for name, rests in DECIDING.items() if rests.makes is not nobody]


@pytest.mark.parametrize("name", DECIDING)
async def test_what_rests_on_it_is_refused(desk: Desk, name: str) -> None:
    rests = DECIDING[name]
    desk.entra.person(OMAR.upn).sign_in.default = None
    rests.makes(desk)
    for fault in FAULTS:
        fails(desk, fault, name, *rests.else_by)
        answer = await desk.say(HANNA, rests.line)
        assert answer.verbs == [], f"{fault}: {answer.text}"
        assert len(answer.text) > 20
        desk.entra.faults.clear()
    answer = await desk.say(HANNA, rests.line)  # what failed is remembered for nobody
    assert (PROTECTED in answer.text) == (name in PROTECTING), answer.text
    assert ("confirm" in answer.verbs) != (name in PROTECTING)
    assert desk.entra.writes == []


@pytest.mark.parametrize("name", [name for name in PROTECTING if DECIDING[name].else_by])
async def test_of_two_ways_one_is_enough(desk: Desk, name: str) -> None:
    DECIDING[name].makes(desk)
    for fault in FAULTS:
        fails(desk, fault, name)
        answer = await desk.say(HANNA, OFFICE)
        assert PROTECTED in answer.text, f"{fault}: {answer.text}"
        desk.entra.faults.clear()
    assert desk.entra.writes == []


@pytest.mark.parametrize("name", PROTECTING)
async def test_in_a_file_too(name: str) -> None:
    rests = DECIDING[name]
    async with BulkBench() as bench:
        rests.makes(bench)
        for fault in FAULTS:
            for failing in ((name,), (name, *rests.else_by)):
                bench.time.now += 301
                fails(bench, fault, *failing)
                (found,) = await bench.bulk.dossiers([ALICE.id])
                assert isinstance(found, DirectoryError) or found.privileges, f"{fault}: {failing}"
                bench.entra.faults.clear()
        (found,) = await bench.bulk.dossiers([ALICE.id])
        assert isinstance(found, Dossier)
        assert found.privileges


async def test_whoever_cannot_be_told_from_the_requester_does_not_agree(desk: Desk) -> None:
    desk.entra.person(SAM.upn).employee_id = desk.entra.person(HANNA.upn).employee_id = "7001"
    own = await desk.say(HANNA, "reset mfa for omar")
    await desk.press(HANNA, own, "confirm")
    approvers = await approvers_card(desk, own.operation_id)
    for name, fault in itertools.product(("marks", "holders"), FAULTS):
        fails(desk, fault, name)
        assert len((await desk.press(SAM, approvers, "approve")).message) > 20, (name, fault)
        desk.entra.faults.clear()
        again = await desk.press(SAM, approvers, "approve")
        assert "may be one person's" in again.message, (name, fault)  # it waits as before
    assert desk.entra.writes == []


@pytest.mark.parametrize("permission", [permissions.READ_ELIGIBLE, permissions.READ_GROUP_ELIGIBLE])
async def test_what_our_own_token_may_not_read_is_left_out_and_said(desk: Desk, permission: str) -> None:
    (_eligible if permission == permissions.READ_ELIGIBLE else _may_join)(desk)
    missing = [permission, *([permissions.READ_ROLES] if permission == permissions.READ_ELIGIBLE else [])]
    desk.entra.revoke(cast.GRAPH_APP_ID, *missing)
    desk.entra.grant(cast.GRAPH_APP_ID, "Directory.Read.All")
    answer = await desk.say(HANNA, OFFICE)
    assert "confirm" in answer.verbs
    for said in (answer.text, (await desk.say(HANNA, "show alice")).text):
        assert "Not checked is who could" in said
        assert permission in said.replace("\u200b", "")
    own = await desk.say(HANNA, "reset mfa for omar")
    await desk.press(HANNA, own, "confirm")
    assert permission in (await approvers_card(desk, own.operation_id)).text.replace("\u200b", "")


async def test_without_a_licence_nobody_is_eligible(desk: Desk) -> None:
    desk.entra.tenant.licence = "P1"
    _eligible(desk)
    _may_join(desk)
    answer = await desk.say(HANNA, OFFICE)
    assert "confirm" in answer.verbs
    assert "Not checked" not in answer.text
    before = len(desk.entra.requests)
    await desk.say(HANNA, "show alice")
    assert not any("eligib" in request.path.lower() for request in list(desk.entra.requests)[before:]), "remembered"


@pytest.mark.parametrize("fault", ["404", "500", "403"])
async def test_the_terms_for_text_messages(desk: Desk, fault: str) -> None:
    fails(desk, fault, "SMS_POLICY")
    answer = await desk.say(HANNA, "set mobile for alice +31 6 12345678")
    assert ("confirm" in answer.verbs) == (fault == "404"), answer.text  # a cloud without them: taken for the graver


async def test_a_chain_of_groups_and_whoever_owns_one_of_them(desk: Desk) -> None:
    """Executives may join the helpdesk's seniors, and these the operators of tier 0."""
    executives, seniors, tier = (desk.entra.group(name) for name in ("Executives", "Helpdesk seniors", TIER))
    tier.eligible.add((seniors.id, "member"))
    seniors.eligible.add((executives.id, "member"))
    desk.entra.tenant.join(executives, ALICE.id)
    assert f"ownership of the role-assignable group {TIER}" in (await desk.say(HANNA, OFFICE)).text
    executives.owners.add(OMAR.id)
    for fault in FAULTS:
        fails(desk, fault, "ROLE_GROUPS")
        assert PROTECTED in (await desk.say(HANNA, OFFICE)).text
        desk.entra.faults.clear()


def _owner_of_what_may_join(desk: Desk) -> None:
    executives = desk.entra.group("Executives")
    desk.entra.group(TIER).eligible.add((executives.id, "member"))
    executives.owners.add(ALICE.id)


async def test_an_indirect_administrator_is_none_the_less_one_when_a_read_fails(desk: Desk) -> None:
    """She owns a group that may join the operators, which shows in what she owns and in the remembered list alike."""
    _owner_of_what_may_join(desk)
    for fault in FAULTS:
        fails(desk, fault, "owned")
        assert PROTECTED in (await desk.say(HANNA, OFFICE)).text, fault
        desk.entra.faults.clear()
    for fault in FAULTS:
        await desk.restart_bot()
        fails(desk, fault, "owned", "eligible_for")
        assert (await desk.say(HANNA, OFFICE)).verbs == [], fault
        desk.entra.faults.clear()


async def test_groups_inside_an_eligible_one(desk: Desk) -> None:
    """The helpdesk's seniors are in its evening shift, and that is in Executives, who may join the operators."""
    executives, evening, seniors = (desk.entra.group(name) for name in ("Executives", "Helpdesk evening", "Helpdesk seniors"))
    desk.entra.group(TIER).eligible.add((executives.id, "member"))
    desk.entra.tenant.join(executives, evening.id)
    desk.entra.tenant.join(evening, seniors.id)
    desk.entra.tenant.join(seniors, executives.id)  # in a circle
    for group in (evening, seniors):
        cases: tuple[tuple[set[Any], object], ...] = (
            (group.owners, ALICE.id), (group.eligible, (ALICE.id, "member")), (group.eligible, (ALICE.id, "owner")),
        )  # fmt: skip
        for ways, way in cases:
            await desk.restart_bot()
            assert "confirm" in (await desk.say(HANNA, OFFICE)).verbs
            ways.add(way)
            await desk.restart_bot()
            assert PROTECTED in (await desk.say(HANNA, OFFICE)).text
            fails(desk, "500", "ROLE_GROUPS")
            await desk.restart_bot()
            assert (await desk.say(HANNA, OFFICE)).verbs == []
            desk.entra.faults.clear()
            ways.clear()
    assert desk.entra.writes == []


#: What Graph says of something it keeps the rest of back.
LIMITED: dict[str, list[dict[str, Any]]] = {
    "owned": [
        {"id": cast.group(TIER).id},
        {"@odata.type": "#microsoft.graph.group"},
        {"@odata.type": "#microsoft.graph.group", "id": cast.group(TIER).id},
        {"@odata.type": "#microsoft.graph.group", "id": cast.group(TIER).id, "displayName": TIER},
        {"@odata.type": "#microsoft.graph.group", "id": cast.group(TIER).id, "displayName": TIER, "isAssignableToRole": None},
    ],
    "groups_held": [{"id": cast.group(TIER).id, "displayName": TIER}, {"id": cast.group(TIER).id, "isAssignableToRole": None}],
    "group_eligibilities": [{"groupId": cast.group(TIER).id}, {"groupId": cast.group(TIER).id, "group": {"displayName": TIER}}],
}


async def test_rows_that_lack_something_make_nobody_ordinary(desk: Desk) -> None:
    for name, rows in LIMITED.items():
        for makes in (DECIDING[name].makes, _owner_of_what_may_join):
            makes(desk)
            for row in rows if makes is not _owner_of_what_may_join or name == "owned" else ():
                desk.entra.faults.add(
                    Fault(effect="odd", path=path_of(name), regex=True, query=QUERIES.get(name, ""), body={"value": [row]})
                )
                assert (await desk.say(HANNA, OFFICE)).verbs == [], row
                desk.entra.faults.clear()
    assert desk.entra.writes == []


async def test_an_approver_of_whom_not_all_marks_are_seen_does_not_agree(desk: Desk) -> None:
    desk.entra.person(SAM.upn).employee_id = desk.entra.person(HANNA.upn).employee_id = "7001"
    own = await desk.say(HANNA, "reset mfa for omar")
    await desk.press(HANNA, own, "confirm")
    approvers = await approvers_card(desk, own.operation_id)
    whole: dict[str, Any] = {
        "id": SAM.id,
        "userPrincipalName": SAM.upn,
        "mail": None,
        "otherMails": [],
        "proxyAddresses": [],
        "employeeId": "7001",
    }
    partly = [{name: value for name, value in whole.items() if name != left_out} for left_out in whole]
    for row in ({"id": SAM.id}, *partly, {**whole, "userPrincipalName": None, "employeeId": None}, {**whole, "otherMails": "x@y.example"}):
        desk.entra.faults.add(Fault(effect="odd", path=path_of("marks"), regex=True, query="employeeId", body=row))
        assert len((await desk.press(SAM, approvers, "approve")).message) > 20, row
        desk.entra.faults.clear()
    assert "may be one person's" in (await desk.press(SAM, approvers, "approve")).message
    assert desk.entra.writes == []
