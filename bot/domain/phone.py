"""Phone numbers: read as people type them, written as Graph wants them, masked for everybody else.

Graph's form is `+CC NNNN` with exactly one space, and `xEXT` behind it for an extension:
https://learn.microsoft.com/graph/api/resources/phoneauthenticationmethod
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberType, ValidationResult, shortnumberinfo

from bot.domain.characters import FULL_WIDTH, UNSEEN, plain_digits
from bot.domain.countries import COUNTRIES
from bot.domain.renumbered import lacks_a_9, renumbered
from bot.domain.said import Said, join, say
from bot.errors import InvalidNumber, NoCountry

MAX_TYPED = 60  # characters; the longest sensible way of writing a number with an extension
MAX_EXTENSION = 7  # digits
EXAMPLE = "+31 6 12345678"

#: `x12`, `ext. 12`, `;ext=12` (https://www.rfc-editor.org/rfc/rfc3966), `toestel 12`, `p12` (a pause, then 12), and `,,12#` as telephones
#: store it. A comma alone may stand between two numbers, so few digits come behind it and no blank; and zeros are a spreadsheet's decimals.
_EXTENSION = re.compile(
    r"[\s,;]*(?:\b(?:extension|extn?|toestel(?:nummer|nr)?|toest|tst|doorkies(?:nummer)?|durchwahl|dw|poste)\b\.?|(?<=[0-9\s),;])[pw]|x|#)"
    r"\s*[:=]?\s*([0-9]*)\s*#?\s*$"
    r"|\s*(?:[,;]\s*){2,}([0-9]{1,7})\s*#?\s*$|[,;](?!0+\s*$)([0-9]{1,7}(?=#)|[0-9]{1,5})#?\s*$",
    re.IGNORECASE,
)
_SEPARATORS = re.compile(r"[\s().\-/]")
_SEVERAL = re.compile(r"[,;&|/\n]|\b(?:or|and)\b", re.IGNORECASE)
_TRUNK_ZERO = re.compile(r"\(\s*0\s*\)")
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−⁃"), "-")
_PLAIN: dict[int, str | int | None] = {**FULL_WIDTH, **UNSEEN, **_DASHES}
_MASKED = re.compile(r"(?:\+[0-9]{1,3} )?•+(?:[0-9]{2})?(?: x•+)?")
# A number with its country code, or nine digits and more in a row however they are spaced. Dates, times and
# ticket numbers such as INC0012345 are shorter or touch a letter; an address has an @ behind it.
_IN_TEXT = re.compile(
    r"(?<![\w@.+])(?<![0-9a-fA-F]{4}-)(?:\+\(?\d(?:[\s().\-/\u2010-\u2015]*\d){6,}|\(?\d(?:[\s().\-/\u2010-\u2015]*\d){8,})(?![\w@])(?!\.\w)"
)
_ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True, slots=True)
class PhoneNumber:
    """A number that exists.

    Attributes:
        graph: `+CC NNNN`, and `xEXT` when there is an extension.
        pretty: the international way of writing it.
        country_code: digits after the plus.
        region: ISO 3166 code; "001" for numbers that belong to no country.
        is_mobile_line: True, False, or None when the numbering plan does not tell.
    """

    graph: str
    pretty: str
    country_code: int
    region: str
    is_mobile_line: bool | None

    @property
    def country(self) -> str:
        """Name of the country, fit for the middle of a sentence."""
        return _country(self.region, self.country_code)

    @property
    def lacks_a_9(self) -> bool:
        """It would be a mobile number with the 9 that Argentina's have behind the country code."""
        return self.country_code == 54 and not self.is_mobile_line and lacks_a_9(self.graph.replace(" ", "").partition("x")[0])

    @property
    def unlikely_sms(self) -> bool:
        """This is surely not a mobile line, so a text message will hardly arrive."""
        return self.is_mobile_line is False


def digits(number: str) -> str:
    """The comparable form: digits with country code, then `x` and the extension if there is one. Does not validate."""
    main, mark, extension = number.lower().partition("x")
    plain = _only_digits(main)
    return f"{plain}x{tail}" if mark and (tail := _only_digits(extension)) else plain


