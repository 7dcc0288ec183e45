"""What the directory makes of a Graph that is busy, broken, silent or talking nonsense."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from bot.domain.change import Change, ChangeKind
from bot.domain.change_values import Switch
from bot.domain.methods import PhoneType
from bot.errors import DirectoryError, NotAuthorised, NotFound, NumberNotUnique, Throttled, Unavailable
from bot.graph import GraphDirectory
from bot.graph.answers import Answer
from bot.graph.batch import ROUNDS
from bot.graph.errors import translate
from bot.graph.throttle import Patience, Priority, ThrottleGate
from simulator import cast
from tests.graph.conftest import ALICE, OMAR, Bench

SET = Change(ChangeKind.SET_PHONE, PhoneType.MOBILE, None, "+31 612345678")
CHANGE = Change(ChangeKind.SET_PHONE, PhoneType.MOBILE, "+31 612345001", "+31 612345678")
REMOVE = Change(ChangeKind.REMOVE_PHONE, PhoneType.ALTERNATE_MOBILE, "+31 612345002", None)
ENABLE = Change(ChangeKind.SMS_SIGN_IN, PhoneType.MOBILE, Switch.OFF, Switch.ON)
WRITES = [pytest.param(change, id=str(number)) for number, change in enumerate((CHANGE, REMOVE, ENABLE))]
CLAIMS = json.dumps({"access_token": {"nbf": {"essential": True, "value": "1700000000"}}})


@pytest.mark.parametrize(("retry_after", "waited"), [(2, 2.0), (0.5, 0.5), (2.128, 2.128), (0, 0.1), (None, 1.0)])
async def test_a_refused_read_waits_and_comes_back(bench: Bench, retry_after: float | None, waited: float) -> None:
    bench.fault("throttle", times=1, retry_after=retry_after)
    assert (await bench.directory.person(ALICE.id)).upn == ALICE.upn
    assert bench.time.naps == [pytest.approx(waited)]


async def test_a_date_says_how_long_too(bench: Bench) -> None:
    bench.fault("throttle", times=1, retry_after=4, retry_after_date=True)
    await bench.directory.person(ALICE.id)
    assert bench.time.naps == [pytest.approx(3.5, abs=1.0)]


@pytest.mark.parametrize("change", [pytest.param(SET, id="post"), *WRITES])
async def test_a_refused_write_did_not_happen_so_it_comes_back(bench: Bench, change: Change) -> None:
    who = ALICE if change is SET else OMAR
    bench.fault("throttle", "phoneMethods", times=2, retry_after=1)
    await bench.directory.apply(who.id, change, "7QXF")
    assert len(bench.entra.writes) == 1
    assert bench.time.naps == [1.0, 1.0]


async def test_refusals_without_a_word_wait_longer_each_time(bench: Bench) -> None:
    bench.fault("throttle", times=4)
    await bench.directory.in_background().person(ALICE.id)
    assert bench.time.naps == [1.0, 2.0, 4.0, 8.0]


async def test_a_person_is_not_kept_waiting(bench: Bench) -> None:
    bench.fault("throttle", retry_after=30)
    with pytest.raises(Throttled) as throttled:
        await bench.directory.person(ALICE.id)
    assert throttled.value.retry_after == 30
    assert bench.time.naps == []
    assert len(bench.seen()) == 1


async def test_while_the_gate_is_closed_nothing_is_sent(bench: Bench) -> None:
    bench.fault("throttle", times=1, retry_after=30)
    for _ in range(2):
        with pytest.raises(Throttled):
            await bench.directory.person(ALICE.id)
    assert len(bench.seen()) == 1
    bench.time.now += 31
    assert await bench.directory.person(ALICE.id)


async def test_the_background_waits_a_minute_at_most(bench: Bench) -> None:
    bench.fault("throttle", retry_after=25)
    with pytest.raises(Throttled):
        await bench.directory.in_background().person(ALICE.id)
    assert bench.time.naps == [25.0, 25.0]


@pytest.mark.parametrize("effect", ["unavailable", "gateway_timeout", "drop"])
async def test_a_read_is_repeated(bench: Bench, effect: str) -> None:
    bench.fault(effect, times=3)
    assert (await bench.directory.person(ALICE.id)).upn == ALICE.upn
    assert bench.time.naps == [0.25, 0.5, 1.0]


async def test_a_read_is_not_repeated_forever(bench: Bench) -> None:
    bench.fault("unavailable")
    with pytest.raises(Unavailable) as gone:
        await bench.directory.person(ALICE.id)
    assert gone.value.status == 503
    assert len(bench.seen()) == 5


async def test_503_with_a_wait_is_heeded(bench: Bench) -> None:
    bench.fault("unavailable", times=1, retry_after=3)
    await bench.directory.person(ALICE.id)
    assert bench.time.naps == [3.0]


@pytest.mark.parametrize("change", [pytest.param(SET, id="post"), *WRITES])
@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("effect", ["unavailable", "gateway_timeout", "drop", "garbage", "empty", "deep"])
async def test_a_write_that_may_have_happened_is_never_repeated(bench: Bench, effect: str, after: bool, change: Change) -> None:
    """Also where a success is said that is none of Graph's."""
    who = ALICE if change is SET else OMAR
    bench.fault(effect, "phoneMethods", after=after)
    with pytest.raises(Unavailable):
        await bench.directory.apply(who.id, change, "7QXF")
    assert len(bench.seen()) == 1
    assert len(bench.entra.writes) == after
    assert bench.time.naps == []


