"""Which tokens an installation gets, with what it proves who it is, and whether people can sign in to it."""

from __future__ import annotations

from bot import tokens
from bot.settings.environment import Settings
from bot.settings.sign_in import no_sign_in
from bot.sign_ins import EntraSignIns, SignInApp
from bot.tokens import Tokens

#: Where people come back from a sign-in, below PUBLIC_URL.
SIGNED_IN = "/signed-in"


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
    """Tokens for the Bot Connector, by secret, certificate or managed identity."""
    scope = settings.hosts.connector_scope
    if settings.bot_app_type == "UserAssignedMSI":
        return tokens.with_managed_identity(client_id=settings.bot_app_id, scope=scope)
    if settings.bot_certificate_path:
        return tokens.with_certificate(
            authority_host=settings.authority_host,
            tenant_id=settings.bot_tenant_id,
            client_id=settings.bot_app_id,
            path=settings.bot_certificate_path,
            scope=scope,
        )
    return tokens.with_secret(
        authority_host=settings.authority_host,
        tenant_id=settings.bot_tenant_id,
        client_id=settings.bot_app_id,
        secret=settings.bot_password,
        scope=scope,
    )


def make_sign_ins(settings: Settings) -> EntraSignIns | None:
    """Fresh sign-ins to the app registration that calls Graph; None where `no_sign_in` says why not."""
    if no_sign_in(settings):
        return None
    path, secret = settings.graph_certificate_path, settings.graph_client_secret
    return EntraSignIns(
        SignInApp(
            authority_host=settings.authority_host,
            tenant_id=settings.bot_tenant_id,
            client_id=settings.graph_client_id,
            credential=lambda: tokens.certificate(path) if path else secret,
            redirect_uri=f"{settings.public_url}{SIGNED_IN}",
            context=settings.proof_context,
        )
    )
