"""The tenant: accounts, groups, directory roles. Knows nothing of HTTP."""

from __future__ import annotations

import re
from collections import UserDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from simulator import cast
from simulator.entra.conditional_access import ConditionalAccess
from simulator.entra.exchange import Exchange
from simulator.entra.message import AuditRow, Write
from simulator.entra.newness import Newness
from simulator.entra.people import People
from simulator.entra.profile import photo_called
from simulator.entra.risk import Risk
from simulator.entra.sign_in import Seen, TemporaryPass, TenantSignIn, held, sign_in_of
from simulator.entra.sign_in_log import WRONG_PASSWORD, SignInRow, row
from simulator.entra.teamwork import Teamwork
from simulator.entra.tokens import AppRegistration

# https://learn.microsoft.com/graph/api/resources/phoneauthenticationmethod: the same ids in every tenant
PHONE_IDS = {
    "mobile": "3179e48a-750b-4051-897c-87b9720928f7",
    "alternateMobile": "b6332ec1-7057-4abe-9331-3d72feddfe41",
    "office": "e37fc753-ff3b-4958-9484-eaa9425c82bc",
}
PHONE_TYPES = {phone_id: phone_type for phone_type, phone_id in PHONE_IDS.items()}

# https://learn.microsoft.com/entra/identity/role-based-access-control/permissions-reference
ROLE_TEMPLATES = {
    "Global Administrator": "62e90394-69f5-4237-9190-012177145e10",
    "Privileged Role Administrator": "e8611ab8-c189-46e8-94e1-60213ab1f814",
    "Privileged Authentication Administrator": "7be44c8a-adaf-4e2a-84d6-ab2649e08a13",
    "Authentication Administrator": "c4e39bd9-1100-46d3-8c65-fb160da0071f",
    "User Administrator": "fe930be7-5e62-47db-91af-98c3a49a38b1",
    "Helpdesk Administrator": "729827e3-9c14-49f7-bb1b-9608f156bbb8",
    "Exchange Administrator": "29232cdf-9323-42fd-ade2-1d097af3e4de",
    "Directory Readers": "88d8e3e3-8f55-4a1e-953a-9b9898b8876b",
    "Guest Inviter": "95e79109-95c0-4d8e-aee3-d01accf2d47b",
}


def role_template(name: str) -> str:
    """The template id of a role, which is also the id of its unified definition; made up for roles not listed above."""
    return ROLE_TEMPLATES.get(name) or cast.stable_id(f"role {name}")


def digits(number: str) -> str:
    """What makes two spellings the same number; extensions do not count."""
    return re.sub(r"\D", "", number.partition("x")[0])


@dataclass(frozen=True, slots=True)
class PhoneState:
    """One authentication phone as stored."""

    number: str
    sms_sign_in: str = "notEnabled"


class Phones(UserDict[str, PhoneState]):
    """phoneType to phone. Every assignment keeps the tenant's register of SMS sign-in names right, so tests may assign freely."""

    def __init__(self, owner_id: str, sms_names: dict[str, set[str]]) -> None:
        super().__init__()
        self._owner_id = owner_id
        self._sms_names = sms_names

    def __setitem__(self, phone_type: str, phone: PhoneState) -> None:
        if phone_type not in PHONE_IDS:
            raise KeyError(phone_type)
        self._forget(phone_type)
        super().__setitem__(phone_type, phone)
        if phone.sms_sign_in == "ready":
            self._sms_names.setdefault(digits(phone.number), set()).add(self._owner_id)

    def __delitem__(self, phone_type: str) -> None:
        self._forget(phone_type)
        super().__delitem__(phone_type)

    def _forget(self, phone_type: str) -> None:
        held = self.data.get(phone_type)
        if held and held.sms_sign_in == "ready":
            self._sms_names.get(digits(held.number), set()).discard(self._owner_id)


_NAMES = frozenset(("upn", "mail", "other_mails", "aliases", "display_name", "given_name", "surname"))


