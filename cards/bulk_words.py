"""How bulk jobs are said: files, kinds of rows, counts and durations in words. No elements of cards in here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from bot.domain.bulk import Bulk
from bot.domain.phone import mask_text
from bot.domain.rows import RowKind
from bot.domain.said import Said, join, number, say, say_count, say_each

#: Digests are compared by eye, and this much of one is chance for nobody.
DIGEST_SHOWN = 12

#: What each kind of row means, for whoever reads these words for the first time.
MEANINGS = say_each({
    RowKind.ADD: "registers something new",
    RowKind.UPDATE: "replaces what is there",
    RowKind.REMOVE: "takes away what is there",
    RowKind.NO_CHANGE: "it is so already",
    RowKind.CONFLICT: "contradicts another row or the account",
    RowKind.NOT_FOUND: "nobody is called so",
    RowKind.AMBIGUOUS: "fits several people",
    RowKind.PROTECTED: "may not be changed from here",
    RowKind.REFUSED: "policy or Entra ID forbids it",
    RowKind.UNREADABLE: "not understood",
    RowKind.OTHER_NAME: "the row has another name than the account",
})  # fmt: skip


def warned_text(code: str, count: int) -> str:
    """In how many rows there is a warning, by its code: "3 numbers are in another country than before"."""
    match code:
        case "disabled":
            return say_count(count, "{count} account is disabled", "{count} accounts are disabled")
        case "unlikely_sms":
            return say_count(
                count, "{count} mobile number does not look like a mobile line", "{count} mobile numbers do not look like mobile lines"
            )
        case "other_country":
            return say_count(
                count, "{count} number is in another country than before", "{count} numbers are in another country than before"
            )
        case "no_second_way":
            return say_count(
                count,
                "{count} number is another phone of the same person already",
                "{count} numbers are another phone of the same person already",
            )
        case "sign_in_number":
            return say_count(
                count,
                "{count} person signs in by SMS with a number that changes",
                "{count} people sign in by SMS with a number that changes",
            )
        case "sign_in_ends":
            return say_count(count, "{count} person can no longer sign in by SMS", "{count} people can no longer sign in by SMS")
        case "last_method":
            return say_count(
                count,
                "{count} person loses the last method besides the password",
                "{count} people lose the last method besides the password",
            )
        case "set_before":
            return say_count(count, "{count} number was set for another person before", "{count} numbers were set for other people before")
        case "other_name":
            return say_count(count, "{count} row has another name than the account", "{count} rows have another name than the account")
        case "may_refuse":
            return say_count(
                count,
                "for {count} person Entra ID may refuse SMS sign-in, as something is still to be set up",
                "for {count} people Entra ID may refuse SMS sign-in, as something is still to be set up",
            )
    return say_count(count, "{count} row has a warning", "{count} rows have a warning")


def file_name(name: str) -> str:
    """What a file is called, short and with numbers masked: people name files after telephones, too."""
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending) > 8 or not stem:
        return mask_text(name)[:60] or say("a file without a name")
    return f"{mask_text(stem)[:50]}.{ending}"


def bulk_title(bulk: Bulk) -> str:
    """The job as a sentence: "Change 12,000 people from people.csv"; without a count until every row was checked."""
    name, count = file_name(bulk.file), bulk.to_change if bulk.counts else 0
    people = say_count(count, "{count} person", "{count} people") if count else say("people")
    if bulk.dry_run:
        return say("Dry run: change {people} from {file}", people=people, file=name)
    return say("Change {people} from {file}", people=people, file=name)


def kinds_counted(counts: Mapping[RowKind, int]) -> list[tuple[RowKind, int]]:
    """The kinds that there are, in the order of their words: those that change something first."""
    return [(kind, counts[kind]) for kind in RowKind if counts.get(kind)]


def counts_text(counts: Mapping[RowKind, int]) -> Said:
    """The same on one line: "8,120 add, 300 no change"."""
    return join(", ", (say("{count} {kind}", count=number(count), kind=kind.in_words) for kind, count in kinds_counted(counts)))


def changing_text(bulk: Bulk) -> str:
    """The same of those that change something, for where there is little room."""
    return counts_text({kind: count for kind, count in bulk.counts.items() if kind.changes})


def about(seconds: float) -> str:
    """A duration as people expect it: "about 40 minutes"."""
    if seconds < 50:
        return say("less than a minute")
    if seconds < timedelta(minutes=90).total_seconds():
        return say_count(round(seconds / 60), "about {count} minute", "about {count} minutes")
    if seconds < timedelta(hours=36).total_seconds():
        return say_count(round(seconds / 3600), "about {count} hour", "about {count} hours")
    return say_count(round(seconds / 86400), "about {count} day", "about {count} days")


def short(digest: str) -> str:
    """As much of a digest as is compared by eye."""
    return digest[:DIGEST_SHOWN]
