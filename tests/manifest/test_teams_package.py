"""The Teams app package: the manifest on disk, its limits, the icons and the zip."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bot.commands import COMMANDS
from bot.commands.parser import parse
from bot.errors import UsageError
from bot.settings.environment import ConfigurationError
from manifest import package

ENVIRON = {
    "MicrosoftAppId": "11111111-2222-4333-8444-555555555555",
    "TEAMS_DEVELOPER_NAME": "Contoso IT",
    "TEAMS_WEBSITE_URL": "https://contoso.com/doorman",
}
#: `commandLists.commands.maxItems` of schema-1.30.json and schema-1.22.json.
MENU_LIMITS = {package.NEWEST: 12, package.FALLBACK: 10}
BOTH_VERSIONS = pytest.mark.parametrize("version", [package.NEWEST, package.FALLBACK])


def command_lists(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    lists: list[dict[str, Any]] = manifest["bots"][0]["commandLists"]
    return lists


def test_the_manifest_on_disk_is_what_the_commands_say() -> None:
    assert (package.HERE / "manifest.json").read_text(encoding="utf-8") == package.as_text(package.generate()), "run `make docs`"


@BOTH_VERSIONS
def test_a_filled_manifest_fits_its_schema(version: str) -> None:
    manifest = package.fill(ENVIRON | {"TEAMS_MANIFEST_VERSION": version})
    package.check(manifest)
    assert manifest["manifestVersion"] == version
    assert f"/v{version}/" in manifest["$schema"]
    assert manifest["id"] == manifest["bots"][0]["botId"] == ENVIRON["MicrosoftAppId"]
    assert manifest["developer"]["termsOfUseUrl"] == ENVIRON["TEAMS_WEBSITE_URL"]


def test_the_app_that_calls_graph_may_install_this_one() -> None:
    own, other = ENVIRON["MicrosoftAppId"], "99999999-2222-4333-8444-555555555555"
    for given, app_id in (({}, own), ({"AZURE_CLIENT_ID": other}, other)):
        assert package.fill(ENVIRON | given)["webApplicationInfo"] == {"id": app_id, "resource": f"api://{app_id}"}


def test_the_menu_offers_what_a_day_is_made_of() -> None:
    manifest = package.generate()
    daily = ["show", "set mobile for", "recover", "pass for", "reset password for", "reset mfa for", "pending", "help"]
    assert [one["scopes"] for one in command_lists(manifest)] == [["personal"], ["team"]]
    for one in command_lists(manifest):
        assert [command["title"] for command in one["commands"] if "prompt" not in command] == daily


def test_starters_are_lines_that_can_be_sent_as_they_stand() -> None:
    personal, team = command_lists(package.generate())
    assert [parse(command["prompt"]).command.name for command in personal["commands"] if "prompt" in command] == [
        "help",
        "pending",
        "history",
    ]
    assert not any("prompt" in command for command in team["commands"])
    old = command_lists(package.fill(ENVIRON | {"TEAMS_MANIFEST_VERSION": package.FALLBACK}))
    assert not any("prompt" in command for one in old for command in one["commands"])


@pytest.mark.parametrize(("given", "said"), [({}, False), ({"TARGETED_MESSAGES": "1"}, True), ({"TARGETED_MESSAGES": "0"}, False)])
def test_targeted_messages_are_named_where_they_are_on(given: dict[str, str], said: bool) -> None:
    assert package.fill(ENVIRON | given)["bots"][0].get("supportsTargetedMessages", False) is said
    assert "supportsTargetedMessages" not in package.fill(ENVIRON | given | {"TEAMS_MANIFEST_VERSION": package.FALLBACK})["bots"][0]


@BOTH_VERSIONS
def test_the_menu_keeps_to_the_strictest_limits(version: str) -> None:
    """12 commands, 10 in the older schema; 32 and 128 characters: the limits up to schema 1.21, which clients were made for."""
    for one in command_lists(package.fill(ENVIRON | {"TEAMS_MANIFEST_VERSION": version})):
        assert len(one["commands"]) <= MENU_LIMITS[version]
        assert "help" in [command["title"] for command in one["commands"]]
        for command in one["commands"]:
            assert len(command["title"]) <= 32
            assert len(command["description"]) <= 128
            assert "`" not in command["description"]


@pytest.mark.parametrize("command", [command for command in COMMANDS if command.in_menu], ids=lambda command: command.name)
def test_what_the_menu_puts_into_the_box_begins_the_command(command: Any) -> None:
    try:
        meant = parse(package.menu_title(command)).command
    except UsageError as error:  # unfinished: the answer is the usage of that command
        meant = next(one for one in COMMANDS if f"`{one.syntax}`" in error.hint)
    assert meant is command


@pytest.mark.parametrize(("name", "size"), [("color.png", 192), ("outline.png", 32)])
def test_icons_have_their_size(name: str, size: int) -> None:
    with Image.open(package.HERE / name) as icon:
        assert icon.format == "PNG"
        assert icon.size == (size, size)


def test_the_colour_icon_is_opaque_and_the_outline_is_white_on_nothing() -> None:
    with Image.open(package.HERE / "color.png") as icon:
        assert icon.convert("RGBA").getchannel("A").getextrema() == (255, 255)
    with Image.open(package.HERE / "outline.png") as icon:
        assert icon.mode == "RGBA"
        raw = icon.tobytes()
    pixels = [tuple(raw[at : at + 4]) for at in range(0, len(raw), 4)]
    assert {pixel[:3] for pixel in pixels if pixel[3]} == {(255, 255, 255)}
    assert {pixel[3] for pixel in pixels} >= {0, 255}
    assert all(icon_edge[3] == 0 for icon_edge in (pixels[0], pixels[31], pixels[-1]))


@BOTH_VERSIONS
def test_the_zip_holds_exactly_three_files_and_is_always_the_same(tmp_path: Path, version: str) -> None:
    environ = ENVIRON | {"TEAMS_MANIFEST_VERSION": version}
    first, second = package.write(environ, tmp_path / "a"), package.write(environ, tmp_path / "b")
    assert first.name == "doorman-teams.zip"
    assert first.read_bytes() == second.read_bytes()
    with zipfile.ZipFile(first) as written:
        assert written.namelist() == ["manifest.json", "color.png", "outline.png"]
        assert json.loads(written.read("manifest.json")) == package.fill(environ)
        assert b"{{" not in written.read("manifest.json")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"MicrosoftAppId": ""}, "MicrosoftAppId is missing"),
        ({"MicrosoftAppId": "doorman"}, "MicrosoftAppId is not an id"),
        ({"AZURE_CLIENT_ID": "graph"}, "AZURE_CLIENT_ID is not an id"),
        ({"TEAMS_DEVELOPER_NAME": " "}, "TEAMS_DEVELOPER_NAME is missing"),
        ({"TEAMS_DEVELOPER_NAME": "x" * 33}, "developer.name"),
        ({"TEAMS_DEVELOPER_NAME": "{{Contoso}}"}, "{{Contoso}} was never filled in"),
        ({"TEAMS_WEBSITE_URL": ""}, "TEAMS_WEBSITE_URL is missing"),
        ({"TEAMS_WEBSITE_URL": "http://contoso.com"}, "TEAMS_WEBSITE_URL has to begin with https://"),
        ({"TEAMS_TERMS_URL": "terms"}, "TEAMS_TERMS_URL has to begin with https://"),
        ({"TEAMS_MANIFEST_VERSION": "1.18"}, "TEAMS_MANIFEST_VERSION has to be 1.30 or 1.22"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_written(tmp_path: Path, change: dict[str, str], said: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        package.write(ENVIRON | change, tmp_path)
    assert said in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_all_problems_are_listed_at_once() -> None:
    with pytest.raises(ConfigurationError) as caught:
        package.fill({})
    assert str(caught.value).count("is missing") == 3
