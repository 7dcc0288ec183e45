"""HTML for one page that stands on its own: words made harmless, and the frame that lets nothing be fetched or run."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path

from bot.domain.said import spoken
from cards.untrusted import plain

#: Longer than any sentence of ours; names are cut where they enter.
_MOST = 2000
_STYLE = (Path(__file__).parent / "style.css").read_text(encoding="utf-8")
#: Nothing may be fetched, run, framed or sent; the one style sheet is known by its hash, and there are no style attributes.
#: https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Content-Security-Policy
_POLICY = "default-src 'none'; style-src 'sha256-{}'; base-uri 'none'; form-action {}"


def words(text: object) -> str:
    """Text for the inside of an element, in the reader's language: no control characters, nothing that could be markup."""
    return escape(plain(spoken(text if isinstance(text, str) else str(text)), _MOST))


def element(tag: str, *inside: str, **attributes: str) -> str:
    """An element around markup; `class_` is the attribute `class`, and underscores in the middle are dashes."""
    named = "".join(f' {name.rstrip("_").replace("_", "-")}="{words(value)}"' for name, value in attributes.items() if value)
    return f"<{tag}{named}>{''.join(inside)}</{tag}>"


def link(text: object, address: str) -> str:
    """A link; its address is one that we made, and stays as it is."""
    return f'<a href="{escape(address)}">{words(text)}</a>'


def hidden(name: str, value: str) -> str:
    """What a form sends besides its buttons."""
    return f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'


def paragraph(text: object) -> str:
    """A paragraph of one text; nothing for none."""
    return element("p", words(text)) if text else ""


def section(heading: object, *inside: str) -> str:
    """A part of the page with its heading."""
    return element("section", element("h2", words(heading)), *inside)


def table(head: Sequence[object], rows: Iterable[Sequence[object]], *, stacked: bool = False, class_: str = "") -> str:
    """A table whose first column names the row.

    Args:
        stacked: on a narrow screen each row becomes a list of its cells, so each of them knows its column.
    """
    titles = [capital(each) for each in head]
    heading = element("tr", *(element("th", words(each), scope="col") for each in titles))
    labels = titles if stacked else [""] * len(titles)
    body = "\n".join(element("tr", element("th", words(capital(row[0])), scope="row"), *map(_cell, labels[1:], row[1:])) for row in rows)
    return element("table", element("thead", heading), "\n", element("tbody", body), class_=f"{class_}{' stacked' * stacked}".strip())


def _cell(label: str, text: object) -> str:
    return element("td", words(text), data_label=label)


def capital(text: object) -> str:
    """The words as they begin a line, in the reader's language."""
    said = spoken(text) if isinstance(text, str) else str(text)
    return said[:1].upper() + said[1:]


def listed(entries: Iterable[Sequence[object]]) -> str:
    """What the colours of a picture mean: first the name of each colour in the style sheet, then words and numbers."""
    rows = (
        element(
            "tr",
            element("th", element("i", class_=str(colour).replace("_", "-")), words(capital(name)), scope="row"),
            *map(_cell, [""] * len(more), more),
        )
        for colour, name, *more in entries
    )
    return element("table", element("tbody", *rows), class_="key")


def document(title: object, language: str, *body: str, sends: bool = False, onward: str = "") -> str:
    """The whole file.

    Args:
        sends: it has a form, which goes to where the page came from.
        onward: an address to which the browser goes from there by itself.
    """
    style = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    policy = _POLICY.format(style, "'self'" if sends else "'none'")
    inside = "\n".join(filter(None, body))
    refresh = f'\n<meta http-equiv="refresh" content="0; url={escape(onward)}">' if onward else ""
    return f"""<!DOCTYPE html>
<html lang="{words(language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">{refresh}
<title>{words(title)}</title>
<style>{_STYLE}</style>
</head>
<body>
<main>
{inside}
</main>
</body>
</html>
"""
