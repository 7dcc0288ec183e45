"""Settings, read once from the environment. The only module that reads it; all problems are reported together."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from datetime import UTC, date, tzinfo
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import phonenumbers
from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from bot.domain.conversations import ConversationRef
from bot.domain.retirement import Channel, Retirement, channels_said
from bot.domain.wall_clock import zone_called
from bot.settings.hosts import (
    CLOUDS,
    Cloud,
    is_loopback,
    service_url_allowed,
)

_HOST = re.compile(r"([a-z0-9-]+\.)*[a-z0-9-]+(:[0-9]{1,5})?|\[[0-9a-f:]+\](:[0-9]{1,5})?")
#: Never a whole top-level domain.
_HOSTS_BELOW = re.compile(r"\*(\.[a-z0-9-]+){2,}")
_DATABASES = ("sqlite:///", "postgresql://")
_NO_DATABASE = "DATABASE_URL is neither sqlite:///file nor postgresql://user:password@host/name."


#: https://learn.microsoft.com/entra/identity/authentication/concept-sms-voice-retirement-faq
_ENDS, _ENDS_LATER = date(2027, 2, 1), date(2027, 7, 1)


class ConfigurationError(Exception):
    """The settings cannot be used; the text lists every problem with its fix."""


def _said(name: str, default: Any, meaning: str, *, secret: bool = False) -> Any:
    """One setting: its environment variable, default and the sentence that README and .env.example show."""
    return Field(default=default, validation_alias=name, description=meaning, repr=not secret)


class Settings(BaseSettings):
    """Everything an administrator can set. The order here is the order in the README."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True, env_file=None)

    bot_app_id: str = _said("MicrosoftAppId", "", "application (client) id of the bot registration")
    bot_password: str = _said("MicrosoftAppPassword", "", "its client secret value; not used with `UserAssignedMSI`", secret=True)
    bot_tenant_id: str = _said("MicrosoftAppTenantId", "", "the tenant the bot works for; people of other tenants are refused")
    bot_app_type: Literal["SingleTenant", "UserAssignedMSI"] = _said(
        "MicrosoftAppType", "SingleTenant", "`SingleTenant` (secret) or `UserAssignedMSI` (managed identity)"
    )
    graph_tenant_id: str = _said("AZURE_TENANT_ID", "", "tenant of the app registration that calls Graph; the bot's own when empty")
    graph_client_id: str = _said("AZURE_CLIENT_ID", "", "client id of the app registration that calls Graph; the bot's own when empty")
    graph_client_secret: str = _said("AZURE_CLIENT_SECRET", "", "its client secret value", secret=True)
    graph_certificate_path: str = _said(
        "AZURE_CLIENT_CERTIFICATE_PATH", "", "a PEM file with private key and certificate, used instead of the secret"
    )
    cloud: Literal["public", "usgov", "dod", "china"] = _said("CLOUD", "public", "`public`, `usgov`, `dod` or `china`: sets the next five")
    authority_host: str = _said("AZURE_AUTHORITY_HOST", "", "login host; per cloud")
    graph_endpoint: str = _said("GRAPH_ENDPOINT", "", "Graph host; per cloud")
    openid_metadata: str = _said("BOT_OPENID_METADATA", "", "where the keys of inbound tokens come from; per cloud")
    allowed_service_urls: Annotated[tuple[str, ...], NoDecode] = _said(
        "ALLOWED_SERVICE_URLS", (), "comma-separated hosts the bot will ever post to; per cloud"
    )
    allowed_file_hosts: Annotated[tuple[str, ...], NoDecode] = _said(
        "ALLOWED_FILE_HOSTS",
        (),
        "comma-separated hosts that files are read from and written to, `*.` for every host below; per cloud. "
        "`*.sharepoint.com` narrowed to `contoso-my.sharepoint.com` keeps files of other organisations out",
    )
    helpdesk_group_id: str = _said("HELPDESK_GROUP_ID", "", "object id of the approved Entra group; nested members count")
    admin_group_id: str = _said("ADMIN_GROUP_ID", "", "object id of the group that may set the bot up (`log here`)")
    policy_file: str = _said(
        "POLICY_FILE", "", "a TOML file that says who may do what to whom, with whose agreement; without it the helpdesk group may change "
        "everybody who is not protected"
    )
    log_channel_id: str = _said("LOG_CHANNEL_ID", "", "Teams channel id for the log; `log here` typed in a channel does the same")
    approval_channel_id: str = _said(
        "APPROVAL_CHANNEL_ID",
        "",
        "Teams channel id where approvers decide; when empty, the channel in which it was asked, else the log channel, else the approvers' "
        "personal chats",
    )
    log_service_url: str = _said("LOG_SERVICE_URL", "", "Bot Connector address for `LOG_CHANNEL_ID` and `APPROVAL_CHANNEL_ID`; per cloud")
    database_url: str = _said(
        "DATABASE_URL", "sqlite:///doorman.db", "`sqlite:///file` or `postgresql://user:password@host/name`", secret=True
    )
    audit_days: int = _said(
        "AUDIT_DAYS", 0, "days the audit trail is kept; a checkpoint takes the place of what is older. 0 keeps everything"
    )
    numbers_days: int = _said(
        "NUMBERS_DAYS", 30, "days after which the telephone numbers of finished operations are masked in the database too. 0 keeps them"
    )
    reconcile_hours: int = _said(
        "RECONCILE_HOURS",
        24,
        "hours between comparisons of the audit trail with Entra's own audit log, as far as `AuditLog.Read.All` is granted; 0 for none",
    )
    head_hour: int | None = _said(
        "HEAD_HOUR", 6, "hour, 0 to 23, at which the log channel is told number and hash of the last audit event each day; `none` for never"
    )
    report_hour: int | None = _said(
        "REPORT_HOUR",
        3,
        "hour, 0 to 23, at which it is read each day who is registered how, for the report of who has only a phone; `none` for never",
    )
    registration_days: int = _said(
        "REGISTRATION_DAYS", 100, "days for which it is kept who was registered how, without any number; 0 keeps it for ever"
    )
    time_zone: str = _said("TIME_ZONE", "UTC", "time zone of `HEAD_HOUR` and `REPORT_HOUR`, such as `Europe/Amsterdam`")
    default_region: str = _said("DEFAULT_REGION", "", "two-letter region of national phone numbers, such as `NL`")
    confirm_minutes: int = _said("CONFIRM_MINUTES", 10, "minutes a confirmation card stays valid")
    bulk_canary: int = _said("BULK_CANARY", 10, "rows of a bulk job that run before its requester is asked about the rest; 0 for none")
    bulk_failing_percent: int = _said(
        "BULK_FAILING_PERCENT", 5, "per cent of 50 rows that may fail for one reason before a bulk job stops and asks"
    )
    bulk_ceiling_percent: int = _said(
        "BULK_CEILING_PERCENT", 80, "per cent of the tenant's documented Graph quota that bulk jobs may use, of all replicas together"
    )
    sms_voice_retirement: date | None = _said(
        "SMS_VOICE_RETIREMENT",
        _ENDS,
        "the day Microsoft ends its own texts and calls for everybody but those of the next line; outside the cloud `public` there is none "
        "unless you set it. `none`, from before there was `TELEPHONY_PROVIDER`, means `TELEPHONY_PROVIDER=sms,voice`",
    )
    sms_voice_retirement_later: date = _said(
        "SMS_VOICE_RETIREMENT_LATER", _ENDS_LATER, "the same for Global Administrators and external users; not before the other day"
    )
    telephony_provider: str = _said(
        "TELEPHONY_PROVIDER",
        "none",
        "`none`, `sms`, `voice` or `sms,voice`: what a telephony provider of your own, set up in Entra ID, carries on after that; Graph "
        "does not tell, so Doorman has to be told. SMS sign-in ends all the same",
    )
    per_user_mfa: bool = _said(
        "PER_USER_MFA",
        False,
        "lets the helpdesk see and switch per-user MFA (`require mfa`); needs the very wide permission "
        "`Policy.ReadWrite.AuthenticationMethod`, and Conditional Access is the modern way",
    )
    language: Literal["en", "nl"] = _said(
        "LANGUAGE", "en", "`en` or `nl`: what channels read; with a person alone Doorman speaks the language of that person's Teams"
    )
    host: str = _said("HOST", "127.0.0.1", "address to listen on")
    port: int = _said("PORT", 3978, "port to listen on")
    insecure_local: bool = _said("INSECURE_LOCAL", False, "accepts activities without a token; refused unless `HOST` is loopback")
    log_level: Literal["debug", "info", "warning", "error"] = _said("LOG_LEVEL", "info", "how much is logged, as JSON on standard error")

    @field_validator("bot_app_id", "bot_tenant_id", "graph_tenant_id", "graph_client_id", "helpdesk_group_id", "admin_group_id")
    @classmethod
    def _small_letters(cls, value: str) -> str:
        """Ids are compared with what tokens and Graph say, and those write small letters."""
        return value.lower()

    @field_validator("authority_host", "graph_endpoint")
    @classmethod
    def _no_slash(cls, value: str) -> str:
        return value.rstrip("/")

    @field_validator("allowed_service_urls", "allowed_file_hosts", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        """Whole addresses are taken for their hosts, as the name of the setting invites them."""
        if not isinstance(value, str):
            return value
        parts = (part.strip().lower() for part in value.split(",") if part.strip())
        return tuple(re.sub(r"^https?://([^/?#]*)/.*|^https?://([^/?#]*)$", r"\1\2", part) for part in parts)

    @field_validator("sms_voice_retirement", "sms_voice_retirement_later", mode="before")
    @classmethod
    def _day(cls, value: object) -> object:
        """Only days as we write them: a number alone would be seconds since 1970. `_none`, being declared later, has looked already."""
        try:
            return date.fromisoformat(value) if isinstance(value, str) else value
        except ValueError:
            raise ValueError("write a day, such as 2027-02-01") from None

    @field_validator("sms_voice_retirement", "head_hour", "report_hour", mode="before")
    @classmethod
    def _none(cls, value: object) -> object:
        return None if isinstance(value, str) and value.strip().lower() in ("", "none") else value

    @model_validator(mode="before")
    @classmethod
    def _cloud_defaults(cls, values: dict[str, Any]) -> dict[str, Any]:
        cloud = CLOUDS.get(values.get("CLOUD") or "public", CLOUDS["public"])
        defaults = {
            "AZURE_AUTHORITY_HOST": cloud.login,
            "GRAPH_ENDPOINT": cloud.graph,
            "BOT_OPENID_METADATA": cloud.openid_metadata,
            "ALLOWED_SERVICE_URLS": ",".join(cloud.service_urls),
            "ALLOWED_FILE_HOSTS": ",".join(cloud.files),
            "LOG_SERVICE_URL": f"https://{cloud.service_urls[0]}/teams/",
            "AZURE_TENANT_ID": values.get("MicrosoftAppTenantId", ""),
            "AZURE_CLIENT_ID": values.get("MicrosoftAppId", ""),
        }
        filled = {**values, **{name: value for name, value in defaults.items() if not values.get(name)}}
        own_app = not values.get("AZURE_CLIENT_ID") or values["AZURE_CLIENT_ID"] == values.get("MicrosoftAppId")
        if own_app and not values.get("AZURE_CLIENT_SECRET") and not values.get("AZURE_CLIENT_CERTIFICATE_PATH"):
            filled["AZURE_CLIENT_SECRET"] = values.get("MicrosoftAppPassword", "")
        return filled

    @property
    def hosts(self) -> Cloud:
        """The facts of the chosen cloud that no setting overrides."""
        return CLOUDS[self.cloud]

    @property
    def zone(self) -> tzinfo:
        """The clock on the wall."""
        return UTC if self.time_zone == "UTC" else ZoneInfo(self.time_zone)

    @property
    def retirement(self) -> Retirement:
        """The end of Microsoft's own texts and calls; outside the public cloud no day is known that was not set."""
        given = self.model_dump(include={"sms_voice_retirement", "sms_voice_retirement_later"}, exclude_unset=True)
        public = self.cloud == "public"
        sooner: date | None = given.get("sms_voice_retirement") or (_ENDS if public else None)
        later: date | None = given.get("sms_voice_retirement_later") or (max(_ENDS_LATER, sooner) if public and sooner else None)
        provider = frozenset(Channel) if self.sms_voice_retirement is None else channels_said(self.telephony_provider)
        return Retirement(sooner, later, provider or frozenset())

    @property
    def outdated(self) -> tuple[str, ...]:
        """Settings that are understood still and should be written anew, a sentence each."""
        if self.sms_voice_retirement is not None:
            return ()
        return (
            "SMS_VOICE_RETIREMENT=none now means TELEPHONY_PROVIDER=sms,voice, because SMS sign-in ends even with a telephony provider: "
            "write that instead.",
        )

    @property
    def log_channel(self) -> ConversationRef | None:
        """Where the log goes unless an administrator chose another place in chat."""
        return self._channel(self.log_channel_id)

    @property
    def approval_channel(self) -> ConversationRef | None:
        """Where approvers' cards go; None for the places of `services.approval_places`."""
        return self._channel(self.approval_channel_id)

    def _channel(self, channel_id: str) -> ConversationRef | None:
        return ConversationRef(self.log_service_url, channel_id, "channel") if channel_id else None

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Settings:
        """Reads and checks everything.

        Raises:
            ConfigurationError: with every problem found, each with its fix.
        """
        names = {field.validation_alias: field for field in cls.model_fields.values()}
        given = {name: environ[name].strip() for name in names if isinstance(name, str) and environ.get(name, "").strip()}
        problems: list[str] = []
        try:
            settings = cls.model_validate(given)
        except ValidationError as error:
            wrong = {str(e["loc"][0]): e["msg"].removeprefix("Value error, ") for e in error.errors()}
            problems = [f"{name} is {given.get(name)!r}: {said[0].lower()}{said[1:]}." for name, said in wrong.items()]
            settings = cls.model_validate({name: value for name, value in given.items() if name not in wrong})
        problems += settings.problems()
        if problems:
            raise ConfigurationError(_listed(problems))
        return settings

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only the mapping given to `from_env` counts: nothing is read behind its back."""
        return (init_settings,)

    def problems(self) -> list[str]:
        """What is missing or contradictory, one sentence each; empty when all is well."""
        found: list[str] = []

        def need(condition: object, sentence: str) -> None:
            if not condition:
                found.append(sentence)

        for name, value, where in (
            ("MicrosoftAppId", self.bot_app_id, "copy the application (client) id of the bot registration"),
            ("MicrosoftAppTenantId", self.bot_tenant_id, "copy the directory (tenant) id from the registration's overview"),
            ("HELPDESK_GROUP_ID", self.helpdesk_group_id, "copy the object id of the Entra group whose members may use Doorman"),
        ):
            need(value, f"{name} is missing: {where}.")
            need(not value or _is_guid(value), f"{name} is not an id like 00000000-0000-0000-0000-000000000000: {where}.")
        need(
            not self.admin_group_id or _is_guid(self.admin_group_id),
            "ADMIN_GROUP_ID is not an id like 00000000-0000-0000-0000-000000000000: copy the object id of the group, or remove it.",
        )
        need(
            self.graph_client_id == self.bot_app_id or _is_guid(self.graph_client_id),
            "AZURE_CLIENT_ID is not an id like 00000000-0000-0000-0000-000000000000: copy the application (client) id of the app "
            "registration that calls Graph, or remove it to use the bot's own.",
        )
        if self.bot_app_type == "SingleTenant":
            need(
                self.bot_password or self.insecure_local,
                "MicrosoftAppPassword is missing: make a client secret and copy its value (not its id), "
                "or set MicrosoftAppType=UserAssignedMSI.",
            )
            need(
                self.graph_client_secret or self.graph_certificate_path,
                "AZURE_CLIENT_SECRET or AZURE_CLIENT_CERTIFICATE_PATH is missing for the app registration that calls Graph.",
            )
        need(
            not self.graph_certificate_path or Path(self.graph_certificate_path).is_file(),
            "AZURE_CLIENT_CERTIFICATE_PATH names no file: give the path of the PEM file with private key and certificate.",
        )
        for name, url in (
            ("AZURE_AUTHORITY_HOST", self.authority_host),
            ("GRAPH_ENDPOINT", self.graph_endpoint),
            ("BOT_OPENID_METADATA", self.openid_metadata),
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
        need(self.allowed_service_urls, "ALLOWED_SERVICE_URLS names no host: remove it to use those of the cloud.")
        for host in self.allowed_service_urls:
            need(
                _HOST.fullmatch(host),
                f"ALLOWED_SERVICE_URLS contains {host!r}, which is no host: write names like smba.trafficmanager.net, with commas between.",
            )
        need(self.allowed_file_hosts, "ALLOWED_FILE_HOSTS names no host: remove it to use those of the cloud.")
        for host in self.allowed_file_hosts:
            need(
                _HOST.fullmatch(host) or _HOSTS_BELOW.fullmatch(host),
                f"ALLOWED_FILE_HOSTS contains {host!r}, which is no host: write names like contoso-my.sharepoint.com or *.sharepoint.com, "
                "with commas between.",
            )
        need(
            not (self.log_channel_id or self.approval_channel_id)
            or service_url_allowed(self.log_service_url, self.allowed_service_urls),
            "LOG_SERVICE_URL is not an https:// address on a host of ALLOWED_SERVICE_URLS, so neither the log nor the approvers' cards "
            "could ever be posted: correct one of the two.",
        )
        need(self.database_url.startswith(_DATABASES), _NO_DATABASE)
        need(
            not re.fullmatch(r"sqlite:///(:memory:)?(\?.*)?", self.database_url),
            "DATABASE_URL names no file, so everything would be lost at a restart: write sqlite:///doorman.db.",
        )
        need(
            not self.default_region or self.default_region.upper() in phonenumbers.SUPPORTED_REGIONS,
            "DEFAULT_REGION is not a two-letter region such as NL: correct it, or remove it to ask for international numbers.",
        )
        need(
            not self.log_channel_id or self.log_channel_id.startswith("19:"),
            "LOG_CHANNEL_ID is not a Teams channel id: it looks like 19:…@thread.tacv2 (see `log here` for an easier way).",
        )
        need(
            not self.approval_channel_id or self.approval_channel_id.startswith("19:"),
            "APPROVAL_CHANNEL_ID is not a Teams channel id: it looks like 19:…@thread.tacv2 (in Teams: the channel, Get link to channel).",
        )
        need(0 <= self.audit_days <= 36_500, "AUDIT_DAYS is not between 0 and 36500: 0 keeps the audit trail for ever.")
        need(0 <= self.numbers_days <= 36_500, "NUMBERS_DAYS is not between 0 and 36500: 0 keeps the numbers for ever.")
        need(
            0 <= self.reconcile_hours <= 144,  # a comparison looks back a week
            "RECONCILE_HOURS is not between 0 and 144: 24 compares once a day, 0 never.",
        )
        need(self.head_hour is None or 0 <= self.head_hour <= 23, "HEAD_HOUR is not between 0 and 23: 6 is before the day begins.")
        need(self.report_hour is None or 0 <= self.report_hour <= 23, "REPORT_HOUR is not between 0 and 23: 3 is when few people work.")
        need(0 <= self.registration_days <= 36_500, "REGISTRATION_DAYS is not between 0 and 36500: 0 keeps it for ever.")
        is_zone = self.time_zone == "UTC" or zone_called(self.time_zone) is not None
        need(is_zone, "TIME_ZONE is no time zone: those look like Europe/Amsterdam.")
        found += self._retirement_problems()
        need(1 <= self.confirm_minutes <= 1440, "CONFIRM_MINUTES is not between 1 and 1440: 10 is a good value.")
        need(0 <= self.bulk_canary <= 1000, "BULK_CANARY is not between 0 and 1000: 10 is a good value, 0 runs all rows at once.")
        need(1 <= self.bulk_failing_percent <= 100, "BULK_FAILING_PERCENT is not between 1 and 100: 5 is a good value.")
        need(1 <= self.bulk_ceiling_percent <= 95, "BULK_CEILING_PERCENT is not between 1 and 95: 80 leaves room for everybody else.")
        need(0 <= self.port <= 65535, "PORT is not between 0 and 65535: 3978 is the usual one.")
        need(
            not self.insecure_local or is_loopback(self.host),
            "INSECURE_LOCAL accepts anybody's messages, so HOST has to be 127.0.0.1: remove one of the two.",
        )
        return found

    def _retirement_problems(self) -> list[str]:
        found, provider, ends = [], channels_said(self.telephony_provider), self.retirement
        if provider is None:
            found.append(
                f"TELEPHONY_PROVIDER is {self.telephony_provider!r}: write none, sms, voice or sms,voice, for what a telephony provider of "
                "your own carries on."
            )
        elif self.sms_voice_retirement is None and "telephony_provider" in self.model_fields_set and len(provider) < len(Channel):
            found.append(
                "SMS_VOICE_RETIREMENT=none means that a telephony provider of your own carries on texts and calls, and TELEPHONY_PROVIDER "
                "says something else: remove SMS_VOICE_RETIREMENT."
            )
        if ends.sooner and ends.later and ends.later < ends.sooner:
            found.append(f"SMS_VOICE_RETIREMENT_LATER is before SMS_VOICE_RETIREMENT ({ends.sooner}): correct one of the two.")
        return found


def database_url(environ: Mapping[str, str]) -> str:
    """DATABASE_URL alone, for whoever examines the trail on a machine without the other settings.

    Raises:
        ConfigurationError: it is none.
    """
    given = environ.get("DATABASE_URL", "").strip() or str(Settings.model_fields["database_url"].default)
    if not given.startswith(_DATABASES):
        raise ConfigurationError(_listed([_NO_DATABASE]))
    return given


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


def _listed(problems: list[str]) -> str:
    count = "One setting needs" if len(problems) == 1 else f"{len(problems)} settings need"
    return f"{count} your attention:\n" + "\n".join(f"  - {problem}" for problem in problems)
