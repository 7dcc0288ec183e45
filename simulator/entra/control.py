"""A back door for the demo page and for tests in other processes: look at the tenant, change it, make it fail. No authentication."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from functools import partial
from typing import Any

from aiohttp import web

from simulator.cast import Member
from simulator.entra import audits, control_sign_in
from simulator.entra.faults import Faults
from simulator.entra.message import RecordedRequest
from simulator.entra.methods import all_methods
from simulator.entra.newness import hire
from simulator.entra.risk import LEVELS, Risk
from simulator.entra.state import PHONE_IDS, Person, PhoneState, Tenant

_STATES = ("notSupported", "notAllowedByPolicy", "notEnabled", "phoneNumberNotUnique", "ready", "notConfigured")
_FLAGS = {
    "accountEnabled": "account_enabled",
    "synced": "synced",
    "managementRestricted": "management_restricted",
    "mailbox": "mailbox",
    "teamsLicence": "teams_licence",
    "appBlocked": "app_blocked",
}
_LISTS = {"roles": "roles", "eligibleRoles": "eligible_roles", "strong": "strong"}
_AUDIT_FIELDS = {"activity": "activity", "reason": "reason", "appId": "app_id"}
Handler = Callable[[web.Request], Awaitable[web.Response]]


def described(tenant: Tenant, person: Person) -> dict[str, Any]:
    """An account as the demo page shows it: always the true state, never a delayed one."""
    manager = tenant.people.get(person.manager_id or "")
    return {
        "id": person.id,
        "userPrincipalName": person.upn,
        "displayName": person.display_name,
        "jobTitle": person.job_title,
        "department": person.department,
        "mail": person.mail,
        "mailbox": person.mailbox,
        "teamsLicence": person.teams_licence,
        "appBlocked": person.app_blocked,
        "accountEnabled": person.account_enabled,
        "userType": person.user_type,
        "synced": person.synced,
        "smsPolicy": person.sms_policy,
        "managementRestricted": person.management_restricted,
        "manager": manager.upn if manager else None,
        "roles": list(person.roles),
        "eligibleRoles": list(person.eligible_roles),
        "strong": list(person.strong),
        "groups": [group.name for group in tenant.direct_groups(person.id)],
        "owns": sorted(group.name for group in tenant.groups.values() if person.id in group.owners),
        "eligibleGroups": {
            access: sorted(group.name for group in tenant.groups.values() if (person.id, access) in group.eligible)
            for access in ("member", "owner")
        },
        "mobilePhone": person.mobile_phone,
        "businessPhones": list(person.business_phones),
        "risk": person.risk and person.risk.level,
        "phones": {kind: {"number": phone.number, "smsSignInState": phone.sms_sign_in} for kind, phone in person.phones.items()},
        "methods": list(all_methods(tenant, person, person.holding(), "v1.0")),
        "signIn": control_sign_in.described(person),
    }


def change(tenant: Tenant, person: Person, wanted: dict[str, Any]) -> None:
    """Puts an account in another state; nothing changes when any part of it is wrong.

    Raises:
        ValueError: an unknown field, phone type, state or group, or a value of the wrong type.
    """
    steps: list[Callable[[], None]] = []
    for name, value in wanted.items():
        if name in _FLAGS and isinstance(value, bool):
            steps.append(partial(setattr, person, _FLAGS[name], value))
        elif name in _LISTS and isinstance(value, list) and all(isinstance(item, str) for item in value):
            steps.append(partial(setattr, person, _LISTS[name], list(value)))
        elif name in ("risk", "mobilePhone", "businessPhones"):
            steps.append(_known_step(tenant, person, name, value))
        elif name == "smsPolicy" and isinstance(value, bool):
            steps.append(partial(person.set_sms_policy, value))
        elif name == "groups" and isinstance(value, list):
            steps.append(_groups_step(tenant, person, value))
        elif name == "owns" and isinstance(value, list):
            steps.append(_owns_step(tenant, person, value))
        elif name == "eligibleGroups" and isinstance(value, dict) and value.keys() <= {"member", "owner"}:
            steps.extend(_eligible_step(tenant, person, access, names) for access, names in value.items())
        elif name == "phones" and isinstance(value, dict):
            steps.extend(_phone_step(person, kind, phone) for kind, phone in value.items())
        elif name == "signIn":
            steps.extend(control_sign_in.steps(tenant, person, value))
        else:
            raise ValueError(f"{name}={value!r} is nothing that can be changed")
    for step in steps:
        step()


def _known_step(tenant: Tenant, person: Person, name: str, value: Any) -> Callable[[], None]:
    """A level of risk or none; a number of the profile."""
    if name == "risk" and (value is None or value in LEVELS):
        return partial(setattr, person, name, Risk(value, at=tenant.clock()) if value else None)
    if name == "mobilePhone" and isinstance(value, str | None):
        return partial(setattr, person, "mobile_phone", value)
    if name == "businessPhones" and isinstance(value, list) and all(isinstance(item, str) for item in value):
        return partial(setattr, person, "business_phones", tuple(value))
    raise ValueError(f"{name}={value!r} is nothing that can be known of somebody")


def _ids(tenant: Tenant, names: Any) -> set[str]:
    try:
        return {tenant.group(name).id for name in names}
    except (KeyError, TypeError) as error:
        raise ValueError(f"no group is called {error}") from None


def _owns_step(tenant: Tenant, person: Person, names: list[str]) -> Callable[[], None]:
    wanted = _ids(tenant, names)

    def step() -> None:
        for group in tenant.groups.values():
            (group.owners.add if group.id in wanted else group.owners.discard)(person.id)

    return step


def _eligible_step(tenant: Tenant, person: Person, access: str, names: Any) -> Callable[[], None]:
    """What the person may activate in groups: membership, or ownership."""
    wanted = _ids(tenant, names)

    def step() -> None:
        for group in tenant.groups.values():
            (group.eligible.add if group.id in wanted else group.eligible.discard)((person.id, access))

    return step


def _groups_step(tenant: Tenant, person: Person, names: list[str]) -> Callable[[], None]:
    wanted = _ids(tenant, names)

    def step() -> None:
        for group in tenant.groups.values():
            (tenant.join if group.id in wanted else tenant.leave)(group, person.id)

    return step


def _phone_step(person: Person, kind: str, phone: Any) -> Callable[[], None]:
    """A phone is a number, an object with number and smsSignInState, or null to take it away."""
    if kind not in PHONE_IDS:
        raise ValueError(f"{kind!r} is no phone type")
    if phone is None:

        def drop() -> None:
            person.phones.pop(kind, None)

        return drop
    if isinstance(phone, str):
        phone = {"number": phone}
    state = phone.get("smsSignInState") if isinstance(phone, dict) else None
    if not isinstance(phone, dict) or not isinstance(phone.get("number"), str) or state not in (None, *_STATES):
        raise ValueError(f"{phone!r} is no phone")

    def step() -> None:
        person.phones[kind] = PhoneState(phone["number"], state or person.resting_state(kind))

    return step


class Control:
    """The handlers of `/_control`."""

    def __init__(self, tenant: Tenant, faults: Faults, requests: deque[RecordedRequest]) -> None:
        self._tenant = tenant
        self._faults = faults
        self._requests = requests

    def add_to(self, router: web.UrlDispatcher) -> None:
        routes: tuple[tuple[str, str, Handler], ...] = (
            ("GET", "/_control/people", self.people),
            ("POST", "/_control/people", self.hire),
            ("POST", "/_control/people/{user}", self.change),
            ("POST", "/_control/people/{user}/methods", self.register),
            ("DELETE", "/_control/people/{user}/methods/{method}", self.take_away),
            ("GET", "/_control/state/{user}", self.state),
            ("GET", "/_control/tenant", self.tenant),
            ("POST", "/_control/tenant", self.change_tenant),
            ("POST", "/_control/directory-sync", self.synchronise),
            ("DELETE", "/_control/registration-report", self.forget_report),
            ("GET", "/_control/faults", self.faults),
            ("POST", "/_control/faults", self.add_fault),
            ("DELETE", "/_control/faults", self.clear_faults),
            ("GET", "/_control/writes", self.writes),
            ("GET", "/_control/audits", self.audits),
            ("POST", "/_control/audits", self.add_audit),
            ("DELETE", "/_control/audits/{row}", self.drop_audit),
            ("GET", "/_control/requests", self.requests),
        )
        for method, path, handler in routes:
            router.add_route(method, path, handler)

    async def people(self, _: web.Request) -> web.Response:
        return web.json_response({"value": [described(self._tenant, person) for person in self._tenant.people.values()]})

    async def hire(self, request: web.Request) -> web.Response:
        """An account made at this moment: `userPrincipalName`, `displayName`, and `seconds` and `calls` as `newness.hire` has them."""
        wanted: dict[str, Any] = {"displayName": "", "seconds": 30.0, "calls": 0} | await object_in(request)
        name, upn = wanted.pop("displayName"), wanted.pop("userPrincipalName", "")
        numbers = all(isinstance(value, (int, float)) and value >= 0 for value in wanted.values())
        if not isinstance(name, str) or not isinstance(upn, str) or "@" not in upn or not numbers or set(wanted) != {"seconds", "calls"}:
            raise refused("an account has a userPrincipalName and a displayName; seconds and calls are numbers")
        if self._tenant.find(upn):
            raise refused(f"{upn} is there already")
        person = hire(self._tenant, Member(name=name, upn=upn, mail=upn), **wanted)
        return web.json_response(described(self._tenant, person), status=201)

    async def state(self, request: web.Request) -> web.Response:
        return web.json_response(described(self._tenant, self._person(request)))

    async def change(self, request: web.Request) -> web.Response:
        person = self._person(request)
        wanted = await object_in(request)
        try:
            change(self._tenant, person, wanted)
        except ValueError as error:
            raise refused(str(error)) from None
        return web.json_response(described(self._tenant, person))

    async def register(self, request: web.Request) -> web.Response:
        """The person registers one more method, as at the registration page."""
        person = self._person(request)
        try:
            method = control_sign_in.method_described(await object_in(request))
        except ValueError as error:
            raise refused(str(error)) from None
        return web.json_response(control_sign_in.shown(person.sign_in.add(person.upn, method)), status=201)

    async def take_away(self, request: web.Request) -> web.Response:
        try:
            control_sign_in.take_away(self._person(request), request.match_info["method"])
        except KeyError:
            raise web.HTTPNotFound(text=json.dumps({"error": "no such method"}), content_type="application/json") from None
        return web.Response(status=204)

    async def tenant(self, _: web.Request) -> web.Response:
        return web.json_response(control_sign_in.tenant_described(self._tenant))

    async def change_tenant(self, request: web.Request) -> web.Response:
        wanted = await object_in(request)
        try:
            control_sign_in.change_tenant(self._tenant, wanted)
        except ValueError as error:
            raise refused(str(error)) from None
        return web.json_response(control_sign_in.tenant_described(self._tenant))

    async def synchronise(self, _: web.Request) -> web.Response:
        """The next cycle of the synchronisation with on-premises: what that side masters is as it is there."""
        for person in self._tenant.people.values():
            if person.synced:
                person.account_enabled = person.sign_in.enabled_on_premises
        return web.Response(status=204)

    async def forget_report(self, _: web.Request) -> web.Response:
        """The registration report is made anew at the next look."""
        self._tenant.sign_in.report.forget()
        return web.Response(status=204)

    async def faults(self, _: web.Request) -> web.Response:
        return web.json_response({"value": [fault.described() for fault in self._faults.rules]})

    async def add_fault(self, request: web.Request) -> web.Response:
        description = await object_in(request)
        try:
            fault = self._faults.add_described(description)
        except ValueError as error:
            raise refused(str(error)) from None
        return web.json_response(fault.described(), status=201)

    async def clear_faults(self, _: web.Request) -> web.Response:
        self._faults.clear()
        return web.Response(status=204)

    async def writes(self, _: web.Request) -> web.Response:
        return web.json_response({"value": [asdict(write) for write in self._tenant.writes]})

    async def audits(self, _: web.Request) -> web.Response:
        return web.json_response({"value": [asdict(row) for row in self._tenant.audits]})

    async def add_audit(self, request: web.Request) -> web.Response:
        """A row for a change that did not come through this tenant's Graph, `{"user": …}`; by an app, Doorman's unless `appId` says so."""
        wanted = await object_in(request)
        try:
            person = self._tenant.person(str(wanted.get("user")))
            said: dict[str, Any] = {_AUDIT_FIELDS[key]: str(value) for key, value in wanted.items() if key != "user"}
            row = audits.row(person.id, person.upn, self._tenant.clock(), **said)
        except KeyError as error:
            raise refused(f"{error}: {', '.join(('user', *_AUDIT_FIELDS))} can be said of a row; user is somebody's name or id") from None
        self._tenant.audits.append(row)
        return web.json_response(asdict(row), status=201)

    async def drop_audit(self, request: web.Request) -> web.Response:
        rows = self._tenant.audits
        kept = [row for row in rows if row.body["id"] != request.match_info["row"]]
        if len(kept) == len(rows):
            raise web.HTTPNotFound(text=json.dumps({"error": "there is no such row"}), content_type="application/json")
        rows[:] = kept
        return web.Response(status=204)

    async def requests(self, _: web.Request) -> web.Response:
        value = [{name: getattr(record, name) for name in record.__slots__} | {"query": dict(record.query)} for record in self._requests]
        return web.json_response({"value": value}, dumps=lambda body: json.dumps(body, default=str))

    def _person(self, request: web.Request) -> Person:
        try:
            return self._tenant.person(request.match_info["user"])
        except KeyError:
            raise web.HTTPNotFound(text=json.dumps({"error": "nobody is called so"}), content_type="application/json") from None


async def object_in(request: web.Request) -> dict[str, Any]:
    """The body of a request to the back door; HTTPBadRequest when it is no object."""
    try:
        body = await request.json()
    except ValueError:
        raise refused("the body is not JSON") from None
    if not isinstance(body, dict):
        raise refused("the body is not an object")
    return body


def refused(why: str) -> web.HTTPBadRequest:
    """A refusal, with the reason in a sentence."""
    return web.HTTPBadRequest(text=json.dumps({"error": why}), content_type="application/json")