def mask(number: str) -> str:
    """The number fit for everybody's eyes: country code and the last two digits, such as `+31 •••••••78`.

    Any text will do; short ones are hidden completely, and masking twice changes nothing.
    """
    if _MASKED.fullmatch(number):
        return number
    main, _, extension = number.lower().partition("x")
    plain = _only_digits(main)
    code = _country_code(plain) if main.lstrip().startswith("+") else ""
    national = plain[len(code) :]
    if len(national) < 6:
        return "••••"
    prefix = f"+{code} " if code else ""
    return f"{prefix}{'•' * min(len(national) - 2, 13)}{national[-2:]}{' x•••' if _only_digits(extension) else ''}"


def mask_text(text: str) -> str:
    """The same words with everything that looks like a phone number masked, for texts that others will read; a sentence stays one."""
    if isinstance(text, Said):
        masked, all_masked = text.map(mask_text), mask_text(str(text))  # a template has no number in it
        return masked if masked == all_masked else all_masked  # a number in several parts: better in English than for everybody's eyes
    return _IN_TEXT.sub(lambda found: found[0] if _ISO_DATE.match(found[0]) else mask(found[0]), text)


def region_of(number: str) -> str:
    """ISO region of a number in Graph's form, or empty when it cannot be told."""
    try:
        parsed = phonenumbers.parse(number[:MAX_TYPED])
    except NumberParseException:
        return ""
    return phonenumbers.region_code_for_number(parsed) or ""


def parse_number(text: str, *, default_region: str = "", extension_allowed: bool = False) -> PhoneNumber:
    """Reads a number as people type it.

    Args:
        text: `+`, `00` or, with a default region, national form; blanks, dashes, dots, brackets and `(0)` do not matter.
        default_region: ISO 3166 region of numbers without country code, or empty.
        extension_allowed: `x12`, `ext. 12`, `;ext=12`, `toestel 12`, `,,12#` or `#12` may follow (office phones).

    Raises:
        InvalidNumber: it cannot be registered; the text says exactly why. Nothing else is ever raised.
    """
    typed = _clean(text)
    if not typed:
        raise InvalidNumber(say("There is no phone number."), say("Add it at the end, such as {example}.", example=EXAMPLE))
    if len(typed) > MAX_TYPED:
        raise InvalidNumber(say("That is far too long for a phone number."), say("Give one number only."))
    main, extension = _split_extension(typed, extension_allowed)
    _refuse_odd_characters(main)
    region = default_region.upper() if default_region.upper() in phonenumbers.SUPPORTED_REGIONS else ""
    _refuse_short_service(main, region)
    number = _parse(main, region)
    return _accept(number, extension)


def _only_digits(text: str) -> str:
    return "".join(char for char in text if "0" <= char <= "9")


def _country_code(plain: str) -> str:
    for length in (1, 2, 3):
        if int(plain[:length] or "0") in phonenumbers.COUNTRY_CODE_TO_REGION_CODE:
            return plain[:length]
    return ""


def _country(region: str, code: int) -> str:
    if not region:  # no number of this kind: the code alone names the country
        region = phonenumbers.region_code_for_country_code(code)
        if code == 1:
            return say("the United States, Canada and their neighbours")
    return COUNTRIES.get(region, say("the numbers of country code +{code}", code=code))


def _clean(text: str) -> str:
    """Plain characters on one line: no invisible marks, ordinary blanks, dashes and digits, full-width forms made narrow."""
    text = text[:20_000]
    if not text.isascii():
        text = plain_digits(text.translate(_PLAIN))
    text = "".join(" " if char.isspace() else char for char in text if unicodedata.category(char) not in ("Cf", "Cc") or char.isspace())
    return re.sub(r"^tel:\s*", "", " ".join(text.split()), flags=re.IGNORECASE)


