"""The mail address for self-service password reset: create and update; the rest is in `families`.

https://learn.microsoft.com/graph/api/resources/emailauthenticationmethod
"""

from __future__ import annotations

import re
from typing import Any

from simulator.entra import families, phones
from simulator.entra.errors import method_error
from simulator.entra.message import Answer, Call
from simulator.entra.state import Person, Tenant
from simulator.entra.writes import note
from simulator.registered import registered

_TYPE = "#microsoft.graph.emailAuthenticationMethod"
_ADDRESS = re.compile(r"[^@\s<>()\[\],;:\"]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", re.ASCII)


def create_email(tenant: Tenant, call: Call) -> Answer:
    person = phones.person_in(tenant, call)
    address = _address(call.body)
    if person.external:  # as for phones: nothing is documented
        raise method_error("Email methods cannot be added to an external user.")
    if any(method.kind == "email" for method in person.holding().methods):
        raise method_error("An email method exists.", status=409, code="conflict")
    note(tenant, call, person, what="email.create", after=address)
    held = person.sign_in.add(person.upn, registered("email", emailAddress=address))
    return _answer(201, person, call, {"id": held.id, "emailAddress": address, "createdDateTime": held.method.created})


def update_email(tenant: Tenant, call: Call) -> Answer:
    """Answers with the object; the reference pages disagree whether the service does."""
    person = phones.person_in(tenant, call)
    held = families.find(person, "email", call.params[1])
    address = _address(call.body)
    note(tenant, call, person, what="email.update", before=held.shown("v1.0")["emailAddress"], after=address)
    families.give(person, held, emailAddress=address)
    return _answer(200, person, call, {"id": held.id, "emailAddress": address, "createdDateTime": held.method.created})


def _answer(status: int, person: Person, call: Call, body: dict[str, Any]) -> Answer:
    return Answer(status, {"@odata.context": families.context(person, call, "emailMethods", "/$entity"), **body})


def _address(body: Any) -> str:
    if not isinstance(body, dict):
        raise method_error("An email method is expected in the body.")
    for name, value in body.items():
        if name != "emailAddress" and (name, value) != ("@odata.type", _TYPE):
            raise method_error(f"The property '{name}' cannot be set.")
    address = body.get("emailAddress")
    if not isinstance(address, str) or not _ADDRESS.fullmatch(address):
        raise method_error("The email address does not have the required format.")
    return address
