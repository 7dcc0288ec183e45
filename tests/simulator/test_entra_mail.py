"""Mail sent from a mailbox of the tenant: who may, how much of it, and in whose inbox it arrives."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from simulator import cast
from simulator.entra import Fault
from simulator.entra.exchange import SendingLimits
from tests.contracts.graph import response_violations
from tests.simulator.entra_client import Client, Reply, open_tenant

SEND = f"/users/{cast.NOTICES.upn}/sendMail"
ALICE = "alice.jansen@fabrikam.example"  # her mail address, which is not what she signs in with


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with open_tenant() as opened:
        yield opened
        read = [request for request in opened.entra.requests if not isinstance(request.answer, bytes)]
        assert [problem for request in read for problem in response_violations(request)] == []


def message(*to: str, **other: Any) -> dict[str, Any]:
    recipients = [{"emailAddress": {"address": address}} for address in to]
    return {"subject": "Your account", "body": {"contentType": "Text", "content": "Hello."}, "toRecipients": recipients} | other


async def send(client: Client, *to: str, path: str = SEND, **other: Any) -> Reply:
    return await client.post(path, {"Message": message(*to, **other), "SaveToSentItems": False})


async def test_what_is_sent_arrives_where_it_was_sent_to(client: Client) -> None:
    entra = client.entra
    gone = entra.person("Kenji Tanaka")
    gone.mailbox = False
    entra.exchange.bouncing.add("Dead@mail.example")
    sent = await send(
        client, ALICE.upper(), "alice@fabrikam.example", "old@mail.example", "dead@mail.example", str(gone.mail), "nobody@fabrikam.example"
    )
    assert (sent.status, sent.text) == (202, "")  # whatever becomes of it
    [mail] = entra.inbox("Alice Jansen")
    assert (mail.subject, mail.content_type, mail.content, mail.sender) == ("Your account", "text", "Hello.", cast.NOTICES.upn)
    assert (mail.saved, mail.app_id, len(mail.to)) == (False, cast.GRAPH_APP_ID, 6)
    assert entra.inbox(ALICE) == entra.inbox("OLD@mail.example") == entra.mails == [mail]
    for address in ("dead@mail.example", str(gone.mail), "nobody@fabrikam.example", "Omar Farouk"):
        assert entra.inbox(address) == []
    entra.person("Alice Jansen").mail = "alice@fabrikam.example"
    assert entra.inbox(ALICE) == []  # nobody has that address any more

    html = {"contentType": "html", "content": "<p>Hi</p>"}
    copies = {"ccRecipients": [{"emailAddress": {"address": "omar.farouk@fabrikam.example", "name": "Omar"}}]}
    lower = {"message": message("gus.taylor@adatum.example", body=html, **copies)}
    assert (await client.post(SEND, lower)).status == 202
    [second] = entra.inbox("Omar Farouk")
    assert entra.inbox("Gus Taylor (Adatum)") == [second]
    assert (second.saved, second.content_type) == (True, "html")
    outside = await client.raw("GET", "/_control/mails?to=gus.taylor@adatum.example")
    assert outside.values == [second.as_json()]
    assert len((await client.raw("GET", "/_control/mails")).values) == 2


async def test_only_from_a_mailbox_that_was_opened_to_the_application(client: Client) -> None:
    """By an assignment in Exchange, of which no token tells; or by consent, which opens all that no policy closes."""
    exchange, other = client.entra.exchange, "/users/omar.farouk@fabrikam.example/sendMail"
    refused = await send(client, ALICE, path=other)
    assert (refused.status, refused.code) == (403, "ErrorAccessDenied")
    exchange.assigned.clear()
    assert (await send(client, ALICE)).code == "ErrorAccessDenied"
    client.hold("Mail.Send")
    assert {(await send(client, ALICE, path=path)).status for path in (SEND, other)} == {202}
    exchange.policy = {cast.NOTICES.upn}
    narrowed = await send(client, ALICE, path=other)
    assert (narrowed.status, narrowed.code, "[RAOP]" in narrowed.message) == (403, "ErrorAccessDenied", True)
    assert (await send(client, ALICE)).status == 202
    posed = await send(client, ALICE, sender={"emailAddress": {"address": "ada.admin@fabrikam.example"}})
    assert (posed.status, posed.code) == (403, "ErrorSendAsDenied")
    missing = await send(client, ALICE, path="/users/nobody@fabrikam.example/sendMail")
    assert (missing.status, missing.code) == (404, "ErrorInvalidUser")
    guest = await send(client, ALICE, path=f"/users/{cast.person('Gus Taylor (Adatum)').id}/sendMail")
    assert (guest.status, guest.code) == (404, "MailboxNotEnabledForRESTAPI")
    assert len(client.entra.mails) == 3

    changed = await client.raw("POST", "/_control/exchange", json={"policy": None, "assigned": {cast.GRAPH_APP_ID: [ALICE]}})
    assert changed.body["assigned"] == {cast.GRAPH_APP_ID: [ALICE]}
    assert (await send(client, ALICE, path=other)).status == 202
    wrongs: tuple[dict[str, Any], ...] = (
        {"policy": "x"},
        {"limits": {"hours": 1}},
        {"limits": {"scale": 0}},
        {"assigned": []},
        {"colour": 1},
    )
    for wrong in wrongs:
        assert (await client.raw("POST", "/_control/exchange", json=wrong)).status == 400


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (None, "BadRequest"),
        ({"Message": message(ALICE), "Later": True}, "BadRequest"),
        ({"SaveToSentItems": False}, "RequestBodyRead"),
        ({"Message": message(ALICE), "SaveToSentItems": "no"}, "RequestBodyRead"),
        ({"Message": message(ALICE, colour="red")}, "RequestBodyRead"),
        ({"Message": message(ALICE, subject=None)}, "RequestBodyRead"),
        ({"Message": message(ALICE, subject="two\nlines")}, "RequestBodyRead"),
        ({"Message": message(ALICE, body="Hello.")}, "RequestBodyRead"),
        ({"Message": message(ALICE, body={"contentType": "markdown", "content": "x"})}, "RequestBodyRead"),
        ({"Message": message(ALICE, toRecipients=[{"address": ALICE}])}, "RequestBodyRead"),
        ({"Message": message()}, "ErrorInvalidRecipients"),
        ({"Message": message("alice")}, "ErrorInvalidRecipients"),
        ({"Message": message("Alice <alice@mail.example>")}, "ErrorInvalidRecipients"),
    ],
)
async def test_bodies_that_are_no_mail(client: Client, body: Any, code: str) -> None:
    refused = await client.post(SEND, body)
    assert (refused.status, refused.code) == (400, code)
    assert client.entra.mails == []


async def test_pace_and_recipients_of_a_day(client: Client) -> None:
    entra, clock = client.entra, client.clock
    for _ in range(30):
        assert (await send(client, ALICE)).status == 202
        clock.now += 1
    refused = await send(client, ALICE)
    assert (refused.status, refused.code, refused.headers["Retry-After"]) == (429, "ApplicationThrottled", "30")
    clock.now += 30
    assert (await send(client, ALICE)).status == 202

    assert (await client.raw("POST", "/_control/exchange", json={"limits": {"recipients": 5, "scale": 60}})).status == 200
    assert (await send(client, *(f"{n}@mail.example" for n in range(4)))).status == 202
    over = await send(client, ALICE, "omar.farouk@fabrikam.example")
    assert (over.status, over.code, over.headers.get("Retry-After")) == (429, "ErrorSubmissionQuotaExceeded", None)
    assert (await send(client, ALICE)).status == 202
    clock.now += 24 * 60  # a day at that scale
    assert (await send(client, ALICE, "omar.farouk@fabrikam.example")).status == 202
    entra.exchange.limits = SendingLimits(messages=1, scale=100)
    assert [(await send(client, ALICE)).status for _ in range(2)] == [202, 429]
    assert (await send(client, ALICE)).headers["Retry-After"] == "0.6"
    entra.exchange.limits = None
    assert {(await send(client, ALICE)).status for _ in range(5)} == {202}


async def test_what_goes_wrong_on_the_way(client: Client) -> None:
    entra = client.entra
    entra.faults.add(Fault(effect="unavailable", path="sendMail", retry_after=3, times=1))
    assert (await send(client, ALICE)).status == 503
    assert entra.mails == []
    entra.faults.add(Fault(effect="gateway_timeout", path="sendMail", times=1, after=True))
    assert (await send(client, ALICE)).status == 504
    assert len(entra.inbox(ALICE)) == 1  # sent all the same
    entra.faults.add(Fault(effect="garbage", path="sendMail", times=1))
    assert (await send(client, ALICE)).body is None
    batched = {
        "id": "1",
        "method": "POST",
        "url": SEND,
        "headers": {"Content-Type": "application/json"},
        "body": {"Message": message(ALICE)},
    }
    [part] = (await client.post("/$batch", {"requests": [batched]})).body["responses"]
    assert (part["status"], part.get("body"), len(entra.mails)) == (202, None, 2)


async def test_the_mailbox_is_an_account_that_no_list_shows(client: Client) -> None:
    account = await client.get(f"/users/{cast.NOTICES.upn}?$select=mail,accountEnabled")
    assert (account.body["mail"], account.body["accountEnabled"]) == (cast.NOTICES.upn, False)
    assert (await client.get(f"/users?$filter=userPrincipalName eq '{cast.NOTICES.upn}'")).values == []
    said = await client.raw("POST", f"/_control/people/{cast.person('Omar Farouk').id}", json={"mailbox": False})
    assert (said.body["mailbox"], client.entra.person("Omar Farouk").mailbox) == (False, False)
