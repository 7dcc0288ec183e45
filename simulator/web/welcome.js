// What an empty conversation says: how to see the whole job done.

import { dutch } from "./api.js";
import { el } from "./dom.js";
import { TITLE } from "./tour.js";

/** The words; of a step the lines to send stand between what is said about them. */
const WORDS = dutch ? {
  nothing: (name) => `Nog niets in ${name}`,
  log: "Elke wijziging van Doorman wordt hier gemeld.",
  approvals: "Hier komt wat een tweede mens nodig heeft. Word een andere medewerker van de helpdesk om het goed te keuren.",
  channel: "Vraag Doorman iets waar uw collega's bij zijn.",
  good: (name) => `Dag ${name}.`,
  outside: "U zit niet in de groep van de helpdesk. Probeer het toch en zie wat Doorman zegt, of word met Ctrl+K iemand van de helpdesk.",
  outsider: "toon alice",
  first: "Noor begint vandaag en heeft nog geen aanmeldmethode. U hebt haar aan de telefoon.",
  steps: (line, tour) => [
    ["Zoek haar op: ", line("toon noor")],
    ["Een eerste methode is uw werk alleen. Geef haar nummer en druk op de knop van de kaart: ", line("zet mobiel voor noor +31 6 12345678")],
    ["Zie het gebeuren onder “Entra ID now”, en lees het bericht in het logkanaal."],
    [tour(), " gaat vandaar verder: twee mensen, een overname die geweigerd wordt, en wat in februari stopt."],
    ["Is iemand een telefoon kwijt? ", line("herstel emre kwijt omdat in de trein gelaten"), " vraagt welke weg is, en noemt wat blijft."],
    ["Een hele lijst tegelijk: het pijltje naast de paperclip heeft bestanden om te proberen. Verstuur er een, en lees wat dat zou doen."],
  ],
} : {
  nothing: (name) => `Nothing in ${name} yet`,
  log: "Every change Doorman makes is reported here.",
  approvals: "Requests that need a second person appear here. Switch to another helpdesk agent to approve one.",
  channel: "Ask Doorman something in front of your colleagues.",
  good: (name) => `Good day, ${name}.`,
  outside: "You are not in the helpdesk group. Try it anyway and see what Doorman says, or switch to somebody from the helpdesk with Ctrl+K.",
  outsider: "show alice",
  first: "Noor starts today and has no sign-in method yet. You are on the phone with her.",
  steps: (line, tour) => [
    ["Look her up: ", line("show noor")],
    ["A first method is your work alone. Give her number and press the button on the card: ", line("set mobile for noor +31 6 12345678")],
    ["Watch it happen under “Entra ID now”, and read the report in the log channel."],
    [tour(), " leads on from there: two people, a takeover that is refused, and what ends in February."],
    ["Somebody lost a phone? ", line("recover emre lost because left on the train"), " asks which one is gone, and names what stays."],
    ["A whole list at once: the arrow beside the paper clip has files to try. Send one, and read what it would do."],
  ],
};

/** `state()` gives the page's state; `write(text)` puts a line in the message box, `tour()` opens the tour. Returns the maker of the element. */
export function createWelcome(state, write, tour) {
  const chip = (text, click) => el("button", { class: "chip", type: "button", text, on: { click } });
  const line = (text) => chip(text, () => write(text));
  return () => {
    const { me, conversation: { kind, name } } = state();
    const box = el("div", { class: "welcome", lang: dutch ? "nl" : "en" }, el("img", { src: "doorman.svg", alt: "", width: 64, height: 64 }));
    if (kind === "channel") {
      box.append(el("h2", { text: WORDS.nothing(name) }), el("p", { text: /log/i.test(name) ? WORDS.log : /approv/i.test(name) ? WORDS.approvals : WORDS.channel }));
      return box;
    }
    box.append(el("h2", { text: WORDS.good(me.name.split(" ")[0]) }));
    if (!me.helpdesk) {
      box.append(el("p", { text: WORDS.outside }), el("p", {}, line(WORDS.outsider)));
      return box;
    }
    const steps = WORDS.steps(line, () => chip(TITLE, tour));
    box.append(el("p", { text: WORDS.first }), el("ol", {}, ...steps.map((parts) => el("li", {}, ...parts))));
    return box;
  };
}
