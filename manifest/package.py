"""The Teams app package: the manifest generated from `COMMANDS`, filled in, checked against Microsoft's schema, and zipped.

`manifest.json` beside this file is `generate()` as JSON, with `{{VARIABLE}}` where an installation's own values belong.
Which schema, and why: docs/decisions/0004-manifest-version.md.
"""

from __future__ import annotations

import json
import re
import uuid
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot import VERSION
from bot.commands import COMMANDS
from bot.commands.grammar.kinds import Choice, Word
from bot.commands.spec import Command
from bot.domain.extension import ABOUT, FIND, NAME
from bot.settings.environment import ConfigurationError

HERE = Path(__file__).parent
SCOPES = ("personal", "team")
NEWEST, FALLBACK = "1.30", "1.22"
ICONS = ("color.png", "outline.png")
#: What Teams offers in an empty chat; a starter is sent as it stands.
#: https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/prompt-suggestions
_STARTERS = [
    {"title": "What can you do?", "description": "The jobs of every day", "type": "prompt", "prompt": "help"},
    {"title": "What waits for me?", "description": "Requests to agree to, and your own", "type": "prompt", "prompt": "pending"},
    {"title": "What did I do lately?", "description": "Your own requests, and how they ended", "type": "prompt", "prompt": "history"},
]
#: https://learn.microsoft.com/microsoftteams/platform/messaging-extensions/what-are-messaging-extensions
_EXTENSION = [
    {
        "id": FIND,
        "type": "query",
        "context": ["compose", "commandBox"],
        "title": "Find a person",
        "description": "A name with a link to Doorman; what the directory says stays between Doorman and you",
        "initialRun": True,
        "parameters": [{"name": NAME, "title": "Name or address", "description": "Of the person to look up", "inputType": "text"}],
    },
    {
        "id": ABOUT,
        "type": "action",
        "context": ["message"],
        "title": "Ask Doorman",
        "description": "Begin a job because of this message; the answer comes in your own chat with Doorman",
        "fetchTask": True,
    },
]
_YES = ("1", "true", "yes", "on")
_PLACEHOLDER = re.compile(r"\{\{(\w+)\}\}")
_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the earliest date a zip can hold; the same content gives the same bytes


@dataclass(frozen=True)
class Option:
    """One environment variable of `app.py package`; `meaning` is the sentence docs/settings.md shows."""

    variable: str
    default: str
    meaning: str


OPTIONS = (
    Option("MicrosoftAppId", "", "as for running the bot; it becomes the id of the bot and of the Teams app"),
    Option("AZURE_CLIENT_ID", "", "as for running the bot: the app that may install this one for people; the bot's own when empty"),
    Option("TEAMS_DEVELOPER_NAME", "", "who answers for this installation, such as `Contoso IT`; at most 32 characters"),
    Option("TEAMS_WEBSITE_URL", "", "an `https` page where people find help with Doorman"),
    Option("TEAMS_PRIVACY_URL", "", "an `https` page about privacy; the website when empty"),
    Option("TEAMS_TERMS_URL", "", "an `https` page with the terms of use; the website when empty"),
    Option("TARGETED_MESSAGES", "", "as for running the bot: says in the manifest that it sends such messages"),
    Option("TEAMS_MANIFEST_VERSION", NEWEST, f"`{FALLBACK}` for a tenant that does not take `{NEWEST}` yet"),
)


def generate() -> dict[str, Any]:
    """The manifest in the newest schema, with placeholders."""
    return {
        "$schema": f"https://developer.microsoft.com/json-schemas/teams/v{NEWEST}/MicrosoftTeams.schema.json",
        "manifestVersion": NEWEST,
        "version": VERSION,
        "id": "{{MicrosoftAppId}}",
        "developer": {
            "name": "{{TEAMS_DEVELOPER_NAME}}",
            "websiteUrl": "{{TEAMS_WEBSITE_URL}}",
            "privacyUrl": "{{TEAMS_PRIVACY_URL}}",
            "termsOfUseUrl": "{{TEAMS_TERMS_URL}}",
        },
        "name": {"short": "Doorman", "full": "Doorman, the helpdesk's key to sign-in methods"},
        "description": {
            "short": "Lets the helpdesk get people back into their accounts.",
            "full": (
                "A member of the helpdesk types one line, such as: set mobile for noor +31 6 12345678. Doorman checks that this person "
                "may ask for it, shows on a card exactly what will change, and changes it in Microsoft Entra ID after a click. "
                "Every finished change is posted to a log channel, with phone numbers masked. Only members of the helpdesk group that "
                "your administrator chose can use it; accounts of administrators are shown but never changed."
            ),
        },
        "icons": {"color": ICONS[0], "outline": ICONS[1]},
        "accentColor": "#1d5345",
        "bots": [
            {
                "botId": "{{MicrosoftAppId}}",
                "scopes": list(SCOPES),
                "supportsFiles": True,
                "isNotificationOnly": False,
                "commandLists": [
                    {"scopes": ["personal"], "commands": [*_menu(), *_STARTERS]},
                    {"scopes": ["team"], "commands": [*_menu()]},
                ],
            }
        ],
        "composeExtensions": [{"botId": "{{MicrosoftAppId}}", "commands": _EXTENSION}],
        "permissions": ["identity", "messageTeamMembers"],
        # Lets the app that calls Graph install this one for people; nobody signs in with it, so the resource is only a name:
        # https://learn.microsoft.com/microsoftteams/platform/graph-api/proactive-bots-and-messages/graph-proactive-bots-and-messages
        "webApplicationInfo": {"id": "{{AZURE_CLIENT_ID}}", "resource": "api://{{AZURE_CLIENT_ID}}"},
        "supportsChannelFeatures": "tier1",  # shared and private channels too: a log is often kept in a private one
    }


