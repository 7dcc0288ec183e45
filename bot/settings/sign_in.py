"""Whether people can be sent to a fresh sign-in, as far as the settings tell."""

from __future__ import annotations

from bot.domain.said import say
from bot.settings.environment import Settings


def no_sign_in(settings: Settings) -> str:
    """Why nobody can be sent to a fresh sign-in, as a sentence; empty where they can.

    The ID tokens of Entra's v2.0 have no `amr`, so without a context every sign-in would end in vain:
    https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference. A managed identity cannot redeem a code: https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/overview
    """
    if not settings.public_url:
        return say("Doorman has no page to which people could come back from the sign-in (PUBLIC_URL).")
    if not settings.proof_context:
        return say("Nothing tells whether somebody signed in with MFA, as long as no authentication context is set (PROOF_CONTEXT).")
    if not settings.graph_certificate_path and not settings.graph_client_secret:
        return say("With a managed identity nobody can sign in to Doorman.")
    return ""
