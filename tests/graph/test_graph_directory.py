"""Each method of the directory, on the simulated tenant."""

from __future__ import annotations

import uuid

import pytest

from bot.domain.change import Change, ChangeKind
from bot.domain.change_values import Switch
from bot.domain.methods import PhoneType, SmsSignIn
from bot.errors import Conflict, NotAuthorised, NotFound, NumberNotUnique, Rejected, Throttled, Unavailable
from bot.graph.dossiers import HIDDEN
from bot.graph.methods import client_request_id
from bot.ports import MEMBERS_LIMIT
from simulator import cast
from simulator.entra import PhoneState
from tests.graph.conftest import ADA, ALICE, OMAR, THEO, Bench

NOBODY = cast.stable_id("nobody")
PIA = cast.person("Pia Kerr")
METHODS = "UserAuthenticationMethod.Read.All"


def phone(before: str | None, after: str | None, kind: PhoneType = PhoneType.MOBILE) -> Change:
    return Change(ChangeKind.REMOVE_PHONE if after is None else ChangeKind.SET_PHONE, kind, before, after)


async def test_person(bench: Bench) -> None:
    found = await bench.directory.person(ALICE.id)
    assert (found.id, found.name, found.upn, found.mail) == (ALICE.id, "Alice Jansen", ALICE.upn, ALICE.mail)
    assert (found.job_title, found.department, found.marks) == ("Account manager", "Sales", ())


@pytest.mark.parametrize(
    ("name", "marks"),
    [
        ("Dirk Bakker", ("disabled",)),
        ("Gus Taylor (Adatum)", ("guest",)),
        ("Milan Novak (Adatum)", ("guest",)),
        ("Sofia Rossi", ("synced from on-premises",)),
    ],
)
async def test_person_with_marks(bench: Bench, name: str, marks: tuple[str, ...]) -> None:
    assert (await bench.directory.person(cast.person(name).id)).marks == marks


@pytest.mark.parametrize("object_id", [NOBODY, "alice@fabrikam.example", "../groups", ""])
async def test_no_such_person(bench: Bench, object_id: str) -> None:
    with pytest.raises(NotFound):
        await bench.directory.person(object_id)
    with pytest.raises(NotFound):
        await bench.directory.dossier(object_id)
    with pytest.raises(NotFound):
        await bench.directory.standing(object_id, frozenset({NOBODY}))


async def test_only_object_ids_reach_a_path(bench: Bench) -> None:
    with pytest.raises(NotFound):
        await bench.directory.person("..%2Fgroups")
    assert bench.seen() == []


async def test_standing_is_transitive_and_one_request(bench: Bench) -> None:
    nadia = cast.person("Nadia Haddad")
    helpdesk, seniors = cast.group("Helpdesk").id, cast.group("Helpdesk seniors").id
    standing = await bench.directory.standing(nadia.id, frozenset({helpdesk.upper(), seniors}))
    assert standing.groups == {helpdesk.upper()}
    assert standing.person.upn == nadia.upn
    assert bench.seen(outer=True) == ["POST /$batch 200"]


async def test_standing_asks_in_twenties(bench: Bench) -> None:
    helpdesk = cast.group("Helpdesk").id
    groups = frozenset({helpdesk, *(str(uuid.uuid4()) for _ in range(44))})
    assert (await bench.directory.standing(cast.person("Hanna Visser").id, groups)).groups == {helpdesk}
    asked = [len(r.body["groupIds"]) for r in bench.requests if r.path.endswith("checkMemberGroups")]
    assert sorted(asked) == [5, 20, 20]
    assert len(bench.seen(outer=True)) == 1


async def test_standing_without_groups(bench: Bench) -> None:
    assert (await bench.directory.standing(ALICE.id, frozenset())).groups == frozenset()


async def test_dossier_is_one_request(bench: Bench) -> None:
    dossier = await bench.directory.dossier(OMAR.id)
    assert dossier.person.upn == OMAR.upn
    assert {kind.value: held.number for kind, held in dossier.phones.items()} == OMAR.phones
    assert dossier.phones[PhoneType.MOBILE].sms_sign_in is SmsSignIn.NOT_ENABLED
    assert dossier.others == ()
    assert not dossier.privileges
    assert bench.seen(outer=True) == ["POST /$batch 200"]


