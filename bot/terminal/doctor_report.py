"""What the doctor finds, and how it is said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass
class Report:
    """What is found, said line by line as it is found."""

    say: Callable[[str], None]
    problems: int = 0

    def well(self, text: str) -> None:
        """Nothing to do."""
        self.say(f"ok       {text}")

    def note(self, text: str) -> None:
        """Doorman works, but somebody should know this."""
        self.say(f"note     {text}")

    def problem(self, text: str, what_to_do: str = "") -> None:
        """Doorman does not work, or not for everything."""
        self.problems += 1
        self.say(f"problem  {text.rstrip('.')}. {what_to_do}".rstrip())
