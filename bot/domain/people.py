"""People: whoever types or presses (actor), and whoever's account changes (target)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.said import join, say, say_each


@dataclass(frozen=True, slots=True)
class Actor:
    """Who typed or pressed, as the validated activity says.

    Attributes:
        id: Entra object id.
        tenant_id: the tenant the message came from.
        name: display name as Teams sent it: untrusted text, for showing only.
        chat_id: the person's id in Teams (`29:…`), for mentions and for views of their own.
        upn: as Entra shows it; empty until it was looked up.
        language: what this person's Teams speaks; empty when we do not speak it, or for who acted before there were languages.
        zone: IANA name of the time zone of the person's Teams, for reading and saying times; empty when unknown.
    """

    id: str
    tenant_id: str
    name: str
    chat_id: str = ""
    upn: str = ""
    zone: str = ""
    language: str = ""


def is_external(upn: str) -> bool:
    """Whether a user principal name is one of those that Entra ID gives to accounts of other organisations.

    https://learn.microsoft.com/entra/external-id/user-properties#user-principal-name
    """
    return "#EXT#" in upn.upper()


@dataclass(frozen=True, slots=True)
class Person:
    """An account of the tenant, as Graph shows it. Names are untrusted text.

    `guest` is whoever was invited from another organisation: guests, and external members too. `sessions_from` is Graph's moment before
    which whatever was signed in has to sign in again, `password_changed` that of the last new password; empty where it was not read.
    `sam_account_name` is the name that a synced account has in the on-premises directory.
    """

    id: str
    name: str
    upn: str
    mail: str = ""
    job_title: str = ""
    department: str = ""
    enabled: bool = True
    guest: bool = False
    synced: bool = False
    sessions_from: str = ""
    password_changed: str = ""
    language: str = ""
    given_name: str = ""
    surname: str = ""
    sam_account_name: str = ""

    @property
    def external(self) -> bool:
        """Signs in with another organisation. A guest who does not is an internal one, with an account of this tenant."""
        return is_external(self.upn)

    @property
    def marks(self) -> tuple[str, ...]:
        """Words that set this account apart: disabled, guest, synced."""
        pairs = ((say("disabled"), not self.enabled), (say("guest"), self.guest), (say("synced from on-premises"), self.synced))
        return tuple(word for word, true in pairs if true)


@dataclass(frozen=True, slots=True)
class Standing:
    """What the directory knows of an actor at the gate.

    Attributes:
        person: the actor's own account.
        groups: those of the asked-for group ids in which the actor is a (nested) member.
    """

    person: Person
    groups: frozenset[str]


@dataclass(frozen=True, slots=True)
class Group:
    """A group of the tenant; its name is untrusted text."""

    id: str
    name: str


class Unseen(StrEnum):
    """What may make somebody an administrator and cannot be looked for; the value is the permission that would let us."""

    ELIGIBLE = "RoleEligibilitySchedule.Read.Directory"
    JOINABLE = "PrivilegedEligibilitySchedule.Read.AzureADGroup"

    @property
    def in_words(self) -> str:
        """As cards say it, in a sentence."""
        return say(
            "Not checked is who {could}, because I do not have the permission {permission}: they count as ordinary people.",
            could=_UNSEEN[self],
            permission=self.value,
        )


_UNSEEN = say_each(
    {
        Unseen.ELIGIBLE: "could activate an administrator's role",
        Unseen.JOINABLE: "could activate membership or ownership of a group that has one",
    }
)


@dataclass(frozen=True, slots=True)
class Privileges:
    """Why a person's account is protected; all empty for ordinary people.

    Attributes:
        roles: names of directory roles, held directly or through a group.
        eligible: names of directory roles the person could activate.
        groups: names of role-assignable groups the person is in.
        restricted: the account is in a restricted-management administrative unit.
        owns: names of role-assignable groups the person owns.
        joinable: names of role-assignable groups that the person, or a group they are in, could activate membership or ownership of.
        unseen: what could not be looked for, because nobody let us; no reason to protect anybody.
    """

    roles: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    restricted: bool = False
    eligible: tuple[str, ...] = ()
    owns: tuple[str, ...] = ()
    joinable: tuple[str, ...] = ()
    unseen: tuple[Unseen, ...] = ()

    def __bool__(self) -> bool:
        return self.administrator or self.restricted

    @property
    def said_unseen(self) -> tuple[str, ...]:
        """What was not looked for, a sentence each; nothing of somebody who is protected anyhow."""
        return () if self.administrator else tuple(each.in_words for each in self.unseen)

    @property
    def administrator(self) -> bool:
        """The person has, or can get by themselves, what an administrator's role gives."""
        return bool(self.roles or self.eligible or self.groups or self.owns or self.joinable)


def differences(before: Person, now: Person) -> str:
    """Which facts of an account have changed, in words; empty when none has that somebody decides by."""
    facts = (
        (say("name"), before.name, now.name),
        (say("user name"), before.upn, now.upn),
        (say("account"), _enabled(before), _enabled(now)),
        (say("job title"), before.job_title, now.job_title),
        (say("department"), before.department, now.department),
    )
    none = say("none")
    return join(
        ", ",
        (
            say("{label} {before} → {after}", label=label, before=was or none, after=is_now or none)
            for label, was, is_now in facts
            if was != is_now
        ),
    )


def _enabled(person: Person) -> str:
    return say("enabled") if person.enabled else say("disabled")
