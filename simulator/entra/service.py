"""The simulator as one object: state, faults and records to look at, and a server to talk to."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

from aiohttp import web

from simulator import cast, crowd
from simulator.entra import newness
from simulator.entra.conditional_access import ConditionalAccess
from simulator.entra.control import Control
from simulator.entra.control_apps import SignInControl
from simulator.entra.control_load import LoadControl
from simulator.entra.control_reach import ReachControl
from simulator.entra.edge import VERSION, GraphEdge
from simulator.entra.errors import envelope
from simulator.entra.exchange import Exchange, Mail
from simulator.entra.faults import Dropped, Faults
from simulator.entra.login import Login
from simulator.entra.message import Answer, AuditRow, GraphError, RecordedRequest, Write
from simulator.entra.quotas import Quotas
from simulator.entra.refused import LoginError
from simulator.entra.sign_in_log import SignInRow
from simulator.entra.state import GroupState, Person, Tenant
from simulator.entra.teamwork import Teamwork
from simulator.entra.tokens import AppRegistration, key_set
from simulator.local import control_is_ours


class Entra:
    """One tenant with its login host and its Graph. State is fresh per instance.

    `clock` gives seconds since the epoch; tests pass their own to move time, and `token_clock` where tokens are to age too (None: they
    do), which the SDKs of a client in the same process would not know of. `seed` makes the random parts repeatable.
    """

    def __init__(
        self,
        people: Iterable[cast.Member] = cast.EVERYONE,
        groups: Iterable[cast.Group] = cast.GROUPS,
        *,
        clock: Callable[[], float] = time.time,
        token_clock: Callable[[], float] | None = None,
        seed: int = 0,
    ) -> None:
        self.tenant = Tenant(people, groups, clock)
        self.login = Login(self.tenant, token_clock or clock)
        self.faults = Faults(clock, self._delay_writes, seed)
        self._edge = GraphEdge(self.tenant, self.login, self.faults, seed)
        self._runner: web.AppRunner | None = None
        self.url = ""

    @property
    def requests(self) -> deque[RecordedRequest]:
        """The latest Graph requests, oldest first; the parts of a batch before the batch itself."""
        return self._edge.requests

    @property
    def recording(self) -> bool:
        """Whether requests are recorded; a long run does better without."""
        return self._edge.recording

    @recording.setter
    def recording(self, on: bool) -> None:
        self._edge.recording = on

    @property
    def quotas(self) -> Quotas | None:
        """The limits that applications are under, and what they used of them; None for no limits."""
        return self._edge.quotas

    @quotas.setter
    def quotas(self, quotas: Quotas | None) -> None:
        self._edge.quotas = quotas

    @property
    def latency(self) -> float:
        """Seconds that every request to the login host and to Graph takes besides; a batch takes them once."""
        return self._edge.latency

    @latency.setter
    def latency(self, seconds: float) -> None:
        self._edge.latency = seconds

    @property
    def writes(self) -> list[Write]:
        """Every change that took effect, oldest first."""
        return self.tenant.writes

    @property
    def audits(self) -> list[AuditRow]:
        """The tenant's audit log, oldest first; tests may take rows away or add some made by `audits.row`."""
        return self.tenant.audits

    @property
    def sign_ins(self) -> list[SignInRow]:
        """The tenant's log of sign-ins; tests may take rows away or add some made by `sign_in_log.row`."""
        return self.tenant.sign_ins

    @property
    def exchange(self) -> Exchange:
        """Who may send mail from which mailbox, how much of it, and where it bounces; free to be changed."""
        return self.tenant.exchange

    @property
    def teamwork(self) -> Teamwork:
        """The app in the organisation's catalogue, and where it is installed; free to be changed."""
        return self.tenant.teamwork

    @property
    def access(self) -> ConditionalAccess:
        """Authentication contexts and the policies behind them; free to be changed."""
        return self.tenant.access

    @property
    def mails(self) -> list[Mail]:
        """Every mail that was accepted, oldest first."""
        return self.tenant.exchange.mails

    def inbox(self, key: str) -> list[Mail]:
        """What arrived for a person (by name, user principal name or id) or at an address, oldest first."""
        return self.tenant.exchange.inbox(self.tenant, key)

    def person(self, key: str) -> Person:
        """The account with this UPN, id or display name, free to be changed. KeyError when there is none."""
        return self.tenant.person(key)

    def group(self, key: str) -> GroupState:
        """The group with this id or name. KeyError when there is none."""
        return self.tenant.group(key)

    def hire(self, member: cast.Member, *, seconds: float = 30.0, calls: int = 0) -> Person:
        """Adds an account at this moment; see `newness.hire`."""
        return newness.hire(self.tenant, member, seconds=seconds, calls=calls)

    def add_crowd(self, people: int = crowd.USUAL, *, mixed: bool = True) -> None:
        """Adds the first so many people of `simulator.crowd` who are not there yet, and the groups they are in."""
        for member in crowd.members(people, mixed=mixed):
            if self.tenant.find(member.upn) is None:
                self.tenant.admit(member)
        self.tenant.form(crowd.groups(people, mixed=mixed))

    def register_app(self, app_id: str, secret: str | None = None, certificate_pem: str | bytes | None = None) -> AppRegistration:
        """Adds an app registration or changes the credentials of one; ValueError when the PEM holds no certificate."""
        return self.login.register(app_id, secret, certificate_pem)

    def grant(self, app_id: str, *permissions: str) -> None:
        """Gives an app application permissions; they show in tokens issued from now on. KeyError for an unknown app."""
        self.login.apps[app_id].permissions.update(permissions)

    def revoke(self, app_id: str, *permissions: str) -> None:
        """Takes application permissions from an app; tokens already issued keep them. KeyError for an unknown app."""
        self.login.apps[app_id].permissions.difference_update(permissions)

    def issue_token(self, app_id: str, audience: str, *, lifetime: int = 3599) -> str:
        """A token as the token endpoint would give it, without asking for a secret."""
        app = self.login.apps[app_id]
        return self.login.tokens.issue(app, audience, roles=app.permissions, lifetime=lifetime)

    def issue_user_token(self, app_id: str, audience: str, user: str, *scopes: str) -> str:
        """A token for a person who signed in to the app; KeyError for an unknown app or person."""
        return self.login.tokens.issue_to_user(self.login.apps[app_id], audience, self.person(user).id, scopes)

    def assign_roles(self, app_id: str, *roles: str) -> None:
        """Gives the service principal of an app these directory roles and no others."""
        self.tenant.sign_in.app_roles[app_id.lower()] = set(roles)

    def verify_token(self, token: str, audience: str) -> dict[str, Any]:
        """The claims of a token this tenant issued for the audience; `InvalidToken` otherwise."""
        return self.login.tokens.verify(token, (audience,))

    def app(self) -> web.Application:
        """The server, to be run or mounted."""
        app = web.Application(middlewares=[control_is_ours])
        router = app.router
        router.add_route("*", VERSION + "/{tail:.*}", self._edge.handle)
        Control(self.tenant, self.faults, self.requests).add_to(router)
        LoadControl(self).add_to(router)
        ReachControl(self.tenant).add_to(router)
        router.add_get("/common/discovery/instance", self._instance)
        for document in ("/{tenant}/v2.0/.well-known/openid-configuration", "/{tenant}/.well-known/openid-configuration"):
            router.add_get(document, self._openid)
        router.add_get("/{tenant}/discovery/v2.0/keys", self._keys)
        router.add_post("/{tenant}/oauth2/v2.0/token", self._token)
        router.add_post("/{tenant}/oauth2/v2.0/devicecode", self._device_code)
        router.add_get("/{tenant}/oauth2/v2.0/authorize", self._authorize)
        router.add_post("/{tenant}/login", self._login)
        SignInControl(self.login, self.tenant).add_to(router)
        router.add_route("*", "/{tail:.*}", self._edge.unknown)
        return app

    async def start(self, port: int = 0, host: str = "127.0.0.1") -> None:
        """Serves on loopback; afterwards `url` says where. OSError when the port is taken."""
        self._runner = web.AppRunner(self.app(), access_log=None, handle_signals=False)
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port)
        await site.start()
        bound = self._runner.addresses[0]
        self.url = f"http://{host}:{bound[1]}"

    async def stop(self) -> None:
        """Closes the server, if it runs."""
        self.faults.clear()  # nobody is held any more
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def _delay_writes(self, in_reads: float, in_audits: float) -> None:
        self.tenant.visibility_delay, self.tenant.audit_delay = in_reads, in_audits

    async def _openid(self, request: web.Request) -> web.StreamResponse:
        return await self._login_answer(request, lambda: self.login.openid_configuration(request.match_info["tenant"], request.host))

    async def _instance(self, request: web.Request) -> web.StreamResponse:
        asked = request.query.get("authorization_endpoint", "")
        return await self._login_answer(request, lambda: self.login.instance(asked, request.host))

    async def _keys(self, request: web.Request) -> web.StreamResponse:
        return await self._login_answer(request, lambda: Answer(200, key_set()))

    async def _token(self, request: web.Request) -> web.StreamResponse:
        form = {name: str(value) for name, value in (await request.post()).items()}
        return await self._login_answer(
            request, lambda: self.login.token(request.match_info["tenant"], form, request.headers, request.host)
        )

    async def _device_code(self, request: web.Request) -> web.StreamResponse:
        form = {name: str(value) for name, value in (await request.post()).items()}
        return await self._login_answer(request, lambda: self.login.device_code(request.match_info["tenant"], form, request.host))

    async def _authorize(self, request: web.Request) -> web.StreamResponse:
        return await self._login_answer(request, lambda: self.login.authorize(request.match_info["tenant"], request.query))

    async def _login(self, request: web.Request) -> web.StreamResponse:
        form = {name: str(value) for name, value in (await request.post()).items()}
        return await self._login_answer(request, lambda: self.login.pages.answer(form))

    async def _login_answer(self, request: web.Request, make: Callable[[], Answer]) -> web.StreamResponse:
        """The answer of the login host under the faults in force; its errors have a shape of their own."""

        async def perform() -> Answer:
            return make()

        try:
            await self._edge.travel()
            answer = await self.faults.around(request.method, request.path, perform)
        except LoginError as error:
            answer = error.answer(self.tenant.clock())
        except GraphError as error:
            answer = envelope(error, "", "", self.tenant.clock())
        except Dropped:
            if request.transport is not None:
                request.transport.abort()
            return web.Response()
        await self._edge.travel()
        if isinstance(answer.body, dict):
            return web.json_response(answer.body, status=answer.status, headers=answer.headers)
        return web.Response(status=answer.status, body=answer.body, headers=answer.headers)
