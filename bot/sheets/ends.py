"""Whether whoever wrote a text file leaves away empty cells at the ends of rows: then a short row lost nothing that mattered."""

from __future__ import annotations

from collections.abc import Iterable

from bot.sheets.cells import Record

#: So many short rows are no slip of a hand.
_FEWEST_SHORT = 3
#: Excel writes text files in blocks of rows that all end where the longest of them does.
_BLOCK = 16


def may_lack_a_cell(records: Iterable[Record], header: int, width: int) -> bool:
    """Whether a short row of this file may have lost a cell in its middle: others have all of theirs, and nothing says why it has not.

    Programs that leave empty cells at the end away do so in every row, or in every block of Excel's. So there is none that ends with
    an empty cell, or no block with rows of two lengths.

    Args:
        header: number of the row with the names, of which there are `width`.
    """
    short, whole, padded, uneven = 0, False, False, False
    block, lengths = -1, set[int]()
    for record in records:
        if record.problem or sum(map(bool, record.cells)) < 2:  # nobody's
            continue
        length = len(record.cells)
        if (record.number - 1) // _BLOCK != block:
            block, lengths = (record.number - 1) // _BLOCK, set()
        lengths.add(length)
        uneven = uneven or len(lengths) > 1
        if record.number > header:
            short += length < width
            whole = whole or length == width
            padded = padded or (length == width and not record.cells[-1])
    return whole and (short < _FEWEST_SHORT or (padded and uneven))
