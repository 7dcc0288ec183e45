"""Every setting: its environment variable, its default, the sentence about it, and how what was written is read."""

from __future__ import annotations

import re
from datetime import UTC, date, tzinfo
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from bot.domain.conversations import ConversationRef
from bot.domain.retirement import Channel, Retirement, channels_said
from bot.settings.hosts import CLOUDS, Cloud

#: https://learn.microsoft.com/entra/identity/authentication/concept-sms-voice-retirement-faq
_ENDS, _ENDS_LATER = date(2027, 2, 1), date(2027, 7, 1)


def _said(name: str, default: Any, meaning: str, *, secret: bool = False) -> Any:
    """One setting: its environment variable, default and the sentence that docs/settings.md and .env.example show."""
    return Field(default=default, validation_alias=name, description=meaning, repr=not secret)


class Declared(BaseSettings):
    """Everything an administrator can set. The order here is the order there."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True, env_file=None)

    bot_app_id: str = _said("MicrosoftAppId", "", "application (client) id of the bot registration")
    bot_password: str = _said(
        "MicrosoftAppPassword",
        "",
        "its client secret value; not used with `UserAssignedMSI`, nor needed where the certificate below is of the same app",
        secret=True,
    )
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
    admin_group_id: str = _said("ADMIN_GROUP_ID", "", "object id of the group that may set the bot up (`log here`, `approvals here`)")
    policy_file: str = _said(
        "POLICY_FILE",
        "",
        "a TOML file that says who may do what to whom, with whose agreement; without it the helpdesk group may change "
        "everybody who is not protected",
    )
    log_channel_id: str = _said("LOG_CHANNEL_ID", "", "Teams channel id for the log; `log here` typed in a channel does the same")
    approval_channel_id: str = _said(
        "APPROVAL_CHANNEL_ID",
        "",
        "Teams channel id where approvers decide; `approvals here` typed in a channel does the same; when empty, the channel in which it "
        "was asked, else the log channel, else the approvers' personal chats",
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
    notice_mailbox: str = _said(
        "NOTICE_MAILBOX",
        "",
        "mailbox that tells people by mail of a change to their sign-in, such as `helpdesk@contoso.com`; none when empty",
    )
    teams_catalog_app_id: str = _said(
        "TEAMS_CATALOG_APP_ID",
        "",
        "id of Doorman in the organisation's app catalogue (Teams admin centre, Manage apps), with which it is installed for people who "
        "have no chat with it yet, so that they can be told in Teams; when empty those alone are told there who have one",
    )
    public_url: str = _said(
        "PUBLIC_URL",
        "",
        "address under which people reach Doorman's few pages, such as `https://doorman.contoso.com`, for the link in mails that stops "
        "everything and the page on which a caller signs in; no page is served when empty",
    )
    proof_context: str = _said(
        "PROOF_CONTEXT",
        "",
        "authentication context of Conditional Access, such as `c21`, that asks whoever proves themselves by a fresh sign-in for MFA",
    )
    helpdesk_contact: str = _said(
        "HELPDESK_CONTACT",
        "",
        "how people reach the helpdesk, such as `+31 20 123 45 67`; told to whoever has to reach it",
    )
    targeted_messages: bool = _said(
        "TARGETED_MESSAGES",
        False,
        "says no in a channel to whoever asked alone (“Only you can see this message”), where Teams takes that: it is a public preview",
    )
    ticket_url: str = _said(
        "TICKET_URL",
        "",
        "address of a ticket, with `{ticket}` for its number, such as `https://itsm.contoso.com/{ticket}`, to which every ticket that is "
        "shown is a link; no links when empty",
    )
    language: Literal["en", "nl"] = _said(
        "LANGUAGE", "en", "`en` or `nl`: what channels read; with a person alone Doorman speaks the language of that person's Teams"
    )
    host: str = _said("HOST", "127.0.0.1", "address to listen on")
    port: int = _said("PORT", 3978, "port to listen on")
    insecure_local: bool = _said("INSECURE_LOCAL", False, "accepts activities without a token; refused unless `HOST` is loopback")
    log_level: Literal["debug", "info", "warning", "error"] = _said("LOG_LEVEL", "info", "how much is logged, as JSON on standard error")

    @field_validator(
        "bot_app_id", "bot_tenant_id", "graph_tenant_id", "graph_client_id", "helpdesk_group_id", "admin_group_id", "teams_catalog_app_id"
    )
    @classmethod
    def _small_letters(cls, value: str) -> str:
        """Ids are compared with what tokens and Graph say, and those write small letters."""
        return value.lower()

    @field_validator("proof_context")
    @classmethod
    def _context(cls, value: str) -> str:
        return value.lower()

    @field_validator("authority_host", "graph_endpoint", "public_url")
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
    def bot_certificate_path(self) -> str:
        """The certificate of the one app that does both, which then stands in for the bot's secret; empty when there is a secret."""
        return self.graph_certificate_path if not self.bot_password and self.graph_client_id == self.bot_app_id else ""

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
