// The demo page: who am I, where am I, and the wires between the columns.

import * as api from "./api.js";
import { cardWords } from "./cards.js";
import { drawChats } from "./channels.js";
import { createComposer } from "./composer.js";
import { createConversation } from "./conversation.js";
import { createDrawers } from "./drawers.js";
import { avatar, el, marks, recall, remember } from "./dom.js";
import { createEntra } from "./entra.js";
import { askAbout, findPerson } from "./extension.js";
import { createFaults } from "./faults.js";
import { createMail } from "./mail.js";
import { peopleIn, personIn, pickPerson, wrote } from "./people.js";
import { PEOPLE, createTour } from "./tour.js";
import { createWelcome } from "./welcome.js";

const $ = (id) => document.getElementById(id);
const QUICK = 5; // people one click away
const MAIL = "mail"; // where a conversation's id stands otherwise

const state = { people: [], channels: [], me: null, conversations: [], conversation: null };
let hangUp = () => {};
let opening = 0;

const entra = createEntra($("entra"), () => state.people);
const faults = createFaults($("faults"), {
  logChannel: () => state.channels.find((channel) => /log/i.test(channel.name))?.id,
  onCount: (count) => {
    $("difficulty").hidden = !count;
    $("difficulty").textContent = count === 1 ? "1 fault on" : `${count} faults on`;
  },
});
const drawers = createDrawers();
const composer = createComposer($("composer"), $("talk"), {
  send, people: () => state.people.filter((person) => person.upn !== state.me.upn), samples: api.samples, sample: api.sample,
  find: () => findPerson({ as: state.me.upn, conversation: state.conversation.id }),
});
const mail = createMail($("mail-row"), $("mail"), { onOpen: () => { turnToMail(true); drawPlace(); drawers.close(); $("mail").focus(); }, onUnread: drawDot });
const tour = createTour($("tour"), step);
const welcome = createWelcome(() => state, (text) => composer.write(text), () => { drawers.reveal("panel"); tour.show(); });
const talk = createConversation($("log"), $("newer"), {
  mine: (message) => wrote(state.me, message),
  onPress: async (message, action) => {
    follow(message);
    const answer = await api.press({ as: state.me.upn, conversation: state.conversation.id, message: message.id, action });
    entra.refresh();
    return answer;
  },
  onConsent: (message, accept) => api.consent({ as: state.me.upn, message: message.id, accept }),
  fileAddress: (file) => api.fileAddress(state.me.upn, file.id),
  onEdit: (message, text) => api.edit({ as: state.me.upn, message: message.id, text }),
  onReply: (message) => composer.setReply(message),
  canAsk: () => state.conversation.kind !== "personal",
  onAsk: (message) => askAbout(message, { as: state.me.upn }),
  welcome: () => welcome(),
});

async function send({ text, mentions, replyTo, files }) {
  const person = personIn(text.replace(/@doorman/gi, ""), state.people);
  if (person) entra.show(person);
  const [first, ...others] = files;
  const where = { as: state.me.upn, conversation: state.conversation.id };
  if (first) {
    await api.drop({ ...where, text, file: first });
    for (const file of others) await api.drop({ ...where, text: "", file });
    return;
  }
  await api.say({ as: state.me.upn, conversation: state.conversation.id, text, mentions, replyTo });
}

/** Lets the Entra panel show whom this card is about; a card that speaks of several people changes nothing. */
function follow(message) {
  if (message?.deleted || !message?.from?.bot || !message.card) return;
  const found = peopleIn(cardWords(message.card), state.people);
  const others = found.filter((person) => person !== state.me);
  if (others.length === 1) entra.show(others[0]);
  else if (found.length === 1) entra.show(found[0]);
}

async function become(person, wanted) {
  const turn = ++opening;
  hangUp();
  composer.allow(false);
  state.me = person;
  turnToMail(wanted === MAIL);
  keepQuick(person);
  drawMe();
  mail.become(person);
  if (!entra.subject && !person.helpdesk && !person.admin) entra.show(person); // what they are told is about themselves, if it names nobody
  state.conversations = await api.conversations(person.upn);
  if (turn !== opening) return;
  lost = true; // until the line is up: what happens between the list and that moment would be missed
  hangUp = api.listen(person.upn, hear, online);
  const there = state.conversations.find((each) => [each.id, each.name].includes(wanted))
    || state.conversations.find((each) => each.kind === "personal") || state.conversations[0];
  await go(there);
}

/** The inbox takes the place of the conversation until one is opened. */
function turnToMail(on) {
  if (mail.shown !== on) mail.show(on);
  $("talk").classList.toggle("reading-mail", on);
}

// The line for events is down.
let lost = false;

// Something happened here while the list was on its way, so the list may lack it.
let missed = false;

async function go(conversation) {
  if (!conversation) return;
  const turn = ++opening;
  missed = false;
  state.conversation = conversation;
  conversation.unread = 0;
  drawPlace();
  const list = await api.messages(state.me.upn, conversation.id).finally(() => { if (turn === opening) composer.allow(true); });
  if (turn !== opening) return;
  if (missed) return go(conversation);
  conversation.unread = 0;
  talk.open(conversation, list);
  drawList();
  const about = [...list].reverse().find((message) => message.from?.bot && message.card);
  if (about && !entra.subject) follow(about); // else it stays with whoever is being worked on
  if (!entra.subject) entra.show(state.people.find((person) => !person.helpdesk && !person.admin) || state.people[0]);
}

const attempt = (promise) => promise.catch((error) => online(false, error));

function open(conversation) {
  composer.allow(false);
  turnToMail(false);
  attempt(go(conversation).then(() => { drawers.close(); composer.focus(); }));
}