def menu_title(command: Command) -> str:
    """The words that picking the command puts into the message box: everything before its first argument."""
    words: list[str] = []
    for part in command.pattern:
        if isinstance(part, Word):
            words.append(part.text)
        elif isinstance(part, Choice):
            words.append(part.options[0][0].text)
        else:
            break
    return " ".join(words)


def _menu() -> Iterator[dict[str, str]]:
    for command in COMMANDS:
        if command.in_menu:
            yield {"title": menu_title(command), "description": command.summary.replace("`", "")}  # the menu shows plain text


def _without_starters(manifest: dict[str, Any]) -> None:
    """The older schema knows none."""
    for one in manifest["bots"][0]["commandLists"]:
        one["commands"] = [command for command in one["commands"] if "prompt" not in command]


def as_text(manifest: Mapping[str, Any]) -> str:
    """As `manifest.json` holds it."""
    return json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"


def fill(environ: Mapping[str, str]) -> dict[str, Any]:
    """The manifest of one installation.

    Raises:
        ConfigurationError: with everything that is missing or wrong.
    """
    given = {option.variable: environ.get(option.variable, "").strip() for option in OPTIONS}
    for variable in ("TEAMS_PRIVACY_URL", "TEAMS_TERMS_URL"):
        given[variable] = given[variable] or given["TEAMS_WEBSITE_URL"]
    version = given["TEAMS_MANIFEST_VERSION"] or NEWEST
    if problems := [*_problems(given, version)]:
        raise ConfigurationError("The Teams app package needs your attention:\n" + "\n".join(f"  - {problem}" for problem in problems))
    manifest = _filled(generate(), given | {"AZURE_CLIENT_ID": given["AZURE_CLIENT_ID"] or given["MicrosoftAppId"]})
    if version == FALLBACK:
        manifest |= {"$schema": manifest["$schema"].replace(NEWEST, FALLBACK), "manifestVersion": FALLBACK}
        del manifest["supportsChannelFeatures"]
        _without_starters(manifest)
    elif given["TARGETED_MESSAGES"].lower() in _YES:
        manifest["bots"][0]["supportsTargetedMessages"] = True
    check(manifest)
    return manifest  # type: ignore[no-any-return]


def _problems(given: Mapping[str, str], version: str) -> Iterator[str]:
    meanings = {option.variable: option.meaning for option in OPTIONS}
    for variable in ("MicrosoftAppId", "TEAMS_DEVELOPER_NAME", "TEAMS_WEBSITE_URL"):
        if not given[variable]:
            yield f"{variable} is missing: {meanings[variable]}."
    for variable, of in (("MicrosoftAppId", "the bot registration"), ("AZURE_CLIENT_ID", "the registration that calls Graph")):
        if given[variable] and not _is_id(given[variable]):
            yield f"{variable} is not an id like 00000000-0000-0000-0000-000000000000: copy the client id of {of}."
    for variable in ("TEAMS_WEBSITE_URL", "TEAMS_PRIVACY_URL", "TEAMS_TERMS_URL"):
        if given[variable] and not given[variable].startswith("https://"):
            yield f"{variable} has to begin with https://, and is {given[variable]!r}."
    if version not in (NEWEST, FALLBACK):
        yield f"TEAMS_MANIFEST_VERSION has to be {NEWEST} or {FALLBACK}, and is {version!r}."


def _is_id(text: str) -> bool:
    try:
        return bool(uuid.UUID(text))
    except ValueError:
        return False


def _filled(node: Any, values: Mapping[str, str]) -> Any:
    if isinstance(node, dict):
        return {key: _filled(value, values) for key, value in node.items()}
    if isinstance(node, list):
        return [_filled(value, values) for value in node]
    return _PLACEHOLDER.sub(lambda found: values[found[1]], node) if isinstance(node, str) else node


def check(manifest: Mapping[str, Any]) -> None:
    """Holds a filled manifest against the schema it names.

    Raises:
        ConfigurationError: it does not fit, or a placeholder is left, or there is nothing to check it with.
    """
    try:
        import jsonschema  # type: ignore[import-untyped] # noqa: PLC0415 - a development part; the bot runs without it
    except ModuleNotFoundError:
        raise ConfigurationError("Checking the package needs jsonschema: run `make package`, or pip install jsonschema first.") from None
    schema = json.loads((HERE / f"schema-{manifest['manifestVersion']}.json").read_text(encoding="utf-8"))
    validator = jsonschema.Draft4Validator(schema, format_checker=jsonschema.FormatChecker())
    errors = sorted(validator.iter_errors(manifest), key=lambda error: list(map(str, error.path)))
    problems = [f"{'.'.join(map(str, error.path)) or 'manifest'}: {error.message}" for error in errors]
    problems += [f"{{{{{name}}}}} was never filled in" for name in dict.fromkeys(_PLACEHOLDER.findall(json.dumps(manifest)))]
    if problems:
        raise ConfigurationError("Teams would not take this package:\n" + "\n".join(f"  - {problem}" for problem in problems))


def write(environ: Mapping[str, str], folder: Path) -> Path:
    """Writes `doorman-teams.zip` into the folder and returns its path; the same input gives the same bytes.

    Raises:
        ConfigurationError: with everything that is missing or wrong; then nothing is written.
    """
    files = {"manifest.json": as_text(fill(environ)).encode()} | {name: (HERE / name).read_bytes() for name in ICONS}
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "doorman-teams.zip"
    with zipfile.ZipFile(path, "w") as package:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, _LONG_AGO)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # not the system it happens to be made on
            entry.external_attr = 0o644 << 16
            package.writestr(entry, content)
    return path
