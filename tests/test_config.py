"""Settings: every problem at once with its fix, nothing secret in any text, and no way to be insecure by accident."""

from __future__ import annotations

import traceback
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.retirement import Channel, Retirement
from bot.settings.environment import ConfigurationError, Settings
from bot.settings.hosts import CLOUDS, is_loopback

pytestmark = pytest.mark.storage

BOT, GRAPH, TENANT, GROUP = (f"{n}0000000-0000-4000-8000-00000000000a" for n in "1234")
GOOD = {
    "MicrosoftAppId": BOT,
    "MicrosoftAppPassword": "bot-secret-1",
    "MicrosoftAppTenantId": TENANT,
    "AZURE_CLIENT_ID": GRAPH,
    "AZURE_CLIENT_SECRET": "graph-secret-2",
    "HELPDESK_GROUP_ID": GROUP,
    "DATABASE_URL": "postgresql://doorman:db-secret-3@db.example/doorman",
}
SECRETS = ("bot-secret-1", "graph-secret-2", "db-secret-3")


def read(**changes: str) -> Settings:
    return Settings.from_env({**GOOD, **changes})


def problems(**changes: str) -> list[str]:
    """The lines that starting with these settings prints."""
    try:
        read(**changes)
    except ConfigurationError as error:
        first, *lines = str(error).splitlines()
        assert first == ("One setting needs your attention:" if len(lines) == 1 else f"{len(lines)} settings need your attention:")
        assert all(line.startswith("  - ") and line.endswith(".") for line in lines)
        return [line[4:] for line in lines]
    return []


def test_good_settings_are_good() -> None:
    assert problems() == []


def test_an_empty_environment_lists_everything_at_once() -> None:
    with pytest.raises(ConfigurationError) as caught:
        Settings.from_env({})
    said = str(caught.value)
    for name in ("MicrosoftAppId", "MicrosoftAppTenantId", "HELPDESK_GROUP_ID", "MicrosoftAppPassword", "AZURE_CLIENT_SECRET"):
        assert f"  - {name}" in said
    assert "copy the" in said


def test_blank_is_the_same_as_absent() -> None:
    assert problems(**dict.fromkeys(GOOD, "  ")) == problems(**dict.fromkeys(GOOD, ""))
    assert read(PORT=" ", CLOUD="", HOST="\t").port == 3978
    assert read(MicrosoftAppPassword=" bot-secret-1\n").bot_password == "bot-secret-1"


def test_one_certificate_does_for_both_where_there_is_one_app(tmp_path: Path) -> None:
    file = tmp_path / "doorman.pem"
    file.write_text("a certificate", encoding="utf-8")
    alone = {"MicrosoftAppPassword": "", "AZURE_CLIENT_SECRET": "", "AZURE_CLIENT_CERTIFICATE_PATH": str(file)}
    assert read(**alone, AZURE_CLIENT_ID="").bot_certificate_path == str(file)
    assert read(**{**alone, "MicrosoftAppPassword": "bot-secret-1"}, AZURE_CLIENT_ID="").bot_certificate_path == ""
    assert [line.partition(" is missing")[0] for line in problems(**alone)] == ["MicrosoftAppPassword"]


