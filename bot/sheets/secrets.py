"""Columns with passwords, passes or codes in them: such a file must not be sent by chat. What a name leaves open, its cells say."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import Enum

from bot.domain.said import say
from bot.errors import Refusal
from bot.sheets.cells import word_set
from bot.sheets.vocabulary import CODE_OF_PHONE, PART_OF_NUMBER, squash, words

_SECRET_PARTS = (
    "password", "passwd", "passcode", "passphrase", "wachtwoord", "temporaryaccess", "tijdelijketoegang", "toegangspas", "toegangscode",
    "verificationcode", "verificatiecode", "recoverycode", "herstelcode", "secret", "geheim", "pincode", "credential", "accesscode",
    "securitycode", "beveiligingscode", "activationcode", "activatiecode", "activeringscode", "logincode", "inlogcode", "backupcode",
    "unlockcode", "ontgrendelcode", "resetcode", "smscode", "mfacode", "doorcode", "deurcode", "alarmcode", "onetimecode", "eenmaligecode",
    "recoverykey", "privatekey", "apikey",
)  # fmt: skip
_SECRET_WORDS = word_set("pass pas tap pin pwd pw ww otp totp")
_CODES = word_set("code codes")
#: With one of them beside it, a code is a secret whatever it looks like.
_SECRET_CODES = word_set(
    "access security activation login signin logon backup unlock reset sms mfa door alarm entry safe scratch verification recovery "
    "authentication authenticator toegang beveiliging herstel inlog verificatie activatie deur kluis"
)
#: Codes of places, people and departments are none; in any other column only what surely is a label.
_LABELLED = word_set(
    "post postal zip cost department kosten kostenplaats afdeling job company location building gebouw language taal site store shop "
    "branch employee staff personnel office plant region country business unit function team project product department division "
    "area district "
    "winkel filiaal vestiging locatie medewerker personeel functie bedrijf regio land kantoor object currency time zone"
)
_LABEL = re.compile(r"[\w .\-/]{1,16}")
_SURE_LABEL = re.compile(r"[A-Za-z]{0,5}[-_ ./]?[0-9]{1,5}|[A-Z]{1,6}|[A-Z]{1,4}[-_ ./][A-Z0-9]{1,4}")


class _Kind(Enum):
    """What a name says."""

    SURELY = "of a secret"
    CODE = "a code of something"
    LABEL = "a code of a place, of people, of things"
    WORD = "a word that ends like one"


class Secret:
    """Looks at the cells of one column whose name speaks of passwords, passes or codes.

    Args:
        name: in the header.
    """

    def __init__(self, name: str, kind: _Kind) -> None:
        self._name, self._kind = name, kind

    def inspect(self, cell: str) -> None:
        """A cell.

        Raises:
            Refusal: it may be a secret.
        """
        if cell and not self._is_label(cell):
            raise _secret(self._name)

    def _is_label(self, cell: str) -> bool:
        match self._kind:
            case _Kind.SURELY:
                return False
            case _Kind.CODE:
                return _SURE_LABEL.fullmatch(cell) is not None
            case _Kind.LABEL:
                return _LABEL.fullmatch(cell) is not None and not _is_made_up(cell)
        return not _is_made_up(cell)


def secret(name: str) -> Secret | None:
    """The column, if its name speaks of secrets."""
    squashed, said = squash(name), set(words(name))
    if squashed in PART_OF_NUMBER or squashed.endswith(CODE_OF_PHONE):
        return None
    coded = bool(said & _CODES)
    joined = squashed.endswith(("code", "codes"))
    surely = any(part in squashed for part in _SECRET_PARTS) or bool(said & _SECRET_WORDS)
    if surely or squashed in _CODES or (coded and said & _SECRET_CODES):
        return Secret(name, _Kind.SURELY)
    if not coded and not joined:
        return None
    if said & _LABELLED or any(squashed.startswith(word) for word in _LABELLED):
        return Secret(name, _Kind.LABEL)
    return Secret(name, _Kind.CODE if coded else _Kind.WORD)


def secrets_of(header: Sequence[str]) -> dict[int, Secret]:
    """The columns whose names speak of secrets, by their places."""
    return {place: found for place, name in enumerate(header) if name and (found := secret(name))}


def look_for_secrets(columns: Mapping[int, Secret], cells: Sequence[str]) -> None:
    """Looks at the cells of a row.

    Raises:
        Refusal: a secret stands there, so the file must not be sent by chat, whatever else is in it.
    """
    for place, column in columns.items():
        if place < len(cells):
            column.inspect(cells[place])


def _is_made_up(cell: str) -> bool:
    """Small and capital letters and digits all mixed, as generators and people make passwords; labels are of one kind."""
    return len(cell) >= 8 and all(any(map(kind, cell)) for kind in (str.islower, str.isupper, str.isdigit))


def _secret(name: str) -> Refusal:
    return Refusal(
        say(
            "The column “{name}” looks as if passwords, passes or codes were in it. Such a file must not be sent by chat.",
            name=name if len(name) <= 40 else name[:39] + "…",
        ),
        say("Take the column out, delete the file from the chat, and send it without. If the secrets are real, have them changed."),
        code="file_secrets",
    )