async def test_a_write_on_a_connection_that_was_in_use_is_not_repeated_either(bench: Bench) -> None:
    await bench.directory.person(OMAR.id)
    bench.fault("drop", "phoneMethods", after=True)
    with pytest.raises(Unavailable):
        await bench.directory.apply(OMAR.id, REMOVE, "7QXF")
    assert [line for line in bench.seen() if "DELETE" in line] == [f"DELETE {bench.requests[-1].path} 0"]


@pytest.mark.parametrize("effect", ["garbage", "empty"])
@pytest.mark.parametrize("status", [200, 502, 500])
async def test_nonsense_is_no_answer(bench: Bench, effect: str, status: int) -> None:
    bench.fault(effect, status=status)
    with pytest.raises(Unavailable):
        await bench.directory.person(ALICE.id)


@pytest.mark.parametrize(("status", "kind"), [(403, Unavailable), (404, NotFound), (401, NotAuthorised)])
async def test_a_no_without_a_body_is_still_a_no_and_a_page_is_somebody_elses(
    bench: Bench, status: int, kind: type[DirectoryError]
) -> None:
    bench.fault("empty", status=status)
    with pytest.raises(kind) as no:
        await bench.directory.person(ALICE.id)
    assert no.value.status == status
    bench.entra.faults.clear()
    bench.fault("garbage", status=status)
    with pytest.raises(Unavailable):
        await bench.directory.person(ALICE.id)


ODD = [[], "x", 7, None, {"value": 7}, {"value": [7]}, {"value": [{"id": 7, "roleDefinition": 7}]}, {"error": 7}]


@pytest.mark.parametrize("body", [*ODD, "deep"], ids=lambda body: json.dumps(body)[:20])
async def test_an_answer_of_another_shape_is_no_answer(bench: Bench, body: object) -> None:
    read = bench.directory
    bench.fault("deep" if body == "deep" else "odd", body=body)
    asks = (read.person(ALICE.id), read.find("alice"), read.dossier(ALICE.id), read.standing(ALICE.id, frozenset({ALICE.id})),
            read.pass_terms(ALICE.id), read.preference(ALICE.id), read.sms_terms(), read.marks([ALICE.id]))  # fmt: skip
    for ask in asks:
        try:
            await ask
        except DirectoryError as error:
            assert isinstance(error, Unavailable | NotAuthorised)  # noqa: PT017 - some of these are answers, and all are no crash


@pytest.mark.parametrize("effect", ["garbage", "empty"])
async def test_a_batch_of_nonsense(bench: Bench, effect: str) -> None:
    bench.fault(effect, "$batch")
    with pytest.raises(Unavailable):
        await bench.directory.dossier(ALICE.id)


@pytest.mark.parametrize("claims", [None, CLAIMS])
async def test_a_refused_token_is_renewed_once(bench: Bench, claims: str | None) -> None:
    before = await bench.client.tokens.get()
    bench.fault("unauthorized", times=1, claims=claims)
    assert await bench.directory.person(ALICE.id)
    assert await bench.client.tokens.get() != before
    assert len(bench.seen()) == 2