async def test_dossier_names_other_methods(bench: Bench) -> None:
    bench.entra.person(ALICE.upn).strong[:] = ["authenticator", "fido2", "hello", "otp", "email"]
    kinds = [method.kind for method in (await bench.directory.dossier(ALICE.id)).others]
    assert sorted(kinds) == [
        "Microsoft Authenticator",
        "Windows Hello for Business",
        "authenticator app with codes",
        "email for password reset",
        "passkey",
    ]


async def test_dossier_of_an_administrator(bench: Bench) -> None:
    assert (await bench.directory.dossier(ADA.id)).privileges.roles == ("Global Administrator",)


async def test_dossier_of_somebody_privileged_through_a_group(bench: Bench) -> None:
    privileges = (await bench.directory.dossier(THEO.id)).privileges
    assert privileges.roles == ("Privileged Role Administrator",)
    assert privileges.groups == ("Tier 0 operators",)


async def test_dossier_of_a_restricted_account(bench: Bench) -> None:
    bench.entra.person(ALICE.upn).management_restricted = True
    assert (await bench.directory.dossier(ALICE.id)).privileges.restricted


async def test_dossier_of_somebody_who_could_become_an_administrator(bench: Bench) -> None:
    privileges = (await bench.directory.dossier(PIA.id)).privileges
    assert privileges
    assert (privileges.roles, privileges.eligible) == ((), ("Exchange Administrator",))


async def test_dossier_names_every_group(bench: Bench) -> None:
    nadia = cast.person("Nadia Haddad")
    assert (await bench.directory.dossier(nadia.id)).groups == {cast.group(name).id for name in ("Helpdesk", "Helpdesk evening")}


@pytest.mark.parametrize("reason", ["permission", "licence"])
async def test_eligible_roles_that_cannot_be_read(bench: Bench, reason: str) -> None:
    if reason == "permission":
        bench.entra.revoke(cast.GRAPH_APP_ID, "RoleEligibilitySchedule.Read.Directory", "RoleManagement.Read.Directory")
        bench.entra.grant(cast.GRAPH_APP_ID, "Directory.Read.All")
    else:
        bench.entra.tenant.licence = "P1"
    asked = []
    for seconds in (0, 599, 2):
        bench.time.now += seconds
        assert (await bench.directory.dossier(PIA.id)).privileges.eligible == ()
        asked.append(sum("roleEligibility" in line for line in bench.seen()))
    assert asked == ([1, 1, 2] if reason == "licence" else [0, 0, 0]), "remembered for ten minutes; our own token says so beforehand"


async def test_an_eligible_role_that_is_refused_for_another_reason(bench: Bench) -> None:
    bench.entra.tenant.licence = "P1"
    await bench.directory.dossier(ALICE.id)
    bench.entra.tenant.licence = "P2"
    bench.time.now += 601
    bench.fault("throttle", "roleEligibility", retry_after=60)
    with pytest.raises(Throttled):
        await bench.directory.dossier(ALICE.id)


@pytest.mark.parametrize(
    "path",
    [
        f"/users/{ALICE.id}",
        "graph.directoryRole",
        "graph.group",
        "roleAssignments",
        "roleEligibilityScheduleInstances",
        "authentication/methods",
    ],
)
async def test_dossier_fails_closed(bench: Bench, path: str) -> None:
    bench.fault("unavailable", f"{path}$", regex=True)
    with pytest.raises(Exception, match="503"):
        await bench.directory.dossier(ALICE.id)


async def test_hidden_groups_are_not_taken_for_harmless_ones(bench: Bench) -> None:
    bench.entra.revoke(cast.GRAPH_APP_ID, "GroupMember.Read.All")
    with pytest.raises(NotAuthorised) as refused:
        await bench.directory.dossier(THEO.id)
    assert refused.value.permission == "GroupMember.Read.All"


@pytest.mark.parametrize("permission", ["User.Read.All", "RoleManagement.Read.Directory"])
async def test_a_missing_permission_is_named(bench: Bench, permission: str) -> None:
    bench.entra.revoke(cast.GRAPH_APP_ID, permission)
    with pytest.raises(NotAuthorised) as refused:
        await bench.directory.dossier(ALICE.id)
    assert (refused.value.permission, refused.value.status) == (permission, 403)


