"""The error a Bot Connector call ends with."""

from __future__ import annotations

from aiohttp import web

from simulator.teams.faults import DROP_AFTER, DROP_BEFORE, LOSE_ANSWER, MESSAGE_WRITES_BLOCKED, Fault, writes_blocked


class Refusal(Exception):
    """A Bot Connector call is refused; shown to the bot in the Bot Framework error envelope.

    Codes and meanings: https://learn.microsoft.com/microsoftteams/platform/bots/build-conversational-capability#status-codes-from-bot-conversational-apis
    """

    def __init__(self, status: int, code: str, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers or {}

    def response(self) -> web.Response:
        """The HTTP answer that carries this refusal."""
        body = writes_blocked() if self.code == MESSAGE_WRITES_BLOCKED else {"error": {"code": self.code, "message": self.message}}
        return web.json_response(body, status=self.status, headers=self.headers)


def bad_syntax(message: str) -> Refusal:
    """400: the payload breaks a rule of the service."""
    return Refusal(400, "BadSyntax", message)


def conversation_not_found() -> Refusal:
    return Refusal(404, "ConversationNotFound", "Conversation not found.")


def activity_not_found() -> Refusal:
    return Refusal(404, "ActivityNotFoundInConversation", "The message ID provided couldn't be found in the conversation.")


def message_deleted() -> Refusal:
    """The update of a message that was there once: https://github.com/microsoft/BotFramework-Services/issues/269"""
    return Refusal(403, "ServiceError", "Unknown")


def other_region() -> Refusal:
    """A personal chat asked for where it is not served: https://github.com/microsoft/botframework-sdk/issues/6184"""
    return Refusal(403, "BadArgument", "User is from different region")


def blocked() -> Refusal:
    return Refusal(403, MESSAGE_WRITES_BLOCKED, "")


def not_in_roster(status: int = 403) -> Refusal:
    return Refusal(status, "BotNotInConversationRoster", "The bot is not part of the conversation roster.")


def spoil(request: web.Request, fault: Fault) -> web.Response:
    """End a request in the way a fault orders."""
    if fault.kind in (DROP_BEFORE, DROP_AFTER):
        if request.transport is not None:
            request.transport.abort()
        return web.Response(status=500)  # never reaches anyone
    status, headers, body = (Fault(kind="504") if fault.kind == LOSE_ANSWER else fault).answer()
    if isinstance(body, str):
        return web.Response(text=body, content_type="text/html", status=status, headers=headers)
    return web.json_response(body, status=status, headers=headers)