BAD: dict[str, tuple[str, ...]] = {
    "MicrosoftAppId": ("doorman", BOT[:-1], BOT + "0", "{" + BOT + "}", BOT.replace("-", "")),
    "MicrosoftAppTenantId": ("contoso.onmicrosoft.com", "common"),
    "MicrosoftAppType": ("MultiTenant", "singletenant", "Certificate"),
    "AZURE_CLIENT_ID": ("my app",),
    "AZURE_CLIENT_CERTIFICATE_PATH": ("/nowhere/app.pem", "/"),
    "CLOUD": ("mars", "Public", "gcc"),
    "AZURE_AUTHORITY_HOST": ("login.microsoftonline.com", "ftp://x", "https://", "https://[::1", "https://x:y", "http://login.example", "https://x/tenant"),
    "GRAPH_ENDPOINT": ("graph.microsoft.com", "http://graph.example", "https://graph.microsoft.com/v1.0", "https://u:p@graph.example", "https://g/?x"),
    "BOT_OPENID_METADATA": ("login.botframework.com", "http://keys.example/openid", "http://127.0.0.1.evil.example/", "file:///keys"),
    "ALLOWED_SERVICE_URLS": (",", "*", "*.trafficmanager.net", "one two", "https://", "http://u@h/", "host:port", "a..b", "-/"),
    "ALLOWED_FILE_HOSTS": (",", "*", "*.com", "x.*.sharepoint.com", "*sharepoint.com", "*.sharepoint.com:8443", "http://u@h/", "one two"),
    "HELPDESK_GROUP_ID": ("Helpdesk", "helpdesk@contoso.com"),
    "ADMIN_GROUP_ID": ("Admins",),
    "LOG_CHANNEL_ID": ("General", "https://teams.microsoft.com/l/channel/19%3a"),
    "DATABASE_URL": ("doorman.db", "sqlite://", "sqlite:///", "sqlite:///:memory:", "sqlite:///?mode=memory", "postgres://h/d", "mysql://h/d"),
    "DEFAULT_REGION": ("Netherlands", "XX", "31"),
    "CONFIRM_MINUTES": ("0", "-1", "1441", "ten", "1.5"),
    "RECONCILE_HOURS": ("-1", "145", "daily"),
    "AUDIT_DAYS": ("-1", "36501"),
    "HEAD_HOUR": ("-1", "24", "six", "6.5", "06:00"),
    "REPORT_HOUR": ("-1", "24", "three"),
    "REGISTRATION_DAYS": ("-1", "36501", "x"),
    "TIME_ZONE": ("Amsterdam", "+02:00", "../UTC", "Europe/Amsterdam/x"),
    "SMS_VOICE_RETIREMENT": ("soon", "2027-13-01", "0"),
    "SMS_VOICE_RETIREMENT_LATER": ("none", "later", "2027-06-31"),
    "TELEPHONY_PROVIDER": ("fax", "sms;voice", "none,sms", ",", "yes"),
    "NOTICE_MAILBOX": ("helpdesk", "@contoso.com", "Helpdesk <helpdesk@contoso.com>", "a@contoso.com,b@contoso.com", "a@contoso.com/x"),
    "TEAMS_CATALOG_APP_ID": ("Doorman", BOT[:-1], "{" + BOT + "}"),
    "PUBLIC_URL": (
        "doorman.contoso.com", "http://doorman.contoso.com", "http://127.0.0.1.evil.example", "https://contoso.com/doorman", "https://u:p@x.com",
        "https://@contoso.com", "https://contoso.com?", "https://contoso.com#x", "https://x:y", "https://x:99999", "https://",
    ),
    "TICKET_URL": (
        "itsm.contoso.com/{ticket}", "http://itsm.contoso.com/{ticket}", "https://itsm.contoso.com/", "https://itsm.contoso.com/{ticket}/{ticket}",
        "https://{ticket}.contoso.com/", "https://u:p@itsm.contoso.com/{ticket}", "https://itsm.contoso.com/#{ticket}",
        "https://itsm.contoso.com/{number}", "https://itsm.contoso.com/a b/{ticket}", "https://itsm.contoso.com/)x({ticket}", "https://[x/{ticket}",
    ),
    "PROOF_CONTEXT": ("c0", "c100", "21", "c21,c22", "Doorman: caller"),
    "HELPDESK_CONTACT": ("+31 20 555 0100\n+31 20 555 0101", "[ring me](https://evil.example)", "**now**", "<b>us</b>", "9" * 101),
    "PORT": ("-1", "65536", "http", "3978.5"),
    "INSECURE_LOCAL": ("maybe", "2"),
    "LOG_LEVEL": ("verbose", "INFO"),
}  # fmt: skip


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in BAD.items() for value in values])
def test_a_bad_value_is_one_problem_that_names_its_setting(name: str, value: str) -> None:
    said = problems(**{name: value})
    assert len(said) == 1, said
    assert said[0].startswith(name)
    assert len(said[0]) > len(name) + 15  # a sentence, not only the name


