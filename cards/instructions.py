"""What the person is told to do, to be read out or sent, in the person's own language. Never a pass or a number in it."""

from __future__ import annotations

from bot import languages
from bot.domain.recovery import Situation
from bot.domain.said import Reader, say, speaking, spoken

#: Where people add sign-in methods themselves: https://support.microsoft.com/account-billing/overview-of-the-my-account-portal
SECURITY_INFO = "aka.ms/mysecurityinfo"

_OPEN = say("On a computer, open {page} in a private window.", page=SECURITY_INFO)
_ADD = say("Choose Add sign-in method, then Passkey or Microsoft Authenticator, and follow the steps with your new phone at hand.")
_NEVER = say("The pass is for you alone: nobody from the helpdesk will ever ask you for it.")
_FOUND = say("If the lost phone turns up, call the helpdesk before you use it for work again.")
_TOMORROW = say("Your phone stays registered: with it at hand you sign in as before.")


def language_of(preferred: str) -> str:
    """The language to speak to somebody whose account prefers this ("nl-BE"); English where it is none of ours."""
    return languages.language_of(preferred) or "en"


def steps(situation: Situation, address: str, preferred: str) -> tuple[str, ...]:
    """What to read out, step by step."""
    sign_in = say(
        "Sign in as {address}. When you are asked for the Temporary Access Pass, type what the helpdesk has just given you.",
        address=address,
    )
    at_work = say(
        "Sign in as usual as {address}. Where your phone would be asked for, choose another way and type the Temporary Access Pass.",
        address=address,
    )
    told = {
        Situation.LOST: (_OPEN, sign_in, _ADD, _FOUND, _NEVER),
        Situation.NEW_PHONE: (_OPEN, sign_in, _ADD, _NEVER),
        Situation.FIRST_DAY: (_OPEN, sign_in, _ADD, _NEVER),
        Situation.LEFT_AT_HOME: (at_work, _TOMORROW, _NEVER),
    }[situation]
    with speaking(Reader(languages.catalogue(language_of(preferred)))):
        return tuple(map(spoken, told))