def _split_extension(typed: str, allowed: bool) -> tuple[str, str]:
    found = _EXTENSION.search(typed)
    if not found:
        return typed, ""
    main, extension = typed[: found.start()], found[1] or found[2] or found[3]
    if not extension:
        raise InvalidNumber(say("There is nothing after the extension mark."), say("Write the extension like this: x12."))
    if not allowed:
        raise InvalidNumber(
            say("Only an office phone can have an extension."),
            say("Leave out “{extension}”, or set the office phone instead.", extension=found[0].strip(" ,;")),
        )
    if len(extension) > MAX_EXTENSION:
        raise InvalidNumber(say("The extension is too long: {most} digits at most.", most=MAX_EXTENSION))
    return main, extension


def without_extension(typed: str) -> str:
    """What stands before an extension, if there is one."""
    found = _EXTENSION.search(typed)
    return typed[: found.start()] if found else typed


def _refuse_odd_characters(main: str) -> None:
    parts = [part for part in _SEVERAL.split(main) if part.strip()]
    if sum(len(_only_digits(part)) >= 6 for part in parts) > 1 or re.search(r"[0-9].*\+", main):
        raise InvalidNumber(say("That looks like more than one number."), say("Give one number at a time."))
    if re.search(r"[^\W\d_]", main):
        raise InvalidNumber(
            say("A phone number cannot have letters in it."), say("Type all of it in digits, such as {example}.", example=EXAMPLE)
        )
    rest = _SEPARATORS.sub("", main).removeprefix("+")
    if odd := next((char for char in rest if not "0" <= char <= "9"), ""):
        where = f"“{odd}”" if odd.isprintable() else say("a strange character")
        raise InvalidNumber(
            say("I cannot read {where} in a phone number.", where=where), say("Use the digits 0 to 9, such as {example}.", example=EXAMPLE)
        )
    if not rest:
        raise InvalidNumber(
            say("There are no digits in that phone number."),
            say("Give the number with its country code, such as {example}.", example=EXAMPLE),
        )


def _refuse_short_service(main: str, region: str) -> None:
    """Emergency and short numbers, also behind a country code."""
    plain = _only_digits(main)
    if main.lstrip(" (").startswith("+"):
        code = _country_code(plain)
        plain, region = plain[len(code) :], phonenumbers.region_code_for_country_code(int(code or "0")) if code else ""
    if not 2 <= len(plain) <= 6:
        return
    places = [region] if region in phonenumbers.SUPPORTED_REGIONS else sorted(phonenumbers.SUPPORTED_REGIONS)
    if any(shortnumberinfo.is_emergency_number(plain, place) for place in places):
        raise InvalidNumber(say("That is an emergency number."), say("Give the person's own number."))
    if len(places) == 1 and shortnumberinfo.is_valid_short_number_for_region(_dialled(plain, places[0]), places[0]):
        raise InvalidNumber(
            say("That is a short service number, not somebody's phone."), say("Give the full number of the person's own phone.")
        )


def _dialled(plain: str, region: str) -> phonenumbers.PhoneNumber:
    """A short number as the library wants it."""
    code = phonenumbers.country_code_for_region(region)
    return phonenumbers.PhoneNumber(country_code=code, national_number=int(plain), italian_leading_zero=plain.startswith("0") or None)


def _parse(main: str, region: str) -> phonenumbers.PhoneNumber:
    """The first reading that exists; otherwise the reason why the most likely one does not."""
    plain, bare = _only_digits(main), _only_digits(_TRUNK_ZERO.sub("", main))
    if main.lstrip(" (").startswith("+"):
        if plain.startswith("0"):
            raise InvalidNumber(
                say("No country code begins with 0."), say("Write + and then the country code, such as {example}.", example=EXAMPLE)
            )
        readings = [("+" + plain, ""), ("+" + bare, "")]
    elif plain.startswith("00"):
        readings = [(plain, region), ("+" + plain[2:], ""), ("+" + bare[2:], "")]
    elif region:
        readings = [(plain, region), (bare, region)]
    else:
        raise NoCountry(
            say("I cannot tell which country that number is in."),
            say("Begin with + and the country code, such as {example}.", example=EXAMPLE),
        )
    refusals: list[InvalidNumber] = []
    for reading, place in dict.fromkeys(readings):
        if not place and not reading.startswith("+"):
            continue
        try:
            return _existing(reading, place)
        except InvalidNumber as refusal:
            refusals.append(refusal)
    raise refusals[-1] if plain.startswith("00") else refusals[0]


