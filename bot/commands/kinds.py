"""The kinds of part a command is made of: words and arguments. Each matches tokens and knows how to say itself."""

from __future__ import annotations

from typing import Protocol


class Part(Protocol):
    """One piece of a command's pattern."""

    @property
    def syntax(self) -> str:
        """How usage texts write it: `set`, `<who>`, `[to]`."""
