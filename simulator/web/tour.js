// The tour: five minutes from the first change to a takeover that is refused, and to what ends in February.

import { el, recall, remember } from "./dom.js";

const [HANNA, INGRID, DIEGO, SAM] = ["hanna.visser", "ingrid.lund", "diego.vega", "sam.okafor"].map((name) => `${name}@fabrikam.example`);

/** Who is needed for it, in the order of the story: they are one click away. */
export const PEOPLE = [HANNA, INGRID, DIEGO, SAM, "alice@fabrikam.example"];

const STEPS = [
  { title: "A first number", as: HANNA, at: "Doorman", line: "set mobile for noor +31 6 12345678",
    text: "Noor starts today; Hanna has her on the telephone. Send the line, press Confirm, and watch it happen under “Entra ID now”." },
  { title: "Two people", as: HANNA, at: "Doorman", line: "set mobile for alice +31 6 23456789",
    text: "Alice can sign in already, so how she gets in is no one person's work. Send it and press Confirm: it waits." },
  { title: "Somebody agrees", as: INGRID, at: "Approvals",
    text: "Ingrid sees who asks for what, and presses Approve. Hanna's card says Done." },
  { title: "Is it really them?", as: HANNA, at: "Doorman", line: "pass for diego",
    text: "A caller says he is Diego and needs a pass at once. There is no Confirm before he has proved it: press Number match." },
  { title: "It is not", as: DIEGO, at: "Doorman",
    text: "Diego never called. He presses “This is not me”: everything about him stops, and nobody can change him for a day." },
  { title: "Who saw what", as: SAM, at: "Doorman log",
    text: "The log channel says it in red. “Show diego” offers nothing that is refused now." },
  { title: "What ends in February", as: SAM, at: "Doorman", line: "report phone-only",
    text: "Texts and calls of Microsoft end on 1 February 2027. The report names who has nothing else; it is read beside the first minutes." },
];

/** `go(step)` becomes the person, opens the place and puts the line in the message box. */
export function createTour(root, go) {
  let done = new Set(recall("tour", []));
  const list = el("ol", { class: "tour-steps" });
  const box = el("details", { class: "tour", open: recall("tour-open", true) }, el("summary", {}, el("h2", { text: "A tour of five minutes" })), list);
  box.addEventListener("toggle", () => remember("tour-open", box.open));
  root.append(box);
  draw();

  function take(step, index) {
    done = new Set([...[...done].filter((each) => each < index), index]); // whoever begins again sees the rest as not taken yet
    remember("tour", [...done]);
    draw();
    list.children[index].querySelector("button").focus({ preventScroll: true });
    go(step);
  }

  function draw() {
    const now = done.size ? Math.max(...done) : 0; // the one that is being taken says how; the others their names
    list.replaceChildren(...STEPS.map((step, index) => el("li", { class: done.has(index) ? "taken" : "" },
      el("button", { class: "tour-go", type: "button", text: step.title, data: { testid: `tour-${index + 1}` }, on: { click: () => take(step, index) } }),
      index === now && el("span", { text: step.text }))));
  }
}
