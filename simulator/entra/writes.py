"""Noting what took effect, and hiding it from reads for a while where somebody asked for that.

`what` is one of: `<kind>.delete` with a kind of `simulator.registered`, `email.create`, `email.update`, `pass.create`, `pass.delete`,
`hardware.deactivate`, `default.update`, `mfa.update`, `account.enable`, `account.disable`, `password.reset`, `sessions.revoke`.
"""

from __future__ import annotations

from simulator.entra import audits
from simulator.entra.message import Call, Write
from simulator.entra.state import Person, Tenant


def note(tenant: Tenant, call: Call, person: Person, *, what: str, before: str | None = None, after: str | None = None) -> None:
    """To be called just before the change. `before` and `after` tell things apart; a secret is never among them."""
    now = tenant.clock()
    delay = tenant.hiding(what)
    if delay:
        person.hide_next_change(now + delay)
    write = Write(what, person.id, person.upn, "", before, after, call.app_id, call.request_id, call.client_request_id, now)
    tenant.writes.append(write)
    if tenant.auditing:
        tenant.audits.extend(audits.rows(write, now + tenant.audit_delay))
