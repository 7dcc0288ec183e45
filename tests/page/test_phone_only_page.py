"""The page for managers: complete in itself, nobody's name in it, in both languages, and whatever a department is called."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest

from bot.domain.report import Class, Counts, Day, PhoneOnlyReport, Scope
from bot.domain.retirement import Channel, Population, Retirement
from bot.page.lines import lines
from bot.page.phone_only import page
from tests.languages.templates import calls, has_words, written_in

TODAY = date(2026, 11, 29)
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
PUBLIC = Retirement(date(2027, 2, 1), date(2027, 7, 1))
READ_AT = datetime(2026, 11, 29, 2, 10, tzinfo=UTC)
HOSTILE = '<script>alert("1")</script> & $x^2$ \u202eright\0 &amp; {{TIME(x)}} 😀'


def counts(phone_only: int, others: int = 60, voice_only: int = 0) -> Counts:
    shares = {Class.PHONE_DEFAULT: others // 3, Class.PHONE_TOO: others // 3, Class.STRONG: others - 2 * (others // 3)}
    return Counts({Class.PHONE_ONLY: phone_only, **shares}, voice_only)


def history(*phone_only: int, every: int = 1) -> list[Day]:
    return [Day(TODAY - timedelta(days=every * back), count, 12_000) for back, count in enumerate(reversed(phone_only))][::-1]


REPORT = PhoneOnlyReport(
    Scope(),
    READ_AT,
    READ_AT - timedelta(days=3),
    {Population.EXTERNAL: counts(12), Population.MEMBER: counts(3_400, 7_000, 204), Population.GLOBAL_ADMINISTRATOR: counts(1, 4)},
    [("Frontline NL", counts(1_320, 900)), (HOSTILE, counts(640, 30)), ("", counts(40)), ("Legal", counts(0))],
    history(*range(4_253, 3_412, -30)),
)


def made(report: PhoneOnlyReport = REPORT, retirement: Retirement = PUBLIC, today: date = TODAY, language: str = "en") -> str:
    return page(report, retirement, today, language, AMSTERDAM)


class Document(HTMLParser):
    """What a browser would make of a page; AssertionError where it would have to guess."""

    VOID = frozenset({"meta"})

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, Mapping[str, str]]] = []
        self.words: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == [], "everything is closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"{tag} has an attribute twice"
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in self.VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert "svg" in self._open, f"<{tag}/> closes itself in pictures alone"
        self.handle_starttag(tag, attrs)
        self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open[-1:] not in (["style"], []) and data.strip():
            self.words.append(" ".join(data.split()))

    def attributes(self, name: str) -> Iterator[str]:
        return (attributes[name] for _, attributes in self.elements if name in attributes)


def said(text: str) -> str:
    return " | ".join(Document(text).words)


VARIANTS: dict[str, dict[str, Any]] = {
    "as it is": {},
    "hostile name": {"report": replace(REPORT, scope=Scope(HOSTILE))},
    "one reading": {"report": replace(REPORT, days=history(3_413))},
    "two readings": {"report": replace(REPORT, days=history(3_500, 3_413))},
    "growing": {"report": replace(REPORT, days=history(*range(3_000, 3_413, 15)))},
    "nobody left": {"report": replace(REPORT, populations={Population.MEMBER: counts(0)}, departments=[], days=history(9, 4, 0, every=7))},
    "nobody at all": {"report": replace(REPORT, populations={}, departments=[], days=[])},
    "another cloud": {"retirement": Retirement()},
    "own provider": {"retirement": replace(PUBLIC, provider=frozenset(Channel))},
    "over": {"today": date(2027, 3, 1)},
    "late": {"today": date(2027, 1, 20)},
    "all over": {"today": date(2027, 8, 1)},
}


@pytest.mark.parametrize("language", ["en", "nl"])
@pytest.mark.parametrize("variant", VARIANTS)
def test_a_page_is_sound_fetches_nothing_and_runs_nothing(variant: str, language: str) -> None:
    text = made(**VARIANTS[variant], language=language)
    document = Document(text)
    assert text.startswith(f'<!DOCTYPE html>\n<html lang="{language}">')
    tags = {tag for tag, _ in document.elements}
    assert not tags & {"script", "link", "img", "iframe", "object", "embed", "form", "base", "image", "foreignobject", "a", "animate"}
    names = {name for _, attributes in document.elements for name in attributes}
    assert not {name for name in names if name.startswith(("on", "src", "xlink")) or name in ("style", "action", "background")}
    assert all(value.startswith("#") for value in document.attributes("href"))
    assert "//" not in re.sub(r"http-equiv", "", text.split("<style>")[1])
    assert set(re.findall(r"url\((.)", text)) <= {"#"}
    assert "@import" not in text
    ids = list(document.attributes("id"))
    assert len(ids) == len(set(ids))
    assert not [word for word in document.words if "None" in word or "{" in word.replace("{ {TIME(x)}}", "")]


def test_its_policy_knows_its_one_style_sheet() -> None:
    text = made()
    (policy,) = (each["content"] for _, each in Document(text).elements if each.get("http-equiv") == "Content-Security-Policy")
    (style,) = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def test_the_same_report_is_the_same_page() -> None:
    assert made() == made()


def test_whatever_a_department_is_called_is_words() -> None:
    text = made()
    assert "<script" not in text
    assert "\u202e" not in text
    assert "\0" not in text
    shown = [word for word in Document(text).words if "alert" in word]
    assert len(shown) == 2, "in the plot and in the table"
    assert '<script>alert("1")</script> & $x^2$ right' in shown[-1]
    assert "{{" not in shown[-1]


def test_plots_are_text_in_the_page_s_own_font_and_colours() -> None:
    pictures = re.findall(r"<svg .*?</svg>", made(), re.DOTALL)
    assert len(pictures) == 3
    for picture in pictures:
        root = ElementTree.fromstring(picture)
        assert root.get("role") == "img"
        assert root.get("aria-label")
        assert root.findall(".//text")
        assert not re.search(r"font-family|#0101|<style|<metadata|DejaVu", picture)
        paints = {each.get(name, "none") for each in root.iter() for name in ("fill", "stroke")}
        assert {paint for paint in paints if paint != "none" and not re.fullmatch(r"var\(--[a-z-]+\)", paint)} <= {"#ffffff"}
    used = set(re.findall(r"var\((--[a-z-]+)\)", "".join(pictures)))
    defined = set(re.findall(r"(--[a-z-]+):", made().partition("@media")[0]))
    assert used <= defined


def test_every_word_of_ours_is_dutch_for_the_dutch() -> None:
    dutch = said(made(language="nl"))
    templates = {
        template for where, call in calls() if where.startswith("bot/page/") for template in written_in(call) if has_words(template)
    }
    english = [each for each in templates if "{" not in each and len(each) > 12]
    assert len(english) > 20
    assert [each for each in english if each in dutch] == []
    assert "3.413" in dutch
    assert "1 februari 2027, over 64 dagen" in dutch
    assert "29 november, 03:10 CET" in dutch


def test_the_headline_the_days_and_the_pace() -> None:
    told = said(made())
    assert "Microsoft's own texts and calls for sign-in end on 1 February 2027, in 64 days." in told
    assert "3,413 | of 10,477 people have nothing but a phone | 33%" in told
    assert "64 | days left | 3,400 people get no code from 1 February 2027 on | 372 a week until then" in told
    assert "214 | days left | 13 people get no code from 1 July 2027 on" in told
    assert "Members | 10,400 | 3,400 | 1 February 2027 | 1 February 2027 | 1 February 2027" in told
    assert told.index("Members |") < told.index("Global Administrators |") < told.index("External users |")
    assert "210 fewer a week, nobody is left on 23 March 2027. That is after 1 February 2027." in told
    assert "Week of 30 November | Give each department its list" in told
    assert "Entra's oldest record of somebody with only a phone is of 26 November 2026" in told
    assert "Read from Entra ID on 29 November, 03:10 CET." in told


def test_a_provider_for_texts_leaves_those_who_can_only_be_called() -> None:
    told = said(made(retirement=replace(PUBLIC, provider=frozenset({Channel.SMS}))))
    assert "Texts go on, through the organisation's own telephony provider." in told
    assert "204 people get no code from 1 February 2027 on" in told
    assert "Members | 10,400 | 3,400 | Own provider | 1 February 2027 | 1 February 2027" in told
    assert "214 |" not in told
    assert "Password reset" not in told


@pytest.mark.parametrize("provider", [frozenset({Channel.VOICE}), frozenset(Channel)])
def test_a_provider_for_calls_reaches_everybody(provider: frozenset[Channel]) -> None:
    told = said(made(retirement=replace(PUBLIC, provider=provider)))
    assert "get no code" not in told
    assert "Week of" not in told
    assert "SMS sign-in, where a text takes the place of the password, ends with an own provider too." in told
    assert "Own provider | 1 February 2027" in told


def test_another_cloud_has_a_report_and_no_countdown() -> None:
    told = said(made(retirement=Retirement()))
    assert "No day is known on which Microsoft's own texts and calls end here." in told
    assert "3,413 | of 10,477 people" in told
    assert "Not known | Not known | Not known" in told
    assert not re.search(r"days? left|Week of|2027 on", told)


def test_what_was_not_done_in_time_is_to_be_done_now() -> None:
    told = said(made(today=date(2027, 1, 20)))
    assert "Now | Give each department its list" in told
    assert "Week of 25 January | Staff the helpdesk" in told
    assert "Week of 11 January" not in told


def test_after_the_day_it_is_over_for_most() -> None:
    told = said(made(today=date(2027, 3, 1)))
    assert "ended on 1 February 2027." in told
    assert "3,400 | people get no code since 1 February 2027" in told
    assert "122 | days left | 13 people" in told
    assert "Week of" not in told


@pytest.mark.parametrize(
    ("days", "told"),
    [
        (history(3_413), "There is one reading so far."),
        (history(3_500, 3_413), "A forecast needs three readings"),
        (history(3_300, 3_400, 3_413, every=7), "They become 56 more each week."),
        (history(7_000, 5_000, 3_000, every=7), "2,000 fewer a week, nobody is left on 10 December 2026."),
    ],
)
def test_a_trend_says_no_more_than_is_known(days: list[Day], told: str) -> None:
    assert told in said(made(replace(REPORT, days=days, populations={Population.MEMBER: counts(days[-1].phone_only)})))


def test_the_plot_has_the_first_departments_and_the_table_has_all() -> None:
    many = [(f"Department {index:03}", counts(500 - index)) for index in range(200)]
    told = said(made(replace(REPORT, departments=many)))
    assert told.count("Department 011 |") == 2
    assert told.count("Department 012 |") == 1
    assert told.count("Department 199 |") == 1


def test_a_scope_with_nobody_says_so_and_nothing_else() -> None:
    nobody = replace(REPORT, scope=Scope(group="Left", members=frozenset()), populations={}, departments=[], days=history(9, 4, 0, every=7))
    told = said(made(nobody))
    assert "Nobody of these is in what was read from Entra ID. | Read from Entra ID on" in told
    shown = "\n".join(lines(nobody, PUBLIC, TODAY, AMSTERDAM))
    assert shown.endswith("\n\nNobody of these is in what was read from Entra ID.")


def test_one_and_more_than_a_thousand_in_a_terminal() -> None:
    many = [(f"Department {index:04}", counts(2_000 - index)) for index in range(1_500)]
    told = "\n".join(lines(replace(REPORT, populations={Population.MEMBER: counts(1)}, departments=many), PUBLIC, TODAY, AMSTERDAM))
    assert "1 of them gets no code" in told
    assert "\nand 1,490 more departments\n" in told


def test_the_same_in_a_terminal() -> None:
    told = "\n".join(lines(REPORT, PUBLIC, TODAY, AMSTERDAM))
    assert re.search(r"members +10,400 +3,400\n", told)
    assert re.search(r"together +10,477 +3,413\n", told)
    assert "1 February 2027, in 64 days: 3,400 of them get no code from then on." in told
    assert "\u202e" not in told
