"""Several people fit, or several methods of one, or it depends on what happened: pick one.

Up to six people get a row with a button of their own: one tap, and the label is the row. Six is what Teams' design guideline allows:
https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/design-effective-cards
More people become a list of radio buttons and one button: large targets on a phone, arrow keys and a spoken position
("3 of 12") on a desktop.
"""

from __future__ import annotations

from collections.abc import Iterable

from bot.domain.choosing import Choose, ChooseMethod, ChooseSituation
from bot.domain.incoming import Verb
from bot.domain.methods import Method
from bot.domain.people import Person
from bot.domain.said import join, say, say_count
from cards.buttons import button, buttons
from cards.elements import (
    Element,
    box,
    card,
    choices,
    columns,
    heading,
    line,
    run,
    woven,
)
from cards.wording import identity, named

MOST_BUTTONS = 6
#: Beyond these, typing more of the name is quicker than reading.
MOST_PEOPLE = 12


def render(choose: Choose | ChooseMethod | ChooseSituation) -> tuple[Element, str]:
    """The card and its summary. A button's `pick`, or the input called `pick`, is the index among the candidates."""
    match choose:
        case ChooseMethod():
            return _of_person(choose)
        case ChooseSituation():
            return _what_happened(choose)
        case Choose():
            return _between_people(choose)


def _between_people(choose: Choose) -> tuple[Element, str]:
    people = choose.candidates[:MOST_PEOPLE]
    asked = say("Which “{name}” do you mean?", name=choose.asked_for[:60])
    if choose.doubt:
        asked = join(" ", (choose.doubt, say("Did you mean this person?") if len(people) == 1 else say("Did you mean one of these?")))
    body: list[Element] = [heading(asked, size="Medium")]
    actions: list[Element] = []
    if len(people) <= MOST_BUTTONS:
        body += _rows(choose.id, people)
    else:
        body.append(choices("pick", say("People who fit"), map(_in_words, people), say("Pick a person first.")))
        actions.append(button(say("Continue"), Verb.CHOOSE, choose.id, style="positive"))
    if choose.more or len(choose.candidates) > MOST_PEOPLE:
        body.append(line(run(say("More people fit than are shown here."), bold=True), spacing="Medium"))
    hint = say("Not listed? Send the command again with more of the name or the full address.")
    body.append(line(run(hint, subtle=True), spacing="Small" if len(body) > len(people) + 1 else "Medium"))
    if choose.only_for:
        body.append(line(*woven(say("Only {name} can choose.", name=choose.only_for), subtle=True, name={"limit": 60, "bold": True})))
    summary = join(" ", (asked, say_count(len(people), "{count} person fits.", "{count} people fit.")))
    return card(body, fallback=join(" ", (summary, hint)), actions=actions), summary


def _of_person(choose: ChooseMethod) -> tuple[Element, str]:
    """Methods are told apart by name and date."""
    methods = choose.candidates
    asked = say("Which {method} of {name}?", method=choose.asked_for, name=named(choose.person)[:60])
    body: list[Element] = [heading(asked, size="Medium"), *identity(choose.person, name=False)]
    actions: list[Element] = []
    if len(methods) <= MOST_BUTTONS:
        for index, method in enumerate(methods):
            choice = button(say("Choose"), Verb.CHOOSE, choose.id, pick=index, tooltip=say("Choose {method}", method=method.facts))
            told = [line(run(method.name or method.kind, limit=80, bold=True)), line(run(_registered(method), subtle=True), spacing="None")]
            body.append(box([columns(("stretch", told), ("auto", [buttons(choice)]), middle=True)], line_above=True, spacing="Small"))
    else:
        body.append(choices("pick", say("Methods that fit"), (method.facts for method in methods), say("Pick a method first.")))
        actions.append(button(say("Continue"), Verb.CHOOSE, choose.id, style="positive"))
    body.append(line(run(say("Nothing has been changed: the next card shows what would happen."), subtle=True), spacing="Medium"))
    if choose.only_for:
        body.append(line(*woven(say("Only {name} can choose.", name=choose.only_for), subtle=True, name={"limit": 60, "bold": True})))
    summary = join(" ", (asked, say("{count} are registered.", count=len(methods))))
    return card(body, fallback=summary, actions=actions), summary


def _what_happened(choose: ChooseSituation) -> tuple[Element, str]:
    """A button for each situation, with what it leads to."""
    asked = say("What happened to {name}?", name=named(choose.person)[:60])
    body: list[Element] = [heading(asked, size="Medium"), *identity(choose.person, name=False)]
    for index, situation in enumerate(choose.situations):
        name = say("{Situation}", situation=situation.in_words)
        told = [line(run(name, bold=True)), line(run(situation.proposes, subtle=True), spacing="None")]
        choice = button(say("Choose"), Verb.CHOOSE, choose.id, pick=index, tooltip=say("Choose {situation}", situation=situation.in_words))
        body.append(box([columns(("stretch", told), ("auto", [buttons(choice)]), middle=True)], line_above=True, spacing="Small"))
    body.append(line(run(say("Nothing has been changed: the next card shows what would happen."), subtle=True), spacing="Medium"))
    if choose.only_for:
        body.append(line(*woven(say("Only {name} can choose.", name=choose.only_for), subtle=True, name={"limit": 60, "bold": True})))
    return card(body, fallback=asked, actions=[]), asked


def _registered(method: Method) -> str:
    since = say("registered {day}", day=method.since) if method.since else say("no date of registration")
    return join(" · ", (method.kind if method.name else "", since))


def _rows(id: str, people: tuple[Person, ...]) -> Iterable[Element]:
    for index, person in enumerate(people):
        choose = button(
            say("Choose"), Verb.CHOOSE, id, pick=index, tooltip=say("Choose {name}, {upn}", name=named(person)[:60], upn=person.upn)
        )
        row = columns(("stretch", identity(person)), ("auto", [buttons(choose)]), middle=True)
        yield box([row], line_above=True, spacing="Small")


def _in_words(person: Person) -> str:
    """The person on one line, what tells them apart first."""
    work = ", ".join(filter(None, (person.job_title[:60], person.department[:60])))
    return join(" · ", (named(person)[:60], person.upn[:120], work, join(", ", person.marks)))
