"""The doctor, in good health and with each illness, on the simulated tenant."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.bootstrap import utc_now
from bot.commands.needs import OPTIONAL_PERMISSIONS, SETTING_PERMISSIONS, needed_permissions
from bot.graph import permissions
from bot.graph.throttle import INTERACTIVE
from bot.store import schema
from bot.store.registrations import StoredRegistrations
from bot.store.transactions import Transactions, open_engine
from bot.terminal import doctor, doctor_graph
from simulator import cast, doorman
from simulator.entra.conditional_access import AccessPolicy
from simulator.entra.faults import Fault
from simulator.world import World
from tests.contracts.graph import violations
from tests.domain.cells import BEFORE
from tests.scenarios.telling import TELLING

pytestmark = pytest.mark.storage

RISK, FAILED = "whether Entra ID Protection holds somebody at risk", "which sign-ins failed"
LAST = "when somebody signed in last, for `show`"
BY_PHONE = "which sign-ins were made by phone"
CHANGED = "which numbers were changed lately, so that others can be called back"
NOBODY = "11111111-2222-4333-8444-555555555555"


class Practice:
    """A tenant, and the doctor to examine it."""

    def __init__(self, world: World, database_url: str, public_url: str) -> None:
        self.world = world
        self.database_url = database_url
        self.public_url = public_url
        self.lines: list[str] = []

    async def examine(self, **settings: str) -> int:
        """Examines with some settings changed; returns the exit status."""
        self.lines.clear()
        environ = doorman.environment(self.world, self.database_url, **TELLING | {"PUBLIC_URL": self.public_url} | settings)
        return await doctor.examine(environ, self.lines.append)

    @property
    def problems(self) -> list[str]:
        return [line for line in self.lines if line.startswith("problem  ")]

    @property
    def notes(self) -> list[str]:
        return [line for line in self.lines if line.startswith("note     ")]


@pytest.fixture
async def practice(tmp_path: Path) -> AsyncIterator[Practice]:
    world, door = World(), web.Application()
    door.router.add_get("/healthz", _alive)
    await world.start()
    try:
        async with TestServer(door) as served:
            yield Practice(world, f"sqlite:///{tmp_path}/doorman.db", str(served.make_url("")).rstrip("/"))
        assert [problem for request in world.entra.requests for problem in violations(request)] == []
    finally:
        await world.stop()


async def _alive(_: web.Request) -> web.Response:
    return web.Response(text="alive\n")


async def test_all_is_well(practice: Practice, database_url: str) -> None:
    practice.world.entra.grant(cast.GRAPH_APP_ID, *OPTIONAL_PERMISSIONS)
    assert await practice.examine(DATABASE_URL=database_url) == 0
    assert practice.problems == practice.notes == []
    said = "\n".join(practice.lines)
    assert "group 'Helpdesk'" in said
    assert "group 'Doorman administrators'" in said
    assert all(f"permission {name}" in said for name in (*needed_permissions(), *OPTIONAL_PERMISSIONS))


async def test_the_policy_is_examined_with_its_groups(practice: Practice, tmp_path: Path) -> None:
    example = Path(__file__).parent.parent / "policy.example.toml"
    assert await practice.examine(POLICY_FILE=str(example)) == 0
    assert f"ok       policy: 14 rules in {example}" in practice.lines
    assert "ok       policy: “Helpdesk seniors”: the group 'Helpdesk seniors'" in practice.lines
    assert "ok       policy: “Executives”: the group 'Executives'" in practice.lines

    assert not any("looser" in line for line in practice.lines)
    demanding = "The caller is proved for a pass, a reset and a recovery; At night a call back, and an administrator on call agrees"
    assert f"ok       policy: a proof of the caller is demanded by {demanding}" in practice.lines
    assert any("may stand in for approvals in A senior or a proof for how somebody registered gets in; " in line for line in practice.lines)

    gone = example.read_text(encoding="utf-8").replace(cast.group("Executives").id, NOBODY)
    (tmp_path / "policy.toml").write_text(gone, encoding="utf-8")
    assert await practice.examine(POLICY_FILE=str(tmp_path / "policy.toml")) == 1
    assert [line for line in practice.problems if "policy: “Executives”: there is no group" in line] == practice.problems


async def test_who_may_see_reports_and_who_reveals_codes_is_told(practice: Practice, tmp_path: Path) -> None:
    example = (Path(__file__).parent.parent / "policy.example.toml").read_text(encoding="utf-8")
    rule = '[[rule]]\nname = "Reports"\neffect = "allow"\nactions = ["report"]\nask = ["Helpdesk seniors"]\n'
    handed = example.replace('# reveal = "manager"', 'reveal = "manager"')
    (tmp_path / "policy.toml").write_text(handed + rule, encoding="utf-8")
    assert await practice.examine(POLICY_FILE=str(tmp_path / "policy.toml"), TEAMS_CATALOG_APP_ID="") == 0
    assert "ok       policy: some codes are revealed by the manager of the person, who needs no right here" in practice.lines
    assert [line for line in practice.notes if "without TEAMS_CATALOG_APP_ID only a manager who has a chat" in line]
    assert f"ok       policy: 15 rules in {tmp_path / 'policy.toml'}" in practice.lines
    assert "ok       policy: reports about everybody are open to administrators and to members of Helpdesk seniors" in practice.lines


async def test_where_a_file_of_before_is_looser_is_noted(practice: Practice) -> None:
    assert await practice.examine(POLICY_FILE=str(BEFORE)) == 0
    looser = [line for line in practice.notes if "policy: looser than the built-in one: " in line]
    assert len(looser) == 3
    said = "set_phone, set_email for somebody registered: nobody else has to agree; built in, 1 must."
    assert f"note     policy: looser than the built-in one: {said}" in looser


SENIORS_AGREE = f"""
[groups]
"Helpdesk seniors" = "{cast.group("Helpdesk seniors").id}"
[[rule]]
name = "Seniors agree"
effect = "allow"
actions = ["set_phone"]
targets = ["ordinary"]
ask = ["helpdesk"]
approvals = 1
approve = ["Helpdesk seniors"]
"""


@pytest.mark.parametrize(
    ("left", "needed", "said"),
    [
        (2, 1, "ok       approvers: 2 people in Helpdesk seniors could agree"),
        (1, 1, "note     approvers: 1 person in Helpdesk seniors could agree, and a request needs 1, so nobody could agree to what one"),
        (0, 1, "problem  approvers: no people in Helpdesk seniors could agree, and a request needs 1. Add people to Helpdesk seniors"),
        (2, 2, "note     approvers: 2 people in Helpdesk seniors could agree, and a request needs 2, so nobody could agree to what one"),
        (1, 2, "problem  approvers: 1 person in Helpdesk seniors could agree, and a request needs 2. Add people to Helpdesk seniors"),
    ],
)
@pytest.mark.parametrize("gone", ["out of the group", "disabled", "a guest"])
async def test_too_few_who_could_agree_are_counted(
    practice: Practice, tmp_path: Path, left: int, needed: int, said: str, gone: str
) -> None:
    entra = practice.world.entra
    (tmp_path / "policy.toml").write_text(SENIORS_AGREE.replace("approvals = 1", f"approvals = {needed}"), encoding="utf-8")
    for name in ("Sam Okafor", "Ingrid Lund")[left:]:
        person = entra.person(name)
        if gone == "out of the group":
            entra.tenant.leave(entra.group("Helpdesk seniors"), person.id)
        elif gone == "disabled":
            person.account_enabled = False
        else:
            person.user_type = "Guest"
    assert await practice.examine(POLICY_FILE=str(tmp_path / "policy.toml")) == said.startswith("problem")
    (line,) = [line for line in practice.lines if " approvers: " in line]
    assert line.startswith(said)


async def test_each_set_of_groups_is_counted_once_with_the_most_that_is_needed(practice: Practice, tmp_path: Path) -> None:
    rule = SENIORS_AGREE[SENIORS_AGREE.index("[[rule]]") :]
    more = rule.replace('"Seniors agree"', '"Two seniors agree"').replace("approvals = 1", "approvals = 2").replace("set_phone", "block")
    either = rule.replace('"Seniors agree"', '"Either agrees"').replace('["Helpdesk seniors"]', '["Helpdesk seniors", "Executives"]')
    executives = f'"Executives" = "{cast.group("Executives").id}"\n[[rule]]'
    written = SENIORS_AGREE.replace("[[rule]]", executives) + more + either.replace("set_phone", "unblock")
    (tmp_path / "policy.toml").write_text(written, encoding="utf-8")
    assert await practice.examine(POLICY_FILE=str(tmp_path / "policy.toml")) == 0
    seniors, both = sorted((line for line in practice.lines if " approvers: " in line), reverse=True)
    assert "4 people in Executives or Helpdesk seniors could agree" in seniors
    assert "2 people in Helpdesk seniors could agree, and a request needs 2, so" in both


async def test_without_an_approval_channel_the_doctor_says_where_approvers_are_asked(practice: Practice) -> None:
    assert await practice.examine(APPROVAL_CHANNEL_ID="") == 0
    (note,) = [line for line in practice.notes if "approval channel: none" in line]
    assert "goes to the log channel, and without one into the personal chats of those approvers" in note
    assert "refused" not in note


async def test_every_problem_of_the_policy_has_a_line(practice: Practice, tmp_path: Path) -> None:
    (tmp_path / "policy.toml").write_text("[limits]\nwhat = 1\nwhy = 2\n", encoding="utf-8")
    assert await practice.examine(POLICY_FILE=str(tmp_path / "policy.toml")) == 1
    assert [line.split(": ")[1] for line in practice.problems] == ["policy.toml", "policy.toml:2", "policy.toml:3"]
    assert await practice.examine(POLICY_FILE="nowhere.toml") == 1
    assert "policy: POLICY_FILE: nowhere.toml cannot be read" in practice.problems[0]


async def test_a_new_database_stays_new(practice: Practice, untouched_url: str) -> None:
    assert await practice.examine(DATABASE_URL=untouched_url) == 0
    assert any("is new; the first start makes its tables" in line for line in practice.lines)
    assert tables(untouched_url) == set()


async def test_what_is_due_is_said_and_left(practice: Practice, untouched_url: str) -> None:
    engine = open_engine(untouched_url)
    schema._next(engine)
    assert await practice.examine(DATABASE_URL=untouched_url) == 0
    (due,) = [line for line in practice.notes if "database" in line]
    assert f"changes of the tables are due ({', '.join(schema.known()[1:])})" in due
    assert "database upgrade" in due
    assert schema.standing(engine).revision == schema.known()[0]
    schema.upgrade(engine)
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text("UPDATE alembic_version SET version_num = 'ffff'"))
    engine.dispose()
    assert await practice.examine(DATABASE_URL=untouched_url) == 0
    assert any("is at ffff, of a newer version" in line for line in practice.notes)


async def test_tables_that_cannot_be_worked_with_are_a_problem(practice: Practice, untouched_url: str) -> None:
    engine = open_engine(untouched_url)
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text("CREATE TABLE operations (id INTEGER)"))
    engine.dispose()
    assert await practice.examine(DATABASE_URL=untouched_url) == 1
    (problem,) = practice.problems
    assert "table operations has no state" in problem
    assert tables(untouched_url) == {"operations"}


def tables(database_url: str) -> set[str]:
    engine = open_engine(database_url)
    found = set(sqlalchemy.inspect(engine).get_table_names())
    engine.dispose()
    return found


async def test_the_password_of_the_database_is_not_said(practice: Practice) -> None:
    assert await practice.examine(DATABASE_URL="postgresql://doorman:sesame@127.0.0.1:9/doorman") == 1
    assert len(practice.problems) == 1
    assert "database" in practice.problems[0]
    assert "sesame" not in "".join(practice.lines)


async def test_every_wrong_setting_has_a_line(practice: Practice) -> None:
    assert await practice.examine(HELPDESK_GROUP_ID="", MicrosoftAppId="x", DATABASE_URL="mysql://somewhere") == 1
    assert [line.split()[2] for line in practice.problems] == ["MicrosoftAppId", "HELPDESK_GROUP_ID", "DATABASE_URL"]


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({}, "TELEPHONY_PROVIDER): none. Microsoft's own texts and calls"),
        ({"SMS_VOICE_RETIREMENT": "2999-02-01", "TELEPHONY_PROVIDER": "sms"}, "texts. Microsoft's own calls end on 1 February 2999 ("),
        ({"SMS_VOICE_RETIREMENT": "2026-02-01"}, "Microsoft's own texts and calls ended on 1 February 2026"),
        ({"TELEPHONY_PROVIDER": "voice,sms"}, "carries on texts and calls. SMS sign-in"),
        ({"CLOUD": "usgov"}, "no day is set on which they end in the cloud `usgov`"),
    ],
)
async def test_until_when_texts_and_calls_come(practice: Practice, settings: dict[str, str], says: str) -> None:
    await practice.examine(**settings)
    (said,) = [line for line in practice.lines if "texts and calls: " in line]
    assert says in said
    assert said.startswith("ok       ")


async def test_a_setting_of_before_is_noted(practice: Practice) -> None:
    await practice.examine(SMS_VOICE_RETIREMENT="none")
    assert any("settings: SMS_VOICE_RETIREMENT=none now means TELEPHONY_PROVIDER=sms,voice" in line for line in practice.notes)


async def test_a_wrong_secret(practice: Practice) -> None:
    assert await practice.examine(AZURE_CLIENT_SECRET="wrong") == 1
    assert len(practice.problems) == 1
    assert "Graph token" in practice.problems[0]
    assert "copy the secret's value, not its id" in practice.problems[0]
    assert await practice.examine(MicrosoftAppPassword="wrong") == 1
    assert [line for line in practice.problems if "Bot Connector token" in line] == practice.problems


async def test_an_unknown_tenant(practice: Practice) -> None:
    assert await practice.examine(MicrosoftAppTenantId=NOBODY) == 1
    assert len(practice.problems) == 2
    assert all("the tenant does not exist" in line for line in practice.problems)


async def test_a_missing_permission_is_named_with_its_reason(practice: Practice) -> None:
    practice.world.entra.revoke(cast.GRAPH_APP_ID, "UserAuthMethod-Phone.ReadWrite.All")
    assert await practice.examine() == 1
    (problem,) = practice.problems
    assert "permission UserAuthMethod-Phone.ReadWrite.All" in problem
    assert "remove a phone" in problem
    assert "grant admin consent" in problem


async def test_an_optional_permission_that_is_missing_is_no_problem(practice: Practice) -> None:
    practice.world.entra.revoke(cast.GRAPH_APP_ID, "AuditLog.Read.All", "RoleEligibilitySchedule.Read.Directory")
    assert await practice.examine() == 0
    note, default = practice.notes
    assert "permission UserAuthenticationMethod.ReadWrite.All: not in the token; optional" in default
    assert "permission AuditLog.Read.All: not in the token; optional" in note
    assert "behind its back are not noticed" in note
    assert any("ok       permission RoleEligibilitySchedule.Read.Directory" in line for line in practice.lines), "another one covers it"
    practice.world.entra.revoke(cast.GRAPH_APP_ID, "RoleManagement.Read.Directory")
    practice.world.entra.grant(cast.GRAPH_APP_ID, "Directory.Read.All")
    assert await practice.examine() == 0
    assert "counts as an ordinary person" in practice.notes[0]


async def test_the_permission_for_per_user_mfa_is_asked_for_only_where_that_is_switched_on(practice: Practice) -> None:
    name = "Policy.ReadWrite.AuthenticationMethod"
    assert await practice.examine() == 0
    assert not any(name in line for line in practice.lines)
    assert await practice.examine(PER_USER_MFA="on") == 1
    (problem,) = practice.problems
    assert f"permission {name}: not in the token; needed to switch per-user MFA" in problem
    practice.world.entra.grant(cast.GRAPH_APP_ID, name)
    assert await practice.examine(PER_USER_MFA="on") == 0


async def test_how_people_are_told(practice: Practice, tmp_path: Path) -> None:
    def says(*words: str) -> str:
        (line,) = [line for line in practice.lines if all(word in line for word in words)]
        return line

    policy = tmp_path / "policy.toml"
    example = (Path(__file__).parent.parent / "policy.example.toml").read_text(encoding="utf-8")
    policy.write_text(example + '\n[notices]\nmanager = ["teams", "mail"]\nmanager_for = ["create_pass"]\n', encoding="utf-8")
    assert await practice.examine(POLICY_FILE=str(policy)) == 0
    assert says("ok       notices in Teams: on; Doorman is installed for whoever has no chat with it")
    assert says("ok       notices by mail: on, from 'Account notices'")
    assert says("ok       notices to the manager: on, in Teams and by mail, for create_pass")
    assert says("ok       link in mails: to ", practice.public_url, "a Doorman answers")
    assert says("ok       permission TeamsAppInstallation.ReadWriteSelfForUser.All: to install Doorman")
    assert says("ok       Mail.Send: not in the token, as it should be", "Test-ServicePrincipalAuthorization", cast.NOTICES.upn)

    policy.write_text(example + "\n[notices]\nperson = []\nold_address = false\n", encoding="utf-8")
    assert await practice.examine(POLICY_FILE=str(policy)) == 0
    assert says("note     notices: nobody is told that their own sign-in was changed", "person = []")
    assert not [line for line in practice.lines if "link in mails" in line]

    nothing = dict.fromkeys(TELLING, "")
    assert await practice.examine(**nothing) == 0
    assert says("note     notices in Teams: only for whoever has a chat", "TEAMS_CATALOG_APP_ID")
    assert says("note     notices by mail: off", "NOTICE_MAILBOX is not set")
    assert says("note     HELPDESK_CONTACT: not set")
    assert says('ok       notices to the manager: off; `manager = ["teams"]`')
    assert not [line for line in practice.lines if "TeamsAppInstallation" in line or "Mail.Send" in line]


async def test_what_keeps_people_from_being_told(practice: Practice) -> None:
    assert await practice.examine(TEAMS_CATALOG_APP_ID=NOBODY, NOTICE_MAILBOX="nobody@fabrikam.example") == 1
    catalogue, mailbox = practice.problems
    assert f"TEAMS_CATALOG_APP_ID: {NOBODY} is not Doorman, which is {cast.CATALOGUE_APP_ID}" in catalogue
    assert "NOTICE_MAILBOX: there is no nobody@fabrikam.example in this tenant" in mailbox

    practice.world.entra.revoke(cast.GRAPH_APP_ID, permissions.INSTALL_APP)
    practice.world.entra.grant(cast.GRAPH_APP_ID, permissions.SEND_MAIL)
    assert await practice.examine(PUBLIC_URL=practice.world.teams.url) == 1
    (problem,) = practice.problems
    assert f"permission {permissions.INSTALL_APP}: not in the token; needed to install Doorman" in problem
    said = "\n".join(practice.lines)
    assert "note     Mail.Send: in the token, so Doorman may write from every mailbox" in said
    assert "no Doorman answers at" in said
    assert "(status 404)" in said
    assert "Graph tells at the first installation" in said

    assert await practice.examine(PUBLIC_URL="", NOTICE_MAILBOX=cast.person("Dirk Bakker").upn) == 1
    assert any("link in mails: none, because PUBLIC_URL is not set" in line for line in practice.notes)


async def test_a_broader_permission_does_as_well(practice: Practice) -> None:
    practice.world.entra.revoke(cast.GRAPH_APP_ID, "UserAuthMethod-Phone.ReadWrite.All")
    practice.world.entra.grant(cast.GRAPH_APP_ID, "UserAuthenticationMethod.ReadWrite.All")
    assert await practice.examine() == 0


async def test_groups_that_may_not_be_read(practice: Practice) -> None:
    practice.world.entra.revoke(cast.GRAPH_APP_ID, "GroupMember.Read.All")
    assert await practice.examine() == 1
    assert [line.split()[1] for line in practice.problems] == ["permission", "HELPDESK_GROUP_ID:", "ADMIN_GROUP_ID:"]


async def test_an_unknown_group(practice: Practice) -> None:
    assert await practice.examine(HELPDESK_GROUP_ID=NOBODY) == 1
    (problem,) = practice.problems
    assert f"HELPDESK_GROUP_ID: there is no group {NOBODY}" in problem


async def test_graph_is_down(practice: Practice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor_graph, "INTERACTIVE", replace(INTERACTIVE, seconds=0.5))
    practice.world.entra.faults.add(Fault(effect="unavailable", path="/groups"))
    assert await practice.examine() == 1
    assert len(practice.problems) == 2
    assert all("Graph does not answer" in line for line in practice.problems)


async def test_the_login_host_and_the_keys_cannot_be_reached(practice: Practice) -> None:
    nowhere = "http://127.0.0.1:9"
    assert await practice.examine(AZURE_AUTHORITY_HOST=nowhere, BOT_OPENID_METADATA=nowhere) == 1
    assert [line.split(":")[0].split("  ")[1] for line in practice.problems] == [
        "Graph token",
        "signing keys of Teams",
        "Bot Connector token",
    ]


async def test_a_database_that_cannot_be_opened(practice: Practice) -> None:
    assert await practice.examine(DATABASE_URL="sqlite:////nowhere/doorman.db") == 1
    (problem,) = practice.problems
    assert "unable to open database file" in problem


async def test_no_log_channel_is_a_note_as_long_as_somebody_can_choose_one(practice: Practice) -> None:
    assert await practice.examine(LOG_CHANNEL_ID="") == 0
    assert "log here" in practice.notes[0]
    assert await practice.examine(LOG_CHANNEL_ID="", ADMIN_GROUP_ID="") == 1
    assert "log channel" in practice.problems[0]


async def test_without_tokens_on_this_machine(practice: Practice) -> None:
    assert await practice.examine(INSECURE_LOCAL="true", MicrosoftAppPassword="") == 0
    assert any("INSECURE_LOCAL" in line for line in practice.notes)


def test_the_needs_of_the_commands_are_those_of_the_graph_calls() -> None:
    assert sorted(needed_permissions()) == sorted(permissions.NAMES)
    assert tuple(OPTIONAL_PERMISSIONS) == permissions.OPTIONAL
    assert {one.permission for one in SETTING_PERMISSIONS} >= {permissions.INSTALL_APP, permissions.SEND_MAIL}


@pytest.mark.parametrize(
    ("paths", "status", "said"),
    [
        ((), 0, "ok       protection: Graph says who owns a group that has an administrator's role"),
        (("roleEligibilitySchedule",), 1, "problem  protection: Graph does not say who could activate an administrator's role"),
        (("ownedObjects",), 0, "note     protection: of two ways to read who owns a group that has an administrator's role one fails"),
        (("ownedObjects", "owners"), 1, "problem  protection: Graph does not say who owns a group that has an administrator's role"),
        (("group/eligibility",), 1, "problem  protection: Graph does not say who could activate membership or ownership of such a group"),
    ],
)
async def test_reads_that_protect_are_tried(practice: Practice, paths: tuple[str, ...], status: int, said: str) -> None:
    for path in paths:
        practice.world.entra.faults.add(Fault(effect="forbidden", path=path))
    assert await practice.examine() == status
    assert [line for line in practice.lines if line.startswith(said)]


@pytest.mark.parametrize("why", ["permission", "licence"])
async def test_what_is_left_open_is_said(practice: Practice, why: str) -> None:
    if why == "licence":
        practice.world.entra.tenant.licence = "P1"
    else:
        practice.world.entra.revoke(cast.GRAPH_APP_ID, permissions.READ_GROUP_ELIGIBLE)
    assert await practice.examine() == 0
    said = "Graph says that the tenant has no licence" if why == "licence" else f"for want of {permissions.READ_GROUP_ELIGIBLE}"
    assert [line for line in practice.notes if "protection: " in line and said in line]


@pytest.mark.parametrize(("licence", "unseen"), [("P2", []), ("P1", [RISK]), ("Free", [RISK, LAST, FAILED, BY_PHONE, CHANGED])])
async def test_signals_that_are_off_are_told_with_the_reason(practice: Practice, licence: str, unseen: list[str]) -> None:
    practice.world.entra.tenant.licence = licence
    assert await practice.examine() == 0
    notes = [line for line in practice.notes if "signals: " in line]
    why = "because Graph refuses it though the permission is there: it takes Entra ID P"
    assert [f"note     signals: not seen is {what}, {why}" in note for what, note in zip(unseen, notes, strict=True)] == [True] * len(
        unseen
    )
    for what in {RISK, LAST, FAILED, BY_PHONE, CHANGED}.difference(unseen):
        assert f"ok       signals: Graph says {what}" in practice.lines


async def test_signals_without_their_permission_are_told_with_it(practice: Practice) -> None:
    practice.world.entra.revoke(cast.GRAPH_APP_ID, permissions.READ_RISK, permissions.READ_AUDITS)
    assert await practice.examine() == 0
    assert not [line for line in practice.lines if "signals: " in line]
    without_log = "neither a call back nor the manager's word is to be had"
    for name, lost in ((permissions.READ_RISK, "the risk was not seen"), (permissions.READ_AUDITS, without_log)):
        (line,) = [line for line in practice.notes if f"permission {name}: not in the token" in line]
        assert lost in line


async def test_signals_that_graph_does_not_tell_now(practice: Practice) -> None:
    practice.world.entra.faults.add(Fault(effect="garbage", path="riskyUsers"))
    assert await practice.examine() == 0
    (line,) = [line for line in practice.notes if "signals: " in line]
    assert line.startswith(f"note     signals: not seen is {RISK}: Graph does not answer properly")


async def test_the_age_of_the_registration_report(practice: Practice, database_url: str) -> None:
    engine = open_engine(database_url)
    transactions = Transactions(engine)
    kept = StoredRegistrations(transactions, lambda *_, **__: None, utc_now)

    async def said() -> list[str]:
        assert await practice.examine(DATABASE_URL=database_url) == 0
        return [line for line in practice.lines if "registration report: " in line]

    assert [line.split()[0] for line in await said()] == ["ok"]
    for hours, kind, age in ((0, "ok", "less than one hour ago"), (1, "ok", "1 hour ago"), (50, "note", "50 hours ago")):
        await kept.forget(utc_now() + timedelta(days=hours + 1), 1)
        at = utc_now() - timedelta(hours=hours)
        await kept.finish(f"r{hours}", await kept.begin(f"r{hours}", at), at.date(), at)
        (line,) = await said()
        assert line.startswith(kind), line
        assert age in line, line
    await kept.fail("failed", await kept.begin("failed", utc_now()), "Entra sleeps.", utc_now(), None)
    assert "note     registration report: the last reading failed. Entra sleeps." in await said()
    await practice.examine(DATABASE_URL=database_url, REPORT_HOUR="none")
    assert any(line.startswith("note     REPORT_HOUR: none") for line in practice.lines)
    transactions.close()
    engine.dispose()


CONTEXT = {"PROOF_CONTEXT": "c21"}
LOOKS = (permissions.READ_APPLICATIONS, permissions.READ_CONTEXTS, permissions.READ_POLICIES)


def _with_sign_in(practice: Practice) -> None:
    """Everything for a proof by sign-in is there, and the doctor may look at it."""
    practice.world.entra.grant(cast.GRAPH_APP_ID, *LOOKS)
    practice.world.entra.login.apps[cast.GRAPH_APP_ID].redirect_uris = ["https://other.example/", f"{practice.public_url}/signed-in"]


async def test_a_proof_by_sign_in_is_well(practice: Practice) -> None:
    _with_sign_in(practice)
    assert await practice.examine(**CONTEXT) == 0
    assert not [line for line in practice.notes if "proof" in line.lower()]
    assert f"ok       proof by sign-in: people come back to {practice.public_url}/signed-in" in practice.lines
    assert "ok       proof by sign-in: ID tokens say when somebody signed in (auth_time)" in practice.lines
    assert "ok       PROOF_CONTEXT: c21 'Doorman: caller', published" in practice.lines
    assert "ok       PROOF_CONTEXT: the policy 'Doorman: MFA of callers' asks for MFA where c21 is wanted" in practice.lines


async def test_without_a_page_nobody_can_prove_themselves_by_a_sign_in(practice: Practice) -> None:
    assert await practice.examine(PUBLIC_URL="", **CONTEXT) == 0
    assert any("proof by sign-in: off. Doorman has no page" in line for line in practice.notes)
    assert await practice.examine(PUBLIC_URL="", PROOF_CONTEXT="") == 0
    assert any(line.startswith("ok       proof by sign-in: off.") for line in practice.lines)


async def test_what_the_doctor_may_not_see_of_sign_ins_is_said(practice: Practice) -> None:
    assert await practice.examine(**CONTEXT) == 0
    said = [line for line in practice.notes if "cannot be seen without" in line]
    assert [line.split("without ")[1].split(",")[0] for line in said] == list(LOOKS)
    practice.world.entra.grant(cast.GRAPH_APP_ID, *LOOKS)
    practice.world.entra.faults.add(Fault(effect="garbage", path="conditionalAccess"))
    await practice.examine(**CONTEXT)
    assert len([line for line in practice.notes if "Graph does not show" in line]) == 2


async def test_an_app_registration_that_lets_nobody_come_back(practice: Practice) -> None:
    _with_sign_in(practice)
    app = practice.world.entra.login.apps[cast.GRAPH_APP_ID]
    app.redirect_uris, app.optional_claims = [], {"acrs"}
    assert await practice.examine(**CONTEXT) == 1
    back, when = practice.problems
    assert f"{practice.public_url}/signed-in is no redirect URI" in back
    assert "auth_time is missing" in when


async def test_a_context_that_is_not_there(practice: Practice) -> None:
    _with_sign_in(practice)
    assert await practice.examine(PROOF_CONTEXT="c22") == 1
    absent, unguarded = practice.problems
    assert "PROOF_CONTEXT: there is no authentication context c22" in absent
    assert "no policy asks for MFA where c22 is wanted, so Entra ID gives it to everybody" in unguarded
    practice.world.entra.access.contexts["c21"].published = False
    assert await practice.examine(**CONTEXT) == 1
    assert "c21 'Doorman: caller' is not published" in practice.problems[0]


@pytest.mark.parametrize(
    "policy",
    [
        AccessPolicy("Callers", ("c21",), "disabled"),
        AccessPolicy("Callers", ("c21",), "enabledForReportingButNotEnforced"),
        AccessPolicy("Callers", ("c21",), controls=("compliantDevice",)),
        AccessPolicy("Callers", ("c21",), controls=("mfa", "compliantDevice")),  # either of them
    ],
)
async def test_a_policy_that_does_not_ask_for_mfa(practice: Practice, policy: AccessPolicy) -> None:
    _with_sign_in(practice)
    practice.world.entra.access.policies = [policy, AccessPolicy("Others", ("c1",))]
    assert await practice.examine(**CONTEXT) == 1
    (problem,) = practice.problems
    assert "no policy asks for MFA where c21 is wanted (the policy 'Callers' is off, reports only, or asks for no MFA)" in problem


async def test_a_policy_that_is_not_for_everybody(practice: Practice) -> None:
    _with_sign_in(practice)
    practice.world.entra.access.policies = [AccessPolicy("Callers", ("c21",), excluded=frozenset((NOBODY,)))]
    assert await practice.examine(**CONTEXT) == 0
    assert any("the policy 'Callers' is not for everybody" in line for line in practice.notes)
