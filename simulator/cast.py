"""The people of a small believable company, Fabrikam, and the groups and channels they work in.

One list for both simulators, so that the person who types in Teams is the person Entra knows.
Object ids are made from names, so they are the same at every start.
"""

from __future__ import annotations

import functools
import uuid
from dataclasses import dataclass, field

from simulator.registered import Registered, registered

_NAMESPACE = uuid.UUID("6f0b6f6e-9d0e-4b0a-8f5e-0d0c7a5e0001")


@functools.cache
def stable_id(name: str) -> str:
    """A GUID that is always the same for one name."""
    return str(uuid.uuid5(_NAMESPACE, name))


TENANT_ID = stable_id("tenant fabrikam")
OTHER_TENANT_ID = stable_id("tenant adatum")
DOMAIN = "fabrikam.example"

BOT_APP_ID = stable_id("app doorman bot")
BOT_SECRET = "demo-bot-secret"  # of the simulated tenant alone
GRAPH_APP_ID = stable_id("app doorman graph")
GRAPH_SECRET = "demo-graph-secret"
CATALOGUE_APP_ID = stable_id("catalogue doorman")  # of the app, in the organisation's catalogue


@dataclass(frozen=True, kw_only=True)
class Member:
    """One account of the tenant.

    `phones` maps a Graph phoneType to a number as Graph shows it; `sms_policy` says whether the SMS
    sign-in policy includes this person; `roles` are names of directory roles held directly, `eligible_roles` of those the person may
    activate (Privileged Identity Management); `restricted` accounts are in a restricted-management administrative unit.
    """

    name: str
    upn: str
    job_title: str = ""
    department: str = ""
    mail: str | None = None
    enabled: bool = True
    user_type: str = "Member"
    synced: bool = False
    manager: str | None = None
    roles: tuple[str, ...] = ()
    eligible_roles: tuple[str, ...] = ()
    restricted: bool = False
    phones: dict[str, str] = field(default_factory=dict)
    sms_policy: bool = True
    strong: tuple[str, ...] = ()  # other methods: "authenticator", "fido2", "hello", "otp", "email"
    methods: tuple[Registered, ...] = ()  # other methods with facts of their own; one of a kind in `strong` is that one
    default: str | None = None  # preferred second factor, as signInPreferences names it
    system_preferred: bool = False
    per_user_mfa: str = "disabled"
    language: str = ""  # preferredLanguage, such as "nl-NL"
    federated: bool = False
    pass_minutes: int | None = None  # the lifetime of a pass that is valid when the tenant starts
    other_tenant: bool = False
    employee_id: str = ""
    other_mails: tuple[str, ...] = ()
    mobile_phone: str | None = None  # of the profile, which is no authentication phone
    business_phones: tuple[str, ...] = ()  # likewise
    risk: str = ""  # a level, of whom Entra ID Protection holds at risk
    failed_sign_ins: int = 0  # within the hours before the tenant starts
    signed_in_ago: int | None = None  # seconds before the tenant starts; None for who never did
    photo: str = ""  # of `simulator/photos`
    aliases: tuple[str, ...] = ()  # proxy addresses beside that of `mail`, such as "smtp:bob@sales.contoso.com"

    @property
    def id(self) -> str:
        """The Entra object id."""
        return stable_id(f"user {self.upn}")


@dataclass(frozen=True, kw_only=True)
class Group:
    """A security group; `members` and `owners` are UPNs, `groups` are names of nested groups.

    `eligible_members` and `eligible_owners` may activate that (Privileged Identity Management): UPNs, and names of groups.
    """

    name: str
    members: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    eligible_members: tuple[str, ...] = ()
    eligible_owners: tuple[str, ...] = ()
    role_assignable: bool = False
    roles: tuple[str, ...] = ()  # directory roles held by the group

    @property
    def id(self) -> str:
        return stable_id(f"group {self.name}")


def _upn(local: str) -> str:
    return f"{local}@{DOMAIN}"


