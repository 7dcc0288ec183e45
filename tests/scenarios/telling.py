"""What the scenarios of notices share: an installation that can tell everybody, and looking at what they were told."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from bot.domain.notice_rules import NoticeRules, Way
from simulator import cast, doorman
from simulator.entra.exchange import Mail
from tests.desk import Answer, Desk
from tests.scenarios.bulking import told, until, words

PUBLIC_URL = "http://127.0.0.1:3978"
#: Settings for `Desk`.
TELLING: dict[str, Any] = doorman.telling(PUBLIC_URL)
MAIL_ALONE: dict[str, Any] = {**TELLING, "TEAMS_CATALOG_APP_ID": ""}
MINUTES = timedelta(minutes=10)
WITH_MANAGER = NoticeRules(manager=frozenset(Way))
NEVER = "We never ask for a code, a password or an approval"


async def notice(desk: Desk, who: cast.Member, *words: str) -> Answer:
    """Waits for a notice in somebody's own chat that carries all these words."""
    return Answer(desk, await told(desk, who, NEVER, *words), who)


def notices(desk: Desk, who: cast.Member) -> list[str]:
    """Every notice in somebody's own chat, oldest first."""
    return [
        words(message) for message in desk.teams.thread(desk.teams.threads.find(who)[0].id) if message.by_bot and NEVER in words(message)
    ]


async def mail(desk: Desk, who: cast.Member | str, *words: str) -> Mail:
    """Waits for a mail that carries all these words."""
    await until(lambda: bool(_mails(desk, who, words)))
    return _mails(desk, who, words)[-1]


def inbox(desk: Desk, who: cast.Member | str) -> list[Mail]:
    """What somebody got, or an address that is nobody's."""
    return desk.entra.inbox(who if isinstance(who, str) else who.mail or "")


def _mails(desk: Desk, who: cast.Member | str, words: tuple[str, ...]) -> list[Mail]:
    return [each for each in inbox(desk, who) if all(word in f"{each.subject} {each.content}" for word in words)]


def link_in(mail: Mail) -> str:
    """The id in the link that stops everything."""
    found = re.search(rf"{re.escape(PUBLIC_URL)}/n/([0-9a-f]{{32}})\b", mail.content)
    assert found, mail.content
    return found[1]