def test_every_bad_value_is_told_at_once() -> None:
    said = problems(**{name: values[0] for name, values in BAD.items()})
    assert {line.split()[0] for line in said} >= BAD.keys()


def test_a_log_channel_that_could_never_be_posted_to_is_told() -> None:
    channel = "19:abc@thread.tacv2"
    assert problems(LOG_CHANNEL_ID=channel) == []
    assert "LOG_SERVICE_URL" in problems(LOG_CHANNEL_ID=channel, LOG_SERVICE_URL="https://evil.example/")[0]
    assert "LOG_SERVICE_URL" in problems(LOG_CHANNEL_ID=channel, ALLOWED_SERVICE_URLS="teams.example")[0]
    assert problems(LOG_CHANNEL_ID=channel, ALLOWED_SERVICE_URLS="teams.example", LOG_SERVICE_URL="https://teams.example/x/") == []


def test_single_tenant_needs_secrets_and_a_managed_identity_none() -> None:
    without = {"MicrosoftAppPassword": "", "AZURE_CLIENT_SECRET": ""}
    assert [line.split()[0] for line in problems(**without)] == ["MicrosoftAppPassword", "AZURE_CLIENT_SECRET"]
    assert problems(**without, MicrosoftAppType="UserAssignedMSI") == []


def test_graph_uses_the_bots_own_registration_unless_told_otherwise(tmp_path: Path) -> None:
    own = read(AZURE_CLIENT_ID="", AZURE_CLIENT_SECRET="")
    assert (own.graph_client_id, own.graph_client_secret, own.graph_tenant_id) == (BOT, "bot-secret-1", TENANT)
    assert [line.split()[0] for line in problems(AZURE_CLIENT_SECRET="")] == [
        "AZURE_CLIENT_SECRET"
    ]  # never the bot's secret for another app
    certificate = tmp_path / "app.pem"
    certificate.write_text("x")
    assert problems(AZURE_CLIENT_SECRET="", AZURE_CLIENT_CERTIFICATE_PATH=str(certificate)) == []


@pytest.mark.parametrize("name", ["AZURE_AUTHORITY_HOST", "GRAPH_ENDPOINT", "BOT_OPENID_METADATA"])
def test_plain_http_is_for_this_machine_only(name: str) -> None:
    for host in ("127.0.0.1:8080", "localhost:8080", "[::1]:8080", "127.8.9.10"):
        assert problems(**{name: f"http://{host}"}) == []
    for host in (
        "login.example",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "10.0.0.1",
        "0.0.0.0",
        "[::]",
        "2130706433",
        "127.0.0.1@evil.example",
    ):
        said = problems(**{name: f"http://{host}"})
        assert any("for this machine only" in line for line in said), (host, said)


def test_what_notices_need_is_taken_as_it_is_meant() -> None:
    for address in ("http://127.0.0.1:3978", "http://[::1]:3978", "https://Doorman.contoso.com", "https://doorman.contoso.com:8443/"):
        assert read(PUBLIC_URL=address).public_url == address.rstrip("/")
    for contact in ("+31 (0)20 123 45 67, ext. 8", "Ask the desk on floor 2: help_desk@contoso.com", "9" * 100):
        assert read(HELPDESK_CONTACT=contact).helpdesk_contact == contact
    assert read(TEAMS_CATALOG_APP_ID=BOT.upper()).teams_catalog_app_id == BOT
    assert problems(NOTICE_MAILBOX="account.notices@contoso.onmicrosoft.com") == []


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.7", "doorman.example", "localhost.example", "127.0.0.1.example"])
def test_insecure_local_is_refused_on_any_other_host(host: str) -> None:
    assert problems(HOST=host) == []
    assert ["INSECURE_LOCAL" in line for line in problems(HOST=host, INSECURE_LOCAL="true")] == [True]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.1.2.3"])
def test_insecure_local_is_accepted_on_loopback(host: str) -> None:
    assert read(HOST=host, INSECURE_LOCAL="1", MicrosoftAppPassword="").insecure_local


def test_insecure_local_is_off_unless_asked_for() -> None:
    assert not read().insecure_local
    assert not read(INSECURE_LOCAL="false").insecure_local