def _existing(reading: str, region: str) -> phonenumbers.PhoneNumber:
    try:
        number = phonenumbers.parse(reading, region or None)
    except NumberParseException as problem:
        if problem.error_type == NumberParseException.INVALID_COUNTRY_CODE:
            text = say("No country code begins like {reading}.", reading=reading[:4])
            raise InvalidNumber(text, say("Write + and the country code, such as {example}.", example=EXAMPLE)) from None
        too_long = problem.error_type == NumberParseException.TOO_LONG
        text = say("That number is too long.") if too_long else say("That number is too short.")
        raise InvalidNumber(text, say("Check the digits with the caller.")) from None
    code = number.country_code or 0
    if phonenumbers.is_valid_number(number):
        return number
    if different := renumbered(number):
        raise InvalidNumber(*different)
    country, hint = _country("", code), _hint(code, foreign=bool(region))
    possible = phonenumbers.is_possible_number_with_reason(number)
    if possible == ValidationResult.IS_POSSIBLE:  # as long as some number there, such as that of a machine; not of a person, perhaps
        possible = phonenumbers.is_possible_number_for_type_with_reason(number, PhoneNumberType.FIXED_LINE_OR_MOBILE)
    if possible in (ValidationResult.TOO_SHORT, ValidationResult.IS_POSSIBLE_LOCAL_ONLY):
        raise InvalidNumber(say("That number is too short for {country}.", country=country), hint)
    if possible == ValidationResult.TOO_LONG:
        raise InvalidNumber(say("That number is too long for {country}.", country=country), hint)
    if possible == ValidationResult.INVALID_LENGTH:
        raise InvalidNumber(say("That number has too few or too many digits for {country}.", country=country), hint)
    raise InvalidNumber(say("That number does not exist in {country}: no numbers there begin like this.", country=country), hint)


def _hint(code: int, *, foreign: bool) -> str:
    """What a number there looks like; `foreign`: the country came from our own setting, so it may be another one."""
    region = phonenumbers.region_code_for_country_code(code)
    example = phonenumbers.example_number_for_type(region, PhoneNumberType.MOBILE)
    shape = say("A mobile number there looks like {example}.", example=_shape(example)) if example else ""
    other = say("If it is a number in another country, begin with + and the country code.") if foreign else ""
    return join(" ", (say("Check the digits with the caller."), shape, other))


def _accept(number: phonenumbers.PhoneNumber, extension: str) -> PhoneNumber:
    kind = phonenumbers.number_type(number)
    region = phonenumbers.region_code_for_number(number) or ""
    code = number.country_code or 0
    if kind in (PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST):
        country = _country(region, code)
        if kind == PhoneNumberType.PREMIUM_RATE:
            text = say("That is a premium-rate number in {country}, not somebody's phone.", country=country)
        else:
            text = say("That is a shared-cost number in {country}, not somebody's phone.", country=country)
        raise InvalidNumber(text, say("Give the person's own number."))
    if kind == PhoneNumberType.MOBILE:
        mobile: bool | None = True
    else:  # personal numbers, pagers, calls by internet, whole companies: whatever is not said to be a mobile line is none
        mobile = None if kind in (PhoneNumberType.FIXED_LINE_OR_MOBILE, PhoneNumberType.UNKNOWN) else False
    return PhoneNumber(
        graph=f"+{code} {phonenumbers.national_significant_number(number)}{f'x{extension}' if extension else ''}",
        pretty=_pretty(number) + (f" ext. {extension}" if extension else ""),
        country_code=code,
        region=region,
        is_mobile_line=mobile,
    )


def _shape(number: phonenumbers.PhoneNumber) -> str:
    """How numbers of a country begin and are grouped: nobody's number, so nothing that has to be masked."""
    first, *others = re.split(r"(?<=\d)", _pretty(number).removeprefix(f"+{number.country_code} "), maxsplit=1)
    return f"+{number.country_code} {first}{re.sub('[0-9]', 'x', ''.join(others))}"


def _pretty(number: phonenumbers.PhoneNumber) -> str:
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
