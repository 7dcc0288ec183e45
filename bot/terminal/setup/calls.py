"""Calls to Graph for the administrator who signed in: each is said, sent, and sent again where that is safe.

What makes something is not sent twice after an answer that never came: the next run looks whether it is there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import requests

from bot.retry import asked_for, spread

CONNECT_SECONDS, READ_SECONDS = 10.0, 60.0
#: Tries of one call; what Graph asks us to wait is believed up to this.
_TRIES = 6
_LONGEST_WAIT = 300.0
#: How long what was made a moment ago may be unknown to the next call, in tries that double from two seconds.
_SETTLE_TRIES = 6
#: Graph's words for that: github.com/microsoftgraph/msgraph-sdk-dotnet/issues/3108, msgraph-sdk-javascript/issues/1999
_NOT_YET = ("does not exist", "does not reference a valid")
_LATER = (429, 503)
_MOST_PAGES = 50


class Stopped(Exception):
    """Setup cannot go on here; the text is for the administrator."""


class Refused(Exception):
    """Graph refuses one call. `text` is its reason, of printable characters alone."""

    def __init__(self, status: int, code: str, text: str) -> None:
        super().__init__(f"{status} {code}: {text}")
        self.status = status
        self.code = code
        self.text = text

    @property
    def forbidden(self) -> bool:
        """Whoever signed in may not do this."""
        return self.status == 403

    @property
    def missing(self) -> bool:
        """There is nothing of that name."""
        return self.status == 404


@dataclass(frozen=True, kw_only=True)
class Outlet:
    """How calls go out and how they are told.

    Attributes:
        dry_run: nothing is changed: calls that would are only said.
        say: takes one line at a time.
    """

    token: str = field(repr=False)
    graph: str
    say: Callable[[str], None]
    sleep: Callable[[float], None]
    dry_run: bool = False


class Calls:
    """Graph, as the administrator may use it.

    Attributes:
        made: how many calls changed something, or would have.
    """

    def __init__(self, outlet: Outlet) -> None:
        self._outlet = outlet
        self._session = requests.Session()
        self._session.trust_env = "//127.0.0.1" not in outlet.graph and "//localhost" not in outlet.graph
        self._session.headers["Authorization"] = f"Bearer {outlet.token}"
        self.made = 0
        self.dry_run = outlet.dry_run
        self.graph = outlet.graph

    def get(self, path: str, why: str, *, settles: bool = False) -> dict[str, Any]:
        """What is there.

        Args:
            path: below the version, with its query.
            why: what it is for, as the list of calls says it.
            settles: it was made a moment ago, so that a no is asked again.

        Raises:
            Refused: Graph does not show it.
            Stopped: it does not answer, or not sensibly.
        """
        if "<" in path:  # of something that is not there yet
            self._told("later", "GET", path, why)
            raise Refused(404, "", "not made yet")
        self._told("call", "GET", path, why)
        return self._sent("GET", path, None, again=True, settles=settles)

    def rows(self, path: str, why: str, *, settles: bool = False) -> list[dict[str, Any]]:
        """All rows of a collection, page by page. Raises as `get`."""
        rows: list[dict[str, Any]] = []
        for _ in range(_MOST_PAGES):
            answer = self.get(path, why, settles=settles)
            found = answer.get("value")
            if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
                raise Stopped(_nonsense("GET", path))
            rows += found
            following = str(answer.get("@odata.nextLink") or "")
            base = f"{self.graph}/v1.0"
            if not following.startswith(base):  # the token goes to Graph alone
                return rows
            path = following.removeprefix(base)
        return rows

    def post(self, path: str, body: Any, why: str, *, settles: bool = False) -> dict[str, Any]:
        """Makes something; empty in a dry run, and where the answer is. Raises as `get`."""
        return self._changed("POST", path, body, why, settles=settles)

    def patch(self, path: str, body: Any, why: str, *, settles: bool = False) -> None:
        """Changes something; twice is as good as once. Raises as `get`."""
        self._changed("PATCH", path, body, why, settles=settles)

    def _changed(self, method: str, path: str, body: Any, why: str, *, settles: bool) -> dict[str, Any]:
        self.made += 1
        self._told("would" if self.dry_run else "change", method, path, why)
        return {} if self.dry_run else self._sent(method, path, body, again=method == "PATCH", settles=settles)

    def _told(self, how: str, method: str, path: str, why: str) -> None:
        if self.dry_run:
            self._outlet.say(f"{how:<8} {method:<5} {path}  ({why})")

    def _sent(self, method: str, path: str, body: Any, *, again: bool, settles: bool) -> dict[str, Any]:
        waits = _waits(again=again)
        settling = iter([2.0**number for number in range(1, _SETTLE_TRIES + 1)] if settles else [])
        while True:
            answer = self._once(method, path, body)
            pause: float | None
            if answer is None or answer.status_code >= 500 or answer.status_code == 429:
                pause = next(waits, None) if again or (answer is not None and answer.status_code in _LATER) else None
                if pause is None:
                    raise Stopped(_silence(method, path, answer))
                if answer is not None:
                    pause = asked_for(answer.headers.get("Retry-After"), _LONGEST_WAIT) or pause
                    self._outlet.say(f"wait     Microsoft Graph asks for {pause:.0f} seconds of patience.")
                self._outlet.sleep(spread(pause))
                continue
            if answer.status_code < 300:
                return _object(method, path, answer)
            refused = _refused(method, path, answer)
            if _unsettled(refused) and (pause := next(settling, None)) is not None:
                self._outlet.sleep(pause)
                continue
            raise refused

    def _once(self, method: str, path: str, body: Any) -> requests.Response | None:
        """The answer; None when there is none."""
        content: dict[str, Any] = {"json": body}
        if isinstance(body, bytes):
            content = {"data": body, "headers": {"Content-Type": "application/zip"}}
        try:
            return self._session.request(
                method,
                f"{self.graph}/v1.0{quote(path, safe=_SAFE)}",
                timeout=(CONNECT_SECONDS, READ_SECONDS),
                allow_redirects=False,
                **content,
            )
        except requests.RequestException:
            return None


#: Of a path and its query, also one that was quoted before.
_SAFE = "/?&=$(),':@%+"


def quoted(text: str) -> str:
    """A text of somebody's as a literal of OData."""
    return "'" + quote(text.replace("'", "''"), safe="'") + "'"


