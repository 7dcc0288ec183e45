"""What setup finds, makes and leaves, told line by line, and what it writes down on the way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from bot.terminal.setup.calls import Refused
from bot.terminal.setup.env_file import EnvFile

T = TypeVar("T")
SECRETS = ("MicrosoftAppPassword",)


class Progress:
    """How far it is.

    Args:
        say: takes one line at a time.
        dry_run: nothing is written.

    Attributes:
        values: the settings as they are by now.
        left: what somebody else has to do, a sentence each.
        written: whether the file was changed.
    """

    def __init__(self, env: EnvFile, say: Callable[[str], None], *, dry_run: bool) -> None:
        self.env = env
        self.say = say
        self.values = env.read()
        self.left: list[str] = []
        self.written = False
        self._dry_run = dry_run

    def there(self, text: str) -> None:
        """It is there already."""
        self.say(f"there    {text}")

    def made(self, text: str) -> None:
        """It was not there, and is now; in a dry run the call said it."""
        if not self._dry_run:
            self.say(f"made     {text}")

    def leave(self, text: str) -> None:
        """It cannot be done now, or not by whoever signed in."""
        self.left.append(text)
        self.say(f"left     {text}")

    def keep(self, wanted: Mapping[str, str], *, note: str = "", without: str = "") -> None:
        """Writes settings down, at once, so that a later run goes on from here; what is overwritten is said.

        Raises:
            OSError: the file cannot be written.
        """
        changed = {name: value for name, value in wanted.items() if value and self.values.get(name) != value}
        if not changed and not note and not (without and self.env.notes(without)):
            return
        how, file = f"{'would' if self._dry_run else 'written':<8}", self.env.path.name
        if new := [name for name in changed if name not in self.values]:
            self.say(f"{how} {', '.join(new)} to {file}")
        for name in (name for name in changed if name not in new):
            self.say(f"{how} {name} to {file}, in place of {'another' if name in SECRETS else repr(self.values[name])}")
        self.values |= changed
        if not self._dry_run:
            self.env.write(changed, note=note, without=without)
            self.written = True

    def attempt(self, what: str, roles: str, step: Callable[[], T]) -> T | None:
        """A step, or None after saying why it was left: who may take it, where this administrator may not."""
        try:
            return step()
        except Refused as error:
            if error.forbidden:
                who = f"It takes the role {roles}. Whoever has it runs setup again with this file, or does it by hand: docs/install.md."
                self.leave(f"{what}: you may not do that. {who}")
            else:
                self.leave(f"{what}: Microsoft Graph refuses it ({error.code or error.status}): {error.text}")
            return None
