"""What setup has to know: from its options, from the file, and from whoever sits there."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pydantic import ValidationError

from bot.settings.declared import Declared
from bot.settings.problems import problems
from bot.terminal.setup.calls import Stopped

#: Asks a question, with the answer that Enter stands for; None where nobody is there to be asked.
Ask = Callable[[str, str], str] | None

_HOSTS = ("CLOUD", "AZURE_AUTHORITY_HOST", "GRAPH_ENDPOINT")
HELPDESK, ADMINISTRATORS = "Doorman helpdesk", "Doorman administrators"


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """The answers. A group is an id, or a name of one that is there or is to be made."""

    helpdesk: str
    administrators: str
    public_url: str
    developer: str
    website: str


@dataclass(frozen=True)
class _Question:
    option: str
    variable: str
    text: str
    usual: str = ""


_QUESTIONS = (
    _Question(
        "helpdesk_group",
        "HELPDESK_GROUP_ID",
        "Whose members use Doorman? Name or object id of a group; one that is not there is made",
        HELPDESK,
    ),
    _Question(
        "admin_group",
        "ADMIN_GROUP_ID",
        "Whose members set Doorman up, stop it, and agree too? Name or object id of a group; one that is not there is made",
        ADMINISTRATORS,
    ),
    _Question("public_url", "PUBLIC_URL", "Under which address does Teams reach Doorman? Such as https://doorman.contoso.com"),
    _Question("developer", "TEAMS_DEVELOPER_NAME", "Who answers for this installation, in the Teams app? Such as Contoso IT"),
)


def collect(given: argparse.Namespace, values: Mapping[str, str], ask: Ask) -> Wanted:
    """Everything that is needed, asked before anything is done.

    Raises:
        Stopped: nobody is there to be asked, or an answer cannot be.
    """
    answers: dict[str, str] = {}
    missing: list[str] = []
    for question in _QUESTIONS:
        known = getattr(given, question.option) or values.get(question.variable, "")
        if not known and ask is not None:
            known = ask(question.text, question.usual)
        if not known:
            missing.append("--" + question.option.replace("_", "-"))
        answers[question.option] = known.strip()
    if missing:
        raise Stopped(f"Nobody is here to be asked, so give {', '.join(missing)} as well.")
    url = answers["public_url"].rstrip("/")
    if wrong := [sentence for sentence in problems(Declared.model_validate({"PUBLIC_URL": url})) if sentence.startswith("PUBLIC_URL")]:
        raise Stopped(f"{wrong[0]} (--public-url)")
    if len(answers["developer"]) > 32:
        raise Stopped("The name of who answers for the installation is longer than 32 characters. (--developer)")
    return Wanted(
        helpdesk=answers["helpdesk_group"],
        administrators=answers["admin_group"],
        public_url=url,
        developer=answers["developer"],
        website=given.website or values.get("TEAMS_WEBSITE_URL", "") or url,
    )


def hosts_of(values: Mapping[str, str]) -> Declared:
    """The hosts of the cloud that the settings choose; no other setting is looked at.

    Raises:
        Stopped: the sign-in or the token could not go there safely.
    """
    try:
        hosts = Declared.model_validate({name: values[name] for name in _HOSTS if values.get(name)})
    except ValidationError as error:
        raise Stopped("CLOUD is none of public, usgov, dod and china.") from error
    if wrong := [sentence for sentence in problems(hosts) if sentence.startswith(_HOSTS[1:])]:
        raise Stopped(" ".join(wrong))
    return hosts


def choose(ask: Ask, what: str, candidates: list[tuple[str, str]], option: str) -> str:
    """One of several, by its id, when they cannot be told apart otherwise.

    Raises:
        Stopped: nobody is there to be asked, or the answer is none of them.
    """
    listed = "; ".join(f"{each_id} ({said})" for each_id, said in candidates)
    picked = ask(f"{what}: {listed}. Which id?", "") if ask else ""
    if picked.strip().lower() in {each_id.lower() for each_id, _ in candidates}:
        return picked.strip().lower()
    raise Stopped(f"{what}: {listed}. Say which with {option}.")
