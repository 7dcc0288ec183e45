"""Phone methods: list, get, create, update, delete, and SMS sign-in on and off.

https://learn.microsoft.com/graph/api/resources/phoneauthenticationmethod
Where no real error body is known (see the reference), the code is the coarse one of this back end and the text is ours.
"""

from __future__ import annotations

import re
from typing import Any

from simulator.entra import audits
from simulator.entra.defaults import check_deletable, forget_if_gone
from simulator.entra.errors import method_error
from simulator.entra.message import Answer, Call, GraphError, Write
from simulator.entra.state import PHONE_IDS, PHONE_TYPES, Person, PhoneState, Tenant

# "+CC NUMBER" with an optional extension; the service also takes the number without the space
_NUMBER = re.compile(r"\+[1-9]\d{0,2} \d{4,14}(x\d{1,11})?|\+[1-9]\d{6,14}(x\d{1,11})?", re.ASCII)
_TYPE = "#microsoft.graph.phoneAuthenticationMethod"
_BY_TYPE = re.compile(r"\s*phoneType\s+eq\s+'(\w+)'\s*")
_NOT_UNIQUE = "The phone number is already used for SMS sign-in by another user; it must satisfy uniqueness to be used for SMS sign-in."


class SavedWithConflict(GraphError):
    """The number was stored, but SMS sign-in could not be registered for it."""

    def __init__(self) -> None:
        super().__init__(409, "phoneNumberNotUnique", _NOT_UNIQUE, repeat=True)


def shown(phone_type: str, phone: PhoneState) -> dict[str, Any]:
    """One phone as the service prints it."""
    return {
        "id": PHONE_IDS[phone_type],
        "phoneNumber": phone.number,
        "phoneType": phone_type,
        "smsSignInState": phone.sms_sign_in,
        "createdDateTime": None,
    }


def person_in(tenant: Tenant, call: Call) -> Person:
    """The account the path names.

    Raises:
        GraphError: 404, nobody has that id or UPN, or nobody that this back end knows already.
    """
    person = tenant.find(call.params[0])
    if person is None or person.newness.hides_methods(tenant.clock()):
        raise method_error("The user was not found.", status=404, code="resourceNotFound")
    return person


def list_phones(tenant: Tenant, call: Call) -> Answer:
    person = person_in(tenant, call)
    value = [shown(kind, phone) for kind, phone in person.visible_phones(tenant.clock()).items()]
    if call.query:
        # undocumented but used in production: a filter by type; everything else is refused
        match = _BY_TYPE.fullmatch(call.query.get("$filter", ""))
        if match is None or len(call.query) > 1:
            raise method_error("The query option is not supported.")
        value = [phone for phone in value if phone["phoneType"] == match[1]]
    return Answer(200, {"@odata.context": _context(person, ""), "value": value})


def get_phone(tenant: Tenant, call: Call) -> Answer:
    person = person_in(tenant, call)
    kind = _kind(call)
    phone = person.visible_phones(tenant.clock()).get(kind)
    if phone is None:
        raise _absent()
    return Answer(200, {"@odata.context": _context(person, "/$entity"), **shown(kind, phone)})


def create_phone(tenant: Tenant, call: Call) -> Answer:
    person = person_in(tenant, call)
    number, kind = _fields(call.body, ("phoneNumber", "phoneType"))
    assert kind is not None, "phoneType is required, and null is refused as no string"
    _check_target(person, kind)
    if kind in person.phones:
        if tenant.second_phone_status == 400:
            raise method_error(f"The phone method of type [{kind}] is already registered.")
        raise method_error(f"A phone of type [{kind}] exists.", status=409, code="conflict")
    if kind == "alternateMobile" and "mobile" not in person.phones:
        raise method_error("The alternate mobile number cannot be added without a mobile number.")
    phone = _save(tenant, call, person, kind, number)
    return Answer(201, {"@odata.context": _context(person, "/$entity"), **shown(kind, phone)})


def update_phone(tenant: Tenant, call: Call) -> Answer:
    person = person_in(tenant, call)
    kind = _kind(call)
    if kind not in person.phones:
        raise _absent()
    number, named = _fields(call.body, ("phoneNumber",))
    if named not in (None, kind):
        raise method_error("The type of a phone cannot be changed.")
    _check_target(person, kind)
    _save(tenant, call, person, kind, number)
    return Answer(204)


def delete_phone(tenant: Tenant, call: Call) -> Answer:
    person = person_in(tenant, call)
    kind = _kind(call)
    phone = person.phones.get(kind)
    if phone is None:
        raise _absent()
    if kind == "mobile" and "alternateMobile" in person.phones:
        raise method_error("The mobile number cannot be deleted without first deleting alternate mobile number.")
    check_deletable(tenant, person, PHONE_IDS[kind])
    _record(tenant, call, person, what="phone.delete", kind=kind, after=None)
    del person.phones[kind]
    forget_if_gone(person)
    return Answer(204)