async def test_with_the_phone_permission_alone_phones_are_read(bench: Bench) -> None:
    bench.entra.revoke(cast.GRAPH_APP_ID, METHODS)
    for _ in range(2):
        dossier = await bench.directory.dossier(OMAR.id)
        assert len(dossier.phones) == 3
        assert dossier.others == (HIDDEN,)
    assert len(bench.seen(outer=True)) == 2, "our own token says so beforehand"


async def test_without_any_permission_for_methods(bench: Bench) -> None:
    bench.entra.revoke(cast.GRAPH_APP_ID, METHODS, "UserAuthMethod-Phone.ReadWrite.All")
    with pytest.raises(NotAuthorised) as refused:
        await bench.directory.dossier(OMAR.id)
    assert refused.value.permission == METHODS


async def test_dossier_follows_pages(bench: Bench) -> None:
    first = bench.entra.group("Executives")
    for number in range(1005):
        group = type(first)(cast.Group(name=f"Zz {number}", role_assignable=number == 1004))
        bench.entra.tenant.groups[group.id] = group
        bench.entra.tenant.join(group, ALICE.id)
    assert (await bench.directory.dossier(ALICE.id)).privileges.groups == ("Zz 1004",)
    assert len(bench.seen(outer=True)) == 2


async def test_members_are_transitive_enabled_and_by_name(bench: Bench) -> None:
    bench.entra.person("Bram Peeters").account_enabled = False
    found = await bench.directory.members([cast.group(name).id for name in ("Helpdesk", "Executives", "Helpdesk evening")])
    names = ["Hanna Visser", "Ingrid Lund", "Nadia Haddad", "Priya Raman", "Sam Okafor", "Victoria Crane"]
    assert [person.name for person in found] == names
    assert bench.seen(outer=True) == ["POST /$batch 200"]


async def test_members_of_no_group(bench: Bench) -> None:
    assert await bench.directory.members(()) == ()
    assert await bench.directory.members((NOBODY, "no id")) == ()
    assert [person.name for person in await bench.directory.members((NOBODY, cast.group("Doorman administrators").id))] == ["Sam Okafor"]


async def test_members_are_limited(bench: Bench) -> None:
    for number in range(1100):
        member = cast.Member(name=f"Zz {number:04}", upn=f"zz{number}@fabrikam.example", enabled=number >= 50)
        person = type(bench.entra.person(ALICE.upn))(member, {})
        bench.entra.tenant.people[person.id] = person
        bench.entra.tenant.join(bench.entra.group("Executives"), person.id)
    found = await bench.directory.members([cast.group("Executives").id])
    assert len(found) == MEMBERS_LIMIT
    assert [person.name for person in found] == sorted(person.name for person in found)


async def test_members_fail_closed(bench: Bench) -> None:
    bench.fault("unavailable", "transitiveMembers")
    with pytest.raises(Unavailable):
        await bench.directory.members([cast.group("Helpdesk").id])


@pytest.mark.parametrize("permission", ["User.Read.All", "GroupMember.Read.All"])
async def test_members_need_their_permissions(bench: Bench, permission: str) -> None:
    bench.entra.revoke(cast.GRAPH_APP_ID, permission)
    with pytest.raises(NotAuthorised) as refused:
        await bench.directory.members([cast.group("Helpdesk").id])
    assert refused.value.permission == permission


async def test_add_change_remove_a_phone(bench: Bench) -> None:
    phones = bench.entra.person(ALICE.upn).phones
    request_id = await bench.directory.apply(ALICE.id, phone(None, "+31 612345678"), "7QXF")
    assert phones["mobile"].number == "+31 612345678"
    assert bench.entra.writes[-1].request_id == request_id
    await bench.directory.apply(ALICE.id, phone("+31 612345678", "+31 687654321"), "7QXG")
    assert phones["mobile"].number == "+31 687654321"
    await bench.directory.apply(ALICE.id, phone(None, "+31 201234567x123", PhoneType.OFFICE), "7QXH")
    assert phones["office"].number == "+31 201234567x123"
    await bench.directory.apply(ALICE.id, phone(None, "+31 611111111", PhoneType.ALTERNATE_MOBILE), "7QXJ")
    await bench.directory.apply(ALICE.id, phone("+31 611111111", None, PhoneType.ALTERNATE_MOBILE), "7QXK")
    assert set(phones) == {"mobile", "office"}
    assert [write.what for write in bench.entra.writes] == ["phone.create", "phone.update", "phone.create", "phone.create", "phone.delete"]


