"""The `.env` file: read as a shell would, changed line by line, and never seen half-written or by anybody else."""

from __future__ import annotations

import os
import re
import shlex
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

_LINE = re.compile(r"(\s*(?:export\s+)?)([A-Za-z_][A-Za-z0-9_]*)=(.*)")
#: What a shell and `docker run --env-file` read alike without quotes.
_PLAIN = re.compile(r"[A-Za-z0-9@%+=:,./_-][A-Za-z0-9@%+=:,./_~-]*")
_HEAD = "# Written by `python app.py setup`; .env.example says what else can be set."


class EnvFile:
    """One file of settings.

    Args:
        path: it need not be there yet; a link is followed, so that it stays one.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()

    def read(self) -> dict[str, str]:
        """What is set, without what is empty; OSError or UnicodeDecodeError when the file cannot be read."""
        found = (_LINE.fullmatch(line) for line in self._lines())
        values = {match[2]: _value(match[3]) for match in found if match}
        return {name: value for name, value in values.items() if value}

    def notes(self, start: str) -> list[str]:
        """What stands behind this beginning of a comment line."""
        return [line.removeprefix(start).strip() for line in self._lines() if line.startswith(start)]

    def write(self, values: Mapping[str, str], *, note: str = "", without: str = "") -> None:
        """Sets these, and leaves every other line as it is; the file is its owner's alone from then on.

        Args:
            note: a comment line to be added.
            without: comment lines that begin so are taken away.

        Raises:
            OSError: it cannot be written; then the old one is still there, whole.
        """
        lines = [line for line in self._lines() if not (without and line.startswith(without))] or [_HEAD]
        for name, value in values.items():
            line = f"{name}={value if _PLAIN.fullmatch(value) else shlex.quote(value)}"
            places = [number for number, old in enumerate(lines) if (match := _LINE.fullmatch(old)) and match[2] == name]
            if places:  # of several a shell takes the last
                before = lines[places[-1]].partition(f"{name}=")[0]
                lines[places[-1]] = before + line
            else:
                lines.append(line)
        if note:
            lines.append(note)
        write_private(self.path, "\n".join(lines) + "\n")

    def _lines(self) -> list[str]:
        return self.path.read_text(encoding="utf-8").splitlines() if self.path.exists() else []


def write_private(path: Path, content: str) -> None:
    """Puts a file that its owner alone may read in the place of another, all at once; OSError when that cannot be."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mode 0600 from the beginning
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise


def _value(text: str) -> str:
    """The value of a line, without its quotes and what a shell takes for a comment."""
    text = text.strip()
    if text[:1] in ("'", '"'):
        try:
            return next(iter(shlex.split(text, comments=True)), "")
        except ValueError:
            return text
    return re.split(r"(?:^|\s)#", text, maxsplit=1)[0].strip()
