"""Our own `BotAdapter`: botbuilder's turn and handler, without its HTTP clients, its token code and its serialiser.

Why not `CloudAdapter`: docs/decisions/0002-own-adapter.md.
"""

from __future__ import annotations

from typing import Any

from botbuilder.core import BotAdapter, InvokeResponse, TurnContext
from botbuilder.schema import Activity, ConversationReference, ResourceResponse

_ANSWER = "doorman.answer"


class TeamsAdapter(BotAdapter):
    """Runs turns. What they say goes out by `Carrier`: `TurnContext.send_activity` would copy it, field by field, and leave the whole turn
    to the garbage collector."""

    async def run(self, activity: Activity, handler: Any) -> InvokeResponse | None:
        """One turn; the answer of an invoke, None for other activities."""
        context = TurnContext(self, activity)
        await self.run_pipeline(context, handler.on_turn)
        answer: InvokeResponse | None = context.turn_state.get(_ANSWER)
        return answer

    async def send_activities(self, context: TurnContext, activities: list[Activity]) -> list[ResourceResponse]:
        """See `Carrier.below`."""
        raise NotImplementedError

    async def update_activity(self, context: TurnContext, activity: Activity) -> None:
        """See `Carrier.instead`."""
        raise NotImplementedError

    async def delete_activity(self, context: TurnContext, reference: ConversationReference) -> None:
        """See `Carrier.handed_over`."""
        raise NotImplementedError


def give(context: TurnContext, answer: InvokeResponse) -> None:
    """Hands over what an invoke is answered with."""
    context.turn_state[_ANSWER] = answer