def _staff(name: str, title: str, department: str, **more: object) -> Member:
    local = name.lower().replace(" ", ".").replace("'", "")
    upn = _upn(local)
    return Member(name=name, upn=upn, mail=upn, job_title=title, department=department, **more)  # type: ignore[arg-type]


HELPDESK = (
    _staff("Hanna Visser", "Helpdesk agent", "IT Service Desk", manager=_upn("sam.okafor"), strong=("fido2",)),
    _staff("Bram Peeters", "Helpdesk agent", "IT Service Desk", manager=_upn("sam.okafor")),
    _staff("Nadia Haddad", "Helpdesk agent, evening shift", "IT Service Desk", manager=_upn("sam.okafor")),
    _staff("Sam Okafor", "Senior helpdesk agent", "IT Service Desk", manager=_upn("ada.admin"), strong=("fido2",)),
    _staff("Ingrid Lund", "Senior helpdesk agent", "IT Service Desk", manager=_upn("ada.admin")),
)

PEOPLE = (
    # the ones the stories are about
    Member(
        name="Alice Jansen",
        upn=_upn("alice"),
        mail=_upn("alice.jansen"),
        job_title="Account manager",
        department="Sales",
        manager=_upn("priya.raman"),
        strong=("authenticator",),
        default="push",
        methods=(registered("authenticator", "2024-11-18T09:30:00Z", "2026-01-05T07:58:00Z", displayName="iPhone 14"),),
        signed_in_ago=26 * 3600,
        photo="alice.jpg",
    ),
    _staff(
        "Omar Farouk",
        "Warehouse planner",
        "Logistics",
        manager=_upn("priya.raman"),
        default="sms",
        phones={"mobile": "+31 612345001", "alternateMobile": "+31 612345002", "office": "+31 201234567"},
        signed_in_ago=2 * 3600,
        photo="omar.farouk.jpg",
    ),
    _staff(
        "Sofia Rossi",
        "Payroll officer",
        "Finance",
        synced=True,
        manager=_upn("victoria.crane"),  # synced from on-premises AD
        phones={"mobile": "+39 3123456789"},
        risk="high",
    ),
    _staff("Kenji Tanaka", "Data analyst", "Research", manager=_upn("priya.raman"), sms_policy=False, phones={"mobile": "+81 9012345678"}),
    Member(
        name="Mia O'Brien",
        upn="mia.o'brien@" + DOMAIN,
        mail="mia.o'brien@" + DOMAIN,
        job_title="Store lead",
        department="Retail",
        manager=_upn("priya.raman"),
        phones={"mobile": "+353 851234567"},
    ),
    _staff("Jan de Vries", "Electrician", "Facilities", manager=_upn("hanna.visser")),  # an agent of the helpdesk
    Member(
        name="Jan de Vries",
        upn=_upn("jan.devries2"),
        mail=_upn("jan.devries2"),
        job_title="Buyer",
        department="Purchasing",
        manager=_upn("dirk.bakker"),  # who has left
    ),
    _staff("Dirk Bakker", "Former driver", "Logistics", enabled=False),
    Member(
        name="Gus Taylor (Adatum)",
        upn="gus.taylor_adatum.example#EXT#@" + DOMAIN,
        mail="gus.taylor@adatum.example",
        job_title="Consultant",
        department="",
        user_type="Guest",
    ),
    _staff("Ada Admin", "Identity administrator", "IT", roles=("Global Administrator",), strong=("fido2", "authenticator")),
    _staff("Theo Roth", "Cloud engineer", "IT"),  # privileged through a role-assignable group
    _staff("Emergency Access", "Break-glass account", "IT", roles=("Global Administrator",), strong=("fido2",)),
    _staff("Pia Kerr", "Messaging engineer", "IT", eligible_roles=("Exchange Administrator",), phones={"mobile": "+31 612345003"}),
    _staff("Rosa Klein", "Security analyst", "IT security", restricted=True, phones={"mobile": "+49 15123456789"}),
    Member(
        name="Milan Novak (Adatum)",
        upn="milan.novak_adatum.example#EXT#@" + DOMAIN,
        mail="milan.novak@adatum.example",
        job_title="Project lead",
        department="Projects",
    ),  # an external member: invited, and no guest
    _staff("Olga Petrenko", "Contractor", "Projects", user_type="Guest", phones={"mobile": "+31 612345014"}, default="sms"),  # of our own
    _staff("Victoria Crane", "Chief executive officer", "Executive office", phones={"mobile": "+44 7400123456"}),
    _staff("Oscar Outsider", "Office assistant", "Facilities"),
    _staff(
        "Priya Raman",
        "Head of sales",
        "Sales",
        manager=_upn("victoria.crane"),
        strong=("authenticator",),
        default="push",
        system_preferred=True,
        methods=(
            registered("authenticator", "2025-02-10T10:00:00Z", "2026-01-05T08:01:00Z", displayName="Galaxy S24"),
            registered(
                "fido2",
                "2025-09-01T12:00:00Z",
                displayName="Authenticator on Galaxy S24",
                model="Microsoft Authenticator",
                aaGuid="de1e552d-db1d-4423-a619-566b625cdc84",
            ),
            registered("hello", "2025-02-10T10:20:00Z", displayName="FAB-LT-0231"),
        ),
    ),
)

