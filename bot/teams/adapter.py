"""Our own `BotAdapter`: botbuilder's turn and handler, without its HTTP clients, its token code and its serialiser.

Why not `CloudAdapter`: docs/decisions/0002-own-adapter.md.
"""

from __future__ import annotations

from typing import Any

from botbuilder.core import BotAdapter, InvokeResponse, TurnContext
from botbuilder.schema import Activity, ActivityTypes, Attachment, ConversationReference, ResourceResponse

from bot.teams.identity import where_of
from bot.teams.outbound import Connector


class TeamsAdapter(BotAdapter):
    """Runs turns, and carries what they say to the Bot Connector."""

    def __init__(self, connector: Connector) -> None:
        super().__init__()
        self._connector = connector

    async def run(self, activity: Activity, handler: Any) -> InvokeResponse | None:
        """One turn; the answer of an invoke, None for other activities."""
        context = TurnContext(self, activity)
        await self.run_pipeline(context, handler.on_turn)
        answer = context.turn_state.get(self._INVOKE_RESPONSE_KEY)
        return answer.value if answer else None

    async def send_activities(self, context: TurnContext, activities: list[Activity]) -> list[ResourceResponse]:
        """Sends what the turn says, in order; raises ChatError."""
        sent = []
        for activity in activities:
            if activity.type == ActivityTypes.invoke_response:
                context.turn_state[self._INVOKE_RESPONSE_KEY] = activity
                sent.append(ResourceResponse())
                continue
            reply_to = activity.reply_to_id or ""
            sent.append(ResourceResponse(id=await self._connector.send(where_of(context.activity), wire(activity), reply_to=reply_to)))
        return sent

    async def update_activity(self, context: TurnContext, activity: Activity) -> None:
        """Replaces an earlier message; raises ChatError."""
        await self._connector.update(where_of(context.activity), activity.id, wire(activity))

    async def delete_activity(self, context: TurnContext, reference: ConversationReference) -> None:
        """Deletes an earlier message; raises ChatError."""
        await self._connector.delete(where_of(context.activity), reference.activity_id)


def wire(activity: Activity) -> dict[str, Any]:
    """An outgoing activity as JSON. By hand, because the SDK's serialiser costs more than the post itself."""
    body: dict[str, Any] = {"type": activity.type}
    for key, value in (("text", activity.text), ("textFormat", activity.text_format), ("summary", activity.summary)):
        if value:
            body[key] = value
    if activity.attachments:
        body["attachments"] = [_attachment(item) for item in activity.attachments]
    return body


def _attachment(item: Attachment) -> dict[str, Any]:
    body: dict[str, Any] = {"contentType": item.content_type, "content": item.content}
    for key, value in (("name", item.name), ("contentUrl", item.content_url)):
        if value:
            body[key] = value
    return body
