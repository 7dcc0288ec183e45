"""Lines as they are typed, and what they are taken for."""

from __future__ import annotations

import timeit
from datetime import timedelta

import pytest

from bot.commands import COMMANDS
from bot.commands.grammar.arguments import Line, Who
from bot.commands.parser import parse
from bot.domain.conversations import MENTION_CLOSE, MENTION_OPEN, Mention
from bot.domain.methods import Family, PhoneType
from bot.errors import Incomplete, UsageError

MENTIONS = (Mention("Alice Jansen", "11111111-aaaa"), Mention("Somebody Else", ""), Mention("Omar", "22222222-bbbb"))
M0, M1, M2 = (f"{MENTION_OPEN}{n}{MENTION_CLOSE}" for n in range(3))
MOBILE, ALTERNATE, OFFICE = PhoneType.MOBILE, PhoneType.ALTERNATE_MOBILE, PhoneType.OFFICE


@pytest.mark.parametrize(
    ("line", "mode", "phone", "who", "number"),
    [
        ("set mobile for alice +31 6 12345678", "set", MOBILE, "alice", "+31 6 12345678"),
        ("SET MOBILE FOR Alice TO +31 6 12345678", "set", MOBILE, "Alice", "+31 6 12345678"),
        ("add alternate mobile for alice jansen to 06 12345678", "add", ALTERNATE, "alice jansen", "06 12345678"),
        ("update alternatemobile for alice +31612345678", "update", ALTERNATE, "alice", "+31612345678"),
        ("set alt mobile for alice +31612345678", "set", ALTERNATE, "alice", "+31612345678"),
        ("set alternative mobile number for alice +31612345678", "set", ALTERNATE, "alice", "+31612345678"),
        ("set mobile number for alice +31612345678", "set", MOBILE, "alice", "+31612345678"),
        ("set office phone for alice 020 1234567 ext. 12", "set", OFFICE, "alice", "020 1234567 ext. 12"),
        ("set office for alice +31 20 1234567 x12", "set", OFFICE, "alice", "+31 20 1234567 x12"),
        ("set office for alice +31 20 1234567 toestel 12", "set", OFFICE, "alice", "+31 20 1234567 toestel 12"),
        ("zet kantoor voor alice op 020 1234567 tst. 12", "set", OFFICE, "alice", "020 1234567 tst. 12"),
        ("set office for alice +31201234567;ext=12", "set", OFFICE, "alice", "+31201234567;ext=12"),
        ("set office for alice +31 20 1234567,,12#", "set", OFFICE, "alice", "+31 20 1234567,,12#"),
        ("set office for alice +31 20 1234567 p12 ticket INC1", "set", OFFICE, "alice", "+31 20 1234567 p12"),
        ("set mobile for alice +٣١ ٦ ١٢٣٤٥٦٧٨", "set", MOBILE, "alice", "+٣١ ٦ ١٢٣٤٥٦٧٨"),
        ("set mobile for alice jansen ۰۶ ۱۲۳۴۵۶۷۸", "set", MOBILE, "alice jansen", "۰۶ ۱۲۳۴۵۶۷۸"),
        ("set mobile for alice +३१ ६ १२३४५६७८", "set", MOBILE, "alice", "+३१ ६ १२३४५६७८"),
        ("set mobile for alice +31\ufe0d 6\u3164 123\U000e010045678", "set", MOBILE, "alice", "+31 6 12345678"),
        ("set mobile for Jan de Vries (+31) 6 12345678.", "set", MOBILE, "Jan de Vries", "(+31) 6 12345678"),
        ("set mobile for mia.o'brien@x.nl, +31612345678", "set", MOBILE, "mia.o'brien@x.nl", "+31612345678"),
        ("set mobile for “Jan to Vries 2” to +31612345678", "set", MOBILE, "Jan to Vries 2", "+31612345678"),
        ("set mobile for Anna To to +31612345678", "set", MOBILE, "Anna To", "+31612345678"),
        ("set mobile for @alice +31612345678", "set", MOBILE, "alice", "+31612345678"),
        (
            "set mobile for 3179e48a-750b-4051-897c-87b9720928f7 +31612345678",
            "set",
            MOBILE,
            "3179e48a-750b-4051-897c-87b9720928f7",
            "+31612345678",
        ),
        ("set mobile for g_x.nl#EXT#@y.nl +31612345678", "set", MOBILE, "g_x.nl#EXT#@y.nl", "+31612345678"),
        ("set mobile for alice 1-800-FLOWERS", "set", MOBILE, "alice", "1-800-FLOWERS"),
        ("set mobile for [a@x.nl](mailto:a@x.nl) to [+31 6 12345678](tel:+31612345678)", "set", MOBILE, "a@x.nl", "+31 6 12345678"),
        ("mobile alice +31 6 12345678", "", MOBILE, "alice", "+31 6 12345678"),
        ("Mobile Alice Jansen to +31 6 12345678", "", MOBILE, "Alice Jansen", "+31 6 12345678"),
        ("office for omar +31 20 1234567 x12", "", OFFICE, "omar", "+31 20 1234567 x12"),
        ("alt mobile for alice@x.nl 0612345678", "", ALTERNATE, "alice@x.nl", "0612345678"),
        ("<p>set <b>mobile</b> for alice&nbsp;jansen<br>+31 6 12345678</p>", "set", MOBILE, "alice jansen", "+31 6 12345678"),
    ],
)
def test_set_phone(line: str, mode: str, phone: PhoneType, who: str, number: str) -> None:
    invocation = parse(line)
    assert invocation.command.name == "set-phone"
    assert invocation.args == {"phone": phone, "who": Who(who), "number": number} | ({"mode": mode} if mode else {})


