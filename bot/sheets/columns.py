"""The header of a file: which column is which, under the names people use."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.said import say, say_each, together
from bot.errors import Refusal


class Column(StrEnum):
    """What a column is about."""

    USER = "user"
    MOBILE = "mobile"
    ALTERNATE = "alternate mobile"
    OFFICE = "office"
    SMS = "sms sign-in"
    ACTION = "action"
    FORCED_UPDATE = "ForcedUpdate"
    FORCED_REMOVAL = "ForcedRemoval"


#: What people write above it, in English and Dutch, without blanks and marks. A name of one column never means another.
NAMES: Mapping[Column, str] = {
    Column.USER: "user upn userprincipalname userprincipal principalname username userid useremail useremailaddress login loginname "
    "signinname logonname account accountname mail email emailaddress mailaddress primarysmtpaddress "
    "objectid userobjectid id entraid azureadid oid "
    "person who employee gebruiker gebruikersnaam gebruikersid medewerker emailadres mailadres wie persoon aanmeldnaam inlognaam",
    Column.MOBILE: "mobile mobilephone mobilenumber mobilephonenumber mobileno mobilenr phone phonenumber cell cellphone cellphonenumber "
    "cellnumber primarymobile authenticationphone mfaphone mfamobile mobiel mobielnummer mobielenummer mobieletelefoon mobielnr "
    "mobieltelefoonnummer mobieletelefoonnummer 06nummer "
    "gsm gsmnummer telefoonmobiel newmobile nieuwmobiel",
    Column.ALTERNATE: "alternatemobile alternativemobile alternatemobilephone alternatemobilenumber alternatephone alternativephone "
    "alternatephonenumber alternateauthenticationphone altmobile altphone secondmobile secondarymobile mobile2 secondphone alternate "
    "alternatiefmobiel alternatievemobiel alternatiefmobielnummer alternatief tweedemobiel mobiel2 alternatievetelefoon "
    "alternatievemobieletelefoon alternatiefmobieltelefoonnummer alternatieftelefoonnummer tweedemobielnummer tweedemobieletelefoon "
    "tweedetelefoon",
    Column.OFFICE: "office officephone officenumber officephonenumber businessphone businessphones businessphonenumber workphone "
    "worknumber workphonenumber landline deskphone kantoor kantoortelefoon kantoornummer werktelefoon werknummer vastetelefoon vastnummer "
    "vast "
    "telefoonkantoor telefoonwerk zakelijketelefoon",
    Column.SMS: "sms smssignin smssigninenabled smslogin smslogon signinwithsms textsignin smsaanmelden aanmeldenmetsms smsaanmelding",
    Column.ACTION: "action mode operation verb whattodo actie handeling bewerking",
    Column.FORCED_UPDATE: "forcedupdate forceupdate",
    Column.FORCED_REMOVAL: "forcedremoval forceremoval forcedremove",
}
_COLUMNS = {name: column for column, names in NAMES.items() for name in names.split()}
#: They may mean the mobile or the office phone; Active Directory means the latter.
_WHICH_PHONE = frozenset({"telephone", "telephonenumber", "telefoon", "telefoonnummer", "tel", "number", "nummer", "telnr"})


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_SECRET_PARTS = (
    "password", "passwd", "passcode", "passphrase", "wachtwoord", "temporaryaccess", "tijdelijketoegang", "toegangspas", "toegangscode",
    "verificationcode", "verificatiecode", "recoverycode", "herstelcode", "secret", "geheim", "pincode", "credential",
)  # fmt: skip
_SECRET_WORDS = _set("pass pas tap pin pwd pw ww code codes otp totp")
#: Codes of places and departments are no secrets.
_HARMLESS = _set("post postal zip cost department kosten kostenplaats afdeling job company location building gebouw language taal")
#: A part of the number in a column of its own would be lost, and the rest read as another number.
_PART_OF_NUMBER = _set(
    "countrycode countrycallingcode callingcode dialcode dialingcode diallingcode areacode landcode landencode landnummer landennummer "
    "netnummer prefix kengetal extension ext toestel toestelnummer"
)
_LIKE_PHONE = re.compile(r"phone|mobi|telef|gsm|sms|cell")

_PHONES = (Column.MOBILE, Column.ALTERNATE, Column.OFFICE)
TO_CHANGE = (*_PHONES, Column.SMS)
_NEEDED = say_each({"user": "one that says who it is, such as `UPN`", "change": "one with what to change, such as `mobile`"})
_TEMPLATE = say("The first row has to name the columns. Type `bulk template` for a file to begin with.")


@dataclass(frozen=True, slots=True)
class Columns:
    """Where in a record each column stands."""

    places: Mapping[Column, int]
    width: int

    def cell(self, column: Column, cells: Sequence[str]) -> str:
        """The cell of a record; empty where there is none."""
        place = self.places.get(column)
        return cells[place] if place is not None and place < len(cells) else ""

    def __contains__(self, column: Column) -> bool:
        return column in self.places


def meaning(name: str) -> Column | None:
    """Which column has this name; None when it is none of ours."""
    return _COLUMNS.get(_squash(name))


def recognise(header: Sequence[str]) -> Columns:
    """The columns by their names.

    Columns that are about something else are left alone, but not those that might be about a phone, or hold a secret.

    Raises:
        Refusal: it is no header, a column is missing, unclear or there twice, or it must not be in such a file.
    """
    places: dict[Column, int] = {}
    for index, name in enumerate(header):
        if not name:
            continue
        squashed = _squash(name)
        column = _COLUMNS.get(squashed)
        if column is None:
            _refuse_secret(name, squashed)
            continue
        if column in places:
            raise Refusal(
                say(
                    "The columns “{one}” and “{other}” both say the same: {what}.",
                    one=_short(header[places[column]]),
                    other=_short(name),
                    what=column.value,
                ),
                say("Keep one of them and send the file again."),
                code="file_column_twice",
            )
        places[column] = index
    if not places:
        _refuse_missing_header(header)
    for name in header:
        if name and _squash(name) not in _COLUMNS:
            _refuse_unclear(name, _squash(name))
    _refuse_missing(header, places)
    if Column.ACTION in places and (Column.FORCED_UPDATE in places or Column.FORCED_REMOVAL in places):
        raise Refusal(
            say("The file says in two ways what to do: in an `action` column and in the columns of the old script."),
            say("Keep `action`, or keep `ForcedUpdate` and `ForcedRemoval`."),
            code="file_column_twice",
        )
    return Columns(places, len(header))


def _squash(name: str) -> str:
    """Letters and digits only, small, without accents."""
    plain = unicodedata.normalize("NFKD", name[:200]).casefold()
    return "".join(char for char in plain if char.isalnum())


def _words(name: str) -> set[str]:
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name[:200])
    return set(re.findall(r"[a-z]+", apart.casefold()))


def _refuse_secret(name: str, squashed: str) -> None:
    words = _words(name)
    secret = any(part in squashed for part in _SECRET_PARTS) or (words & _SECRET_WORDS and not words & _HARMLESS)
    if squashed in _PART_OF_NUMBER or not secret:
        return
    raise Refusal(
        say(
            "The column “{name}” looks as if passwords, passes or codes were in it. Such a file must not be sent by chat.",
            name=_short(name),
        ),
        say("Take the column out, delete the file from the chat, and send it without. If the secrets are real, have them changed."),
        code="file_secrets",
    )


def _refuse_missing_header(header: Sequence[str]) -> None:
    """Nothing is recognised: rows without a header, or another file altogether."""
    if any("@" in cell or sum(map(str.isdigit, cell)) > 6 for cell in header):
        raise Refusal(
            say("The first row of the file has no names of columns: it looks like somebody's data."), _TEMPLATE, code="file_no_header"
        )
    if not any(header):
        raise Refusal(say("The file has no columns."), _TEMPLATE, code="file_no_header")
    raise Refusal(say("I know none of the columns in the first row: {found}.", found=_found(header)), _TEMPLATE, code="file_no_header")


def _refuse_unclear(name: str, squashed: str) -> None:
    """A column that may be meant for us must not be left out silently."""
    if squashed in _WHICH_PHONE:
        raise Refusal(
            say("The column “{name}” does not say which phone it is.", name=_short(name)),
            say("Call it `mobile`, `alternate mobile` or `office`, and send the file again."),
            code="file_column_unclear",
        )
    if squashed in _PART_OF_NUMBER:
        raise Refusal(
            say("The column “{name}” is a part of a phone number, and I read whole numbers only.", name=_short(name)),
            say("Write each number with its country code in one cell, such as `+31 6 12345678`, and take the column out."),
            code="file_column_unclear",
        )
    near = difflib.get_close_matches(squashed, _COLUMNS, n=1, cutoff=0.86) if len(squashed) > 3 else []
    if near or _LIKE_PHONE.search(squashed):
        hint = (
            say("Call it `{meant}` if that is what it is, otherwise take it out.", meant=_COLUMNS[near[0]].value)
            if near
            else say("Call it `mobile`, `alternate mobile`, `office` or `sms sign-in` if it is one of these, otherwise take it out.")
        )
        text = say("I do not know the column “{name}”, and it may be one that matters.", name=_short(name))
        raise Refusal(text, hint, code="file_column_unclear")


def _refuse_missing(header: Sequence[str], places: Mapping[Column, int]) -> None:
    missing = [] if Column.USER in places else [_NEEDED["user"]]
    if not any(column in places for column in TO_CHANGE):
        missing.append(_NEEDED["change"])
    if missing:
        raise Refusal(
            say("A column is missing: {missing}. The file has {found}.", missing=together(missing), found=_found(header)),
            _TEMPLATE,
            code="file_column_missing",
        )


def _found(header: Sequence[str]) -> str:
    names = [f"“{_short(name)}”" for name in header if name]
    return ", ".join(names[:12]) + (" …" if len(names) > 12 else "")


def _short(name: str) -> str:
    return name if len(name) <= 40 else name[:39] + "…"
