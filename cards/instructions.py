"""What the person is told to do, to be read out or sent, in the person's own language. Never a pass or a number in it."""

from __future__ import annotations

from bot.domain.recovery import Situation

#: Where people add sign-in methods themselves: https://support.microsoft.com/account-billing/overview-of-the-my-account-portal
SECURITY_INFO = "aka.ms/mysecurityinfo"

#: Language -> its own name, in the order in which they are offered.
LANGUAGES = {"en": "English", "nl": "Nederlands"}

_OPEN = {
    "en": "On a computer, open {page} in a private window.",
    "nl": "Open op een computer {page} in een privévenster.",
}
_SIGN_IN = {
    "en": "Sign in as {address}. When you are asked for the Temporary Access Pass, type what the helpdesk has just given you.",
    "nl": "Meld u aan als {address}. Typ bij de vraag naar de tijdelijke toegangspas wat de helpdesk u net heeft gegeven.",
}
_ADD = {
    "en": "Choose Add sign-in method, then Passkey or Microsoft Authenticator, and follow the steps with your new phone at hand.",
    "nl": "Kies Aanmeldmethode toevoegen, dan Wachtwoordsleutel of Microsoft Authenticator, en volg de stappen met uw nieuwe telefoon.",
}
_NEVER = {
    "en": "The pass is for you alone: nobody from the helpdesk will ever ask you for it.",
    "nl": "De pas is alleen voor u: niemand van de helpdesk vraagt er ooit naar.",
}
_FOUND = {
    "en": "If the lost phone turns up, call the helpdesk before you use it for work again.",
    "nl": "Komt de verloren telefoon terug, bel dan de helpdesk voordat u hem weer voor het werk gebruikt.",
}
_WORK = {
    "en": "Sign in as usual as {address}. Where your phone would be asked for, choose another way and type the Temporary Access Pass.",
    "nl": "Meld u zoals altijd aan als {address}. Kies bij de vraag naar uw telefoon een andere manier en typ de tijdelijke toegangspas.",
}
_TOMORROW = {
    "en": "Your phone stays registered: with it at hand you sign in as before.",
    "nl": "Uw telefoon blijft geregistreerd: zodra u hem weer hebt, meldt u zich aan zoals voorheen.",
}

_STEPS = {
    Situation.LOST: (_OPEN, _SIGN_IN, _ADD, _FOUND, _NEVER),
    Situation.NEW_PHONE: (_OPEN, _SIGN_IN, _ADD, _NEVER),
    Situation.FIRST_DAY: (_OPEN, _SIGN_IN, _ADD, _NEVER),
    Situation.LEFT_AT_HOME: (_WORK, _TOMORROW, _NEVER),
}


def language_of(preferred: str) -> str:
    """The language to speak to somebody whose account prefers this ("nl-BE"); English where it is none of ours."""
    spoken = preferred.partition("-")[0].casefold()
    return spoken if spoken in LANGUAGES else "en"


def steps(situation: Situation, address: str, preferred: str) -> tuple[str, ...]:
    """What to read out, step by step."""
    language = language_of(preferred)
    return tuple(step[language].format(page=SECURITY_INFO, address=address) for step in _STEPS[situation])