@pytest.mark.parametrize(
    ("line", "name", "args"),
    [
        ("help", "help", {}),
        ("?", "help", {}),
        ("Help!", "help", {}),
        ("/help", "help", {}),
        ("hi", "hello", {}),
        ("Hello.", "hello", {}),
        ("hey", "hello", {}),
        ("who am I?", "whoami", {}),
        ("log here", "log-here", {}),
        ("approvals here", "approvals-here", {}),
        ("show alice", "show", {"who": Who("alice")}),
        ("show Alice Jansen.", "show", {"who": Who("Alice Jansen")}),
        ("show 'mia o'brien'", "show", {"who": Who("mia o'brien")}),
        ("show Jan 't Hooft", "show", {"who": Who("Jan 't Hooft")}),
        ('show "Because Ticket"', "show", {"who": Who("Because Ticket")}),
        (f"show {M0}", "show", {"who": Who("Alice Jansen", "11111111-aaaa")}),
        (f"show{M2}.", "show", {"who": Who("Omar", "22222222-bbbb")}),
        ("remove mobile for alice", "remove-phone", {"phone": MOBILE, "who": Who("alice")}),
        ("remove security key for alice", "remove-method", {"families": (Family.PASSKEY,), "who": Who("alice")}),
        (
            "delete MS Authenticator for Jan de Vries",
            "remove-method",
            {"families": (Family.AUTHENTICATOR, Family.PASSWORDLESS), "who": Who("Jan de Vries")},
        ),
        ("remove hello for alice", "remove-method", {"families": (Family.WINDOWS_HELLO,), "who": Who("alice")}),
        ("remove resourceKey for alice", "remove-method", {"unknown": "resourceKey", "who": Who("alice")}),
        ("set email for Jan de Vries to jan@mail.example", "set-email", {"who": Who("Jan de Vries"), "address": "jan@mail.example"}),
        ("reset mfa for Jan de Vries", "reset-mfa", {"who": Who("Jan de Vries")}),
        ("reset mfa for Jan de Vries everything", "reset-mfa", {"who": Who("Jan de Vries"), "everything": True}),
        ("delete office phone for Jan de Vries!", "remove-phone", {"phone": OFFICE, "who": Who("Jan de Vries")}),
        ("enable sms sign-in for alice", "sms-sign-in", {"on": True, "who": Who("alice")}),
        ("disable SMS sign in for alice", "sms-sign-in", {"on": False, "who": Who("alice")}),
        ("disable sms signin for alice", "sms-sign-in", {"on": False, "who": Who("alice")}),
        ("enable sms sign\u2011in for alice", "sms-sign-in", {"on": True, "who": Who("alice")}),
        ("status 7qxf", "status", {"id": "7QXF"}),
        ("status #7QXF.", "status", {"id": "7QXF"}),
        ("history", "history", {}),
        ("history for Alice Jansen", "history", {"side": "for", "who": Who("Alice Jansen")}),
        ("history by Hanna Visser", "history", {"side": "by", "who": Who("Hanna Visser")}),
        ("history id 7qxf", "history-id", {"id": "7QXF"}),
    ],
)
def test_the_other_commands(line: str, name: str, args: dict[str, object]) -> None:
    invocation = parse(line, MENTIONS)
    assert (invocation.command.name, invocation.args) == (name, args)


