"""The Teams package in the organisation's catalogue, and its id there: https://learn.microsoft.com/graph/api/teamsapp-publish"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from bot.settings.environment import ConfigurationError
from bot.terminal.setup.calls import Calls, Refused
from bot.terminal.setup.progress import Progress

ID = "TEAMS_CATALOG_APP_ID"


def publish(calls: Calls, progress: Progress, app_id: str) -> None:
    """Finds Doorman in the catalogue, or publishes it there; its id goes into the file.

    Raises:
        Refused: this administrator may not.
    """
    listed = f"/appCatalogs/teamsApps?$filter=externalId eq '{app_id}'"
    if found := _found(calls, listed):
        progress.there(f"Doorman in the app catalogue, {found}")
    else:
        try:
            package = b"" if calls.dry_run else _package(progress.values)
        except ConfigurationError as error:
            progress.leave(f"the Teams app: {' '.join(str(error).split())}")
            return
        except ModuleNotFoundError:
            progress.leave("the Teams app: this copy holds the bot alone, as in the container image. Run setup in the whole repository.")
            return
        found = _published(calls, listed, package)
        progress.made(f"Doorman in the app catalogue, {found}")
    progress.keep({ID: found})


def _published(calls: Calls, listed: str, package: bytes) -> str:
    try:
        return str(calls.post("/appCatalogs/teamsApps", package, "publish the Teams app to the organisation").get("id", ""))
    except Refused as error:
        if error.status != 409:
            raise
        return _found(calls, listed)


def _found(calls: Calls, listed: str) -> str:
    try:
        rows = calls.rows(listed, "see whether Doorman is in the app catalogue")
    except Refused as error:
        if "<" not in listed:
            raise error
        rows = []
    ours = [row for row in rows if row.get("distributionMethod") == "organization"]  # and nobody's own upload
    return str(ours[0].get("id", "")).lower() if ours else ""


def _package(values: Mapping[str, str]) -> bytes:
    from manifest.package import write  # noqa: PLC0415 - no part of the container image

    with tempfile.TemporaryDirectory() as folder:
        return write(values, Path(folder)).read_bytes()
