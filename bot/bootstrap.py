"""The composition root: settings in, a runnable bot out. Every part can be replaced by keyword."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import aiohttp
import structlog
from aiohttp import web

from bot.commands.spec import Ports
from bot.domain.bulk import BulkRules
from bot.domain.policy import Groups
from bot.domain.proving import Terms
from bot.domain.rules import Policy
from bot.domain.stop import Stop
from bot.domain.threat import UNKNOWN
from bot.domain.tickets import Tickets
from bot.graph.budget import SharedBudget
from bot.graph.bulk import GraphBulkDirectory
from bot.graph.client import GraphClient
from bot.graph.directory import GraphDirectory
from bot.graph.hindrances import GraphHindrances
from bot.graph.reach import GraphReach
from bot.graph.registrations import GraphRegistrations
from bot.graph.signs import GraphSigns
from bot.graph.throttle import BACKGROUND, ThrottleGate
from bot.graph.together import Together
from bot.languages import Readers
from bot.planning.installation import Installation
from bot.ports import Clock, Registrations, Sleep
from bot.readiness import Readiness
from bot.routes import ENDPOINT, READY, add_routes
from bot.services.about_person import AboutPerson
from bot.services.again import Again
from bot.services.agreement import Agreement
from bot.services.alert import alert
from bot.services.announce import announce
from bot.services.approval_places import ApprovalPlaces
from bot.services.approve import Approvals
from bot.services.approvers_card import ApproversCard
from bot.services.bulk.check import Checking
from bot.services.bulk.crewing import Crewing, Tenant
from bot.services.bulk.crews import Crews
from bot.services.bulk.desk import BulkDesk
from bot.services.commands import CommandDesk
from bot.services.dispatch import Dispatch
from bot.services.execute import execute
from bot.services.expire import expire
from bot.services.extension import ExtensionDesk
from bot.services.follow_up import follow_up
from bot.services.forms import Forms
from bot.services.gate import Gate
from bot.services.hand_over import HandOver
from bot.services.heads import DailyHead
from bot.services.log_channel import post_log
from bot.services.mailing import Letter, Mailing
from bot.services.not_me import NotMeDesk
from bot.services.notify import InTeams, notify
from bot.services.operations import OperationDesk
from bot.services.personal_cards import PersonalCards
from bot.services.personal_chats import PersonalChats
from bot.services.prepare import Preparation
from bot.services.proof_answers import ProofAnswers
from bot.services.proof_cards import ProofCards
from bot.services.proving import ProofDesk
from bot.services.reconcile import report_discrepancies, turn
from bot.services.registrations import NightlyReading, read_registrations
from bot.services.report import ReportDesk
from bot.services.requester import RequesterPresses
from bot.services.requesters_card import RequestersCard
from bot.services.reveal import Reveals
from bot.services.review import Reviewer
from bot.services.showing import Showing
from bot.services.tell import remind, tell
from bot.services.turns import Turns
from bot.services.view import Views
from bot.services.witnesses import Witnesses
from bot.serving import SERVER_LIMITS
from bot.settings.environment import Settings
from bot.settings.policy_file import policy_of
from bot.settings.sign_in import no_sign_in
from bot.sheets.spreadsheets import Spreadsheets
from bot.store.budget import StoredTurns
from bot.store.bulk import StoredBulkJobs
from bot.store.bulk_files import StoredBulkFiles
from bot.store.chats import StoredChats
from bot.store.discrepancies import StoredDiscrepancies
from bot.store.engine import DurableEngine, is_dead, operation_of
from bot.store.heads import StoredHeads
from bot.store.limit_counts import StoredUsages
from bot.store.not_me import StoredNotMe
from bot.store.notices import StoredNotices
from bot.store.operations import StoredOperations
from bot.store.proofs import StoredProofs
from bot.store.registrations import StoredRegistrations
from bot.store.schema import upgrade
from bot.store.sign_in_flows import StoredSignInFlows
from bot.store.stops import StoredStops
from bot.store.transactions import Transactions, close_for_good, open_engine
from bot.teams.adapter import TeamsAdapter
from bot.teams.authentication import InboundTokens
from bot.teams.endpoint import BODY_LIMIT, MessagesEndpoint
from bot.teams.files import OneDriveFiles
from bot.teams.handler import DoormanHandler
from bot.teams.outbound import Connector, TeamsAnnouncer, TeamsDoor
from bot.token_sources import make_connector_tokens, make_graph_tokens, make_sign_ins
from bot.web.frame import Frame
from bot.web.not_me import NotMePages
from bot.web.proof import Door, SignInPages
from bot.web.routes import PAGES, Pages

log = structlog.get_logger()


def utc_now() -> datetime:
    """The real clock."""
    return datetime.now(UTC)


def build(
    settings: Settings, *, policy: Policy | None = None, clock: Clock = utc_now, sleep: Sleep = asyncio.sleep, bulk_scale: float = 1.0
) -> web.Application:
    """Wires the bot together as a web application; but for the policy file nothing is opened before that starts.

    Args:
        policy: instead of the policy file.
        bulk_scale: for benchmarks: divides the windows of Graph's quotas, and multiplies the calls of bulk jobs under way at once.

    Raises:
        ConfigurationError: the policy file cannot be used.
    """
    app = web.Application(client_max_size=BODY_LIMIT, handler_args=SERVER_LIMITS)
    policy = policy or policy_of(settings)
    app.cleanup_ctx.append(partial(_running, settings=settings, policy=policy, clock=clock, sleep=sleep, bulk_scale=bulk_scale))
    add_routes(app, settings.public_url)
    return app


async def _running(  # noqa: PLR0915 - the one place where everything is put together
    app: web.Application, *, settings: Settings, policy: Policy, clock: Clock, sleep: Sleep, bulk_scale: float
) -> AsyncIterator[None]:
    for outdated in settings.outdated:
        log.warning(outdated, action="outdated_setting")
    async with contextlib.AsyncExitStack() as stack:
        session = await stack.enter_async_context(
            aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=100), cookie_jar=aiohttp.DummyCookieJar())
        )

        graph_tokens = make_graph_tokens(settings)
        stack.callback(graph_tokens.close)
        hindrances = GraphHindrances(clock)
        graph_tokens.unanswered = hindrances.unanswered
        throttle = ThrottleGate(sleep=sleep, bulk_scale=bulk_scale, hindrances=hindrances)
        graph = GraphClient(settings.graph_endpoint, graph_tokens, gate=throttle, now=clock)
        directory = GraphDirectory(graph)
        background = directory.in_background()
        stack.push_async_callback(directory.close)

        nothing_to_prove = settings.insecure_local and not (settings.bot_password or settings.bot_certificate_path)
        connector_tokens = None if nothing_to_prove else make_connector_tokens(settings)
        if connector_tokens:
            stack.callback(connector_tokens.close)
        connector = Connector(session, connector_tokens.get if connector_tokens else None, settings.allowed_service_urls, sleep,
                              targeted=settings.targeted_messages)  # fmt: skip
        connector.regions.seen(settings.log_service_url)  # the last one to be tried
        tickets = Tickets(settings.ticket_url)
        readers = Readers(settings.language, tickets)

        async def answer_is_out(card_id: str) -> None:
            await turns.answer_is_out(card_id)

        async def stop() -> Stop:
            return await turns.stop()

        announcer = TeamsAnnouncer(connector, readers, answer_is_out, stop)

        database = open_engine(settings.database_url)
        stack.callback(close_for_good, database)
        upgrade(database)
        transactions = Transactions(database)
        stack.callback(transactions.close)

        budget = SharedBudget(StoredTurns(transactions), settings.bulk_ceiling_percent, scale=bulk_scale)
        throttle.listeners.append(budget)
        bulk_directory = GraphBulkDirectory(graph, budget, directory.memory)
        everybody = GraphRegistrations(graph, budget, directory.memory, scale=bulk_scale)

        async def compare_logs(_: str) -> None:
            # Entra's log has a limit of its own: who reaches it must not make the people at the helpdesk wait, so it gets its own gate.
            client = GraphClient(settings.graph_endpoint, graph_tokens, gate=ThrottleGate(sleep=sleep))
            try:
                await report_discrepancies(operations, discrepancies, GraphDirectory(client, patience=BACKGROUND), clock)
            finally:
                await client.close()

        async def chores() -> None:
            await operations.purge(clock(), settings.audit_days, settings.numbers_days)
            await registrations.forget(clock(), settings.registration_days)
            if settings.reconcile_hours:
                await discrepancies.schedule(turn(clock(), settings.reconcile_hours))

        async def look() -> None:
            await daily_head.post()
            await operations.forget_choices(clock())
            await stops.end_threat(clock())
            await nightly.look()

        engine = app[WORK] = DurableEngine(
            database,
            transactions,
            {
                "execute": lambda operation_id: execute(operations, reviewer, background, clock, sleep, operation_id),
                "reconcile": compare_logs,
                "registrations": lambda reading: read_registrations(registrations, everybody, settings.zone, clock, reading),
                "announce": lambda subject: announce(operations, asked, in_channel, in_person, clock, sleep, subject),
                "tell": lambda subject: tell(operations, jobs, announcer, clock, sleep, subject),
                "remind": lambda subject: remind(operations, chats, announcer, clock, sleep, operation_of(subject)),
                "follow_up": lambda subject: follow_up(operations, background, announcer, clock, sleep, subject),
                "notify": lambda subject: notify(operations, notices, background, in_teams, told, clock, sleep, operation_of(subject)),
                "hand_over": lambda subject: hand_over.bring(operation_of(subject)),
                "prove": lambda subject: proof_cards.bring(subject, pages=proof_pages, contact=contact),
                "not_me": lambda notice_id: not_me.carry_on(announcer, chats, in_teams, notice_id),
                "mail": lambda _: mailing.send_all(),
                "log": lambda _: post_log(operations, announcer, settings.log_channel, clock, sleep),
                "alert": lambda key: alert(operations, stops, announcer, settings.approval_channel, settings.log_channel, sleep, key),
                "expire": lambda subject: expire(operations, operation_of(subject), clock, sleep),
            },
            chores,
            look,
        )
        told = replace(policy.notices, mail=bool(settings.notice_mailbox), install=bool(settings.teams_catalog_app_id))
        operations = StoredOperations(transactions, engine.enqueue, policy.limits, told, policy.high)
        notices = StoredNotices(transactions, engine.enqueue)
        jobs = StoredBulkJobs(transactions, engine.enqueue, engine.executor_id, is_dead, told)
        kept = StoredBulkFiles(transactions, engine.enqueue, engine.executor_id, is_dead)
        stops = StoredStops(transactions, engine.enqueue, policy.limits, policy.high)
        usages = StoredUsages(transactions, engine.enqueue)
        discrepancies = StoredDiscrepancies(transactions, engine.enqueue)
        daily_head = DailyHead(StoredHeads(transactions, engine.enqueue), settings.head_hour, settings.zone, clock)
        registrations = app[REGISTRATIONS] = StoredRegistrations(transactions, engine.enqueue, clock)
        nightly = NightlyReading(registrations, settings.report_hour, settings.zone, clock)
        turns = Turns(operations, stops, notices, clock, UNKNOWN if policy.unknown_is_high else None)
        chats = StoredChats(transactions)
        connector.addresses = chats.addresses
        known = PersonalChats(chats, clock)
        stack.push_async_callback(known.close)
        proofs, terms = StoredProofs(transactions, engine.enqueue, stops.look_anew), Terms(policy.proof, no_sign_in(settings))
        showing = Showing(proofs, terms, clock)
        asked = RequestersCard(operations, jobs, announcer, showing, clock)
        in_channel = ApproversCard(operations, jobs, announcer, background, clock, settings.hosts.teams)
        in_person = PersonalCards(operations, jobs, chats, known, announcer, background, clock, settings.hosts.teams)
        reach = GraphReach(graph, settings.notice_mailbox, settings.teams_catalog_app_id)
        door = TeamsDoor(connector, settings.bot_app_id, settings.bot_tenant_id, settings.log_service_url)
        in_teams = InTeams(chats, announcer, door, reach, clock, installs=told.install, contact=settings.helpdesk_contact)
        hand_over = HandOver(operations, chats, announcer, in_teams, clock, sleep, settings.helpdesk_contact)
        letter = Letter(readers, settings.zone, settings.helpdesk_contact, f"{settings.public_url}/n/" if settings.public_url else "")
        proof_cards = ProofCards(operations, proofs, chats, announcer, in_teams, clock, sleep)
        proof_pages = f"{settings.public_url}/p/" if settings.public_url else ""
        mailing = Mailing(notices, reach, told, letter, clock, sleep, scale=bulk_scale)
        said_no, contact = StoredNotMe(transactions, engine.enqueue, stops.look_anew), settings.helpdesk_contact
        not_me = NotMeDesk(operations, said_no, background, policy.not_me, contact, clock, sleep)
        await engine.start()
        stack.push_async_callback(engine.close)

        installation = Installation(
            settings.default_region.upper(),
            settings.retirement,
            settings.per_user_mfa,
            policy.first_day_to_manager,
            policy.high,
            settings.admin_group_id,
            contact,
            tickets,
        )
        signs = GraphSigns(graph, directory.memory)
        stack.push_async_callback(signs.close)
        reviewer = Reviewer(policy, stops, operations, proofs, signs, clock)
        groups = Groups(
            settings.helpdesk_group_id, settings.admin_group_id, policy.asking(), policy.approving(), policy.groups(), policy.reporting()
        )
        gate = Gate(directory, groups, settings.bot_tenant_id, clock, policy, contact)
        places = ApprovalPlaces(operations, chats, settings.approval_channel, settings.log_channel)
        approvals = Approvals(operations, jobs, directory, gate, reviewer, clock, places, settings.hosts.teams)
        agreement = Agreement(directory, usages, jobs, reviewer, places)

        tenant = Tenant(background, bulk_directory, Together(bulk_directory), budget, hindrances)
        rules = BulkRules(settings.bulk_canary, settings.bulk_failing_percent)
        checking = Checking(operations, jobs, bulk_directory, reviewer, agreement, installation, rules, clock)
        crews = Crews(Crewing(operations, jobs, stops, tenant, reviewer, rules, clock, sleep), checking, alone=not engine.replicated)
        files = OneDriveFiles(settings.allowed_file_hosts, sleep)
        stack.push_async_callback(files.close)
        sheets = Spreadsheets(settings.default_region.upper(), full_numbers=policy.full_numbers_in_files)
        desk = app[BULK] = BulkDesk(gate, checking, kept, files, sheets, crews)
        desk.start()
        stack.push_async_callback(desk.close)

        reports = ReportDesk(registrations, directory, operations, gate, files, sheets, installation.retirement, settings.zone, clock)

        ports = Ports(directory, operations, stops, usages, jobs)
        preparation = Preparation(ports, directory.to_show(), gate, reviewer, agreement, installation, clock)
        commands = CommandDesk(operations, gate, preparation, desk, reports, showing, clock)
        forms = Forms(operations, directory, gate, commands, stops, clock)
        views = Views(operations, gate, approvals, desk, showing, clock)
        reveals = Reveals(operations, directory, gate, reviewer, clock, sleep)
        again = Again(operations, directory, reviewer, agreement, installation, showing, clock)
        requester = RequesterPresses(operations, reviewer, gate, reveals, again, views, clock, terms)
        person = AboutPerson(operations, stops, directory, reviewer, commands, views, clock)
        witnesses = Witnesses(directory, jobs, signs, operations, gate, terms, clock)
        answers = ProofAnswers(operations, proofs, gate, witnesses, showing, terms, clock, contact)
        proving = ProofDesk(operations, proofs, gate, reviewer, witnesses, showing, answers, terms)
        frame, entrance, flows = Frame(readers, settings.language), Door(settings.public_url, contact), StoredSignInFlows(transactions)
        sign_ins = make_sign_ins(settings)
        by_sign_in = SignInPages(answers, sign_ins, flows, frame, entrance, clock) if sign_ins else None
        app[PAGES] = Pages(NotMePages(not_me, frame, contact), by_sign_in)
        pressed = OperationDesk(gate, approvals, requester, person, not_me, proving, views)
        dispatch = Dispatch(turns, gate, commands, forms, pressed, desk, reports)
        tokens = (
            None
            if settings.insecure_local
            else InboundTokens(
                session,
                metadata_url=settings.openid_metadata,
                issuer=settings.hosts.token_issuer,
                app_id=settings.bot_app_id,
                tenant_id=settings.bot_tenant_id,
            )
        )
        extension = ExtensionDesk(
            directory, operations, gate, turns, clock, f"{settings.hosts.teams}/l/chat/0/0?users=28:{settings.bot_app_id}"
        )
        handler = DoormanHandler(dispatch, turns, connector, extension, settings.bot_tenant_id, readers, known)
        stack.push_async_callback(handler.close)
        app[ENDPOINT] = MessagesEndpoint(
            TeamsAdapter(), handler, connector, tokens, settings.allowed_service_urls, settings.bot_tenant_id, readers
        )
        parts = {"store": operations.ready, "graph": directory.ready} | ({"signing keys": tokens.ready} if tokens else {})
        app[READY] = Readiness(parts, clock)
        yield


#: For whoever works in a terminal.
BULK = web.AppKey("bulk", BulkDesk)
REGISTRATIONS: web.AppKey[Registrations] = web.AppKey("registrations")
WORK = web.AppKey("work", DurableEngine)
