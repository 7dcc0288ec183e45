"""Settings, read once from the environment. The only module that reads it; all problems are reported together."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import ValidationError

from bot.settings.declared import Declared
from bot.settings.problems import DATABASES, NO_DATABASE, problems


class ConfigurationError(Exception):
    """The settings cannot be used; the text lists every problem with its fix."""


class Settings(Declared):
    """What an administrator has set."""

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Settings:
        """Reads and checks everything.

        Raises:
            ConfigurationError: with every problem found, each with its fix.
        """
        names = {field.validation_alias: field for field in cls.model_fields.values()}
        given = {name: environ[name].strip() for name in names if isinstance(name, str) and environ.get(name, "").strip()}
        found: list[str] = []
        try:
            settings = cls.model_validate(given)
        except ValidationError as error:
            wrong = {str(e["loc"][0]): e["msg"].removeprefix("Value error, ") for e in error.errors()}
            found = [f"{name} is {given.get(name)!r}: {said[0].lower()}{said[1:]}." for name, said in wrong.items()]
            settings = cls.model_validate({name: value for name, value in given.items() if name not in wrong})
        found += problems(settings)
        if found:
            raise ConfigurationError(_listed(found))
        return settings


def database_url(environ: Mapping[str, str]) -> str:
    """DATABASE_URL alone, for whoever examines the trail on a machine without the other settings.

    Raises:
        ConfigurationError: it is none.
    """
    given = environ.get("DATABASE_URL", "").strip() or str(Settings.model_fields["database_url"].default)
    if not given.startswith(DATABASES):
        raise ConfigurationError(_listed([NO_DATABASE]))
    return given


def _listed(problems: list[str]) -> str:
    count = "One setting needs" if len(problems) == 1 else f"{len(problems)} settings need"
    return f"{count} your attention:\n" + "\n".join(f"  - {problem}" for problem in problems)