def test_secrets_are_in_no_text() -> None:
    settings = read()
    assert not any(secret in text for secret in SECRETS for text in (repr(settings), str(settings)))
    bad = {name: values[0] for name, values in BAD.items() if name != "DATABASE_URL"}
    for changes in (bad, {**bad, "DATABASE_URL": "mysql://doorman:db-secret-3@h/d"}):
        with pytest.raises(ConfigurationError) as caught:
            read(**changes)
        told = str(caught.value) + "".join(traceback.format_exception(caught.value, chain=True))
        assert not any(secret in told for secret in SECRETS)


@pytest.mark.parametrize("cloud", CLOUDS)
def test_each_cloud_brings_its_hosts(cloud: str) -> None:
    settings, facts = read(CLOUD=cloud), CLOUDS[cloud]
    assert settings.authority_host == facts.login
    assert settings.graph_endpoint == facts.graph
    assert settings.openid_metadata == facts.openid_metadata
    assert settings.allowed_service_urls == facts.service_urls
    assert settings.allowed_file_hosts == facts.files
    assert settings.hosts is facts
    assert settings.log_service_url.startswith(f"https://{facts.service_urls[0]}/")
    assert problems(CLOUD=cloud, LOG_CHANNEL_ID="19:abc@thread.tacv2") == []


def test_clouds_share_no_host() -> None:
    public, *others = (CLOUDS[name] for name in ("public", "usgov", "dod", "china"))
    for other in others:
        assert not {public.login, public.graph, public.token_issuer, *public.service_urls} & {other.login, other.graph, other.token_issuer}
        assert not set(public.service_urls) & set(other.service_urls)


def test_what_is_set_wins_over_the_cloud() -> None:
    settings = read(CLOUD="usgov", GRAPH_ENDPOINT="https://graph.example/", AZURE_AUTHORITY_HOST="https://login.example/")
    assert settings.graph_endpoint == "https://graph.example"
    assert settings.authority_host == "https://login.example"
    assert settings.openid_metadata == CLOUDS["usgov"].openid_metadata


def test_service_urls_may_be_given_as_hosts_or_whole_addresses() -> None:
    said = " SMBA.trafficmanager.net, https://teams.example:8443/emea/ ,http://127.0.0.1:3979,[::1]:3979 "
    assert read(ALLOWED_SERVICE_URLS=said).allowed_service_urls == (
        "smba.trafficmanager.net",
        "teams.example:8443",
        "127.0.0.1:3979",
        "[::1]:3979",
    )


def test_file_hosts_may_be_one_organisations_own() -> None:
    said = "Contoso-my.sharepoint.com, *.sharepoint.com,http://127.0.0.1:3979/"
    assert read(ALLOWED_FILE_HOSTS=said).allowed_file_hosts == ("contoso-my.sharepoint.com", "*.sharepoint.com", "127.0.0.1:3979")


def test_ids_in_capitals_are_the_same_ids() -> None:
    settings = read(
        MicrosoftAppTenantId=TENANT.upper(), MicrosoftAppId=BOT.upper(), HELPDESK_GROUP_ID=GROUP.upper(), ADMIN_GROUP_ID=GROUP.upper()
    )
    assert (settings.bot_tenant_id, settings.bot_app_id, settings.helpdesk_group_id, settings.admin_group_id) == (TENANT, BOT, GROUP, GROUP)


FEBRUARY, JULY, BOTH = date(2027, 2, 1), date(2027, 7, 1), frozenset(Channel)


