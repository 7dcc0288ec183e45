"""Which apps of the organisation's catalogue are installed for whom, as Graph lets an application see and change it.

Where they are installed is a matter of Teams, which is another simulator: it is asked through `Places`. A tenant alone has a memory.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Protocol

from simulator import cast


class Presence(StrEnum):
    """How things stand between the bot's app and somebody."""

    INSTALLED = "installed"
    ABSENT = "absent"
    UNOPENED = "unopened"  # this person has never opened Teams, so there is no place for it


class Places(Protocol):
    """Everybody's own Teams, by object id."""

    def presence(self, user_id: str) -> Presence: ...

    def install(self, user_id: str) -> None: ...

    def uninstall(self, user_id: str) -> None: ...


class Memory:
    """What there is instead of Teams."""

    def __init__(self) -> None:
        self.found: dict[str, Presence] = {}

    def presence(self, user_id: str) -> Presence:
        return self.found.get(user_id, Presence.ABSENT)

    def install(self, user_id: str) -> None:
        self.found[user_id] = Presence.INSTALLED

    def uninstall(self, user_id: str) -> None:
        self.found[user_id] = Presence.ABSENT


@dataclass(frozen=True, kw_only=True)
class CatalogueApp:
    """The app as uploaded: `external_id` is the `id` of its manifest, `web_application_id` its `webApplicationInfo.id` ("" for none)."""

    id: str = cast.CATALOGUE_APP_ID
    external_id: str = cast.BOT_APP_ID
    name: str = "Doorman"
    version: str = "1.0.0"
    web_application_id: str = cast.GRAPH_APP_ID


class Teamwork:
    """The catalogue, and where its app is. Both may be changed by tests; `app` is None before it was uploaded.

    `others` are apps of the catalogue that nobody here installs.
    """

    def __init__(self) -> None:
        self.app: CatalogueApp | None = CatalogueApp()
        self.others: list[CatalogueApp] = []
        self.places: Places = Memory()

    def apps(self) -> list[CatalogueApp]:
        """All of the catalogue."""
        return [*([self.app] if self.app else []), *self.others]

    def add(self, app: CatalogueApp) -> None:
        """One more; the first is the one that people use."""
        if self.app is None:
            self.app = app
        else:
            self.others.append(app)

    def put(self, app: CatalogueApp) -> None:
        """A newer package of an app that is there."""
        if self.app is not None and self.app.id == app.id:
            self.app = app
        else:
            self.others = [app if other.id == app.id else other for other in self.others]

    def described(self) -> dict[str, Any]:
        """For a process elsewhere."""
        return {"app": self.app and asdict(self.app)}

    def change(self, wanted: dict[str, Any]) -> None:
        """Another app in the catalogue, with the names of `described`; what is not said of it is as usual.

        Raises:
            ValueError: an unknown name, or a value it cannot have.
        """
        app = wanted.get("app", {})
        if wanted.keys() != {"app"} or not (
            app is None or (isinstance(app, dict) and all(isinstance(value, str) for value in app.values()))
        ):
            raise ValueError("app is an object of texts, or null")
        try:
            self.app = None if app is None else CatalogueApp(**app)
        except TypeError as error:
            raise ValueError(str(error)) from None
