"""Fresh sign-ins against the simulated login host: who came back, and every way in which that proves nothing."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession

from bot.domain.people import Person
from bot.errors import Unavailable
from bot.ports.proof import SignedIn, SignInBegun, SignInRefused
from bot.settings.environment import Settings
from bot.settings.sign_in import no_sign_in
from bot.sign_ins import EntraSignIns, SignInApp
from bot.token_sources import make_sign_ins
from simulator import cast, doorman
from simulator.entra import Entra, Fault
from simulator.entra.authorize import CANCELLED, DONE, REFUSED, SKIPPED
from simulator.world import World
from tests.signing_in import query_of, sign_in

BACK = "http://127.0.0.1:3978/signed-in"
OMAR = cast.person("Omar Farouk")
BRAM = cast.person("Bram Peeters")
PERSON = Person(OMAR.id, OMAR.name, OMAR.upn)


class Bench:
    """Somebody's browser between Doorman and the login host."""

    def __init__(self, entra: Entra, browser: ClientSession) -> None:
        self.entra = entra
        self.browser = browser
        self.app = SignInApp(entra.url, cast.TENANT_ID, cast.GRAPH_APP_ID, lambda: cast.GRAPH_SECRET, BACK, "c21")
        self.ahead = 0.0
        self.sign_ins = EntraSignIns(self.app, now=lambda: time.time() + self.ahead)

    async def begin(self, *, again: bool = False) -> tuple[SignInBegun, str]:
        state = secrets.token_urlsafe(32)
        return await self.sign_ins.begin(PERSON, state, again=again), state

    async def returned(self, begun: SignInBegun, who: str = "", mfa: str = DONE) -> dict[str, str]:
        """What is in the address that a browser comes back with."""
        return query_of(await sign_in(self.browser, begun.url, who, mfa))

    async def signed_in(self, who: str = "", mfa: str = DONE, *, again: bool = False) -> SignedIn:
        begun, _ = await self.begin(again=again)
        return await self.sign_ins.finish(begun.flow, await self.returned(begun, who, mfa))

    async def refused(self, who: str = "", mfa: str = DONE, *, again: bool = False) -> str:
        with pytest.raises(SignInRefused) as refused:
            await self.signed_in(who, mfa, again=again)
        assert str(refused.value)
        return refused.value.code


@pytest.fixture
async def entra() -> AsyncIterator[Entra]:
    entra = Entra()
    await entra.start()
    entra.login.apps[cast.GRAPH_APP_ID].redirect_uris = [BACK]
    for who in (OMAR, BRAM):
        entra.person(who.upn).strong.append("authenticator")
    yield entra
    await entra.stop()


@pytest.fixture
async def bench(entra: Entra) -> AsyncIterator[Bench]:
    async with ClientSession() as browser:
        bench = Bench(entra, browser)
        yield bench
        bench.sign_ins.close()


async def test_the_person_comes_back(bench: Bench) -> None:
    found = await bench.signed_in()
    assert (found.object_id, found.name, len(found.session)) == (OMAR.id, OMAR.name, 8)


async def test_another_account_comes_back_as_itself(bench: Bench) -> None:
    assert (await bench.signed_in(BRAM.upn)).object_id == BRAM.id


async def test_a_flow_has_no_token_in_it(bench: Bench) -> None:
    begun, state = await bench.begin()
    kept = json.loads(begun.flow)
    assert kept.keys() == {"flow", "at"}
    assert kept["flow"]["state"] == state
    assert not any("token" in name or "max_age" in name for name in kept["flow"])


@pytest.mark.parametrize(("mfa", "code"), [(REFUSED, "cancelled"), (CANCELLED, "cancelled"), (SKIPPED, "no_mfa")])
async def test_without_mfa_nothing_is_proved(bench: Bench, mfa: str, code: str) -> None:
    assert await bench.refused(mfa=mfa) == code
    assert await bench.refused(mfa=mfa, again=True) == code