class Person:
    """One account; plain attributes that tests may change.

    `external` accounts were invited from another tenant, as guests or as members all the same; a guest of our own is no external one:
    https://learn.microsoft.com/entra/external-id/user-properties
    `roles` are names of directory roles held directly, `eligible_roles` of those that may be activated. `on_rename` is called before and
    after a change of what people are found by; tuples of addresses are therefore replaced, never changed in place.
    """

    on_rename: Callable[[Person], None] | None = None
    on_sms_policy: Callable[[Person], None] | None = None

    def __init__(self, member: cast.Member, sms_names: dict[str, set[str]]) -> None:
        self.id = member.id
        self.upn = member.upn
        self.display_name: str | None = member.name  # anything but the user principal name may be missing
        given, _, family = member.name.partition(" ")
        self.given_name: str | None = given
        self.surname: str | None = family.removesuffix(" (Adatum)")
        self.mail = member.mail
        self.other_mails = member.other_mails
        self.aliases = member.aliases
        self.mailbox = member.mail is not None and "#EXT#" not in member.upn  # of our own
        self.teams_licence = "#EXT#" not in member.upn
        self.app_blocked = False  # by a policy of Teams
        self.employee_id = member.employee_id
        self.job_title = member.job_title
        self.department = member.department
        self.account_enabled = member.enabled
        self.user_type = member.user_type
        self.external = "#EXT#" in member.upn
        self.synced = member.synced
        self.sam_account_name = member.upn.partition("@")[0][:20]  # shown of synced people alone
        self.management_restricted = member.restricted
        self.language = member.language
        self.mobile_phone, self.business_phones = member.mobile_phone, member.business_phones  # of the profile
        self.risk = Risk(member.risk) if member.risk else None
        self.photo = photo_called(member.photo)
        self.last_sign_in: float | None = None  # that succeeded
        self.manager_id = cast.stable_id(f"user {member.manager}") if member.manager else None
        self.roles = list(member.roles)
        self.eligible_roles = list(member.eligible_roles)
        self.strong = list(member.strong)
        self.sign_in = sign_in_of(member)
        self.sms_policy = member.sms_policy and not self.guest
        self.newness = Newness()
        self.phones = Phones(self.id, sms_names)
        self._hidden_changes: list[tuple[float, Seen]] = []
        for phone_type, number in member.phones.items():
            self.phones[phone_type] = PhoneState(number, self.resting_state(phone_type))

    def __setattr__(self, name: str, value: object) -> None:
        if name in _NAMES and self.on_rename is not None:
            self.on_rename(self)
            super().__setattr__(name, value)
            self.on_rename(self)
        else:
            super().__setattr__(name, value)

    @property
    def guest(self) -> bool:
        return self.user_type == "Guest"

    @property
    def proxy_addresses(self) -> tuple[str, ...]:
        """The primary one follows from `mail`: https://learn.microsoft.com/graph/api/resources/user (mail, proxyAddresses)."""
        return (f"SMTP:{self.mail}", *self.aliases) if self.mail else self.aliases

    def resting_state(self, phone_type: str) -> str:
        """smsSignInState of a phone that is not (or no longer) a sign-in name."""
        if phone_type != "mobile":
            return "notSupported"
        return "notEnabled" if self.sms_policy else "notAllowedByPolicy"

    def set_sms_policy(self, allowed: bool) -> None:
        """Puts the person in or out of the SMS sign-in policy, and the mobile phone in the state that follows."""
        self.sms_policy = allowed
        if self.on_sms_policy is not None:
            self.on_sms_policy(self)
        if "mobile" in self.phones:
            self.phones["mobile"] = PhoneState(self.phones["mobile"].number, self.resting_state("mobile"))

    def hide_next_change(self, until: float) -> None:
        """Reads show the methods as they are now until that moment, whatever changes meanwhile."""
        self._hidden_changes.append((until, self.holding()))

    def holding(self) -> Seen:
        """The methods as they are."""
        methods = held(self.strong, self.upn, self.id, self.sign_in)
        return Seen(dict(self.phones), methods, self.sign_in.temporary_pass)

    def seen(self, now: float) -> Seen:
        """The methods as reads see them; older than `holding` while a change is hidden."""
        if self._hidden_changes:
            self._hidden_changes = [change for change in self._hidden_changes if change[0] > now]
            if self._hidden_changes:
                return self._hidden_changes[0][1]
        return self.holding()

    def visible_phones(self, now: float) -> Mapping[str, PhoneState]:
        """The phones as reads see them."""
        return self.seen(now).phones