async def test_sms_sign_in(bench: Bench) -> None:
    on = Change(ChangeKind.SMS_SIGN_IN, PhoneType.MOBILE, Switch.OFF, Switch.ON)
    await bench.directory.apply(OMAR.id, on, "7QXF")
    assert (await bench.directory.dossier(OMAR.id)).phones[PhoneType.MOBILE].sms_sign_in is SmsSignIn.READY
    await bench.directory.apply(OMAR.id, Change(ChangeKind.SMS_SIGN_IN, PhoneType.MOBILE, Switch.ON, Switch.OFF), "7QXG")
    assert (await bench.directory.dossier(OMAR.id)).phones[PhoneType.MOBILE].sms_sign_in is SmsSignIn.NOT_ENABLED


async def test_the_operation_can_be_found_in_the_tenants_records(bench: Bench) -> None:
    change = phone(None, "+31 612345678")
    await bench.directory.apply(ALICE.id, change, "7QXF")
    sent = bench.entra.writes[-1].client_request_id
    assert sent == client_request_id("7QXF", change)
    assert str(uuid.UUID(sent)) == sent
    assert sent != client_request_id("7QXG", change)


async def test_apply_to_somebody_who_is_gone(bench: Bench) -> None:
    with pytest.raises(NotFound):
        await bench.directory.apply(NOBODY, phone(None, "+31 612345678"), "7QXF")


@pytest.mark.parametrize("status", [400, 409])
async def test_adding_what_is_there(bench: Bench, status: int) -> None:
    bench.entra.tenant.second_phone_status = status
    with pytest.raises(Conflict) as conflict:
        await bench.directory.apply(OMAR.id, phone(None, "+31 612345678"), "7QXF")
    assert type(conflict.value) is Conflict
    assert conflict.value.status == status


async def test_the_number_of_another_account(bench: Bench) -> None:
    bench.entra.person(OMAR.upn).phones["mobile"] = PhoneState("+31 612345678", "ready")
    with pytest.raises(NumberNotUnique):
        await bench.directory.apply(ALICE.id, phone(None, "+31 612345678"), "7QXF")
    assert bench.entra.person(ALICE.upn).phones["mobile"].number == "+31 612345678", "saved all the same"


async def test_an_order_graph_does_not_allow(bench: Bench) -> None:
    with pytest.raises(Rejected):
        await bench.directory.apply(ALICE.id, phone(None, "+31 612345678", PhoneType.ALTERNATE_MOBILE), "7QXF")


async def test_errors_keep_numbers_to_themselves(bench: Bench) -> None:
    with pytest.raises(Rejected) as rejected:
        await bench.directory.apply(ALICE.id, phone(None, "+31 6"), "7QXF")
    assert "612" not in str(rejected.value)


async def test_a_write_needs_its_permission(bench: Bench) -> None:
    bench.entra.revoke(cast.GRAPH_APP_ID, "UserAuthMethod-Phone.ReadWrite.All")
    with pytest.raises(NotAuthorised) as refused:
        await bench.directory.apply(ALICE.id, phone(None, "+31 612345678"), "7QXF")
    assert refused.value.permission == "UserAuthMethod-Phone.ReadWrite.All"
    assert refused.value.request_id


async def test_ready(bench: Bench) -> None:
    await bench.directory.ready()
    await bench.entra.stop()
    with pytest.raises(Exception, match="no answer"):
        await bench.directory.ready()


async def test_check_permissions(bench: Bench) -> None:
    assert await bench.directory.check_permissions() == ()


async def test_check_permissions_lists_what_is_missing(bench: Bench) -> None:
    bench.entra.revoke(cast.GRAPH_APP_ID, METHODS, "User.Read.All", "GroupMember.Read.All")
    bench.entra.grant(cast.GRAPH_APP_ID, "Group.Read.All")
    assert await bench.directory.check_permissions() == ("User.Read.All", METHODS)
