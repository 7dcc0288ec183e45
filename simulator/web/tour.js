// The tour: five minutes from the first change to a takeover that is refused, and to what ends in February.

import * as api from "./api.js";
import { el, recall, remember } from "./dom.js";

const [HANNA, INGRID, DIEGO, SAM] = ["hanna.visser", "ingrid.lund", "diego.vega", "sam.okafor"].map((name) => `${name}@fabrikam.example`);
const CHAT = "Doorman", APPROVALS = "Approvals", LOG = "Doorman log";
const EVERY = 1500; // ms between two looks whether the next thing has happened

/** Who is needed for it, in the order of the story: they are one click away. */
export const PEOPLE = [HANNA, INGRID, DIEGO, SAM, "alice@fabrikam.example"];

const ofBot = (message, ...words) => message.from.bot && words.every((word) => JSON.stringify(message.card ?? "").includes(word));
const some = async (upn, place, ...words) => (await seen(upn, place)).messages.some((message) => ofBot(message, ...words));

/** `happened` looks for what a step comes to, in whatever language that is said: names, and the colour of an alarm. */
const STEPS = [
  { title: "A first number", as: HANNA, at: CHAT, line: "set mobile for noor +31 6 12345678",
    text: "Noor starts today; Hanna has her on the telephone. Send the line, press Confirm, and watch it happen under “Entra ID now”.",
    happened: () => some(SAM, LOG, "Noor Dekker"),
    nl: { title: "Een eerste nummer", line: "zet mobiel voor noor +31 6 12345678",
      text: "Noor begint vandaag; Hanna heeft haar aan de telefoon. Verstuur de regel, druk op Bevestigen, en zie het gebeuren onder “Entra ID now”." } },
  { title: "Two people", as: HANNA, at: CHAT, line: "set mobile for alice +31 6 23456789",
    text: "Alice can sign in already, so how she gets in is no one person's work. Send it and press Confirm: it waits.",
    happened: () => some(INGRID, APPROVALS, "Alice Jansen"),
    nl: { title: "Twee mensen", line: "zet mobiel voor alice +31 6 23456789",
      text: "Alice kan al aanmelden, dus hoe zij binnenkomt is niet het werk van één. Verstuur het en druk op Bevestigen: het wacht." } },
  { title: "Somebody agrees", as: INGRID, at: APPROVALS,
    text: "Ingrid sees who asks for what, and presses Approve. Hanna's card says Done.",
    happened: () => some(SAM, LOG, "Alice Jansen"),
    nl: { title: "Iemand stemt in", text: "Ingrid ziet wie wat vraagt, en drukt op Approve: in een kanaal spreekt Doorman de taal van de installatie. Hanna's kaart zegt Klaar." } },
  { title: "Is it really them?", as: HANNA, at: CHAT, line: "pass for diego",
    text: "A caller says he is Diego and needs a pass at once. There is no Confirm before he has proved it: press Number match.",
    happened: () => some(DIEGO, CHAT, "Hanna"),
    nl: { title: "Is hij het wel?", line: "toegangspas voor diego",
      text: "Een beller zegt dat hij Diego is en meteen een toegangspas nodig heeft. Er is geen Bevestigen voor hij dat bewijst: druk op Getal kiezen." } },
  { title: "It is not", as: DIEGO, at: CHAT,
    text: "Diego never called. He presses “This is not me”: everything about him stops, and nobody can change him for a day.",
    happened: () => some(SAM, LOG, "Diego Vega", '"attention"'),
    nl: { title: "Hij is het niet", text: "Diego heeft nooit gebeld. Hij drukt op “This is not me” (Doorman kent zijn taal nog niet): alles wat over hem gaat stopt, en een dag lang kan niemand hem wijzigen." } },
  { title: "Who saw what", as: SAM, at: LOG,
    text: "The log channel says it in red: who asked, and until when nobody can change Diego.",
    happened: async () => (await seen(SAM, LOG)).unread === 0,
    nl: { title: "Wie zag wat", text: "Het logkanaal zegt het in rood: wie erom vroeg, en tot wanneer niemand Diego kan wijzigen." } },
  { title: "What ends in February", as: SAM, at: CHAT, line: "report phone-only",
    text: "Texts and calls of Microsoft end on 1 February 2027. The report names who has nothing else. It is read in the first minutes: if there is none yet, send the line again.",
    happened: async () => {
      const { messages } = await seen(SAM, CHAT);
      const asked = messages.findIndex((message) => /^(report|rapport)\b/i.test(message.text));
      return asked >= 0 && messages.slice(asked).some((message) => ofBot(message));
    },
    nl: { title: "Wat in februari stopt", line: "rapport alleen telefoon",
      text: "Sms en bellen van Microsoft stoppen op 1 februari 2027. Het rapport noemt wie niets anders heeft. Het wordt in de eerste minuten gelezen: is het er nog niet, verstuur de regel dan nog eens." } },
];

/** What it is called, and what it ends with. */
export const [TITLE, END] = api.dutch ? ["Een rondleiding van vijf minuten", "Dat is alles. De README gaat vanaf hier verder."]
  : ["A tour of five minutes", "That is all of it. The README goes on from here."];

/** What stands in a conversation of somebody, without their having seen it by that. */
async function seen(upn, name) {
  const place = (await api.conversations(upn)).find((each) => each.name === name);
  return place ? { messages: await api.peek(upn, place.id), unread: place.unread } : { messages: [] };
}

/** `go(step)` becomes the person, opens the place and puts the line in the message box. A step is ticked when it has happened. */
export function createTour(root, go) {
  const steps = STEPS.map((step) => (api.dutch ? { ...step, ...step.nl } : step));
  const done = new Set();
  let picked = null;
  const left = () => steps.findIndex((_, index) => !done.has(index));
  const list = el("ol", { class: "tour-steps", lang: api.dutch ? "nl" : "en" });
  const box = el("details", { class: "tour", open: recall("tour-open", true) }, el("summary", {}, el("h2", { text: TITLE })), list);
  box.addEventListener("toggle", () => remember("tour-open", box.open));
  root.append(box);
  draw();
  look();

  /** Beginning with the first that is left, as far as it has come: after a reload too, since it is looked at and not remembered. */
  async function look() {
    const before = done.size;
    try {
      while (left() >= 0 && await steps[left()].happened()) done.add(left());
      if (picked !== null && !done.has(picked) && await steps[picked].happened()) done.add(picked);
    } catch { /* the demo does not answer; the page says so */ }
    if (done.size > before) draw();
    if (left() >= 0) setTimeout(look, EVERY);
  }

  function take(step, index) {
    picked = index;
    draw();
    list.children[index].querySelector("button").focus({ preventScroll: true });
    go(step);
  }

  function draw() {
    const focused = [...list.children].findIndex((item) => item.contains(document.activeElement));
    const now = picked !== null && !done.has(picked) ? picked : left(); // the one that is being taken says how; the others their names
    list.replaceChildren(...steps.map((step, index) => el("li", { class: done.has(index) ? "taken" : "" },
      el("button", { class: "tour-go", type: "button", text: step.title, data: { testid: `tour-${index + 1}` }, on: { click: () => take(step, index) } }),
      index === now && el("span", { text: step.text }))), ...(now < 0 ? [el("li", { class: "tour-end", text: END })] : []));
    if (focused >= 0) list.children[focused]?.querySelector("button")?.focus({ preventScroll: true });
  }

  /** Opens it where it was folded away. */
  function show() {
    box.open = true;
    list.children[Math.max(left(), 0)].querySelector("button").focus();
  }

  return { show };
}
