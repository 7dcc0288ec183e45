"""Fresh sign-ins on the way and back, in the database. Implements `ports.proof.SignInFlows`."""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from bot.ports.proof import MOST_FLOWS, SignedIn, SignInFlow
from bot.store.tables import sign_in_flows, sign_in_sessions
from bot.store.transactions import Transactions

_THIS = sign_in_flows.c.state_hash == bindparam("state")
_FLOW = select(sign_in_flows).where(_THIS & (sign_in_flows.c.expires_at > bindparam("now")))
_TAKE = update(sign_in_flows).where(_THIS & ~sign_in_flows.c.taken).values(taken=True, flow="")
_OF_PROOF = select(func.count()).where((sign_in_flows.c.proof_id == bindparam("proof")) & (sign_in_flows.c.expires_at > bindparam("now")))
_SESSION = (sign_in_sessions.c.cookie_hash == bindparam("cookie")) & (sign_in_sessions.c.proof_id == bindparam("proof"))
_BACK = select(sign_in_sessions).where(_SESSION & (sign_in_sessions.c.expires_at > bindparam("now")))


class StoredSignInFlows:
    """`ports.proof.SignInFlows` on SQLAlchemy Core. Rows have digests of states and cookies, which are 256 random bits each."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    async def begun(self, state: str, cookie: str, flow: SignInFlow, now: datetime) -> bool:
        row = {
            "state_hash": _digest(state),
            "cookie_hash": _digest(cookie),
            "proof_id": flow.proof_id,
            "flow": flow.flow,
            "again": flow.again,
            "taken": False,
            "expires_at": flow.expires_at,
        }

        def work(connection: Connection) -> bool:
            if connection.execute(_OF_PROOF, {"proof": flow.proof_id, "now": now}).scalar_one() >= MOST_FLOWS:
                return False
            connection.execute(insert(sign_in_flows).values(row))
            return True

        return await self._transactions.write(work)

    async def take(self, state: str, cookie: str, now: datetime) -> SignInFlow | None:
        this = {"state": _digest(state), "now": now}

        def work(connection: Connection) -> SignInFlow | None:
            found = connection.execute(_FLOW, this).first()
            if found is None:
                return None
            taken = connection.execute(_TAKE, {"state": this["state"]}).rowcount == 1
            usable = taken and found.cookie_hash == _digest(cookie)
            return SignInFlow(found.proof_id, found.flow if usable else "", found.again, found.expires_at, used=not taken)

        return await self._transactions.write(work)

    async def came_back(self, proof_id: str, cookie: str, signed_in: SignedIn, until: datetime) -> None:
        row = {
            "cookie_hash": _digest(cookie),
            "proof_id": proof_id,
            "object_id": signed_in.object_id,
            "name": signed_in.name,
            "session": signed_in.session,
            "expires_at": until,
        }
        await self._transactions.write(lambda connection: connection.execute(insert(sign_in_sessions).values(row)))

    async def back(self, proof_id: str, cookie: str, now: datetime) -> SignedIn | None:
        this = {"cookie": _digest(cookie), "proof": proof_id, "now": now}

        def work(connection: Connection) -> SignedIn | None:
            found = connection.execute(_BACK, this).first()
            return SignedIn(object_id=found.object_id, name=found.name, session=found.session) if found else None

        return await self._transactions.read(work)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def forget(connection: Connection, now: datetime) -> None:
    """Removes what has expired."""
    for table in (sign_in_flows, sign_in_sessions):
        connection.execute(delete(table).where(table.c.expires_at < now))
