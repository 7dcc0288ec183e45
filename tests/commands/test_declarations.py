"""Every command is declared fully, once, and help lists exactly what one may say."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from inspect import signature
from typing import Any

import pytest

from bot.commands import COMMANDS, _refuse_duplicates
from bot.commands.help import WELCOME_EXAMPLES, welcome
from bot.commands.parser import parse
from bot.commands.spec import Audience, Command, Context, Ports
from bot.domain.audit import AuditEvent, Tag
from bot.domain.change import Change, ChangeKind
from bot.domain.conversations import ConversationRef
from bot.domain.methods import Dossier, Phone, PhoneType
from bot.domain.operation import Operation
from bot.domain.people import Actor, Person, Standing
from bot.domain.plan import Plan
from bot.domain.remarks import Remark
from bot.domain.replies import Help, OperationShown, PersonShown, Whoami
from bot.domain.retirement import Retirement
from bot.errors import Refusal
from bot.planning.installation import Installation

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
PERSONAL = ConversationRef("https://teams.example/", "a:1")
CHANNEL = ConversationRef("https://teams.example/", "19:x@thread.tacv2;messageid=7", "channel")
ALICE = Person("id-alice", "Alice Jansen", "alice@x.nl")
HANNA = Actor("id-hanna", "tenant", "Hanna")
OWN = Person("id-hanna", "Hanna Visser", "hanna@x.nl")


class FakeOperations:
    """Remembers what was asked of it."""

    def __init__(self) -> None:
        self.known: dict[str, Operation] = {}
        self.settings: dict[str, tuple[str, AuditEvent]] = {}
        self.asked: list[dict[str, Any]] = []

    async def get(self, operation_id: str) -> Operation | None:
        return self.known.get(operation_id)

    async def set_setting(self, name: str, value: str, event: AuditEvent) -> None:
        self.settings[name] = (value, event)

    async def events(self, **wanted: Any) -> tuple[AuditEvent, ...]:
        self.asked.append(wanted)
        return (AuditEvent(Tag.OPERATION_CONFIRMED, NOW),)

    async def waiting_about(self, target_id: str, now: datetime) -> tuple[Operation, ...]:
        return ()

    async def changes_of(self, target_id: str, limit: int) -> tuple[Operation, ...]:
        return ()


class FakeStops:
    """Refers to people by their object id."""

    async def refer(self, person: Person, now: datetime) -> str:
        return person.id


def audiences(*, helpdesk: bool = True, admin: bool = False, reporter: bool = False) -> frozenset[Audience]:
    found = {Audience.EVERYBODY}
    found |= {Audience.HELPDESK} if helpdesk else set()
    found |= {Audience.STAFF} if helpdesk or admin else set()
    found |= {Audience.ADMINISTRATORS} if admin else set()
    return frozenset(found | ({Audience.REPORTERS} if reporter else set()))


async def say(line: str, *, operations: FakeOperations | None = None, **changed: Any) -> Any:
    invocation = parse(line)
    rights = {name: changed.pop(name) for name in ("helpdesk", "admin", "reporter") if name in changed}
    standing = Standing(Person("id-hanna", "Hanna Visser", "hanna@x.nl"), frozenset())
    given: dict[str, Any] = {
        "actor": HANNA, "standing": standing, "audiences": audiences(**rights), "where": PERSONAL, "now": NOW,
        "installation": Installation("NL"), "commands": COMMANDS,
    }  # fmt: skip
    ports = Ports(None, operations or FakeOperations(), FakeStops(), None, None)  # type: ignore[arg-type]
    return await invocation.command.answer(invocation, Context(**(given | changed)), ports)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_a_declaration_is_complete(command: Command) -> None:
    assert command.syntax
    assert command.example
    assert command.topic
    assert command.summary[0].isupper()
    assert len(command.summary) <= 120
    assert not command.summary.endswith(".")
    assert command.audience in (Audience.EVERYBODY, Audience.ADMINISTRATORS) or "<who>" not in command.syntax or command.reads
    assert all(permission and why for permission, why in command.reads)
    assert not (command.audience is Audience.EVERYBODY and command.changes)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_what_a_command_uses_are_ports_of_their_kind(command: Command) -> None:
    """`run` takes the invocation, the context, and by keyword what it reads and writes; nobody else checks their types."""
    taken = list(signature(command.run).parameters.values())
    assert [parameter.name for parameter in taken[:2]] == ["invocation", "context"]
    kinds = {port.name: port.type for port in fields(Ports)}
    assert {parameter.name: parameter.annotation for parameter in taken[2:]}.items() <= kinds.items()
    assert all(parameter.kind is parameter.KEYWORD_ONLY for parameter in taken[2:])


def test_the_syntax_is_the_one_the_readme_promises() -> None:
    assert {command.name: command.syntax for command in COMMANDS} == {
        "show": "show <who>",
        "set-phone": "set|add|update mobile|alternate mobile|office for <who> [to] <number>",
        "remove-phone": "remove|delete mobile|alternate mobile|office for <who>",
        "sms-sign-in": "enable|disable sms sign-in for <who>",
        "default": "default for <who>",
        "set-default": "set default for <who> [to] push|otp|sms|voice|voice alternate|voice office",
        "require-mfa": "require mfa for <who> on|off|enforced",
        "recover": "recover <who> [lost|new phone|first day|left at home] [at <14:00>]",
        "pass": "pass for <who> [for <time>] [at <14:00>] [reusable]",
        "revoke-pass": "revoke pass for <who>",
        "reset-password": "reset password for <who>",
        "remove-method": "remove|delete authenticator|passkey|otp|email|windows hello|platform credential|external|qr|hardware token "
        "for <who>",
        "set-email": "set email for <who> [to] <address>",
        "reset-mfa": "reset mfa for <who> [everything]",
        "sign-out": "sign out <who>",
        "block": "block <who>",
        "unblock": "unblock <who>",
        "freeze": "freeze <who> [for <time>]",
        "unfreeze-all": "unfreeze all by <who>",
        "unfreeze": "unfreeze <who>",
        "threat": "threat",
        "threat-high": "threat high [for <time>]",
        "threat-normal": "threat normal",
        "pending": "pending",
        "approve": "approve [<id>]",
        "status": "status <id>",
        "history": "history [for|by <who>]",
        "why": "why <id>",
        "policy-test": "policy test <command> as <who>",
        "history-id": "history id <id>",
        "help": "help [<topic or command>]",
        "hello": "hi",
        "whoami": "whoami",
        "log-here": "log here",
        "approvals-here": "approvals here",
        "pause": "pause",
        "resume": "resume",
        "lift-limits": "lift limits for <who>",
        "bulk": "bulk [dry run|template]",
        "bulk-job": "bulk pause|resume|cancel|retry|preview|result <id>",
        "report-phone-only": "report phone-only [for <group or department>]",
    }


def test_two_commands_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="show"):
        _refuse_duplicates((COMMANDS[0], replace(COMMANDS[1], name="show")))


def test_every_kind_of_change_can_be_said() -> None:
    assert set(ChangeKind) == frozenset().union(*(command.changes for command in COMMANDS))


def test_what_changes_nothing_by_a_card_acts_at_once_or_only_looks() -> None:
    """A new command has to be put in one of the three: whoever acts at once is looked up in Entra ID anew."""
    looking = {"show", "default", "pending", "approve", "status", "why", "history", "history-id", "help", "hello", "whoami", "policy-test",
               "report-phone-only", "threat"}  # fmt: skip
    assert {command.name for command in COMMANDS if not command.changes and not command.acts} == looking
    assert not [command.name for command in COMMANDS if command.changes and command.acts]


MINE = [command for command in COMMANDS if command.name not in ("help", "hello")]


@pytest.mark.parametrize(
    ("rights", "allowed"),
    [
        ({"helpdesk": True, "admin": False}, lambda command: command.audience not in (Audience.ADMINISTRATORS, Audience.REPORTERS)),
        ({"helpdesk": False, "admin": True}, lambda command: command.audience not in (Audience.HELPDESK, Audience.REPORTERS)),
        ({"helpdesk": True, "admin": True, "reporter": True}, lambda command: True),
        (
            {"helpdesk": False, "admin": False, "reporter": True},
            lambda command: command.audience in (Audience.EVERYBODY, Audience.REPORTERS),
        ),
    ],
)
async def test_help_lists_by_topic_what_the_actor_may_say(rights: dict[str, Any], allowed: Callable[[Command], bool]) -> None:
    answer = await say("help more", **rights)
    assert isinstance(answer, Help)
    inside = [title for topic in answer.topics for title in str(topic.inside).split(", ")]
    assert sorted(inside) == sorted(str(command.title) for command in MINE if allowed(command))
    for topic in answer.topics:
        listed = await say(f"help {topic.topic}", **rights)
        assert ", ".join(str(command.title) for command in listed.commands) == topic.inside
        assert not listed.spelt


@pytest.mark.parametrize("command", MINE, ids=lambda command: command.name)
async def test_help_with_a_command_says_how_it_is_typed(command: Command) -> None:
    for line in (command.example, str(command.title), command.name):
        answer = await say(f"help {line}", helpdesk=True, admin=True, reporter=True)
        assert isinstance(answer, Help)
        assert answer.spelt
        assert (command.syntax, command.example) in [(each.syntax.partition(" [ticket")[0], each.example) for each in answer.commands]


@pytest.mark.parametrize(("line", "names"), [("set", {"Set phone", "Set default", "Set email"}), ("set mobile", {"Set phone"})])
async def test_help_with_the_beginning_of_commands(line: str, names: set[str]) -> None:
    assert {str(each.title) for each in (await say(f"help {line}")).commands} == names


async def test_what_settings_and_policy_have_switched_off_is_not_offered() -> None:
    off = frozenset({ChangeKind.RECOVER, ChangeKind.REQUIRE_MFA, ChangeKind.RESET_PASSWORD})
    answer = await say("help more", askable=lambda: frozenset(ChangeKind) - off)
    assert not {"Recover", "Require MFA", "Reset password"} & {title for topic in answer.topics for title in str(topic.inside).split(", ")}
    assert "Lost or new phone" not in {str(job.title) for job in (await say("help", askable=lambda: frozenset(ChangeKind) - off)).jobs}


def test_the_jobs_of_every_day_are_six() -> None:
    assert len([command for command in COMMANDS if command.job]) == 6


def test_the_welcome_names_commands_that_exist() -> None:
    assert len(welcome(COMMANDS).commands) == len(WELCOME_EXAMPLES)


async def test_whoami() -> None:
    answer = await say("whoami", admin=True)
    assert isinstance(answer, Whoami)
    assert (answer.person.name, answer.helpdesk, answer.admin) == ("Hanna Visser", True, True)


@pytest.mark.parametrize(
    ("line", "setting", "tag"),
    [
        ("log here", "log_channel", Tag.CHAT_LOG_CHANNEL_SET),
        ("approvals here", "approval_channel", Tag.CHAT_APPROVAL_CHANNEL_SET),
        ("goedkeuringen hier", "approval_channel", Tag.CHAT_APPROVAL_CHANNEL_SET),
    ],
)
async def test_here_keeps_the_channel_without_the_thread(line: str, setting: str, tag: Tag) -> None:
    operations = FakeOperations()
    answer = await say(line, where=CHANNEL, operations=operations)
    assert isinstance(answer, Remark)
    value, event = operations.settings[setting]
    assert ConversationRef(**json.loads(value)) == ConversationRef("https://teams.example/", "19:x@thread.tacv2", "channel")
    assert (event.tag, event.actor_id) == (tag, "id-hanna")


@pytest.mark.parametrize("line", ["log here", "approvals here"])
async def test_here_needs_a_channel(line: str) -> None:
    operations = FakeOperations()
    with pytest.raises(Refusal, match="channel"):
        await say(line, operations=operations)
    assert not operations.settings


async def test_show_says_why_an_account_is_protected_and_what_ends() -> None:
    dossier = Dossier(replace(ALICE, synced=True), {PhoneType.MOBILE: Phone(PhoneType.MOBILE, "+31 612345678")})
    installation = Installation("NL", Retirement((NOW + timedelta(days=100)).date()))
    answer = await say("show alice", dossier=dossier, protected="Not this one.", installation=installation)
    assert isinstance(answer, PersonShown)
    assert answer.protected == "Not this one."
    assert any("on-premises" in note for note in answer.phone_notes)
    assert "10 December 2026" in answer.strength
    assert answer.next_steps == ()


def operation(requester: Actor = HANNA) -> Operation:
    change = Change(ChangeKind.SET_PHONE, PhoneType.MOBILE, None, "+31 612345678")
    return Operation(
        id="7QXF", command="set-phone", text="set-phone for alice@x.nl", requester=requester, target=ALICE, changes=(change,),
        conversation=PERSONAL, created_at=NOW, expires_at=NOW + timedelta(minutes=10),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("where", "requester", "own"),
    [(PERSONAL, HANNA, True), (CHANNEL, HANNA, False), (PERSONAL, replace(HANNA, id="id-bram"), False)],
)
async def test_status_shows_the_number_to_its_requester_alone(where: ConversationRef, requester: Actor, own: bool) -> None:
    operations = FakeOperations()
    operations.known["7QXF"] = operation(requester)
    answer = await say("status 7qxf", operations=operations, where=where)
    assert isinstance(answer, OperationShown)
    assert answer.own is own
    assert ("612345678" in str(answer.operation)) is own


async def test_status_of_an_unknown_id_tells_which_letters_ids_never_have() -> None:
    with pytest.raises(Refusal) as refused:
        await say("status 7Q0F")
    assert "no operation 7Q0F" in refused.value.text
    assert "never contain 0" in refused.value.hint
    with pytest.raises(Refusal) as refused:
        await say("status 7QXF")
    assert "never" not in refused.value.hint


async def test_an_administrator_sees_the_history_of_anybody() -> None:
    operations = FakeOperations()
    mine = await say("history", operations=operations)
    hers = await say("history for alice", operations=operations, dossier=Dossier(ALICE, {}), admin=True)
    done = await say("history by alice", operations=operations, dossier=Dossier(ALICE, {}), admin=True)
    assert [answer.title for answer in (mine, hers, done)] == ["What you did recently", "History of Alice Jansen", "What Alice Jansen did"]
    assert operations.asked == [
        {"actor_id": "id-hanna", "limit": 100, "skip": 0},
        {"target_id": "id-alice", "limit": 21, "skip": 0},
        {"actor_id": "id-alice", "limit": 21, "skip": 0},
    ]


@pytest.mark.parametrize(("line", "who"), [("history for alice", ALICE), ("history by alice", ALICE), ("history for hanna", OWN)])
async def test_an_agent_sees_no_history_but_the_own(line: str, who: Person) -> None:
    operations = FakeOperations()
    with pytest.raises(Refusal, match="administrators"):
        await say(line, operations=operations, dossier=Dossier(who, {}))
    assert operations.asked == []
    await say("history by hanna", operations=operations, dossier=Dossier(OWN, {}))
    assert operations.asked == [{"actor_id": "id-hanna", "limit": 21, "skip": 0}]


@pytest.mark.parametrize(("requester", "admin", "seen"), [("id-hanna", False, True), ("id-bram", True, True), ("id-bram", False, False)])
async def test_the_history_of_an_operation_is_for_its_requester_and_administrators(requester: str, admin: bool, seen: bool) -> None:
    operations = FakeOperations()
    operations.known["7QXF"] = operation(replace(HANNA, id=requester))
    if seen:
        assert (await say("history id 7qxf", operations=operations, admin=admin)).title == "History of 7QXF for Alice Jansen"
        assert operations.asked == [{"operation_id": "7QXF", "limit": 100}]
    else:
        with pytest.raises(Refusal, match="not your own request"):
            await say("history id 7qxf", operations=operations, admin=admin)
        assert operations.asked == []


async def test_changing_commands_answer_with_a_plan() -> None:
    dossier = Dossier(ALICE, {PhoneType.OFFICE: Phone(PhoneType.OFFICE, "+31 201234567")})
    plans = [
        await say("set mobile for alice 06 12345678", dossier=dossier),
        await say("remove office for alice", dossier=dossier),
        await say("update office for alice 020 7654321 x9", dossier=dossier),
    ]
    assert all(isinstance(plan, Plan) and plan.target is ALICE for plan in plans)
    assert [(change.before, change.after) for plan in plans for change in plan.changes] == [
        (None, "+31 612345678"),
        ("+31 201234567", None),
        ("+31 201234567", "+31 207654321x9"),
    ]
