"""Mobile numbers as they were written before their country changed them: still in address books, and in no plan any more. Pure."""

from __future__ import annotations

import re

import phonenumbers
from phonenumbers import PhoneNumberType

from bot.domain.said import say

#: By country code: what was written before, what it could be today, what is different, and what to do.
#: Brazil finished in 2016, Mexico in 2019, Côte d'Ivoire in 2021, Benin in 2024, Cameroon in 2014, Vietnam in 2018.
_BEFORE: dict[int, tuple[str, tuple[str, ...], str, str]] = {
    52: (
        r"(?:1|04[45])(\d{10})",
        (r"\1",),
        say("Numbers in Mexico no longer have a 1 behind the country code."),
        say("Leave it out: write +52 and the ten digits behind it."),
    ),
    55: (
        r"(\d\d)([6-9]\d{7})",
        (r"\g<1>9\2",),
        say("Mobile numbers in Brazil have a 9 before their last eight digits."),
        say("Put it in: write +55, the two digits of the area, 9, and the eight digits."),
    ),
    225: (
        r"(\d{8})",
        (r"01\1", r"05\1", r"07\1"),
        say("Numbers in Côte d'Ivoire have ten digits today: 01, 05 or 07 stands before the eight that mobile numbers had."),
        say("Ask the caller for all ten digits."),
    ),
    229: (
        r"(\d{8})",
        (r"01\1",),
        say("Numbers in Benin have ten digits today: 01 stands before the eight that they had."),
        say("Put it in: write +229 01 and the eight digits."),
    ),
    237: (
        r"([5-9]\d{7})",
        (r"6\1",),
        say("Mobile numbers in Cameroon have nine digits today: a 6 stands before the eight that they had."),
        say("Put it in: write +237 6 and the eight digits."),
    ),
    84: (
        r"1[2689]\d(\d{7})",
        (r"38\1", r"79\1", r"56\1"),
        say("Mobile numbers in Vietnam that began with 01 have one digit less today."),
        say("Ask the caller for the number as it is now."),
    ),
}


def renumbered(number: phonenumbers.PhoneNumber) -> tuple[str, str] | None:
    """What is different with numbers like this one today, and what to do about it; None where nothing is known of it."""
    code = number.country_code or 0
    if code not in _BEFORE:
        return None
    before, today, text, hint = _BEFORE[code]
    national = phonenumbers.national_significant_number(number)
    if not re.fullmatch(before, national):
        return None
    return (text, hint) if any(_is_mobile(f"+{code}{re.sub(before, each, national)}") for each in today) else None


def lacks_a_9(number: str) -> bool:
    """Whether a number of Argentina would be a mobile one with the 9 that those have behind the country code."""
    return _is_mobile(f"+549{number.removeprefix('+54')}")


def _is_mobile(number: str) -> bool:
    parsed = phonenumbers.parse(number)
    kinds = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)
    return phonenumbers.is_valid_number(parsed) and phonenumbers.number_type(parsed) in kinds
