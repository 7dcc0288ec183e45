"""(b) botbuilder as its own template has it. `python -m benchmarks.stock <port>`, authenticated when LOGIN is set."""

from __future__ import annotations

import json
import os
import sys
from typing import Any

from aiohttp import web
from botbuilder.core import ActivityHandler, MessageFactory, TurnContext
from botbuilder.core.integration import aiohttp_error_middleware
from botbuilder.integration.aiohttp import CloudAdapter, ConfigurationBotFrameworkAuthentication
from botframework.connector.auth import ChannelValidation, MicrosoftAppCredentials, PasswordServiceClientCredentialFactory
from msal.application import ConfidentialClientApplication

from bot.tokens import login_session


def stock_echo(login: dict[str, str] | None = None) -> web.Application:
    """The echo bot of the SDK's template: https://github.com/microsoft/botbuilder-python/tree/main/generators

    Args:
        login: app id, secret, tenant, login host and OpenID document of the simulators; None for a bot without authentication.
    """

    class Config:
        APP_ID = login["app_id"] if login else ""
        APP_PASSWORD = login["secret"] if login else ""
        APP_TYPE = "SingleTenant" if login else "MultiTenant"
        APP_TENANTID = login["tenant"] if login else ""

    class EchoBot(ActivityHandler):
        async def on_message_activity(self, turn_context: TurnContext) -> Any:
            return await turn_context.send_activity(MessageFactory.text(f"Echo: {turn_context.activity.text}"))

    async def on_error(context: TurnContext, error: Exception) -> None:
        sys.stderr.write(f"[on_turn_error] {error!r}\n")

    factory = None
    if login:
        ChannelValidation.open_id_metadata_endpoint = login["openid"]
        factory = _local_credentials(login)
    adapter = CloudAdapter(ConfigurationBotFrameworkAuthentication(Config(), credentials_factory=factory))
    adapter.on_turn_error = on_error
    bot = EchoBot()

    async def messages(request: web.Request) -> web.Response:
        return await adapter.process(request, bot) or web.Response()

    app = web.Application(middlewares=[aiohttp_error_middleware])
    app.router.add_post("/api/messages", messages)
    return app


def _local_credentials(login: dict[str, str]) -> Any:
    """The stock factory (new credentials, so a new token, each turn), for a login host on this machine, which msal refuses otherwise."""

    class Credentials(MicrosoftAppCredentials):
        app: ConfidentialClientApplication | None

        def get_access_token(self, force_refresh: bool = False) -> str:
            if self.app is None:
                self.app = ConfidentialClientApplication(  # type: ignore[no-untyped-call]
                    login["app_id"],
                    client_credential=login["secret"],
                    authority=f"https://{login['host'].removeprefix('http://')}/{login['tenant']}",
                    instance_discovery=False,
                    http_client=login_session(login["host"]),
                )
            return str(super().get_access_token(force_refresh))

    class Factory(PasswordServiceClientCredentialFactory):
        async def create_credentials(self, app_id: str, oauth_scope: str, login_endpoint: str, validate_authority: bool) -> Any:
            return Credentials(app_id, self.password, self.tenant_id, oauth_scope)

    return Factory(login["app_id"], login["secret"], login["tenant"])


if __name__ == "__main__":
    web.run_app(stock_echo(json.loads(os.environ.get("LOGIN", "null"))), host="127.0.0.1", port=int(sys.argv[1]), print=None)