# people with something to recover
RECOVERY = (
    _staff(
        "Lotte Smit",
        "Recruiter",
        "People",
        manager=_upn("priya.raman"),
        phones={"mobile": "+31 612345010"},
        default="push",
        signed_in_ago=3 * 24 * 3600,
        photo="lotte.smit.jpg",
        methods=(registered("authenticator", "2025-06-02T08:15:00Z", "2026-01-02T16:40:00Z", displayName="iPhone 15"),),
    ),
    _staff(
        "Diego Vega",
        "Field engineer",
        "Facilities",
        manager=_upn("victoria.crane"),
        phones={"mobile": "+34 612345011"},  # for years, and so the number of his desk
        business_phones=("+34 911234567",),
        default="push",
        methods=(
            registered("authenticator", "2023-04-03T09:00:00Z", "2024-12-20T17:05:00Z", displayName="Pixel 8"),
            registered("authenticator", "2025-01-07T09:10:00Z", "2026-01-05T06:55:00Z", displayName="Pixel 8"),
        ),
    ),
    _staff(
        "Emre Demir",
        "Sales engineer",
        "Sales",
        manager=_upn("priya.raman"),
        phones={"mobile": "+31 612345013"},
        default="push",
        methods=(
            registered("authenticator", "2024-09-02T08:30:00Z", displayName="iPhone 15"),  # two devices: which one is gone?
            registered("authenticator", "2025-07-14T12:10:00Z", displayName="Galaxy S24"),
            registered("fido2", "2025-07-14T12:30:00Z", displayName="Blue key"),
        ),
    ),
    _staff(
        "Rina Patel",
        "Research fellow",
        "Research",
        manager=_upn("kenji.tanaka"),
        default="oath",
        failed_sign_ins=6,
        methods=(
            registered("otp"),
            registered("unknown", "2025-12-01T10:00:00Z"),
            registered("external", "2025-10-15T13:00:00Z"),
            registered("email", emailAddress="rina@mail.example"),
        ),
    ),
    _staff("Noor Dekker", "Trainee", "Sales", manager=_upn("priya.raman")),  # starts today: nothing is registered yet
    _staff("Wout Wiersma", "Trainee", "Logistics", manager=_upn("priya.raman"), pass_minutes=480),  # a pass and nothing else
    _staff(
        "Freya Nilsen",
        "Translator",
        "Communications",
        manager=_upn("victoria.crane"),
        federated=True,
        phones={"mobile": "+47 41234567"},
        default="sms",
    ),  # signs in at another identity provider
    _staff(
        "Gert Brandt",
        "Forklift driver",
        "Logistics",
        manager=_upn("gus.taylor_adatum.example#EXT#"),  # a guest
        default="oath",
        per_user_mfa="enforced",
        methods=(registered("hardware", "2025-03-20T07:00:00Z"), registered("qr", "2025-03-20T07:05:00Z")),
    ),
    _staff(
        "Mei Lin",
        "Designer",
        "Marketing",
        language="nl-NL",
        manager=_upn("priya.raman"),
        phones={"mobile": "+31 612345012", "office": "+31 201234570"},
        default="voiceMobile",
        methods=(registered("platform", "2025-08-11T09:45:00Z"), registered("passwordless", displayName="Pixel 5")),
    ),
)

