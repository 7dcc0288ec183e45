"""Phone methods: format, ordering rules, SMS sign-in, and what each refusal looks like."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from simulator import cast
from simulator.entra import PhoneState
from tests.simulator.entra_client import ALTERNATE, AUTHENTICATION, MOBILE, OFFICE, Client, open_tenant

ALICE = f"/users/alice@fabrikam.example{AUTHENTICATION}"
OMAR = f"/users/omar.farouk@fabrikam.example{AUTHENTICATION}"
KENJI = f"/users/kenji.tanaka@fabrikam.example{AUTHENTICATION}"
SOFIA = f"/users/sofia.rossi@fabrikam.example{AUTHENTICATION}"


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with open_tenant() as opened:
        yield opened


def mobile(number: str = "+31 612345678", **more: object) -> dict[str, object]:
    return {"phoneNumber": number, "phoneType": "mobile", **more}


async def test_create_get_change_delete(client: Client) -> None:
    created = await client.post(ALICE, mobile())
    assert created.status == 201
    assert (created.body["id"], created.body["phoneNumber"], created.body["phoneType"]) == (MOBILE, "+31 612345678", "mobile")
    assert (await client.get(ALICE)).values == [{name: created.body[name] for name in created.body if name != "@odata.context"}]
    changed = await client.patch(f"{ALICE}/{MOBILE}", {"phoneNumber": "+31 687654321"})
    assert (changed.status, changed.text) == (204, "")
    assert (await client.get(f"{ALICE}/{MOBILE}")).body["phoneNumber"] == "+31 687654321"
    assert (await client.delete(f"{ALICE}/{MOBILE}")).status == 204
    assert (await client.get(f"{ALICE}/{MOBILE}")).status == 404
    assert [(write.what, write.before, write.after) for write in client.entra.writes] == [
        ("phone.create", None, "+31 612345678"),
        ("phone.update", "+31 612345678", "+31 687654321"),
        ("phone.delete", "+31 687654321", None),
    ]


async def test_a_write_says_who_asked(client: Client) -> None:
    await client.post(ALICE, mobile(), headers={"client-request-id": "operation-7Q2F"})
    [write] = client.entra.writes
    assert (write.upn, write.app_id, write.client_request_id) == ("alice@fabrikam.example", cast.GRAPH_APP_ID, "operation-7Q2F")


@pytest.mark.parametrize("number", ["+31 612345678", "+31612345678", "+1 5555551234x123", "+353 851234567"])
async def test_numbers_stored_as_sent(client: Client, number: str) -> None:
    assert (await client.post(ALICE, mobile(number))).body["phoneNumber"] == number


@pytest.mark.parametrize(
    "number", ["0612345678", "+31 6 12345678", "+31-612345678", "+31  612345678", "31 612345678", "+31 ٦١٢٣٤٥٦٧٨", "", "+0 12345678"]
)
async def test_numbers_refused(client: Client, number: str) -> None:
    reply = await client.post(ALICE, mobile(number))
    assert (reply.status, reply.code) == (400, "badRequest")
    assert not client.entra.writes


@pytest.mark.parametrize(
    "body",
    [
        {"phoneType": "mobile"},
        {"phoneNumber": "+31 612345678"},
        mobile(smsSignInState="ready"),
        mobile(id=MOBILE),
        mobile(note="x"),
        mobile(**{"@odata.type": "#microsoft.graph.emailAuthenticationMethod"}),
        {"phoneNumber": "+31 612345678", "phoneType": "home"},
        {"phoneNumber": None, "phoneType": "mobile"},
        {"phoneNumber": 31612345678, "phoneType": "mobile"},
        [],
        "text",
    ],
)
async def test_bodies_refused(client: Client, body: object) -> None:
    reply = await client.post(ALICE, body)
    assert (reply.status, reply.code) == (400, "badRequest")
    assert not client.entra.writes


async def test_the_sdk_may_name_the_type(client: Client) -> None:
    assert (await client.post(ALICE, mobile(**{"@odata.type": "#microsoft.graph.phoneAuthenticationMethod"}))).status == 201


async def test_one_number_per_type(client: Client) -> None:
    assert (await client.post(OMAR, mobile())).status == 409
    client.entra.tenant.second_phone_status = 400
    reply = await client.post(OMAR, mobile())
    assert (reply.status, "already registered" in reply.message) == (400, True)
    assert not client.entra.writes


async def test_alternate_needs_mobile_in_both_directions(client: Client) -> None:
    alternate = {"phoneNumber": "+31 612345679", "phoneType": "alternateMobile"}
    assert (await client.post(ALICE, alternate)).status == 400
    await client.post(ALICE, mobile())
    assert (await client.post(ALICE, alternate)).status == 201
    refused = await client.delete(f"{ALICE}/{MOBILE}")
    assert (refused.status, "without first deleting alternate mobile number" in refused.message) == (400, True)
    assert (await client.delete(f"{ALICE}/{ALTERNATE}")).status == 204
    assert (await client.delete(f"{ALICE}/{MOBILE}")).status == 204


async def test_the_type_never_changes(client: Client) -> None:
    assert (await client.patch(f"{OMAR}/{MOBILE}", {"phoneNumber": "+31 612345678", "phoneType": "mobile"})).status == 204
    assert (await client.patch(f"{OMAR}/{MOBILE}", {"phoneNumber": "+31 612345678", "phoneType": "office"})).status == 400


@pytest.mark.parametrize("body", [{}, {"phoneType": "mobile"}, {"phoneNumber": "+31 612345678", "smsSignInState": "ready"}])
async def test_changes_refused(client: Client, body: object) -> None:
    assert (await client.patch(f"{OMAR}/{MOBILE}", body)).status == 400


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
@pytest.mark.parametrize("phone_id", [MOBILE, "no-such-id"])
async def test_absent_phones(client: Client, method: str, phone_id: str) -> None:
    reply = await client.send(method, f"{ALICE}/{phone_id}", json={"phoneNumber": "+31 612345678"} if method == "PATCH" else None)
    assert (reply.status, reply.code) == (404, "resourceNotFound")


async def test_office_of_a_synced_account(client: Client) -> None:
    office = {"phoneNumber": "+39 061234567", "phoneType": "office"}
    assert (await client.post(SOFIA, office)).status == 400
    client.entra.person("Sofia Rossi").phones["office"] = PhoneState("+39 060000000", "notSupported")
    assert (await client.patch(f"{SOFIA}/{OFFICE}", {"phoneNumber": "+39 061234567"})).status == 400
    assert (await client.patch(f"{SOFIA}/{MOBILE}", {"phoneNumber": "+39 3120000000"})).status == 204
    assert (await client.post(ALICE, office)).status == 201


async def test_guests_get_no_phones(client: Client) -> None:
    guest = f"/users/{cast.person('Gus Taylor (Adatum)').id}{AUTHENTICATION}"
    assert (await client.get(guest)).values == []
    assert (await client.post(guest, mobile())).status == 400


async def test_nobody(client: Client) -> None:
    reply = await client.get(f"/users/nobody@fabrikam.example{AUTHENTICATION}")
    assert (reply.status, reply.code) == (404, "resourceNotFound")


async def test_only_the_filter_by_type_is_known(client: Client) -> None:
    assert [phone["id"] for phone in (await client.get(f"{OMAR}?$filter=phoneType eq 'office'")).values] == [OFFICE]
    assert (await client.get(f"{OMAR}?$select=id")).status == 400
    assert (await client.get(f"{OMAR}?$filter=phoneType eq 'office'&$top=1")).status == 400


class TestSmsSignIn:
    async def test_states_at_the_start(self, client: Client) -> None:
        states = {phone["phoneType"]: phone["smsSignInState"] for phone in (await client.get(OMAR)).values}
        assert states == {"mobile": "notEnabled", "alternateMobile": "notSupported", "office": "notSupported"}
        assert await client.state_of("Kenji Tanaka") == "notAllowedByPolicy"

    async def test_a_new_mobile_is_registered_unasked(self, client: Client) -> None:
        assert (await client.post(ALICE, mobile())).body["smsSignInState"] == "ready"
        await client.patch(f"{OMAR}/{MOBILE}", {"phoneNumber": "+31 612340000"})
        assert await client.state_of("Omar Farouk") == "ready"
        await client.patch(f"{KENJI}/{MOBILE}", {"phoneNumber": "+81 9000000000"})
        assert await client.state_of("Kenji Tanaka") == "notAllowedByPolicy"

    @pytest.mark.parametrize("spelling", ["+31 612345678", "+31612345678"])
    async def test_the_sign_in_name_of_another_is_saved_and_refused(self, client: Client, spelling: str) -> None:
        await client.post(ALICE, mobile())
        refused = await client.patch(f"{OMAR}/{MOBILE}", {"phoneNumber": spelling})
        assert (refused.status, refused.code) == (409, "phoneNumberNotUnique")
        assert client.entra.person("Omar Farouk").phones["mobile"] == PhoneState(spelling, "phoneNumberNotUnique")
        assert len(client.entra.writes) == 2

    async def test_your_own_sign_in_name_is_not_taken(self, client: Client) -> None:
        await client.post(ALICE, mobile())
        assert (await client.patch(f"{ALICE}/{MOBILE}", {"phoneNumber": "+31612345678"})).status == 204
        assert await client.state_of("Alice Jansen") == "ready"

    async def test_a_plain_phone_may_be_shared(self, client: Client) -> None:
        assert (await client.post(ALICE, mobile("+31 612345001"))).status == 201  # Omar's, who does not sign in with it

    async def test_a_freed_number_can_be_taken(self, client: Client) -> None:
        await client.post(ALICE, mobile())
        await client.delete(f"{ALICE}/{MOBILE}")
        assert (await client.patch(f"{OMAR}/{MOBILE}", mobile())).status == 204

    async def test_off_and_on(self, client: Client) -> None:
        await client.post(ALICE, mobile())
        off = await client.post(f"{ALICE}/{MOBILE}/disableSmsSignIn")
        assert (off.status, off.text, await client.state_of("Alice Jansen")) == (204, "", "notEnabled")
        on = await client.post(f"{ALICE}/{MOBILE}/enableSmsSignIn")
        assert (on.status, on.text, await client.state_of("Alice Jansen")) == (204, "", "ready")
        assert [write.what for write in client.entra.writes] == ["phone.create", "sms.disable", "sms.enable"]

    async def test_an_empty_object_counts_as_no_body(self, client: Client) -> None:
        assert (await client.post(f"{OMAR}/{MOBILE}/enableSmsSignIn", {})).status == 204
        assert (await client.post(f"{OMAR}/{MOBILE}/enableSmsSignIn", {"a": 1})).status == 400

    async def test_not_in_the_policy(self, client: Client) -> None:
        refused = await client.post(f"{KENJI}/{MOBILE}/enableSmsSignIn")
        assert (refused.status, "credential policy is not enabled on user" in refused.message) == (400, True)

    async def test_name_taken(self, client: Client) -> None:
        client.entra.person("Alice Jansen").phones["mobile"] = PhoneState("+31612345001", "ready")
        refused = await client.post(f"{OMAR}/{MOBILE}/enableSmsSignIn")
        assert (refused.status, refused.code) == (409, "phoneNumberNotUnique")
        del client.entra.person("Alice Jansen").phones["mobile"]
        assert (await client.post(f"{OMAR}/{MOBILE}/enableSmsSignIn")).status == 204

    async def test_only_mobile(self, client: Client) -> None:
        assert (await client.post(f"{OMAR}/{OFFICE}/enableSmsSignIn")).status == 400
        assert (await client.post(f"{ALICE}/{MOBILE}/enableSmsSignIn")).status == 404
        assert not client.entra.writes


class TestAllMethods:
    async def test_everything_registered(self, client: Client) -> None:
        alice = "/users/alice@fabrikam.example/authentication/methods"
        await client.post(ALICE, mobile())
        listed = (await client.get(alice)).values
        kinds = [method["@odata.type"].removeprefix("#microsoft.graph.") for method in listed]
        assert kinds == ["passwordAuthenticationMethod", "phoneAuthenticationMethod", "microsoftAuthenticatorAuthenticationMethod"]
        for method in listed:
            single = (await client.get(f"{alice}/{method['id']}")).body
            assert {name: single[name] for name in method} == method

    async def test_what_the_service_does_not_implement(self, client: Client) -> None:
        alice = "/users/alice@fabrikam.example/authentication/methods"
        assert (await client.get(f"{alice}/$count")).status == 400
        assert (await client.get(f"{alice}?$top=1")).status == 400
        assert (await client.get(f"{alice}/unknown")).status == 404
        for reply in (await client.delete(f"{alice}/{MOBILE}"), await client.post(alice, {})):
            assert reply.status == 404
            assert set(reply.body) == {"Message", "MessageDetail"}

    async def test_granular_permissions_do_not_open_the_list(self, client: Client) -> None:
        client.entra.revoke(cast.GRAPH_APP_ID, "UserAuthenticationMethod.Read.All")
        client.renew()
        refused = await client.get("/users/alice@fabrikam.example/authentication/methods")
        assert (refused.status, refused.code, refused.message) == (403, "accessDenied", "Request Authorization failed")
        assert (await client.get(OMAR)).status == 200
