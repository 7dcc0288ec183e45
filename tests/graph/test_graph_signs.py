"""What may be known of a caller, over HTTP: what is seen, what is left out and why, and what it costs of Graph's limits."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.domain.change import Change, ChangeKind
from bot.domain.methods import Dossier, Phone, PhoneType
from bot.domain.signals import SIGNALS_STAND, Signals
from bot.errors import DirectoryError, NotAuthorised, NotLicensed, Throttled
from bot.graph.lately import REFUSED_SECONDS
from bot.graph.phone_changes import Changed, standing
from bot.graph.signs import LOG_CALLS, LOG_LEFT, GraphSigns
from bot.waiting import Waiting, waiting
from simulator import cast
from simulator.entra import Quotas, audits, sign_in_log
from simulator.entra.message import AuditRow
from simulator.entra.risk import Risk
from simulator.entra.state import PhoneState
from simulator.registered import registered
from tests.graph.conftest import ALICE, OMAR, Bench

SOFIA, RINA, DIEGO = (cast.person(name) for name in ("Sofia Rossi", "Rina Patel", "Diego Vega"))
RISKY, SIGN_INS, LOG = "/identityProtection/riskyUsers/", "/auditLogs/signIns", "/auditLogs/directoryAudits"


class SignsBench(Bench):
    """The tenant with signs on it."""

    async def open(self) -> None:
        await super().open()
        self.signs = GraphSigns(self.client, self.directory.memory, seconds=20.0)

    async def close(self) -> None:
        await self.signs.close()
        await super().close()

    async def signals(self, person: cast.Member, *, lost: bool = False) -> Signals:
        return await self.signs.signals(await self.directory.dossier(person.id), lost=lost)

    async def old_numbers(self, person: cast.Member, days: int = 14) -> list[tuple[str, PhoneType | None]]:
        found = await self.signs.old_numbers(await self.directory.dossier(person.id), datetime.now(UTC) - timedelta(days=days))
        return [(one.number, one.phone) for one in found]

    def asked(self, path: str) -> int:
        return sum(request.path.startswith(path) for request in self.entra.requests)


@pytest.fixture
async def bench() -> AsyncIterator[SignsBench]:
    async with SignsBench() as bench:
        yield bench


def sign_in(bench: SignsBench, person: cast.Member, error: int = 0, *steps: tuple[str, str, bool], hours: float = 1) -> None:
    bench.entra.sign_ins.append(sign_in_log.row(bench.entra.person(person.upn), time.time() - hours * 3600, error, *steps))


async def test_what_the_cast_has(bench: SignsBench) -> None:
    assert await bench.signals(SOFIA) == Signals(risk="high", failed_sign_ins=0, registered=0)
    bench.time.now += 1
    rina = await bench.signals(RINA)
    assert (rina.risk, rina.failed_sign_ins) == ("none", 6)
    bench.time.now += 1
    assert (await bench.signals(OMAR)).lost_active is None


@pytest.mark.parametrize(
    ("risk", "said"),
    [
        (Risk("low"), "low"),
        (Risk("medium"), "medium"),
        (Risk("none", "none"), "none"),
        (Risk("high", "dismissed"), ""),
        (Risk("none", "remediated"), ""),
        (Risk("none", "confirmedSafe"), ""),
        (Risk("none", "confirmedCompromised"), "high"),
        (Risk("hidden"), None),
        (Risk("unknownFutureValue"), None),
        (Risk("high", "unknownFutureValue"), None),
    ],
)
async def test_risk(bench: SignsBench, risk: Risk, said: str | None) -> None:
    bench.entra.person(OMAR.upn).risk = risk
    assert (await bench.signals(OMAR)).risk == said


async def test_only_failures_of_the_last_day_count(bench: SignsBench) -> None:
    sign_in(bench, OMAR, sign_in_log.WRONG_PASSWORD)
    sign_in(bench, OMAR, 500121, hours=23.9)
    sign_in(bench, OMAR, sign_in_log.WRONG_PASSWORD, hours=24.1)
    sign_in(bench, OMAR, 0)
    sign_in(bench, OMAR, 50140)  # only asked whether to stay signed in
    sign_in(bench, ALICE, sign_in_log.WRONG_PASSWORD)
    assert (await bench.signals(OMAR)).failed_sign_ins == 2


@pytest.mark.parametrize(
    ("steps", "seen"),
    [
        ((), False),
        ((("Text message", "+31 XXXXXXX01", True),), True),
        ((("Mobile app notification", "Pixel 8", True),), True),
        ((("Text message", "+31 XXXXXXX01", False),), False),
        ((("Previously satisfied", "", True),), False),
        ((("Passkey (device-bound)", "Blue key", True),), False),
    ],
)
async def test_a_sign_in_by_phone_is_seen_when_a_device_is_lost(
    bench: SignsBench, steps: tuple[tuple[str, str, bool], ...], seen: bool
) -> None:
    sign_in(bench, OMAR, 0, *steps)
    sign_in(bench, OMAR, 500121, ("Text message", "+31 XXXXXXX01", True))  # which failed
    sign_in(bench, OMAR, 0, ("Text message", "+31 XXXXXXX01", True), hours=25)
    assert (await bench.signals(OMAR, lost=True)).lost_active is seen


async def test_methods_count_by_their_own_dates(bench: SignsBench) -> None:
    state = bench.entra.person(OMAR.upn).sign_in
    for days in (0, 6, 8):
        day = datetime.now(UTC) - timedelta(days=days)
        state.add(OMAR.upn, registered("authenticator", f"{day:%Y-%m-%dT%H:%M:%SZ}", displayName=f"Phone {days}"))
    assert (await bench.signals(OMAR)).registered == 2


async def test_of_methods_that_are_hidden_nothing_is_known(bench: SignsBench) -> None:
    bench.entra.revoke(cast.GRAPH_APP_ID, "UserAuthenticationMethod.Read.All")
    assert await bench.signals(OMAR) == Signals(risk="none", failed_sign_ins=0)


async def test_a_pass_is_no_method_that_somebody_registered(bench: SignsBench) -> None:
    assert (await bench.signals(cast.person("Wout Wiersma"))).registered == 0


async def test_it_is_remembered_for_five_minutes(bench: SignsBench) -> None:
    before = await bench.signals(SOFIA)
    bench.entra.person(SOFIA.upn).risk = None
    sign_in(bench, SOFIA, sign_in_log.WRONG_PASSWORD)
    bench.time.now += SIGNALS_STAND.total_seconds() - 1
    assert await bench.signals(SOFIA) == before
    assert (bench.asked(RISKY), bench.asked(SIGN_INS)) == (1, 1)
    bench.time.now += 1
    assert await bench.signals(SOFIA) == Signals(risk="none", failed_sign_ins=1, registered=0)


async def test_those_who_ask_together_ask_once(bench: SignsBench) -> None:
    dossier = await bench.directory.dossier(SOFIA.id)
    found = await asyncio.gather(*(bench.signs.signals(dossier) for _ in range(5)))
    assert {one.risk for one in found} == {"high"}
    assert (bench.asked(RISKY), bench.asked(SIGN_INS)) == (1, 1)


async def test_no_more_is_asked_than_graph_allows(bench: SignsBench) -> None:
    bench.entra.quotas = quotas = Quotas()
    people = [await bench.directory.dossier(member.id) for member in cast.CROWD[:8]]
    found = [await bench.signs.signals(dossier) for dossier in people]
    assert [one.risk for one in found] == ["none", *[None] * 7]
    shown = LOG_CALLS - LOG_LEFT
    assert [one.failed_sign_ins for one in found] == [0] * shown + [None] * (8 - shown)
    assert await bench.old_numbers(OMAR), "for which room was left"
    assert not quotas.refused
    bench.time.now += 10
    assert (await bench.signs.signals(people[-1])).failed_sign_ins == 0
    assert (await bench.signs.signals(people[0])).risk == "none", "as remembered"


async def test_what_other_processes_used_up_is_not_seen_and_not_waited_for(bench: SignsBench) -> None:
    bench.entra.quotas = Quotas(reports=1, report_window=600.0, risks=1, risk_window=600.0)
    await bench.signals(OMAR)
    bench.time.now += 10
    assert await bench.signals(SOFIA) == Signals(registered=0)
    with pytest.raises(Throttled):
        await bench.old_numbers(SOFIA)


async def test_numbers_are_read_no_oftener_than_the_log_may_be(bench: SignsBench) -> None:
    bench.entra.quotas = quotas = Quotas()
    for _ in range(LOG_CALLS):
        assert await bench.old_numbers(DIEGO)
        bench.time.now += 1
    with pytest.raises(Throttled) as refused:
        await bench.old_numbers(DIEGO)
    assert (refused.value.retry_after, quotas.refused) == (5, {})
    bench.entra.quotas = None  # its clock is another one
    bench.time.now += 5
    assert await bench.old_numbers(DIEGO)


async def test_a_turn_is_not_told_that_it_is_put_off(bench: SignsBench) -> None:
    bench.fault("throttle", "identityProtection|signIns", regex=True, retry_after=200)
    dossier = await bench.directory.dossier(OMAR.id)
    wait = Waiting(30.0, lambda: datetime.now(UTC))
    with waiting(wait):
        assert await bench.signs.signals(dossier) == Signals(registered=0)
    assert wait.until is None


FAULTS: dict[str, dict[str, Any]] = {
    "403": {"effect": "forbidden"},
    "404 of nobody's": {"effect": "empty", "status": 404},
    "500": {"effect": "empty", "status": 500},
    "time-out": {"effect": "gateway_timeout"},
    "garbage": {"effect": "garbage"},
    "rows of nothing": {"effect": "odd", "body": {"value": [{}]}},
    "nothing": {"effect": "odd", "body": {}},
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_whatever_fails_is_not_seen(bench: SignsBench, fault: str) -> None:
    dossier = await bench.directory.dossier(SOFIA.id)
    bench.entra.faults.clear()
    bench.fault(path="identityProtection|auditLogs", regex=True, **FAULTS[fault])
    assert await bench.signs.signals(dossier, lost=True) == Signals(registered=0)
    with pytest.raises(DirectoryError):
        await bench.signs.old_numbers(dossier, datetime.now(UTC) - timedelta(days=14))
    bench.entra.faults.clear()
    bench.time.now += REFUSED_SECONDS
    assert (await bench.signs.signals(dossier)).risk == "high", "and that is remembered for nobody"


@pytest.mark.parametrize("fault", ["500", "garbage", "nothing"])
async def test_of_numbers_without_a_profile_nothing_is_said(bench: SignsBench, fault: str) -> None:
    dossier = await bench.directory.dossier(DIEGO.id)
    bench.fault(path=f"/users/{DIEGO.id}$", regex=True, **FAULTS[fault])
    with pytest.raises(DirectoryError):
        await bench.signs.old_numbers(dossier, datetime.now(UTC) - timedelta(days=14))


async def test_one_part_that_fails_is_no_other(bench: SignsBench) -> None:
    bench.fault("unavailable", "identityProtection")
    assert await bench.signals(SOFIA) == Signals(failed_sign_ins=0, registered=0)


async def test_what_is_late_is_left_out_and_there_the_next_time(bench: SignsBench) -> None:
    dossier = await bench.directory.dossier(SOFIA.id)
    hasty = GraphSigns(bench.client, bench.directory.memory, seconds=0.01)
    bench.fault("hold", "identityProtection")
    assert (await hasty.signals(dossier)).risk is None
    reading = [task for task in asyncio.all_tasks() if "Lately._read" in repr(task)]
    bench.entra.faults.clear()
    await asyncio.gather(*reading)
    patient = await hasty.signals(dossier)
    assert (patient.risk, bench.asked(RISKY)) == ("high", 1)
    await hasty.close()


async def test_whoever_stops_waiting_stops_nobody_else(bench: SignsBench) -> None:
    dossier = await bench.directory.dossier(SOFIA.id)
    first, second = (asyncio.create_task(bench.signs.signals(dossier)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    assert (await second).risk == "high"


@pytest.mark.parametrize(
    ("permission", "seen"),
    [
        ("IdentityRiskyUser.Read.All", Signals(failed_sign_ins=0, registered=0, lost_active=False)),
        ("AuditLog.Read.All", Signals(risk="none", registered=0)),
    ],
)
async def test_without_a_permission_it_is_not_even_asked(bench: SignsBench, permission: str, seen: Signals) -> None:
    bench.entra.revoke(cast.GRAPH_APP_ID, permission)
    assert await bench.signals(OMAR, lost=True) == seen
    assert (bench.asked(RISKY), bench.asked(SIGN_INS)) == ((0, 2) if "Risky" in permission else (1, 0))
    if "Audit" in permission:
        with pytest.raises(NotAuthorised):
            await bench.old_numbers(OMAR)
        assert bench.asked(LOG) == 0


async def test_without_a_licence_it_is_not_asked_again_for_a_while(bench: SignsBench) -> None:
    bench.entra.tenant.licence = "Free"
    for person in (OMAR, SOFIA, RINA):
        assert (await bench.signals(person)).risk is None
        bench.time.now += 60
    assert (bench.asked(RISKY), bench.asked(SIGN_INS)) == (1, 1)
    with pytest.raises(NotLicensed):
        await bench.old_numbers(OMAR)
    bench.entra.tenant.licence = "P2"
    bench.time.now += 600
    assert (await bench.signals(SOFIA)).risk == "high"


async def test_nobody_is_asked_about_without_an_object_id(bench: SignsBench) -> None:
    dossier = await bench.directory.dossier(OMAR.id)
    nobody = Dossier(replace(dossier.person, id=""), {})
    assert await bench.signs.signals(nobody) == Signals(registered=0)


# ---- numbers


def log(
    bench: SignsBench, person: cast.Member, activity: str, reason: str = "", *, days: float = 1, result: str = "success", **more: Any
) -> None:
    made: AuditRow = audits.row(person.id, person.upn, time.time() - days * 86400, activity=activity, reason=reason, **more)
    made.body["result"] = result
    bench.entra.audits.append(made)


def update(bench: SignsBench, person: cast.Member, *names: str, days: float = 1) -> None:
    modified = audits.touched(*names) if names else []
    log(bench, person, "Update user", days=days, service=audits.DIRECTORY, app_id="somebody", modified=modified)


MOBILE, DESK = ("+34 612345011", PhoneType.MOBILE), ("+34 911234567", None)
OMARS = [
    ("+31 612345001", PhoneType.MOBILE),
    ("+31 612345002", PhoneType.ALTERNATE_MOBILE),
    ("+31 201234567", PhoneType.OFFICE),
]


async def test_numbers_that_nobody_changed(bench: SignsBench) -> None:
    assert await bench.old_numbers(DIEGO) == [MOBILE, DESK]
    assert await bench.old_numbers(OMAR) == OMARS
    assert await bench.old_numbers(cast.person("Noor Dekker")) == []


async def test_each_number_once_and_registered_ones_first(bench: SignsBench) -> None:
    omar = bench.entra.person(OMAR.upn)
    omar.mobile_phone, omar.business_phones = "+31 (6) 1234-5001", ("ask reception", " ", "020 555 01 02")
    assert await bench.old_numbers(OMAR) == [*OMARS, ("020 555 01 02", None)]


@pytest.mark.parametrize(
    ("activity", "reason", "left"),
    [
        (audits.UPDATED, "Admin changed phone method for user", [DESK]),
        (audits.REGISTERED, "Admin registered phone method for user", [DESK]),
        ("User registered security info", "User registered Mobile Phone SMS", [DESK]),
        ("User deleted security info", "", [DESK]),
        ("User registered security info", "something nobody knows yet", [DESK]),
        ("User registered security info", "User registered Fido2 Authentication Method", [MOBILE, DESK]),
        ("User registered security info", "User registered Authenticator App with Notification and Code", [MOBILE, DESK]),
        ("Admin registered security info", "Admin registered temporary access pass method for user", [MOBILE, DESK]),
        ("User reviewed security info", "User successfully reviewed security info", [MOBILE, DESK]),
        ("User changed default security info", "User changed the default method to Mobile Phone", [MOBILE, DESK]),
        ("Reset user password", "", [MOBILE, DESK]),
        ("Enable account", "", [MOBILE, DESK]),
        ("Add user", "", []),
    ],
)
async def test_what_a_record_says_of_numbers(bench: SignsBench, activity: str, reason: str, left: list[Any]) -> None:
    log(bench, DIEGO, activity, reason)
    assert await bench.old_numbers(DIEGO) == left


@pytest.mark.parametrize(
    ("names", "left"),
    [
        (("StrongAuthenticationUserDetails",), [DESK]),
        (("StrongAuthenticationPhoneAppDetail",), [MOBILE, DESK]),
        (("StrongAuthenticationMethod", "StrongAuthenticationRequirement"), [MOBILE, DESK]),
        (("TelephoneNumber",), [MOBILE]),
        (("BusinessPhones",), [MOBILE]),
        (("MobilePhone",), [MOBILE, DESK]),
        (("JobTitle", "City"), [MOBILE, DESK]),
        ((), []),
    ],
)
async def test_what_an_update_touched(bench: SignsBench, names: tuple[str, ...], left: list[Any]) -> None:
    update(bench, DIEGO, *names)
    assert await bench.old_numbers(DIEGO) == left


async def test_a_new_number_of_the_profile_is_not_offered(bench: SignsBench) -> None:
    bench.entra.person(DIEGO.upn).mobile_phone = "+34 699999999"
    update(bench, DIEGO, "MobilePhone")
    assert await bench.old_numbers(DIEGO) == [MOBILE, DESK]


async def test_a_number_that_has_long_been_the_profiles_stays_when_it_is_registered(bench: SignsBench) -> None:
    diego = bench.entra.person(DIEGO.upn)
    diego.mobile_phone = "+34 644444444"
    diego.phones["mobile"] = PhoneState("+34 644444444")
    log(bench, DIEGO, audits.UPDATED)
    assert await bench.old_numbers(DIEGO) == [("+34 644444444", None), DESK]


async def test_only_this_person_and_only_lately(bench: SignsBench) -> None:
    log(bench, OMAR, audits.UPDATED)
    log(bench, DIEGO, audits.UPDATED, days=15)
    log(bench, DIEGO, audits.UPDATED, result="failure")
    assert await bench.old_numbers(DIEGO) == [MOBILE, DESK]
    log(bench, DIEGO, audits.UPDATED, result="timeout")
    assert await bench.old_numbers(DIEGO) == [DESK]
    assert await bench.old_numbers(DIEGO, days=20) == [DESK]


async def test_what_doorman_itself_changed_is_in_the_log_too(bench: SignsBench) -> None:
    change = Change(ChangeKind.SET_PHONE, PhoneType.MOBILE, None, "+31 612345678")
    await bench.directory.apply(ALICE.id, change, "7QXF")
    assert await bench.old_numbers(ALICE) == []


async def test_the_log_does_not_go_back_for_ever(bench: SignsBench) -> None:
    assert await bench.old_numbers(DIEGO, days=30) == [MOBILE, DESK]
    for asking in (bench.old_numbers(DIEGO, days=31), bench.signs.manager_changed(DIEGO.id, datetime.now(UTC) - timedelta(days=31))):
        with pytest.raises(DirectoryError) as refused:
            await asking
        assert type(refused.value) is DirectoryError, "which no second attempt helps"


async def test_every_page_of_the_log_is_read_or_nothing_is_said(bench: SignsBench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.graph.sign_reads.MOST_ROWS", 2)
    for _ in range(5):
        log(bench, DIEGO, "Enable account")
    log(bench, DIEGO, audits.UPDATED, days=2)  # on the last page
    assert await bench.old_numbers(DIEGO) == [DESK]
    for _ in range(3):
        log(bench, DIEGO, "Enable account")
    bench.time.now += 10
    with pytest.raises(DirectoryError):
        await bench.old_numbers(DIEGO)


@pytest.mark.parametrize(
    ("created", "offered"), [("", True), ("2026-11-15", True), ("2026-11-16", False), ("2026-11-30", False), ("2025-03-02", True)]
)
def test_a_phone_with_a_date_of_its_own_is_as_old_as_that(created: str, offered: bool) -> None:
    phone = Phone(PhoneType.MOBILE, "+34 612345011", created=created)
    since = datetime(2026, 11, 16, 12, tzinfo=UTC)
    found = standing({phone.type: phone}, {"mobilePhone": None, "businessPhones": []}, Changed(), since)
    assert [one.since for one in found] == [since] * offered


@pytest.mark.parametrize(
    ("activity", "changed"),
    [
        ("Set user manager", True),
        ("Remove user manager", True),
        ("Add user", True),
        ("Update user", False),
        ("Reset user password", False),
    ],
)
async def test_whether_the_manager_is_a_new_one(bench: SignsBench, activity: str, changed: bool) -> None:
    since = datetime.now(UTC) - timedelta(days=14)
    log(bench, DIEGO, activity, days=15)
    log(bench, DIEGO, activity, result="failure")
    log(bench, OMAR, activity)
    assert not await bench.signs.manager_changed(DIEGO.id, since)
    log(bench, DIEGO, activity)
    assert await bench.signs.manager_changed(DIEGO.id, since) is changed


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_manager_of_whom_the_log_says_nothing_is_not_taken_for_an_old_one(bench: SignsBench, fault: str) -> None:
    bench.fault(path="auditLogs", **FAULTS[fault])
    with pytest.raises(DirectoryError):
        await bench.signs.manager_changed(DIEGO.id, datetime.now(UTC) - timedelta(days=14))