def printable(text: str) -> str:
    """Without what would move the cursor of a terminal."""
    return "".join(letter if letter.isprintable() else " " for letter in text)[:300]


def _waits(*, again: bool) -> Iterator[float]:
    return (2.0**number for number in range(1, _TRIES if again else _TRIES + 1))


def _unsettled(refused: Refused) -> bool:
    return refused.missing or (refused.status == 400 and any(words in refused.text for words in _NOT_YET))


def _refused(method: str, path: str, answer: requests.Response) -> Refused:
    if answer.status_code == 401:
        raise Stopped("Microsoft Graph no longer takes the sign-in. Run setup again and sign in anew; it goes on where it stopped.")
    error = _object(method, path, answer).get("error")
    if not isinstance(error, dict):
        raise Stopped(_nonsense(method, path))
    return Refused(answer.status_code, printable(str(error.get("code", ""))), printable(str(error.get("message", ""))))


def _object(method: str, path: str, answer: requests.Response) -> dict[str, Any]:
    if not answer.content and answer.status_code in (201, 204):
        return {}
    with suppress(ValueError, RecursionError):
        if isinstance(found := answer.json(), dict):
            return found
    raise Stopped(_nonsense(method, path))


def _nonsense(method: str, path: str) -> str:
    return (
        f"The answer to {method} {path.partition('?')[0]} makes no sense: is there a proxy or a sign-in page between here and Microsoft "
        "Graph? Run setup again; it goes on where it stopped."
    )


def _silence(method: str, path: str, answer: requests.Response | None) -> str:
    said = f"answers {answer.status_code}" if answer is not None else "does not answer"
    return (
        f"Microsoft Graph {said} to {method} {path.partition('?')[0]}. Is there a network? Run setup again; it looks what is there already "
        "and goes on where it stopped."
    )