STRANGER = Member(
    name="Eve Elsewhere", upn="eve@adatum.example", mail="eve@adatum.example", job_title="Nobody here", department="", other_tenant=True
)

#: The shared mailbox from which people are told; sign-in is blocked, as it should be for one.
NOTICES = _staff("Account notices", "", "", enabled=False)
MAILBOXES = (NOTICES,)

_FIRST = ("Anna", "Ben", "Carla", "David", "Elif", "Fatima", "George", "Helena", "Ivan", "Julia", "Karim", "Lena", "Marco", "Nora", "Pavel")
_LAST = ("Andersson", "Bianchi", "Carvalho", "Dubois", "Eriksen", "Fischer", "Garcia", "Horvat")
_JOBS = (("Accountant", "Finance"), ("Nurse", "Health"), ("Driver", "Logistics"), ("Developer", "Research"), ("Clerk", "Retail"))

CROWD = tuple(
    _staff(
        f"{first} {last}",
        *_JOBS[(i + j) % len(_JOBS)],
        synced=(i + j) % 3 == 0,
        phones={"mobile": f"+31 6{20000000 + i * 100 + j}"} if (i + j) % 2 else {},
    )
    for i, first in enumerate(_FIRST)
    for j, last in enumerate(_LAST)
)

EVERYONE = HELPDESK + PEOPLE + RECOVERY + CROWD

GROUPS = (
    Group(
        name="Helpdesk",
        members=tuple(_upn(n) for n in ("hanna.visser", "bram.peeters", "sam.okafor", "ingrid.lund")),
        groups=("Helpdesk evening",),
    ),
    Group(name="Helpdesk evening", members=(_upn("nadia.haddad"),)),  # nested: membership must be transitive
    Group(name="Helpdesk seniors", members=(_upn("sam.okafor"), _upn("ingrid.lund"))),
    Group(name="Doorman administrators", members=(_upn("sam.okafor"),)),
    Group(
        name="Tier 0 operators",
        members=(_upn("theo.roth"),),
        owners=(_upn("ada.admin"),),
        eligible_owners=(_upn("ada.admin"),),
        role_assignable=True,
        roles=("Privileged Role Administrator",),
    ),
    Group(name="Executives", members=(_upn("victoria.crane"), _upn("priya.raman"))),
    Group(name="No sign-in by text message"),  # whom the SMS policy excludes: those without `sms_policy`
)
#: Excluded from the tenant's SMS policy.
NO_SMS = GROUPS[-1]


@dataclass(frozen=True, kw_only=True)
class Channel:
    """A channel of the one team; ids look as Teams makes them."""

    name: str

    @property
    def id(self) -> str:
        return f"19:{stable_id('channel ' + self.name).replace('-', '')}@thread.tacv2"


def channel(name: str) -> Channel:
    """The channel with this name; KeyError when there is none."""
    return {c.name: c for c in CHANNELS}[name]


TEAM_NAME = "IT Service Desk"
TEAM_ID = f"19:{stable_id('team').replace('-', '')}@thread.tacv2"
CHANNELS = (Channel(name="Helpdesk"), Channel(name="Doorman log"), Channel(name="Approvals"))
TEAM_MEMBERS = (*(member.upn for member in HELPDESK), _upn("ada.admin"), _upn("oscar.outsider"))


def person(name_or_upn: str) -> Member:
    """The member with this UPN, or the first with this display name.

    Raises:
        KeyError: nobody is called so.
    """
    for member in (*EVERYONE, STRANGER):
        if name_or_upn in (member.upn, member.name, member.id):
            return member
    raise KeyError(name_or_upn)


def group(name: str) -> Group:
    """The group with this name; KeyError when there is none."""
    return {g.name: g for g in GROUPS}[name]
