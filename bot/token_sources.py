"""Which tokens an installation gets, and with what it proves who it is."""

from __future__ import annotations

from bot import tokens
from bot.settings.environment import Settings
from bot.tokens import Tokens


def make_graph_tokens(settings: Settings) -> Tokens:
    """Tokens for Graph, by certificate, secret or managed identity."""
    scope = f"{settings.graph_endpoint}/.default"
    if settings.graph_certificate_path:
        return tokens.with_certificate(
            authority_host=settings.authority_host,
            tenant_id=settings.graph_tenant_id,
            client_id=settings.graph_client_id,
            path=settings.graph_certificate_path,
            scope=scope,
        )
    if settings.graph_client_secret:
        return tokens.with_secret(
            authority_host=settings.authority_host,
            tenant_id=settings.graph_tenant_id,
            client_id=settings.graph_client_id,
            secret=settings.graph_client_secret,
            scope=scope,
        )
    return tokens.with_managed_identity(client_id=settings.graph_client_id, scope=scope)


def make_connector_tokens(settings: Settings) -> Tokens:
    """Tokens for the Bot Connector, by secret or managed identity."""
    scope = settings.hosts.connector_scope
    if settings.bot_app_type == "UserAssignedMSI":
        return tokens.with_managed_identity(client_id=settings.bot_app_id, scope=scope)
    return tokens.with_secret(
        authority_host=settings.authority_host,
        tenant_id=settings.bot_tenant_id,
        client_id=settings.bot_app_id,
        secret=settings.bot_password,
        scope=scope,
    )
