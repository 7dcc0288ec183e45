"""Several people fit: pick one.

Up to six people get a row with a button of their own: one tap, and the label is the row. Six is what Teams' design guideline allows:
https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/design-effective-cards
More people become a list of radio buttons and one button: large targets on a phone, arrow keys and a spoken position
("3 of 12") on a desktop.
"""

from __future__ import annotations

from collections.abc import Iterable

from bot.domain.exchange import Choose, Verb
from bot.domain.people import Person
from bot.domain.said import join, say, say_count
from cards.elements import Element, box, button, buttons, card, choices, columns, heading, line, run, woven
from cards.wording import identity, named

MOST_BUTTONS = 6
#: Beyond these, typing more of the name is quicker than reading.
MOST_PEOPLE = 12


def render(choose: Choose) -> tuple[Element, str]:
    """The card and its summary. A button's `pick`, or the input called `pick`, is the index among the candidates."""
    people = choose.candidates[:MOST_PEOPLE]
    asked = say("Which “{name}” do you mean?", name=choose.asked_for[:60])
    body: list[Element] = [heading(asked, size="Medium")]
    actions: list[Element] = []
    if len(people) <= MOST_BUTTONS:
        body += _rows(choose.id, people)
    else:
        body.append(choices("pick", say("People who fit"), map(_spoken, people), say("Pick a person first.")))
        actions.append(button(say("Continue"), Verb.CHOOSE, choose.id, style="positive"))
    if choose.more or len(choose.candidates) > MOST_PEOPLE:
        body.append(line(run(say("More people fit than are shown here."), bold=True), spacing="Medium"))
    hint = say("Not listed? Send the command again with more of the name or the full address.")
    body.append(line(run(hint, subtle=True), spacing="Small" if len(body) > len(people) + 1 else "Medium"))
    if choose.only_for:
        body.append(line(*woven(say("Only {name} can choose.", name=choose.only_for), subtle=True, name={"limit": 60, "bold": True})))
    summary = join(" ", (asked, say_count(len(people), "{count} person fits.", "{count} people fit.")))
    return card(body, fallback=join(" ", (summary, hint)), actions=actions), summary


def _rows(id: str, people: tuple[Person, ...]) -> Iterable[Element]:
    for index, person in enumerate(people):
        choose = button(
            say("Choose"), Verb.CHOOSE, id, pick=index, tooltip=say("Choose {name}, {upn}", name=named(person)[:60], upn=person.upn)
        )
        row = columns(("stretch", identity(person)), ("auto", [buttons(choose)]), middle=True)
        yield box([row], line_above=True, spacing="Small")


def _spoken(person: Person) -> str:
    """The person on one line, what tells them apart first."""
    work = ", ".join(filter(None, (person.job_title[:60], person.department[:60])))
    return join(" · ", (named(person)[:60], person.upn[:120], work, join(", ", person.marks)))