class GroupState:
    """One security group. `members` are object ids of people and of nested groups: change them with `Tenant.join` and `leave`.

    `owners` are object ids of people; `eligible` are (object id of a person or a group, "member" or "owner") of those who may activate
    that. Both are plain sets that tests may change.
    """

    def __init__(self, group: cast.Group, *, group_id: str = "", description: str | None = None) -> None:
        self.id = group_id or group.id
        self.name = group.name
        self.description = description
        self.role_assignable = group.role_assignable
        self.roles = list(group.roles)
        self.members: set[str] = set()
        self.owners: set[str] = set()
        self.eligible: set[tuple[str, str]] = set()


class Tenant:
    """All accounts and groups, with the indexes that keep look-ups constant in time."""

    def __init__(self, people: Iterable[cast.Member], groups: Iterable[cast.Group], clock: Callable[[], float]) -> None:
        self.id = cast.TENANT_ID
        self.domain = cast.DOMAIN
        self.clock = clock
        self.second_phone_status = 409  # some deployments answer 400 "already registered"
        self.licence = "P2"  # or "P1", or "Free": what Privileged Identity Management and the audit log depend on
        self.sign_in = TenantSignIn()
        self.exchange = Exchange()
        self.teamwork = Teamwork()
        self.access = ConditionalAccess()
        self.apps: dict[str, AppRegistration] = {}  # by client id
        self.unseen_calls = 0  # to what was registered a moment ago that still meet a part of the service that does not know it
        self.secrets_allowed = True  # whether the policy for apps lets them have client secrets
        self.visibility_delay = 0.0  # set by a fault for the duration of one write
        self.audit_delay = 0.0  # likewise, for the audit log
        self.auditing = True  # whether changes get into the audit log; a very long run does better without
        self.writes: list[Write] = []
        self.audits: list[AuditRow] = []
        self.sign_ins: list[SignInRow] = []
        self.sms_names: dict[str, set[str]] = {}
        self.people = People()
        self._by_upn: dict[str, Person] = {}
        self.groups: dict[str, GroupState] = {}
        self._parents: dict[str, set[str]] = {}
        for member in people:
            self.admit(member)
        self.shared = [Person(member, self.sms_names) for member in cast.MAILBOXES]  # found by name and id, and in no list
        self._by_upn |= {key: person for person in self.shared for key in (person.upn, person.id)}
        self.form(groups)
        for person in self.people.values():
            self._exclude(person)

    def admit(self, member: cast.Member) -> Person:
        """Adds an account."""
        person = Person(member, self.sms_names)
        if member.pass_minutes is not None:
            now = self.clock()
            person.sign_in.temporary_pass = TemporaryPass(cast.stable_id(f"pass of {person.upn}"), now, now, member.pass_minutes, False)
        if member.signed_in_ago is not None:
            person.last_sign_in = self.clock() - member.signed_in_ago
        self.sign_ins += [row(person, self.clock() - 900 * number, WRONG_PASSWORD) for number in range(1, member.failed_sign_ins + 1)]
        self.people[person.id] = person
        self._by_upn[person.upn.lower()] = person
        person.on_sms_policy = self._exclude
        self._exclude(person)
        return person

    def _exclude(self, person: Person) -> None:
        """Keeps the group that the SMS policy excludes in step; guests are outside the policy anyhow."""
        if (group := self.groups.get(cast.NO_SMS.id)) is not None:
            (self.leave if person.sms_policy or person.guest else self.join)(group, person.id)

    def form(self, groups: Iterable[cast.Group]) -> None:
        """Adds groups, which may be inside each other, or members to groups; the members have to be there already."""
        declared = list(groups)
        for group in declared:
            if group.id not in self.groups:
                self.groups[group.id] = GroupState(group)
        for group in declared:
            for upn in group.members:
                self.join(self.groups[group.id], self._by_upn[upn.lower()].id)
            for nested in group.groups:
                self.join(self.groups[group.id], self.group(nested).id)
            self.groups[group.id].owners |= {self._by_upn[upn.lower()].id for upn in group.owners}
            for access, keys in (("member", group.eligible_members), ("owner", group.eligible_owners)):
                self.groups[group.id].eligible |= {(self.principal(key).id, access) for key in keys}

    def hiding(self, what: str) -> float:
        """For how many seconds reads do not show a change of this name."""
        return max(self.visibility_delay, self.sign_in.delete_delay if what.endswith(".delete") else 0.0)

    def accounts(self) -> Iterator[Person]:
        """Everybody, and the shared mailboxes."""
        yield from self.people.values()
        yield from self.shared

    def find(self, key: str) -> Person | None:
        """The person with this object id or user principal name."""
        key = key.lower()
        return self.people.get(key) or self._by_upn.get(key)

    def person(self, key: str) -> Person:
        """As `find`, and by display name; KeyError when nobody is called so."""
        found = self.find(key) or next((p for p in self.people.values() if p.display_name == key), None)
        if found is None:
            raise KeyError(key)
        return found

    def group(self, key: str) -> GroupState:
        """The group with this object id or name; KeyError when there is none."""
        if key in self.groups:
            return self.groups[key]
        return {group.name: group for group in self.groups.values()}[key]

    def principal(self, key: str) -> Person | GroupState:
        """The person or the group with this object id, user principal name or group name; KeyError when there is neither."""
        return self.find(key) or self.group(key)

    def join(self, group: GroupState, member_id: str) -> None:
        """Adds a person or a group to a group; doing it twice changes nothing."""
        group.members.add(member_id)
        self._parents.setdefault(member_id, set()).add(group.id)

    def leave(self, group: GroupState, member_id: str) -> None:
        """Takes a member out of a group, if it is there."""
        group.members.discard(member_id)
        self._parents.get(member_id, set()).discard(group.id)

    def direct_groups(self, member_id: str) -> list[GroupState]:
        return sorted((self.groups[i] for i in self._parents.get(member_id, ())), key=lambda g: g.name)

    def transitive_groups(self, member_id: str) -> dict[str, GroupState]:
        """Every group the member is in, directly or through other groups."""
        found: dict[str, GroupState] = {}
        waiting = list(self._parents.get(member_id, ()))
        while waiting:
            group_id = waiting.pop()
            if group_id not in found:
                found[group_id] = self.groups[group_id]
                waiting.extend(self._parents.get(group_id, ()))
        return found

    def transitive_people(self, group: GroupState) -> list[Person]:
        """Everybody in the group or in a group inside it, each once."""
        seen: set[str] = set()
        waiting = [group.id]
        while waiting:
            member_id = waiting.pop()
            if member_id not in seen:
                seen.add(member_id)
                waiting.extend(self.groups[member_id].members if member_id in self.groups else ())
        if len(seen) > len(self.people) // 8:
            return [person for person in self.people.values() if person.id in seen]
        return self.people.ordered(self.people[member_id] for member_id in seen if member_id in self.people)

    def role_assignments(self) -> Iterable[tuple[str, str]]:
        """(principal id, role name) of every active assignment."""
        for person in self.people.values():
            for role in person.roles:
                yield person.id, role
        for group in self.groups.values():
            for role in group.roles:
                yield group.id, role

    def sms_name_taken(self, number: str, by_other_than: Person) -> bool:
        """Whether the number is the SMS sign-in name of somebody else."""
        return bool(self.sms_names.get(digits(number), set()) - {by_other_than.id})
