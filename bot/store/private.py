"""A SQLite database is files, and they hold telephone numbers in full: nobody but the account that runs the bot reads them."""

from __future__ import annotations

import contextlib
import logging
import os
import stat
from pathlib import Path

#: What SQLite keeps beside the file itself, and what tells that it is in use.
#: https://www.sqlite.org/tempfiles.html
_BESIDE = ("", "-wal", "-shm", "-journal", ".lock")
_OWNER_ALONE = stat.S_IRUSR | stat.S_IWUSR
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_log = logging.getLogger(__name__)


def keep_private(file: Path) -> None:
    """Makes the file unless it is there, and takes it and those beside it from everybody but their owner.

    SQLite makes the files beside it with the mode of the file. One that is there is never opened here: closing it again would give up
    the locks that SQLite holds in this process (https://www.sqlite.org/howtocorrupt.html, section 2.2).
    """
    with contextlib.suppress(OSError):  # it is there; or it cannot be made, which SQLite will say
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_RDWR, _OWNER_ALONE))
    for suffix in _BESIDE:
        beside = Path(f"{file}{suffix}")
        try:
            mode = beside.stat().st_mode
            if mode & _OTHERS:
                beside.chmod(stat.S_IMODE(mode) & ~_OTHERS)
        except FileNotFoundError:
            continue
        except OSError as error:
            _log.warning("%s holds telephone numbers and others may read it (%s): chmod 600 it", beside, error.strerror)
