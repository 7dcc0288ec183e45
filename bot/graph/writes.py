"""The requests that write: by the SDK's request builders, and by hand for what only Graph's beta has, which those do not know.

https://learn.microsoft.com/graph/api/resources/phoneauthenticationmethod and the resources beside it
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from kiota_abstractions.method import Method as Http
from kiota_abstractions.request_information import RequestInformation
from msgraph.generated.models.authentication_phone_type import AuthenticationPhoneType
from msgraph.generated.models.email_authentication_method import EmailAuthenticationMethod
from msgraph.generated.models.password_profile import PasswordProfile
from msgraph.generated.models.phone_authentication_method import PhoneAuthenticationMethod
from msgraph.generated.models.temporary_access_pass_authentication_method import TemporaryAccessPassAuthenticationMethod
from msgraph.generated.models.user import User
from msgraph.generated.users.item.authentication.authentication_request_builder import AuthenticationRequestBuilder
from msgraph.graph_service_client import GraphServiceClient

from bot.domain.change import KINDS, Change, ChangeKind
from bot.domain.change_values import Switch
from bot.domain.methods import Family, PhoneType
from bot.domain.pass_terms import WantedPass
from bot.domain.secret import Secret
from bot.graph.beta import DEFAULT, STATE
from bot.graph.methods import PHONE_IDS


def write_request(builders: GraphServiceClient, target_id: str, change: Change) -> RequestInformation:
    """The request that makes one change, by the SDK's request builders."""
    user = builders.users.by_user_id(target_id)
    if change.phone:
        return _phone_request(user.authentication, change, change.phone)
    match change.kind:
        case ChangeKind.SIGN_OUT:
            return user.revoke_sign_in_sessions.to_post_request_information()
        case ChangeKind.BLOCK | ChangeKind.UNBLOCK:
            return user.to_patch_request_information(User(account_enabled=change.kind is ChangeKind.UNBLOCK))
        case ChangeKind.SET_EMAIL:
            body = EmailAuthenticationMethod(email_address=change.after)
            emails = user.authentication.email_methods
            if change.before is None:
                return emails.to_post_request_information(body)
            return emails.by_email_authentication_method_id(change.method).to_patch_request_information(body)
        case _:
            family = KINDS[change.kind].family
            assert family is not None, "every other kind removes a method"
            request: RequestInformation = _one_of(user.authentication, family, change.method).to_delete_request_information()
            return request


def _one_of(methods: AuthenticationRequestBuilder, family: Family, method_id: str) -> Any:
    """The builder of one method; each family has a collection of its own."""
    builders: dict[Family, Callable[[str], Any]] = {
        Family.AUTHENTICATOR: methods.microsoft_authenticator_methods.by_microsoft_authenticator_authentication_method_id,
        Family.PASSKEY: methods.fido2_methods.by_fido2_authentication_method_id,
        Family.CODES: methods.software_oath_methods.by_software_oath_authentication_method_id,
        Family.EMAIL: methods.email_methods.by_email_authentication_method_id,
        Family.WINDOWS_HELLO: methods.windows_hello_for_business_methods.by_windows_hello_for_business_authentication_method_id,
        Family.PLATFORM_CREDENTIAL: methods.platform_credential_methods.by_platform_credential_authentication_method_id,
        Family.EXTERNAL: methods.external_authentication_methods.by_external_authentication_method_id,
        Family.PASS: methods.temporary_access_pass_methods.by_temporary_access_pass_authentication_method_id,
    }
    return builders[family](method_id)


def _phone_request(methods: AuthenticationRequestBuilder, change: Change, phone: PhoneType) -> RequestInformation:
    """`before` decides between adding and changing: an account has at most one phone of a type."""
    phones = methods.phone_methods
    one = phones.by_phone_authentication_method_id(PHONE_IDS[phone])
    if change.kind is ChangeKind.SMS_SIGN_IN:
        switch = one.enable_sms_sign_in if change.after is Switch.ON else one.disable_sms_sign_in
        return switch.to_post_request_information()
    if change.kind is ChangeKind.REMOVE_PHONE:
        return one.to_delete_request_information()
    if change.before is None:
        body = PhoneAuthenticationMethod(phone_number=change.after, phone_type=AuthenticationPhoneType(phone.value))
        return phones.to_post_request_information(body)
    return one.to_patch_request_information(PhoneAuthenticationMethod(phone_number=change.after))


def pass_request(builders: GraphServiceClient, user_id: str, wanted: WantedPass) -> RequestInformation:
    """The request that makes a pass."""
    body = TemporaryAccessPassAuthenticationMethod(
        lifetime_in_minutes=wanted.minutes, is_usable_once=wanted.once, start_date_time=wanted.start
    )
    return builders.users.by_user_id(user_id).authentication.temporary_access_pass_methods.to_post_request_information(body)


def password_request(builders: GraphServiceClient, user_id: str, password: Secret) -> RequestInformation:
    """The request that sets a password which has to be changed at the next sign-in."""
    profile = PasswordProfile(password=password.value, force_change_password_next_sign_in=True)
    return builders.users.by_user_id(user_id).to_patch_request_information(User(password_profile=profile))


def beta_request(beta_url: str, target_id: str, change: Change) -> RequestInformation | None:
    """The request that makes one change below beta; None for a change that v1.0 can make."""
    one, body = quote(change.method, safe=""), None
    match change.kind:
        case ChangeKind.SET_DEFAULT:
            verb, tail, body = Http.PATCH, "signInPreferences", {DEFAULT: change.after}
        case ChangeKind.REQUIRE_MFA:
            verb, tail, body = Http.PATCH, "requirements", {STATE: change.after}
        case ChangeKind.REMOVE_PASSWORDLESS:
            verb, tail = Http.DELETE, f"passwordlessMicrosoftAuthenticatorMethods/{one}"
        case ChangeKind.REMOVE_QR_CODE:
            verb, tail = Http.DELETE, "qrCodePinMethod"  # a person has one at most
        case ChangeKind.REMOVE_TOKEN:
            verb, tail = Http.DELETE, f"hardwareOathMethods/{one}"
        case ChangeKind.DEACTIVATE_TOKEN:
            verb, tail = Http.POST, f"hardwareOathMethods/{one}/deactivate"
        case _:
            return None
    request = RequestInformation(verb)
    request.url = f"{beta_url}/users/{target_id}/authentication/{tail}"
    if body is not None:
        request.headers.add("Content-Type", "application/json")
        request.content = json.dumps(body).encode()
    return request