/** A step of the tour: somebody else's chair, with their next line in the box. */
function step({ as, at, line }) {
  const person = state.people.find((each) => each.upn === as);
  attempt(become(person, at).then(() => { drawers.close(); composer.write(line ?? ""); }));
}

function switchTo(person) {
  const place = mail.shown ? MAIL : state.conversation?.kind === "channel" ? state.conversation.id : null;
  attempt(become(person, place).then(() => { drawers.close(); composer.focus(); }));
}

function hear(event) {
  const conversation = state.conversations.find((each) => each.id === event.conversation);
  const here = !mail.shown && event.conversation === state.conversation?.id;
  if (event.type === "typing") return here && talk.startTyping();
  if (!conversation) return api.conversations(state.me.upn).then((list) => { state.conversations = list; drawList(); }).catch(() => {});
  if (here) missed = true;
  const { message } = event;
  if (event.type === "delete") {
    if (here) talk.remove(message?.id ?? event.id);
  } else if (message) {
    if (here) {
      talk.put(message);
      follow(message);
      if (!document.hidden) api.read(state.me.upn, conversation.id, message.id).catch(() => {}); // what was watched is no news later
    } else if (event.type === "message") {
      conversation.unread = (conversation.unread || 0) + 1;
    }
    if (event.type === "message") conversation.last = message;
  }
  drawList();
  entra.refresh();
}

function online(yes, error) {
  $("offline").hidden = yes;
  $("offline").textContent = error?.message || "The demo server does not answer. Trying again…";
  if (yes && lost && state.conversation) attempt(go(state.conversation)); // what was missed meanwhile
  lost = !yes;
}

function drawMe() {
  const { me } = state;
  $("person-switcher").replaceChildren(avatar(me.name),
    el("span", { class: "who-text" }, el("b", { text: me.name }), el("span", { text: me.jobTitle || me.upn }), marks(me)),
    el("span", { class: "chevron", "aria-hidden": "true", text: "⌄" }));
  $("quick").replaceChildren(...quickPeople().map((person) => el("button", {
    class: "quick-person", type: "button", title: `${person.name}, ${person.jobTitle}`, "aria-pressed": String(person.upn === me.upn),
    data: { testid: `quick-${person.upn}` }, on: { click: () => switchTo(person) },
  }, avatar(person.name, { small: true }), el("span", { text: person.name.split(" ")[0] }))));
  document.title = `${me.name} · Doorman demo`;
}

function drawPlace() {
  const { conversation, me } = state;
  const channel = conversation.kind === "channel";
  $("talk-name").textContent = mail.shown ? "Inbox" : conversation.name;
  $("talk-about").textContent = mail.shown ? `Mail of ${me.name}` : channel ? "Channel of IT Service Desk" : `Chat between ${me.name} and Doorman`;
  composer.setPlace({ me, conversation });
  composer.setExamples(me.helpdesk || me.admin ? api.dutch ? ["hulp", "toon noor", "zet mobiel voor noor +31 6 12345678"] : ["help", "show noor", "set mobile for noor +31 6 12345678"]
    : api.dutch ? ["hallo", "hulp"] : ["hi", "help"]);
  drawList();
  remain(mail.shown ? MAIL : conversation.id);
}

/** The address of the page leads here again. */
function remain(place) {
  const address = new URLSearchParams(location.search);
  address.set("as", state.me.upn);
  address.set("conversation", place);
  history.replaceState(null, "", `?${address}`);
}

function drawList() {
  drawChats($("chats"), state.conversations, mail.shown ? null : state.conversation?.id, open);
  drawDot();
}

function drawDot() {
  const waiting = mail.unread > 0 || state.conversations.some((each) => each.unread > 0);
  document.querySelector("#open-rail .dot").hidden = !waiting;
}

function quickPeople() {
  const { people } = state;
  const known = (upns) => upns.map((upn) => people.find((person) => person.upn === upn)).filter(Boolean);
  return [...new Set([...known(recall("quick", [])), ...known(PEOPLE), ...people.filter((person) => !person.helpdesk)])].slice(0, QUICK);
}

/** The row of quick people keeps its order; a newcomer takes the last place. */
function keepQuick(person) {
  const shown = quickPeople();
  if (shown.includes(person)) return;
  remember("quick", [...shown.slice(0, QUICK - 1), person].map(({ upn }) => upn));
}

function choosePerson() {
  if (!state.me) return;
  drawers.reveal("rail");
  pickPerson({ anchor: $("person-switcher"), people: state.people, current: state.me.upn, title: "Switch person", idPrefix: "person", onPick: switchTo });
}

function themeButton() {
  const dark = window.doormanTheme.current === "dark";
  $("theme-toggle").setAttribute("aria-pressed", String(dark));
  $("theme-toggle").title = dark ? "Light theme" : "Dark theme";
}

$("person-switcher").addEventListener("click", choosePerson);
$("theme-toggle").addEventListener("click", () => window.doormanTheme.toggle());
document.addEventListener("doorman:theme", () => { themeButton(); talk.redraw(); });
document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") {
    event.preventDefault();
    choosePerson();
  }
});

async function start() {
  themeButton();
  const asked = new URLSearchParams(location.search);
  try {
    const { people, channels } = await api.world();
    Object.assign(state, { people, channels: channels || [] });
  } catch (error) {
    online(false, error);
    setTimeout(start, 2000);
    return;
  }
  online(true);
  faults.load();
  const me = state.people.find((person) => person.upn === asked.get("as")) || state.people.find((person) => person.helpdesk) || state.people[0];
  await attempt(become(me, asked.get("conversation")));
  composer.focus();
}

start();