@pytest.mark.parametrize(
    ("changes", "retirement"),
    [
        ({}, Retirement(FEBRUARY, JULY)),
        ({"TELEPHONY_PROVIDER": "None"}, Retirement(FEBRUARY, JULY)),
        ({"TELEPHONY_PROVIDER": " Voice , SMS "}, Retirement(FEBRUARY, JULY, BOTH)),
        ({"TELEPHONY_PROVIDER": "sms"}, Retirement(FEBRUARY, JULY, frozenset({Channel.SMS}))),
        ({"SMS_VOICE_RETIREMENT": "2027-03-01"}, Retirement(date(2027, 3, 1), JULY)),
        ({"SMS_VOICE_RETIREMENT": "2028-01-31"}, Retirement(date(2028, 1, 31), date(2028, 1, 31))),  # the other day is not before it
        ({"SMS_VOICE_RETIREMENT_LATER": "2028-01-31"}, Retirement(FEBRUARY, date(2028, 1, 31))),
        ({"CLOUD": "usgov"}, Retirement()),
        ({"CLOUD": "china", "SMS_VOICE_RETIREMENT": "2028-01-31"}, Retirement(date(2028, 1, 31))),
        ({"CLOUD": "dod", "SMS_VOICE_RETIREMENT_LATER": "2028-01-31"}, Retirement(None, date(2028, 1, 31))),
        ({"CLOUD": "usgov", "TELEPHONY_PROVIDER": "sms,voice"}, Retirement(None, None, BOTH)),
    ],
)
def test_when_texts_and_calls_end(changes: dict[str, str], retirement: Retirement) -> None:
    settings = read(**changes)
    assert settings.retirement == retirement
    assert settings.outdated == ()


@pytest.mark.parametrize("more", [{}, {"TELEPHONY_PROVIDER": "voice,sms"}, {"SMS_VOICE_RETIREMENT_LATER": "2027-07-01"}])
def test_none_as_it_was_written_before_is_a_provider_for_both_and_said_to_be_outdated(more: dict[str, str]) -> None:
    settings = read(SMS_VOICE_RETIREMENT="None", **more)
    assert settings.retirement == Retirement(FEBRUARY, JULY, BOTH)
    assert "TELEPHONY_PROVIDER=sms,voice" in settings.outdated[0]
    assert read(SMS_VOICE_RETIREMENT="none", CLOUD="usgov").retirement == Retirement(None, None, BOTH)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"SMS_VOICE_RETIREMENT": "none", "TELEPHONY_PROVIDER": "sms"}, "remove SMS_VOICE_RETIREMENT"),
        ({"SMS_VOICE_RETIREMENT": "none", "TELEPHONY_PROVIDER": "none"}, "remove SMS_VOICE_RETIREMENT"),
        ({"SMS_VOICE_RETIREMENT_LATER": "2027-01-31"}, "is before SMS_VOICE_RETIREMENT (2027-02-01)"),
        ({"SMS_VOICE_RETIREMENT": "2027-08-01", "SMS_VOICE_RETIREMENT_LATER": "2027-07-01"}, "is before SMS_VOICE_RETIREMENT (2027-08-01)"),
        ({"CLOUD": "usgov", "SMS_VOICE_RETIREMENT": "2028-01-01", "SMS_VOICE_RETIREMENT_LATER": "2027-07-01"}, "is before"),
        ({"SMS_VOICE_RETIREMENT": "2027"}, "write a day, such as 2027-02-01"),
        ({"TELEPHONY_PROVIDER": "fax"}, "write none, sms, voice or sms,voice"),
    ],
)
def test_what_contradicts_itself_about_that_is_told_once(changes: dict[str, str], says: str) -> None:
    (said,) = problems(**changes)
    assert says in said


def test_only_the_given_mapping_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("INSECURE_LOCAL", "true")
    monkeypatch.setenv("insecure_local", "true")
    (tmp_path / ".env").write_text("INSECURE_LOCAL=true\nPORT=1\n")
    monkeypatch.chdir(tmp_path)
    assert not read().insecure_local
    assert read().port == 3978


@pytest.mark.parametrize("host", ["", "LOCALHOST.", "127.0.0.1:80", "127.1", "0", "::ffff:10.0.0.1", "localhost\n", "127.0.0.1\u0000"])
def test_what_only_looks_like_loopback_is_none(host: str) -> None:
    assert not is_loopback(host)


@given(
    changes=st.dictionaries(
        st.sampled_from(sorted({*BAD, *GOOD})),
        st.text(max_size=30) | st.sampled_from(["https://[", "http://[::1]:99999", "1", "true"]),
        max_size=6,
    )
)
def test_no_value_whatever_crashes(changes: dict[str, str]) -> None:
    assert all(line for line in problems(**changes))
