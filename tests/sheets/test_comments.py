"""Comments on cells: what is said beside the rows is asked about."""

from __future__ import annotations

import openpyxl
import pytest
from openpyxl.comments import Comment

from bot.domain.file_found import NO_ANSWERS, Answers, Doubt, Question, Unused, open_questions
from bot.errors import Refusal
from bot.sheets.comments import MOST_COMMENTS
from tests.sheets.conftest import MAIN, Telling, by_hand, saved
from tests.sheets.hostile import OFFICE, PACKAGE, PADDING, ROWS


def commented(**comments: str) -> bytes:
    """Two people, with comments on these cells."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (("UPN", "Mobile", "Site"), ("a@b.example", "06 12345678", "Utrecht"), ("c@b.example", "06 12345679", "Breda")):
        sheet.append(row)
    for cell, text in comments.items():
        sheet[cell].comment = Comment(text, "Hanna")
    return saved(book)


def test_comments_are_counted_and_asked_about(telling: Telling) -> None:
    content = commented(B3="wrong number", A2="Hanna:\nleft, was +31 6 12345677", C2="new desk")
    rows, found = telling(content)
    assert found.unused == (Unused("", Doubt.COMMENTS, "Hanna: left, was +31 •••••••77", "3"), Unused("Site"))
    assert (len(rows), open_questions(found, NO_ANSWERS)) == (2, (Question.COLUMNS,))
    answers = Answers(columns=True)
    assert open_questions(telling(content, answers)[1], answers) == ()


@pytest.mark.parametrize(("text", "doubts"), [("Begin with + and the country code", []), ("Do not use, see the other file", [Doubt.BRAKE])])
def test_a_comment_on_a_name_mostly_says_how_to_fill_it_in(telling: Telling, text: str, doubts: list[Doubt]) -> None:
    _, found = telling(commented(B1=text))
    assert [each.doubt for each in found.doubtful] == doubts


def test_without_comments_nothing_is_asked(telling: Telling) -> None:
    assert telling(commented())[1].doubtful == ()
    assert telling(commented(A2=" "))[1].doubtful == ()


def part(kind: str, content: str) -> bytes:
    """A workbook with such a part beside its sheet."""
    rels = f'<Relationships xmlns="{PACKAGE}"><Relationship Id="r1" Type="{kind}" Target="../odd.xml"/></Relationships>'
    return by_hand(ROWS, more={**PADDING, "xl/worksheets/_rels/sheet1.xml.rels": rels.encode(), "xl/odd.xml": content.encode()})


NOTES, THREADS = f"{OFFICE}/comments", "http://schemas.microsoft.com/office/2017/10/relationships/threadedComment"


def notes(*each: tuple[str, str]) -> str:
    """A part with comments on these cells."""
    said = "".join(f'<comment ref="{cell}" authorId="0"><text><r><rPr><b/></rPr><t>{text}</t></r></text></comment>' for cell, text in each)
    return f'<comments xmlns="{MAIN}"><authors><author>H</author></authors><commentList>{said}</commentList></comments>'


def test_threads_and_their_answers_are_one_comment_each(telling: Telling) -> None:
    said = '<threadedComment ref="A2" id="1"><text>is he still here?</text></threadedComment>'
    said += '<threadedComment ref="A2" id="2" parentId="1"><text>no</text></threadedComment>'
    _, found = telling(part(THREADS, f"<ThreadedComments>{said}</ThreadedComments>"))
    assert found.doubtful == (Unused("", Doubt.COMMENTS, "is he still here?", "1"),)


def test_more_comments_than_are_looked_at(telling: Telling) -> None:
    """Each cell has one: it is enough to know that there are very many."""
    _, found = telling(part(NOTES, notes(*((f"A{n}", "x" * 5_000 if n < 9 else "x") for n in range(2, 20_000)))))
    (comments,) = found.doubtful
    assert MOST_COMMENTS <= int(comments.place) < 2 * MOST_COMMENTS
    assert len(comments.example) == 64


@pytest.mark.parametrize(
    "content",
    ["<comments>", f"<comments>{'<a/>' * 300_000}</comments>", "<a>" * 5_000 + "</a>" * 5_000, notes(("2A", "x")), notes(("A2:A9", "x"))],
    ids=["cut off", "elements", "deep", "no cell", "cells"],
)
def test_comments_that_are_damaged(telling: Telling, content: str) -> None:
    with pytest.raises(Refusal) as refused:
        telling(part(NOTES, content))
    assert refused.value.code == "file_damaged"


def test_comments_that_are_not_there(telling: Telling) -> None:
    rels = f'<Relationships xmlns="{PACKAGE}"><Relationship Id="r1" Type="{NOTES}" Target="../none.xml"/></Relationships>'
    assert telling(by_hand(ROWS, more={"xl/worksheets/_rels/sheet1.xml.rels": rels.encode()}))[1].doubtful == ()