def enable_sms(tenant: Tenant, call: Call) -> Answer:
    person, phone = _sign_in_phone(tenant, call)
    if not person.sms_policy:
        raise method_error("Cannot enable SMS sign-in on phone auth method as the credential policy is not enabled on user")
    if tenant.sms_name_taken(phone.number, person):
        raise method_error(_NOT_UNIQUE, status=409, code="phoneNumberNotUnique")
    _record(tenant, call, person, what="sms.enable", kind="mobile", after=phone.number)
    person.phones["mobile"] = PhoneState(phone.number, "ready")
    return Answer(204)


def disable_sms(tenant: Tenant, call: Call) -> Answer:
    person, phone = _sign_in_phone(tenant, call)
    _record(tenant, call, person, what="sms.disable", kind="mobile", after=phone.number)
    person.phones["mobile"] = PhoneState(phone.number, person.resting_state("mobile"))
    return Answer(204)


def _context(person: Person, tail: str) -> str:
    return f"https://graph.microsoft.com/v1.0/$metadata#users('{person.id}')/authentication/phoneMethods{tail}"


def _kind(call: Call) -> str:
    kind = PHONE_TYPES.get(call.params[1].lower())
    if kind is None:
        raise _absent()
    return kind


def _absent() -> GraphError:
    return method_error("The phone method was not found.", status=404, code="resourceNotFound")


def _fields(body: Any, required: tuple[str, ...]) -> tuple[str, str | None]:
    """(number, phoneType) of a body; anything else in it is refused, read-only fields included."""
    if not isinstance(body, dict):
        raise method_error("A phone method is expected in the body.")
    for field, value in body.items():
        if field == "@odata.type" and value == _TYPE:
            continue
        if field not in ("phoneNumber", "phoneType"):
            raise method_error(f"The property '{field}' cannot be set.")
        if not isinstance(value, str):
            raise method_error(f"The property '{field}' must be a string.")
    for field in required:
        if field not in body:
            raise method_error(f"The property '{field}' is required.")
    kind = body.get("phoneType")
    if kind is not None and kind not in PHONE_IDS:
        raise method_error(f"The value '{kind}' is not a phone type.")
    number = body["phoneNumber"]
    if not _NUMBER.fullmatch(number):
        raise method_error("The phone number does not have the required format.")
    return number, kind


def _check_target(person: Person, kind: str | None) -> None:
    if person.guest:
        # nothing is documented for phones; a Temporary Access Pass is refused to external guests with a 400, so we do the same
        raise method_error("Phone methods cannot be added to an external guest user.")
    if kind == "office" and person.synced:
        raise method_error("The office phone of a user synchronized from on-premises cannot be changed.")


def _save(tenant: Tenant, call: Call, person: Person, kind: str, number: str) -> PhoneState:
    """Stores the number and tries to make a mobile the SMS sign-in name, as the service does unasked.

    Raises:
        SavedWithConflict: after storing; the number is the sign-in name of somebody else.
    """
    state = person.resting_state(kind)
    if kind == "mobile" and person.sms_policy and "Sms" not in tenant.sign_in.disabled_methods:
        state = "phoneNumberNotUnique" if tenant.sms_name_taken(number, person) else "ready"
    _record(tenant, call, person, what="phone.update" if kind in person.phones else "phone.create", kind=kind, after=number)
    phone = PhoneState(number, state)
    person.phones[kind] = phone
    if state == "phoneNumberNotUnique":
        raise SavedWithConflict
    return phone


def _sign_in_phone(tenant: Tenant, call: Call) -> tuple[Person, PhoneState]:
    person = person_in(tenant, call)
    kind = _kind(call)
    if call.body:
        raise method_error("The action takes no parameters.")
    if kind not in person.phones:
        raise _absent()
    if kind != "mobile":
        raise method_error(f"SMS sign-in is not supported on a phone of type [{kind}].")
    return person, person.phones[kind]


def _record(tenant: Tenant, call: Call, person: Person, *, what: str, kind: str, after: str | None) -> None:
    """Notes the write just before it happens; a fault may hide it from reads for a while."""
    now = tenant.clock()
    delay = tenant.hiding(what)
    if delay:
        person.hide_next_change(now + delay)
    held = person.phones.get(kind)
    write = Write(
        what, person.id, person.upn, kind, held.number if held else None, after, call.app_id, call.request_id, call.client_request_id, now
    )
    tenant.writes.append(write)
    if tenant.auditing:
        tenant.audits.extend(audits.rows(write, now + tenant.audit_delay))
