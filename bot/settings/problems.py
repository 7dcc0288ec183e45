"""What is missing or contradictory in the settings: every problem a sentence, with its fix."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import phonenumbers

from bot.domain.email import parse_address
from bot.domain.retirement import Channel, channels_said
from bot.domain.tickets import Tickets
from bot.domain.wall_clock import zone_called
from bot.errors import Refusal
from bot.settings.declared import Declared
from bot.settings.hosts import is_loopback, service_url_allowed

_HOST = re.compile(r"([a-z0-9-]+\.)*[a-z0-9-]+(:[0-9]{1,5})?|\[[0-9a-f:]+\](:[0-9]{1,5})?")
#: Never a whole top-level domain.
_HOSTS_BELOW = re.compile(r"\*(\.[a-z0-9-]+){2,}")
_WEB_ROOT = re.compile(rf"(?:https?)://(?:{_HOST.pattern})", re.IGNORECASE | re.ASCII)
#: https://learn.microsoft.com/graph/api/resources/authenticationcontextclassreference
_CONTEXT = re.compile(r"c[1-9][0-9]?", re.ASCII)
#: What some client would read as more than words.
_MARKUP = re.compile(r"[<>*`~|{}\[\]\\]")
MOST_CONTACT = 100
DATABASES = ("sqlite:///", "postgresql://")
NO_DATABASE = "DATABASE_URL is neither sqlite:///file nor postgresql://user:password@host/name."


def problems(settings: Declared) -> list[str]:
    """What is missing or contradictory, one sentence each; empty when all is well."""
    found: list[str] = []

    def need(condition: object, sentence: str) -> None:
        if not condition:
            found.append(sentence)

    for name, value, where in (
        ("MicrosoftAppId", settings.bot_app_id, "copy the application (client) id of the bot registration"),
        ("MicrosoftAppTenantId", settings.bot_tenant_id, "copy the directory (tenant) id from the registration's overview"),
        ("HELPDESK_GROUP_ID", settings.helpdesk_group_id, "copy the object id of the Entra group whose members may use Doorman"),
    ):
        need(value, f"{name} is missing: {where}.")
        need(not value or _is_guid(value), f"{name} is not an id like 00000000-0000-0000-0000-000000000000: {where}.")
    need(
        not settings.admin_group_id or _is_guid(settings.admin_group_id),
        "ADMIN_GROUP_ID is not an id like 00000000-0000-0000-0000-000000000000: copy the object id of the group, or remove it.",
    )
    need(
        settings.graph_client_id == settings.bot_app_id or _is_guid(settings.graph_client_id),
        "AZURE_CLIENT_ID is not an id like 00000000-0000-0000-0000-000000000000: copy the application (client) id of the app "
        "registration that calls Graph, or remove it to use the bot's own.",
    )
    if settings.bot_app_type == "SingleTenant":
        need(
            settings.bot_password or settings.bot_certificate_path or settings.insecure_local,
            "MicrosoftAppPassword is missing: make a client secret and copy its value (not its id), "
            "or set MicrosoftAppType=UserAssignedMSI.",
        )
        need(
            settings.graph_client_secret or settings.graph_certificate_path,
            "AZURE_CLIENT_SECRET or AZURE_CLIENT_CERTIFICATE_PATH is missing for the app registration that calls Graph.",
        )
    need(
        not settings.graph_certificate_path or Path(settings.graph_certificate_path).is_file(),
        "AZURE_CLIENT_CERTIFICATE_PATH names no file: give the path of the PEM file with private key and certificate.",
    )
    for name, url in (
        ("AZURE_AUTHORITY_HOST", settings.authority_host),
        ("GRAPH_ENDPOINT", settings.graph_endpoint),
        ("BOT_OPENID_METADATA", settings.openid_metadata),
    ):
        scheme, host, rest = _parts(url)
        need(host and scheme in ("https", "http"), f"{name} is not a web address: begin it with https:// and the name of the host.")
        need(
            scheme != "http" or is_loopback(host),
            f"{name} uses http://, which is accepted for this machine only: use https://.",
        )
        need(
            name == "BOT_OPENID_METADATA" or not host or not rest,
            f"{name} is more than scheme and host: end it after the name of the host.",
        )
    need(settings.allowed_service_urls, "ALLOWED_SERVICE_URLS names no host: remove it to use those of the cloud.")
    for host in settings.allowed_service_urls:
        need(
            _HOST.fullmatch(host),
            f"ALLOWED_SERVICE_URLS contains {host!r}, which is no host: write names like smba.trafficmanager.net, with commas between.",
        )
    need(settings.allowed_file_hosts, "ALLOWED_FILE_HOSTS names no host: remove it to use those of the cloud.")
    for host in settings.allowed_file_hosts:
        need(
            _HOST.fullmatch(host) or _HOSTS_BELOW.fullmatch(host),
            f"ALLOWED_FILE_HOSTS contains {host!r}, which is no host: write names like contoso-my.sharepoint.com or *.sharepoint.com, "
            "with commas between.",
        )
    need(
        not (settings.log_channel_id or settings.approval_channel_id)
        or service_url_allowed(settings.log_service_url, settings.allowed_service_urls),
        "LOG_SERVICE_URL is not an https:// address on a host of ALLOWED_SERVICE_URLS, so neither the log nor the approvers' cards "
        "could ever be posted: correct one of the two.",
    )
    need(settings.database_url.startswith(DATABASES), NO_DATABASE)
    need(
        not re.fullmatch(r"sqlite:///(:memory:)?(\?.*)?", settings.database_url),
        "DATABASE_URL names no file, so everything would be lost at a restart: write sqlite:///doorman.db.",
    )
    need(
        not settings.default_region or settings.default_region.upper() in phonenumbers.SUPPORTED_REGIONS,
        "DEFAULT_REGION is not a two-letter region such as NL: correct it, or remove it to ask for international numbers.",
    )
    need(
        not settings.log_channel_id or settings.log_channel_id.startswith("19:"),
        "LOG_CHANNEL_ID is not a Teams channel id: it looks like 19:…@thread.tacv2 (see `log here` for an easier way).",
    )
    need(
        not settings.approval_channel_id or settings.approval_channel_id.startswith("19:"),
        "APPROVAL_CHANNEL_ID is not a Teams channel id: it looks like 19:…@thread.tacv2 (in Teams: the channel, Get link to channel).",
    )
    need(0 <= settings.audit_days <= 36_500, "AUDIT_DAYS is not between 0 and 36500: 0 keeps the audit trail for ever.")
    need(0 <= settings.numbers_days <= 36_500, "NUMBERS_DAYS is not between 0 and 36500: 0 keeps the numbers for ever.")
    need(
        0 <= settings.reconcile_hours <= 144,  # a comparison looks back a week
        "RECONCILE_HOURS is not between 0 and 144: 24 compares once a day, 0 never.",
    )
    need(settings.head_hour is None or 0 <= settings.head_hour <= 23, "HEAD_HOUR is not between 0 and 23: 6 is before the day begins.")
    need(settings.report_hour is None or 0 <= settings.report_hour <= 23, "REPORT_HOUR is not between 0 and 23: 3 is when few people work.")
    need(0 <= settings.registration_days <= 36_500, "REGISTRATION_DAYS is not between 0 and 36500: 0 keeps it for ever.")
    is_zone = settings.time_zone == "UTC" or zone_called(settings.time_zone) is not None
    need(is_zone, "TIME_ZONE is no time zone: those look like Europe/Amsterdam.")
    found += [*_retirement_problems(settings), *_people_problems(settings)]
    need(1 <= settings.confirm_minutes <= 1440, "CONFIRM_MINUTES is not between 1 and 1440: 10 is a good value.")
    need(0 <= settings.bulk_canary <= 1000, "BULK_CANARY is not between 0 and 1000: 10 is a good value, 0 runs all rows at once.")
    need(1 <= settings.bulk_failing_percent <= 100, "BULK_FAILING_PERCENT is not between 1 and 100: 5 is a good value.")
    need(1 <= settings.bulk_ceiling_percent <= 95, "BULK_CEILING_PERCENT is not between 1 and 95: 80 leaves room for everybody else.")
    need(0 <= settings.port <= 65535, "PORT is not between 0 and 65535: 3978 is the usual one.")
    need(
        not settings.insecure_local or is_loopback(settings.host),
        "INSECURE_LOCAL accepts anybody's messages, so HOST has to be 127.0.0.1: remove one of the two.",
    )
    return found


def _retirement_problems(settings: Declared) -> list[str]:
    found, provider, ends = [], channels_said(settings.telephony_provider), settings.retirement
    if provider is None:
        found.append(
            f"TELEPHONY_PROVIDER is {settings.telephony_provider!r}: write none, sms, voice or sms,voice, for what a telephony provider of "
            "your own carries on."
        )
    elif settings.sms_voice_retirement is None and "telephony_provider" in settings.model_fields_set and len(provider) < len(Channel):
        found.append(
            "SMS_VOICE_RETIREMENT=none means that a telephony provider of your own carries on texts and calls, and TELEPHONY_PROVIDER "
            "says something else: remove SMS_VOICE_RETIREMENT."
        )
    if ends.sooner and ends.later and ends.later < ends.sooner:
        found.append(f"SMS_VOICE_RETIREMENT_LATER is before SMS_VOICE_RETIREMENT ({ends.sooner}): correct one of the two.")
    return found


def _people_problems(settings: Declared) -> Iterator[str]:
    """What is wrong with the settings of notices, and of the pages that they lead to."""
    if settings.public_url:
        scheme, host, _ = _parts(settings.public_url)
        if not _WEB_ROOT.fullmatch(settings.public_url) or not host:
            yield "PUBLIC_URL is not scheme and host alone: write https:// and the name of the host, such as https://doorman.contoso.com."
        elif scheme != "https" and not is_loopback(host):
            yield "PUBLIC_URL uses http://, which is accepted for this machine only: use https://, and let the proxy in front end TLS."
    if trouble := Tickets(settings.ticket_url).problem:
        yield f"TICKET_URL {trouble}: write it like https://itsm.contoso.com/{{ticket}}, or remove it."
    if settings.proof_context and not _CONTEXT.fullmatch(settings.proof_context):
        yield (
            "PROOF_CONTEXT is not the id of an authentication context such as c21: copy it from Conditional Access, Authentication "
            "contexts, in the Entra admin centre."
        )
    try:
        parse_address(settings.notice_mailbox or "a@b.example")
    except Refusal:
        yield "NOTICE_MAILBOX is not an address like helpdesk@contoso.com: give that of the one mailbox that writes, or remove it."
    if settings.teams_catalog_app_id and not _is_guid(settings.teams_catalog_app_id):
        yield (
            "TEAMS_CATALOG_APP_ID is not an id like 00000000-0000-0000-0000-000000000000: in the Teams admin centre, Manage apps, open "
            "Doorman and copy the App ID (not the external one), or remove it."
        )
    contact = settings.helpdesk_contact
    if len(contact) > MOST_CONTACT or not contact.isprintable() or _MARKUP.search(contact):
        yield (
            f"HELPDESK_CONTACT is not one line of at most {MOST_CONTACT} characters without markup: write a number or a sentence such as "
            "+31 20 123 45 67."
        )


def _parts(url: str) -> tuple[str, str, str]:
    """Scheme, host and whatever else an address has; empty when it is none."""
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises when it is no number
    except ValueError:
        return "", "", ""
    user = parts.netloc.rpartition("@")[0]
    return parts.scheme, parts.hostname or "", user + parts.path + parts.query + parts.fragment


def _is_guid(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False
