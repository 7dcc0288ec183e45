"""The two cards of the message extension: a name with a link, which others read, and the dialog on somebody's message."""

from __future__ import annotations

from bot.domain.extension import EXCERPT, JOB, JOBS, PICKED, WHO, AboutMessage
from bot.domain.people import Person
from bot.domain.said import say, spoken
from cards import remark
from cards.buttons import link, send
from cards.elements import Element, card, heading, line, run
from cards.inputs import people_picker, text_input, words_to_choose
from cards.wording import named


def found(person: Person, url: str) -> Element:
    """What lands in a chat: nothing that a reader does not see anyway. Whoever follows the link asks for themselves."""
    name = named(person)
    told = line(run(say("The helpdesk opens this with Doorman; what it shows, it shows them alone."), subtle=True), spacing="None")
    return card([heading(name, size="Medium"), told], fallback=name, actions=[link(say("Open with Doorman"), url)])


def dialog(asked: AboutMessage) -> Element:
    """Who it is about, and the job. The message stands above as it was written, for whoever fills this in."""
    body: list[Element] = [*remark.sentences(asked.problem)] if asked.problem else []
    if asked.text:
        who = say("{name} wrote:", name=asked.author or say("somebody"))
        body += [line(run(who, limit=120, subtle=True)), line(run(asked.text, limit=EXCERPT), spacing="None")]
    body.append(line(run(say("I take nobody's word for who it is about: say it here."), subtle=True)))
    body.append(people_picker(PICKED, say("Pick from the directory"), "", ""))
    body.append(text_input(WHO, say("or type a name or an address"), limit=120, value=asked.who))
    words = tuple(JOBS[job][0] for job in JOBS)
    chosen = str(JOBS[asked.job][0])
    body.append(words_to_choose(JOB, say("What for?"), words, missing=say("Choose one."), value=chosen))
    return card(body, fallback=spoken(say("Ask Doorman")), actions=[send(say("Continue"))])
