"""The default method: which one it is, and that it cannot be deleted while another could take its place.

https://learn.microsoft.com/graph/api/resources/authentication (beta: signInPreferences)
The text of the refusal: microsoftgraph/microsoft-graph-docs#18091
"""

from __future__ import annotations

from simulator.entra.errors import method_error
from simulator.entra.sign_in import Seen
from simulator.entra.state import PHONE_IDS, Person, Tenant

# what satisfies each preference: phone types or kinds of method
PREFERENCES = {
    "push": ("authenticator", "passwordless"),
    "oath": ("authenticator", "otp", "hardware"),
    "voiceMobile": ("mobile",),
    "voiceAlternateMobile": ("alternateMobile",),
    "voiceOffice": ("office",),
    "sms": ("mobile",),
}
_ANY = frozenset(kind for kinds in PREFERENCES.values() for kind in kinds)


def fitting(held: Seen, preference: str) -> list[str]:
    """The ids of the methods that satisfy a preference."""
    return _of(held, frozenset(PREFERENCES[preference]))


def check_deletable(tenant: Tenant, person: Person, method_id: str) -> None:
    """Refuses to delete what the preference rests on, alone, while other methods could be the default.

    What was deleted counts as long as reads still show it. Passkeys, Windows Hello, mail and passes never count.

    Raises:
        GraphError: 400.
    """
    preference = person.sign_in.default
    if preference is None or fitting(person.holding(), preference) != [method_id]:
        return
    if set(_of(person.seen(tenant.clock()), _ANY)) - {method_id}:
        if tenant.sign_in.older_wording:
            raise method_error("Cannot delete default method with other methods configured. Please change default method before deletion.")
        raise method_error(
            f"The requested authentication method id of [{method_id}] matches the user's current default authentication method, and "
            "cannot be deleted until the default authentication method is changed"
        )


def forget_if_gone(person: Person) -> None:
    """To be called after a deletion: a preference nothing satisfies is none."""
    preference = person.sign_in.default
    if preference is not None and not fitting(person.holding(), preference):
        person.sign_in.default = None


def _of(held: Seen, kinds: frozenset[str]) -> list[str]:
    phones = [PHONE_IDS[phone_type] for phone_type in held.phones if phone_type in kinds]
    return phones + [method.id for method in held.methods if method.kind in kinds]
