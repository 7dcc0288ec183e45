"""The two groups: found by id or by name, or made.

https://learn.microsoft.com/graph/api/group-post-groups
"""

from __future__ import annotations

import re
import uuid
from typing import Any

from bot.terminal.setup.answers import Ask, choose
from bot.terminal.setup.calls import Calls, Refused, Stopped, quoted
from bot.terminal.setup.progress import Progress

_FIELDS = "$select=id,displayName,description"


def find_or_make(calls: Calls, progress: Progress, wanted: str, *, about: str, option: str, first: str = "", ask: Ask = None) -> str:
    """The object id of a group.

    Args:
        wanted: its object id or its name.
        about: whom it is for, which a new one has for its description.
        first: object id of whoever is in a new one from the beginning; empty for nobody.

    Raises:
        Refused: this administrator may not.
        Stopped: there is no such id, or several have the name and nobody says which.
    """
    if _is_id(wanted):
        try:
            found = calls.get(f"/groups/{wanted.lower()}?{_FIELDS}", "see whether the group is there", settles=True)
        except Refused as error:
            if not error.missing:
                raise
            raise Stopped(f"There is no group {wanted} in this tenant. Give another with {option}.") from error
        return _there(progress, found)
    same = calls.rows(f"/groups?$filter=displayName eq {quoted(wanted)}&{_FIELDS}", "see whether the group is there")
    if len(same) > 1:
        candidates = [(str(group.get("id")), str(group.get("description") or "no description")) for group in same]
        picked = choose(ask, f"There are {len(same)} groups called {wanted!r}", candidates, option)
        return _there(progress, next(group for group in same if str(group.get("id")).lower() == picked))
    if same:
        return _there(progress, same[0])
    body: dict[str, Any] = {
        "displayName": wanted,
        "description": about,
        "mailEnabled": False,
        "mailNickname": re.sub(r"[^a-z0-9]+", "-", wanted.lower()).strip("-")[:64] or "doorman",
        "securityEnabled": True,
    }
    if first:
        body["members@odata.bind"] = [f"{calls.graph}/v1.0/users/{first}"]
    made = calls.post("/groups", body, f"make the group {wanted!r}" + (", with you in it" if first else ""))
    progress.made(f"the group {wanted!r}" + (", with you in it" if first else "; nobody is in it yet"))
    return str(made.get("id", ""))


def _there(progress: Progress, group: dict[str, Any]) -> str:
    progress.there(f"the group {str(group.get('displayName'))!r}, {group.get('id')}")
    return str(group.get("id")).lower()


def _is_id(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False