async def test_the_second_time_the_login_host_asks_for_everything_anew(bench: Bench) -> None:
    first, _ = await bench.begin()
    second, _ = await bench.begin(again=True)
    assert [query_of(each.url).get("prompt") for each in (first, second)] == [None, "login"]
    assert {query_of(each.url)["claims"] for each in (first, second)} == {'{"id_token": {"acrs": {"essential": true, "value": "c21"}}}'}


async def test_what_says_in_another_way_that_there_was_mfa_does_not_count(bench: Bench) -> None:
    bench.entra.login.codes.instead = {"amr": ["pwd", "mfa"], "acrs": None}
    assert await bench.refused() == "no_mfa"


async def test_a_session_of_before_is_no_fresh_sign_in(bench: Bench) -> None:
    bench.entra.login.codes.signed_in_ago = 61
    assert await bench.refused() == "stale"
    bench.entra.login.codes.signed_in_ago = 55  # clocks may be that far apart
    assert (await bench.signed_in()).object_id == OMAR.id


async def test_mfa_may_take_longer_than_msal_would_wait(bench: Bench) -> None:
    begun, _ = await bench.begin()
    returned = await bench.returned(begun)
    bench.entra.login.codes.instead = {"auth_time": int(time.time()) + 1}
    bench.ahead = 400
    assert (await bench.sign_ins.finish(begun.flow, returned)).object_id == OMAR.id


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"tid": cast.OTHER_TENANT_ID}, "other_tenant"),
        ({"iss": f"https://login.example/{cast.OTHER_TENANT_ID}/v2.0"}, "other_tenant"),
        ({"aud": cast.BOT_APP_ID}, "unusable"),
        ({"oid": None}, "unusable"),
        ({"exp": int(time.time()) - 3600}, "unusable"),
        ({"nonce": "another"}, "unusable"),
        ({"nonce": None}, "unusable"),
        ({"auth_time": None}, "stale"),
        ({"auth_time": "now"}, "stale"),
        ({"auth_time": int(time.time()) + 7200}, "stale"),
        ({"acrs": None}, "no_mfa"),
        ({"acrs": ["c2", "c1"]}, "no_mfa"),
        ({"acrs": "c211"}, "no_mfa"),
    ],
)
async def test_claims_that_are_not_what_was_asked_for(bench: Bench, claims: dict[str, Any], code: str) -> None:
    bench.entra.login.codes.instead = claims
    assert await bench.refused() == code


async def test_a_code_proves_once(bench: Bench) -> None:
    begun, _ = await bench.begin()
    returned = await bench.returned(begun)
    await bench.sign_ins.finish(begun.flow, returned)
    with pytest.raises(SignInRefused) as refused:
        await bench.sign_ins.finish(begun.flow, returned)
    assert refused.value.code == "unusable"


async def test_an_answer_to_another_flow_proves_nothing(bench: Bench) -> None:
    mine, _ = await bench.begin()
    other, _ = await bench.begin()
    returned = await bench.returned(other)
    for answer in (returned, {"code": returned["code"]}, {}, {"state": json.loads(mine.flow)["flow"]["state"]}):
        with pytest.raises(SignInRefused) as refused:
            await bench.sign_ins.finish(mine.flow, answer)
        assert refused.value.code == "unusable"
    # with the right state, but the code of somebody else's flow: PKCE does not fit
    with pytest.raises(SignInRefused):
        await bench.sign_ins.finish(mine.flow, returned | {"state": json.loads(mine.flow)["flow"]["state"]})


@pytest.mark.parametrize(
    ("error", "said", "code"),
    [
        ("interaction_required", "AADSTS50076: you must use multi-factor authentication", "no_mfa"),
        ("invalid_request", "AADSTS90014", "unusable"),
        ("access_denied", "", "cancelled"),
    ],
)
async def test_what_the_login_host_sends_back(bench: Bench, error: str, said: str, code: str) -> None:
    begun, state = await bench.begin()
    with pytest.raises(SignInRefused) as refused:
        await bench.sign_ins.finish(begun.flow, {"state": state, "error": error, "error_description": said})
    assert refused.value.code == code