@pytest.mark.parametrize(("effect_path", "ask"), [("/users", "person"), ("roleAssignments", "dossier")])
async def test_the_claims_of_a_challenge_reach_entra(bench: Bench, monkeypatch: pytest.MonkeyPatch, effect_path: str, ask: str) -> None:
    asked: list[str | None] = []
    acquire = bench.client.tokens._acquire

    def acquiring(claims: str | None) -> dict[str, Any]:
        asked.append(claims)
        return acquire(claims)

    monkeypatch.setattr(bench.client.tokens, "_acquire", acquiring)
    bench.fault("unauthorized", effect_path, times=1, claims=CLAIMS)
    await getattr(bench.directory, ask)(ALICE.id)
    assert asked == [None, CLAIMS]


@pytest.mark.parametrize("claims", [None, CLAIMS])
async def test_a_write_with_a_refused_token_happens_once(bench: Bench, claims: str | None) -> None:
    bench.fault("unauthorized", "phoneMethods", times=1, claims=claims)
    await bench.directory.apply(ALICE.id, SET, "7QXF")
    assert len(bench.entra.writes) == 1


@pytest.mark.parametrize("claims", [None, CLAIMS])
async def test_a_token_that_is_refused_again_is_given_up(bench: Bench, claims: str | None) -> None:
    bench.fault("unauthorized", claims=claims)
    with pytest.raises(NotAuthorised) as no:
        await bench.directory.person(ALICE.id)
    assert no.value.status == 401
    assert len(bench.seen()) == 2


async def test_a_part_of_a_batch_may_refuse_the_token(bench: Bench) -> None:
    bench.fault("unauthorized", "roleAssignments", times=1, claims=CLAIMS)
    assert await bench.directory.dossier(ALICE.id)
    assert len([line for line in bench.seen() if "roleAssignments" in line]) == 2


async def test_403_names_the_permission_of_the_part_where_that_is_what_our_token_lacks(bench: Bench) -> None:
    bench.fault("forbidden", "roleAssignments", times=1)
    with pytest.raises(Unavailable) as no:
        await bench.directory.dossier(ALICE.id)
    assert no.value.status == 403
    bench.entra.revoke(cast.GRAPH_APP_ID, "RoleManagement.Read.Directory")
    await bench.client.renew_token("")
    with pytest.raises(NotAuthorised) as missing:
        await bench.directory.dossier(ALICE.id)
    assert missing.value.permission == "RoleManagement.Read.Directory"


async def test_409_that_was_saved(bench: Bench) -> None:
    bench.fault("conflict", "phoneMethods", after=True)
    with pytest.raises(NumberNotUnique):
        await bench.directory.apply(ALICE.id, SET, "7QXF")
    assert len(bench.entra.writes) == 1


async def test_only_the_refused_parts_of_a_batch_come_back_after_the_longest_wait(bench: Bench) -> None:
    bench.fault("throttle", "roleAssignments", times=1, retry_after=1)
    bench.fault("throttle", "graph.group", times=1, retry_after=3)
    await bench.directory.dossier(ALICE.id)
    inner = [len(request.body["requests"]) for request in bench.requests if request.path == "/$batch"]
    assert inner == [8, 2]
    assert bench.time.naps == [3.0]


async def test_many_batches_with_a_refused_part_halve_the_limit_once(bench: Bench) -> None:
    bench.fault("throttle", "roleAssignments", times=ROUNDS - 1, retry_after=1)  # one batch may meet all of them, and still gets through
    patient = bench.directory.in_background()
    await asyncio.gather(*(patient.dossier(OMAR.id) for _ in range(8)))
    assert bench.client.gate.limit >= 16


async def test_a_broken_part_of_a_batch_comes_back(bench: Bench) -> None:
    bench.fault("unavailable", "roleAssignments", times=2)
    assert await bench.directory.dossier(ALICE.id)
    assert [len(request.body["requests"]) for request in bench.requests if request.path == "/$batch"] == [8, 1, 1]


async def test_a_part_that_stays_refused(bench: Bench) -> None:
    bench.fault("throttle", "roleAssignments", retry_after=10)
    with pytest.raises(Throttled) as throttled:
        await bench.directory.dossier(ALICE.id)
    assert throttled.value.retry_after == 10


async def test_the_whole_batch_refused(bench: Bench) -> None:
    bench.fault("throttle", "$batch", times=1, retry_after=1)
    assert await bench.directory.dossier(ALICE.id)
    bench.fault("unavailable", "$batch", times=2)
    assert await bench.directory.dossier(ALICE.id)


