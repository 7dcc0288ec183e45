"""Rules that every card keeps: valid, small, and buttons that carry nothing but an id."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.audit import Tag
from bot.domain.choosing import Choose
from bot.domain.incoming import Verb
from bot.domain.life import State
from bot.domain.outside import NoticeShown, ProofShown
from bot.domain.remarks import Remark
from bot.domain.replies import HandedOver, LogEntry, OperationShown, PersonShown, Revealed
from bot.domain.stop import Stop
from bot.teams.inbound import REASON_LIMIT
from cards import render
from cards.history import SAID
from cards.size import LIMIT, size
from cards.wording import BADGES, time_left
from tests.cards.card_samples import ALICE, HANNA, NOW, PAUSE, PROPOSED, THREAT, TOLD_ALL, hostile, in_state, people, replies
from tests.cards.card_schema import elements, problems, strings, without_charts
from tests.cards.report_samples import reports

#: Lists as long as a card takes.
LONG = {
    "pending-many", "bulk-proposed", "bulk-proposed-found", "bulk-proposed-included", "bulk-awaiting-approval", "bulk-dry-run",
    "bulk-dry-run-open", "bulk-dry-run-closed",
    *(name for name in reports() if name != "report-nobody"),
}  # fmt: skip
#: Their buttons are in more than one set.
SEVERAL_SETS = ("pending", "bulk-proposed-found", "bulk-proposed-included", "bulk-dry-run-open", "proof")
ALL = {name: reply for name, (reply, _) in replies().items()}


def _presses(card: dict[str, Any]) -> list[dict[str, Any]]:
    """The buttons, without their fallbacks; of a button that asks something first, the one behind the question. Links are none."""
    found = list(card.get("actions", ()))
    found += [action for each in elements(card["body"]) if each.get("type") == "ActionSet" for action in each["actions"]]
    behind = [action for each in found if each["type"] == "Action.ShowCard" for action in each["card"].get("actions", ())]
    return [each for each in found if each["type"] == "Action.Execute"] + behind


@pytest.mark.parametrize("name", ALL)
def test_teams_understands_the_card(name: str) -> None:
    rendered = render(ALL[name], refresh_for=("29:hanna",))
    assert problems(rendered.card) == []
    assert size(rendered.card) < (LIMIT if name in LONG else LIMIT / 2)  # room to spare for ordinary cards
    assert rendered.card["version"] == "1.5"
    assert rendered.card["$schema"]
    assert rendered.card["fallbackText"]
    assert rendered.summary
    assert "\n" not in rendered.summary


def test_the_checker_catches_misspelt_properties_types_and_values() -> None:
    def card(**element: object) -> dict[str, Any]:
        return {"type": "AdaptiveCard", "version": "1.5", "body": [{"type": "TextBlock", "text": "x", "wrap": True} | element]}

    assert problems(card()) == []
    assert any("no property 'wieght'" in each for each in problems(card(wieght="Bolder")))
    assert problems(card(weight="Boldest"))
    assert any("unknown type" in each for each in problems(card(type="TextBlok")))
    assert problems(card(wrap=False))
    assert problems(card() | {"msteams": {"width": "full"}})
    assert problems(card() | {"bodyy": []})


@pytest.mark.parametrize("name", ALL)
def test_a_button_carries_a_verb_an_id_and_perhaps_a_pick(name: str) -> None:
    card = without_charts(render(ALL[name], refresh_for=("29:hanna",)).card)
    presses = _presses(card)
    assert len(card.get("actions", ())) <= 6
    assert all(len(each["actions"]) <= 6 for each in elements(card) if each.get("type") == "ActionSet")
    assert len(presses) <= 6 or name.startswith(SEVERAL_SETS)
    for press in presses:
        assert press["type"] == "Action.Execute"
        assert "\n" not in press["title"]
        assert len(press["title"]) <= 20
        assert press["verb"] in set(Verb)
        assert "id" in press["data"]
        assert set(press["data"]) <= {"id", "pick", "plan", "kind"}
        fallback = press["fallback"]
        assert fallback["type"] == "Action.Submit"
        assert fallback["data"] == {"verb": press["verb"], **press["data"]}
    opening = [each for each in elements(card) if each.get("data", {}).get("verb") == "open"]  # answered by a message of its own
    assert all(set(each) == {"type", "title", "data"} and set(each["data"]) == {"verb", "id"} for each in opening)
    everything = [each for each in elements(card) if each.get("type") in ("Action.Execute", "Action.Submit")]
    refreshing = 1 if "refresh" in card else 0
    assert len(everything) == 2 * len(presses) + len(opening) + refreshing  # nothing is hidden in a selectAction


def test_only_waiting_and_repeatable_operations_have_buttons() -> None:
    verbs = {state: [press["verb"] for press in _presses(render(OperationShown(in_state(state), NOW, own=True)).card)] for state in State}
    assert {state: each for state, each in verbs.items() if each} == {
        State.PROPOSED: ["confirm", "cancel", "suspect"],
        State.AWAITING_APPROVAL: ["cancel", "suspect"],
        State.READY: ["reveal", "cancel", "suspect"],
        State.STALE: ["again"],
        State.FAILED: ["again"],
        State.EXPIRED: ["again"],
    }


def test_a_code_stands_in_one_place_of_one_card_as_it_was_made() -> None:
    shown = ALL["pass-revealed"]
    assert isinstance(shown, Revealed)
    rendered = render(shown)
    runs = [each["text"] for each in elements(rendered.card) if each.get("type") == "TextRun"]
    assert runs.count(shown.secret.value) == 1
    assert shown.secret.value not in rendered.summary + rendered.card["fallbackText"] + repr(shown)
    assert "refresh" not in rendered.card  # a client that asked again would lose it


@pytest.mark.parametrize("state", State)
def test_clients_refresh_until_the_operation_is_finished(state: State) -> None:
    crowd = tuple(f"29:{n}" for n in range(100))
    card = render(OperationShown(in_state(state), NOW, own=True), refresh_for=crowd).card
    assert ("refresh" in card) is not state.finished
    if "refresh" in card:
        assert card["refresh"]["action"] == {"type": "Action.Execute", "verb": "refresh", "data": {"id": "7QXF"}}
        assert card["refresh"]["userIds"] == list(crowd[:60])
    assert "refresh" not in render(OperationShown(in_state(state), NOW, own=True)).card


@pytest.mark.parametrize("state", State)
def test_every_state_says_what_for_whom_and_which_operation(state: State) -> None:
    words = " ".join(strings(render(OperationShown(in_state(state), NOW, own=True)).card["body"]))
    for part in (
        "Set mobile phone for Alice Jansen",
        "alice@fabrikam.example",
        "Account manager · Sales",
        "INC0012345",
        "7QXF",
    ):
        assert part in words
    assert state in BADGES


def test_somebody_elses_card_says_who_can_press() -> None:
    def words(own: bool) -> str:
        return "".join(strings(render(OperationShown(PROPOSED, NOW, own)).card["body"]))

    assert "RichTextBlock" in words(True)
    assert "can confirm or cancel" not in words(True)
    assert "Hanna Visser" in words(False).split("Only ")[1].split(" can confirm or cancel")[0]


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (600, "10 minutes left"),
        (595, "10 minutes left"),
        (60, "1 minute left"),
        (59, "less than a minute left"),
        (0, "no time left"),
        (-5, "no time left"),
        (7200, "2 hours left"),
    ],
)
def test_time_left(left: int, said: str) -> None:
    assert time_left(NOW, NOW + timedelta(seconds=left)) == said


APPROVAL_BUTTONS = {
    "approval-waiting": ["suspect", "approve", "deny"],
    "approval-waiting-plain": ["suspect", "approve", "deny"],
    "approval-for-requester": ["suspect", "cancel"],
    "approval-for-agreed": ["suspect", "deny"],
    "approval-for-onlooker": [],
    "approval-for-target": [],
    "approval-running": [],
    "approval-succeeded": [],
    "approval-denied": [],
}


@pytest.mark.parametrize("name", APPROVAL_BUTTONS)
def test_who_may_press_what_on_the_approvers_card(name: str) -> None:
    card = render(ALL[name]).card
    assert [press["verb"] for press in _presses(card)] == APPROVAL_BUTTONS[name]
    links = [each["url"] for each in elements(card) if each.get("type") == "Action.OpenUrl"]
    assert all(url.startswith("https://teams.microsoft.com/l/") for url in links)
    assert ("refresh" in card) is ("waiting" in name or "for" in name)
    if "refresh" in card:
        assert card["refresh"]["action"]["verb"] == "view"


def test_a_reason_is_asked_for_and_limited() -> None:
    for name, required in (("approval-waiting", False), ("approval-waiting-plain", True)):
        (asked,) = [each for each in elements(render(ALL[name]).card) if each.get("type") == "Input.Text"]
        assert asked["id"] == "reason"
        assert asked["maxLength"] == REASON_LIMIT
        assert asked.get("isRequired", False) is required


def test_only_the_first_post_mentions() -> None:
    assert len(render(ALL["approval-waiting"]).card["msteams"]["entities"]) == 2
    assert all("entities" not in render(reply).card["msteams"] for name, reply in ALL.items() if name != "approval-waiting")


def test_the_checker_catches_mentions_that_teams_would_refuse() -> None:
    card = render(ALL["approval-waiting"]).card
    entity = card["msteams"]["entities"][0]
    for wrong in (entity | {"text": "<at>Nobody</at>"}, entity | {"mentioned": {"id": "29:x"}}, entity | {"type": "mentoin"}):
        assert problems(card | {"msteams": {"width": "Full", "entities": [wrong]}})


def test_many_rows_of_what_waits_and_the_rest_counted() -> None:
    card = render(ALL["pending-many"]).card
    assert [press["verb"] for press in _presses(card)] == ["approve", "deny"] * 14
    words = " ".join(strings(card["body"]))
    assert "and 10 more." in words
    assert "and 2 more." in words


def test_times_are_left_to_the_client_in_its_own_format() -> None:
    assert "Expires at {{TIME(2026-09-14T09:40:00Z)}}" in list(strings(render(OperationShown(PROPOSED, NOW, own=True)).card))
    card = render(OperationShown(PROPOSED, NOW)).card
    assert "Expires at {{TIME(2026-09-14T09:40:00Z)}} · 10 minutes left" in list(strings(card))


def test_who_asked_and_that_the_account_is_as_it_should_be_is_said_where_it_tells_something() -> None:
    own, of_others = (" ".join(strings(render(OperationShown(PROPOSED, NOW, own=own)).card["body"])) for own in (True, False))
    assert "Requested by" not in own
    assert "Requested by" in of_others
    assert "Account enabled" not in own + of_others
    disabled = OperationShown(replace(PROPOSED, target=replace(ALICE, enabled=False)), NOW, own=True)
    assert "Account disabled" in " ".join(strings(render(disabled).card["body"]))


def test_what_is_the_same_on_every_card_is_folded_away_and_a_warning_never_is() -> None:
    shown = OperationShown(replace(PROPOSED, details=("It is so every time.",), warnings=("Look twice.",) * 6), NOW, own=True)
    body = render(shown).card["body"]
    (folded,) = [each for each in body if each.get("id") == "details"]
    seen = " ".join(text for each in body if each is not folded for text in strings(each))
    assert folded["isVisible"] is False
    assert "It is so every time." in " ".join(strings(folded))
    assert "It is so every time." not in seen
    assert seen.count("Look twice.") == 6


def test_picks_are_the_candidates_indexes() -> None:
    six = render(Choose("C4H7", "jan", people(6))).card
    assert [press["data"] for press in _presses(six)] == [{"id": "C4H7", "pick": n} for n in range(6)]
    seven = render(Choose("C4H7", "jan", people(7))).card
    (picker,) = [each for each in elements(seven) if each.get("type") == "Input.ChoiceSet"]
    assert picker["id"] == "pick"
    assert [choice["value"] for choice in picker["choices"]] == [str(n) for n in range(7)]
    assert [press["data"] for press in _presses(seven)] == [{"id": "C4H7"}]


def test_marks_are_words() -> None:
    odd = replace(ALICE, enabled=False, guest=True, synced=True)
    for reply in (
        Choose("C4H7", "a", (odd,)),
        Choose("C4H7", "a", (odd,) * 9),
        OperationShown(replace(PROPOSED, target=odd), NOW, own=True),
    ):
        words = " ".join(strings(render(reply).card["body"]))
        for mark in ("disabled", "guest", "synced from on-premises"):
            assert mark in words


@pytest.mark.parametrize("tag", Tag)
def test_every_audit_tag_has_words(tag: Tag) -> None:
    assert ":" not in SAID[tag]
    assert "_" not in SAID[tag]


def test_history_never_shows_a_tag_or_a_code() -> None:
    card = render(ALL["history"]).card
    words = " ".join(each["text"] for each in elements(card) if each.get("type") in ("TextRun", "TextBlock"))
    assert "not in helpdesk group" in words
    for raw in ("operation:", "chat:", "not_in"):
        assert raw not in words
    assert "Graph request 8c1e" in words


def test_another_confirmer_is_named() -> None:
    other = replace(in_state(State.SUCCEEDED), decided_by="Sam Okafor")
    assert "Sam Okafor" in " ".join(strings(render(OperationShown(other, NOW, own=True)).card["body"]))
    assert "Confirmed by" not in " ".join(
        strings(render(OperationShown(replace(other, decided_by=HANNA.name), NOW, own=True)).card["body"])
    )


def test_nothing_known_still_makes_a_card() -> None:
    for name, reply in hostile("").items():
        assert problems(render(reply).card) == [], name


def test_the_log_says_why_it_did_not_work() -> None:
    card = render(LogEntry(in_state(State.FAILED).masked())).card
    assert "Entra ID refused" in " ".join(strings(card["body"]))


def test_what_is_to_be_typed_in_a_remark_looks_like_it() -> None:
    card = render(Remark("Type `show alice` first.", "A lone ` stays.")).card
    text, hint = (block["inlines"] for block in card["body"][-2:])
    assert [(piece["text"], piece.get("fontType")) for piece in text] == [("Type ", None), ("show alice", "Monospace"), (" first.", None)]
    assert [piece["text"] for piece in hint] == ["A lone ` stays."]


@pytest.mark.parametrize("name", ALL)
def test_what_holds_for_everybody_stands_first_on_every_card_of_who_works_here(name: str) -> None:
    card = render(ALL[name], stop=Stop(PAUSE, threat=THREAT)).card
    assert problems(card) == []
    if isinstance(ALL[name], NoticeShown | HandedOver | ProofShown):
        assert card == render(ALL[name]).card
        return
    (banner,) = [text for text in strings(card["body"][0]) if "Paused" in text]
    assert "Paused by Sam Okafor since " in banner
    assert banner.endswith(": nothing is changed until an administrator types resume")
    assert card["body"][1]["style"] == "attention"
    (level,) = [text for text in strings(card["body"][1]) if "Threat" in text]
    assert "Threat level high since {{DATE(" in level
    (folded,) = [each for each in elements(card["body"][1]) if each.get("id") == "threat"]
    assert {"Oscar Outsider:", " a wave of [calls](https: //evil.example), INC0042"} <= set(strings(folded))
    assert not any(said in str(render(ALL[name]).card["body"][:2]) for said in ("Paused by", "Threat level high since"))


def test_the_banner_takes_no_orders_from_a_name() -> None:
    card = render(ALL["help"], stop=Stop(replace(PAUSE, by_name="[Sam](https://evil.example) {{DATE(2020-01-01T00:00:00Z)}}"))).card
    assert problems(card) == []
    banner = " ".join(strings(card["body"][0]))
    assert "](" not in banner
    assert banner.count("{{DATE(") == 1


_SAYS_SOMETHING = ("text", "altText", "title", "legend")


@pytest.mark.parametrize("name", ALL)
def test_nothing_is_said_by_colour_alone_and_every_image_has_words(name: str) -> None:
    """Whatever is coloured carries a word or an icon, so that it says the same in grey and to a screen reader."""
    for each in elements(render(ALL[name]).card):
        coloured = each.get("color", "Default") != "Default" or each.get("style") in ("good", "warning", "attention", "accent")
        coloured = coloured or (str(each.get("type")).startswith("Action.") and "style" in each)
        if coloured:
            said = [inner[key] for inner in elements(each) for key in _SAYS_SOMETHING if isinstance(inner.get(key), str)]
            assert any(text.strip() for text in said), each
        if each.get("type") == "Image":
            assert each.get("altText", "").strip()


def test_a_form_asks_for_what_its_fields_say() -> None:
    card = render(ALL["form"]).card
    asked = {each["id"]: each for each in elements(card) if str(each.get("type")).startswith("Input.")}
    assert list(asked) == [
        "input_mode", "input_phone", "input_who_picked", "input_who", "input_number", "input_ticket", "input_reason",
    ]  # fmt: skip
    assert [name for name, each in asked.items() if each.get("isRequired")] == ["input_mode", "input_phone", "input_number"]
    assert asked["input_who_picked"]["choices.data"]["dataset"] == "graph.microsoft.com/users"
    assert asked["input_number"]["style"] == "Tel"
    assert asked["input_mode"]["value"] == "set"
    assert [press["data"] for press in _presses(card)] == [{"id": "F7K2M9QX"}]
    words = " ".join(strings(card["body"]))
    assert "set mobile for alice +31 6 12345678" in words


def test_a_form_that_came_back_keeps_what_was_filled_in_below_the_reason() -> None:
    card = render(ALL["form-problem"]).card
    words = list(strings(card["body"]))
    assert words.index("You picked a person and typed one too.") < words.index("Pass")
    asked = {each["id"]: each for each in elements(card) if str(each.get("type")).startswith("Input.")}
    assert asked["input_who_picked"]["choices"] == [{"title": "Alice Jansen", "value": ALICE.id}]
    assert asked["input_who_picked"]["value"] == ALICE.id
    assert (asked["input_who"]["value"], asked["input_reusable"]["value"]) == ("alise", "true")


def test_a_photo_gives_way_to_words() -> None:
    """A card has little room; who is meant is said in words too."""

    def pictured(shown: PersonShown) -> bool:
        return any(each.get("type") == "Image" for each in elements(render(shown).card))

    assert pictured(TOLD_ALL)
    large = replace(TOLD_ALL.dossier.portrait, photo="data:image/jpeg;base64," + "A" * 8_000)
    person = replace(TOLD_ALL, dossier=replace(TOLD_ALL.dossier, portrait=large))
    assert pictured(person)
    crowded = replace(person, details=tuple(f"{number} {'word ' * 60}" for number in range(6)), waiting=(PROPOSED,) * 30)
    assert not pictured(crowded)
    assert size(render(crowded).card) < LIMIT
