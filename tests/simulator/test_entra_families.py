"""The typed collections of sign-in methods: list, get, delete, the rule for the default method, and what goes wrong."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from simulator import cast
from simulator.entra import Fault
from simulator.entra.families import BETA_COLLECTIONS, COLLECTIONS
from simulator.registered import KINDS, registered
from tests.simulator.entra_client import MOBILE, Client, Reply, open_granted

ALL = "/methods"
BOTH_VERSIONS = [(kind, segment, version) for kind, segment in COLLECTIONS.items() for version in ("v1.0", "beta")]
EVERY_COLLECTION = [*BOTH_VERSIONS, *((kind, segment, "beta") for kind, segment in BETA_COLLECTIONS.items())]
PERMISSIONS = {
    "microsoftAuthenticatorMethods": "MicrosoftAuthApp",
    "fido2Methods": "Passkey",
    "softwareOathMethods": "SoftwareOATH",
    "emailMethods": "Email",
    "windowsHelloForBusinessMethods": "WindowsHello",
    "platformCredentialMethods": "PlatformCred",
    "externalAuthenticationMethods": "External",
    "hardwareOathMethods": "HardwareOATH",
    "passwordlessMicrosoftAuthenticatorMethods": "MicrosoftAuthApp",
}


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with open_granted() as opened:
        yield opened


def at(name: str, tail: str = "") -> str:
    return f"/users/{cast.person(name).id}/authentication{tail}"


async def kinds(client: Client, name: str, version: str = "v1.0") -> list[str]:
    listed = (await client.send("GET", at(name, ALL), version=version)).values
    return [method["@odata.type"].removeprefix("#microsoft.graph.").removesuffix("AuthenticationMethod") for method in listed]


async def only_id(client: Client, name: str, segment: str, version: str = "v1.0") -> str:
    [method] = (await client.send("GET", at(name, f"/{segment}"), version=version)).values
    return str(method["id"])


def refused_as_default(reply: Reply) -> bool:
    return (reply.status, reply.code) == (400, "badRequest") and "matches the user's current default authentication method" in reply.message


@pytest.mark.parametrize(("kind", "segment", "version"), EVERY_COLLECTION)
async def test_list_get_delete(client: Client, kind: str, segment: str, version: str) -> None:
    person = client.entra.person("Jan de Vries")
    held = person.sign_in.add(person.upn, registered(kind))
    [listed] = (await client.send("GET", at("Jan de Vries", f"/{segment}"), version=version)).values
    single = await client.send("GET", at("Jan de Vries", f"/{segment}/{held.id}"), version=version)
    assert listed["id"] == held.id
    assert {name: single.body[name] for name in listed} == listed
    assert ("lastUsedDateTime" in listed) == (version == "beta")
    assert (await client.send("DELETE", at("Jan de Vries", f"/{segment}/{held.id}"), version=version)).status == 204
    for method in ("GET", "DELETE"):
        gone = await client.send(method, at("Jan de Vries", f"/{segment}/{held.id}"), version=version)
        assert (gone.status, gone.code) == (404, "resourceNotFound")
    [write] = client.entra.writes
    assert (write.what, write.before, write.after) == (f"{kind}.delete", held.id, None)
    assert (await client.send("GET", at("Jan de Vries", f"/{segment}?$top=1"), version=version)).status == 400


@pytest.mark.parametrize(("kind", "segment", "version"), EVERY_COLLECTION)
async def test_permissions(client: Client, kind: str, segment: str, version: str) -> None:
    person = client.entra.person("Jan de Vries")
    held = person.sign_in.add(person.upn, registered(kind))
    element = at("Jan de Vries", f"/{segment}/{held.id}")

    async def status(method: str) -> int:
        return (await client.send(method, element, version=version)).status

    client.hold("User.Read.All", "UserAuthMethod-Phone.ReadWrite.All", "UserAuthMethod-TAP.ReadWrite.All")
    refused = await client.send("GET", element, version=version)
    assert (refused.status, refused.code, refused.message) == (403, "accessDenied", "Request Authorization failed")
    assert (await client.send("GET", at("Jan de Vries", f"/{segment}"), version=version)).status == 403
    client.hold(f"UserAuthMethod-{PERMISSIONS[segment]}.Read.All")
    assert (await status("GET"), await status("DELETE")) == (200, 403)
    client.hold("UserAuthenticationMethod.Read.All")
    assert (await status("GET"), await status("DELETE")) == (200, 403)
    client.hold(f"UserAuthMethod-{PERMISSIONS[segment]}.ReadWrite.All")
    assert (await status("GET"), await status("DELETE")) == (200, 204)


async def test_passkeys_are_listed_under_one_permission_only(client: Client) -> None:
    for permission, status in (
        ("UserAuthMethod-Passkey.Read.All", 200), ("UserAuthMethod-Passkey.ReadWrite.All", 403), ("UserAuthenticationMethod.Read.All", 403),
    ):  # fmt: skip
        client.hold(permission)
        assert (await client.get(at("Priya Raman", "/fido2Methods"))).status == status


async def test_kinds_named_in_strong_are_methods_like_any_other(client: Client) -> None:
    segment = "fido2Methods"
    key = await only_id(client, "Hanna Visser", segment)
    assert (await client.delete(at("Hanna Visser", f"/{segment}/{key}"))).status == 204
    assert (client.entra.person("Hanna Visser").strong, await kinds(client, "Hanna Visser")) == ([], ["password"])


async def test_each_family_shows_its_own_only(client: Client) -> None:
    assert len((await client.get(at("Diego Vega", "/microsoftAuthenticatorMethods"))).values) == 2
    assert (await client.get(at("Diego Vega", "/fido2Methods"))).values == []
    [hello] = (await client.get(at("Priya Raman", "/windowsHelloForBusinessMethods"))).values
    assert (await client.delete(at("Priya Raman", f"/fido2Methods/{hello['id']}"))).status == 404
    assert (await client.delete(at("Omar Farouk", f"/windowsHelloForBusinessMethods/{hello['id']}"))).status == 404


@pytest.mark.parametrize("segment", [*BETA_COLLECTIONS.values(), "qrCodePinMethod", "signInPreferences", "requirements"])
async def test_beta_alone(client: Client, segment: str) -> None:
    assert (await client.get(at("Gert Brandt", f"/{segment}"))).message == f"Resource not found for the segment '{segment}'."


async def test_facts_of_each_method(client: Client) -> None:
    [phone] = (await client.get(at("Alice Jansen", "/microsoftAuthenticatorMethods"))).values
    assert (phone["displayName"], phone["createdDateTime"]) == ("iPhone 14", "2024-11-18T09:30:00Z")
    [phone] = (await client.send("GET", at("Alice Jansen", "/microsoftAuthenticatorMethods"), version="beta")).values
    assert (phone["clientAppName"], phone["lastUsedDateTime"]) == ("microsoftAuthenticator", "2026-01-05T07:58:00Z")
    [token] = (await client.send("GET", at("Gert Brandt", "/hardwareOathMethods"), version="beta")).values
    assert token["device"]["serialNumber"] == "2601234567890"
    ids = {method["id"] for method in (await client.get(at("Diego Vega", "/microsoftAuthenticatorMethods"))).values}
    names = {method["displayName"] for method in (await client.get(at("Diego Vega", "/microsoftAuthenticatorMethods"))).values}
    assert (len(ids), names) == (2, {"Pixel 8"})  # only id and dates tell them apart


async def test_types_nobody_describes_show_without_facts(client: Client) -> None:
    assert await kinds(client, "Rina Patel") == ["password", "softwareOath", "resourceKey", "external", "email"]
    unknown = (await client.get(at("Rina Patel", ALL))).values[2]
    assert set(unknown) == {"@odata.type", "id", "createdDateTime"}
    token = (await client.get(at("Gert Brandt", ALL))).values[1]  # to v1.0 a hardware token is such a type too
    assert token["@odata.type"] == "#microsoft.graph.hardwareOathAuthenticationMethod"
    assert set(token) == set(unknown)


async def test_all_methods_in_both_versions(client: Client) -> None:
    person = client.entra.person("Omar Farouk")
    for kind in KINDS:
        person.sign_in.add(person.upn, registered(kind))
    assert await kinds(client, "Omar Farouk") == await kinds(client, "Omar Farouk", "beta")
    for version in ("v1.0", "beta"):
        for method in (await client.send("GET", at("Omar Farouk", ALL), version=version)).values:
            single = await client.send("GET", at("Omar Farouk", f"{ALL}/{method['id']}"), version=version)
            assert {name: single.body[name] for name in method} == method


async def test_password_methods(client: Client) -> None:
    [password] = (await client.get(at("Alice Jansen", "/passwordMethods"))).values
    assert (password["id"], password["password"]) == ("28c10230-6103-485e-b985-444c60001490", None)
    assert (await client.get(at("Alice Jansen", f"/passwordMethods/{password['id']}"))).status == 200
    assert (await client.get(at("Alice Jansen", "/passwordMethods/another"))).status == 404
    assert (await client.delete(at("Alice Jansen", f"/passwordMethods/{password['id']}"))).status == 405
    client.hold("UserAuthMethod-Email.ReadWrite.All")
    assert (await client.get(at("Alice Jansen", "/passwordMethods"))).status == 403


async def test_a_hardware_token_is_deactivated_and_stays(client: Client) -> None:
    token = await only_id(client, "Gert Brandt", "hardwareOathMethods", "beta")
    path = at("Gert Brandt", f"/hardwareOathMethods/{token}")
    assert (await client.send("POST", f"{path}/deactivate", json={"a": 1}, version="beta")).status == 400
    assert (await client.send("POST", f"{path}/deactivate", version="beta")).status == 204
    assert (await client.send("GET", path, version="beta")).body["device"]["status"] == "assigned"
    assert [write.what for write in client.entra.writes] == ["hardware.deactivate"]
    client.hold("UserAuthMethod-HardwareOATH.Read.All")
    assert (await client.send("POST", f"{path}/deactivate", version="beta")).status == 403


async def test_the_qr_code_has_no_id(client: Client) -> None:
    path = at("Gert Brandt", "/qrCodePinMethod")
    assert (await client.send("GET", path, version="beta")).status == 200
    assert (await client.send("DELETE", path, version="beta")).status == 204
    assert (await client.send("GET", path, version="beta")).status == (await client.send("DELETE", path, version="beta")).status == 404
    client.hold("UserAuthMethod-QR.Read.All")
    assert (await client.send("GET", path, version="beta")).status == 404
    assert (await client.send("DELETE", path, version="beta")).status == 403


class TestTheDefaultMethod:
    async def test_it_stays_while_another_could_take_its_place(self, client: Client) -> None:
        app = at("Lotte Smit", f"/microsoftAuthenticatorMethods/{await only_id(client, 'Lotte Smit', 'microsoftAuthenticatorMethods')}")
        assert refused_as_default(await client.delete(app))
        assert (await client.delete(at("Lotte Smit", f"/phoneMethods/{MOBILE}"))).status == 204
        assert (await client.delete(app)).status == 204
        assert client.entra.person("Lotte Smit").sign_in.default is None

    async def test_it_goes_once_it_is_no_longer_the_default(self, client: Client) -> None:
        app = at("Lotte Smit", f"/microsoftAuthenticatorMethods/{await only_id(client, 'Lotte Smit', 'microsoftAuthenticatorMethods')}")
        body = {"userPreferredMethodForSecondaryAuthentication": "sms"}
        assert (await client.send("PATCH", at("Lotte Smit", "/signInPreferences"), json=body, version="beta")).status == 204
        assert refused_as_default(await client.delete(at("Lotte Smit", f"/phoneMethods/{MOBILE}")))
        assert (await client.delete(app)).status == 204
        assert (await client.delete(at("Lotte Smit", f"/phoneMethods/{MOBILE}"))).status == 204

    async def test_one_of_two_of_the_same_kind_goes(self, client: Client) -> None:
        client.entra.person("Diego Vega").strong.append("otp")
        first, second = (await client.get(at("Diego Vega", "/microsoftAuthenticatorMethods"))).values
        assert (await client.delete(at("Diego Vega", f"/microsoftAuthenticatorMethods/{first['id']}"))).status == 204
        assert refused_as_default(await client.delete(at("Diego Vega", f"/microsoftAuthenticatorMethods/{second['id']}")))

    async def test_what_cannot_be_the_default_does_not_hold_it(self, client: Client) -> None:
        """Priya also has a passkey and Windows Hello; system-preferred being on changes nothing."""
        app = await only_id(client, "Priya Raman", "microsoftAuthenticatorMethods")
        assert client.entra.person("Priya Raman").sign_in.system_preferred
        assert (await client.delete(at("Priya Raman", f"/microsoftAuthenticatorMethods/{app}"))).status == 204

    async def test_what_reads_still_show_holds_it(self, client: Client) -> None:
        client.entra.tenant.sign_in.delete_delay = 10
        app = at("Lotte Smit", f"/microsoftAuthenticatorMethods/{await only_id(client, 'Lotte Smit', 'microsoftAuthenticatorMethods')}")
        await client.delete(at("Lotte Smit", f"/phoneMethods/{MOBILE}"))
        assert await kinds(client, "Lotte Smit") == ["password", "phone", "microsoftAuthenticator"]
        assert refused_as_default(await client.delete(app))
        client.clock.now += 11
        assert await kinds(client, "Lotte Smit") == ["password", "microsoftAuthenticator"]
        assert (await client.delete(app)).status == 204
        assert await kinds(client, "Lotte Smit") == ["password", "microsoftAuthenticator"]
        assert (await client.delete(app)).status == 404  # gone, whatever reads show


class TestFaults:
    async def test_409_once(self, client: Client) -> None:
        client.entra.faults.add(Fault(effect="collision", method="DELETE", path="microsoftAuthenticatorMethods", times=1))
        app = at("Alice Jansen", f"/microsoftAuthenticatorMethods/{await only_id(client, 'Alice Jansen', 'microsoftAuthenticatorMethods')}")
        met = await client.delete(app)
        assert (met.status, met.code, client.entra.writes) == (409, "conflict", [])
        assert (await client.delete(app)).status == 204

    async def test_409_although_it_happened(self, client: Client) -> None:
        client.entra.faults.add(Fault(effect="collision", method="DELETE", path="microsoftAuthenticatorMethods", times=1, after=True))
        app = at("Alice Jansen", f"/microsoftAuthenticatorMethods/{await only_id(client, 'Alice Jansen', 'microsoftAuthenticatorMethods')}")
        assert (await client.delete(app)).status == 409
        assert (await client.delete(app)).status == 404

    @pytest.mark.parametrize("version", ["v1.0", "beta"])
    async def test_429_inside_a_batch(self, client: Client, version: str) -> None:
        segments = ["microsoftAuthenticatorMethods", "fido2Methods", "windowsHelloForBusinessMethods"]
        client.entra.faults.add(Fault(effect="throttle", path=f"/{version}/users/", times=1, retry_after=2))
        requests = [{"id": segment, "method": "GET", "url": at("Priya Raman", f"/{segment}")} for segment in segments]
        batch = await client.send("POST", "/$batch", json={"requests": requests}, version=version)
        statuses = sorted(answer["status"] for answer in batch.body["responses"])
        assert (batch.status, statuses) == (200, [200, 200, 429])
        [throttled] = [answer for answer in batch.body["responses"] if answer["status"] == 429]
        assert throttled["headers"]["Retry-After"] == "2"

    async def test_a_batch_stays_within_its_version(self, client: Client) -> None:
        request = {"id": "1", "method": "GET", "url": at("Alice Jansen", "/signInPreferences")}
        [beta] = (await client.send("POST", "/$batch", json={"requests": [request]}, version="beta")).body["responses"]
        [v1] = (await client.send("POST", "/$batch", json={"requests": [request]})).body["responses"]
        assert (beta["status"], beta["body"]["userPreferredMethodForSecondaryAuthentication"], v1["status"]) == (200, "push", 400)
        assert [request.version for request in client.entra.requests] == ["beta", "beta", "v1.0", "v1.0"]

    async def test_a_delete_inside_a_batch(self, client: Client) -> None:
        app = await only_id(client, "Alice Jansen", "microsoftAuthenticatorMethods")
        request = {"id": "1", "method": "DELETE", "url": at("Alice Jansen", f"/microsoftAuthenticatorMethods/{app}")}
        [answer] = (await client.post("/$batch", {"requests": [request]})).body["responses"]
        assert (answer["status"], await kinds(client, "Alice Jansen")) == (204, ["password"])
