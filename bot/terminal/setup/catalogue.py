"""The Teams package in the organisation's catalogue, its version there, and its id.

https://learn.microsoft.com/graph/api/teamsapp-publish and teamsapp-update
"""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from bot import VERSION
from bot.settings.environment import ConfigurationError
from bot.terminal.setup.calls import Calls, Refused, printable
from bot.terminal.setup.progress import Progress

ID = "TEAMS_CATALOG_APP_ID"
_APPS = "/appCatalogs/teamsApps"


def publish(calls: Calls, progress: Progress, app_id: str) -> None:
    """Finds Doorman in the catalogue, publishes it there, or a newer package over an older one; its id goes into the file.

    Raises:
        Refused: this administrator may not.
    """
    listed = f"{_APPS}?$filter=externalId eq '{app_id}'&$expand=appDefinitions"
    found, version = _found(calls, listed)
    progress.keep({ID: found})
    if found and (not version or _number(version) >= _number(VERSION)):
        progress.there(f"Doorman {version}".strip() + f" in the app catalogue, {found}")
        return
    package = b"" if calls.dry_run else _package(progress)
    if package is None:
        return
    if found:  # whoever uses it keeps it: the id stays
        calls.post(f"{_APPS}/{found}/appDefinitions", package, f"bring the Teams app from {version} to {VERSION}")
        progress.made(f"Doorman {VERSION} in place of {version} in the app catalogue, {found}")
        return
    found = _published(calls, listed, package)
    progress.made(f"Doorman {VERSION} in the app catalogue, {found}")
    progress.keep({ID: found})


def _published(calls: Calls, listed: str, package: bytes) -> str:
    try:
        return str(calls.post(_APPS, package, "publish the Teams app to the organisation").get("id", ""))
    except Refused as error:
        if error.status != 409:
            raise
        return _found(calls, listed)[0]


def _found(calls: Calls, listed: str) -> tuple[str, str]:
    """Its id and its newest version; empty where it is not there."""
    try:
        rows = calls.rows(listed, "see whether Doorman is in the app catalogue")
    except Refused as error:
        if "<" not in listed:
            raise error
        rows = []
    for row in rows:
        if row.get("distributionMethod") == "organization":  # and nobody's own upload
            versions = [
                printable(str(each.get("version") or ""))
                for each in row.get("appDefinitions") or ()
                if each.get("publishingState") != "rejected"
            ]
            return str(row.get("id", "")).lower(), max(versions, key=_number, default="")
    return "", ""


def _number(version: str) -> list[int]:
    return [int(part) for part in re.findall(r"\d{1,9}", version)[:3]]


def _package(progress: Progress) -> bytes | None:
    """The package; None where it cannot be made, after saying why."""
    try:
        from manifest.package import write  # noqa: PLC0415 - no part of the container image

        with tempfile.TemporaryDirectory() as folder:
            return write(progress.values, Path(folder)).read_bytes()
    except ConfigurationError as error:
        progress.leave(f"the Teams app: {' '.join(str(error).split())}")
    except ModuleNotFoundError:
        progress.leave("the Teams app: this copy holds the bot alone, as in the container image. Run setup in the whole repository.")
    return None
