"""The report of who has only a phone, for whoever may see it: counts on a card, and everybody as a file.

Who asks is looked at for every answer: typed, pressed, and once more when the file is handed over.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, tzinfo
from pathlib import Path

from bot.domain.audit import AuditEvent, Tag
from bot.domain.conversations import ConversationRef
from bot.domain.incoming import CardAction, FileConsent, FileKind, Verb
from bot.domain.people import Actor
from bot.domain.phone import mask_text
from bot.domain.policy import Audience
from bot.domain.remarks import Remark, Tone
from bot.domain.replies import FileOffered, FileStored, ReportShown
from bot.domain.report import PhoneOnlyReport, Reread, Scope
from bot.domain.retirement import Retirement
from bot.domain.said import say, say_count
from bot.errors import Refusal
from bot.ports import Clock, Directory, Files, Registrations, Sheets, Trail
from bot.services.gate import Gate
from bot.services.given_file import pieces, temporary
from bot.services.report_about import Abouts
from bot.services.require import require

#: Teams shows a size before it is asked for; the file is made afterwards.
BYTES_A_PERSON = 180
_NOTHING_READ = say("Nothing was read from Entra ID yet, so there is no report.")


class ReportDesk:
    """What the dispatcher needs of reports.

    Args:
        zone: of the days that readings count for.
    """

    def __init__(
        self,
        registrations: Registrations,
        directory: Directory,
        trail: Trail,
        gate: Gate,
        files: Files,
        sheets: Sheets,
        retirement: Retirement,
        zone: tzinfo,
        clock: Clock,
    ) -> None:
        self._registrations = registrations
        self._abouts = Abouts(registrations, directory)
        self._trail = trail
        self._gate = gate
        self._files = files
        self._sheets = sheets
        self._retirement = retirement
        self._zone = zone
        self._clock = clock

    async def typed(self, text: str, actor: Actor, where: ConversationRef) -> ReportShown | Remark:
        """The report about whom the text names, to somebody who may see it; where nothing was read yet, a reading is begun.

        Raises:
            Refusal: nobody is meant by the text, or Entra ID could not be read.
        """
        if await self._registrations.read_at() is None:
            return await self._first_reading()
        about = await self._abouts.typed(text)
        scope = await self._abouts.scope(about)
        report = await self._report(scope)
        await self._record(Tag.REPORT_SHOWN, actor, scope, report.total.phone_only)
        trouble = await self._registrations.trouble()
        now = self._clock().astimezone(self._zone)
        return ReportShown(report, self._retirement, now, about.reference, where.kind == "personal", trouble)

    async def press(self, action: CardAction) -> FileOffered | Remark:
        """A button of a report's card.

        Raises:
            Refusal: reports are not for the presser, or what the card is about is gone.
        """
        await self._require(action.actor, action.where)
        if action.verb is Verb.READ_AGAIN:
            return _read_again(await self._registrations.read_now())
        if action.where.kind != "personal":
            raise Refusal(say("Teams lets me give files in a personal chat alone."), say("Ask me there."), code="file_elsewhere")
        scope = await self._abouts.scope(await self._abouts.named(action.id))
        report = await self._report(scope)
        count = report.total.phone_only
        if not count:
            raise Refusal(say("Nobody there has only a phone, so there is no list."), code="nothing_to_do")
        return FileOffered(FileKind.LIST, action.id, _name(scope, report.read_at), _described(scope, count), count * BYTES_A_PERSON)

    async def consented(self, consent: FileConsent) -> FileStored:
        """Hands the list over.

        Raises:
            Refusal: not to this person, or it cannot be handed over.
        """
        await self._require(consent.actor, consent.where)
        scope = await self._abouts.scope(await self._abouts.named(consent.id))
        report = await self._report(scope)
        path = temporary()
        try:
            await self._save(scope, path)
            await self._files.upload(consent.upload_url, pieces(path), path.stat().st_size)
        finally:
            await asyncio.to_thread(path.unlink, missing_ok=True)
        await self._record(Tag.REPORT_LIST_GIVEN, consent.actor, scope, report.total.phone_only)
        return FileStored(consent.name or _name(scope, report.read_at), consent.content_url, consent.unique_id, consent.file_type)

    async def _require(self, actor: Actor, where: ConversationRef) -> None:
        require(self._gate.permit(await self._gate.standing(actor, fresh=True), Audience.REPORTERS, where))

    async def _report(self, scope: Scope) -> PhoneOnlyReport:
        report = await self._registrations.report(scope)
        if report is None:
            raise Refusal(_NOTHING_READ, say("Type the command again."), code="not_read")
        return report

    async def _first_reading(self) -> Remark:
        trouble, begun = await self._registrations.trouble(), await self._registrations.read_now()
        again = say("I read it now, which takes about a minute for 12,000 people: type the command again then.")
        if trouble:
            raise Refusal(trouble, again if begun is not Reread.TOO_SOON else say("Type the command again in a while."), code="not_read")
        return Remark(_NOTHING_READ, again, Tone.INFO, say("No report yet"))

    async def _save(self, scope: Scope, path: Path) -> None:
        with path.open("wb") as file:
            async for part in self._sheets.people(self._registrations.phone_only(scope), self._retirement):
                await asyncio.to_thread(file.write, part)

    async def _record(self, tag: Tag, actor: Actor, scope: Scope, count: int) -> None:
        facts = {"text": mask_text(scope.name), "count": count}
        await self._trail.record(AuditEvent(tag, self._clock(), actor.id, actor.name, facts=facts))


def _read_again(begun: Reread) -> Remark:
    match begun:
        case Reread.STARTED:
            text = say("I read Entra ID anew, which takes about a minute for 12,000 people.")
        case Reread.UNDER_WAY:
            text = say("I am reading Entra ID already.")
        case Reread.TOO_SOON:
            return Remark(
                say("I read Entra ID a moment ago, and it makes its own report anew only every few hours."), say("Try again in a while.")
            )
    return Remark(text, say("Type the command again then."), Tone.DONE)


def _name(scope: Scope, read_at: datetime) -> str:
    return " ".join(filter(None, ("phone-only", scope.name[:80], f"{read_at:%Y-%m-%d}.csv")))


def _described(scope: Scope, count: int) -> str:
    if scope.name:
        return say_count(
            count,
            "{count} person of “{name}” who has only a phone, without the number.",
            "{count} people of “{name}” who have only a phone, without their numbers.",
            name=scope.name,
        )
    return say_count(
        count, "{count} person who has only a phone, without the number.", "{count} people who have only a phone, without their numbers."
    )
