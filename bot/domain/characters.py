"""Characters that nobody sees, those of full width, digits of every script, and the marks around what is to be typed."""

from __future__ import annotations

import re
import unicodedata

#: What is drawn as nothing though Unicode calls it a letter or a mark: fillers, joiners, variation selectors, the frame of keycaps.
#: Those of category Cf are not among them. https://www.unicode.org/reports/tr44/#Default_Ignorable_Code_Point
UNSEEN = dict.fromkeys((
    0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, *range(0x180B, 0x1810), 0x20E3, 0x2800, 0x3164, *range(0xFE00, 0xFE10), 0xFFA0,
    *range(0xE0000, 0xE0200),
))  # fmt: skip
#: Letters, digits and signs in the width of Chinese characters, as keyboards set to Chinese or Japanese make them.
FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_PLUS = dict.fromkeys(map(ord, "＋﹢⁺➕"), "+")


def plain_digits(text: str) -> str:
    """The text with digits of any script as 0 to 9, and with an ordinary plus."""
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(char)) if unicodedata.category(char) == "Nd" else char for char in text.translate(_PLUS))


_TYPED = re.compile(r"`([^`]*)`")


def in_quotation_marks(text: str) -> str:
    """A sentence for where what is to be typed cannot look like it: it stands in quotation marks, not between backticks."""
    return _TYPED.sub(r"“\1”", text) if "`" in text else text