@pytest.mark.parametrize(
    ("tail", "ticket", "reason"),
    [
        ("ticket INC0012345", "INC0012345", ""),
        ("because Her Phone was Stolen.", "", "Her Phone was Stolen."),
        ("ticket INC1 because phone lost", "INC1", "phone lost"),
        ("because phone lost, ticket INC1", "INC1", "phone lost"),
        ("ticket SR 12345 because x", "SR 12345", "x"),
        ("Ticket: INC1, Because: X", "INC1", "X"),
        ("because a ticket machine ate it", "", "a ticket machine ate it"),
        ("because she lost her ticket yesterday", "", "she lost her ticket yesterday"),
        ('because O\'Brien said "yes" because', "", 'O\'Brien said "yes" because'),
        (f"because {M2} asked {M1}", "", "@Omar asked @Somebody Else"),
        (f"because {MENTION_OPEN}77{MENTION_CLOSE} asked", "", "asked"),
    ],
)
@pytest.mark.parametrize("body", ["remove mobile for alice", f"set mobile for {M0} +31612345678", 'enable sms sign-in for "Mia Because"'])
def test_the_tail_of_a_changing_command(body: str, tail: str, ticket: str, reason: str) -> None:
    invocation = parse(f"{body} {tail}", MENTIONS)
    assert (invocation.ticket, invocation.reason) == (ticket, reason)
    assert invocation.who is not None
    assert invocation.who.text in ("alice", "Alice Jansen", "Mia Because")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("", "did not type anything"),
        ("\u200b \u00a0", "did not type anything"),
        ("make me a sandwich", "I do not understand “make me a sandwich”"),
        ("set", "One of mobile, alternate mobile, office or email is missing"),
        ("set fax for alice +31612345678", "“fax” is not one of mobile, alternate mobile, office or email"),
        ("remove fax for alice", "“fax” is not one of mobile, alternate mobile, office, authenticator, passkey, otp, email, "),
        ("remove authenticator", "The word `for` is missing"),
        ("set email for alice", "The email address is missing"),
        ("reset mfa for", "The person is missing"),
        ("set mobile for", "The person is missing"),
        ("mobile", "is missing"),
        ("mobile alice", "The phone number is missing"),
        ("mobile for alice banana", "The phone number is missing"),
        ("mobile for +31612345678", "I expected a person before"),
        ("show for alice", "I expected a person before “for”"),
        ("set mobile for +31612345678", "I expected a person before “+31612345678”"),
        ("set mobile for alice", "The phone number is missing"),
        ("set mobile for alice because lost", "The phone number is missing"),
        ("set mobile for alice to banana", "“banana” does not look like a phone number"),
        ('set mobile for "alice +31612345678', "The quotation mark before “alice” is never closed"),
        ("set mobile for alice +31612345678 banana split", "I do not know what to do with “banana split”"),
        ("remove mobile for alice +31612345678", "I do not know what to do with “+31612345678”"),
        ("remove mobile for alice ticket INC1 INC2", "I do not know what to do with “INC2”"),
        ("remove mobile for alice ticket", "The number of the ticket is missing"),
        ("remove mobile for alice because", "The reason is missing"),
        ("remove mobile for because it broke", "The person is missing"),
        ("whoami now then", "I do not know what to do with “now then”"),
        ("hi there", "I do not know what to do with “there”"),
        ("status", "The id of the operation is missing"),
        ("status 7Q2F!x", "is not the id of an operation"),
        ("show alice because I want to", "takes no ticket and no reason"),
        (f"show {M0} {M2}", "I do not know what to do with “Omar”"),
        ("x" * 2001, "too long for me: 2,001 characters"),
        ("show " + "<b></b>" * 5000, "too long for me"),
        (f"remove mobile for alice ticket {'9' * 65}", "ticket is too long: 65"),
        (f"remove mobile for alice because {'x' * 301}", "reason is too long: 301"),
    ],
)
def test_a_usage_error_says_what_is_wrong_and_what_to_type(line: str, says: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse(line, MENTIONS)
    assert says in refused.value.text
    assert refused.value.hint


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("set moblie for alice +31612345678", "set mobile for alice +31612345678"),
        ("ste mobile for alice +31612345678", "set mobile for alice +31612345678"),
        ("set mobile fro alice +31612345678", "set mobile for alice +31612345678"),
        ("moblie alice +31612345678", "mobile alice +31612345678"),
        ("phone alice +31612345678", "mobile alice +31612345678"),
        ("set mobile of alice +31612345678", "set mobile for alice +31612345678"),
        ("set mobile alice +31612345678", "set mobile for alice +31612345678"),
        ("set mobile for alice too +31612345678", "set mobile for alice to +31612345678"),
        ("set mobile for alice = +31612345678", "set mobile for alice to +31612345678"),
        ("change phone for alice to +31612345678", "set mobile for alice to +31612345678"),
        ("please set mobile for alice +31612345678 thanks", "set mobile for alice +31612345678"),
        ("set alternat mobile for alice jansen +31612345678", "set alternate mobile for alice jansen +31612345678"),
        ('set moblie for "Alice To" +31612345678 ticket INC1', 'set mobile for "Alice To" +31612345678 ticket INC1'),
        (f"set moblie for {M0} +31612345678", "set mobile for @Alice Jansen +31612345678"),
        ("remove authenticater for alice", "remove authenticator for alice"),
        ("reset mfa alice", "reset mfa for alice"),
        ("removee mobile for alice", "remove mobile for alice"),
        ("remove mobile for alice becuase it broke", "remove mobile for alice because it broke"),
        ("remove mobile for alice tiket INC1", "remove mobile for alice ticket INC1"),
        ("enable sms for alice", "enable sms sign-in for alice"),
        ("turn off sms sign-in for alice", "disable sms sign-in for alice"),
        ("shwo alice", "show alice"),
        ("who is alice", "show alice"),
        ("alice@x.nl", "show alice@x.nl"),
        (M0, "show @Alice Jansen"),
        ("history alice", "history for alice"),
        ("histroy by alice", "history by alice"),
        ("histroy id 7QXF", "history id 7QXF"),
        ("hlep", "help"),
    ],
)
def test_a_near_miss_gets_a_suggestion_and_no_action(line: str, meant: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse(line, MENTIONS)
    assert refused.value.text == f"Did you mean `{meant}`?"
    if "@" not in meant:
        assert parse(meant).text == meant


@pytest.mark.parametrize(
    ("nested", "who", "text"),
    [
        ("show alice", "hanna", "show alice"),
        ("set mobile for alice +31 6 12345678 ticket INC-1 because lost, as she says", "hanna",
         "set mobile for alice +31 6 12345678 ticket INC-1 because lost, as she says"),
        ("policy test show alice as bram", "hanna visser", "policy test show alice as bram"),
        ('show "Jan as Vries"', '"as if"', 'show "Jan as Vries"'),
        (f"show {M0}", M2, f"show {M0}"),
        (f"show {M2}", "hanna", f"show {M0}"),
        ("make coffee", "hanna", "make coffee"),
        ("pause because I say so.", "hanna", "pause because I say so."),
    ],
)  # fmt: skip
def test_a_nested_line_is_kept_whole(nested: str, who: str, text: str) -> None:
    read = parse(f"policy test {nested} as {who}", MENTIONS)
    assert read.command.name == "policy-test"
    assert (read.ticket, read.reason) == ("", "")
    line, person = read.args["command"], read.who
    assert isinstance(line, Line)
    assert line.text == text
    assert [mention.name for mention in line.mentions] == (["Alice Jansen"] if M0 in nested else ["Omar"] if M2 in nested else [])
    assert person == (Who("Omar", "22222222-bbbb") if who == M2 else Who(who.strip('"')))


@pytest.mark.parametrize("line", ["policy test", "policy test show alice", "policy test show alice as", "policy test as hanna"])
def test_a_nested_line_needs_a_person(line: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse(line)
    assert "policy test <command> as <who>" in refused.value.hint


def test_the_text_kept_names_the_people_mentioned() -> None:
    assert parse(f"show {M0}", MENTIONS).text == "show @Alice Jansen"


def test_of_whom_teams_does_not_tell_the_name_is_left() -> None:
    who = parse(f"show {M1}", MENTIONS).who
    assert who is not None
    assert (who.text, who.object_id, who.untold) == ("Somebody Else", "", True)


def outcome(line: str) -> str:
    """Name of the command, or the text of the usage error."""
    try:
        return parse(line, MENTIONS).command.name
    except UsageError as refused:
        return refused.text


@pytest.mark.parametrize(
    "unit",
    [
        "*a ",
        "_a ",
        "`a` ",
        "<a ",
        "<b x=",
        "'a ",
        '"',
        "&",
        "[a](",
        "set ",
        "for ",
        "because ",
        "ticket ",
        "+31 ",
        f"{M0} ",
        "< ",
        "((",
        "tel:",
        "becuase ",
        "as ",
    ],
)
@pytest.mark.parametrize("start", ["", "set mobile for alice ", "show ", "policy test "])
def test_hostile_repetition_is_answered_at_once(start: str, unit: str) -> None:
    line = (start + unit * 2000)[:2000]
    assert timeit.timeit(lambda: outcome(line), number=1) < 0.5


def test_the_examples_of_help_say_what_they_are() -> None:
    assert [parse(command.example).command.name for command in COMMANDS] == [command.name for command in COMMANDS]


@pytest.mark.parametrize(
    ("line", "who", "hours"),
    [
        ("freeze alice", "alice", None),
        ("freeze alice for 24 hours", "alice", 24),
        ("FREEZE alice jansen for 2d because odd caller", "alice jansen", 48),
        ("freeze alice for 90 minutes", "alice", 1.5),
        ("freeze alice for 1 hr", "alice", 1),
    ],
)
def test_a_freeze_says_how_long(line: str, who: str, hours: float | None) -> None:
    said = parse(line)
    assert said.command.name == "freeze"
    assert said.who is not None
    assert said.who.text == who
    assert said.args.get("time") == (timedelta(hours=hours) if hours else None)
    assert said.reason == ("odd caller" if "because" in line else "")


@pytest.mark.parametrize(
    ("line", "commands", "typed"),
    [
        ("set", ("set-phone",), {"mode": "set"}),
        ("add alternate mobile for", ("set-phone",), {"mode": "add", "phone": "alternate mobile"}),
        ("Office phone.", ("set-phone",), {"phone": "office"}),
        ("history by", ("history",), {"side": "by"}),
        ("history id", ("history-id",), {}),
        ("disable sms sign-in", ("sms-sign-in",), {"on": "disable"}),
        ("/block", ("block",), {}),
        ("set mobile for alice", ("set-phone",), {"mode": "set", "phone": "mobile", "who": "alice"}),
        ("zet mobiel voor alice jansen naar", ("set-phone",), {"mode": "set", "phone": "mobile", "who": "alice jansen"}),
        ("office 'Agent 007'", ("set-phone",), {"phone": "office", "who": "Agent 007"}),
        ("set email for her because lost", ("set-email",), {"who": "her", "reason": "lost"}),
        ("remove ticket INC-1 because lost", ("remove-phone",), {"ticket": "INC-1", "reason": "lost"}),
    ],
)
def test_a_line_that_ends_too_early_is_a_beginning(line: str, commands: tuple[str, ...], typed: dict[str, str]) -> None:
    with pytest.raises(Incomplete) as begun:
        parse(line)
    assert set(commands) <= set(begun.value.begun.commands)
    assert begun.value.begun.commands[0] == commands[0]
    assert begun.value.begun.typed == typed
    assert begun.value.hint


@pytest.mark.parametrize("line", ["set fax", "blok", "show alice because", "sandwich", "set mobile for alice because", ""])
def test_anything_wrong_is_a_usage_error(line: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse(line)
    assert not isinstance(refused.value, Incomplete)


@pytest.mark.parametrize(
    ("line", "last"),
    [("show her", True), ("show Them", True), ("block the same person", True), ('show "her"', False), ("show herman", False)],
)
def test_her_is_no_name_unless_quoted(line: str, last: bool) -> None:
    who = parse(line).who
    assert who is not None
    assert who.last is last


@pytest.mark.parametrize(
    ("line", "about"),
    [
        ("report phone-only", ""),
        ("Report Phone‑Only.", ""),
        ("report phone only for Logistics", "Logistics"),
        ("report phone-only for IT Service Desk, evening", "IT Service Desk, evening"),
        ('report phone-only for "Sales, EMEA & friends"', "Sales, EMEA & friends"),
        ("report phone-only for department 7", "department 7"),
        ("report phone-only for d39dc889-d65c-5086-8fed-5cbf8a4fe0e6", "d39dc889-d65c-5086-8fed-5cbf8a4fe0e6"),
        ('report phone-only for "Ticket Office"', "Ticket Office"),
        ("rapport alleen telefoon voor Logistiek en inkoop", "Logistiek en inkoop"),
    ],
)
def test_a_report_takes_the_rest_of_the_line(line: str, about: str) -> None:
    invocation = parse(line)
    assert invocation.command.name == "report-phone-only"
    assert invocation.args.get("about", "") == about


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("report", "Did you mean `report phone-only`?"),
        ("report phones for Logistics", "Did you mean `report phone-only for Logistics`?"),
        ("please report phone-only Logistics", "Did you mean `report phone-only for Logistics`?"),
        ("report phone-only because asked", "changes nothing, so it takes no ticket and no reason"),
        (f"report phone-only for {M0}", "I do not know what to do with “for Alice Jansen”"),
        ("report phone-only for " + "x " * 20, "I do not know what to do with"),
    ],
)
def test_what_is_no_report_is_told(line: str, said: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse(line, MENTIONS)
    assert said in refused.value.text + refused.value.hint
