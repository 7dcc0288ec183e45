"""The default method: read, set, and what a person is told when it cannot be."""

from __future__ import annotations

import pytest

from simulator import cast
from simulator.entra import Fault
from tests.desk import HANNA, HELPDESK, OMAR, Desk, as_json

LOTTE, PRIYA, GERT, MEI = (cast.person(name) for name in ("Lotte Smit", "Priya Raman", "Gert Brandt", "Mei Lin"))
PREFERENCES = "authentication/signInPreferences"
BREAK = "\u200b"  # where a long word may be broken
SET = "set default for lotte smit to sms"


@pytest.fixture(autouse=True)
def granted(desk: Desk) -> None:
    """The optional permission for changing the default."""
    desk.entra.grant(cast.GRAPH_APP_ID, "UserAuthenticationMethod.ReadWrite.All")


def default_of(desk: Desk, who: cast.Member) -> str | None:
    return desk.entra.person(who.upn).sign_in.default


async def test_the_default_is_shown_with_what_it_rests_on_and_what_else_could_be(desk: Desk) -> None:
    answer = await desk.say(HANNA, "default for lotte smit")
    assert "push (notification in Microsoft Authenticator)" in answer.text
    assert "iPhone 15" in answer.text
    assert "push, otp, sms, voice" in answer.text
    assert "612345010" not in as_json(answer.card)
    assert "none chosen" in (await desk.say(HANNA, "default for dirk bakker")).text


async def test_the_default_is_set_before_and_after_are_shown_and_it_is_read_back(desk: Desk) -> None:
    answer = await desk.say(HANNA, SET)
    assert "notification in Microsoft Authenticator" in answer.text
    assert "text message to the mobile phone" in answer.text
    assert default_of(desk, LOTTE) == "push"
    await desk.press(HANNA, answer, "confirm")
    await desk.settled(answer, "Done", "read back")
    assert default_of(desk, LOTTE) == "sms"
    assert [write.what for write in desk.entra.writes] == ["default.update"]
    card = (await desk.logged("Lotte Smit")).card()
    assert card is not None
    assert "Set default method for Lotte Smit" in card["fallbackText"]


@pytest.mark.parametrize(
    ("line", "default"),
    [
        ("set default for lotte smit to push", "already"),
        ("set default for lotte smit otp", "oath"),
        ("set default for omar to voice", "voiceMobile"),
        ("set default for omar to voice alternate", "voiceAlternateMobile"),
        ("set default for omar to voice office", "voiceOffice"),
        ("set default for mei lin to push", "push"),
        ("set default for gert brandt to otp", "already"),
    ],
)
async def test_every_word(desk: Desk, line: str, default: str) -> None:
    if default == "already":
        answer = await desk.say(HANNA, line)
        assert "nothing to do" in answer.text
        assert (answer.verbs, desk.entra.writes) == ([], [])
        return
    await desk.change(HANNA, line)
    assert [write.after for write in desk.entra.writes] == [default]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("set default for omar to push", "allows: sms, voice, voice alternate, voice office"),
        ("set default for gert brandt to voice office", "allows: otp"),
        ("set default for noor dekker to sms", "Nothing that could be a default is registered"),
    ],
)
async def test_a_method_that_is_not_registered_is_refused_with_what_is(desk: Desk, line: str, says: str) -> None:
    answer = await desk.say(HANNA, line)
    assert "nothing registered" in answer.text
    assert says in answer.text
    assert ("confirm" in answer.verbs, desk.entra.writes) == (False, [])


async def test_a_default_that_the_system_overrules_says_so(desk: Desk) -> None:
    assert "System-preferred is on" in (await desk.say(HANNA, "default for priya raman")).text
    answer = await desk.say(HANNA, "set default for priya raman to otp")
    assert "System-preferred is on" in answer.text
    await desk.press(HANNA, answer, "confirm")
    await desk.settled(answer, "Done")
    assert default_of(desk, PRIYA) == "oath"


async def test_somebody_else_was_quicker(desk: Desk) -> None:
    answer = await desk.say(HANNA, SET)
    desk.entra.person(LOTTE.upn).sign_in.default = "oath"
    await desk.press(HANNA, answer, "confirm")
    await desk.settled(answer, "Out of date", "Default method")
    assert (default_of(desk, LOTTE), desk.entra.writes) == ("oath", [])
    await desk.press(HANNA, answer, "again")
    assert "code from an app" in answer.text
    await desk.press(HANNA, answer, "confirm")
    await desk.settled(answer, "Done")
    assert default_of(desk, LOTTE) == "sms"


async def test_a_missing_permission_is_named(desk: Desk) -> None:
    desk.entra.revoke(cast.GRAPH_APP_ID, "UserAuthenticationMethod.ReadWrite.All")
    answer = await desk.say(HANNA, SET)
    await desk.press(HANNA, answer, "confirm")
    await desk.settled(answer, "Failed", "is missing")
    assert "UserAuthenticationMethod.ReadWrite.All" in answer.text.replace(BREAK, "")
    assert desk.entra.writes == []


async def test_a_throttled_write_is_repeated_and_a_lost_answer_is_looked_up(desk: Desk) -> None:
    desk.entra.faults.add(Fault(effect="throttle", method="PATCH", path=PREFERENCES, retry_after=1, times=1))
    desk.entra.faults.add(Fault(effect="drop", method="PATCH", path=PREFERENCES, after=True, times=1))
    await desk.change(HANNA, SET)
    assert len(desk.entra.writes) == 1


async def test_a_default_that_shows_late_is_written_once(desk: Desk) -> None:
    desk.entra.faults.add(Fault(effect="garbage", method="GET", path=PREFERENCES, status=502, times=2))
    await desk.change(HANNA, SET)
    assert len(desk.entra.writes) == 1


async def test_nothing_is_proposed_while_the_default_cannot_be_read(desk: Desk) -> None:
    desk.entra.faults.add(Fault(effect="forbidden", method="GET", path=PREFERENCES))
    for line in (SET, "default for lotte smit"):
        answer = await desk.say(HANNA, line)
        assert "does not answer properly" in answer.text
        assert answer.verbs == []


async def test_an_account_that_goes_meanwhile(desk: Desk) -> None:
    answer = await desk.say(HANNA, SET)
    desk.entra.faults.add(Fault(effect="empty", status=404, method="PATCH", path=PREFERENCES))
    await desk.press(HANNA, answer, "confirm")
    await desk.settled(answer, "Failed")
    assert default_of(desk, LOTTE) == "push"


async def test_in_a_channel_no_number_is_said(desk: Desk) -> None:
    answer = await desk.say(HANNA, "default for omar", HELPDESK)
    assert "612345001" not in as_json(answer.message.card() or {})
    assert OMAR.name in answer.text
