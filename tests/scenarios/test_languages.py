"""Two people of two languages at one desk: each reads their own, channels read the installation's, and the trail stays English."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import text

from bot.store.transactions import open_engine
from tests.desk import ALICE, BRAM, HANNA, HELPDESK, OMAR, SAM, Desk, as_json, id_in


@pytest.fixture
def dutch(desk: Desk) -> Desk:
    """Hanna's Teams is Dutch, everybody else's English."""
    desk.teams.speak(HANNA, "nl-NL")
    return desk


async def test_a_change_from_the_line_to_the_result_in_dutch(dutch: Desk) -> None:
    answer = await dutch.say(HANNA, "zet mobiel voor alice +31 6 12345678 omdat de oude gestolen is")
    for words in ("Wacht op uw bevestiging", "Mobiele telefoon", "Bevestigen", "Annuleren", "Goed voor sms"):
        assert words in answer.text, words
    assert "{{TIME(" in as_json(answer.card)
    await dutch.press(HANNA, answer, "confirm")
    await dutch.settled(answer, "Klaar", "teruggelezen uit Entra ID")  # later, by the durable engine, still in her language
    assert dutch.phones(ALICE)["mobile"].endswith("612345678")
    assert "Waiting" not in answer.text


async def test_the_greeting_is_said_to_its_end(dutch: Desk) -> None:
    greeting = (await dutch.say(HANNA, "hoi")).text
    assert greeting.startswith("Hallo Hanna Visser. Wie moet er weer in?")
    assert "Typ  show  en een naam, of  help ." in greeting


async def test_before_and_after_are_no_word_that_means_for(dutch: Desk) -> None:
    card = await dutch.say(HANNA, "zet mobiel voor omar +31 6 12345678")
    assert "+31 6 1234 5001  →  +31 6 1234 5678" in card.text
    dutch.teams.speak(SAM, "nl-NL")
    tested = await dutch.say(SAM, "test beleid zet mobiel voor omar +31 6 12345678 als hanna")
    assert "Sms-aanmelding: uit → aan" in tested.text


async def test_everybody_else_reads_english_meanwhile(dutch: Desk) -> None:
    answer = await dutch.change(BRAM, "set mobile for omar +31 6 12345678")
    assert "read back from Entra ID" in answer.text
    status = await dutch.say(HANNA, f"status {answer.operation_id}" if answer.verbs else "help")
    assert "Wat wilt u doen?" in status.text or "Klaar" in status.text


async def test_the_log_channel_reads_the_language_of_the_installation(dutch: Desk) -> None:
    answer = await dutch.say(HANNA, "zet mobiel voor alice +31 6 12345678")
    await dutch.press(HANNA, answer, "confirm")
    logged = await dutch.logged("Done", "Set mobile phone for Alice Jansen")
    assert "Klaar" not in json.dumps(logged.card(), ensure_ascii=False)


async def test_the_trail_stays_english(dutch: Desk) -> None:
    answer = await dutch.say(HANNA, "zet mobiel voor alice +31 6 12345678")
    await dutch.press(HANNA, answer, "confirm")
    await dutch.settled(answer, "Klaar")
    facts = " ".join(row.facts for row in dutch.trail())
    assert "read back from Entra ID" in facts
    assert "teruggelezen" not in facts


async def test_a_refusal_and_a_usage_error_are_in_the_readers_language(dutch: Desk) -> None:
    assert "eigen account" in (await dutch.say(HANNA, "zet mobiel voor hanna +31 6 12345678")).text
    usage = await dutch.say(HANNA, "zet mobiel voor alice +31 6 abc")
    assert "letters" in usage.text or "weet niet" in usage.text
    assert "Ik vind niemand" in (await dutch.say(HANNA, "toon niemendal")).text
    assert "I find nobody" in (await dutch.say(BRAM, "show niemendal")).text


async def test_a_press_is_answered_in_the_pressers_language(dutch: Desk) -> None:
    answer = await dutch.say(HANNA, "zet mobiel voor alice +31 6 12345678", HELPDESK)
    told = await dutch.press(BRAM, answer, "confirm")
    assert "Only Hanna Visser can confirm or cancel" in str(told)
    answer = await dutch.say(BRAM, "set mobile for omar +31 6 12345678", HELPDESK)
    assert "Alleen Bram Peeters kan" in str(await dutch.press(HANNA, answer, "confirm"))


async def test_the_languages_of_one_card_in_a_channel(dutch: Desk) -> None:
    """The message is its requester's; whoever looks at another's operation reads it in the own language."""
    answer = await dutch.say(BRAM, "set mobile for omar +31 6 12345678", HELPDESK)
    assert "Waiting for confirmation" in answer.text
    seen = await dutch.say(HANNA, f"status {answer.operation_id}", HELPDESK)
    assert "Wacht op bevestiging" in seen.text


async def test_a_locale_that_we_do_not_speak_gets_the_language_of_the_installation(desk: Desk) -> None:
    desk.teams.speak(BRAM, "de-DE")
    assert "What do you want to do?" in (await desk.say(BRAM, "help")).text


async def test_an_installation_may_be_dutch(database_url: str) -> None:
    async with Desk(database_url, LANGUAGE="nl") as desk:
        await desk.change(BRAM, "set mobile for omar +31 6 12345678")  # an English reader goes on in English
        await desk.logged("Klaar", "Mobiele telefoon wijzigen voor Omar Farouk", "teruggelezen")
        desk.teams.speak(BRAM, "de-DE")
        assert "Wat wilt u doen?" in (await desk.say(BRAM, "help")).text


async def test_help_is_in_dutch_and_its_commands_are_not(dutch: Desk) -> None:
    shown = await dutch.say(HANNA, "hulp zet mobiel")
    assert "Een telefoon registreren of wijzigen" in shown.text
    assert "set|add|update mobile|alternate mobile|office for <who> [to] <number>" in shown.text


async def test_what_was_stored_before_there_were_languages_reads_as_it_was(desk: Desk) -> None:
    answer = await desk.say(BRAM, "set mobile for omar +31 6 12345678")
    await desk.press(BRAM, answer, "cancel")
    engine = open_engine(desk._database_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE operations SET outcome = 'Cancelled long ago. Nothing was changed.'"))
        request = connection.execute(text("SELECT request FROM operations")).scalar_one()
        stored = json.loads(request) if isinstance(request, str) else request
        stored["notes"], stored["warnings"] = ["An old note."], []
        del stored["requester"]["language"]
        connection.execute(text("UPDATE operations SET request = :request"), {"request": json.dumps(stored)})
    engine.dispose()
    desk.teams.speak(SAM, "nl-NL")
    seen = await desk.say(BRAM, f"status {id_in(answer.text)}")
    assert "Cancelled long ago" in seen.text


async def test_the_person_is_found_under_the_dutch_word_for_her(dutch: Desk) -> None:
    await dutch.say(HANNA, "toon omar")
    answer = await dutch.say(HANNA, "zet mobiel voor hem +31 6 12345678")
    assert OMAR.name in answer.text
