"""The simulator as one object: start it, let people act, look at what they see."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import replace
from functools import partial
from typing import Any

from aiohttp import web

from simulator import cast
from simulator.cast import Member
from simulator.local import control_is_ours
from simulator.teams import identity
from simulator.teams.activities import FILE_DOWNLOAD, Activities, Scene, upload_info
from simulator.teams.cards import find_action, find_offer, merged, pressed
from simulator.teams.connector import Connector
from simulator.teams.control import Control
from simulator.teams.delivery import INVOKE_TIMEOUT, REDELIVER_AFTER, Delivery, Undelivered
from simulator.teams.drive import Drive
from simulator.teams.extension import Extension
from simulator.teams.faults import Faults
from simulator.teams.limits import Limits
from simulator.teams.quotes import quoting as quoted_in
from simulator.teams.rules import Answer, read_answer, read_consent
from simulator.teams.threads import REGION, Conversation, ConversationRef, Message, Sent, Threads
from simulator.teams.tokens import BotTokens, ChannelTokens

Person = Member | str


class Teams:
    """Microsoft Teams and its Bot Connector, for one bot, on loopback.

    People are given as `cast.Member`, UPN or display name. Conversations are given as None (the acting person's personal chat), a
    `cast.Member` (that person's personal chat), a `cast.Channel`, `(channel, root message id)` for a thread, or an id or channel name.
    """

    def __init__(
        self,
        bot_endpoint: str = "http://127.0.0.1:3978/api/messages",
        bot_app_id: str = cast.BOT_APP_ID,
        tenant_id: str = cast.TENANT_ID,
        verify_bot_token: Callable[[str], Any] | None = None,
        *,
        login_url: str | None = None,
        limits: bool = True,
        preinstalled: bool = True,
        redeliver_after: float = REDELIVER_AFTER,
        redeliveries: int = 1,
        invoke_timeout: float = INVOKE_TIMEOUT,
        clock: Callable[[], float] = time.time,
        limits_clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Describe the simulator; nothing runs before `start`.

        Args:
            bot_endpoint: where activities go; `teams.bot_endpoint` may be set later, when the bot's port is known.
            verify_bot_token: decides on the bot's Bearer (truthy or claims when good; may be a coroutine function); None checks it with
                the JWKS at `login_url`, and without that accepts any Bearer.
            limits: whether the published rate limits hold, measured with `limits_clock`.
            preinstalled: the app is already in the team and in its members' personal chats, and others add it by writing there; no events
                announce that. Without writing, they have it once somebody installs it.
            redeliver_after, redeliveries: when and how often a message the bot is slow with is sent again.
        """
        self.bot_endpoint = bot_endpoint
        self.faults = Faults()
        self.limits = Limits(limits, limits_clock)
        self.tokens = ChannelTokens(bot_app_id, clock)
        self.threads = Threads(clock, tenant_id=tenant_id, preinstalled=preinstalled)
        self.client_errors: list[str] = []
        self.files = Drive(clock)
        self.url = ""
        self.delivery: Delivery
        self.activities: Activities
        self._bot_app_id = bot_app_id
        self._bot_tokens = BotTokens(bot_app_id, verify_bot_token, login_url)
        self._patient = partial(Delivery, redeliver_after=redeliver_after, redeliveries=redeliveries, invoke_timeout=invoke_timeout)
        self._background: set[asyncio.Task[Any]] = set()
        self._runner: web.AppRunner | None = None

    # ── life ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

    async def start(self, port: int = 0) -> None:
        """Listen on loopback; `url` is known afterwards. OSError: the port is taken."""
        listener = socket.create_server(("127.0.0.1", port))
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        self.files.url = self.url
        self.activities = Activities(self._bot_app_id, self._served_in)
        self.delivery = self._patient(lambda: self.bot_endpoint, self.tokens, self.service_url)
        self.extension = Extension(self.activities, self.delivery, self._scene, self.client_errors)
        app = web.Application(
            middlewares=[control_is_ours], client_max_size=64 * 1024 * 1024
        )  # above the limits of Teams and OneDrive, so that ours decide
        app.add_routes(
            Connector(
                threads=self.threads,
                activities=self.activities,
                faults=self.faults,
                limits=self.limits,
                bot_tokens=self._bot_tokens,
                session=self.delivery.session,
            ).routes()
        )
        app.add_routes(Control(self).routes())
        app.add_routes(self.files.routes())
        app.router.add_get("/v1/.well-known/openidconfiguration", self._openid)
        app.router.add_get("/v1/.well-known/keys", self._keys)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        await web.SockSite(self._runner, listener).start()

    async def stop(self) -> None:
        """Close everything; deliveries under way are dropped."""
        for task in self._background:
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        if self._runner is not None:
            await self.delivery.session.close()
            await self._runner.cleanup()
            self._runner = None

    @property
    def service_url(self) -> str:
        """What activities name as `serviceUrl`."""
        return self._served_in(REGION)

    def _served_in(self, region: str) -> str:
        return f"{self.url}/{region}/"

    @property
    def openid_url(self) -> str:
        """The value for BOT_OPENID_METADATA."""
        return f"{self.url}/v1/.well-known/openidconfiguration"

    def token(self, **overrides: Any) -> str:
        """A signed inbound token, good unless overridden; see `ChannelTokens.token`."""
        return self.tokens.token(self.service_url, **overrides)

    async def _openid(self, _request: web.Request) -> web.Response:
        return web.json_response(self.tokens.openid_document(self.url))

    async def _keys(self, _request: web.Request) -> web.Response:
        return web.json_response(self.tokens.jwks())

    # ── people act ───────────────────────────────────────────────────────────────────────────────────────────────────────────────

    async def say(
        self,
        who: Person,
        text: str,
        conversation: ConversationRef | None = None,
        *,
        mentions: Iterable[Person] = (),
        quoting: tuple[Message, str] | None = None,
        style: str = "reply",
        wait: bool = True,
    ) -> Message:
        """Type a message. Outside personal chats the bot is mentioned first, and an `@Name` in the text becomes a mention of `mentions`.

        Args:
            quoting: another message, and what it says; `style` is how this client writes it down, one of `quotes.STYLES`.
            wait: until the bot has answered the HTTP request; False returns at once and delivers in the background.

        Returns:
            The message as it stands in the thread; `delivered` is the bot's HTTP status.

        Raises:
            KeyError: nobody, or no conversation, of that name. ValueError: the app is not installed there.
        """
        activity = self.compose(who, text, conversation, mentions=mentions)
        if quoting is not None:
            activity = quoted_in(activity, *quoting, style)
        return await self._post_and_deliver(identity.person(who), activity, wait)

    def compose(
        self, who: Person, text: str, conversation: ConversationRef | None = None, *, mentions: Iterable[Person] = ()
    ) -> dict[str, Any]:
        """The activity `say` would send, unsent: for hostile tests to bend and `post`."""
        sender = identity.person(who)
        place, root = self._place(sender, conversation)
        message_id = self.threads.next_id()
        root = root or (message_id if place.kind == "channel" else None)
        scene = Scene(sender, place, root, self.threads.now())
        return self.activities.message(scene, message_id, text, [identity.person(m) for m in mentions])

    def _place(self, sender: Member, conversation: ConversationRef | None) -> tuple[Conversation, str | None]:
        place, root = self.threads.find(sender if conversation is None else conversation)
        if place.offered:
            place.installed, place.offered = True, False
        if not place.installed:
            raise ValueError(f"the app is not installed in {place.name}")
        return place, root

    def _scene(self, who: Member, conversation: ConversationRef) -> Scene:
        return Scene(who, *self.threads.find(conversation), self.threads.now())

    async def drop(
        self,
        who: Person,
        name: str,
        content: bytes,
        text: str = "",
        conversation: ConversationRef | None = None,
        *,
        also: Iterable[tuple[str, bytes]] = (),
        single_use: bool = False,
        wait: bool = True,
    ) -> Message:
        """Drop a file into one's personal chat (or elsewhere, where the bot is not told of it), perhaps with words beside it.

        Args:
            also: more files in the same message.
            single_use: its download address is good for one use; otherwise for an hour.
        """
        sender = identity.person(who)
        place, root = self._place(sender, conversation)
        message_id = self.threads.next_id()
        files = [self.files.drop(sender, each, dropped) for each, dropped in ((name, content), *also)]
        scene = Scene(sender, place, root or (message_id if place.kind == "channel" else None), self.threads.now())
        addressed = [(file, self.files.address(file, single_use=single_use)) for file in files]
        return await self._post_and_deliver(sender, self.activities.drop(scene, message_id, text, addressed), wait)

    async def consent(self, who: Person, message_id: str, accept: bool = True, *, value: dict[str, Any] | None = None) -> Answer:
        """Press Allow or Decline under an offered file. Of Allow, the file gets its place in the person's OneDrive first.

        Args:
            value: sent instead, exactly as given: a forgery.

        Returns:
            The answer; one that Teams could not use is noted in `client_errors`.

        Raises:
            LookupError: no such message, or it never offered a file.
        """
        presser, message = identity.person(who), self.threads.messages[message_id]
        if value is None:
            value = self._consent_value(presser, message, accept)
        activity = self.activities.consent(self._scene(presser, message.conversation_id), message_id, value)
        answer = read_consent(*await self.delivery.invoke(activity))
        if answer.malformed:
            self.client_errors.append(f"{presser.name}, file consent on {message_id}: {answer.malformed}; body {answer.body!r}")
        return answer

    def _consent_value(self, presser: Member, message: Message, accept: bool) -> dict[str, Any]:
        offer = find_offer(self.sent, message)
        if not accept:
            return {"type": "fileUpload", "action": "decline", "context": offer["content"]["declineContext"]}
        info = upload_info(*self.files.open_session(presser, offer["name"]))
        return {"type": "fileUpload", "action": "accept", "context": offer["content"]["acceptContext"], "uploadInfo": info}

    def put(self, who: Person, conversation: ConversationRef, attachments: list[dict[str, Any]]) -> Message:
        """A message of a person that the bot is not told of, such as a card of its extension in a chat where nobody mentions it."""
        sender = identity.person(who)
        place, root = self.threads.find(conversation)
        message_id = self.threads.next_id()
        message = Message(
            id=message_id,
            conversation=place.id,
            thread=root or (message_id if place.kind == "channel" else None),
            sender=self.activities.account(sender),
            time=self.threads.now().isoformat(),
            attachments=attachments,
        )
        self.threads.add(message)
        return message

    async def _post_and_deliver(self, sender: Member, activity: dict[str, Any], wait: bool) -> Message:
        base, root = identity.split_thread(activity["conversation"]["id"])
        message = Message(
            id=activity["id"],
            conversation=base,
            thread=root,
            sender=self.activities.account(sender),
            time=activity["timestamp"],
            text=activity.get("text", ""),
            attachments=activity["attachments"],
            entities=activity["entities"],
            reply_to_id=activity.get("replyToId"),
        )
        self.threads.add(message)

        async def deliver() -> None:
            message.delivered = await self.delivery.deliver(activity)

        if wait:
            await deliver()
        else:
            self._beside(deliver())
        return message

    def _beside(self, work: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def delivered(self) -> None:
        """Waits until everything under way to the bot beside those who caused it has arrived or been given up."""
        await asyncio.gather(*self._background)

    async def edit(self, who: Person, message_id: str, new_text: str) -> int:
        """Edit one's own message; the bot's HTTP status. ValueError: it is somebody else's. KeyError: no such message."""
        editor, message = identity.person(who), self.threads.messages[message_id]
        if message.sender["id"] != self.activities.account(editor)["id"]:
            raise ValueError(f"message {message_id} is not {editor.name}'s")
        ids = [entity["mentioned"]["id"] for entity in message.entities if entity["type"] == "mention"]
        mentioned = [identity.person(key) for key in ids if key.startswith("29:")]
        kept = [member for member in mentioned if f"@{member.name}" in new_text or f"<at>{member.name}</at>" in new_text]
        activity = self.activities.edit(self.activities.message(self._scene(editor, message.conversation_id), message_id, new_text, kept))
        activity["attachments"] = [each for each in message.attachments if each["contentType"] == FILE_DOWNLOAD] + activity["attachments"]
        self.threads.edit(message, text=activity["text"], attachments=activity["attachments"], entities=activity["entities"])
        return await self.delivery.deliver(activity)

    async def press(
        self,
        who: Person,
        message_id: str,
        verb: str,
        data: dict[str, Any] | None = None,
        style: str = "execute",
        *,
        action: dict[str, Any] | None = None,
        reply_to: str | None = None,
    ) -> Answer:
        """Press a button of a card.

        Args:
            verb: of the button, looked for in the card this person sees, then in earlier ones of the message.
            data: what the person filled in; merged over the button's own data.
            style: "execute" (an invoke, answered with a card, line or error) or "submit" (a message with a value).
            action: sent instead, exactly as given: a forgery. For "submit" it is the value.
            reply_to: the message that is said to be pressed, in the conversation of the real one: a forgery too.

        Returns:
            The answer; a card in it is what this person now sees. One that Teams could not use is noted in `client_errors`.

        Raises:
            LookupError: no such message, or none of its cards has that button.
        """
        presser, message = identity.person(who), self.threads.messages[message_id]
        if style == "submit":
            value = action if action is not None else merged(find_action(message, presser, verb, style).get("data"), data or {})
            submitted = self.activities.submit(self._scene(presser, message.conversation_id), reply_to or message_id, value)
            return Answer(status=await self.delivery.deliver(submitted))
        chosen = action if action is not None else pressed(find_action(message, presser, verb, style), data or {})
        return await self._invoke(presser, message, chosen, "manual", reply_to)

    async def refresh(self, who: Person, message_id: str) -> Answer | None:
        """What a client does on showing a card: invoke `refresh.action`, when this person is in `refresh.userIds`; None when not.

        Without `userIds` Teams refreshes for everybody in conversations of up to 60 people:
        https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/universal-actions-for-adaptive-cards/user-specific-views
        """
        viewer, message = identity.person(who), self.threads.messages[message_id]
        rule = (message.card() or {}).get("refresh")
        if not rule or ("userIds" in rule and identity.mri(viewer) not in rule["userIds"]):
            return None
        return await self._invoke(viewer, message, pressed(rule["action"], {}), "automatic")

    async def _invoke(self, who: Member, message: Message, action: dict[str, Any], trigger: str, reply_to: str | None = None) -> Answer:
        activity = self.activities.execute(self._scene(who, message.conversation_id), reply_to or message.id, action, trigger)
        answer = read_answer(*await self.delivery.invoke(activity))
        if answer.malformed:
            self.client_errors.append(f"{who.name}, {action.get('verb')} on {message.id}: {answer.malformed}; body {answer.body!r}")
        elif answer.card is not None:
            self.threads.set_view(message, who, answer.card)
        return answer

    async def install(self, conversation: ConversationRef | None = None, *, by: Person) -> list[int]:
        """Add the app; the bot's HTTP statuses of the two events."""
        return await self._installation(conversation, by, added=True)

    async def uninstall(self, conversation: ConversationRef | None = None, *, by: Person) -> list[int]:
        """Remove the app: from now on the bot is not in the roster there."""
        return await self._installation(conversation, by, added=False)

    async def _installation(self, conversation: ConversationRef | None, by: Person, *, added: bool) -> list[int]:
        installer = identity.person(by)
        scene = self._scene(installer, installer if conversation is None else conversation)
        return [await self.delivery.deliver(event) for event in self._change(scene, added=added)]

    def _change(self, scene: Scene, *, added: bool) -> list[dict[str, Any]]:
        """The app is there from now on, or not any more; the events about that, unsent."""
        scene.conversation.installed, scene.conversation.offered = added, False
        return self.activities.installation(scene, added=added)

    def presence(self, who: Person) -> str:
        """How the app stands with somebody: "installed" in their personal chat, "absent", or "unopened", as is their Teams."""
        chat, _ = self.threads.find(identity.person(who))
        return "installed" if chat.installed else "absent" if chat.opened else "unopened"

    def install_for(self, who: Person, *, added: bool = True) -> None:
        """Graph adds the app to somebody's personal chat, or takes it away: at once, and the bot is told beside it.

        That nothing in the events tells that it was not this person who did it is assumed: no page says what would.
        """
        member = identity.person(who)
        events = self._change(self._scene(member, member), added=added)

        async def tell() -> None:
            for event in events:
                await self.delivery.deliver(event)

        self._beside(tell())

    def open(self, who: Person, opened: bool = True) -> None:
        """This person uses Teams, or has never done so; the app is not installed for them then."""
        chat, _ = self.threads.find(identity.person(who))
        chat.opened = opened
        chat.installed = chat.installed and opened
        chat.offered = opened and not chat.installed

    def mark(self, who: Person, role: str | None) -> None:
        """Make a person a "guest" (seen in the member list) or a "bot" sender in what follows; None undoes it."""
        self.activities.roles.pop(identity.person(who).id, None)
        if role is not None:
            self.activities.roles[identity.person(who).id] = role

    def speak(self, who: Person, locale: str) -> None:
        """From now on this person's client has another language."""
        self.equip(who, locale=locale)

    def equip(self, who: Person, **particular: Any) -> None:
        """From now on this person's client is so; fields of `activities.Client`."""
        key = identity.person(who).id
        self.activities.clients[key] = replace(self.activities.clients[key], **particular)

    def move(self, who: Person, region: str) -> None:
        """From now on this person's chat is served in another region, and nowhere else."""
        self.threads.find(identity.person(who))[0].region = region

    def block(self, who: Person, blocked: bool = True) -> None:
        """This person blocks the bot in their own chat, or lets it in again; the bot is not told."""
        self.threads.find(identity.person(who))[0].blocked = blocked

    def blocks(self, who: Person) -> bool:
        """Whether this person blocks the bot."""
        return self.threads.find(identity.person(who))[0].blocked

    @property
    def insistent(self) -> str:
        """How invokes are delivered again: "" for not, "later" or "at once"."""
        return self.delivery.insistent

    @insistent.setter
    def insistent(self, how: str) -> None:
        self.delivery.insistent = how

    def group_chat(self, name: str, members: Iterable[Person]) -> str:
        """A new group chat with the bot in it; its id."""
        return self.threads.open_group(name, tuple(identity.person(m) for m in members))

    async def post(self, activity: dict[str, Any] | bytes | str, headers: dict[str, str] | None = None) -> tuple[int, dict[str, str], str]:
        """Send anything to the bot, once; see `Delivery.post`."""
        return await self.delivery.post(activity, headers)

    # ── what is seen ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

    def thread(self, conversation: ConversationRef) -> list[Message]:
        """The messages of a conversation in order; KeyError when there is no such conversation."""
        return self.threads.list(conversation)

    def card(self, message_id: str, who: Person | None = None) -> dict[str, Any] | None:
        """The card of a message as this person sees it; None when it has none. KeyError: no such message."""
        return self.threads.messages[message_id].card(None if who is None else identity.person(who))

    async def wait_for(self, predicate: Callable[[Message], bool], timeout: float = 45) -> Message:  # noqa: ASYNC109 - a test's patience
        """The first message for which the predicate holds, now or later; TimeoutError lists what there was instead."""
        return await self.threads.wait_for(predicate, timeout)

    @property
    def sent(self) -> list[Sent]:
        """Every accepted send, update and delete, in order."""
        return self.threads.sent

    @property
    def undelivered(self) -> list[Undelivered]:
        """Activities the bot did not take."""
        return self.delivery.undelivered

    def down(self, conversation: ConversationRef) -> None:
        """Every call of the bot on this conversation ends with a 502 until `up`."""
        self.faults.set_down(self.threads.find(conversation)[0].id, True)

    def up(self, conversation: ConversationRef) -> None:
        self.faults.set_down(self.threads.find(conversation)[0].id, False)