async def test_a_graph_that_hangs_does_not_hang_the_person(bench: Bench) -> None:
    bench.fault("latency", seconds=2)
    hurried = GraphDirectory(bench.client, patience=Patience(0.1, Priority.HIGH))
    async with asyncio.timeout(3):
        with pytest.raises(Unavailable):
            await hurried.person(ALICE.id)
        with pytest.raises(Unavailable):
            await hurried.dossier(ALICE.id)
    assert bench.client.gate.running == 0


async def test_a_slow_answer_times_out(bench: Bench) -> None:
    bench.fault("latency", "phoneMethods", seconds=1)
    client = bench.connect(read_seconds=0.1)
    with pytest.raises(Unavailable):
        await GraphDirectory(client).apply(ALICE.id, SET, "7QXF")
    await client.close()


async def test_nobody_listens(bench: Bench) -> None:
    await bench.client.tokens.get()
    await bench.entra.stop()
    with pytest.raises(Unavailable) as gone:
        await bench.directory.person(ALICE.id)
    assert gone.value.status is None


async def test_a_next_link_elsewhere_gets_no_token(bench: Bench) -> None:
    with pytest.raises(Unavailable, match="away from Graph"):
        await bench.client.read("http://127.0.0.1:1/v1.0/users", Patience(1))


async def test_urgency_is_told(bench: Bench) -> None:
    await bench.directory.person(ALICE.id)
    await bench.directory.in_background().person(ALICE.id)
    assert [r.headers.get("x-ms-throttle-priority") for r in bench.requests] == ["high", None]
    assert len({r.client_request_id for r in bench.requests}) == 2


async def test_many_workers_under_a_limit_all_get_through() -> None:
    """In real time: thirty-two at once against ten calls a second."""
    bench = Bench()
    await bench.open()
    client = bench.connect(gate=ThrottleGate())
    patient = GraphDirectory(client).in_background()
    await patient.ready()
    bench.entra.requests.clear()
    bench.fault("limit", per_second=10)
    found = await asyncio.gather(*(patient.person(ALICE.id) for _ in range(32)))
    assert len(found) == 32
    refused = [line for line in bench.seen() if line.endswith("429")]
    assert len(refused) <= 40, "the first rush, and no second one"
    assert client.gate.limit < 32
    await client.close()
    await bench.close()


def answer(status: int, body: object, **headers: str) -> Answer:
    return Answer(status, headers, body)


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        (answer(404, {"Message": "No HTTP resource was found that matches the request URI", "MessageDetail": ""}), "NotFound"),
        (answer(403, {"error": {"code": "", "message": "You do not have the required permissions"}}), "NotAuthorised"),
        (answer(400, {"error": {"code": "badRequest", "message": "Already REGISTERED."}}), "Conflict"),
        (answer(409, {"error": {"code": "phoneNumberNotUnique", "message": ""}}), "NumberNotUnique"),
        (answer(409, {"error": {"code": "conflict", "message": "phoneNumberNotUnique"}}), "NumberNotUnique"),
        (answer(409, {}), "Conflict"),
        (answer(400, {"error": "not an object"}), "Rejected"),
        (answer(405, None), "Rejected"),
        (answer(302, None), "Unavailable"),
        (answer(424, {}), "Unavailable"),
        (answer(500, "<html>"), "Unavailable"),
        (OSError("connection reset"), "Unavailable"),
        (Throttled(retry_after=1), "Throttled"),
    ],
)
def test_translation(given: Answer | Exception, kind: str) -> None:
    assert type(translate(given)).__name__ == kind


def test_a_mistake_of_ours_is_not_taken_for_a_silence() -> None:
    with pytest.raises(KeyError):
        translate(KeyError("x"))


def test_numbers_stay_out_of_the_log() -> None:
    error = translate(
        answer(400, {"error": {"code": "badRequest", "message": "The number +31 6 12345678 (or +31612345678x12) of 5b3f is bad"}})
    )
    assert error.detail == "The number +… (or +…) of 5b3f is bad"
    assert "1234" not in str(translate(OSError("+31 612345678")))


def test_the_request_id_of_a_refusal_is_kept() -> None:
    assert translate(answer(400, {}, **{"request-id": "abc"})).request_id == "abc"