@pytest.mark.parametrize(
    "fault",
    [
        Fault(effect="unavailable", path="/token"),
        Fault(effect="drop", path="/token"),
        Fault(effect="garbage", path="/token"),
        Fault(effect="empty", path="/token"),
        Fault(effect="odd", path="/token", body={}),
        Fault(effect="odd", path="/token", body=[]),
        Fault(effect="odd", path="/token", body={"id_token": "x"}),
        Fault(effect="odd", path="/token", body={"error": "server_error"}),
        Fault(effect="odd", path="/token", body={"id_token": "e30.W10.e30"}),
    ],
    ids=lambda fault: f"{fault.effect} {fault.body}",
)
async def test_a_login_host_that_does_not_answer_is_nobodys_failure(bench: Bench, fault: Fault) -> None:
    begun, _ = await bench.begin()
    returned = await bench.returned(begun)
    bench.entra.faults.add(fault)
    with pytest.raises(Unavailable):
        await bench.sign_ins.finish(begun.flow, returned)
    bench.entra.faults.clear()


async def test_a_login_host_that_is_too_slow(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.tokens.READ_SECONDS", 0.2)
    begun, _ = await bench.begin()
    returned = await bench.returned(begun)
    bench.entra.faults.add(Fault(effect="hold", path="/token"))
    with pytest.raises(Unavailable):
        await bench.sign_ins.finish(begun.flow, returned)


async def test_nobody_is_sent_to_a_login_host_that_does_not_answer(bench: Bench) -> None:
    fault = bench.entra.faults.add(Fault(effect="unavailable", path="openid-configuration"))
    with pytest.raises(Unavailable):
        await bench.begin()
    assert fault.fired
    bench.entra.faults.clear()
    assert (await bench.signed_in()).object_id == OMAR.id  # and it is asked again


async def test_our_own_wrong_secret_is_nobodys_failure(entra: Entra, bench: Bench) -> None:
    begun, _ = await bench.begin()
    returned = await bench.returned(begun)
    entra.register_app(cast.GRAPH_APP_ID, secret="rotated")
    with pytest.raises(Unavailable) as failed:
        await bench.sign_ins.finish(begun.flow, returned)
    assert failed.value.code == "AADSTS7000215"


async def test_they_come_with_the_settings(tmp_path: Any) -> None:
    world = World()
    await world.start()
    try:

        def settings(**more: str) -> Settings:
            return Settings.from_env(doorman.environment(world, "sqlite:///x.db", **more))

        made = make_sign_ins(settings(PUBLIC_URL="http://127.0.0.1:3978", PROOF_CONTEXT="C21"))
        assert made is not None
        asked = query_of((await made.begin(PERSON, "s" * 43)).url)
        made.close()
        assert (asked["redirect_uri"], asked["login_hint"], asked["max_age"]) == (BACK, OMAR.upn, "0")
        assert json.loads(asked["claims"]) == {"id_token": {"acrs": {"essential": True, "value": "c21"}}}
        assert "offline_access" not in asked["scope"]
        assert make_sign_ins(settings(PROOF_CONTEXT="c21")) is None
        assert "PUBLIC_URL" in no_sign_in(settings(PROOF_CONTEXT="c21"))
        assert "PROOF_CONTEXT" in no_sign_in(settings(PUBLIC_URL="http://127.0.0.1:3978"))
        managed = settings(
            PUBLIC_URL="http://127.0.0.1:3978", PROOF_CONTEXT="c21", MicrosoftAppType="UserAssignedMSI", AZURE_CLIENT_SECRET=""
        )
        assert make_sign_ins(managed) is None
        assert "managed identity" in no_sign_in(managed)
    finally:
        await world.stop()
