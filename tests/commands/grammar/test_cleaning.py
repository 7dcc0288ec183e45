"""What Teams clients do to a line, undone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands.grammar.cleaning import normalise
from bot.domain.conversations import MENTION_CLOSE, MENTION_OPEN


@pytest.mark.parametrize(
    ("sent", "clean"),
    [
        ("show\u00a0alice", "show alice"),
        ("\ufeffshow\u200b al\u00adice\u200e", "show alice"),
        ("show alice\r\n+31\t6", "show alice +31 6"),
        ("<p>show <b>alice</b></p>", "show alice"),
        ('<div class="x">show</div><div>alice&nbsp;jansen</div>', "show alice jansen"),
        ("show<br/>alice", "show alice"),
        ("show a < b", "show a < b"),
        ("show a <b and c> d", "show a <b and c> d"),
        ("if 1 <2 &amp; 3> 2", "if 1 <2 & 3> 2"),
        ("&lt;b&gt;", "<b>"),
        ("R&D &copy", "R&D &copy"),
        ("show “Alice ‘Al’ Jansen”", "show \"Alice 'Al' Jansen\""),
        ("show mia.o’brien@x.nl", "show mia.o'brien@x.nl"),
        ("**show** *alice*", "show alice"),
        ("***show*** __alice__ `+31`", "show alice +31"),
        ("show **alice jansen**.", "show alice jansen."),
        ("show jan_de_vries@x.nl", "show jan_de_vries@x.nl"),
        ("show gus_x.nl#EXT#@y.nl", "show gus_x.nl#EXT#@y.nl"),
        ("2 * 3 * 4", "2 * 3 * 4"),
        ("show [alice@x.nl](mailto:alice@x.nl)", "show alice@x.nl"),
        ("show [](mailto:alice@x.nl)", "show alice@x.nl"),
        ('show <a href="mailto:alice@x.nl" target="_blank">alice@x.nl</a>', "show alice@x.nl"),
        ('show <a href="mailto:alice@x.nl"></a>', "show alice@x.nl"),
        ('to <a href="tel:+31612345678">+31 6 12345678</a>', "to +31 6 12345678"),
        ("show mailto:alice@x.nl", "show alice@x.nl"),
        ("show alice@x.nl<mailto:alice@x.nl>", "show alice@x.nl"),
        ("show <alice@x.nl>", "show alice@x.nl"),
        ("show &lt;alice@x.nl&gt;", "show alice@x.nl"),
        ("show [team] (new)", "show [team] (new)"),
        (f"for{MENTION_OPEN}0{MENTION_CLOSE}to", f"for {MENTION_OPEN}0{MENTION_CLOSE} to"),
        (f"a{MENTION_OPEN}b{MENTION_CLOSE}c", "a b c"),
        ("nul\x00byte \ud800", "nul byte \ufffd"),
    ],
)
def test_one_clean_line(sent: str, clean: str) -> None:
    assert normalise(sent) == clean


@given(st.text())
def test_always_one_line_that_can_be_stored(text: str) -> None:
    clean = normalise(text)
    assert clean == " ".join(clean.split())
    assert "\x00" not in clean
    clean.encode()
