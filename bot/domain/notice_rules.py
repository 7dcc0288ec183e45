"""What policy says of notices: who is told of a change, and by which way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from bot.domain.change import ChangeKind


class Way(StrEnum):
    """How somebody is told. A stored word, and the word for it in the policy file: never rename one."""

    TEAMS = "teams"
    MAIL = "mail"


@dataclass(frozen=True, slots=True)
class NoticeRules:
    """What `[notices]` of the policy says, as far as the installation can do it.

    Attributes:
        person, manager: the ways by which they are told; empty for not at all.
        manager_for: the kinds of change of which the manager hears.
        old_address: the email address that was replaced hears of it too.
        to_log: what cannot be delivered is told in the log channel too; not of the people of a file.
        bulk: the people of a file are told, by mail alone; their managers are not, and what cannot be delivered is counted on its card.
        mail, install: there is a mailbox to write from; the app can be installed for people. Without the latter Teams reaches those
            alone who have a chat with Doorman.
    """

    person: frozenset[Way] = frozenset(Way)
    manager: frozenset[Way] = frozenset()
    manager_for: frozenset[ChangeKind] = frozenset(
        {
            ChangeKind.CREATE_PASS,
            ChangeKind.RECOVER,
            ChangeKind.RESET_MFA,
            ChangeKind.RESET_EVERYTHING,
            ChangeKind.RESET_PASSWORD,
            ChangeKind.SET_PHONE,
        }
    )
    old_address: bool = True
    to_log: bool = False
    bulk: bool = True
    mail: bool = False
    install: bool = False


@dataclass(frozen=True, slots=True)
class NotMeRules:
    """What `[not_me]` of the policy says: what happens when somebody says that a change was not theirs. The freeze is always.

    Attributes:
        freeze_for: how long nobody changes the person.
        end_sessions: whoever is signed in has to sign in again.
        undo: what the operation added is removed, if it was said in Teams.
        log, approvers: who is told of it.
    """

    freeze_for: timedelta = timedelta(hours=24)
    end_sessions: bool = True
    undo: bool = True
    log: bool = True
    approvers: bool = True


#: Nobody is told anything.
NO_NOTICES = NoticeRules(frozenset(), frozenset(), old_address=False, bulk=False)
